"""Kernel: what the lines of a page show, told of all of them in one pass over the characters.

Most rules ask every line for a word or a kind of character that few lines have; each question took a search
through the text or a pattern a line. The kernel tells which lines *may* answer: words are known by their
first two characters, and who asks looks again. Twin: all lines may show all (`lines.page_lines`).
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, chain, pairwise

import numpy as np

from pipeline.compiled import kernel, part
from pipeline.page.breadcrumb import PLACE_SIGNS
from pipeline.page.cues import HINT_WORDS, LEADER_SIGNS, SENTENCE_HINTS
from pipeline.page.elements import key_table
from pipeline.page.headings import SIGN_PATTERN
from pipeline.page.lines import (
    COUNTING,
    DATED,
    GROUPS,
    HINTED,
    LABELLED,
    LEADING,
    LISTED,
    NUMERAL,
    NUMERALS,
    PLACED,
    SAYING,
    SEPARATORS,
    SIGNED,
)
from pipeline.page.search import openings
from pipeline.page.tags import look_up

WORDS = (
    (HINTED, HINT_WORDS),
    (SAYING, "|".join(SENTENCE_HINTS)),
    (SIGNED, SIGN_PATTERN),
    (DATED, "20|19"),
    (LEADING, "|".join(word[:2].replace(".", r"\.") for word in LEADER_SIGNS)),
    (COUNTING, "篇"),
    (PLACED, "|".join(map(re.escape, PLACE_SIGNS))),
    (NUMERALS, NUMERAL),
    (SEPARATORS, "[：:]"),
)
LISTING = "第（(0123456789０１２３４５６７８９一二三四五六七八九十百"  # with which lines.NUMBERED begins, and
CIRCLED = range(0x2460, 0x2488)  # ① to ⒇
CLOSING = "：:】])）"  # behind the label of links, and how far from the beginning of the line
LABEL_FROM, LABEL_TO = 2, 16
# Bits of a character beside those of lines: what counts at the beginning of a line, behind a label, what is
# stripped; that a word of two characters begins.
CLOSES, STRIPPED, OPENS = (LABELLED << shift for shift in range(1, 4))
FOUND = CLOSES - 1 - LISTED - LABELLED
BMP, LINE_FEED = 0x10000, 10


@cache
def glance_tables():
    """Return the class of each character of the Basic Multilingual Plane, bits by class, and words."""
    masks, words = {}, {}

    def note(chars: Iterable[str], bit: int) -> None:
        for char in chars:
            masks[ord(char)] = masks.get(ord(char), 0) | bit

    for bit, pattern in WORDS:
        for opening in openings(pattern):
            note(opening[0], bit if len(opening) == 1 else OPENS)
            if len(opening) == 2:
                key = ord(opening[0]) << 16 | ord(opening[1])
                words[key] = words.get(key, 0) | bit
    note(filter(str.isspace, map(chr, range(BMP))), STRIPPED | SEPARATORS)
    note((*LISTING, *map(chr, CIRCLED)), LISTED)
    note(CLOSING, CLOSES)
    kinds = sorted(set(masks.values()))
    classes = np.zeros(BMP, dtype=np.uint8)
    for code, mask in masks.items():
        classes[code] = kinds.index(mask) + 1
    return classes, np.array([0, *kinds], dtype=np.int32), np.array(key_table(words), dtype=np.int64)


@part
def find_sights_of(codes, tables, sights, shown):
    """Write what each line that is not empty shows, and the lines that show each of the first `GROUPS` bits.

    A line feed and a zero stand behind the text. In `shown` each group has room for all lines, behind their
    number. How many lines there are is returned.
    """
    classes, masks, words = tables
    room = len(shown) // GROUPS
    row, begin, found = 0, -1, 0
    for at in range(len(codes) - 1):
        code = codes[at]
        mask = masks[classes[code]] if code < BMP else 0
        if code == LINE_FEED:
            if begin >= 0:
                sights[row] = found
                for group in range(GROUPS):
                    if found >> group & 1:
                        shown[group * room] += 1
                        shown[group * room + shown[group * room]] = row
                row += 1
            begin, found = -1, 0
            continue
        if begin < 0 and not mask & STRIPPED:
            begin = at
            found |= mask & LISTED
        if mask == 0:
            continue
        found |= mask & FOUND
        if mask & OPENS:
            found |= look_up((code << 16) | codes[at + 1], words)
        if mask & CLOSES and LABEL_FROM <= at - begin <= LABEL_TO:
            found |= LABELLED
    return row


@kernel
def find_sights(codes, bounds, tables, sights, shown):
    """Write the same of several texts; bounds: where each begins, and how many lines are before it."""
    for k in range(len(bounds) // 2 - 1):
        first, end, row, last = bounds[2 * k], bounds[2 * k + 2], bounds[2 * k + 1], bounds[2 * k + 3]
        places = shown[GROUPS * (row + k) : GROUPS * (last + k + 1)]
        find_sights_of(codes[first:end], tables, sights[row:last], places)


def glance(texts: Sequence[str], counts: Sequence[int]) -> list[tuple[list[int], list[list[int]]]]:
    """Return of each text what its `counts` lines that are not empty may show, and which lines, by bit.

    2 ns a character.
    """
    joined = "\n\0".join(texts)
    codes = np.frombuffer(f"{joined}\n\0".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    rows = list(accumulate(counts, initial=0))
    begins = accumulate((len(text) + 2 for text in texts), initial=0)
    bounds = np.fromiter(chain.from_iterable(zip(begins, rows, strict=True)), dtype=np.int64)
    sights = np.empty(rows[-1], dtype=np.int32)
    shown = np.zeros(GROUPS * (rows[-1] + len(texts)), dtype=np.int32)
    find_sights(codes, bounds, glance_tables(), sights, shown)
    told, found, at = sights.tolist(), [], 0
    for (row, end), count in zip(pairwise(rows), counts, strict=True):
        groups = range(at, at + GROUPS * (count + 1), count + 1)
        found.append((told[row:end], [shown[n + 1 : n + 1 + shown[n]].tolist() for n in groups]))
        at = groups.stop
    return found
