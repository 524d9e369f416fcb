"""Kernel: what the lines of a page show, told of all of them in one pass over the characters.

Most rules ask every line for a word or a kind of character that few lines have; each question took a search
through the text or a pattern a line. The kernel tells which lines *may* answer: words are known by their
first two characters, lines by how they begin and end, and who asks looks again. Only whether a line opens a
numbered clause is told for good. Twin: all lines may show all (`lines.page_lines`).
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, pairwise

import numpy as np

from pipeline.compiled import inlined, kernel, part
from pipeline.page.breadcrumb import PLACE_SIGNS
from pipeline.page.contents import LEADER_SIGNS
from pipeline.page.cues import (
    DISCLAIMER_BEGINS,
    HINT_WORDS,
    LIST_SIGNS,
    MAX_CUE,
    SENTENCE_ENDS,
    SENTENCE_HINTS,
)
from pipeline.page.elements import key_table
from pipeline.page.headings import MAX_HEADING, NUMBER_ENDS, UNITS
from pipeline.page.headings import SENTENCE_ENDS as NO_HEADING_ENDS
from pipeline.page.headings import WORDS as WORDS_BEFORE_NUMBERS
from pipeline.page.introductions import INTRODUCTION_WORDS
from pipeline.page.lines import (
    BRIEF,
    COUNTING,
    DATED,
    ENDING,
    FIELDED,
    GROUPS,
    HINTED,
    INTRODUCED,
    LABELLED,
    LEADING,
    LISTED,
    NUMERAL,
    NUMERALS,
    PAGED,
    PLACED,
    SAYING,
    SEPARATORS,
    SIGNED,
    STOPPED,
    SUMMED,
    UNLISTED,
    Told,
)
from pipeline.page.manner import MARKER
from pipeline.page.search import openings
from pipeline.page.summary import CUT_ENDS
from pipeline.page.tags import look_up
from pipeline.page.told import MAX_FOREIGN
from pipeline.page.views import FIELD_WORDS
from pipeline.page.wording import PAGE_WORDS
from pipeline.text.points import code_points, text_of

CLOSING = "：:】])）"  # behind the label of links, and how far from the beginning of the line
LABEL_FROM, LABEL_TO = 2, 16
# Bits of a character beside those of lines: what counts behind a label, what is stripped; that a word of two
# characters begins, or one that a number may follow.
CLOSES, STRIPPED, OPENS, BEFORE_NUMBER = (PAGED << shift for shift in range(1, 5))
FOUND = CLOSES - 1
# Bits of what characters are at the beginning and at the end of a line, and in the number there.
HINTING, DISCLAIMS, ITEM, CIRCLED, DIGIT, SMALL_DIGIT, BEHIND_DIGITS, STOP, NO_END, NUMBER_END, UNIT, CUT = (
    BEFORE_NUMBER << shift for shift in range(1, 13)
)
# Bits of what a word of two characters, whichever, has behind its first, and of a line feed.
SECOND, FEED = CUT << 1, CUT << 2
TO_SECOND = SECOND.bit_length() - OPENS.bit_length()
RARE = FEED | BEFORE_NUMBER | CLOSES  # what is looked at, as are two characters that may be a word
AT_BEGIN = [way[1:] for way in HINT_WORDS.split("|") if way.startswith("^")]
WORDS = (
    (HINTED, "|".join(way for way in HINT_WORDS.split("|") if not way.startswith("^"))),
    (SAYING, "|".join(SENTENCE_HINTS)),
    (DATED, "20|19"),
    (LEADING, "|".join(word[:2].replace(".", r"\.") for word in LEADER_SIGNS)),
    (COUNTING, "篇"),
    (PLACED, "|".join(map(re.escape, PLACE_SIGNS))),
    (NUMERALS, NUMERAL),
    (SEPARATORS, "[：:]"),
    (FIELDED, FIELD_WORDS),
    (PAGED, PAGE_WORDS),
    (INTRODUCED, INTRODUCTION_WORDS),
    (BEFORE_NUMBER, f"第|{WORDS_BEFORE_NUMBERS}"),
)
DIGITS = "0123456789０１２３４５６７８９一二三四五六七八九十"
KINDS = (
    (STOP, SENTENCE_ENDS),
    (NO_END, NO_HEADING_ENDS),
    (NUMBER_END, NUMBER_ENDS),
    (UNIT, [unit[0] for unit in UNITS.split("|")]),
    (HINTING, [opening[0] for way in AT_BEGIN for opening in openings(way)]),
    (DISCLAIMS, DISCLAIMER_BEGINS),
    # of `lines.NUMBERED`, and of items as `cues` and `edges` know them
    (ITEM, LIST_SIGNS),
    (CIRCLED, map(chr, range(0x2460, 0x2488))),
    (DIGIT, f"{DIGITS}百"),
    (SMALL_DIGIT, DIGITS),
    (BEHIND_DIGITS, "、.．条章节编款项)）]"),
    (CLOSES, CLOSING),
    (CUT, CUT_ENDS),
)
NTH, OPENING, CLOSED = ord("第"), (ord("（"), ord("(")), (ord("）"), ord(")"))
FULL_STOP, SEMICOLON = ord("。"), ord("；")
REACH = 8  # characters but blanks from a word's first on within which its number begins: `优秀范文（第 12`
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
                note(opening[1], SECOND)
                key = ord(opening[0]) << 16 | ord(opening[1])
                words[key] = words.get(key, 0) | bit
    for bit, chars in KINDS:
        note(chars, bit)
    note(filter(str.isspace, map(chr, range(BMP))), STRIPPED | SEPARATORS)
    note("\n", FEED)
    kinds = sorted(set(masks.values()))
    classes = np.zeros(BMP, dtype=np.uint8)
    for code, mask in masks.items():
        classes[code] = kinds.index(mask) + 1
    return classes, np.array([0, *kinds], dtype=np.int64), np.array(key_table(words), dtype=np.int64)


@inlined
def mask_of(code, tables):
    """Return the bits of a character."""
    return tables[1][tables[0][code]] if code < BMP else 0


@part
def opens_clause(codes, begin, end, tables):
    """Tell what `lines.NUMBERED` does of the line from `begin` to before `end`."""
    if mask_of(codes[begin], tables) & CIRCLED:
        return True
    bracket = codes[begin] in OPENING
    digit = SMALL_DIGIT if bracket else DIGIT
    first = begin + 1 if bracket or codes[begin] == NTH else begin
    at = first
    while at < end and mask_of(codes[at], tables) & digit:
        at += 1
    if at == first:
        return False
    if bracket:
        return at < end and codes[at] in CLOSED
    while at < end and mask_of(codes[at], tables) & STRIPPED:
        at += 1
    return at < end and mask_of(codes[at], tables) & BEHIND_DIGITS != 0


@part
def number_follows(codes, at, tables):
    """Tell whether a number may stand behind the word that begins at `at`, before a unit if that is 第."""
    nth, known, left = codes[at] == NTH, False, REACH
    while left:
        at += 1
        mask = mask_of(codes[at], tables)
        if mask & STRIPPED and codes[at] != LINE_FEED:
            continue
        if mask & NUMERALS:
            known = True
        elif nth or codes[at] == LINE_FEED:
            return known and mask & UNIT != 0
        if known and not nth:
            return True
        left -= 1
    return False


@part
def tell_of_line(codes, span, found, tables):
    """Return what a line shows of which `found` stands in it, by how it begins and ends."""
    begin, end = span
    first, last = mask_of(codes[begin], tables), mask_of(codes[end - 1], tables)
    listed = opens_clause(codes, begin, end, tables)
    item = listed and first & ITEM != 0
    ends = codes[end - 1]
    if listed:
        found |= LISTED
    if not item and end - begin <= MAX_FOREIGN:
        found |= UNLISTED
    if last & CUT or (found & LABELLED and not listed):
        found |= SUMMED
    if end - begin <= MARKER:
        found |= BRIEF
    if first & HINTING:
        found |= HINTED
    if item or last & STOP or end - begin > MAX_CUE:
        found &= ~HINTED
    if item or ends != FULL_STOP:
        found &= ~SAYING
    if end - begin > MAX_CUE and first & DISCLAIMS:
        found |= HINTED
    numbered = found & NUMERALS and not last & NO_END and end - begin <= MAX_HEADING
    if numbered and (last & NUMBER_END or found & SEPARATORS):
        found |= ENDING
    if ends in (FULL_STOP, SEMICOLON):
        found |= STOPPED
    return found


@part
def next_letter(codes, at, tables):
    """Return where the first character of a line stands that is not stripped, or its line feed."""
    while codes[at] != LINE_FEED and mask_of(codes[at], tables) & STRIPPED:
        at += 1
    return at


@part
def write_line(codes, span, found, tables, lines):
    """Write what is told of a line, unless it is empty; how many lines that are is returned."""
    begin, end = span
    if begin == end:
        return 0
    while mask_of(codes[end - 1], tables) & STRIPPED:
        end -= 1
    lines[0, 0] = tell_of_line(codes, (begin, end), found, tables)
    lines[1, 0], lines[2, 0], lines[3, 0] = begin, end, codes[end - 1]
    return 1


@part
def find_lines_of(codes, tables, lines):
    """Write of each line of a text that is not empty what it shows, where it stands, and its last character.

    A line feed and a zero stand behind the text. How many lines there are is returned.
    """
    row, found = 0, 0
    begin = next_letter(codes, 0, tables)
    following = mask_of(codes[0], tables)
    for at in range(len(codes) - 1):
        mask, following = following, mask_of(codes[at + 1], tables)
        may_be_word = (mask << TO_SECOND) & following & SECOND
        if mask & RARE | may_be_word:  # one in ten: no branch that is hard to foresee stands before
            if mask & FEED:
                row += write_line(codes, (begin, at), found, tables, lines[:, row:])
                begin, found = next_letter(codes, at + 1, tables), 0
                continue
            if may_be_word:
                mask |= look_up((codes[at] << 16) | codes[at + 1], tables[2])
            if mask & BEFORE_NUMBER and not found & SIGNED and number_follows(codes, at, tables):
                found |= SIGNED
            if mask & CLOSES and LABEL_FROM <= at - begin <= LABEL_TO:
                found |= LABELLED
        found |= mask & FOUND
    return row


@kernel
def find_lines(codes, begins, tables, lines, shown, ends):
    """Write what is told of the lines of several texts, and which of a text's show each of the first bits.

    `begins` are where the texts begin. Where the lines that show a bit end in `shown` stands in `ends`, for
    all bits of a text one behind the other, and then where its lines end in `lines`.
    """
    row, at = 0, 0
    for k in range(len(begins) - 1):
        last = row + find_lines_of(codes[begins[k] : begins[k + 1]], tables, lines[:, row:])
        for group in range(GROUPS):
            for line in range(row, last):
                shown[at] = line - row  # the next overwrites it, where this line does not show the bit
                at += lines[0, line] >> group & 1
            ends[k * (GROUPS + 1) + group] = at
        ends[k * (GROUPS + 1) + GROUPS] = row = last


def glance(texts: Sequence[str]) -> list[Told]:
    """Return of each text what its lines that are not empty may show, and where they stand.

    2 ns a character.
    """
    joined = "\n\0".join(texts)
    codes = code_points(f"{joined}\n\0")
    begins = np.fromiter(accumulate((len(text) + 2 for text in texts), initial=0), dtype=np.int64)
    room = joined.count("\n") + 1
    lines, shown = np.empty((4, room), dtype=np.int32), np.empty(GROUPS * room + 1, dtype=np.int32)
    ends = np.empty((GROUPS + 1) * len(texts), dtype=np.int32)
    find_lines(codes, begins, glance_tables(), lines, shown, ends)
    lines = lines[:, : ends[-1] if texts else 0]
    rows, row, at = shown[: ends[-2] if texts else 0].tolist(), 0, 0
    (bits, starts, stops), lasts = lines[:3].tolist(), text_of(lines[3])
    found: list[Told] = []
    for *groups, last in ends.reshape(-1, GROUPS + 1).tolist():
        of_text = slice(row, last)
        listed = [rows[a:b] for a, b in pairwise([at, *groups])]
        found.append(Told(bits[of_text], listed, starts[of_text], stops[of_text], lasts[of_text]))
        row, at = last, groups[-1]
    return found
