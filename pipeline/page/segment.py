"""A page's lines into fields, guide, articles and dropped lines, each part in exactly one place."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import add
from typing import NamedTuple

from pipeline.page.blocks import HEADED
from pipeline.page.counts import declared_count
from pipeline.page.cues import ENDING, INTRODUCTION, cue_rows, goes_on
from pipeline.page.dates import date_behind
from pipeline.page.edges import NUMBERED_ONE, end_of_element, end_of_single, site_rows
from pipeline.page.fields import Fields, read_fields
from pipeline.page.frames import completed, in_other_forms
from pipeline.page.glued import without_clauses
from pipeline.page.head import HeadPlan, names_subject, read_head
from pipeline.page.headings import MAX_HEADING, Candidate, candidates
from pipeline.page.lines import COUNTING, DENSE, LINKED, PageLines, letters, rows_showing
from pipeline.page.plain import body_rows, unnumbered
from pipeline.page.series import Series, best_series
from pipeline.page.single import name_of_single
from pipeline.page.sites import NO_HINTS, Hints
from pipeline.page.subjects import base_titles
from pipeline.records import DropReason, LineRole, from_columns

# Lines in a row that stand in links: three are a list of other pages, two may be two cited laws.
LINK_RUN = 3
# `员工手册范本 篇1`, `租赁合同电子版篇一`: a heading that looks like a title, where its 篇2 follows
FIRST_HEADING = re.compile(r"(?P<title>.{3,60}?)\s*[（(]?篇\s*[1一][）)]?")
NEXT_HEADING = re.compile(r"篇\s*[2二][）)]?$")
MAX_RELATED = 60  # characters of a line in links that is the name of another page, and no text cited whole
INTRODUCED = 12  # lines after the fields, share bar and repeated titles among them, that may introduce
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


def segment(page: PageLines, hints: Hints = NO_HINTS) -> Segments:
    r"""Divide a page.

    `hints` are what the rules of its site say. Cost: about 5 µs a line; the search for headings is quadratic
    in at most 300 candidates.

    >>> from pipeline.page.lines import page_lines
    >>> lines = ["值班制度2篇", "值班制度1", "一、准时到岗。", "值班制度2", "一、做好记录。"]
    >>> s = segment(page_lines("\n".join(lines), [0] * 5, [1] * 5, "", from_html=False))
    >>> [(p.role, p.group, p.heading) for p in s.pieces][1:]
    [('article', 1, True), ('article', 1, False), ('article', 2, True), ('article', 2, False)]
    """
    fields = read_fields(page, hints)
    _free_first_heading(page, fields)
    out = Segments(fields=fields)
    title = fields.title or page.title
    names = [x for x in (fields.title, page.title, *fields.breadcrumb[-1:]) if x]
    own = base_titles([title])
    subjects = base_titles([x for x in names if x != title], own)
    out.declared = (
        declared_count(title, title=True)
        or declared_count(page.title, title=True)
        or _declared_in_introduction(page, fields, subjects)
    )
    cues = cue_rows(page, fields.start, hints.drop, subjects)
    chosen = _choose_headings(page, fields, (names, subjects), out.declared)
    if chosen:
        end = _end_of_texts(page, chosen, fields, cues)
        end = end_of_element(page, chosen, end)
        bodies = [(a.row + 1, b) for a, b in zip(chosen, [*(c.row for c in chosen[1:]), end], strict=True)]
        cues |= site_rows(page, bodies, cues, (fields.site, subjects))
        if hints.content:
            end = max(min(end, hints.content[1]), chosen[-1].row + 1)
        fields.rows.update(_repeats(page, fields, chosen, end))
        plan = read_head(page, fields, chosen, cues, (names, subjects))
        if out.declared is None:
            out.declared = plan.declared
        _put_head(page, plan, fields, out)
        _put_articles(page, chosen, cues, end, out)
    else:
        end = _put_single(page, cues, (names, subjects), hints.content, out)
    if fields.updated is None and (behind := date_behind(page, end, cues)):
        row, fields.updated = behind
        fields.rows.add(row)
    _put_tail(page, end, cues, out)
    out.subject = own[-1] if own else title
    return out


def _free_first_heading(page: PageLines, fields: Fields) -> None:
    """Give the line `题 篇1` back to the articles where it was taken for the title of a page without one."""
    row, title = fields.title_row, fields.title or ""
    first = FIRST_HEADING.fullmatch(title)
    if first is None or row < 0 or page.title or page.heads[row] == HEADED or row != fields.start - 1:
        return
    if not any(NEXT_HEADING.search(line) for line in page.texts[row + 1 :] if len(line) <= MAX_HEADING):
        return
    fields.title, fields.title_row = first["title"], -1
    fields.rows.discard(row)
    fields.start = row


def _repeats(page: PageLines, fields: Fields, chosen: Sequence[Candidate], end: int) -> set[int]:
    """Return the lines among the articles that say the page's title with its count once more."""
    title = letters(fields.title or page.title)
    rows = set(rows_showing(page, COUNTING, chosen[0].row + 1, end)) if declared_count(title) else set()
    taken = {c.row for c in chosen}
    return {r for r in rows - taken if letters(page.texts[r]) == title}


def _declared_in_introduction(page: PageLines, fields: Fields, subjects: Sequence[str]) -> int | None:
    """Return the count in one of the first lines after the fields that introduces texts or says the title."""
    for row in range(fields.start, min(fields.start + INTRODUCED, len(page.texts))):
        line = page.texts[row]
        if "篇" not in line or not (count := declared_count(line)):
            continue
        said = count > 1 and any(subject in line for subject in subjects) and line[-1] in "。！"
        if said or INTRODUCTION.search(line) or names_subject(line, subjects):
            return count
    return None


def _choose_headings(
    page: PageLines, fields: Fields, titles: tuple[Sequence[str], Sequence[str]], declared: int | None
) -> Sequence[Candidate]:
    """Return the headings of the page's articles; `titles` are its names and the subjects behind them."""
    names, bases = titles
    found = candidates(page, fields.start, bases)
    title = " ".join(names)
    series = best_series(page, found, title, declared) if found else Series((), 0.0)
    learnt = {c.title for c in series.headings if c.key[0] in ("bare", "title")}
    more = base_titles(learnt - set(bases))
    if more:  # the series knows its subject better than the title does: look again for glued members
        found = candidates(page, fields.start, [*bases, *more])
        series = best_series(page, found, title, declared)
    chain: Sequence[Candidate] = completed(page, series.headings, declared, fields.start)
    if declared != 1 and (len(chain) < 2 or declared not in (None, len(chain))):
        # the first of many may be another page's teaser; of more forms, one may have all that are declared
        other = in_other_forms(page, fields.start, title, declared)
        whole = len(other) == declared == other[-1].ordinal and other[0].ordinal == 1
        chain = other if whole or len(chain) < 2 <= len(other) else chain
    return without_clauses(page, unnumbered(page, fields, chain, bases, declared))


def _end_of_texts(
    page: PageLines, chosen: Sequence[Candidate], fields: Fields, cues: dict[int, DropReason]
) -> int:
    """Return the line with which the site's own part begins, after the last article."""
    first = chosen[-1].row + 1
    mostly_linked = len(page.linked) > 0.7 * len(page.shares)
    title = letters(fields.title or "")
    run = 0
    for row in range(first, len(page.texts)):
        run = run + 1 if page.shares[row] > LINKED and not mostly_linked else 0
        if run == LINK_RUN and not _list_inside(page, row):
            return row - LINK_RUN + 1
        ending = cues.get(row) in ENDING and not goes_on(page, row)
        line = page.texts[row]
        counted = (row > first or not chosen[-1].alone) and "篇" in line and title and not ending
        if counted and declared_count(line):
            says = letters(line)
            again = says == title and goes_on(page, row)
            ending = not again and says.startswith(title) and len(line) < len(title) + 24
        if ending:
            return row - run + (1 if run and row in cues and page.shares[row] > LINKED else 0)
    return len(page.texts) - run


def _list_inside(page: PageLines, row: int) -> bool:
    """Tell whether the list of links at line `row` stands inside a text whose numbers go on behind it."""
    behind = next((r for r in range(row, len(page.texts)) if page.shares[r] <= LINKED), row)
    return goes_on(page, behind - 1) and not NUMBERED_ONE.match(page.texts[behind])


def _span(page: PageLines, row: int) -> tuple[int, int]:
    return page.starts[row], page.starts[row] + len(page.texts[row])


def _put_head(page: PageLines, plan: HeadPlan, fields: Fields, out: Segments) -> None:
    """Place the lines before the first heading: navigation, all but those of which more is known."""
    end = plan.end
    roles: list[LineRole] = ["dropped"] * end
    reasons: list[DropReason | None] = ["navigation"] * end
    groups, headings = [0] * end, [False] * end
    for row, line in enumerate(page.texts[:end]):
        if len(line) >= DENSE and row not in plan.dropped and INTRODUCTION.search(line):
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


def _put_articles(
    page: PageLines, chosen: Sequence[Candidate], cues: dict[int, DropReason], end: int, out: Segments
) -> None:
    by_row: dict[int, list[tuple[int, Candidate]]] = {}
    for ordinal, c in enumerate(chosen, 1):
        by_row.setdefault(c.row, []).append((ordinal, c))
        out.titles.append(c.title)
    current, others = 0, _not_of_texts(page, cues, out)
    for (row, here), after in zip(by_row.items(), [*list(by_row)[1:], end], strict=True):
        at = 0
        for ordinal, c in here:
            if at < c.start:
                _put_part(page, row, (at, c.start), current, heading=False, out=out)
            current = ordinal
            _put_part(page, row, (c.start, c.end), current, heading=True, out=out)
            at = c.body
        if at < len(page.texts[row]):
            _put_part(page, row, (at, len(page.texts[row])), current, heading=False, out=out)
        _put_body(page, (row + 1, after), current, others, out)


def _put_part(
    page: PageLines, row: int, part: tuple[int, int], group: int, *, heading: bool, out: Segments
) -> None:
    text = page.texts[row][part[0] : part[1]]
    bare = text.strip()
    if not bare:
        return
    start = page.starts[row] + part[0] + text.index(bare[0])
    if group == 0:  # before the first heading of the line: what leads up to it
        out.pieces.append(Piece(start, start + len(bare), "dropped", "introduction"))
    else:
        out.pieces.append(Piece(start, start + len(bare), "article", None, group, heading))


def _not_of_texts(
    page: PageLines, cues: dict[int, DropReason], out: Segments
) -> dict[int, DropReason | None]:
    """Return the lines that belong to no text wherever they stand, in order: why, None for fields."""
    linked = [row for row in page.linked if len(page.texts[row]) < MAX_RELATED]
    told: dict[int, DropReason | None] = dict.fromkeys(linked, "related")
    told |= cues
    told |= dict.fromkeys(out.fields.rows)
    return dict(sorted(told.items()))


def _put_body(
    page: PageLines, rows: tuple[int, int], group: int, others: dict[int, DropReason | None], out: Segments
) -> None:
    """Place whole lines of an article, the plain ones among them, which are nearly all, by column."""
    at, end = rows
    places = list(others)
    for row in places[bisect_left(places, at) : bisect_left(places, end)]:
        _put_lines(page, (at, row), group, out)
        reason = others[row]
        out.pieces.append(Piece(*_span(page, row), "dropped" if reason else "field", reason))
        at = row + 1
    _put_lines(page, (at, end), group, out)


def _put_lines(page: PageLines, rows: tuple[int, int], group: int, out: Segments) -> None:
    if rows[0] >= rows[1]:
        return
    fixed = repeat("article"), repeat(None), repeat(group), repeat(False)
    out.pieces += from_columns(Piece, *_spans(page, *rows), *fixed)


def _put_single(
    page: PageLines,
    cues: dict[int, DropReason],
    titles: tuple[Sequence[str], Sequence[str]],
    content: tuple[int, int] | None,
    out: Segments,
) -> int:
    """Place a page without a series of headings: one article, or none where nothing reads like a text."""
    fields = out.fields
    first, last, introductions = body_rows(page, fields, cues, content)
    if first < last and (name := name_of_single(page, fields, cues, titles, last)):
        return _put_named(page, name, cues, titles, (max(first, name.row + 1), last), out)
    for row in range(first):
        start, stop = _span(page, row)
        if row in fields.rows:
            out.pieces.append(Piece(start, stop, "field"))
        else:
            reason = introductions.get(row) or cues.get(row, "navigation")
            out.pieces.append(Piece(start, stop, "dropped", reason))
    told = len(introductions)  # the first of the body's lines
    if content is None:
        last = end_of_single(page, first + told, last)
    cues |= site_rows(page, [(first + told, last)], cues, (fields.site, ()))
    for row in range(first, first + told):
        out.pieces.append(Piece(*_span(page, row), "dropped", introductions[row]))
    _put_body(page, (first + told, last), 1, _not_of_texts(page, cues, out), out)
    if any(p.role == "article" for p in out.pieces):
        out.titles.append(fields.title or "")
    return last


def _put_named(
    page: PageLines,
    name: Candidate,
    cues: dict[int, DropReason],
    titles: tuple[Sequence[str], Sequence[str]],
    body: tuple[int, int],
    out: Segments,
) -> int:
    """Place a page of one text below its name; a guide may stand above."""
    end = end_of_single(page, *body)
    cues |= site_rows(page, [(name.row + 1, end)], cues, (out.fields.site, titles[1]))
    plan = read_head(page, out.fields, [name], cues, titles)
    if out.declared is None:
        out.declared = plan.declared
    _put_head(page, plan, out.fields, out)
    _put_articles(page, [name], cues, end, out)
    return end


def _put_tail(page: PageLines, end: int, cues: dict[int, DropReason], out: Segments) -> None:
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
