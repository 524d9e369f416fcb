"""The lines of a page and where each belongs: by line, and in the end as pieces in order of place."""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline.page.counts import declared_count
from pipeline.page.fields import Fields
from pipeline.page.head import HeadPlan
from pipeline.page.headings import Candidate
from pipeline.page.introductions import introduces
from pipeline.page.lines import DENSE, INTRODUCED, LINKED, PageLines, rows_showing
from pipeline.records import DROP_REASONS, LINE_ROLES, DropReason, LineRole, from_columns

MAX_RELATED = 60  # characters of a line in links that is the name of another page, and no text cited whole
NTH_TEASER = re.compile(r".{0,3}第.{1,3}篇")  # `【第3篇】…`: yes


REASONS: tuple[DropReason | None, ...] = (None, *DROP_REASONS)
CODES = {reason: code for code, reason in enumerate(REASONS)}
FIELD, GUIDE, ARTICLE, DROPPED = map(LINE_ROLES.index, ("field", "guide", "article", "dropped"))
UNKNOWN = (
    bytes((DROPPED,)),
    bytes((CODES["navigation"],)),
)  # role and reason of a line of which no more is known


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


class Columns(NamedTuple):
    """The fields of a page's pieces, each as a column: nearly all that is made of them is made by column."""

    starts: Sequence[int]
    ends: Sequence[int]
    roles: bytes  # places in LINE_ROLES
    reasons: bytes  # places in REASONS
    groups: Sequence[int]
    headings: bytes  # 1 where the piece is one


IS_ARTICLE, IS_DROPPED = (bytes(role == mine for role in range(256)) for mine in (ARTICLE, DROPPED))
NOTHING = Columns((), (), b"", b"", (), b"")


@dataclass(slots=True)
class Segments:
    """All pieces of a page in order of place, its fields, and a title for each article."""

    columns: Columns = NOTHING
    fields: Fields = field(default_factory=Fields)
    declared: int | None = None
    titles: list[str] = field(default_factory=list)
    subject: str = ""  # what the page is about: its title without the count

    @property
    def pieces(self) -> list[Piece]:
        """All pieces, one by one."""
        starts, ends, roles, reasons, groups, headings = self.columns
        told = [LINE_ROLES[code] for code in roles], [REASONS[code] for code in reasons]
        return list(from_columns(Piece, starts, ends, *told, groups, map(bool, headings)))


class Places:
    """Where each line of a page belongs, by column: navigation, as long as no more is known.

    `parts` are the pieces of a line that is divided: start, end, role, reason, group, heading.
    """

    __slots__ = ("groups", "headings", "page", "parts", "reasons", "roles")

    def __init__(self, page: PageLines) -> None:
        count = len(page.texts)
        self.page = page
        self.roles = bytearray(UNKNOWN[0] * count)
        self.reasons = bytearray(UNKNOWN[1] * count)
        self.groups = [0] * count
        self.headings = bytearray(count)
        self.parts: dict[int, list[tuple[int, int, int, int, int, bool]]] = {}

    def drop(self, row: int, reason: DropReason) -> None:
        """Drop a line, whatever it was."""
        self.roles[row], self.reasons[row] = DROPPED, CODES[reason]
        self.groups[row] = self.headings[row] = 0

    def take_fields(self, rows: Iterable[int]) -> None:
        """Put lines among the fields of the page."""
        for row in rows:
            self.roles[row], self.reasons[row] = FIELD, 0
            self.groups[row] = self.headings[row] = 0

    def take_lines(self, first: int, end: int, role: int, group: int) -> None:
        """Put whole lines into an article or a section of the guide."""
        count = end - first
        if count > 0:
            self.roles[first:end] = bytes((role,)) * count
            self.reasons[first:end] = bytes(count)
            self.groups[first:end] = [group] * count

    def take_heading(self, row: int, role: int, group: int) -> None:
        """Put a whole line as the heading of an article or of a section of the guide."""
        self.roles[row], self.reasons[row], self.groups[row], self.headings[row] = role, 0, group, True

    def divide(self, row: int, parts: Iterable[tuple[int, int, int, bool]]) -> None:
        """Divide a line: `parts` are spans, the number of the article (0 for none), whether it heads it."""
        line, place = self.page.texts[row], self.page.starts[row]
        pieces = self.parts.setdefault(row, [])
        for at, end, group, heading in parts:
            text = line[at:end]
            if bare := text.strip():
                start = place + at + text.index(bare[0])
                stop = start + len(bare)
                if group:
                    pieces.append((start, stop, ARTICLE, 0, group, heading))
                else:  # before the first heading of the line: what leads up to it
                    pieces.append((start, stop, DROPPED, CODES["introduction"], 0, False))

    def columns(self) -> Columns:
        """Return all pieces in order of place."""
        page = self.page
        columns: list[Any] = [
            *((list(page.starts), list(page.ends)) if self.parts else (page.starts, page.ends)),
            *(self.roles, self.reasons, self.groups, self.headings),
        ]
        for row in sorted(self.parts, reverse=True):
            for column, values in zip(columns, zip(*self.parts[row], strict=True), strict=True):
                column[row : row + 1] = values
        starts, ends, roles, reasons, groups, headings = columns
        return Columns(starts, ends, bytes(roles), bytes(reasons), groups, bytes(headings))


def put_head(places: Places, plan: HeadPlan, fields: Fields) -> None:
    """Place the lines before the first heading: navigation, all but those of which more is known."""
    rows = {row for row in fields.rows | plan.fields if row < plan.end}
    for row in rows_showing(places.page, INTRODUCED, 0, plan.end):
        if len(places.page.texts[row]) >= DENSE and introduces(places.page, row):
            places.reasons[row] = CODES["introduction"]
    for row, reason in plan.dropped.items():
        places.reasons[row] = CODES[reason]
    for row, (section, heading) in plan.guide.items():
        places.take_heading(row, GUIDE, section)
        places.headings[row] = heading
    places.take_fields(rows)


def put_articles(places: Places, chosen: Sequence[Candidate], end: int) -> None:
    """Place the lines from the first heading to before `end`, as if all were of the texts."""
    at = 0  # where in its line the next part begins
    for ordinal, c in enumerate(chosen, 1):
        after = chosen[ordinal].row if ordinal < len(chosen) else end
        size, shared = len(places.page.texts[c.row]), after == c.row
        if at == c.start == 0 and c.end == c.body == size:
            places.take_heading(c.row, ARTICLE, ordinal)
        else:
            parts = [(at, c.start, ordinal - 1, False), (c.start, c.end, ordinal, True)]
            places.divide(c.row, parts if shared else [*parts, (c.body, size, ordinal, False)])
        at = c.body if shared else 0
        places.take_lines(c.row + 1, after, ARTICLE, ordinal)


def put_guides(places: Places, sections: Sequence[tuple[int, int]]) -> None:
    """Place the sections of a guide that stand behind texts: the line of each heading, and its end."""
    if not sections:
        return
    above = max((n for n, role in zip(places.groups, places.roles, strict=True) if role == GUIDE), default=0)
    for section, (row, end) in enumerate(sections, above + 1):
        places.take_lines(row + 1, end, GUIDE, section)
        places.take_heading(row, GUIDE, section)


def drop_foreign(
    places: Places, rows: range, headings: Container[int], cues: dict[int, DropReason], fields: Fields
) -> None:
    """Drop the lines that belong to no text wherever they stand, headings left out."""
    linked, texts = places.page.linked, places.page.texts
    for row in linked[bisect_left(linked, rows.start) : bisect_left(linked, rows.stop)]:
        if len(texts[row]) < MAX_RELATED and row not in headings and row not in cues:
            places.drop(row, "related")
    for row, reason in cues.items():
        if row in rows and row not in headings:
            places.drop(row, reason)
    places.take_fields([row for row in fields.rows if row in rows and row not in headings])


def put_tail(places: Places, end: int, cues: Mapping[int, DropReason], fields: Fields) -> None:
    """Drop the lines behind the texts, each for its own reason or for that of the line before."""
    page = places.page
    last: DropReason = "footer"
    for row, line in enumerate(page.texts[end:], end):
        if row in fields.rows:
            continue
        if row in cues:
            last = cues[row]
        elif "篇" in line and (declared_count(line) or NTH_TEASER.match(line)):
            last = "teaser"
        elif page.shares[row] > LINKED:
            last = "related"
        places.reasons[row] = CODES[last]
    places.take_fields([row for row in fields.rows if row >= end])
