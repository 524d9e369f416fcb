"""The pieces of a text as parts, each a future clause: labels cut out of lines, the kind of each.

Written, like the scan, to run over lists as it stands and over arrays when compiled.
"""

from typing import Final

from pipeline.clauses.pieces import AT_LINE, PIECE, UNNUMBERED, is_space
from pipeline.clauses.scan import Ints

# A part: marker [start, body), own text [body, end), the row's style, ordinal and packed, its kind.
PART = 7
START, BODY, END, STYLE, ORDINAL, PACKED, KIND = range(PART)
CLAUSE, PARAGRAPH, LABEL, HEADING = range(4)  # records.CLAUSE_KINDS

Text = tuple[Ints, Ints]  # code points and PAD zeros behind, LABEL_CODES

# Words that name a field of a post description, a contract or a system on template pages; within one line
# only these open a label: 岗位：专员职责： · not 下列义务：
LABEL_WORDS: Final = (
    "岗位名称|岗位职责|岗位要求|岗位|职位|职务|职责|工作职责|主要职责|工作内容|工作要求|工作目标|任职要求|任职资格|"
    "任职条件|直接上级|直接下级|直属上级|上级|下级|所属部门|部门|适用范围|适用对象|目的|范围|权限|编制|汇报对象|"
    "甲方|乙方|丙方|附件|备注|说明|要求|时间|地点|参加人员|责任人|职称|学历"
)
LABEL_CODES: Final = tuple(0 if c == "|" else ord(c) for c in LABEL_WORDS + "|")  # 0 behind each word

NAME_RUN = 12  # characters of one word of a name
ASIDE_RUN = 10  # characters of an aside: 甲方（委托方）：
NAME_MAX = 6  # characters of the name of a field that carries a value: 岗位, 职责, 直接上级 …
VALUE_MAX = 40  # characters of its value
HEADING_MAX = 40  # characters of a heading inside an article
TITLE_MAX = 60  # characters of the title at the top; titles of statutes reach 50
DATE_TAIL = 12  # characters that may stand behind 年 in a date: ` 十二 月 三十一 日`

NO_NAME = tuple(ord(c) for c in "：:，,。；;、！!?？“”《》()（）0123456789")
COLONS = (ord("："), ord(":"))
BLANKS = (ord(" "), 0x3000)
OPENING, CLOSING = (ord("（"), ord("(")), (ord("）"), ord(")"))
FEED, SPACE = ord("\n"), ord(" ")
SENTENCE_ENDS = tuple(ord(c) for c in "。；！？;!?")
NO_TITLE_END = tuple(ord(c) for c in "：:，,、.…")
FULL_COMMA = ord("，")
DATE_DIGITS = tuple(ord(c) for c in "0123456789０１２３４５６７８９〇○一二三四五六七八九xX×")
YEAR = ord("年")
# What may stand behind 年 in a date: `九月十二日`, ` 1 月`; `仓库管理制度` and `修订` make it a name
IN_DATE = (*DATE_DIGITS, *(ord(c) for c in "十廿卅元正初月日号底 _＿—-./　"))
# What announces a list rather than names a field, before its colon: 通知如下： · not 职责：
ANNOUNCING = tuple(ord(c) for c in "应为是有指由将")
ANNOUNCING_PAIRS = tuple((ord(a), ord(b)) for a, b in ("如下", "以下", "下列", "包括", "包含", "应当"))


def name_end(codes: Ints, i: int, stop: int) -> int:
    """End of the run of characters of a name that begins at i; i where it is longer than NAME_RUN."""
    at = i
    while at < stop and not is_space(codes[at]) and codes[at] not in NO_NAME:
        at += 1
        if at - i > NAME_RUN:
            return i
    return at


def colon_end(codes: Ints, i: int, stop: int) -> int:
    """Index behind the colon at i, which an aside may precede, 0 where none is."""
    at = i
    if at < stop and codes[at] in OPENING:
        at += 1
        while at < stop and codes[at] not in OPENING and codes[at] not in CLOSING and codes[at] != FEED:
            at += 1
        if at >= stop or codes[at] not in CLOSING or not 0 < at - i - 1 <= ASIDE_RUN:
            return 0
        at += 1
    return at + 1 if at < stop and codes[at] in COLONS else 0


def known_label(codes: Ints, i: int, stop: int, words: Ints) -> int:
    """Index behind a label at i whose name is one of `words`, 0 where there is none."""
    word = 0
    while word < len(words):
        at = i
        while words[word] != 0 and at < stop and codes[at] == words[word]:
            at += 1
            word += 1
        if words[word] == 0:
            end = colon_end(codes, at, stop)
            if end > 0:
                return end
        while words[word] != 0:
            word += 1
        word += 1
    return 0


def has_sentence_end(codes: Ints, i: int, stop: int) -> bool:
    """Say whether a sentence ends in codes[i:stop]."""
    for at in range(i, stop):  # noqa: SIM110 - a generator cannot be compiled
        if codes[at] in SENTENCE_ENDS:
            return True
    return False


def announces(codes: Ints, start: int, end: int) -> bool:
    """Say whether the words before the colon that ends codes[start:end] announce a list."""
    if end - start < 2:
        return False
    last = codes[end - 2]
    if last in ANNOUNCING:
        return True
    for one, two in ANNOUNCING_PAIRS:  # noqa: SIM110 - as above
        if last == two and end - start > 2 and codes[end - 3] == one:
            return True
    return False


def within_date(codes: Ints, start: int, end: int) -> bool:
    """Say whether all of codes[start:end] may stand in a date behind its 年."""
    at = start
    while at < end and codes[at] in IN_DATE:
        at += 1
    return at == end


def ends_in_date(codes: Ints, start: int, end: int) -> bool:
    """Say whether codes[start:end] ends in a date: 2024年1月1日, 二〇二四年, 20xx年."""
    for at in range(start + 2, end - 1):
        if codes[at] != YEAR:
            continue
        if end - at - 1 > DATE_TAIL or not within_date(codes, at + 1, end):
            continue
        digit = at - 2 if codes[at - 1] == SPACE else at - 1
        if digit > start and codes[digit] in DATE_DIGITS and codes[digit - 1] in DATE_DIGITS:
            return True
    return False


def label_end(text: Text, parts: Ints, k: int, count: int) -> int:
    """End of the marker of label k of `count` parts, 0 where it is none."""
    codes, words = text
    base = k * PART
    start, stop = parts[base + START], parts[base + END]
    if stop - start > 2 * NAME_MAX + VALUE_MAX + 2:
        return 0
    at = name_end(codes, start, stop)
    if at == start:
        return 0
    if at < stop and codes[at] in BLANKS and name_end(codes, at + 1, stop) > at + 1:
        at = name_end(codes, at + 1, stop)
    end = colon_end(codes, at, stop)
    if end == 0:
        return 0
    value = end
    while value < stop and codes[value] in BLANKS:
        value += 1
    known = known_label(codes, start, end, words) == end
    if value < stop:
        short = end - start <= NAME_MAX + 1 and not has_sentence_end(codes, value, stop)
        return end if stop - value <= VALUE_MAX and (short or known) else 0
    if known:
        return end
    after = base + PART
    opens = k + 1 < count and parts[after + STYLE] >= 0 and parts[after + ORDINAL] <= 1
    return end if opens and not announces(codes, start, end) else 0


def is_heading(codes: Ints, parts: Ints, k: int, count: int, top: bool) -> bool:
    """Say whether an unnumbered part is a heading: short, no sentence, and something follows."""
    base, after = k * PART, (k + 1) * PART
    start, end = parts[base + START], parts[base + END]
    if k + 1 == count or end - start > (TITLE_MAX if top else HEADING_MAX):
        return False
    if has_sentence_end(codes, start, end) or codes[end - 1] in NO_TITLE_END:
        return False
    if ends_in_date(codes, start, end):
        return False
    if top:
        return True
    if parts[after + STYLE] >= 0:
        return bool(parts[after + ORDINAL] <= 1 and parts[after + PACKED] & AT_LINE > 0)
    for at in range(start, end):
        if codes[at] == FULL_COMMA:
            return False
    return has_sentence_end(codes, parts[after + START], parts[after + END])


def append_piece(codes: Ints, span: tuple[int, int], packed: int, parts: Ints, count: int) -> int:
    """Append a span as one unnumbered part, unless it is blank; return how many there are then."""
    left, right = span
    while left < right and is_space(codes[left]):
        left += 1
    while right > left and is_space(codes[right - 1]):
        right -= 1
    if left >= right:
        return count
    base = count * PART
    parts[base + START], parts[base + BODY], parts[base + END] = left, left, right
    parts[base + STYLE], parts[base + ORDINAL] = UNNUMBERED, 0
    parts[base + PACKED], parts[base + KIND] = packed, PARAGRAPH
    return count + 1


def cut_labels(text: Text, pieces: Ints, k: int, parts: Ints, count: int) -> int:
    """Cut labels out of piece k, before a list in its line: 岗位：甲职责：一、 gives 岗位：甲 and 职责：."""
    codes, words = text
    base = k * PIECE
    first, stop = pieces[base], pieces[base + 2]
    packed = pieces[base + 5]
    left, at = first, first
    while at < stop:
        end = known_label(codes, at, stop, words)
        if end == 0:
            at += 1
            continue
        if at > left:
            count = append_piece(codes, (left, at), packed if left == first else 0, parts, count)
            left = at
        at = end
    return append_piece(codes, (left, stop), packed if left == first else 0, parts, count)


def split_labels(text: Text, pieces: Ints, total: int, parts: Ints) -> int:
    """Write the parts of `total` pieces in order; return how many: they tile the text up to white space."""
    count = 0
    for k in range(total):
        base = k * PIECE
        if pieces[base + 3] < 0 and k + 1 < total:
            after = base + PIECE
            if pieces[after + 3] >= 0 and pieces[after + 5] & AT_LINE == 0:
                count = cut_labels(text, pieces, k, parts, count)
                continue
        part = count * PART
        for column in range(PIECE):
            parts[part + column] = pieces[base + column]
        parts[part + KIND] = PARAGRAPH if pieces[base + 3] < 0 else CLAUSE
        count += 1
    return count


def name_kinds(text: Text, parts: Ints, count: int) -> None:
    """Decide label, heading or paragraph for every part without a number."""
    top = True
    for k in range(count):
        base = k * PART
        if parts[base + STYLE] >= 0:
            top = False
            continue
        end = label_end(text, parts, k, count)
        if end > 0:
            parts[base + KIND], parts[base + BODY] = LABEL, end
        elif is_heading(text[0], parts, k, count, top):
            parts[base + KIND] = HEADING
        else:
            top = False
