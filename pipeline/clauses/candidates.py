"""Every place where a marker may begin, with the evidence around it: one pass, linear in the text."""

from pipeline.clauses import markers as mk
from pipeline.clauses import shapes as sh
from pipeline.clauses.digits import match_digits
from pipeline.clauses.letters import match_bracket, match_latin
from pipeline.clauses.parts import announces
from pipeline.clauses.references import REFERENCE_AFTER, article_penalty, is_referred
from pipeline.clauses.scan import (
    BARE,
    BLANK_BEFORE,
    BOUNDARY,
    DAMAGED,
    END,
    FIELD_AFTER_SENTENCE,
    FIELD_AFTER_TITLE,
    FIELD_IN_LINE,
    FIELDS,
    FOLLOWED,
    FRESH,
    GAIN,
    GAINS,
    GROUP,
    HALF,
    NO_FIELD,
    ORDINAL,
    QUOTED,
    SECTION_HEAD,
    SENTENCE,
    START,
    STOPPED,
    STYLE,
    VARIANT,
    Ints,
    Tables,
    class_at,
)

QUOTE_SPAN = 2000  # characters that a quotation may span

SECTION_OPEN, SECTION_CLOSE = ord("【"), ord("】")
FIELD_MIN = 2
LABEL_LINE = 14  # characters of a line that names a field
TITLE_SPAN = 120  # characters that a title in 《》 may span

UNTIL = tuple(ord(c) for c in "至到结結完为為是")  # 第一单元至第三单元, 第一阶段结束后
HALF_STOPS = tuple(ord(c) for c in "；;")
ANNEX = ord("件")  # 附件： closes a document; the list of annexes stays where the last list stood


def before_blanks(codes: Ints, i: int, tables: Tables) -> int:
    """Index of the last character before i that is no blank, −1 where there is none."""
    j = i - 1
    while j >= 0 and class_at(codes, j, tables) == mk.BLANK:
        j -= 1
    return j


def boundary_at(codes: Ints, i: int, tables: Tables) -> int:
    """Boundary before i. Only the nearest blanks are walked, so all calls together are linear."""
    one = before_blanks(codes, i, tables)
    if one < 0:
        return mk.LINE
    c = class_at(codes, one, tables)
    if c == mk.BREAK:
        return mk.LINE
    if c == mk.FULL_STOP:
        return mk.STOP
    if c == mk.COLON_MARK:
        return mk.COLON
    if c not in (mk.DOT, mk.Q_CLOSE, mk.CLOSING):
        return mk.COMMA if c == mk.COMMA_MARK else mk.NONE
    two = before_blanks(codes, one, tables)
    before = class_at(codes, two, tables) if two >= 0 else mk.BREAK
    if c == mk.DOT:
        return mk.COLON if before != mk.DIGIT else mk.NONE
    if before == mk.FULL_STOP:
        return mk.COLON
    return mk.COMMA if c == mk.CLOSING else mk.NONE


def match(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """Fill `row` with the marker that begins at i; return its end, 0 where there is none."""
    c = class_at(codes, i, tables)
    if c in (mk.CN_DIGIT, mk.CN_UNIT):
        return sh.match_chinese(codes, i, tables, row)
    if c == mk.DI:
        return sh.match_unit(codes, i, tables, row)
    if c == mk.TRIGGER_OPEN:
        return match_bracket(codes, i, tables, row)
    if c == mk.DIGIT:
        return match_digits(codes, i, tables, row)
    if c == mk.ENCLOSED_NUMERAL:
        return sh.match_enclosed(codes, i, tables, row)
    if c == mk.LATIN:
        return match_latin(codes, i, tables, row)
    return sh.match_word(codes, i, tables, row) if c == mk.WORD else sh.match_bullet(codes, i, tables, row)


def opens_sentence(codes: Ints, i: int, boundary: int, ordinal: int, tables: Tables) -> bool:
    """Say whether 第二， or 其次 at i begins a sentence; behind ； and ， it is a word of another.

    The first of a row may stand behind a colon: 原因：首先，…。其次，….
    """
    if boundary == mk.COLON:
        return ordinal == 1
    if boundary == mk.NONE:
        return ordinal == 1 and i <= sh.TITLE_TOP and class_at(codes, i, tables) == mk.DI
    return boundary == mk.STOP and codes[before_blanks(codes, i, tables)] not in HALF_STOPS


def is_half(codes: Ints, i: int, boundary: int, tables: Tables) -> bool:
    """Say whether the boundary before i is a ；."""
    return boundary == mk.STOP and codes[before_blanks(codes, i, tables)] in HALF_STOPS


def is_told(codes: Ints, i: int, tables: Tables) -> bool:
    """Say whether a sentence or a colon stands before i: the stages behind it are what it tells of."""
    j = i - 1
    while j >= 0 and class_at(codes, j, tables) in (mk.BREAK, mk.BLANK):
        j -= 1
    return j >= 0 and class_at(codes, j, tables) in (mk.FULL_STOP, mk.COLON_MARK)


def names_clause(codes: Ints, place: tuple[int, int, int], row: Ints, tables: Tables) -> bool:
    """Say whether 第一阶段 or 附件一 is given rather than spoken of: 第一阶段的工作."""
    i, end, boundary = place
    if boundary == mk.COMMA or (
        row[sh.VARIANT] in sh.STAGES and row[sh.ORDINAL] == 1 and is_told(codes, i, tables)
    ):
        return False
    if codes[end - 1] in sh.COLONS:
        return True
    if boundary == mk.COLON and (row[sh.STYLE] != mk.STEP or row[sh.ORDINAL] != 1):
        return False
    if class_at(codes, end, tables) in (mk.COMMA_MARK, mk.FULL_STOP, mk.CLOSING):
        return False
    if boundary > mk.LINE and (row[sh.GROUP] == sh.ANY_WORD or is_half(codes, i, boundary, tables)):
        return False
    return codes[end] not in REFERENCE_AFTER and codes[end] not in UNTIL


def allowed(codes: Ints, place: tuple[int, int, int], row: Ints, tables: Tables, rules: Ints) -> bool:
    """Say whether the marker may stand at its boundary (markers.py, column before) and is no reference."""
    i, end, boundary = place
    style = row[sh.STYLE]
    if style == mk.BULLET and boundary != mk.LINE:
        return codes[i] in sh.BLOCK_BULLETS or (boundary <= rules[style] and codes[i] in sh.STRONG_BULLETS)
    if (
        style == mk.SEQUENCE or (style == mk.FIRSTLY and row[sh.VARIANT] == sh.BY_COMMA)
    ) and boundary > mk.LINE:
        return opens_sentence(codes, i, boundary, row[sh.ORDINAL], tables)
    if style >= mk.STEP:
        return names_clause(codes, place, row, tables)
    if style == mk.STEM and boundary >= mk.COMMA:
        return boundary == mk.NONE and row[sh.ORDINAL] == 1 and i <= sh.TITLE_TOP
    broken = style == mk.CN_PAREN and row[sh.VARIANT] in (DAMAGED, HALF)
    begins = row[sh.VARIANT] == HALF and row[sh.ORDINAL] == 1 and boundary == mk.NONE
    if not begins and boundary > (mk.STOP if broken or row[sh.VARIANT] == DAMAGED else rules[style]):
        return False
    return style not in (mk.CN_PAREN, mk.AR_PAREN) or not is_referred(codes, i, end, boundary, tables)


def is_plain(last: int, style: int) -> bool:
    """Say whether a marker with its last character is one that text without a boundary before it may hold."""
    if style in (mk.UPPER, mk.LOWER):
        return last == sh.DUN
    return style == mk.AR_DOT or mk.DOTTED2 <= style <= mk.DASHED or style >= mk.STEP


def score(codes: Ints, place: tuple[int, int, int], blank: bool, row: Ints, tables: Tables) -> int:
    """Gain of a candidate in hundredths: its boundary less what speaks against it."""
    _, end, boundary = place
    gain = GAINS[boundary] - row[sh.PENALTY]
    if row[sh.STYLE] == mk.BULLET:
        return int(max(gain, 0))
    if blank and boundary >= mk.COMMA:
        gain += BLANK_BEFORE
    style = row[sh.STYLE]
    if style <= mk.SUBITEM and style != mk.PART:
        gain -= article_penalty(codes, end, boundary, tables)
    if boundary == mk.NONE and not blank and row[sh.VARIANT] != BARE and is_plain(codes[end - 1], style):
        gain -= sh.PENALTY_NONE
    return int(gain)


def closing_of(codes: Ints, i: int, n: int, limit: int, tables: Tables) -> int:
    """Index of the mark that closes the quotation or title opened at i, i where none does within `limit`."""
    opened = codes[i]
    wanted = mk.Q_CLOSE if class_at(codes, i, tables) == mk.Q_OPEN else mk.B_CLOSE
    for j in range(i + 1, min(n, i + limit)):
        if codes[j] == opened or (wanted == mk.B_CLOSE and class_at(codes, j, tables) == mk.BREAK):
            return i
        if class_at(codes, j, tables) == wanted and 0 < codes[j] - opened < 2:
            return j
    return i


def add(out: Ints, k: int, i: int, end: int, row: Ints) -> None:
    """Write what the row knows of candidate k."""
    base = k * FIELDS
    out[base + START], out[base + END] = i, end
    out[base + STYLE], out[base + ORDINAL] = row[sh.STYLE], row[sh.ORDINAL]
    out[base + GROUP], out[base + VARIANT] = row[sh.GROUP], row[sh.VARIANT]
    out[base + FOLLOWED] = out[base + FRESH] = 0


def context(codes: Ints, i: int, n: int, state: Ints, tables: Tables) -> int:
    """Take a character that begins no marker into the context; return where to go on.

    state: last sentence end, colon or comma, last sentence end, end of the open quotation.
    """
    c = class_at(codes, i, tables)
    if c in (mk.BREAK, mk.FULL_STOP):
        state[0] = state[1] = i
    elif c == mk.COLON_MARK or (c == mk.COMMA_MARK and codes[i] != sh.DUN):
        state[0] = i
    elif c == mk.Q_OPEN and i >= state[2]:
        state[2] = closing_of(codes, i, n, QUOTE_SPAN, tables)
    elif c == mk.B_OPEN:
        return closing_of(codes, i, n, TITLE_SPAN, tables) + 1
    return i + 1


def stands_alone(codes: Ints, j: int, tables: Tables) -> bool:
    """Say whether the line that ends in 】 at j is 【…】 and no more."""
    for p in range(j - 1, max(j - LABEL_LINE, -1), -1):
        if codes[p] == SECTION_OPEN:
            before = before_blanks(codes, p, tables)
            return before < 0 or class_at(codes, before, tables) == mk.BREAK
    return False


def after_field(codes: Ints, i: int, line: int, tables: Tables) -> int:
    """Say whether a short line that ends in a colon and holds no candidate stands before i (任职要求：).

    Returns NO_FIELD, or whether a title or a sentence stands before that line. line: end of the last
    candidate; i stands at a line start.
    """
    j = i - 1
    while j > max(line, i - LABEL_LINE) and class_at(codes, j, tables) in (mk.BREAK, mk.BLANK):
        j -= 1
    if j > line and codes[j] == SECTION_CLOSE and stands_alone(codes, j, tables):
        return SECTION_HEAD
    if j <= line or class_at(codes, j, tables) != mk.COLON_MARK or codes[j - 1] == ANNEX:
        return NO_FIELD
    for p in range(j - 1, j - LABEL_LINE, -1):
        if p < line:
            return NO_FIELD
        if p < 0:
            return FIELD_AFTER_TITLE
        if class_at(codes, p, tables) == mk.BREAK:
            stop = before_blanks(codes, p, tables)
            while stop > line and class_at(codes, stop, tables) == mk.BREAK:
                stop = before_blanks(codes, stop, tables)
            sentence = stop > line and class_at(codes, stop, tables) == mk.FULL_STOP
            return FIELD_AFTER_SENTENCE if sentence else FIELD_AFTER_TITLE
    return NO_FIELD


def in_line_field(codes: Ints, i: int, state: Ints, last: int, tables: Tables) -> int:
    """Say whether a short title, a field or 【…】 stands between a sentence and the first number at i.

    last: end of the candidate before, which must not stand there.
    """
    if i > 0 and codes[i - 1] == SECTION_CLOSE:
        return SECTION_HEAD
    first = state[1] + 1
    if first == 0 or last > first or not FIELD_MIN < i - first < LABEL_LINE:
        return NO_FIELD
    for p in range(first, i - 1):
        c = class_at(codes, p, tables)
        if c != mk.OTHER and c < mk.TRIGGER_OPEN:
            return NO_FIELD
    if class_at(codes, i - 1, tables) == mk.COLON_MARK:
        return NO_FIELD if announces(codes, first, i) else FIELD_IN_LINE
    return FIELD_IN_LINE if class_at(codes, i - 1, tables) == mk.OTHER else NO_FIELD


def note(
    codes: Ints, place: tuple[int, int, int], state: Ints, tables: Tables, work: tuple[Ints, Ints, int]
) -> None:
    """Write candidate k with the evidence around it. work: candidates, row, k."""
    out, row, k = work
    i, end, boundary = place
    base = k * FIELDS
    blank = i > 0 and class_at(codes, i - 1, tables) == mk.BLANK
    add(out, k, i, end, row)
    out[base + BOUNDARY], out[base + SENTENCE], out[base + STOPPED] = boundary, state[0], state[1]
    out[base + GAIN] = score(codes, place, blank, row, tables) - (QUOTED if i < state[2] else 0)
    last = out[base - FIELDS + END] if k else -1
    if boundary > mk.LINE:
        out[base + FRESH] = in_line_field(codes, i, state, last, tables) if row[sh.ORDINAL] == 1 else NO_FIELD
    else:
        out[base + FRESH] = after_field(codes, i, last, tables)


def sweep(codes: Ints, n: int, tables: Tables, rules: Ints, work: tuple[Ints, Ints]) -> int:
    """Write every candidate of codes[:n]; return how many.

    codes: n code points and PAD zeros behind; rules: the weakest boundary of each style; work: FIELDS numbers
    for each place that may begin a marker, and decide.SCRATCH zeros. Cost: linear.
    """
    classes, out = tables[0], work[0]
    state, row = work[1][:3], work[1][3:]
    state[0] = state[1] = state[2] = -1
    i, k = 0, 0
    while i < n:
        code = codes[i]
        c = classes[code] if code < 65536 else 0
        if c == 0:
            i += 1
            continue
        if c >= mk.FIRST_TRIGGER:
            end = match(codes, i, tables, row)
            if 0 < end <= n:
                start = i - row[sh.BACK]
                place = (start, end, boundary_at(codes, start, tables))
                if allowed(codes, place, row, tables, rules):
                    note(codes, place, state, tables, (out, row, k))
                    k += 1
                    i = end
                    continue
        i = context(codes, i, n, state, tables)
    return k
