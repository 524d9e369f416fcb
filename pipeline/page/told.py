"""What a site tells of an article around it: `作者：佚名`, `适合场合：公司、学校`, `已有35人打分`.

Such lines stand below the heading or behind the text, one for each article of the page.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

from pipeline.page.lines import LISTED, NUMBERED, UNLISTED, PageLines, rows_showing
from pipeline.page.manner import Manner
from pipeline.page.sitewords import EDGE_LABEL, ONLY_SITES, REMEMBERED, site_words
from pipeline.page.wording import is_spoken, reads_like_a_site, speaks_of_pages, weigh_wording
from pipeline.records import DropReason

MAX_FOREIGN = 60  # characters of a line that is foreign for what it says or how it ends
# What a text may end with, whatever its lines do: `某某公司`, `2024年3月`, `附：登记表`, `甲方（签字）`.
SIGNED = re.compile(
    r"^(?:附(?:[：:录表]|件\s*[\d一二三四五六七八九十：:]|$)|抄[送报]|主题词|此致|敬礼|特此|谢谢|[甲乙丙丁]方|法定|签[字名订章]|日期|联系人|单位|编制|审[核批]|批准|制[定表]|姓名)"
    r"|^[一-鿿]{2,8}(?:科技|置业|商贸|物流|实业|电子|药业|建设|传媒|地产|物业|食品|机械|化工|纺织|能源|银行|大学)$"
    r"|_{2,}|\d\s*[年月](?!前)|年.{0,4}月|^[某×xX]{2,}"
    r"|(?:(?<![顶底全内外])部|[处局科室组厂店院校园所办班会人厅队府]|公司|中心|协会|集团|政府|[（(](?:签字|盖章|公章|签名|章)[）)])$"
)
# A day on which a text is signed: `2014年3月5日`, `二〇一九年九月`, `20xx年xx月xx日`, `____年__月__日`
SIGNING_DAY = re.compile(
    r"[（(]?\s*[\d〇○零Oo一二三四五六七八九xX×某_＿ ]{0,8}\s*年"
    r"\s*[\d一二三四五六七八九十xX×某_＿ ]{0,4}\s*月\s*"
    r"(?:[\d一二三四五六七八九十xX×某_＿ ]{0,6}\s*[日号])?\s*[）)]?"
)
DAY_ENDS = frozenset("日号月)）")  # with which such a line ends
# What a paper says of itself behind its text: `附：登记表`, `（此页无正文）`, `申请人：`, `举报电话：123`
OWN_END = re.compile(
    r"附(?:件|录|表|图)?\s*[\d一二三四五六七八九十]*\s*[：:]|[（(]?[此本]页无正文|参考文献|(?!投稿|上传|发布|分享|整理|录入|转载)[一-鿿]{1,6}人\s*[（(：:]"
    r"|[一-鿿]{0,4}(?:电话|地点|方式|地址|热线|传真|截止时间)\s*[：:]"
)
# `作者：佚名`, `来源：网络`: yes; `时间：`, `地点：`, `编号：`, which papers say of themselves: no
TOLD = re.compile(
    r"[【\[（(]?(?:信息|文章|稿件)?(?:来源|作者|供稿|撰稿|投稿|编辑|责编|发布|浏览|点击|字体|字号|栏目)[^。：:]{0,6}[：:]"
    r"|[^。：:]{2,8}[：:][^。：:]{2,20}\s页码\s*[：:]\s*\d+$"
    r"|[【（(\[]本[篇文][^。]{1,14}[】）)\]]$|.{0,20}(?:19|20)\d\d\s*[-/.年].{1,16}(?:来源|作者|编辑)\s*[：:]"
    r"|(?:浏览|阅读|点击|人气|热度|下载|收藏|字数|[一-鿿]{2}(?=次数))(?:量|数|次数|人数|统计)?\s*[：:]?\s*\d[\d.]*\s*[万wW+]?\s*(?:次|人|字|°C|℃)?$"
)
# `——读《骆驼祥子》有感`, `——在开学典礼上的讲话`: below the name of a text
SUBTITLE = re.compile(r"[—–]{1,3}\s*(?:读|观|看|听|写|记|致|在|学|评|谈|浅|论|关于|我|给|献)")
STARS = re.compile("[★☆⭐]{3}")  # what a reader gives: `评级：★★★★`
IN_DOUBT = -0.6  # weight of a line that ends as none of the texts, below which it may be theirs all the same
MAX_LINE_TOLD = 40  # characters of such a line above prose, which begins with any
SAID_ENDS = "。；！？：!?:;"  # with which it does not end
LEAST_REPEATED = 3  # texts that begin or end with one line
LEAST_PLAIN = 2  # of these where the line is worded as a site's
QUOTED = re.compile("[“”「」]")
MAX_SAME = 24  # characters of a line that is repeated inside texts
DIGITS = re.compile(r"\d+")
OWN_LABEL = re.compile(r"[一-鿿]{0,4}编号|版本|密级|文号")  # which papers of one house say of themselves
# `签名：慢慢来` below a heading is a member's of a forum, behind a text its own
MEMBER = re.compile(r"签名(?:档)?[：:].{4,}")
REMARK = re.compile(r"[（(【\[][^（）()【】\[\]\d]{6,30}[）)】\]]")  # `（本份由热心同事提供）`
MEASURED = re.compile(
    r"(?:[^\d%％。；，]{2,10}0(?:\.0)?\s*[%％]\s*){2,}"
)  # `重复率 5% 原创度 90%`, numbers as 0
# `下面这份我也留着。`, `再来看一篇`: leads from one text to the next
LEADS_ON = re.compile(
    r"\W*(?:下面|接下来|接着|后面|再(?:来|看|发|贴|送|分享|推荐)+)(?:还?[有是看]|再?[来看])?(?:[这那]|[一二两几])[篇份则](?![之以]).{0,24}"
)
MAX_TOLD = 3  # lines below a heading that may be such


@lru_cache(maxsize=REMEMBERED)
def told_of_article(line: str) -> DropReason | None:
    """Return why a line below an article's heading is the site's: `作者：佚名`, `点击下载本篇`."""
    if TOLD.match(line) or EDGE_LABEL.fullmatch(line) or STARS.search(line):
        return "navigation"
    if reason := site_words(line, edge=True):
        return reason
    own = OWN_END.match(line) or SUBTITLE.match(line)
    return "footer" if not own and reads_like_a_site(line) else None


def below_heading(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner
) -> dict[int, DropReason]:
    """Return lines between a heading and the first clause that tell of the article."""
    out: dict[int, DropReason] = {}
    for row in rows:
        line = page.texts[row]
        if len(line) > MAX_FOREIGN or row in cues:
            continue
        ours = manner.names_site(line) and manner.is_foreign(line)
        if reason := "spam" if ours else told_of_article(line):
            out[row] = reason
        elif line[-1] not in "：:" and manner.is_unlike(line):  # `各位用户：`
            out[row] = "navigation"
    return out


def told_above_prose(page: PageLines, rows: range, cues: dict[int, DropReason]) -> dict[int, DropReason]:
    """Return the lines between a heading and prose that tell of the article."""
    out: dict[int, DropReason] = {}
    for row in rows:
        line = page.texts[row]
        if row in cues:
            continue
        if len(line) > MAX_LINE_TOLD or line[-1] in SAID_ENDS or is_spoken(line):
            break
        if reason := told_of_article(line):
            out[row] = reason
    return out


def repeated_lines(
    page: PageLines, bodies: Sequence[tuple[int, int]], cues: dict[int, DropReason]
) -> dict[int, DropReason]:
    """Return the lines that stand first, or last, in half of the texts and differ in numbers at most.

    A site's template says them of each text: `适合场合：公司、学校`, `已有35人打分`. Texts of one kind begin
    and end alike too, but in their own words.
    """
    if len(bodies) < LEAST_REPEATED:
        return {}
    out: dict[int, DropReason] = _plain_inside(page, bodies, cues)
    kinds: tuple[tuple[bool, DropReason], ...] = ((False, "navigation"), (True, "footer"))
    for at_end, reason in kinds:
        rows = [row for body in bodies if _may_repeat(page, row := _edge_row(body, cues, at_end=at_end))]
        if len(rows) >= LEAST_PLAIN:  # clauses begin and end most texts
            out |= dict.fromkeys(_repeated(page, rows, len(bodies), at_end=at_end), reason)
        if at_end:
            out |= {
                r: "introduction" for r in rows if r < bodies[-1][0] and LEADS_ON.fullmatch(page.texts[r])
            }
    return out


def _may_repeat(page: PageLines, row: int) -> bool:
    """Tell whether a site may say a line of each text: a short one, and no clause unless it is `MEASURED`."""
    if row < 0:
        return False
    line = page.texts[row]
    return len(line) <= MAX_FOREIGN and (not page.sights[row] & LISTED or "%" in line or "％" in line)


def _repeated(page: PageLines, rows: Sequence[int], bodies: int, *, at_end: bool) -> list[int]:
    """Return those lines, first or last of so many texts, that enough of the texts begin or end with."""
    frames = {row: DIGITS.sub("0", page.texts[row]) for row in rows}
    often = _repeats_of(frames.values())
    told = {x for x, n in often.items() if n >= _least(x, bodies) and _may_be_told(x, at_end=at_end)}
    return [row for row, frame in frames.items() if frame in told]


def _plain_inside(
    page: PageLines, bodies: Sequence[tuple[int, int]], cues: dict[int, DropReason]
) -> dict[int, DropReason]:
    """Return short lines anywhere in the texts, headings left out, that are plainly worded as a site's."""
    known = cues.keys() | {first - 1 for first, _ in bodies}
    rows = [
        row
        for row in rows_showing(page, UNLISTED, bodies[0][0], bodies[-1][1])
        if row not in known and len(page.texts[row]) <= MAX_SAME and page.lasts[row] not in SAID_ENDS
    ]
    if len(rows) < LEAST_REPEATED:
        return {}
    frames = {row: DIGITS.sub("0", page.texts[row]) for row in rows}
    often = _repeats_of(frames.values())
    told = {x for x, n in often.items() if n >= LEAST_REPEATED and _is_plain(x)}
    return {row: "footer" for row, frame in frames.items() if frame in told}


def _repeats_of(frames: Collection[str]) -> Counter[str]:
    """Count lines; of lines that all differ, as most do, there is nothing to count."""
    return Counter(frames if len(set(frames)) < len(frames) else ())


def _is_plain(line: str) -> bool:
    """Tell whether a line that is repeated inside texts speaks of pages, or says a word of sites alone."""
    worded = reads_like_a_site(line) and not QUOTED.search(line)
    of_sites = worded and (speaks_of_pages(line) or ONLY_SITES.search(line) is not None)
    return of_sites and _may_be_told(line, at_end=True)


def _least(frame: str, bodies: int) -> float:
    """Return how many of the texts must begin or end with a line that is the site's."""
    plain = frame[-1] not in SAID_ENDS and reads_like_a_site(frame, 0.0)
    return LEAST_PLAIN if plain else max(LEAST_REPEATED, bodies / 2)


def _edge_row(body: tuple[int, int], cues: dict[int, DropReason], *, at_end: bool) -> int:
    """Return the first or the last line of a text that is not known to be the site's; -1 for none."""
    first, end = body
    row, step = (end - 1, -1) if at_end else (first, 1)
    while first <= row < end:
        if row not in cues:
            return row
        row += step
    return -1


def _may_be_told(line: str, *, at_end: bool) -> bool:
    """Tell whether a line that is repeated is worded as no text begins or ends."""
    if MEASURED.fullmatch(line):
        return True
    if not at_end and (MEMBER.fullmatch(line) or REMARK.fullmatch(line)):
        return True
    if (
        NUMBERED.match(line)
        or line[-1] in "：:"
        or OWN_END.match(line)
        or SIGNED.search(line)
        or OWN_LABEL.match(line)
    ):
        return False
    return weigh_wording(line) > (0 if line[-1] in "。！!；" else IN_DOUBT)
