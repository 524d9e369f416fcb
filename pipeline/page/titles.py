"""The line that says a page's title: by `<title>`, by the markup, else by where titles stand."""

import re
from collections.abc import Sequence, Set
from operator import add

from pipeline.page.blocks import HEADED
from pipeline.page.breadcrumb import HEAD_LINES
from pipeline.page.counts import said_count
from pipeline.page.cues import drop_reason
from pipeline.page.dates import DATE
from pipeline.page.lines import NUMERAL, STOPPED, PageLines, letters, rows_showing
from pipeline.page.search import compile_search

ARTICLE_NUMBER = re.compile(
    rf"(?:第|篇|范文)?{NUMERAL}(?:篇|$)|(?:篇|范文){NUMERAL}"
)  # `篇一`, `第1篇题`, `2`
NUMBERED_NAME = re.compile(
    rf"^\W{{0,2}}(?:篇|第|例|范文|样本|模板|范本)?\s*[（(]?{NUMERAL}\W|[篇则例份套章]\W{{0,2}}$|(?:篇|例|范文|样本|模板|范本|之)[（(]?{NUMERAL}\W?$"
)
UNLIKE = -50  # rank of a line that says no part of `<title>`
PLACED_AS_TITLE = 60  # what is added to the rank of a line that stands where titles do
# `来源：本站原创 作者：张三`, `字体：大 中 小`: what is said about a text beside its title
ABOUT = re.compile(
    r"^(?:信息|文章|稿件)?(?:来源|作者|编辑|责编|时间|日期|发布|浏览|点击|字体|字号|位置|栏目)[^。：:]{0,6}[：:]"
)
# `主题 92 帖子 787 积分 9459`, `查看: 687 | 回复: 21`: what a forum counts
COUNTS = re.compile(r"(?:[一-鿿]{2,4}\s*[:：]?\s*\d+\s*[|｜]?\s*){2,}")
PLEA = re.compile("[，,].*(?:[！!]$|[，,])")  # `在线等，明天就要交了，高分悬赏！`: who asks for a text
# `甲方：____`, `- 发布机构：办公室`, `索 引 号：1`: fields to fill in or of a register
NO_TITLE = re.compile(r"_{3}|^[-•·*]\s|^[一-鿿 /（）()]{2,14}[：:]\s*[\w—〔〕\[\]_-]+$")
TEXT_ENDS = "。；"
# Between separators of `<title>` the last segments name the site.
TITLE_BREAK = re.compile(  # a look ahead is quicker than the choice
    r"(?=[\s_|｜–—-])(?:(?<!\s)\s*+[_|｜]++\s*+|(?<!\s)\s++[-–—]++\s++|(?<!-)-++(?=[^-]{1,20}$)|(?<![–—])[–—]++(?=[^–—]{1,20}$))"
)
BARRED = re.compile(r"\s*[_|｜]")
SITE_WORD = compile_search(
    r"(?:网|站|文库|在线|频道|大全|论坛|社区|之家|日报|晚报|新闻|中心|门户|首页|资料库|资料|文书|文秘|文档|公文|范文|[库箱坊吧]|com|cn)$"
)
WELCOME = re.compile(r"^欢迎(?:光临|来到|访问)\s*(.{2,20}?)[！!。]?$")
MAX_TITLE = 80  # characters
MAX_BEFORE = 3  # sentences before a title that is no heading element: a notice, a slogan


def title_segments(title: str) -> list[str]:
    """Return `<title>` as it stands, then with ever more trailing segments cut."""
    out, at = [title], [m.start() for m in TITLE_BREAK.finditer(title)]
    return out + [title[:k].strip() for k in reversed(at) if k]


def title_row(page: PageLines, segments: Sequence[str], after: int, rows: Set[int]) -> int:
    """Return the line that repeats `<title>`, or the first heading element; -1 where there is neither."""
    wanted = {letters(s): -k for k, s in enumerate(segments) if s}
    first = letters(page.title)[:1] if "" not in wanted else ""  # with which every segment begins
    best, row = (-99, 0), -1
    for i, headed in _title_like_rows(page):
        line = page.texts[i]
        if i in rows or len(line) > MAX_TITLE + 40 or page.shares[i] > 0.5:
            continue
        rank = wanted.get(letters(line), UNLIKE) if first in line else UNLIKE
        may_win = headed and i >= after and (UNLIKE + PLACED_AS_TITLE, -i) > best
        if rank == UNLIKE and not (may_win and is_like(line, page.title)):
            continue
        if not headed and i and _heads_article(page.texts[i - 1], line):
            continue
        placed = _stands_as_title(page, i, headed=headed, said=rank > UNLIKE)
        key = (rank + (PLACED_AS_TITLE if placed else 0), -i)
        if key > best:
            best, row = key, i
    return row


def _stands_as_title(page: PageLines, i: int, *, headed: bool, said: bool) -> bool:
    """Tell whether a line stands where titles do: in a heading element, or right above the date.

    One that is not `said` by `<title>` and has an article's number is an article's: `篇一：…`.
    """
    if headed:
        line = page.texts[i]
        return said or not NUMBERED_NAME.search(line) or said_count(line) != ""
    return said and i + 1 < len(page.texts) and DATE.search(page.texts[i + 1]) is not None


def _title_like_rows(page: PageLines) -> list[tuple[int, bool]]:
    """Return the lines that can repeat `<title>`, before its text, and with True all heading elements."""
    rows, at = [], -1
    first = letters(page.title)[:1]  # with which every segment begins
    if first and first in page.text:
        end = _text_begins(page)
        rows += [
            (i, False)
            for i, line in enumerate(page.texts[:end])
            if first in line[:4] and page.heads[i] != HEADED
        ]
    for _ in range(page.heads[:HEAD_LINES].count(HEADED)):
        rows.append((at := page.heads.index(HEADED, at + 1), True))
    return rows


def _text_begins(page: PageLines) -> int:
    """Return the line of the sentence with which a page's text begins: a title stands before its text."""
    read = 0
    for row in rows_showing(page, STOPPED, 0, HEAD_LINES):
        read += page.lasts[row] in TEXT_ENDS and page.shares[row] < 0.5
        if read > MAX_BEFORE:
            return row
    return min(HEAD_LINES, len(page.texts))


def _heads_article(before: str, line: str) -> bool:
    """Tell whether the line before is an article's heading, so that `line` says the article's title."""
    numbered = letters(before).removeprefix(letters(line))
    return bool(ARTICLE_NUMBER.match(numbered)) and len(numbered) < len(letters(before)) + ("篇" in before)


def is_like(line: str, title: str) -> bool:
    """Tell whether a heading element may be the title: it shares its words with `<title>`, if any."""
    pairs = set(map(add, line, line[1:]))
    return not title or 2 * sum(map(title.__contains__, pairs)) >= len(pairs)


def own_title(segments: Sequence[str], breadcrumb: Sequence[str]) -> str:
    """Return `<title>` without the site's name behind it, never losing a declared count."""
    best = segments[0]
    names = {letters(x) for x in breadcrumb} if len(segments) > 1 else set()
    for shorter in segments[1:]:
        tail = best[len(shorter) :].strip("_|｜-–— ")
        known = letters(tail) in names or SITE_WORD.search(tail) or BARRED.match(best, len(shorter))
        if not known or (said_count(best) and not said_count(shorter)):
            break
        best = shorter
    return best


def title_by_place(page: PageLines, rows: Set[int], after: int, dated: int | None) -> int:
    """Return a line that can be a title: before the date, else with a count, else the first short one."""
    if page.title and dated is None:
        return -1
    end = dated if dated is not None else min(after + 12, len(page.texts))
    fit = [i for i in range(after, end) if i not in rows and _may_be_title(page, i)]
    if dated is not None and fit and any(drop_reason(page.texts[i]) == "related" for i in range(after, end)):
        return fit[-1]  # `本类热门文章` and some names, counted too, above the title
    counted = [i for i in fit if said_count(page.texts[i])]
    if counted:
        return counted[-1] if dated is not None else counted[0]
    if not fit or (page.title and dated is None):
        return -1
    return fit[-1] if dated is not None else fit[0]


def _may_be_title(page: PageLines, i: int) -> bool:
    line = page.texts[i]
    bare = 2 <= len(line) <= MAX_TITLE and line[-1] not in "。；，、：:;,…" and "。" not in line
    if (
        ABOUT.match(line)
        or PLEA.search(line)
        or COUNTS.fullmatch(line)
        or (NO_TITLE.search(line) and not said_count(line))
    ):
        return False
    return bare and page.shares[i] < 0.5 and not WELCOME.match(line) and not DATE.search(line)
