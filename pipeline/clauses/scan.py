"""The scan: one pass over the code points, every place where a marker may begin, with its evidence.

Written in the part of Python that runs as it stands over lists (short texts) and compiled over arrays
(compiled.py). All numbers are whole, scores are hundredths: both ways give the same answer.
A candidate is FIELDS numbers in a flat array.
"""

from typing import Any

from pipeline.clauses import markers as mk

Ints = Any  # list[int] or an integer array: the kernels only index
Tables = tuple[Any, Any, Any]  # class, value and style of a code point (markers.class_tables)

START, END, STYLE, ORDINAL, GROUP, VARIANT, BOUNDARY, GAIN, SENTENCE, FOLLOWED, FRESH, STOPPED = range(12)
FIELDS = 12
PAD = 8  # code points 0 behind the text, so that looking ahead needs no bounds
BLANK_RUN = 4  # blanks that may stand inside a marker (第 一 条)
NUMERAL_LENGTH = 12

# Gain of a boundary, hundredths (facts.md §5, second prototype).
GAINS = (120, 90, 80, 20, -30)
BLANK_BEFORE = 50
QUOTED = 200

BARE = 8  # variant of a number without a stop: 1 总则
DAMAGED = 9  # variant of a marker that has lost a bracket or its stop
HALF = 10  # variant of 一）: one bracket, damage in a list of （一）, a style of its own in a list of 一）
# What stands before the first of a list (FRESH): nothing; a line that names a field, behind a title or behind
# a sentence; a title or field in the same line; 【…】
NO_FIELD, FIELD_AFTER_TITLE, FIELD_AFTER_SENTENCE, FIELD_IN_LINE, SECTION_HEAD = range(5)
LAST = 99  # ordinal of 最后: whatever comes next


def class_at(codes: Ints, i: int, tables: Tables) -> int:
    """Class of the code point at i; the planes above the first are OTHER."""
    code = codes[i]
    return int(tables[0][code]) if code < 65536 else 0


def skip_blanks(codes: Ints, i: int, tables: Tables) -> int:
    """Index of the first character from i on that is no blank, at most BLANK_RUN further."""
    j = i
    while j < i + BLANK_RUN and class_at(codes, j, tables) == mk.BLANK:
        j += 1
    return j


def read_group(codes: Ints, i: int, end: int, tables: Tables) -> int:
    """Value of the Chinese numeral in [i, end), -1 where it is none; numerals._group is its twin."""
    total, digit, last, zero, positional, units = 0, -1, 5, False, 0, 0
    for j in range(i, end):
        value = tables[1][codes[j]]
        if tables[0][codes[j]] == mk.CN_DIGIT:
            positional = positional * 10 + value
            if digit > 0 and units > 0:
                return -1
            digit = value
            zero = zero or value == 0
            continue
        if units == 0 and j - i > 1:
            return -1
        exponent = 1 if value > 3 else value
        if exponent >= last or (value > 3 and digit >= 0) or (digit == 0 and total == 0):
            return -1
        step = 10 if exponent == 1 else (100 if exponent == 2 else 1000)
        total += step * (value - 2) if value > 3 else step * max(digit, 1) if digit != 0 else step
        last, digit, zero, units = exponent, -1, False, units + 1
    if units == 0:
        return int(positional)
    if digit > 0 and last > 1 and not zero:
        return -1
    return int(total + max(digit, 0))


def chinese_end(codes: Ints, i: int, tables: Tables) -> int:
    """End of the run of Chinese numeral characters that begins at i."""
    j = i
    while j < i + NUMERAL_LENGTH:
        c = class_at(codes, j, tables)
        if c != mk.CN_DIGIT and c != mk.CN_UNIT:
            break
        j += 1
    return j


def digits_end(codes: Ints, i: int, tables: Tables) -> int:
    """End of the run of ASCII or full-width digits that begins at i."""
    j = i
    while j < i + NUMERAL_LENGTH and class_at(codes, j, tables) == mk.DIGIT:
        j += 1
    return j


def read_digits(codes: Ints, i: int, end: int, tables: Tables) -> int:
    """Value of the digits in [i, end), -1 for none or more than four."""
    if end == i or end - i > 4:
        return -1
    value = 0
    for j in range(i, end):
        value = value * 10 + tables[1][codes[j]]
    return int(value)


def read_numeral(codes: Ints, i: int, tables: Tables) -> tuple[int, int]:
    """Value and end of the Chinese or Arabic numeral at i; value -1 where none begins."""
    end = digits_end(codes, i, tables)
    if end > i:
        return read_digits(codes, i, end, tables), end
    end = chinese_end(codes, i, tables)
    return (read_group(codes, i, end, tables) if end > i else -1), end
