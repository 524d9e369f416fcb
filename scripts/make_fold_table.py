"""Generate pipeline/data/fold.txt: the comparison fold of every code point of the Basic Multilingual Plane.

usage: python scripts/make_fold_table.py > pipeline/data/fold.txt     (needs opencc)

Line 1 names the sources, line 2 holds the kept ranges, lines 3 and 4 two strings of equal length: from, to.
"""

import sys
import unicodedata

from opencc import OpenCC

# Pairs that OpenCC's t2s leaves apart: one character in two typographic traditions (contract §1).
VARIANTS = {
    "著": "着", "衞": "卫", "甦": "苏", "汚": "污", "牠": "它", "妳": "你", "祂": "他", "祇": "只",
    "隣": "邻", "廻": "回", "囘": "回", "痺": "痹", "煅": "锻", "両": "两", "戸": "户", "帐": "账",
}  # fmt: skip


def kept(code: int) -> bool:
    """Letters and numbers stay; of the symbols only units and letter-like signs (㎡, ℃, ℡) do."""
    kind = unicodedata.category(chr(code))
    if kind[0] in "LN":
        return True
    return kind == "So" and (0x3200 <= code <= 0x33FF or 0x2100 <= code <= 0x214F)


def width_folded(char: str) -> str:
    """Full-width forms, half-width katakana and compatibility ideographs to the plain character."""
    code = ord(char)
    if 0xFF00 <= code <= 0xFFEF or 0xF900 <= code <= 0xFAFF or code in range(0x2F00, 0x2FE0):
        plain = unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 and ord(plain) < 0x10000 else char
    return char


def main() -> None:
    """Write the table to standard output."""
    to_simplified = OpenCC("t2s").convert
    ranges, start = [], -1
    source, target = [], []
    for code in range(0x10000):
        char = chr(code)
        surrogate = 0xD800 <= code < 0xE000
        if surrogate or not kept(code):
            if start >= 0:
                ranges.append(f"{start:x}-{code - 1:x}")
                start = -1
            continue
        start = code if start < 0 else start
        folded = ""
        plain = width_folded(char)
        while plain != folded:  # 薴 becomes 苧 becomes 苎
            folded = plain
            one = to_simplified(VARIANTS.get(folded, folded))
            plain = one if len(one) == 1 and ord(one) < 0x10000 else folded
        if not kept(ord(folded)):  # a half-width voicing mark is a combining one
            folded = char
        if folded != char:
            source.append(char)
            target.append(folded)
    if start >= 0:
        ranges.append(f"{start:x}-ffff")
    version = unicodedata.unidata_version
    out = sys.stdout
    out.write(
        f"# Unicode {version} categories, OpenCC t2s of characters, variants; scripts/make_fold_table.py\n"
    )
    out.write(" ".join(ranges) + "\n" + "".join(source) + "\n" + "".join(target) + "\n")


if __name__ == "__main__":
    main()
