"""Every place where a marker may begin, with the evidence around it: one pass, linear in the text."""

from pipeline.clauses import markers as mk
from pipeline.clauses import shapes as sh
from pipeline.clauses.digits import match_digits
from pipeline.clauses.scan import (
    BLANK_BEFORE,
    BOUNDARY,
    DAMAGED,
    END,
    FIELDS,
    FOLLOWED,
    FRESH,
    GAIN,
    GAINS,
    GROUP,
    HALF,
    ORDINAL,
    QUOTED,
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
NO_FIELD, FIELD_AFTER_TITLE, FIELD_AFTER_SENTENCE = range(3)
LABEL_LINE = 14  # characters of a line that names a field
TITLE_SPAN = 120  # characters that a title in 《》 may span

# What follows 第三条 where it is referred to: 第三条规定的, 第三条、第四条, 第三条第二款, 第三条（一）项.
REFERENCE_AFTER = tuple(ord(c) for c in "、和或至的，规規定所及与與之")
EDITED_AFTER = tuple(ord(c) for c in "修删刪第中改")
DI = ord("第")
ANNEX = ord("件")  # 附件： closes a document; the list of annexes stays where the last list stood
PENALTY_REFERENCE = 80
PENALTY_PROVISION = 120  # followed by 第X款, （X）
PENALTY_EDITED = 90
AFTER_PROVISION = tuple(ord(c) for c in "项項款条條目类類级級种種点點档檔")
NO_WORD = tuple(
    (ord(a), ord(b))
    for a, b in ("项目", "項目", "款项", "款項", "条件", "條件", "类别", "種類", "种类", "级别")
)


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


def article_penalty(codes: Ints, end: int, boundary: int, tables: Tables) -> int:
    """Penalty of 第X条 (章, 节) that is referred to rather than given."""
    after = class_at(codes, end, tables)
    if after == mk.BLANK or boundary == mk.LINE:
        return 0
    if (codes[end] == DI and class_at(codes, end + 1, tables) in (mk.CN_DIGIT, mk.CN_UNIT, mk.DIGIT)) or (
        after == mk.TRIGGER_OPEN and class_at(codes, end + 1, tables) in (mk.CN_DIGIT, mk.CN_UNIT)
    ):
        return PENALTY_PROVISION
    if after == mk.COMMA_MARK or codes[end] in REFERENCE_AFTER:
        return PENALTY_REFERENCE
    return PENALTY_EDITED if boundary >= mk.COMMA and codes[end] in EDITED_AFTER else 0


def is_referred(codes: Ints, i: int, end: int, boundary: int, tables: Tables) -> bool:
    """Say whether （三） at i is a reference: 第（三）项, （三）项, （三）、（四）."""
    if i > 0 and codes[i - 1] == DI:
        return True
    if boundary < mk.COMMA:
        return False
    for first, second in NO_WORD:
        if codes[end] == first and codes[end + 1] == second:
            return False
    if codes[end] in AFTER_PROVISION:
        return True
    if codes[end] in sh.SEPARATORS and class_at(codes, end + 1, tables) == mk.TRIGGER_OPEN:
        return True
    return i > 1 and codes[i - 1] in sh.SEPARATORS and class_at(codes, i - 2, tables) == mk.CLOSING


def match(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """Fill `row` with the marker that begins at i; return its end, 0 where there is none."""
    c = class_at(codes, i, tables)
    if c in (mk.CN_DIGIT, mk.CN_UNIT):
        return sh.match_chinese(codes, i, tables, row)
    if c == mk.DI:
        return sh.match_unit(codes, i, tables, row)
    if c == mk.TRIGGER_OPEN:
        return sh.match_bracket(codes, i, tables, row)
    if c == mk.DIGIT:
        return match_digits(codes, i, tables, row)
    if c == mk.ENCLOSED_NUMERAL:
        return sh.match_enclosed(codes, i, tables, row)
    if c == mk.LATIN:
        return sh.match_latin(codes, i, tables, row)
    return sh.match_word(codes, i, tables, row) if c == mk.WORD else sh.match_bullet(codes, i, tables, row)


def allowed(codes: Ints, place: tuple[int, int, int], row: Ints, tables: Tables, rules: Ints) -> bool:
    """Say whether the marker may stand at its boundary (markers.py, column before) and is no reference."""
    i, end, boundary = place
    style = row[sh.STYLE]
    if style == mk.BULLET and boundary != mk.LINE:
        return codes[i] in sh.BLOCK_BULLETS or (boundary <= rules[style] and codes[i] in sh.STRONG_BULLETS)
    broken = style == mk.CN_PAREN and row[sh.VARIANT] in (DAMAGED, HALF)
    if boundary > (mk.STOP if broken or row[sh.VARIANT] == DAMAGED else rules[style]):
        return False
    return style not in (mk.CN_PAREN, mk.AR_PAREN) or not is_referred(codes, i, end, boundary, tables)


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
    if boundary == mk.NONE and not blank and (style == mk.AR_DOT or mk.DOTTED2 <= style <= mk.DOTTED4):
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

    state: last sentence end or colon, last sentence end, end of the open quotation.
    """
    c = class_at(codes, i, tables)
    if c in (mk.BREAK, mk.FULL_STOP):
        state[0] = state[1] = i
    elif c == mk.COLON_MARK:
        state[0] = i
    elif c == mk.Q_OPEN and i >= state[2]:
        state[2] = closing_of(codes, i, n, QUOTE_SPAN, tables)
    elif c == mk.B_OPEN:
        return closing_of(codes, i, n, TITLE_SPAN, tables) + 1
    return i + 1


def after_field(codes: Ints, i: int, line: int, tables: Tables) -> int:
    """Say whether a short line that ends in a colon and holds no candidate stands before i (任职要求：).

    Returns NO_FIELD, or whether a title or a sentence stands before that line. line: end of the last
    candidate; i stands at a line start.
    """
    j = i - 1
    while j > max(line, i - LABEL_LINE) and class_at(codes, j, tables) in (mk.BREAK, mk.BLANK):
        j -= 1
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
    if boundary == mk.LINE:
        out[base + FRESH] = after_field(codes, i, out[base - FIELDS + END] if k else -1, tables)


def sweep(codes: Ints, n: int, tables: Tables, rules: Ints, work: tuple[Ints, Ints]) -> int:
    """Write every candidate of codes[:n]; return how many.

    codes: n code points and PAD zeros behind; rules: the weakest boundary of each style; work: FIELDS numbers
    for each place that may begin a marker, and 16 zeros. Cost: linear.
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
                place = (i, end, boundary_at(codes, i, tables))
                if allowed(codes, place, row, tables, rules):
                    note(codes, place, state, tables, (out, row, k))
                    k += 1
                    i = end
                    continue
        i = context(codes, i, n, state, tables)
    return k
