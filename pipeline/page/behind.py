"""The lines behind the clauses of a text: from which one on they are the site's.

Each speaks for the site or for the text, by its words, by how it ends and to whom it speaks.
"""

import re
from collections.abc import Set
from functools import lru_cache

from pipeline.page.introductions import INTRODUCTION
from pipeline.page.lines import LINKED, LISTED, PAGED, UNLISTED, PageLines, rows_showing
from pipeline.page.manner import CLAUSE_ENDS, OF_TEXTS, PLAINLY, Manner
from pipeline.page.otherpages import names_of_pages
from pipeline.page.persons import names_person
from pipeline.page.sitewords import CLOSING, EDGE_LABEL, REMEMBERED, site_words
from pipeline.page.told import DAY_ENDS, IN_DOUBT, MAX_FOREIGN, OWN_END, SAID_ENDS, SIGNED, SIGNING_DAY, STARS
from pipeline.page.wording import LEAST, is_spoken, reads_like_a_site, speaks_of_pages, weigh_wording
from pipeline.records import DropReason

LOOSELY_RARE = 0.15  # share of lines that end like two which are foreign together (`manner.RARE` for one)
SERVICE = re.compile("客服.{0,4}[：:]")  # a site's, or a waterworks': what stands above decides
POINTS = "→»›☞"  # with which no text ends: `再写一篇 →`
SURELY = 0.8  # weight of a sentence between clauses that is the site's: `如有雷同，纯属巧合。`
# `—— 以上为节选 ——`, `⬇ 向下滑动 ⬇`: yes; `—— 附则 ——`, which reads like a text: no
DECORATED = re.compile(
    r"(?=.*[一-鿿])[^\w\s（(【《“‘\[_]+\s*(?P<said>.{2,30}?)\s*[^\w\s）)】》”’。；：，、？！\]_]+"
)
PLAINLY_SHORT = 1.0  # weight of a line that is no sentence, which is plainly the site's; of others `PLAINLY`
# Words side by side, as in a bar of buttons: `最新资讯 考试提醒 真题下载`; of texts `团结 紧张 严肃 活泼`
BAR = re.compile(r"[一-鿿]{2,6}(?:[ \u3000]+[一-鿿]{2,6}){2,}")
DIALOGUE = re.compile("[“”「」]|[说问道答][：:]")  # `他说：“点个赞吧！”`
NO_TEXT = -0.8  # weight of a decorated line from which it may be the site's
CRIES = "！？!?"  # with which a text of clauses may well end, once: `让我们行动起来！`
RIGHTS = re.compile("©|Copyright|ICP备|公网安备|版权所有|All Rights Reserved", re.IGNORECASE)
OF_SITES = re.compile("[您你]|本[站页网文]|网友|转载|侵权|版权|上传|下载|用户")
YEAR = re.compile(r"(?:19|20)\d\d\s*[.．]\s*\d")  # a signature's date: `2017.10.12`
MAX_SIGNER = 24  # characters of who signs above such a day
# Who speaks of the house itself, as no site does: `欢迎社会各界监督`, `在本单位网站发布`
OWN_HOUSE = re.compile(
    r"本(?:单位|部门|校|院|局|厂|厅|委|村|社区|镇|乡|县|市|区|馆|店|园|工会|支部)|我[校院局厂市县区镇村部司行单公]|社会各界"
)
# Items that words number: `第四，存在的问题`, `一是抓学习`, `其次，明确分工`
ORDINAL = re.compile(
    r"(?:第|其|之)[一二三四五六七八九十][，、,：:\s]|[一二三四五六七八九十](?:是|要|、)|首先|其次|再次|最后"
)
QUOTED = re.compile(r"[“「『《][^”」』》]+[”」』》][。！]?")  # `“携手同行，共建平安校园”`
# `提示：以上某制度仅作范例`, where the page's subject is named
SUMMARY = re.compile(r".{0,8}(?:以上|上述|上面|本[篇文份]|这[篇份些])")
# but `以上是我半年来的总结，请领导批评指正。`: who speaks of his own to those who hear or judge it
OF_HIS_OWN = re.compile(
    r"(?:领导|老师|同志|同事|代表|评委|党组织|组织|上级)[^。]{0,12}(?:指正|批评|审[阅议核查]|批准|监督|评议)|批评指正"
)
# `温馨提示：内容仅供参考，不构成任何建议。`
NOTICE = re.compile(
    r"[【（(]?.{0,4}(?:提示|提醒|声明|说明|条款|注)[】）)：:].{0,60}(?:参考|责任|立场|观点|版权|侵权|下载|内容|建议|风险|网络).{0,30}"
)
LOOSE, LEAST_WEIGHT = 0.3, 0.45  # of one line in doubt, and what a site's part must have
LAST = -1.5  # a sentence behind everything that is foreign
GIVE_UP = 4.0  # below the best so far, at which the text has begun
# A sentence with its full stop outweighs one line of the site: it stays between two of them. A line of
# more characters than a site says is the text's, whatever stands around it.
SAID, TEXT, MAX_SAID = -1.1, -5.0, 120
FOREIGN, CERTAIN, SENTENCE, SIGNATURE = 1.0, 2.0, -0.9, -2.0  # two sentences in a row end a site's part


def row_speaks_of_pages(page: PageLines, row: int) -> bool:
    """Tell what `speaks_of_pages` does, of a line; most are told at a glance."""
    return page.sights[row] & PAGED != 0 and speaks_of_pages(page.texts[row])


def behind_clauses(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner
) -> dict[int, DropReason]:
    """Return the lines behind the clauses, from the one on that parts text from site best."""
    found = _parted(page, rows, cues, manner, frozenset())
    of_site = cues | found if found else cues
    pages: dict[int, DropReason] = dict.fromkeys(names_of_pages(page, rows, of_site), "related")
    if pages:
        cues = cues | pages
        found |= _parted(page, rows, cues | found, manner, frozenset())
    if found and (table := _table_behind(page, rows)):
        found = _parted(page, rows, cues, manner, table)
    told: dict[int, DropReason] = {
        row: "spam"
        for row in rows_showing(page, UNLISTED, rows.start, rows.stop)
        if row not in cues and _is_plainly_told(page, row, manner)
    }
    return told | found | pages


def _is_plainly_told(page: PageLines, row: int, manner: Manner) -> bool:
    """Tell whether a line, wherever it stands in a text without numbers, is plainly the site's."""
    line = page.texts[row]
    if len(line) > MAX_FOREIGN or OWN_END.match(line):
        return False
    said = line[-1] in SAID_ENDS
    if row_speaks_of_pages(page, row):
        named = not said and (manner.names_site(line) or BAR.fullmatch(line))
        least = LEAST if named else PLAINLY if said else PLAINLY_SHORT
    elif said:
        return False
    else:
        least = PLAINLY  # `试用助手改写`
    return reads_like_a_site(line, least) and not (DIALOGUE.search(line) or SIGNING_DAY.fullmatch(line))


def _parted(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner, table: Set[int]
) -> dict[int, DropReason]:
    best, total, start = LEAST_WEIGHT, 0.0, rows.stop
    reasons: dict[int, DropReason] = {}
    signed = _signed_rows(page, rows)
    for row in reversed(rows):
        weight, reason = (
            (SIGNATURE, None) if row in signed and row not in cues else _weigh(page, row, cues, manner)
        )
        if row in table and not _is_told(page, row, cues):
            weight, reason = SENTENCE, None
        if weight == SENTENCE:
            weight = LAST if best == LEAST_WEIGHT else SAID if page.lasts[row] in CLAUSE_ENDS else weight
        total += weight
        if total < best - GIVE_UP:
            break
        if reason:
            reasons[row] = reason
        if weight > 0 and total > best:
            best, start = total, row
    return {r: reasons.get(r, "footer") for r in range(start, rows.stop) if r not in cues}


def _is_told(page: PageLines, row: int, cues: dict[int, DropReason]) -> bool:
    """Tell whether a line is the site's even where it stands in a cell of a table."""
    return row in cues or page.shares[row] > LINKED or weigh_wording(page.texts[row]) >= SURELY


def _table_behind(page: PageLines, rows: range) -> set[int]:
    """Return the cells of a table that stands behind clauses which stand in none: it belongs to the text."""
    if page.layout is None or not rows.start or not any(page.layout.in_cells):
        return set()
    cells = page.layout.cells(len(page.texts) - rows.start + 1)
    return {row for row, cell in zip(rows, cells[1:], strict=False) if cell} if not cells[0] else set()


def _weigh(
    page: PageLines, row: int, cues: dict[int, DropReason], manner: Manner
) -> tuple[float, DropReason | None]:
    """Return how much a line behind the clauses speaks for the site, below 0 for the text, and as what."""
    line = page.texts[row]
    if row in cues or page.shares[row] > LINKED:
        return FOREIGN, None
    if len(line) > MAX_SAID and line[-1] in CLAUSE_ENDS:
        return TEXT, None
    if page.sights[row] & LISTED:  # of a list of the site's
        return (SIGNATURE if YEAR.match(line) else FOREIGN), None
    summary = SUMMARY.match(line) and any(x in line for x in manner.subjects)
    summary = summary and not OF_HIS_OWN.search(line)
    for subject in manner.subjects:
        line = line.replace(subject, "")
    if not line:
        return SENTENCE, None
    if OWN_END.match(line) and not EDGE_LABEL.fullmatch(line) and not manner.names_site(line):
        return 0.0 if SERVICE.match(line) else SENTENCE, None
    if reason := _edge_reason(line) or ("introduction" if summary else None):
        return (CERTAIN if reason == "related" or EDGE_LABEL.fullmatch(line) else FOREIGN), reason
    decorated = DECORATED.fullmatch(line) and weigh_wording(line) > NO_TEXT
    if manner.is_worded_by_site(line) or decorated or line[-1] in POINTS:
        return FOREIGN, "footer"
    if len(line) > MAX_FOREIGN:
        return (
            (CERTAIN, "footer") if RIGHTS.search(line) and line[-1] not in CLAUSE_ENDS else (SENTENCE, None)
        )
    if manner.names_site(line) and (line[-1] not in CLAUSE_ENDS or OF_SITES.search(line)):
        return CERTAIN, "footer"  # `由某某网解释。` may be a rule of the site's owner
    return _weigh_manner(line, manner), None


def _signed_rows(page: PageLines, rows: range) -> set[int]:
    """Return the days on which a text is signed, and who signs it in the line above."""
    if DAY_ENDS.isdisjoint(page.lasts[rows.start : rows.stop]):  # as nearly always
        return set()
    days = {r for r in rows if page.lasts[r] in DAY_ENDS and SIGNING_DAY.fullmatch(page.texts[r])}
    return days | {day - 1 for day in days if day > rows.start and _may_sign(page.texts[day - 1])}


def _may_sign(line: str) -> bool:
    if len(line) > MAX_SIGNER or line[-1] in SAID_ENDS:
        return False
    return not (site_words(line, edge=True) or weigh_wording(line) > 0)


def _weigh_manner(line: str, manner: Manner) -> float:
    """Return the same by how a line ends and to whom it speaks."""
    signed = SIGNED.search(line) or is_spoken(line) or names_person(line)
    if line[-1] in CRIES and not signed and weigh_wording(line) <= 0:
        return SENTENCE
    if manner.is_foreign(line) or manner.is_foreign(line, LOOSELY_RARE):
        return SIGNATURE if signed else _weigh_foreign(line, manner)
    if manner.speaks_to_reader(line) or manner.is_unlike(line):
        return SENTENCE if line[-1] in CLAUSE_ENDS and OWN_HOUSE.search(line) else FOREIGN
    return SENTENCE


def _weigh_foreign(line: str, manner: Manner) -> float:
    """Return how much a line that ends as hardly any of the texts speaks for the site, by its wording."""
    weight = weigh_wording(line)
    if weight <= OF_TEXTS or QUOTED.fullmatch(line) or ORDINAL.match(line):
        return SENTENCE  # `教学准备`, `“携手同行，共建平安校园”`
    return FOREIGN if weight > IN_DOUBT and manner.is_foreign(line) else LOOSE


@lru_cache(maxsize=REMEMBERED)
def _edge_reason(line: str) -> DropReason | None:
    """Return why a line with which a text ends is the site's."""
    if EDGE_LABEL.fullmatch(line) or NOTICE.fullmatch(line) or STARS.search(line):
        return "footer"
    if CLOSING.fullmatch(line) and INTRODUCTION.search(line):
        return "introduction"
    return site_words(line, edge=True)
