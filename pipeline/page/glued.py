"""Headings to which the first clause of their article is glued: `第2篇 值班制度一、总则`.

A line with a whole sentence behind its heading shows where the heading ends; one with the mere name of a
clause, or with what leads into its items, does not. Its list does: `二、` below it lacks its `一、`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.page.headings import Candidate
from pipeline.page.lines import DOCUMENT, NUMBERS, NUMERAL, PageLines, letters
from pipeline.page.numbers import number_kind, ordinal_of

# `一、`, `1.`, `（一）`, `第一条`, `第1章`, `①`, `⑴`, `㈠`: yes; `1.5`, `2021`, `第1篇`, `一处`: no
MARK = re.compile(
    rf"(?<![0-9０-９一二三四五六七八九十.．第])(?P<open>[（(\[【〔]?)\s*+(?P<nth>第?)\s*+(?P<n>{NUMERAL}|[⑴-⒇⒈-⒛]|[A-J](?=[、.．]))"
    r"\s*+(?P<close>[)）\]】〕]|[条章节编款项]|[、.．，,：:](?!\d)|)\s*+"
)
STOPS = frozenset("、.．，,：:")
OWN_SIGN = frozenset("①⑴⒈㈠❶")  # kinds of numbers that are markers by themselves
MIN_NAME = 2  # letters of a clause: `总则`


class Marker(NamedTuple):
    """A place where a numbered clause may begin; `style` is equal for all members of a list."""

    start: int
    end: int
    ordinal: int
    style: tuple[str, str, str]


def without_clauses(page: PageLines, chosen: Sequence[Candidate]) -> list[Candidate]:
    """Return the headings, each ended where the first clause of its article begins in its line."""
    ends = [*(c.row for c in chosen[1:]), len(page.texts)][: len(chosen)]
    return [_without_clause(page, c, end) if c.alone else c for c, end in zip(chosen, ends, strict=True)]


def first_clause(text: str) -> int:
    """Return where the first clause of a list may begin in a text, -1 for nowhere.

    >>> first_clause("值班制度一、总则"), first_clause("2021年值班制度")
    (4, -1)
    """
    return next((m.start for m in _markers(text, 0) if m.ordinal == 1), -1)


def _without_clause(page: PageLines, heading: Candidate, end: int) -> Candidate:
    line = page.texts[heading.row]
    for marker in _markers(line, _behind_number(heading, line)):
        if marker.ordinal != 1 or len(letters(line[marker.end :])) < MIN_NAME:
            continue
        following = _next_of_list(page, marker.style, (heading.row + 1, end))
        named = marker.style[0] != "(" and DOCUMENT.search(line[heading.start : marker.start].rstrip("》 　"))
        if following == 2 or (named and following is None):
            cut = len(line[: marker.start].rstrip())
            at = heading.title.find(line[marker.start : marker.end].strip())
            title = heading.title[:at].strip(" 　《》") if at >= 0 else heading.title
            return heading._replace(end=cut, body=marker.start, title=title, alone=False)
    return heading


def _behind_number(heading: Candidate, line: str) -> int:
    """Return where the heading's own number ends, its beginning where that cannot be told."""
    for match in re.finditer(NUMERAL, line[heading.start :]):
        if NUMBERS.get(match.group()) == heading.ordinal:
            return heading.start + match.end()
    return heading.start


def _markers(line: str, first: int) -> list[Marker]:
    """Return the places from `first` on at which a clause may begin."""
    return [m for match in MARK.finditer(line, first) if (m := _marker(match)) is not None]


def _marker(match: re.Match[str]) -> Marker | None:
    mark, nth, run, close = match.group("open", "nth", "n", "close")
    kind = number_kind(run)
    bracket = close != "" and close in ")）]】〕"
    if not close and kind not in OWN_SIGN:
        return None
    if (mark and not bracket) or (nth and (mark or bracket)):
        return None
    form = ")" if bracket else "." if close in STOPS else close
    return Marker(match.start(), match.end(), ordinal_of(run), (("(" if mark else "") + nth, kind, form))


def _next_of_list(page: PageLines, style: tuple[str, str, str], rows: tuple[int, int]) -> int | None:
    """Return the ordinal of the first line that begins as a list of a style does, None for none."""
    for row in range(*rows):
        match = MARK.match(page.texts[row])
        if match and (marker := _marker(match)) and marker.style == style:
            return marker.ordinal
    return None
