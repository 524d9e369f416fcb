"""Shapes of markers in letters and in brackets: A. a) A.1 ii. (a) (iii) （一） (1)."""

from pipeline.clauses import markers as mk
from pipeline.clauses.digits import GROUP_STEP
from pipeline.clauses.scan import (
    Ints,
    Tables,
    class_at,
    digits_end,
    read_digits,
    read_numeral,
    skip_blanks,
)
from pipeline.clauses.shapes import (
    ANNEX_ENDS,
    BY_COLON,
    DUN,
    LIST_MAX,
    PENALTY,
    PENALTY_CHAIN,
    damaged,
    joint_variant,
    match_named,
    set_row,
)

LETTER = 5  # variant of a letter in brackets or before one
ROMAN_LETTERS = tuple((ord(c), n) for c, n in (("i", 1), ("v", 5), ("x", 10), ("I", 1), ("V", 5), ("X", 10)))
ROMAN_ONES, ROMAN_FIVES = (ord("i"), ord("I")), (ord("v"), ord("V"))
ROMAN_LENGTH = 5  # viii, xviii
ROMAN_SPAN = 400  # characters in which the next or the last number is looked for


def read_roman(codes: Ints, i: int, tables: Tables) -> tuple[int, int]:
    """Value and end of ii iv IX at i, value 0 where none is.

    i alone counts where ii follows, v and x where iv and ix stand before.
    """
    end, value, last, lower = i, 0, 0, codes[i] >= ord("a")
    while end < i + ROMAN_LENGTH and class_at(codes, end, tables) == mk.LATIN:
        one = 0
        for letter, number in ROMAN_LETTERS:
            if codes[end] == letter and (letter >= ord("a")) == lower:
                one = number
        if one == 0:
            return 0, i
        value += one - (2 * last if one > last else 0)
        last, end = one, end + 1
    if class_at(codes, end, tables) == mk.LATIN or value == 0:
        return 0, i
    if end == i + 1 and not has_partner(codes, i, tables):
        return 0, i
    return value, end


def has_partner(codes: Ints, i: int, tables: Tables) -> bool:
    """Say whether ii follows the single letter i, or iv, ix stands before v, x."""
    letter = codes[i]
    first = letter if letter in ROMAN_ONES else letter - (ord("v") - ord("i"))
    if letter not in ROMAN_ONES and letter not in ROMAN_FIVES:
        first = letter - (ord("x") - ord("i"))
    step = 1 if letter in ROMAN_ONES else -1
    at = i + 2 * step
    while 0 < at < i + ROMAN_SPAN and at > i - ROMAN_SPAN and codes[at] != 0:
        if codes[at] == first and codes[at + 1] == letter:
            inside = (
                class_at(codes, at - 1, tables) == mk.LATIN or class_at(codes, at + 2, tables) == mk.LATIN
            )
            if not inside:
                return True
        at += step
    return False


def match_bracket(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """（一） (1) （a）."""
    first = skip_blanks(codes, i + 1, tables)
    kind = class_at(codes, first, tables)
    if kind == mk.LATIN:
        value, end = read_roman(codes, first, tables)
        if value > 0 and class_at(codes, end, tables) == mk.CLOSING:
            set_row(row, mk.ROMAN, value, 0, LETTER)
            return end + 1
        if class_at(codes, first + 1, tables) != mk.CLOSING:
            return 0
        upper = (
            codes[first] in (ord("A"),) or codes[first] < ord("a") or ord("Ａ") <= codes[first] < ord("ａ")
        )
        set_row(row, mk.UPPER if upper else mk.LOWER, int(tables[1][codes[first]]), 0, LETTER)
        return first + 2
    value, end = read_numeral(codes, first, tables)
    last = skip_blanks(codes, end, tables)
    if value <= 0 or value > LIST_MAX:
        return 0
    if class_at(codes, last, tables) != mk.CLOSING:
        return 0 if kind == mk.DIGIT else damaged(row, mk.CN_PAREN, value, end)
    set_row(row, mk.AR_PAREN if kind == mk.DIGIT else mk.CN_PAREN, value, 0, 0)
    chained = class_at(codes, last + 2, tables) == mk.TRIGGER_OPEN  # （五）、（六）
    point = class_at(codes, last + 1, tables) == mk.DOT and class_at(codes, last + 2, tables) != mk.DIGIT
    return last + 2 if (codes[last + 1] == DUN and not chained) or point else last + 1


def match_lettered(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """A.1 A.1.2 with a blank behind, as annexes of standards count; the letter stands for its number."""
    parts, group, value, at = 1, 0, int(tables[1][codes[i]]), i + 1
    while parts < 4 and class_at(codes, at, tables) == mk.DOT:
        end = digits_end(codes, at + 1, tables)
        if end == at + 1 or end > at + 3:
            return 0
        group = group * GROUP_STEP + value if parts > 1 else value
        value, parts, at = read_digits(codes, at + 1, end, tables), parts + 1, end
    text = skip_blanks(codes, at, tables)
    if text == at or class_at(codes, text, tables) != mk.OTHER or codes[text] == 0 or value == 0:
        return 0
    set_row(row, mk.DOTTED2 + parts - 2, value, group, 0)
    return at


def match_latin(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """Match A. A、 a): single letters that touch no other."""
    before = class_at(codes, i - 1, tables) if i > 0 else mk.BREAK
    if before in (mk.LATIN, mk.DIGIT, mk.DOT, mk.DASH, mk.BULLET_MARK):
        return 0
    value, end = read_roman(codes, i, tables)
    closed = class_at(codes, end, tables) in (mk.DOT, mk.CLOSING, mk.COMMA_MARK)
    if value > 0 and closed and class_at(codes, end + 1, tables) != mk.DIGIT:
        set_row(row, mk.ROMAN, value, 0, LETTER)
        return end + 1
    after = class_at(codes, i + 1, tables)
    variant = LETTER if after == mk.CLOSING else joint_variant(codes, i + 1, tables)
    if before == mk.OTHER and after != mk.DOT and (variant == BY_COLON or codes[i - 1] in ANNEX_ENDS):
        return match_named(codes, (i, i + 1), int(tables[1][codes[i]]), tables, row)
    if variant in (0, BY_COLON):
        return 0
    code = codes[i]
    chained = class_at(codes, i + 2, tables) in (mk.LATIN, mk.DIGIT)
    if chained and after == mk.DOT and class_at(codes, i + 2, tables) == mk.DIGIT:
        lettered = match_lettered(codes, i, tables, row)
        if lettered > 0:
            return lettered
    word = after == mk.DOT and class_at(codes, i + 2, tables) == mk.LATIN  # U.S.
    if chained and (word or before not in (mk.BREAK, mk.FULL_STOP)):
        return 0
    upper = ord("A") <= code <= ord("Z") or ord("Ａ") <= code <= ord("Ｚ")
    set_row(row, mk.UPPER if upper else mk.LOWER, int(tables[1][code]), 0, variant)
    row[PENALTY] = PENALTY_CHAIN if chained else 0  # D、A、B两组
    return i + 2
