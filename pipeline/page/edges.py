"""Where a text ends and its site begins again, told by the page itself and not by the site's words.

A template page says the same thing many times over: all lines of its articles stand in one element, end with
the same marks and never speak to the reader. A line at the end of an article that does otherwise is foreign.
"""

import re
from collections import Counter
from collections.abc import Sequence, Set
from functools import lru_cache
from itertools import accumulate

from pipeline.page.cues import INTRODUCTION, LIST_SIGNS, goes_on
from pipeline.page.headings import Candidate
from pipeline.page.lines import DENSE, DOCUMENT, LINKED, LISTED, UNLISTED, PageLines, rows_showing
from pipeline.page.manner import CLAUSE_ENDS, Manner, read_manner
from pipeline.page.sitewords import CLOSING, EDGE_LABEL, REMEMBERED, advertises, site_words
from pipeline.page.wording import SHORT, is_spoken, reads_like_a_site, weigh_wording
from pipeline.records import DropReason

LOOSELY_RARE = 0.15  # share of lines that end like two which are foreign together (`manner.RARE` for one)
MAX_FOREIGN = 60  # characters of a line that is foreign for what it says or how it ends
MAX_NAMES = 8  # of other pages below a line that announces them
OTHER_PAGE = re.compile(
    rf"{DOCUMENT.pattern[:-1]}(?:范文|模板|范本)?(?:[（(【]?.{{0,4}}篇[）)】]?)?$"
)  # `某制度3篇`
# What a text may end with, whatever its lines do: `某某公司`, `2024年3月`, `附：登记表`, `甲方（签字）`.
SIGNED = re.compile(
    r"^(?:附(?:[：:录表]|件\s*[\d一二三四五六七八九十：:]|$)|抄[送报]|主题词|此致|敬礼|特此|谢谢|[甲乙丙丁]方|法定|签[字名订章]|日期|联系人|单位|编制|审[核批]|批准|制[定表]|姓名)"
    r"|_{2,}|\d\s*[年月]|年.{0,4}月|^[某×xX]{2,}"
    r"|(?:(?<![顶底全内外])部|[处局科室组厂店院校园所办班会人厅队府]|公司|中心|协会|集团|政府|[（(](?:签字|盖章|公章|签名|章)[）)])$"
)
# What a paper says of itself behind its text: `附：登记表`, `（此页无正文）`, `申请人：`, `举报电话：123`
OWN_END = re.compile(
    r"附(?:件|录|表|图)?\s*[\d一二三四五六七八九十]*\s*[：:]|[（(]?[此本]页无正文|参考文献|[一-鿿]{1,6}人\s*[（(：:]"
    r"|[一-鿿]{0,4}(?:电话|地点|方式|地址|热线|传真|截止时间)\s*[：:]"
)
# `作者：佚名`, `来源：网络`: yes; `时间：`, `地点：`, `编号：`, which papers say of themselves: no
TOLD = re.compile(
    r"[【\[（(]?(?:信息|文章|稿件)?(?:来源|作者|供稿|撰稿|投稿|编辑|责编|发布|浏览|点击|字体|字号|栏目)[^。：:]{0,6}[：:]"
    r"|[【（(\[]本[篇文][^。]{1,14}[】）)\]]$|.{0,20}(?:19|20)\d\d\s*[-/.年].{1,16}(?:来源|作者|编辑)\s*[：:]"
    r"|(?:浏览|阅读|点击|人气|热度|下载|收藏|字数)(?:量|数|次数|人数|统计)?\s*[：:]?\s*\d[\d.]*\s*[万wW+]?\s*(?:次|人|字|°C|℃)?$"
)
STARS = re.compile("[★☆⭐]{3}")  # what a reader gives: `评级：★★★★`
SURELY = 0.8  # weight of a sentence between clauses that is the site's: `如有雷同，纯属巧合。`
# `—— 以上为节选 ——`, `⬇ 向下滑动 ⬇`: yes; `—— 附则 ——`, which reads like a text: no
DECORATED = re.compile(
    r"(?=.*[一-鿿])[^\w\s（(【《“‘\[_]+\s*(?P<said>.{2,30}?)\s*[^\w\s）)】》”’。；：，、？！\]_]+"
)
DIGIT = re.compile(r"\d")
NO_HEADING = -0.15  # weight of a line alone between two clauses of a list; of headings few have more
NO_TEXT = -0.8  # weight of a decorated line from which it may be the site's
SENTENCE_ENDS = "。；;"
MAX_LABEL = 8  # characters of the name of a list of links
MAX_TOLD = 3  # lines below a heading that may be such
CRIES = "！？!?"  # with which a text of clauses may well end, once: `让我们行动起来！`
RIGHTS = re.compile("©|Copyright|ICP备|公网安备|版权所有|All Rights Reserved", re.IGNORECASE)
HANZI = re.compile("[一-鿿]")
NUMBERED_ONE = re.compile(r"\s*(?:[（(]?[1一][)）、.．]|第[一1]|①)")
OF_SITES = re.compile("[您你]|本[站页网文]|网友|转载|侵权|版权|上传|下载|用户")
MIN_SINGLE = 4  # pairs of long lines that show what separates lines of one text
REST = 0.3  # share of the characters of one text that may stand behind its element and are none of it
MAX_NOTICE = 8  # lines of a site's own list behind the clauses
# `提示：以上某制度仅作范例`, where the page's subject is named
SUMMARY = re.compile(r".{0,8}(?:以上|上述|上面|本[篇文份]|这[篇份些])")
COMMA = re.compile("[，！？,!?]")  # what no heading has: `版权归某网所有，请勿采集`
# `温馨提示：内容仅供参考，不构成任何建议。`
NOTICE = re.compile(
    r"[【（(]?.{0,4}(?:提示|提醒|声明|说明|注)[】）)：:].{0,60}(?:参考|责任|立场|观点|版权|侵权|下载|内容|建议|风险|网络).{0,30}"
)
# The hundred surnames of nine in ten Chinese: a name below a text.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟"
    "卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚某"
)
MAX_PERSON = 4  # characters of a name
LOOSE, LEAST_WEIGHT = 0.3, 0.45  # of one line in doubt, and what a site's part must have
LAST = -1.5  # a sentence behind everything that is foreign
GIVE_UP = 4.0  # below the best so far, at which the text has begun
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
    manner = read_manner(page, parts, *about)
    labels = [row for row, reason in cues.items() if reason == "related"]
    out: dict[int, DropReason] = {}
    for (first, end), rows in zip(bodies, parts, strict=True):
        if labels:
            out |= _listed(page, range(first, end), labels)
        if not rows:
            out |= _behind(page, range(first, end), cues, manner)
            continue
        if manner.others:
            out |= _foreign_inside(page, rows, cues, manner)
        if rows.start > first:
            out |= _below_heading(page, range(first, min(rows.start, first + MAX_TOLD)), cues, manner)
        if rows.stop < end:
            out |= _behind(page, range(max(rows.stop, first), end), cues, manner)
    return out


def _listed(page: PageLines, rows: range, labels: Sequence[int]) -> dict[int, DropReason]:
    """Return the names of other pages below one of the lines that announce them, where no links show it."""
    out: dict[int, DropReason] = {}
    for label in [row for row in labels if row in rows]:
        for row in range(label + 1, min(label + 1 + MAX_NAMES, rows.stop)):
            line = page.texts[row]
            if len(line) > MAX_FOREIGN or page.sights[row] & LISTED or not OTHER_PAGE.search(line):
                break
            out[row] = "related"
    return out


def _numbered_part(page: PageLines, first: int, end: int, site: str) -> range:
    """Return the lines from the first numbered clause to the last, without a list of the site's behind."""
    numbered = rows_showing(page, LISTED, first, end)
    if not numbered:
        return range(end, end)
    at, stop = numbered[0], numbered[-1] + 1
    before = _before_notice(page, at, stop, site)
    while at < before < stop and not page.sights[before - 1] & LISTED:
        before -= 1
    return range(at, before)


@lru_cache(maxsize=REMEMBERED)
def told_of_article(line: str) -> DropReason | None:
    """Return why a line below an article's heading is the site's: `作者：佚名`, `点击下载本篇`."""
    if TOLD.match(line) or EDGE_LABEL.fullmatch(line) or STARS.search(line):
        return "navigation"
    worded = reads_like_a_site(line) and not OWN_END.match(line)
    return site_words(line, edge=True) or ("footer" if worded else None)


def _below_heading(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner
) -> dict[int, DropReason]:
    """Return lines between a heading and the first clause that tell of the article."""
    out: dict[int, DropReason] = {}
    for row in rows:
        line = page.texts[row]
        if len(line) > MAX_FOREIGN:
            continue
        ours = manner.is_foreign(line) and manner.names_site(line)
        if row not in cues and (reason := "spam" if ours else told_of_article(line)):
            out[row] = reason
        elif row not in cues and manner.is_unlike(line):
            out[row] = "navigation"
    return out


def _behind(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner
) -> dict[int, DropReason]:
    """Return the lines behind the clauses, from the one on that parts text from site best."""
    found = _parted(page, rows, cues, manner, frozenset())
    if found and (table := _table_behind(page, rows)):
        return _parted(page, rows, cues, manner, table)
    return found


def _parted(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner, table: Set[int]
) -> dict[int, DropReason]:
    best, total, start = LEAST_WEIGHT, 0.0, rows.stop
    reasons: dict[int, DropReason] = {}
    for row in reversed(rows):
        weight, reason = _weigh(page, row, cues, manner)
        if row in table and row not in cues and page.shares[row] <= LINKED:
            weight, reason = SENTENCE, None
        total += LAST if weight == SENTENCE and best == LEAST_WEIGHT else weight
        if total < best - GIVE_UP:
            break
        if reason:
            reasons[row] = reason
        if weight > 0 and total > best:
            best, start = total, row
    return {r: reasons.get(r, "footer") for r in range(start, rows.stop) if r not in cues}


def _table_behind(page: PageLines, rows: range) -> set[int]:
    """Return the cells of a table that stands behind clauses which stand in none: it belongs to the text."""
    if page.layout is None or not rows.start or not any(page.layout.in_cells):
        return set()
    cells = page.layout.cells(len(page.texts) - rows.start + 1)
    return {row for row, cell in zip(rows, cells[1:], strict=False) if cell} if not cells[0] else set()


def _before_notice(page: PageLines, first: int, end: int, site: str) -> int:
    """Return the line above a list at `end` that begins at 1 and speaks of site or reader, else `end`."""
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
            if line[-1] == "。" and weigh_wording(line) >= SURELY:
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
    if OWN_END.match(line) and not EDGE_LABEL.fullmatch(line):
        return None
    if manner.is_worded_inside(line) or (DECORATED.fullmatch(line) and weigh_wording(line) > NO_TEXT):
        return "spam"
    if not manner.is_foreign(line):
        return None
    if SIGNED.search(line) or is_spoken(line):
        return None
    if not HANZI.search(line):
        return "navigation"
    if page.shares[row + 1] > LINKED:
        return "related"
    if manner.names_site(line) or COMMA.search(line) or manner.alone_speaks(line):
        return "spam"
    alone = len(line) >= SHORT and _stands_between(page, row) and not NUMBERED_ONE.match(page.texts[row + 1])
    if (
        alone and weigh_wording(line) >= NO_HEADING and not DIGIT.search(line)
    ):  # `电话：123` may be the text's
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
    if row in cues or page.shares[row] > LINKED or page.sights[row] & LISTED:  # of a list of the site's
        return FOREIGN, None
    summary = SUMMARY.match(line) and any(x in line for x in manner.subjects)
    for subject in manner.subjects:
        line = line.replace(subject, "")
    if not line:
        return SENTENCE, None
    if OWN_END.match(line) and not EDGE_LABEL.fullmatch(line) and not manner.names_site(line):
        return SENTENCE, None
    if reason := _edge_reason(line) or ("introduction" if summary else None):
        return (CERTAIN if reason == "related" or EDGE_LABEL.fullmatch(line) else FOREIGN), reason
    if manner.is_worded_by_site(line):
        return FOREIGN, "footer"
    if len(line) > MAX_FOREIGN:
        return (
            (CERTAIN, "footer") if RIGHTS.search(line) and line[-1] not in CLAUSE_ENDS else (SENTENCE, None)
        )
    if manner.names_site(line) and (line[-1] not in CLAUSE_ENDS or OF_SITES.search(line)):
        return CERTAIN, "footer"  # `由某某网解释。` may be a rule of the site's owner
    signed = SIGNED.search(line) or is_spoken(line) or (len(line) <= MAX_PERSON and line[0] in SURNAMES)
    if line[-1] in CRIES and not signed and weigh_wording(line) <= 0:
        return SENTENCE, None
    if manner.is_foreign(line) or manner.is_foreign(line, LOOSELY_RARE):
        return SIGNATURE if signed else FOREIGN if manner.is_foreign(line) else LOOSE, None
    if manner.speaks_to_reader(line) or manner.is_unlike(line):
        return FOREIGN, None
    return SENTENCE, None


def _edge_reason(line: str) -> DropReason | None:
    """Return why a line with which a text ends is the site's."""
    if EDGE_LABEL.fullmatch(line) or NOTICE.fullmatch(line) or STARS.search(line):
        return "footer"
    if CLOSING.fullmatch(line) and INTRODUCTION.search(line):
        return "introduction"
    return site_words(line, edge=True)


def end_of_single(page: PageLines, first: int, end: int) -> int:
    """Return the line before `end` with which the element of the one text ends, which begins at `first`.

    What mostly separates its long lines separates lines of one text; where the markup closes further and a
    short line begins the rest, a small part of the whole, the text has ended.
    """
    if page.layout is None or end - first < MIN_SINGLE:
        return end
    texts = page.texts
    depths = page.layout.separations(len(texts) - first)
    if len(depths) < len(texts) - first:
        return end
    dense = [r for r in range(first + 1, end) if min(len(texts[r]), len(texts[r - 1])) >= DENSE]
    if len(dense) < MIN_SINGLE:
        return end
    within = Counter([depths[r - first] for r in dense]).most_common(1)[0][0]
    sizes = list(accumulate(len(x) for x in texts[first:end]))
    for row in range(first + 1, end):
        before = sizes[row - 1 - first]
        line, depth = texts[row], depths[row - first]
        begins = len(line) < DENSE and line[-1] not in CLAUSE_ENDS and not page.sights[row] & LISTED
        if depth < within and begins and before >= (1 - REST) * sizes[-1]:
            usual = min(depths[1 : row - first], default=within) <= depth  # it closes as far inside the text
            return end if usual or goes_on(page, row) else row
    return end


def end_of_element(page: PageLines, chosen: Sequence[Candidate], end: int) -> int:
    """Return the line before `end` with which the element of the last article ends, `end` where none does.

    What separates the last article from the one before separates lines of one text; where the markup closes
    further than that, the text has ended, unless numbered clauses go on behind it.
    """
    last = chosen[-1].row
    if page.layout is None or len(chosen) < 2 or chosen[-2].row == last:
        return end
    depths = page.layout.separations(len(page.texts) - last)
    if len(depths) < len(page.texts) - last:
        return end
    within = min(depths[0], depths[1]) if len(depths) > 1 else depths[0]
    for row in range(last + 2, end):
        if depths[row - last] < within:
            return end if _goes_on_outside(page, chosen, row, depths[row - last]) else row
    return end


def _goes_on_outside(page: PageLines, chosen: Sequence[Candidate], row: int, depth: int) -> bool:
    """Tell whether the last text goes on in another element from line `row` on, as the texts before it do."""
    if not goes_on(page, row - 1) or page.layout is None:
        return False
    first, last = chosen[0].row, chosen[-1].row
    above = page.layout.separations(len(page.texts) - first)[1 : last - first]
    if page.texts[row - 1][-1] in "：:" or (above and min(above) <= depth):
        return True
    begins = rows_showing(page, LISTED, row)[0]
    return NUMBERED_ONE.match(page.texts[begins]) is None
