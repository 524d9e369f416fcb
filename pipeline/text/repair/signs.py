"""Kernel: which rules of repair may find anything in a text, told in one pass over its characters.

Each rule by itself would search the whole text for what it begins with. Slow twin: the rules themselves.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from pipeline.compiled import kernel, part
from pipeline.records import RuleName
from pipeline.text.repair.invisible import ANY
from pipeline.text.repair.leaks import OPENING
from pipeline.text.repair.readings import HANZI, PINYIN

INVISIBLE, LEAK, A1_INSERT, LEAD_LOSS, STRAY_MARK, BLANK = (1 << bit for bit in range(6))
RULES: tuple[tuple[RuleName, int], ...] = (
    *(("invisible", INVISIBLE), ("leak", LEAK), ("a1_insert", A1_INSERT)),
    *(("lead_loss", LEAD_LOSS), ("stray_mark", STRAY_MARK), ("blank", BLANK)),
)
LEAST_BLANKS = 2  # blanks.find_blanks
# Classes of characters, as bits; those from SPACES on are looked at with their neighbours.
IS_HANZI, IS_SUSPECT, IS_PINYIN, IS_WORD, AFTER_OF = (1 << bit for bit in range(5))
SPACES, LETTERS, LOST, OPENS, BEGINS, COMMAS, OF = (1 << bit for bit in range(5, 12))
CLASSES = (
    *((IS_HANZI, f"[{HANZI}]"), (IS_SUSPECT, ANY.pattern), (IS_PINYIN, f"[{PINYIN}]")),
    *((IS_WORD, "[A-Za-z0-9@-~]"), (AFTER_OF, "['`´.]"), (SPACES, "[ \u00a0]"), (LETTERS, "[@-~]")),
    *(
        (LOST, "[?\ufffd]"),
        (OPENS, f"[{re.escape(OPENING)}]"),
        (BEGINS, "[、。]"),
        (COMMAS, "[,，]"),
        (OF, "的"),
    ),
)
BMP = 0x10000
COMPATIBLE = 0x2F800, 0x2FA1F  # the ideographs of `ANY` beyond the plane


@cache
def char_classes():
    """Return the classes of each character of the Basic Multilingual Plane. 40 ms, once a process."""
    plane = "".join(map(chr, range(BMP)))
    classes = np.zeros(BMP, dtype=np.uint16)
    for bit, pattern in CLASSES:
        classes[[match.start() for match in re.finditer(pattern, plane)]] |= bit
    return classes


@part
def class_of(code, classes):
    """Return the classes of any character."""
    if code < BMP:
        return classes[code]
    return IS_SUSPECT if COMPATIBLE[0] <= code <= COMPATIBLE[1] else 0


@part
def signs_at(codes, at, before, kind, classes):
    """Return the rules that the character at `at`, which is of a class to look at, may be a sign of."""
    signs, after = 0, class_of(codes[at + 1], classes)
    if kind & LETTERS and codes[at - 1] > 0xFF and not after & IS_WORD:
        signs |= LEAD_LOSS
    if kind & LOST and codes[at - 1] > 0x7F and after & IS_HANZI:
        signs |= LEAD_LOSS
    if kind & OPENS and before & IS_HANZI:
        inside = class_of(codes[at + 2], classes) if after & SPACES else after
        signs |= LEAK if inside & IS_PINYIN else 0
    if (kind & OF and after & AFTER_OF) or (kind & COMMAS and codes[at + 1] == codes[at]):
        signs |= STRAY_MARK
    if kind & BEGINS and codes[at - 1] == 10:
        signs |= A1_INSERT
    return signs


@kernel
def find_signs(codes, classes):
    """Return the rules that a text may need, as bits. A line feed is before it, two zeros are behind."""
    signs, blanks, before = 0, 0, 0
    for at in range(1, len(codes) - 2):
        kind = class_of(codes[at], classes)
        if kind & IS_SUSPECT:
            signs |= INVISIBLE
        if kind >= SPACES:
            signs |= signs_at(codes, at, before, kind, classes)
            if kind & SPACES and before & IS_HANZI and class_of(codes[at + 1], classes) & IS_HANZI:
                blanks += 1
        before = kind
    return signs | BLANK if blanks >= LEAST_BLANKS else signs


@cache
def rules_of(signs: int) -> frozenset[RuleName]:
    """Return the rules that bits stand for. A byte shift stands where a leak is: who learns leaks tells."""
    return frozenset(("byte_shift", *(rule for rule, bit in RULES if signs & bit)))


def rules_needed(text: str) -> frozenset[RuleName]:
    """Return the rules that may find anything in a text. 1.5 ns a character.

    >>> sorted(rules_needed("服務(wù)")), sorted(rules_needed("一、安全 第一"))
    (['byte_shift', 'leak'], ['byte_shift'])
    """
    codes = np.frombuffer(f"\n{text}\0\0".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return rules_of(int(find_signs(codes, char_classes())))


@kernel
def count_pairs(codes, pairs, counts):
    """Write how often each of some pairs of characters stands in a text, as `str.count` does."""
    for k in range(len(counts)):
        first, second, count = pairs[2 * k], pairs[2 * k + 1], 0
        if first == second:  # `aaa` holds `aa` once
            at = 0
            while at + 1 < len(codes):
                hit = codes[at] == first and codes[at + 1] == second
                count += hit
                at += 1 + hit
        else:
            for at in range(len(codes) - 1):
                count += (codes[at] == first) & (codes[at + 1] == second)
        counts[k] = count


def count_each(text: str, pairs: Sequence[str]) -> list[int]:
    """Return how often each of some pairs of characters stands in a text; faster than `str.count`."""
    codes, wanted = (
        np.frombuffer(chars.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        for chars in (text, "".join(pairs))
    )
    counts = np.zeros(len(pairs), dtype=np.int64)
    count_pairs(codes, wanted, counts)
    return counts.tolist()
