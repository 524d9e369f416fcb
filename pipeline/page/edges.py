"""Where a text ends and its site begins again, told by the page itself and not by the site's words.

A template page says the same thing many times over: all lines of its articles stand in one element, end with
the same marks and never speak to the reader. A line at the end of an article that does otherwise is foreign.
"""

import re
from collections.abc import Sequence, Set

from pipeline.page.cues import INTRODUCTION, LIST_SIGNS
from pipeline.page.lines import DOCUMENT, LINKED, LISTED, UNLISTED, PageLines, rows_showing
from pipeline.page.manner import CLAUSE_ENDS, OF_TEXTS, PLAINLY, Manner, read_manner
from pipeline.page.otherpages import names_of_pages
from pipeline.page.persons import names_person
from pipeline.page.sitewords import CLOSING, EDGE_LABEL, advertises, site_words
from pipeline.page.told import (
    IN_DOUBT,
    MAX_FOREIGN,
    MAX_TOLD,
    OWN_END,
    SAID_ENDS,
    SIGNED,
    STARS,
    below_heading,
    repeated_lines,
    told_above_prose,
)
from pipeline.page.wording import (
    LEAST,
    MAX_LINE,
    SHORT,
    is_spoken,
    reads_like_a_site,
    speaks_of_pages,
    weigh_wording,
)
from pipeline.records import DropReason

LOOSELY_RARE = 0.15  # share of lines that end like two which are foreign together (`manner.RARE` for one)
MAX_OTHER = 40  # characters of such a name
ENDS_SAID = re.compile("[。；！？，：、:;,!?]$|[。；]")
MAX_NAMES = 8  # of other pages below a line that announces them
OTHER_PAGE = re.compile(
    rf"{DOCUMENT.pattern[:-1]}(?:范文|模板|范本)?(?:[（(【]?.{{0,4}}篇[）)】]?)?$"
)  # `某制度3篇`
SERVICE = re.compile("客服.{0,4}[：:]")  # a site's, or a waterworks': what stands above decides
POINTS = "→»›☞"  # with which no text ends: `再写一篇 →`
SURELY = 0.8  # weight of a sentence between clauses that is the site's: `如有雷同，纯属巧合。`
# `—— 以上为节选 ——`, `⬇ 向下滑动 ⬇`: yes; `—— 附则 ——`, which reads like a text: no
DECORATED = re.compile(
    r"(?=.*[一-鿿])[^\w\s（(【《“‘\[_]+\s*(?P<said>.{2,30}?)\s*[^\w\s）)】》”’。；：，、？！\]_]+"
)
DIGIT = re.compile(r"\d")
NO_HEADING = -0.15  # weight of a line alone between two clauses of a list; of headings few have more
PLAINLY_SHORT = 1.0  # weight of a line that is no sentence, which is plainly the site's; of others `PLAINLY`
DIALOGUE = re.compile("[“”「」]|[说问道答][：:]")  # `他说：“点个赞吧！”`
NO_TEXT = -0.8  # weight of a decorated line from which it may be the site's
SENTENCE_ENDS = "。；;"
MAX_LABEL = 8  # characters of the name of a list of links
CRIES = "！？!?"  # with which a text of clauses may well end, once: `让我们行动起来！`
RIGHTS = re.compile("©|Copyright|ICP备|公网安备|版权所有|All Rights Reserved", re.IGNORECASE)
HANZI = re.compile("[一-鿿]")
NUMBERED_ONE = re.compile(r"\s*(?:[（(]?[1一][)）、.．]|第[一1]|①)")
OF_SITES = re.compile("[您你]|本[站页网文]|网友|转载|侵权|版权|上传|下载|用户")
YEAR = re.compile(r"(?:19|20)\d\d\s*[.．]\s*\d")  # a signature's date: `2017.10.12`
# Items that words number: `第四，存在的问题`, `一是抓学习`, `其次，明确分工`
ORDINAL = re.compile(
    r"(?:第|其|之)[一二三四五六七八九十][，、,：:\s]|[一二三四五六七八九十](?:是|要|、)|首先|其次|再次|最后"
)
QUOTED = re.compile(r"[“「『《][^”」』》]+[”」』》][。！]?")  # `“携手同行，共建平安校园”`
MAX_NOTICE = 8  # lines of a site's own list behind the clauses
# `提示：以上某制度仅作范例`, where the page's subject is named
SUMMARY = re.compile(r".{0,8}(?:以上|上述|上面|本[篇文份]|这[篇份些])")
COMMA = re.compile("[，！？,!?]")  # what no heading has: `版权归某网所有，请勿采集`
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


def site_rows(
    page: PageLines,
    bodies: Sequence[tuple[int, int]],
    cues: dict[int, DropReason],
    about: tuple[str | None, Sequence[str]],
) -> dict[int, DropReason]:
    """Return the lines of the site in and behind each text that `cues` lack.

    `bodies` are the lines of each text: the first, and the one behind the last. `about` is the site's name,
    and what the page is about. 20 µs a text.
    """
    site = about[0] or ""
    parts = [_numbered_part(page, *body, site) for body in bodies]
    of_page = read_manner(page, parts, *about)
    out = repeated_lines(page, bodies, cues)
    cues = cues | out
    labels = [row for row, why in cues.items() if why == "related" and bodies[0][0] <= row < bodies[-1][1]]
    for (first, end), rows in zip(bodies, parts, strict=True):
        manner = of_page.of(page.texts[first], prose=not rows) if first < end else of_page
        if labels:
            out |= _listed(page, range(first, end), labels, cues)
        if not rows:
            out |= told_above_prose(page, range(first, min(first + MAX_TOLD, end - 1)), cues)
            # what is told below a heading speaks for nothing behind it
            begin = next((row for row in range(first, end) if row not in cues), end)
            out |= _behind(page, range(begin, end), cues, manner)
            continue
        if manner.others:
            out |= _foreign_inside(page, rows, cues, manner)
        if rows.start > first:
            out |= below_heading(page, range(first, min(rows.start, first + MAX_TOLD)), cues, manner)
        if rows.stop < end:
            out |= _behind(page, range(max(rows.stop, first), end), cues, manner)
    return out


def _listed(
    page: PageLines, rows: range, labels: Sequence[int], cues: dict[int, DropReason]
) -> dict[int, DropReason]:
    """Return the names of other pages below one of the lines that announce them, where no links show it.

    Any short names that end the text; else those that are called as documents are.
    """
    out: dict[int, DropReason] = {}
    for label in [row for row in labels if row in rows]:
        below = range(label + 1, min(label + 1 + MAX_NAMES, rows.stop))
        if below.stop == rows.stop and all(row in cues or _may_name(page.texts[row]) for row in below):
            out |= dict.fromkeys(below, "related")
        for row in below:
            line = page.texts[row]
            if len(line) > MAX_FOREIGN or page.sights[row] & LISTED or not OTHER_PAGE.search(line):
                break
            out[row] = "related"
    return out


def _may_name(line: str) -> bool:
    """Tell whether a line may be the name of another page: short, no sentence, no signature."""
    return len(line) <= MAX_OTHER and not ENDS_SAID.search(line) and not SIGNED.search(line)


def _numbered_part(page: PageLines, first: int, end: int, site: str) -> range:
    """Return the lines from the first numbered clause to the last, without a list of the site's behind."""
    numbered = rows_showing(page, LISTED, first, end)
    dates = 0  # of signatures, and notices of the site
    while dates < len(numbered) and _ends_list(page.texts[numbered[-1 - dates]]):
        dates += 1
    if dates == len(numbered):
        return range(end, end)
    at, stop = numbered[0], numbered[-1 - dates] + 1
    before = _before_notice(page, at, stop, site)
    while at < before < stop and not page.sights[before - 1] & LISTED:
        before -= 1
    return range(at, before)


def _ends_list(line: str) -> bool:
    """Tell whether a line with a number stands behind all clauses: a date, or a notice of the site's."""
    if line[0] in "12" and YEAR.match(line):
        return True
    return len(line) <= MAX_LINE and speaks_of_pages(line) and reads_like_a_site(line)


def _behind(
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
        if row not in cues and _is_plainly_told(page.texts[row], manner)
    }
    return told | found | pages


def _is_plainly_told(line: str, manner: Manner) -> bool:
    """Tell whether a line, wherever it stands in a text without numbers, is plainly the site's."""
    if len(line) > MAX_FOREIGN or OWN_END.match(line):
        return False
    said = line[-1] in SAID_ENDS
    if speaks_of_pages(line):
        named = not said and manner.names_site(line)
        least = LEAST if named else PLAINLY if said else PLAINLY_SHORT
    elif said:
        return False
    else:
        least = PLAINLY  # `试用助手改写`
    return reads_like_a_site(line, least) and not DIALOGUE.search(line)


def _parted(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner, table: Set[int]
) -> dict[int, DropReason]:
    best, total, start = LEAST_WEIGHT, 0.0, rows.stop
    reasons: dict[int, DropReason] = {}
    for row in reversed(rows):
        weight, reason = _weigh(page, row, cues, manner)
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


def _before_notice(page: PageLines, first: int, end: int, site: str) -> int:
    """Return the line above a list at `end` that begins at 1 and speaks of site or reader, else `end`."""
    if not page.lasts[max(first, end - MAX_NOTICE) : max(first, end - 1)].strip(CLAUSE_ENDS):
        return end  # as in nearly all texts
    for row in range(end - 2, max(first, end - MAX_NOTICE) - 1, -1):
        line = page.texts[row]
        if line[-1] in CLAUSE_ENDS or page.sights[row] & LISTED:
            continue
        told = page.texts[row + 1 : end]
        if NUMBERED_ONE.match(told[0]) and len(told) >= 2:
            ours = sum(bool(site and site in x) or OF_SITES.search(x) is not None for x in told)
            return row if 2 * ours >= len(told) else end
    return end


def _foreign_inside(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner
) -> dict[int, DropReason]:
    """Return lines between the clauses that end like no other and speak of the site, or advertise."""
    out: dict[int, DropReason] = {}
    for row in rows_showing(page, UNLISTED, rows.start, rows.stop - 1):  # the last is a clause
        line = page.texts[row]
        item = line[0] in LIST_SIGNS and page.sights[row] & LISTED
        if len(line) > MAX_FOREIGN or row in cues or item:
            continue
        before_links = page.shares[row + 1] > LINKED >= page.shares[row]
        if before_links and len(line) <= MAX_LABEL and page.heads[row] == 1:
            out[row] = "related"  # `相关资料` above links
        elif line[-1] in CLAUSE_ENDS:
            weight = weigh_wording(line) if line[-1] == "。" else 0.0
            if weight >= PLAINLY or (weight >= SURELY and speaks_of_pages(line)):
                out[row] = "spam"
        elif row not in out and (reason := _reason_inside(page, row, manner)):
            out[row] = reason
        elif row not in out and OTHER_PAGE.search(line):
            out |= dict.fromkeys(_names_between(page, row, rows), "related")
    return out


def _names_between(page: PageLines, row: int, rows: range) -> range:
    """Return the lines that name other pages, from `row` on, between two clauses of one list.

    `相关材料`, `某制度`, `某办法` behind a whole sentence, with the next clause below: two names, or one
    below a label of few characters. What a clause with a colon announces is its own, and so is the name of
    a list that begins.
    """
    end = row
    while end < rows.stop - 1 and OTHER_PAGE.search(page.texts[end]) and not page.sights[end] & LISTED:
        end += 1
    above = page.texts[row - 1]
    labelled = (
        len(above) <= MAX_LABEL and above[-1] not in SENTENCE_ENDS and not page.sights[row - 1] & LISTED
    )
    first = row - 1 if labelled and not SIGNED.search(above) else row
    whole = first > rows.start and page.texts[first - 1][-1] in SENTENCE_ENDS
    below = page.texts[end]
    goes_on = page.sights[end] & LISTED and not NUMBERED_ONE.match(below)
    return range(first, end) if whole and goes_on and end - first >= 2 else range(0)


def _reason_inside(page: PageLines, row: int, manner: Manner) -> DropReason | None:
    """Return why a line between the clauses that ends like no clause is the site's."""
    line = page.texts[row]
    if advertises(line) and _stands_between(page, row):
        return "advert"
    for subject in manner.subjects:
        line = line.replace(subject, "") or line
    if OWN_END.match(line) and not EDGE_LABEL.fullmatch(line):
        return None
    if manner.is_worded_inside(line) or (DECORATED.fullmatch(line) and weigh_wording(line) > NO_TEXT):
        return "spam"
    if not manner.is_foreign(line):
        return None
    if SIGNED.search(line) or is_spoken(line) or ORDINAL.match(line) or QUOTED.fullmatch(line):
        return None
    weight = weigh_wording(line)
    if line[-1] in CRIES and weight <= 0 and not manner.names_site(line):
        return None
    if not HANZI.search(line):
        return "navigation"
    if page.shares[row + 1] > LINKED:
        return "related"
    said = (COMMA.search(line) and weight > NO_TEXT) or manner.alone_speaks(line)
    if manner.names_site(line) or said:
        return "spam"
    alone = len(line) >= SHORT and _stands_between(page, row) and not NUMBERED_ONE.match(page.texts[row + 1])
    if alone and weight >= NO_HEADING and not DIGIT.search(line):  # `电话：123` may be the text's
        return "spam"
    return site_words(line, edge=True)


def _stands_between(page: PageLines, row: int) -> bool:
    """Tell whether a line stands between whole clauses, and is none that a line break cut."""
    before = page.texts[row - 1]
    complete = before[-1] in CLAUSE_ENDS or page.sights[row - 1] & LISTED
    return bool(complete and page.sights[row + 1] & LISTED)


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


def _weigh_manner(line: str, manner: Manner) -> float:
    """Return the same by how a line ends and to whom it speaks."""
    signed = SIGNED.search(line) or is_spoken(line) or names_person(line)
    if line[-1] in CRIES and not signed and weigh_wording(line) <= 0:
        return SENTENCE
    if manner.is_foreign(line) or manner.is_foreign(line, LOOSELY_RARE):
        return SIGNATURE if signed else _weigh_foreign(line, manner)
    if manner.speaks_to_reader(line) or manner.is_unlike(line):
        return FOREIGN
    return SENTENCE


def _weigh_foreign(line: str, manner: Manner) -> float:
    """Return how much a line that ends as hardly any of the texts speaks for the site, by its wording."""
    weight = weigh_wording(line)
    if weight <= OF_TEXTS or QUOTED.fullmatch(line) or ORDINAL.match(line):
        return SENTENCE  # `教学准备`, `“携手同行，共建平安校园”`
    return FOREIGN if weight > IN_DOUBT and manner.is_foreign(line) else LOOSE


def _edge_reason(line: str) -> DropReason | None:
    """Return why a line with which a text ends is the site's."""
    if EDGE_LABEL.fullmatch(line) or NOTICE.fullmatch(line) or STARS.search(line):
        return "footer"
    if CLOSING.fullmatch(line) and INTRODUCTION.search(line):
        return "introduction"
    return site_words(line, edge=True)
