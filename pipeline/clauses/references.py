"""What refers to a clause rather than gives one: 依照第三条第一款, （三）项, 第九条规定的 …."""

from pipeline.clauses import markers as mk
from pipeline.clauses.scan import Ints, Tables, class_at, read_numeral
from pipeline.clauses.shapes import SEPARATORS

# What follows 第三条 where it is referred to: 第三条规定的, 第三条、第四条, 第三条第二款, 第三条（一）项.
REFERENCE_AFTER = tuple(ord(c) for c in "、和或至的，规規定所及与與之")
EDITED_AFTER = tuple(ord(c) for c in "修删刪第改")
WITHIN = ord("中")  # 第三条中的, 第三条中规定; not 第三条中国, 第三条中小学
AFTER_WITHIN = tuple(ord(c) for c in "的，,、规規所有")
JOINING = tuple(ord(c) for c in "与與及")  # 第三条与第四条; not 第三条与进出口有关的
AFTER_JOINING = tuple(ord(c) for c in "第本前其")
PENALTY_JOINING = 30
NO_PROVISION, OTHER_ARTICLE, PROVISION = range(3)
PROVISIONS = tuple(ord(c) for c in "款项項目")
RULES, SETS, AFTER_RULES = (tuple(ord(c) for c in w) for w in ("规規", "定", "的，,情处處执執办辦"))
SUO, NAMED_BY = ord("所"), tuple(ord(c) for c in "称稱列指述规規")
PENALTY_LINE = 125  # a little more than a line start gives: nothing is lost by leaving it
DI = ord("第")
PENALTY_REFERENCE = 80
PENALTY_PROVISION = 120  # followed by 第X款, （X）
PENALTY_EDITED = 90
AFTER_PROVISION = tuple(ord(c) for c in "项項款条條目类類级級种種点點档檔")
NO_WORD = tuple(
    (ord(a), ord(b))
    for a, b in ("项目", "項目", "款项", "款項", "条件", "條件", "类别", "種類", "种类", "级别")
)


def provision_at(codes: Ints, i: int, tables: Tables) -> int:
    """Say whether a provision (第二款, （三）项) or another number (第四条) begins at i, behind 第三条."""
    c = class_at(codes, i, tables)
    if codes[i] != DI and c != mk.TRIGGER_OPEN:
        return NO_PROVISION
    if codes[i] == DI and class_at(codes, i + 1, tables) == mk.TRIGGER_OPEN:
        return PROVISION  # 第（四）项
    _, end = read_numeral(codes, i + 1, tables)
    if end == i + 1:
        return NO_PROVISION
    if c == mk.TRIGGER_OPEN:
        listed = class_at(codes, end, tables) == mk.CLOSING and codes[end + 1] not in AFTER_PROVISION
        return OTHER_ARTICLE if listed else PROVISION
    return PROVISION if codes[end] in PROVISIONS else OTHER_ARTICLE


def is_cited(codes: Ints, end: int) -> bool:
    """Say whether what stands behind 第三条 speaks of it: 规定的, 规定，, 所称, 所列."""
    first, second, third = codes[end], codes[end + 1], codes[end + 2]
    if first in RULES and second in SETS:
        return third in AFTER_RULES
    return first == SUO and second in NAMED_BY


def article_penalty(codes: Ints, end: int, boundary: int, tables: Tables) -> int:
    """Penalty of 第X条 (章, 节) that is referred to rather than given."""
    after = class_at(codes, end, tables)
    if after == mk.BLANK:
        return 0
    named = provision_at(codes, end, tables)
    if named == PROVISION or (named == OTHER_ARTICLE and boundary >= mk.COMMA):
        return PENALTY_PROVISION if boundary > mk.LINE else PENALTY_LINE
    if boundary == mk.LINE:
        return PENALTY_LINE if is_cited(codes, end) else 0
    if codes[end] in JOINING and codes[end + 1] not in AFTER_JOINING:
        return PENALTY_JOINING
    if after == mk.COMMA_MARK or codes[end] in REFERENCE_AFTER:
        return PENALTY_REFERENCE
    within = codes[end] == WITHIN and codes[end + 1] in AFTER_WITHIN
    return PENALTY_EDITED if boundary >= mk.COMMA and (within or codes[end] in EDITED_AFTER) else 0


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
    if codes[end] in SEPARATORS and class_at(codes, end + 1, tables) == mk.TRIGGER_OPEN:
        return True
    return i > 1 and codes[i - 1] in SEPARATORS and class_at(codes, i - 2, tables) == mk.CLOSING
