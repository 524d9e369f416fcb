"""The shapes of markers: does one stand at i, which, and where does it end.

Each function takes the code points and the index, fills `row` (style, ordinal, group, variant, penalty) and
returns the end of the marker, 0 where there is none. They are the table of markers.py in a form that
compiles; tests/clauses/test_markers.py holds them together.
"""

from pipeline.clauses import markers as mk
from pipeline.clauses.scan import (
    DAMAGED,
    HALF,
    LAST,
    Ints,
    Tables,
    chinese_end,
    class_at,
    read_group,
    read_numeral,
    skip_blanks,
)

STYLE, ORDINAL, GROUP, VARIANT, PENALTY, BACK = range(6)
ROW = 6  # BACK: characters of a word that stand before the numeral: 步骤一：
TITLE_TOP = 60  # characters of a title that the first marker of a text may touch
LIST_MAX = 199  # longer lists than this are not written; larger numbers are years, amounts, codes
UNIT_MAX = 2999  # the longest code of laws has 1,260 articles

PENALTY_COMMA = 40  # 一， 1，
PENALTY_COLON = 60  # 三： in the middle of a sentence
PENALTY_CHAIN = 90  # 一、二季度
PENALTY_WORD = 130  # 统一、 唯一、
PENALTY_DIGIT = 50  # 1.3个月
PENALTY_NONE = 60  # 表1、
PENALTY_DAMAGED = 60  # （二核对； 二）核对；

# Characters that turn 条 项 款 … into another word: 条件 项目 款项 目标 编辑 节课 章程.
_WORD_AFTER = (
    ("条", "件例约款"),
    ("條", "件例約款"),
    ("项", "目"),
    ("項", "目"),
    ("款", "项項"),
    ("目", "标標的录錄"),
)
_MORE_AFTER = (("编", "辑号制"), ("編", "輯號製"), ("节", "课目"), ("節", "課目"), ("章", "程"))
NOT_A_UNIT = tuple((ord(u), ord(c)) for u, cs in _WORD_AFTER + _MORE_AFTER for c in cs)
# Words that end in 一 (统一、规范): the character before.
BEFORE_ONE = tuple(ord(c) for c in "统統唯惟单單同专專如万萬划劃归歸合任之其逐第周初每某不这這那另")
# What follows a number that measures (1.2万元, 3.5%, 1.5倍): then the stop is a decimal point.
MEASURES = tuple(
    ord(c) for c in "%％‰℃万萬亿億元米公亩畝吨噸倍度平立千毫厘分小个個天年月日人岁歲级級mkgcMKGC×*/／~～-－"
)
FEN, BU, BIAN, BIAN_T, ZHI, SHI_IS = (ord(c) for c in "分部编編之是")
CN_PAIRS = tuple((ord(a), ord(b)) for a, b in ("首先", "其次", "再次", "最后", "最後"))
REWRITTEN = 1  # 其次: what software that rewrites pages word by word puts for 第二
SEPARATORS = tuple(ord(c) for c in "、和或至及与與到")
STRONG_BULLETS = tuple(ord(c) for c in "•■◆●▲▼★☆※□▪►➢➤")
BLOCK_BULLETS = tuple(ord(c) for c in "■◆●▲▼◇")  # never part of a word: 安全第一◆预防为主
HYPHENS = tuple(ord(c) for c in "-－–—")
DUN = ord("、")
COLONS = (ord("："), ord(":"))
# First and second character of each word, 0 where there is none; 1 behind those that need no colon
STEP_CODES = tuple(
    (ord(w[0]), ord(w[1:] or "\0"), int(w in mk.STEP_WORDS.split("|")))
    for w in f"{mk.STEP_WORDS}|{mk.STEP_OTHERS}".split("|")
)
NAME_CODES = tuple((ord(w[0]), ord(w[1:] or "\0")) for w in mk.NAME_WORDS.split("|"))
STAGES = tuple(ord(c) for c in "阶階")
ANNEX = ord("附")
ANY_WORD = 1  # group of a word that is none of these: it numbers only where the next number follows
WORD_MAX = 4
NO_NUMBERED = tuple(
    ord(c) for c in "图圖表注註式篇文稿章节節条條款项項"
)  # captions, notes, headings of articles
ANNEX_ENDS = tuple(ord(c) for c in "件录錄表")
BY_COMMA, BY_COLON = 3, 4  # what joins a numeral and its text (joint_variant)


def joint_variant(codes: Ints, i: int, tables: Tables) -> int:
    """1 stop, 2 、, 3 comma, 4 colon, 0 anything else: what joins a numeral and its text."""
    c = class_at(codes, i, tables)
    if c == mk.DOT:
        return 1
    if c == mk.COMMA_MARK:
        return 2 if codes[i] == DUN else 3
    return 4 if c == mk.COLON_MARK else 0


def set_row(row: Ints, style: int, ordinal: int, group: int, variant: int) -> None:
    """Fill a row with no penalty."""
    row[STYLE], row[ORDINAL], row[GROUP], row[VARIANT], row[PENALTY] = style, ordinal, group, variant, 0
    row[BACK] = 0


def is_other_word(codes: Ints, i: int) -> bool:
    """Say whether the unit character at i begins another word (条件, 项目)."""
    for unit, after in NOT_A_UNIT:  # noqa: SIM110 - the compiled form knows no any()
        if codes[i] == unit and codes[i + 1] == after:
            return True
    return False


def unit_style(codes: Ints, i: int, tables: Tables) -> tuple[int, int]:
    """Style and end of the unit at i (章, 条, 分编, 部分 …), style -1 where there is none."""
    code = codes[i]
    if code == FEN and (codes[i + 1] == BIAN or codes[i + 1] == BIAN_T):
        return mk.SUBPART, i + 2
    if code == BU and codes[i + 1] == FEN:
        return mk.DIVISION, i + 2
    if (
        code >= 65536
        or tables[0][code] == mk.ENCLOSED_NUMERAL
        or tables[2][code] == 0
        or is_other_word(codes, i)
    ):
        return -1, i
    return int(tables[2][code]) - 1, i + 1


def match_step(codes: Ints, at: int, value: int, tables: Tables, row: Ints) -> int:
    """第一课时, 第二阶段, 第一步：; `at` stands behind the numeral."""
    for one, two, free in STEP_CODES:
        if codes[at] == one and (two == 0 or codes[at + 1] == two):
            end = at + (1 if two == 0 else 2)
            joined = joint_variant(codes, end, tables) == BY_COLON
            if value > LIST_MAX or not (joined or free > 0 or class_at(codes, end, tables) == mk.BLANK):
                return 0
            set_row(row, mk.STEP, value, 0 if free > 0 else ANY_WORD, one)
            return end + 1 if joined else end
    return 0


def word_start(codes: Ints, i: int, tables: Tables) -> int:
    """Index of the word that ends at i and begins a line or a sentence, i where it is long or none does."""
    at = i
    while at > 0 and i - at <= WORD_MAX and class_at(codes, at - 1, tables) == mk.OTHER:
        at -= 1
    return at if at == 0 or class_at(codes, at - 1, tables) in (mk.BREAK, mk.FULL_STOP) else i


def begins_line(codes: Ints, i: int, tables: Tables) -> bool:
    """Say whether a line or a sentence begins at i."""
    return i == 0 or (i > 0 and class_at(codes, i - 1, tables) in (mk.BREAK, mk.FULL_STOP))


def is_parted(codes: Ints, end: int, tables: Tables) -> bool:
    """Say whether 、 . or a blank, and no further numeral stands behind one: 步骤一、 not 步骤一、二."""
    if class_at(codes, end, tables) == mk.BLANK:
        return True
    following = class_at(codes, end + 1, tables)
    return joint_variant(codes, end, tables) in (1, 2) and following not in (
        mk.DIGIT,
        mk.CN_DIGIT,
        mk.CN_UNIT,
    )


def match_named(codes: Ints, ends: tuple[int, int], value: int, tables: Tables, row: Ints) -> int:
    """步骤一：, 问1：, 附件一; the numeral stands between `ends`, its value is known."""
    i, end = ends
    joined = codes[end] in COLONS
    for one, two in NAME_CODES:
        last = codes[i - 1] == (one if two == 0 else two)
        if not last or (two > 0 and (i < 2 or codes[i - 2] != one)):
            continue
        parted = two > 0 and begins_line(codes, i - 2, tables) and is_parted(codes, end, tables)
        if not (joined or parted or one == ANNEX):
            continue
        set_row(row, mk.NAMED, value, 0, one)
        row[BACK] = 1 if two == 0 else 2
        stopped = joined or (parted and class_at(codes, end, tables) != mk.BLANK)
        return end + 1 if stopped else end
    word = i - word_start(codes, i, tables)
    if not joined or not 0 < word <= WORD_MAX or codes[i - 1] in NO_NUMBERED:
        return 0
    if class_at(codes, end + 1, tables) == mk.DIGIT:
        return 0  # 比例1：5
    set_row(row, mk.NAMED, value, ANY_WORD, codes[i - word])
    row[BACK] = word
    return end + 1


def match_unit(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """第X编 … 第X目 with 之X, and 第X、."""
    first = skip_blanks(codes, i + 1, tables)
    value, end = read_numeral(codes, first, tables)
    if value <= 0 or value > UNIT_MAX:
        return 0
    at = skip_blanks(codes, end, tables)
    style, after = unit_style(codes, at, tables)
    if style < 0:
        step = match_step(codes, at, value, tables, row)
        if step > 0:
            return step
        variant = joint_variant(codes, end, tables)
        if variant < 2 or class_at(codes, first, tables) == mk.DIGIT or value > LIST_MAX:
            return 0
        set_row(row, mk.FIRSTLY, value, 0, variant)
        row[PENALTY] = chain_penalty(codes, end + 1, value, tables)
        return end + 1
    set_row(row, style, value, 0, 0)
    if style < mk.ARTICLE and style != mk.DIVISION:
        return after + 1 if codes[after] in COLONS else after
    if style == mk.ARTICLE and codes[after] == ZHI:
        sub, sub_end = read_numeral(codes, after + 1, tables)
        if sub > 0:
            row[GROUP] = sub
            after = sub_end
    return after + 1 if joint_variant(codes, after, tables) in (2, 4) else after


def damaged(row: Ints, style: int, value: int, end: int) -> int:
    """Fill a row for a marker that has lost a bracket or its stop; return its end."""
    set_row(row, style, value, 0, DAMAGED)
    row[PENALTY] = PENALTY_DAMAGED
    return end


def chain_penalty(codes: Ints, i: int, value: int, tables: Tables) -> int:
    """Penalty where the text after 、 at i is a numeral again: 一、二季度, 一、二、三产业."""
    if class_at(codes, i, tables) == mk.DI:
        return PENALTY_CHAIN  # 第一、第二产业
    end = chinese_end(codes, i, tables)
    if end == i:
        return 0
    following = read_group(codes, i, end, tables)
    return PENALTY_CHAIN if following == value + 1 or codes[end] == DUN else 0


def match_chinese(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """一、 一. 一： 一是."""
    before = class_at(codes, i - 1, tables) if i > 0 else mk.BREAK
    if before in (mk.CN_DIGIT, mk.CN_UNIT, mk.DI, mk.B_OPEN, mk.LATIN):
        return 0
    end = chinese_end(codes, i, tables)
    value = read_group(codes, i, end, tables)
    if value <= 0 or value > LIST_MAX:
        return 0
    if codes[end] == SHI_IS:
        set_row(row, mk.ONE_IS, value, 0, 0)
        return end + 1
    after = skip_blanks(codes, end, tables)
    variant = joint_variant(codes, after, tables)
    named_here = variant == BY_COLON or codes[max(i - 1, 0)] in ANNEX_ENDS
    if i > 0 and before == mk.OTHER and (named_here or (i > 1 and begins_line(codes, i - 2, tables))):
        named = match_named(codes, (i, end), value, tables, row)
        if named > 0:
            return named
    if class_at(codes, after, tables) == mk.CLOSING:
        damaged(row, mk.CN_PAREN, value, after + 1)
        row[VARIANT] = HALF
        return after + 2 if codes[after + 1] == DUN else after + 1
    if after > end and variant != 2:
        return damaged(row, mk.CN_DUN, value, end) if before == mk.BREAK else 0
    if variant == 0:
        return 0
    end = after
    if i > 1 and codes[i - 1] == DUN and tables[0][min(codes[i - 2], 65535)] in (mk.CN_DIGIT, mk.CN_UNIT):
        return 0
    set_row(row, mk.CN_DUN, value, 0, variant)
    row[PENALTY] = chain_penalty(codes, end + 1, value, tables) if variant == 2 else 0
    row[PENALTY] += PENALTY_COMMA if variant == 3 else (PENALTY_COLON if variant == 4 else 0)
    if value == 1 and i > 0 and codes[i - 1] in BEFORE_ONE:
        row[PENALTY] += PENALTY_WORD
    return end + 1


def match_enclosed(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """① ㊿ ❶ ⑴ ⒈ ㈠ Ⅲ."""
    neighbour = class_at(codes, i + 1, tables)
    if neighbour == mk.ENCLOSED_NUMERAL or (i > 0 and class_at(codes, i - 1, tables) == mk.ENCLOSED_NUMERAL):
        return 0
    if codes[i + 1] in SEPARATORS and class_at(codes, i + 2, tables) == mk.ENCLOSED_NUMERAL:
        return 0
    style = int(tables[2][codes[i]]) - 1
    joined = joint_variant(codes, i + 1, tables)
    if style == mk.ROMAN and joined not in (1, 2, 3) and neighbour != mk.BLANK:
        return 0
    set_row(row, style, int(tables[1][codes[i]]), 0, 6)
    return i + 2 if joined in (1, 2) or (joined == 3 and style == mk.ROMAN) else i + 1


def match_stem(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """甲、 乙．; not 甲、乙双方."""
    variant = joint_variant(codes, i + 1, tables)
    following = codes[i + 2]
    if variant not in (1, 2) or (class_at(codes, i + 2, tables) == mk.WORD and tables[1][following] > 0):
        return 0
    if i > 0 and class_at(codes, i - 1, tables) == mk.COMMA_MARK:
        return 0
    set_row(row, mk.STEM, int(tables[1][codes[i]]), 0, variant)
    return i + 2


def match_word(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """首先 其次 再次 最后, with the comma that follows; 其次条, as rewritten pages have for 第二条."""
    if tables[1][codes[i]] > 0:
        return match_stem(codes, i, tables, row)
    for k in range(5):
        if codes[i] == CN_PAIRS[k][0] and codes[i + 1] == CN_PAIRS[k][1]:
            if k == REWRITTEN:
                style, after = unit_style(codes, i + 2, tables)
                if mk.CHAPTER <= style <= mk.ARTICLE:
                    return damaged(row, style, 2, after)
            joined = joint_variant(codes, i + 2, tables) > 1
            if k >= 3 and not joined:
                return 0
            set_row(row, mk.SEQUENCE, k + 1 if k < 3 else LAST, 0, 0)
            return i + 3 if joined else i + 2
    return 0


def match_bullet(codes: Ints, i: int, tables: Tables, row: Ints) -> int:
    """• ■ - and the like; two dashes in a row are a dash."""
    if class_at(codes, i + 1, tables) in (mk.BULLET_MARK, mk.BREAK, mk.DIGIT):
        return 0
    if i > 0 and class_at(codes, i - 1, tables) == mk.BULLET_MARK:
        return 0
    set_row(row, mk.BULLET, 0, 0, codes[i])
    return i + 1
