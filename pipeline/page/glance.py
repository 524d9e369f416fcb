"""Kernel: what the lines of a page show, told of all of them in one pass over the characters.

Most rules ask every line for a word or a kind of character that few lines have; each question took a search
through the text or a pattern a line. The kernel tells which lines *may* answer: words are known by their
first two characters, and who asks looks again. Twin: all lines may show all (`lines.page_lines`).
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import re
from collections.abc import Iterable
from functools import cache

import numpy as np

from pipeline.compiled import kernel
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


@kernel
def find_sights(codes, tables, sights, shown):
    """Write what each line that is not empty shows, and the lines that show each of the first `GROUPS` bits.

    A line feed and a zero stand behind the text. In `shown` each group has room for all lines, behind their
    number.
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


def glance(text: str, count: int) -> tuple[list[int], list[list[int]]]:
    """Return what each of the `count` lines of a text that are not empty may show, and which lines, by bit.

    2 ns a character.
    """
    codes = np.frombuffer(f"{text}\n\0".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    sights = np.empty(count, dtype=np.int32)
    shown = np.zeros(GROUPS * (count + 1), dtype=np.int32)
    find_sights(codes, glance_tables(), sights, shown)
    rows = [shown[at + 1 : at + 1 + shown[at]].tolist() for at in range(0, len(shown), count + 1)]
    return sights.tolist(), rows
