"""The lines of a page as pieces: where each belongs, put down in order of place."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import add
from typing import NamedTuple

from pipeline.page.counts import declared_count
from pipeline.page.cues import INTRODUCTION
from pipeline.page.fields import Fields
from pipeline.page.head import HeadPlan
from pipeline.page.headings import Candidate
from pipeline.page.lines import DENSE, LINKED, PageLines
from pipeline.records import DropReason, LineRole, from_columns

MAX_RELATED = 60  # characters of a line in links that is the name of another page, and no text cited whole
NTH_TEASER = re.compile(r".{0,3}第.{1,3}篇")  # `【第3篇】…`: yes


class Piece(NamedTuple):
    """A line or a part of one: a span of the canonical text, and where it belongs.

    `group` counts articles from 1, guide sections from 1; `heading` marks the piece that is their heading.
    """

    start: int
    end: int
    role: LineRole
    reason: DropReason | None = None
    group: int = 0
    heading: bool = False


@dataclass(slots=True)
class Segments:
    """All pieces of a page in order of place, its fields, and a title for each article."""

    pieces: list[Piece] = field(default_factory=list)
    fields: Fields = field(default_factory=Fields)
    declared: int | None = None
    titles: list[str] = field(default_factory=list)
    subject: str = ""  # what the page is about: its title without the count


def span_of(page: PageLines, row: int) -> tuple[int, int]:
    """Return where a line stands in the canonical text."""
    return page.starts[row], page.starts[row] + len(page.texts[row])


def put_head(page: PageLines, plan: HeadPlan, fields: Fields, out: Segments) -> None:
    """Place the lines before the first heading: navigation, all but those of which more is known."""
    end = plan.end
    roles: list[LineRole] = ["dropped"] * end
    reasons: list[DropReason | None] = ["navigation"] * end
    groups, headings = [0] * end, [False] * end
    for row, line in enumerate(page.texts[:end]):
        told = len(line) < DENSE or row in plan.dropped or row in plan.guide
        if not told and INTRODUCTION.search(line):
            reasons[row] = "introduction"
    for row, reason in plan.dropped.items():
        reasons[row] = reason
    for row, (section, heading) in plan.guide.items():
        roles[row], reasons[row], groups[row], headings[row] = "guide", None, section, heading
    for row in fields.rows | plan.fields:
        if row < end:
            roles[row], reasons[row], groups[row], headings[row] = "field", None, 0, False
    out.pieces += from_columns(Piece, *_spans(page, 0, end), roles, reasons, groups, headings)


def _spans(page: PageLines, first: int, end: int) -> tuple[Sequence[int], Iterable[int]]:
    """Return the starts and the ends of lines as columns."""
    starts = page.starts[first:end]
    return starts, map(add, starts, map(len, page.texts[first:end]))


def put_articles(
    page: PageLines, chosen: Sequence[Candidate], cues: dict[int, DropReason], end: int, out: Segments
) -> None:
    """Place the lines from the first heading to before `end`."""
    out.titles += [c.title for c in chosen]
    others, current, at = _not_of_texts(page, cues, out), 0, 0
    for ordinal, c in enumerate(chosen, 1):
        if at < c.start:
            _put_part(page, c.row, (at, c.start), current, heading=False, out=out)
        current, at = ordinal, c.body
        _put_part(page, c.row, (c.start, c.end), current, heading=True, out=out)
        if ordinal < len(chosen) and chosen[ordinal].row == c.row:
            continue  # the next stands in the same line
        if at < len(page.texts[c.row]):
            _put_part(page, c.row, (at, len(page.texts[c.row])), current, heading=False, out=out)
        after = chosen[ordinal].row if ordinal < len(chosen) else end
        _put_body(page, (c.row + 1, after), current, others, out)
        at = 0


def put_body(
    page: PageLines, rows: tuple[int, int], group: int, cues: dict[int, DropReason], out: Segments
) -> None:
    """Place whole lines of an article."""
    _put_body(page, rows, group, _not_of_texts(page, cues, out), out)


def _put_part(
    page: PageLines, row: int, part: tuple[int, int], group: int, *, heading: bool, out: Segments
) -> None:
    text = page.texts[row][part[0] : part[1]]
    bare = text.strip()
    if not bare:
        return
    start = page.starts[row] + part[0] + (text.index(bare[0]) if bare is not text else 0)
    if group == 0:  # before the first heading of the line: what leads up to it
        out.pieces.append(Piece(start, start + len(bare), "dropped", "introduction"))
    else:
        out.pieces.append(Piece(start, start + len(bare), "article", None, group, heading))


def _not_of_texts(
    page: PageLines, cues: dict[int, DropReason], out: Segments
) -> tuple[list[int], Mapping[int, DropReason | None]]:
    """Return the lines that belong to no text wherever they stand, in order, and why, None for fields."""
    linked = [row for row in page.linked if len(page.texts[row]) < MAX_RELATED]
    told: dict[int, DropReason | None] = dict.fromkeys(linked, "related")
    told |= cues
    told |= dict.fromkeys(out.fields.rows)
    return sorted(told), told


def _put_body(
    page: PageLines,
    rows: tuple[int, int],
    group: int,
    others: tuple[list[int], Mapping[int, DropReason | None]],
    out: Segments,
) -> None:
    """Place whole lines of an article, the plain ones among them, which are nearly all, by column."""
    (at, end), (places, reasons) = rows, others
    for row in places[bisect_left(places, at) : bisect_left(places, end)]:
        _put_lines(page, (at, row), group, out)
        reason = reasons[row]
        out.pieces.append(Piece(*span_of(page, row), "dropped" if reason else "field", reason))
        at = row + 1
    _put_lines(page, (at, end), group, out)


def _put_lines(page: PageLines, rows: tuple[int, int], group: int, out: Segments) -> None:
    if rows[0] >= rows[1]:
        return
    fixed = repeat("article"), repeat(None), repeat(group), repeat(False)
    out.pieces += from_columns(Piece, *_spans(page, *rows), *fixed)


def put_tail(page: PageLines, end: int, cues: dict[int, DropReason], out: Segments) -> None:
    """Drop the lines behind the texts, each for its own reason or for that of the line before."""
    last: DropReason = "footer"
    roles: list[LineRole] = ["dropped"] * (len(page.texts) - end)
    reasons: list[DropReason | None] = []
    for row, line in enumerate(page.texts[end:], end):
        if row in out.fields.rows:
            roles[row - end] = "field"
            reasons.append(None)
            continue
        if row in cues:
            last = cues[row]
        elif "篇" in line and (declared_count(line) or NTH_TEASER.match(line)):
            last = "teaser"
        elif page.shares[row] > LINKED:
            last = "related"
        reasons.append(last)
    columns = (*_spans(page, end, len(page.texts)), roles, reasons, repeat(0), repeat(False))
    out.pieces += from_columns(Piece, *columns)
