"""What a page says of itself: title, site, breadcrumb, date, views, author, the declared count."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from operator import add

from pipeline.page.blocks import HEADED
from pipeline.page.breadcrumb import HEAD_LINES, HOME, breadcrumb_items, find_breadcrumb
from pipeline.page.counts import said_count
from pipeline.page.dates import DATE, DATE_LABEL, OF_MEETING, as_date, last_date
from pipeline.page.lines import (
    DATED,
    DENSE,
    DOCUMENT,
    FIELDED,
    LINKED,
    NUMERAL,
    STOPPED,
    PageLines,
    letters,
    rows_showing,
)
from pipeline.page.search import compile_search
from pipeline.page.sites import NO_HINTS, Hints
from pipeline.page.views import (
    AUTHOR,
    SMALL_FIELD,
    VIEWS,
    VIEWS_AFTER,
    VIEWS_LABEL,
    VIEWS_NUMBER,
    VIEWS_UNIT,
    views_of,
)

MAX_SITE_NAME = 12  # characters behind ` - ` in `<title>`
MAX_BEFORE = 3  # sentences before a title that is no heading element: a notice, a slogan
MAX_TITLE = 80  # characters
MAX_FIELD_LINE = 120  # characters of a line with date, views, author
FAR_FROM_TITLE = 25  # lines after the title in which a labelled date is the page's and not an article's
ARTICLE_NUMBER = re.compile(
    rf"(?:第|篇|范文)?{NUMERAL}(?:篇|$)|(?:篇|范文){NUMERAL}"
)  # `篇一`, `第1篇题`, `2`
FIRST_ARTICLE = re.compile(r"第\s*[1一１壹]\s*[篇部份则例]|(?:篇|范文|样本)\s*[（(]?[1一]")
NUMBERED_NAME = re.compile(
    rf"^\W{{0,2}}(?:篇|第|例|范文|样本|模板|范本)?\s*[（(]?{NUMERAL}\W|[篇则例份套章]\W{{0,2}}$|(?:篇|例|范文|样本|模板|范本|之)[（(]?{NUMERAL}\W?$"
)
UNLIKE = -50  # rank of a line that says no part of `<title>`
PLACED_AS_TITLE = 60  # what is added to the rank of a line that stands where titles do
MAX_SUMMARY, MAX_SUMMARY_CHARS = 2, 300  # lines and characters of a summary between title and date
# `来源：本站原创 作者：张三`, `字体：大 中 小`: what is said about a text beside its title
ABOUT = re.compile(
    r"^(?:信息|文章|稿件)?(?:来源|作者|编辑|责编|时间|日期|发布|浏览|点击|字体|字号|位置|栏目)[^。：:]{0,6}[：:]"
)
# `甲方：____`, `- 发布机构：办公室`, `索 引 号：1`: fields to fill in or of a register
NO_TITLE = re.compile(r"_{3}|^[-•·*]\s|^[一-鿿 /（）()]{2,14}[：:]\s*[\w—〔〕\[\]_-]+$")
BELOW_TITLE = 2  # lines below the title in which the date may stand beside links
TEXT_ENDS = "。；"
NEAR_TITLE = 8  # lines after the title in which an unlabelled date still counts

# Between separators of `<title>` the last segments name the site.
TITLE_BREAK = re.compile(  # a look ahead is quicker than the choice
    r"(?=[\s_|｜–—-])(?:(?<!\s)\s*+[_|｜]++\s*+|(?<!\s)\s++[-–—]++\s++|(?<!-)-++(?=[^-]{1,20}$)|(?<![–—])[–—]++(?=[^–—]{1,20}$))"
)
BESIDE_SITE = " _|｜-–—·"
BARRED = re.compile(r"\s*[_|｜]")
SITE_WORD = compile_search(
    r"(?:网|站|文库|在线|频道|大全|论坛|社区|之家|日报|晚报|新闻|中心|门户|首页|资料库|资料|文书|文秘|文档|公文|范文|[库箱坊吧]|com|cn)$"
)
WELCOME = re.compile(r"^欢迎(?:光临|来到|访问)\s*(.{2,20}?)[！!。]?$")
NAME_BEFORE_RIGHTS = re.compile(
    r"(?:©|Copyright)[\s©\d\-–,.]*([^\s\d©,.]{2,20}?)\s*(?:版权|All|$)", re.IGNORECASE
)


@dataclass(slots=True)
class Fields:
    """The fields found, and in `rows` the lines that carry them. `start` is the first line after the last."""

    title: str | None = None
    site: str | None = None
    breadcrumb: tuple[str, ...] = ()
    updated: str | None = None
    views: int | None = None
    author: str | None = None
    rows: set[int] = field(default_factory=set)
    title_row: int = -1
    start: int = 0


def read_fields(
    page: PageLines, hints: Hints = NO_HINTS, breadcrumb: tuple[tuple[str, ...], range] | None = None
) -> Fields:
    r"""Find the fields of a page among its first lines; what the site's rules name comes first.

    `breadcrumb` is what `find_breadcrumb` gives, where that is known already. Cost: some 50 µs a page.

    >>> from pipeline.page.lines import page_lines
    >>> lines = ["当前位置:甲网 > 制度", "岗位制度3篇", "更新时间:2024-11-20 查看人数:75", "第1篇"]
    >>> f = read_fields(page_lines("\n".join(lines), ([0] * 4, [1] * 4), "", from_html=False))
    >>> f.title, f.site, f.updated, f.views, f.start
    ('岗位制度3篇', '甲网', '2024-11-20', 75, 3)
    """
    found = Fields()
    found.breadcrumb, placed = breadcrumb or find_breadcrumb(page)
    found.rows.update(placed)
    after = placed.stop
    segments = _title_segments(page.title)
    row = _title_row(page, segments, after, found)
    dated, when = _find_date(page, after, row)
    own = _own_title(segments, found)
    _find_title(page, found, own, row if row >= 0 else _title_by_place(page, found, after, dated))
    if dated is None and found.title_row >= 0:
        dated, when = _find_date(page, found.title_row, found.title_row)
    if dated is not None:
        found.updated = when
        found.rows.add(dated)
    _find_small_fields(page, found, dated)
    found.site = _find_site(page, found)
    if hints is not NO_HINTS:
        _take_hints(page, hints, found)
    found.start = _content_start(page, found.rows)
    if hints.content:
        found.start = max(found.start, hints.content[0])
    return found


def _content_start(page: PageLines, rows: Set[int]) -> int:
    """Return the line after the last field that does not stand behind the text, as a date may do."""
    start = 0
    for row in sorted(rows):
        between = [x for x in page.texts[start:row] if start and x[-1] in "。！？" and len(x) >= DENSE]
        if len(between) > MAX_SUMMARY or sum(map(len, between)) > MAX_SUMMARY_CHARS:
            break
        start = row + 1
    return start


def _take_hints(page: PageLines, hints: Hints, found: Fields) -> None:
    """Set what the rules of the page's site give over what the generic way has found."""
    found.site = hints.name or found.site
    values: dict[str, tuple[str, tuple[int, ...]]] = {
        name: (" ".join(page.texts[r] for r in rows), rows) for name, rows in hints.fields.items()
    }
    for name, pattern in hints.patterns.items():
        rows = hints.fields.get(name) or tuple(range(min(HEAD_LINES, len(page.texts))))
        for row in rows:
            if match := pattern.fullmatch(page.texts[row]):
                values[name] = (match.group(1), (row,))
                break
    for name, (value, rows) in values.items():
        if _set_field(found, name, value):
            found.rows.update(rows)


def _set_field(found: Fields, name: str, value: str) -> bool:
    if name == "updated":
        match = DATE.search(value)
        when = as_date(match) if match else None
        found.updated = when or found.updated
        return when is not None
    if name == "views":
        number = VIEWS_NUMBER.search(value)
        found.views = views_of(number) if number else found.views
        return number is not None
    if name == "breadcrumb":
        found.breadcrumb = breadcrumb_items(value)
    elif name == "title":
        found.title = value
    else:
        found.author = value
    return True


def _title_segments(title: str) -> list[str]:
    """Return `<title>` as it stands, then with ever more trailing segments cut."""
    out, at = [title], [m.start() for m in TITLE_BREAK.finditer(title)]
    return out + [title[:k].strip() for k in reversed(at) if k]


def _title_row(page: PageLines, segments: Sequence[str], after: int, found: Fields) -> int:
    """Return the line that repeats `<title>`, or the first heading element; -1 where there is neither."""
    wanted = {letters(s): -k for k, s in enumerate(segments) if s}
    first = letters(page.title)[:1] if "" not in wanted else ""  # with which every segment begins
    best, row = (-99, 0), -1
    for i, headed in _title_like_rows(page):
        line = page.texts[i]
        if i in found.rows or len(line) > MAX_TITLE + 40 or page.shares[i] > 0.5:
            continue
        rank = wanted.get(letters(line), UNLIKE) if first in line else UNLIKE
        may_win = headed and i >= after and (UNLIKE + PLACED_AS_TITLE, -i) > best
        if rank == UNLIKE and not (may_win and _like(line, page.title)):
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


def _like(line: str, title: str) -> bool:
    """Tell whether a heading element may be the title: it shares its words with `<title>`, if any."""
    pairs = set(map(add, line, line[1:]))
    return not title or 2 * sum(map(title.__contains__, pairs)) >= len(pairs)


def _find_title(page: PageLines, found: Fields, own: str, row: int) -> None:
    """Set the title: that of line `row`, or without one (-1) what `<title>` says, `own`."""
    if row >= 0:
        found.title, found.title_row = page.texts[row], row
        found.rows.add(row)
        if own and said_count(own) and not said_count(found.title) and letters(found.title) in letters(own):
            found.title = own
    else:
        found.title = own or None


def _own_title(segments: Sequence[str], found: Fields) -> str:
    """Return `<title>` without the site's name behind it, never losing a declared count."""
    best = segments[0]
    names = {letters(x) for x in found.breadcrumb} if len(segments) > 1 else set()
    for shorter in segments[1:]:
        tail = best[len(shorter) :].strip("_|｜-–— ")
        known = letters(tail) in names or SITE_WORD.search(tail) or BARRED.match(best, len(shorter))
        if not known or (said_count(best) and not said_count(shorter)):
            break
        best = shorter
    return best


def _title_by_place(page: PageLines, found: Fields, after: int, dated: int | None) -> int:
    """Return a line that can be a title: before the date, else with a count, else the first short one."""
    if page.title and dated is None:
        return -1
    end = dated if dated is not None else min(after + 12, len(page.texts))
    fit = [i for i in range(after, end) if i not in found.rows and _may_be_title(page, i)]
    counted = [i for i in fit if said_count(page.texts[i])]
    if counted:
        return counted[-1] if dated is not None else counted[0]
    if not fit or (page.title and dated is None):
        return -1
    return fit[-1] if dated is not None else fit[0]


def _may_be_title(page: PageLines, i: int) -> bool:
    line = page.texts[i]
    bare = 2 <= len(line) <= MAX_TITLE and line[-1] not in "。；，、：:;,…" and "。" not in line
    if ABOUT.match(line) or (NO_TITLE.search(line) and not said_count(line)):
        return False
    return bare and page.shares[i] < 0.5 and not WELCOME.match(line) and not DATE.search(line)


def _find_date(page: PageLines, after: int, title_row: int) -> tuple[int, str] | tuple[None, None]:
    """Return the line of the date and the date: labelled or short, nearest to the title."""
    best: tuple[int, int, str] | None = None
    first = max(0, title_row - FAR_FROM_TITLE)
    last = min(HEAD_LINES, (title_row if title_row >= 0 else after) + FAR_FROM_TITLE + 1)
    for i in rows_showing(page, DATED, first, last):
        line = page.texts[i]
        if len(line) > MAX_FIELD_LINE or (page.shares[i] > LINKED and not _beside_title(page, i, title_row)):
            continue
        match = DATE.search(line)
        if not match or OF_MEETING.match(line, match.end()) or not (when := last_date(line)):
            continue
        labelled = bool(DATE_LABEL.search(line[: match.start()]))
        distance = abs(i - title_row) if title_row >= 0 else max(0, i - after)
        if distance > (FAR_FROM_TITLE if labelled else NEAR_TITLE) or (not labelled and len(line) > 60):
            continue
        begin = title_row + 1 if title_row >= 0 else after
        read = page.lasts.count("。", begin, i) + page.lasts.count("；", begin, i)
        if read > (MAX_BEFORE if labelled else 0):
            continue  # a date behind the text is a signature's
        title = begin - 1 if title_row >= 0 else begin  # where none is known, the first line
        above = page.texts[max(title + 1, after) if title < after <= i else title + 1 : i]  # no breadcrumb
        if any(_names_text(x, page.texts[title], documents=title_row >= 0) for x in above):
            continue  # a date below an article's heading is the article's
        rank = (distance + (0 if labelled else NEAR_TITLE), i, when)
        best = min(best, rank) if best else rank
    return best[1:] if best else (None, None)


def _beside_title(page: PageLines, row: int, title_row: int) -> bool:
    """Tell a line `2024-11-20 来源：甲报`, its source a link, below the title from the first of a list."""
    if title_row < 0 or not 0 < row - title_row <= BELOW_TITLE:
        return False
    after = page.texts[row + 1 : row + 2]
    return not (after and page.shares[row + 1] > LINKED and DATE.search(after[0]))


def _find_small_fields(page: PageLines, found: Fields, dated: int | None) -> None:
    """Read views and author on the lines around title and date."""
    near = [x for x in (dated, found.title_row) if x is not None and x >= 0]
    around = [range(max(0, x - 1), min(x + 4, len(page.texts))) for x in near]
    for i in sorted(set().union(*around)):
        line = page.texts[i]
        if not page.sights[i] & FIELDED or i == found.title_row or len(line) > MAX_FIELD_LINE:
            continue
        if not SMALL_FIELD.search(line):
            continue
        views = VIEWS.search(line) or VIEWS_AFTER.search(line)
        author = AUTHOR.search(line)
        if views and found.views is None:
            found.views = views_of(views)
        if author and found.author is None:
            found.author = author.group(1)
        if (views or author) and i not in found.rows:
            between = page.texts[max(near) + 1 : i]
            # behind the first article's heading they are the article's
            if not any(_names_text(x, found.title or "", documents=True) for x in between):
                found.rows.add(i)
        if not views and VIEWS_LABEL.fullmatch(line):
            _read_spread_views(page, i, found)


def _names_text(line: str, title: str, *, documents: bool) -> bool:
    """Tell whether a short line may be the first article's heading; the title once more is none.

    With `documents`, any name of a document may be.
    """
    if len(line) > MAX_TITLE or letters(line) in letters(title):
        return False
    named = FIRST_ARTICLE.search(line) or (documents and DOCUMENT.search(line))
    return bool(named) or _like(line, title)


def _read_spread_views(page: PageLines, row: int, found: Fields) -> None:
    """Read `阅读`, `3,456`, `次` that stand on lines of their own, as items of a list do."""
    number = VIEWS_NUMBER.fullmatch(page.texts[row + 1]) if row + 1 < len(page.texts) else None
    if number is None:
        return
    found.views = views_of(number) if found.views is None else found.views
    found.rows.update((row, row + 1))
    if row + 2 < len(page.texts) and VIEWS_UNIT.fullmatch(page.texts[row + 2]):
        found.rows.add(row + 2)


def _find_site(page: PageLines, found: Fields) -> str | None:
    if found.breadcrumb and found.breadcrumb[0] not in HOME:
        return found.breadcrumb[0]
    for line in page.texts[:5]:
        if welcome := WELCOME.match(line):
            return welcome.group(1)
    segments = TITLE_BREAK.split(page.title) if page.title else []
    if len(segments) > 1 and SITE_WORD.search(segments[-1]):
        return segments[-1].strip()
    if found.title and page.title.startswith(found.title):
        rest = page.title[len(found.title) :].strip(BESIDE_SITE)
        if 2 <= len(rest) <= MAX_SITE_NAME:
            return rest
    for line in page.texts[-12:]:
        if len(line) <= 2 * MAX_FIELD_LINE and (name := NAME_BEFORE_RIGHTS.search(line)):
            return name.group(1)
    return None
