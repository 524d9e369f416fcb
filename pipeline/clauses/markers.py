"""The marker grammar as one table, and the character classes that the scan derives from it.

A row says how a marker looks, in which numerals it counts, at which rank it stands and what may stand before.
Whether a candidate *is* a marker is decided by the sequence it stands in (search.py), not by the row.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from pipeline.clauses.numerals import CN_VALUES, enclosed_values

# Styles: indices into the table and into the search's memory; a style is what one list keeps to.
PART, DIVISION, SUBPART, CHAPTER, SECTION, ARTICLE, PARAGRAPH, ITEM, SUBITEM = range(9)
CN_DUN, CN_PAREN, AR_DOT, AR_HALF, AR_PAREN, CIRCLED, BLACK = range(9, 16)
DOTTED2, DOTTED3, DOTTED4, DASHED, UPPER, LOWER, ROMAN = range(16, 23)
FIRSTLY, ONE_IS, SEQUENCE, BULLET, CN_CIRCLED = range(23, 28)
STEM, STEP, NAMED = range(28, 31)
STYLES: Final = 31
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"

# Boundaries: what stands before a marker, strongest first.
LINE, STOP, COLON, COMMA, NONE = range(5)

CN: Final = "[零〇○一二三四五六七八九两兩十百千廿卅]{1,16}"
AR: Final = "[0-9０-９]{1,3}"
OPEN: Final = "[（(﹙〔【]"
CLOSE: Final = "[）)﹚〕】]"
JOINT: Final = "[、.．，,：:]"  # after a numeral one family; crossing in one list costs
GAP: Final = "[ \u3000\t\u00a0]*"
STOPPED: Final = "[、.．]?"
ENDED: Final = f"(?:[、.．]|{CLOSE})?"
FIRST: Final = f"(?:{AR}|[A-ZＡ-Ｚa-zａ-ｚ])"  # 1.1, and A.1 of annexes
POINT_AR: Final = f"(?:[.．]{AR})"
LETTERED: Final = "(?:[ivx]{1,5}|[IVX]{1,5})"
ANY_WORD: Final = r"\w{1,4}?"  # 突破口一：, at a line start and where 突破口二： follows

# What 第一… counts in a lesson, a plan, a course: 第一课时, 第二阶段; the others only with a colon, or with a
# blank at a line start: 第一步：
STEP_WORDS: Final = "课时|課時|阶段|階段|环节|環節|步骤|步驟|单元|單元"
STEP_OTHERS: Final = (
    "步|讲|講|课|課|幕|场|場|站|轮|輪|天|周|週|日|招|议题|議題|"
    "议程|議程|任务|任務|专题|專題|模块|模塊|板块|板塊|方面"
)
# Words that number a clause with the numeral and the colon behind them; an annex needs no colon
NAME_WORDS: Final = (
    "附件|附录|附錄|附表|步骤|步驟|议题|議題|环节|環節|任务|任務|专题|專題|模块|模塊|案例|活动|活動|问题|問題|情景|情境|"
    "方案|实验|實驗|单元|單元|阶段|階段|课题|課題|主题|主題|板块|板塊|提案|议案|議案|流程|工序|场景|場景|误区|誤區|项目|項目|"
    "措施|建议|建議|目标|目標|做法|原因|对策|對策|要求|练习|練習|例题|例題|考点|考點|问|問|例|题|題"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """One row of the grammar.

    pattern: regex of the marker, damaged forms (（二核对) last; numerals: system it counts in; rank: 0
    outermost, fixed for 编 … 条, else only a preference; before: the weakest boundary at which it may stand;
    example: text that begins with it; counter: text in which no such marker stands.
    """

    style: int
    name: str
    pattern: str
    numerals: str
    rank: int
    before: int
    example: str
    counter: str


def _unit(character: str) -> str:
    return f"第{GAP}(?:{CN}|[0-9０-９]{{1,4}}){GAP}{character}"


def _rewritten(character: str) -> str:
    return f"{_unit(character)}[：:]?|其次{character}[：:]?"


MARKERS: Final[tuple[Marker, ...]] = (
    Marker(PART, "part", _unit("[编編]") + "[：:]?", "any", 0, NONE, "第一编　总则", "见第一编辑部的信"),
    Marker(
        DIVISION, "division", _unit("部分") + "[、：:]?", "any", 1, STOP, "第一部分 总则", "占第一部分的多数"
    ),
    Marker(SUBPART, "subpart", _unit("分[编編]") + "[：:]?", "any", 2, NONE, "第二分编 用益物权", "第二分册"),
    Marker(CHAPTER, "chapter", _rewritten("章"), "any", 3, NONE, "第三章　监督", "盖第三方章"),
    Marker(SECTION, "section", _rewritten("[节節]"), "any", 4, NONE, "第一节 一般规定", "第一节课"),
    Marker(
        ARTICLE,
        "article",
        _unit("[条條]") + "(?:之" + CN + ")?[、：:]?|其次[条條]",
        "any",
        5,
        NONE,
        "第十二条之一　本市",
        "第一条件",
    ),
    Marker(
        PARAGRAPH, "paragraph", _unit("款") + "[、：:]?", "any", 6, STOP, "第一款：付款", "依照第一款规定"
    ),
    Marker(ITEM, "item", _unit("[项項]") + "[、：:]?", "any", 7, STOP, "第二项、验收", "第一项目部"),
    Marker(SUBITEM, "subitem", _unit("目") + "[、：:]?", "any", 8, STOP, "第三目 其他", "第一目标"),
    Marker(CN_DUN, "cn_dun", f"{CN}{GAP}{JOINT}|{CN}", "chinese", 9, NONE, "十四．未经批准", "一、二季度"),
    Marker(
        CN_PAREN,
        "cn_paren",
        f"{OPEN}{GAP}{CN}{GAP}{CLOSE}[、.．]?|[㈠-㈩]{STOPPED}|{OPEN}{GAP}{CN}|{CN}{GAP}{CLOSE}",
        "chinese",
        10,
        NONE,
        "（三）其他",
        "第（三）项",
    ),
    Marker(
        AR_DOT,
        "ar_dot",
        f"{AR}(?:[.．，,：:]|{GAP}、)|[⒈-⒛][、.．]?|{AR}[.．]0[、.．]?|{AR}",
        "arabic",
        11,
        NONE,
        "12．封面",
        "长3.5米",
    ),
    Marker(AR_HALF, "ar_half", AR + CLOSE + STOPPED, "arabic", 12, NONE, "3）培训", "（见表3）培训"),
    Marker(
        AR_PAREN,
        "ar_paren",
        f"{OPEN}{GAP}{AR}{GAP}{CLOSE}{STOPPED}|[⑴-⒇]{STOPPED}",
        "arabic",
        12,
        NONE,
        "（3）培训",
        "第（3）项",
    ),
    Marker(CIRCLED, "circled", "[①-⑳㉑-㉟㊱-㊿➀-➉][、.．]?", "circled", 13, NONE, "③及时上报", "见图③所示"),
    Marker(BLACK, "black", "[❶-❿⓫-⓴➊-➓][、.．]?", "black", 13, NONE, "❷登记", "步骤❷❸"),
    Marker(
        DOTTED2,
        "dotted2",
        f"{FIRST}{POINT_AR}{ENDED}",
        "arabic",
        11,
        NONE,
        "1.2 职责",
        "1.2万元",
    ),
    Marker(
        DOTTED3,
        "dotted3",
        f"{FIRST}{POINT_AR}{{2}}{ENDED}",
        "arabic",
        12,
        NONE,
        "1.1.2 分工",
        "v1.1.2",
    ),
    Marker(
        DOTTED4,
        "dotted4",
        f"{FIRST}{POINT_AR}{{3}}{ENDED}",
        "arabic",
        13,
        NONE,
        "4.6.1.2 记录",
        "10.0.0.1:80",
    ),
    Marker(
        DASHED,
        "dashed",
        "[0-9０-９]{1,2}[-－][0-9０-９]{1,2}[、.．]",
        "arabic",
        11,
        NONE,
        "1-1.目的",
        "8-10月",
    ),
    Marker(
        UPPER,
        "upper",
        f"[A-ZＡ-Ｚ](?:[、.．，]|{CLOSE})|{OPEN}[A-ZＡ-Ｚ]{CLOSE}",
        "latin",
        12,
        NONE,
        "A、登记",
        "B2B、C",
    ),
    Marker(
        LOWER,
        "lower",
        f"[a-zａ-ｚ](?:[、.．，]|{CLOSE})|{OPEN}[a-zａ-ｚ]{CLOSE}",
        "latin",
        14,
        NONE,
        "a)登记",
        "sina.com",
    ),
    Marker(
        ROMAN,
        "roman",
        f"[Ⅰ-Ⅻⅰ-ⅻ](?:[、.．，]|{CLOSE})?|{LETTERED}(?:[、.．，,]|{CLOSE})|{OPEN}{GAP}{LETTERED}{CLOSE}",
        "roman",
        9,
        NONE,
        "Ⅲ、范围",
        "Ⅲ级响应",
    ),
    Marker(FIRSTLY, "firstly", f"第{CN}[、，,：:]", "chinese", 9, NONE, "第三、保密", "第一、二产业"),
    Marker(ONE_IS, "one_is", f"{CN}是", "chinese", 14, LINE, "一是加强领导", "问题：一是认识不足；二是措施"),
    Marker(
        SEQUENCE,
        "sequence",
        "(?:首先|其次|再次)[、，,：:]?|(?:最后|最後)[、，,：:]",
        "words",
        14,
        COMMA,
        "首先，要",
        "最后期限",
    ),
    Marker(BULLET, "bullet", "[•·■◆●▲▼★☆※◇□○▪►➢➤*-]|[–—－]", "none", 15, STOP, "● 安全", "7·5事件"),
    Marker(CN_CIRCLED, "cn_circled", "[㊀-㊉]", "chinese", 13, NONE, "㊁登记", "步骤㊁㊂"),
    Marker(STEM, "stem", f"[{STEMS}][、.．]", "stems", 9, NONE, "乙、登记", "甲、乙双方"),
    Marker(
        STEP,
        "step",
        _unit(f"(?:{STEP_WORDS}|{STEP_OTHERS})") + "[：:]?",
        "any",
        9,
        NONE,
        "第一课时　导入",
        "到第一站点",
    ),
    Marker(
        NAMED,
        "named",
        f"(?:{NAME_WORDS})(?:{CN}|{AR}|[A-Za-z]){JOINT}|附[件录錄表](?:{CN}|{AR}|[A-Za-z])|{ANY_WORD}(?:{CN}|{AR}|[A-Za-z])[：:]",
        "any",
        9,
        NONE,
        "步骤一：登记",
        "见附件一、附件二",
    ),
)

# Character classes. Below FIRST_TRIGGER a character only changes the context, else it may begin a marker.
(
    OTHER,
    BREAK,
    BLANK,
    FULL_STOP,
    COLON_MARK,
    COMMA_MARK,
    DOT,
    CLOSING,
    Q_CLOSE,
    B_CLOSE,
    DASH,
    Q_OPEN,
    B_OPEN,
) = range(13)
TRIGGER_OPEN, DIGIT, CN_DIGIT, CN_UNIT, ENCLOSED_NUMERAL, DI, LATIN, BULLET_MARK, WORD = range(13, 22)
FIRST_TRIGGER: Final = TRIGGER_OPEN

_CLASS_CHARACTERS: Final[tuple[tuple[int, str], ...]] = (
    (BREAK, "\n\r\u2028\u2029\x0b\x0c"),
    (BLANK, " \t\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff"),
    (FULL_STOP, "。；！？;!?｡…"),
    (COLON_MARK, "：:"),
    (COMMA_MARK, "，,、"),
    (DOT, ".．"),
    (CLOSING, "）)﹚〕】"),
    (Q_CLOSE, "”」』’"),
    (B_CLOSE, "》〉"),
    (DASH, "~～/"),
    (Q_OPEN, "“「『‘"),
    (B_OPEN, "《〈"),
    (TRIGGER_OPEN, "（(﹙〔【"),
    (DIGIT, "0123456789０１２３４５６７８９"),
    (DI, "第"),
    (BULLET_MARK, "•·■◆●▲▼★☆※◇□▪►➢➤*-–—－"),
    (WORD, "首其再最" + STEMS),
    (CN_UNIT, "十百千廿卅"),
    (CN_DIGIT, "".join(CN_VALUES)),
)
_UNIT_STYLES: Final[dict[str, int]] = {
    "编": PART,
    "編": PART,
    "章": CHAPTER,
    "节": SECTION,
    "節": SECTION,
    "条": ARTICLE,
    "條": ARTICLE,
    "款": PARAGRAPH,
    "项": ITEM,
    "項": ITEM,
    "目": SUBITEM,
}
_ENCLOSED_STYLES: Final[dict[str, int]] = {
    "circled": CIRCLED,
    "parenthesised": AR_PAREN,
    "full_stop": AR_DOT,
    "ideograph": CN_PAREN,
    "circled_ideograph": CN_CIRCLED,
    "black": BLACK,
    "roman": ROMAN,
}
_UNIT_EXPONENTS: Final[dict[str, int]] = {"十": 1, "百": 2, "千": 3, "廿": 4, "卅": 5}


@cache
def class_tables() -> tuple[bytes, bytes, bytes]:
    """Return three tables over the code points below 65,536: class, value and style.

    Value: of digits 0–9, of units the exponent (廿 4, 卅 5), of enclosed numerals and
    letters their number. Style: of units and of enclosed numerals, plus one (0 = none).

    >>> classes, values, styles = class_tables()
    >>> classes[ord("㊿")] == ENCLOSED_NUMERAL, values[ord("㊿")], styles[ord("㊿")] == CIRCLED + 1
    (True, 50, True)
    """
    classes, values, styles = bytearray(65536), bytearray(65536), bytearray(65536)
    for number, characters in _CLASS_CHARACTERS:
        for c in characters:
            classes[ord(c)] = number
    for first in ("A", "a", "Ａ", "ａ"):
        for k in range(26):
            classes[ord(first) + k] = LATIN
            values[ord(first) + k] = k + 1
    for c, value in CN_VALUES.items():
        values[ord(c)] = value
    for k, c in enumerate(STEMS):
        values[ord(c)] = k + 1
    for c, exponent in _UNIT_EXPONENTS.items():
        values[ord(c)] = exponent
    for k in range(10):
        values[ord("0") + k] = values[ord("０") + k] = k
    for c, (family, value) in enclosed_values().items():
        classes[ord(c)], values[ord(c)] = ENCLOSED_NUMERAL, value
        styles[ord(c)] = _ENCLOSED_STYLES[family] + 1
    for c, style in _UNIT_STYLES.items():
        styles[ord(c)] = style + 1
    return bytes(classes), bytes(values), bytes(styles)
