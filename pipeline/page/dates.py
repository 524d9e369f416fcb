"""Dates that a page shows: their forms, and the one that stands behind the texts."""

import datetime
import re
from collections.abc import Container

from pipeline.page.lines import DATED, LINKED, PageLines, rows_showing
from pipeline.page.search import compile_search

MAX_DATED = 120  # characters of a line with a date of the page
NEAR_END = 2  # lines behind the texts in which an unlabelled date is the page's
DATE = compile_search(  # `2024-11-20`, `2024年3月5日`, `2024-03-0512:30`: yes; `2024年`, `12024-11-20`: no
    r"(?<!\d)((?:19|20)\d\d)\s*[-/.年－—–_·]\s*(\d{1,2})\s*[-/.月－—–_·]\s*(\d{1,2}(?!\d)|(?<=\d\d[-/.])\d\d)"
)
DATE_LABEL = compile_search(r"(?:时间|日期|发布于|更新于|发表于|编辑于|修改于|更新|发布)\s*[：:]?\s*$")
# Behind a date that is a meeting's, not a page's: `时间：2024年3月5日下午`, `2024年6月1日至6月3日`
OF_MEETING = re.compile(r"\s*日?\s*(?:[（(]?(?:星期|周).[)）]?)?\s*(?:(?:[上下中]午|晚上?)\s*$|[至到]\s*\d)")

# `修订：2009年3月5日` behind the day of publication: the page's date is the later one
REVISED = re.compile(rf"(?:更新|修订|修改|[编改]定)(?:时间|日期|于)?\s*[：:]?\s*(?={DATE.pattern})")


def as_date(match: re.Match[str]) -> str | None:
    """Return what `DATE` has matched, as ISO 8601 writes it; None for a day that no calendar has."""
    try:
        year, month, day = match.groups()
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def last_date(line: str) -> str | None:
    """Return the first date of a line, or that of a revision behind it; None for no day of a calendar.

    >>> last_date("发布：2007年3月5日 修订：2009-04-06"), last_date("时间：2007-03-05 归档：2009-04-06")
    ('2009-04-06', '2007-03-05')
    """
    first = DATE.search(line)
    if first is None:
        return None
    revised = REVISED.search(line, first.end())
    again = DATE.match(line, revised.end()) if revised else None
    return (as_date(again) if again else None) or as_date(first)


def date_behind(page: PageLines, end: int, of_site: Container[int]) -> tuple[int, str] | None:
    """Find the date among the lines of the site behind the texts: its line and the date.

    The site's are the lines `of_site` and those from `end` on. `编辑于 2024-01-02 12:33`: labelled, or
    right at `end`; others are of comments and of other pages.
    """
    for row in rows_showing(page, DATED):
        line = page.texts[row]
        match = DATE.search(line) if row >= end or row in of_site else None
        if match is None or len(line) > MAX_DATED or page.shares[row] > LINKED:
            continue
        when = as_date(match)
        if when and (DATE_LABEL.search(line[: match.start()]) or 0 <= row - end < NEAR_END):
            return row, when
    return None
