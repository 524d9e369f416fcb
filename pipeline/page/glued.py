"""Headings to which the first clause of their article is glued: `第2篇 值班制度一、总则`.

A line with a whole sentence behind its heading shows where the heading ends; one with the mere name of a
clause, or with what leads into its items, does not. Its list does: `二、` below it lacks its `一、`.
"""

import re
from collections.abc import Sequence

from pipeline.page.headings import PLAIN, Candidate
from pipeline.page.lines import DOCUMENT, PageLines, letters
from pipeline.page.marks import MARK, marker_of, markers
from pipeline.page.numbers import ANY_NUMBER, ordinal_of, runs_of

FIRST = re.compile(f"[{''.join({run[-1] for run in runs_of(1)})}]")  # one sign of each number that is 1
MIN_NAME = 2  # letters of a clause: `总则`


def without_clauses(page: PageLines, chosen: Sequence[Candidate]) -> list[Candidate]:
    """Return the headings, each ended where the first clause of its article begins in its line."""
    ends = [*(c.row for c in chosen[1:]), len(page.texts)][: len(chosen)]
    return [_without_clause(page, c, end) if c.alone else c for c, end in zip(chosen, ends, strict=True)]


def _without_clause(page: PageLines, heading: Candidate, end: int) -> Candidate:
    line = page.texts[heading.row]
    if len(FIRST.findall(line)) <= (heading.ordinal == 1 and heading.key != PLAIN):
        return heading  # no number but its own is 1
    behind = _behind_number(heading, line)
    if len(line) - behind <= MIN_NAME:  # no room for a marker and a name
        return heading
    for marker in markers(line, behind):
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
    for match in ANY_NUMBER.finditer(line, heading.start):
        if ordinal_of(match.group()) == heading.ordinal:
            return match.end()
    return heading.start


def _next_of_list(page: PageLines, style: tuple[str, str, str], rows: tuple[int, int]) -> int | None:
    """Return the ordinal of the first line that begins as a list of a style does, None for none."""
    for row in range(*rows):
        match = MARK.match(page.texts[row])
        if match and (marker := marker_of(match)) and marker.style == style:
            return marker.ordinal
    return None
