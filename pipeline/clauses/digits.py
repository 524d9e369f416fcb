"""Shapes of markers that begin with a digit: 1. 1、 1) 1.1 1-1., told from decimals, dates and codes."""

from pipeline.clauses import markers as mk
from pipeline.clauses.scan import (
    BARE,
    BLANK_RUN,
    Ints,
    Tables,
    class_at,
    digits_end,
    read_digits,
    skip_blanks,
)
from pipeline.clauses.shapes import (
    ANNEX_ENDS,
    BY_COLON,
    BY_COMMA,
    DUN,
    HYPHENS,
    LIST_MAX,
    MEASURES,
    PENALTY,
    PENALTY_COMMA,
    PENALTY_DIGIT,
    TITLE_TOP,
    begins_line,
    joint_variant,
    match_named,
    set_row,
)

BARE_MAX = 60  # chapters of a standard; larger bare numbers are amounts
PENALTY_BARE = 40  # 1 总则
PENALTY_GLUED = (
    121  # 2附则: one more than a line start gives, so leaving it costs nothing, going on with it less
)
PENALTY_LABEL = 75  # 1：登记 counts only where 2： follows
PENALTY_UNSURE = 91  # 3要求 behind a sentence, by the same measure
INLINE_TITLE = 20  # characters of a title that N.1 touches

TITLE_LINE = 40  # characters of a line that is a title
ONES = (ord("1"), ord("１"))
ZEROS = (ord("0"), ord("０"))
YEAR, MONTH, DAY = (ord(c) for c in "年月日")
POINTS = (ord("."), ord("．"))
ZERO_MAX = 30  # items of a chapter without sections, which standards write 2.0.1
GROUP_STEP = 1000  # the parts of 4.6.1 packed as digits of this base


def touches(codes: Ints, i: int, tables: Tables) -> bool:
    """Say whether the digits at i belong to what stands before: letters, decimals, times, chains."""
    if i == 0:
        return False
    before = class_at(codes, i - 1, tables)
    if before in (mk.DIGIT, mk.LATIN, mk.DASH, mk.BULLET_MARK, mk.DI, mk.B_OPEN, mk.TRIGGER_OPEN):
        return not (before == mk.BULLET_MARK and codes[i - 1] not in HYPHENS)
    if i > 1 and (before in (mk.DOT, mk.COLON_MARK) or codes[i - 1] == DUN):
        return class_at(codes, i - 2, tables) == mk.DIGIT
    return False


def match_parts(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """1.1 1.1.2 4.6.1.2; the caller has seen digits, a stop and a digit."""
    parts, group, value, at = 0, 0, 0, i
    while parts < 4:
        end = digits_end(codes, at, tables)
        if end - at > 3 or end == at:
            return 0
        group, value, parts = (
            (group * GROUP_STEP + value if parts else 0),
            read_digits(codes, at, end, tables),
            parts + 1,
        )
        at = end
        if class_at(codes, end, tables) != mk.DOT or class_at(codes, end + 1, tables) != mk.DIGIT:
            break
        at = end + 1
    if (
        class_at(codes, at, tables) in (mk.DIGIT, mk.LATIN)
        or codes[at] in MEASURES
        or codes[at - 1] == ord(".")
    ):
        return 0
    if class_at(codes, at, tables) == mk.COLON_MARK and class_at(codes, at + 1, tables) == mk.DIGIT:
        return 0
    if parts == 3 and group % GROUP_STEP == 0 and value > ZERO_MAX:
        return 0  # 2.0.75的倒数
    if parts == 2 and value == 0:  # 1.0 目的: counts by its first part
        set_row(row, mk.AR_DOT, group, 0, 7)
    elif value == 0:
        return 0
    else:
        set_row(row, mk.DOTTED2 + parts - 2, value, group, 0)
    stopped = class_at(codes, at, tables) in (mk.DOT, mk.CLOSING) or codes[at] == DUN
    return at + 1 if stopped else at


def match_dashed(codes: Ints, i: int, end: int, tables: Tables, row: Ints) -> int:
    """1-1. 目的."""
    last = digits_end(codes, end + 1, tables)
    if last == end + 1 or last - end > 3 or end - i > 2 or joint_variant(codes, last, tables) not in (1, 2):
        return 0
    if class_at(codes, last + 1, tables) == mk.DIGIT:
        return 0
    set_row(row, mk.DASHED, read_digits(codes, end + 1, last, tables), read_digits(codes, i, end, tables), 0)
    return last + 1


def title_end(codes: Ints, i: int, tables: Tables) -> int:
    """End of the line that goes on at i, 0 where it is no title: it holds a sentence end, or is too long."""
    at = i
    while at < i + TITLE_LINE and codes[at] != 0:
        c = class_at(codes, at, tables)
        if c == mk.BREAK:
            return at
        if c == mk.FULL_STOP:
            return 0
        at += 1
    return 0 if codes[at] != 0 else at


def heads_parts(codes: Ints, end: int, value: int, tables: Tables) -> bool:
    """Say whether N.1 begins the line after the break at `end`."""
    at = end
    while class_at(codes, at, tables) in (mk.BREAK, mk.BLANK) and at < end + BLANK_RUN:
        at += 1
    last = digits_end(codes, at, tables)
    if last == at or read_digits(codes, at, last, tables) != value or class_at(codes, last, tables) != mk.DOT:
        return False
    section = (
        last + 3 if codes[last + 1] in ZEROS and class_at(codes, last + 2, tables) == mk.DOT else last + 1
    )
    return bool(codes[section] in ONES)  # 1总则1.1, 1总则1.0.1


def heads_inline(codes: Ints, i: int, value: int, tables: Tables) -> bool:
    """Say whether only a title stands between i and N.1: 2点火启动2.1."""
    at = i
    while (
        at < i + INLINE_TITLE
        and codes[at] != 0
        and class_at(codes, at, tables) in (mk.OTHER, mk.WORD, mk.BLANK)
    ):
        at += 1
    return heads_parts(codes, at, value, tables)


def match_inline(codes: Ints, i: int, ends: tuple[int, int], value: int, work: tuple[Tables, Ints]) -> int:
    """1总则1.1 in the middle of a line; any other behind a sentence is at most the next of such a list.

    ends: of the digits, of the blanks behind them.
    """
    end, text = ends
    tables, row = work
    before = class_at(codes, i - 1, tables)
    if before not in (mk.FULL_STOP, mk.BLANK, mk.OTHER, mk.CLOSING):
        return 0
    sure = heads_inline(codes, text, value, tables)
    begins = value == 1 and i <= TITLE_TOP  # 某某规范1范围…。2要求2.1
    if not sure and (before != mk.FULL_STOP and not begins):
        return 0
    set_row(row, mk.AR_DOT, value, 0, BARE)
    if before == mk.FULL_STOP:
        row[PENALTY] = PENALTY_BARE if sure else PENALTY_UNSURE
    else:
        row[PENALTY] = -PENALTY_BARE if sure else 0
    return end


def match_bare(codes: Ints, i: int, end: int, tables: Tables, row: Ints) -> int:
    """1 总则, at a line start, as standards and handbooks write it; 1总则 where 1.1 begins the next line.

    Any other title 2附则 is at most the next of such a list.
    """
    text = skip_blanks(codes, end, tables)
    if class_at(codes, text, tables) not in (mk.OTHER, mk.WORD) or codes[text] == 0:
        return 0
    value = read_digits(codes, i, end, tables)
    if codes[text] in MEASURES:
        stands = i > 0 and class_at(codes, i - 1, tables) in (mk.FULL_STOP, mk.BREAK)
        if not (stands and heads_inline(codes, end, value, tables)):  # 3人员3.1
            return 0
    if i > 0 and class_at(codes, i - 1, tables) != mk.BREAK:
        return match_inline(codes, i, (end, text), value, (tables, row))
    set_row(row, mk.AR_DOT, value, 0, BARE)
    row[PENALTY] = PENALTY_BARE
    if text == end:
        if heads_inline(codes, end, value, tables):
            return end
        stop = title_end(codes, end, tables)
        if stop == 0 and not (value == 1 and i <= TITLE_TOP):
            return 0
        row[PENALTY] = PENALTY_BARE if stop > 0 and heads_parts(codes, stop, value, tables) else PENALTY_GLUED
    return end


def digit_penalty(codes: Ints, i: int, at_line: bool, tables: Tables) -> int:
    """Penalty of 1. and 1、 where digits follow at i: none before a date, thrice for a likely decimal.

    at_line: the marker begins a line, where decimals are rare.
    """
    end = digits_end(codes, i, tables)
    if end - i == 4 and codes[end] == YEAR:
        return 0
    if class_at(codes, end + 1, tables) == mk.DIGIT and (codes[end] == MONTH or codes[end] in POINTS):
        last = digits_end(codes, end + 1, tables)
        parts = class_at(codes, last, tables) in (mk.DOT, mk.COLON_MARK)  # 10.0.0.1:80
        return 3 * PENALTY_DIGIT if parts else 0  # 1.5月10日, 1.3.5米
    decimal = codes[i - 1] == POINTS[0] and end - i < 4 and codes[end] != MONTH and codes[end] != DAY
    return PENALTY_DIGIT * (1 if not decimal else (2 if at_line else 3))


def match_dot(codes: Ints, i: int, end: int, tables: Tables, row: Ints) -> int:
    """1. 1、 1，; the mark behind the digits stands at `end`."""
    variant = joint_variant(codes, end, tables)
    at_line = i == 0 or class_at(codes, i - 1, tables) == mk.BREAK
    if variant == 0 or (variant == BY_COLON and not at_line):
        return 0
    set_row(row, mk.AR_DOT, read_digits(codes, i, digits_end(codes, i, tables), tables), 0, variant)
    if class_at(codes, end + 1, tables) == mk.DIGIT:
        if variant in (BY_COMMA, BY_COLON):
            return 0
        row[PENALTY] = digit_penalty(codes, end + 1, at_line, tables)
    row[PENALTY] += PENALTY_COMMA if variant == BY_COMMA else (PENALTY_LABEL if variant == BY_COLON else 0)
    return end + 1


def match_digits(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """1. 1、 1） 1.1 1-1."""
    end = digits_end(codes, i, tables)
    if touches(codes, i, tables) or end - i > 3:
        return 0
    value = read_digits(codes, i, end, tables)
    if codes[skip_blanks(codes, end, tables)] == DUN:  # 1 、
        end = skip_blanks(codes, end, tables)
    after = class_at(codes, end, tables)
    if value <= 0 or value > LIST_MAX:
        return 0
    words = i > 1 and begins_line(codes, i - 2, tables) and class_at(codes, i - 1, tables) == mk.OTHER
    if i > 0 and (after == mk.COLON_MARK or words or codes[i - 1] in ANNEX_ENDS):
        named = match_named(codes, (i, end), value, tables, row)
        if named > 0:
            return named
    if after == mk.CLOSING:
        set_row(row, mk.AR_HALF, value, 0, 0)
        return end + 2 if codes[end + 1] == DUN and class_at(codes, end + 2, tables) != mk.DIGIT else end + 1
    if after == mk.DOT and class_at(codes, end + 1, tables) == mk.DIGIT:
        found = match_parts(codes, i, tables, row)
        if found > 0:
            return found
    elif after == mk.BULLET_MARK and codes[end] in HYPHENS:
        return match_dashed(codes, i, end, tables, row)
    if after in (mk.BLANK, mk.OTHER, mk.WORD) and value < BARE_MAX:
        return match_bare(codes, i, end, tables, row)
    return match_dot(codes, i, end, tables, row)
