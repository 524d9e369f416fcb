"""What a page says of itself: title, site, breadcrumb, date, views, author, the declared count."""

import re
from collections.abc import Set
from dataclasses import dataclass, field

from pipeline.page.breadcrumb import HEAD_LINES, HOME, breadcrumb_items, find_breadcrumb
from pipeline.page.counts import said_count
from pipeline.page.dates import DATE, DATE_LABEL, OF_MEETING, as_date, last_date
from pipeline.page.lines import (
    DATED,
    DENSE,
    DOCUMENT,
    FIELDED,
    LINKED,
    LISTED,
    NUMBERED,
    PageLines,
    letters,
    rows_showing,
)
from pipeline.page.sites import NO_HINTS, Hints
from pipeline.page.titles import (
    MAX_BEFORE,
    MAX_TITLE,
    SITE_WORD,
    TITLE_BREAK,
    WELCOME,
    is_like,
    own_title,
    title_by_place,
    title_row,
    title_segments,
)
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
MAX_FIELD_LINE = 120  # characters of a line with date, views, author
FAR_FROM_TITLE = 25  # lines after the title in which a labelled date is the page's and not an article's
FIRST_ARTICLE = re.compile(r"第\s*[1一１壹]\s*[篇部份则例]|(?:篇|范文|样本)\s*[（(]?[1一]")
MAX_SUMMARY, MAX_SUMMARY_CHARS = 2, 300  # lines and characters of a summary between title and date
BELOW_TITLE = 2  # lines below the title in which the date may stand beside links
NEAR_TITLE = 8  # lines after the title in which an unlabelled date still counts

BESIDE_SITE = " _|｜-–—·"
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
    segments = title_segments(page.title)
    row = title_row(page, segments, after, found.rows)
    dated, when = _find_date(page, after, row)
    own = own_title(segments, found.breadcrumb)
    _find_title(page, found, own, row if row >= 0 else title_by_place(page, found.rows, after, dated))
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
        listed = any(map(NUMBERED.match, between))  # a text of one line, all its clauses in it
        if listed or len(between) > MAX_SUMMARY or sum(map(len, between)) > MAX_SUMMARY_CHARS:
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


def _find_title(page: PageLines, found: Fields, own: str, row: int) -> None:
    """Set the title: that of line `row`, or without one (-1) what `<title>` says, `own`."""
    if row >= 0:
        found.title, found.title_row = page.texts[row], row
        found.rows.add(row)
        if own and said_count(own) and not said_count(found.title) and letters(found.title) in letters(own):
            found.title = own
    else:
        found.title = own or None


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
        if match and page.sights[i] & LISTED and _is_item(line, match.start()):
            continue
        if not match or OF_MEETING.match(line, match.end()) or not (when := last_date(line)):
            continue
        labelled = bool(DATE_LABEL.search(line[: match.start()]))
        if not labelled and FIRST_ARTICLE.search(line):
            continue  # `题 篇1 2021-02-11`
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


def _is_item(line: str, at: int) -> bool:
    """Tell whether a list's number stands before the date at `at`: `一、时间：2014年6月9日全天。`."""
    mark = NUMBERED.match(line)
    return mark is not None and mark.end() <= at


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
    return bool(named) or is_like(line, title)


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
