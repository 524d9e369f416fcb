"""A page's lines into fields, guide, articles and dropped lines, each part in exactly one place."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.page.blocks import HEADED
from pipeline.page.breadcrumb import find_breadcrumb
from pipeline.page.closes import end_of_element, end_of_single
from pipeline.page.continued import LOOK_BEHIND, ends_texts, goes_on
from pipeline.page.counts import declared_count
from pipeline.page.cues import cue_rows, drop_reason
from pipeline.page.dates import date_behind
from pipeline.page.edges import NUMBERED_ONE, site_rows
from pipeline.page.fields import Fields, read_fields
from pipeline.page.frames import completed, in_other_forms
from pipeline.page.glued import without_clauses
from pipeline.page.guides import guides_behind
from pipeline.page.head import names_subject, read_head
from pipeline.page.headings import MAX_HEADING, Candidate, candidates
from pipeline.page.introductions import introduces
from pipeline.page.lines import COUNTING, DENSE, LINKED, PageLines, letters, rows_showing
from pipeline.page.manner import CLAUSE_ENDS
from pipeline.page.pieces import (
    ARTICLE,
    CODES,
    Places,
    Segments,
    drop_foreign,
    put_articles,
    put_guides,
    put_head,
    put_tail,
)
from pipeline.page.plain import body_rows, unnumbered
from pipeline.page.series import Series, best_series
from pipeline.page.single import name_of_single
from pipeline.page.sites import NO_HINTS, Hints
from pipeline.page.subjects import base_titles
from pipeline.page.summary import summary_rows
from pipeline.page.trail import find_trail
from pipeline.records import DropReason

# Lines in a row that stand in links: three are a list of other pages, two may be two cited laws.
LINK_RUN = 3
# `员工手册范本 篇1`, `租赁合同电子版篇一`: a heading that looks like a title, where its 篇2 follows
FIRST_HEADING = re.compile(r"(?P<title>.{3,60}?)\s*[（(]?篇\s*[1一][）)]?")
NEXT_HEADING = re.compile(r"篇\s*[2二][）)]?$")
INTRODUCED = 12  # lines after the fields, share bar and repeated titles among them, that may introduce


@dataclass(slots=True)
class _Page:
    """A page while it is divided. `names` are what it is called, `subjects` what they say it is about."""

    lines: PageLines
    hints: Hints
    fields: Fields
    out: Segments
    places: Places
    names: Sequence[str] = ()
    subjects: Sequence[str] = ()
    cues: dict[int, DropReason] = field(default_factory=dict)
    found: Sequence[Candidate] = ()
    chosen: Sequence[Candidate] = ()
    guides: Sequence[tuple[int, int]] = ()
    end: int = 0

    def titles(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return names and subjects, as most rules ask for both."""
        return self.names, self.subjects


def segment(lines: PageLines, hints: Hints = NO_HINTS) -> Segments:
    r"""Divide a page.

    `hints` are what the rules of its site say. Cost: about 5 µs a line; the search for headings is quadratic
    in at most 300 candidates.

    >>> from pipeline.page.lines import page_lines
    >>> lines = ["值班制度2篇", "值班制度1", "一、准时到岗。", "值班制度2", "一、做好记录。"]
    >>> s = segment(page_lines("\n".join(lines), ([0] * 5, [1] * 5), "", from_html=False))
    >>> [(p.role, p.group, p.heading) for p in s.pieces][1:]
    [('article', 1, True), ('article', 1, False), ('article', 2, True), ('article', 2, False)]
    """
    return segment_pages([lines], [hints])[0]


def segment_pages(pages: Sequence[PageLines], hints: Sequence[Hints]) -> list[Segments]:
    """Divide pages as `segment` does, one step after the other, each for all of them.

    Each step has patterns and tables of its own, which then stay in the processor's cache.
    """
    fields = list(map(read_fields, pages, hints, list(map(_find_place, pages))))
    works = [
        _Page(page, hint, own, Segments(fields=own), Places(page))
        for page, hint, own in zip(pages, hints, fields, strict=True)
    ]
    steps = (
        *(_read_titles, _find_cues, _find_candidates, _choose_series, _complete_series, _find_end),
        *(_find_site, _place_head, _place_texts, _place_rest),
    )
    for step in steps:
        for work in works:
            step(work)
    return [work.out for work in works]


def _find_place(page: PageLines) -> tuple[tuple[str, ...], range]:
    """Return the breadcrumb that a line shows, else the one that the markup names, and its lines."""
    found = find_breadcrumb(page)
    named = found if found[0] else find_trail(page)
    return named if named[0] else found


def _read_titles(work: _Page) -> None:
    page, fields, out = work.lines, work.fields, work.out
    _free_first_heading(page, fields)
    title = fields.title or page.title
    work.names = [x for x in (fields.title, page.title, *fields.breadcrumb[-1:]) if x]
    own = base_titles([title])
    work.subjects = base_titles([x for x in work.names if x != title], own)
    out.subject = own[-1] if own else title
    out.declared = (
        declared_count(title, title=True)
        or declared_count(page.title, title=True)
        or _declared_in_introduction(page, fields, work.subjects)
    )


def _find_cues(work: _Page) -> None:
    work.cues = cue_rows(work.lines, work.fields.start, work.hints.drop, work.subjects)
    work.cues |= summary_rows(work.lines, work.fields.start)


def _find_candidates(work: _Page) -> None:
    work.found = candidates(work.lines, work.fields.start, work.subjects)


def _choose_series(work: _Page) -> None:
    """Choose the series of headings; it may know its subject better than the title does."""
    page, bases, declared = work.lines, work.subjects, work.out.declared
    title = "".join(map(letters, work.names))
    series = best_series(page, work.found, title, declared) if work.found else Series((), 0.0)
    learnt = {c.title for c in series.headings if c.key[0] in ("bare", "title")}
    if more := base_titles(learnt - set(bases)):  # look again for glued members
        found = candidates(page, work.fields.start, [*bases, *more])
        series = best_series(page, found, title, declared)
    work.chosen = series.headings


def _complete_series(work: _Page) -> None:
    """Find the members that the series lacks, or a series in another form."""
    page, fields, declared = work.lines, work.fields, work.out.declared
    chain: Sequence[Candidate] = completed(page, work.chosen, declared, fields.start)
    if declared != 1 and (len(chain) < 2 or declared not in (None, len(chain))):
        # the first of many may be another page's teaser; of more forms, one may have all that are declared
        other = in_other_forms(page, fields.start, "".join(map(letters, work.names)), declared)
        whole = len(other) == declared == other[-1].ordinal and other[0].ordinal == 1
        chain = other if whole or len(chain) < 2 <= len(other) else chain
    work.chosen = without_clauses(page, unnumbered(page, fields, chain, work.subjects, declared))


def _find_end(work: _Page) -> None:
    if work.chosen:
        end = _end_of_texts(work.lines, work.chosen, work.fields, work.cues)
        work.end = end_of_element(work.lines, work.chosen, end)


def _find_site(work: _Page) -> None:
    """Find the lines of the site in and behind each text."""
    chosen, content = work.chosen, work.hints.content
    if not chosen:
        return
    ends = [*(c.row for c in chosen[1:]), work.end]
    _find_in_bodies(work, [(c.row + 1, end) for c, end in zip(chosen, ends, strict=True)], work.subjects)
    if content:
        work.end = max(min(work.end, content[1]), chosen[-1].row + 1)


def _find_in_bodies(work: _Page, bodies: list[tuple[int, int]], subjects: Sequence[str]) -> None:
    """Find a guide behind texts, and the lines of the site in and behind both."""
    page, about = work.lines, (work.fields.site, subjects)
    work.guides = guides = guides_behind(page, bodies, work.cues, work.titles())
    if guides:
        for first, end in bodies:  # what stands behind a guide is the text once more
            behind = max((stop for row, stop in guides if first <= row < end), default=end)
            work.cues |= dict.fromkeys(range(behind, end), "teaser")
        begins = [row for row, _ in guides]
        bodies = [(first, min([end, *(r for r in begins if r >= first)])) for first, end in bodies]
        work.cues |= site_rows(page, [(row + 1, end) for row, end in guides], work.cues, about)
    work.cues |= site_rows(page, bodies, work.cues, about)


def _place_head(work: _Page) -> None:
    """Place the lines before the first heading."""
    page, fields, out = work.lines, work.fields, work.out
    if not work.chosen:
        return
    fields.rows.update(_repeats(page, fields, work.chosen, work.end))
    plan = read_head(page, fields, work.chosen, work.cues, work.titles())
    if out.declared is None:
        out.declared = plan.declared
    put_head(work.places, plan, fields)


def _place_texts(work: _Page) -> None:
    """Place the articles, or the one text of a page without a series."""
    if work.chosen:
        _put_chosen(work, work.chosen, work.end)
    else:
        work.end = _put_single(work)


def _put_chosen(work: _Page, chosen: Sequence[Candidate], end: int) -> None:
    work.out.titles += [c.title for c in chosen]
    put_articles(work.places, chosen, end)
    put_guides(work.places, work.guides)
    rows, headings = range(chosen[0].row + 1, end), {c.row for c in chosen}
    drop_foreign(work.places, rows, headings, work.cues, work.fields)


def _place_rest(work: _Page) -> None:
    """Place the lines behind the texts, the date among them."""
    page, fields = work.lines, work.fields
    if fields.updated is None and (behind := date_behind(page, work.end, work.cues)):
        row, fields.updated = behind
        fields.rows.add(row)
    put_tail(work.places, work.end, work.cues, fields)
    work.out.columns = work.places.columns()


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
    rows = set(rows_showing(page, COUNTING, chosen[0].row + 1, end)).difference([c.row for c in chosen])
    title = letters(fields.title or page.title)
    if not rows or not declared_count(title):
        return set()
    return {r for r in rows if letters(page.texts[r]) == title}


def _declared_in_introduction(page: PageLines, fields: Fields, subjects: Sequence[str]) -> int | None:
    """Return the count in one of the first lines after the fields that introduces texts or says the title."""
    for row in range(fields.start, min(fields.start + INTRODUCED, len(page.texts))):
        line = page.texts[row]
        if "篇" not in line or not (count := declared_count(line)) or drop_reason(line) == "related":
            continue  # `小编推荐：某合同（通用8篇）` is another page's
        said = count > 1 and any(subject in line for subject in subjects) and line[-1] in "。！"
        if said or introduces(page, row) or names_subject(line, subjects):
            return count
    return None


def _end_of_texts(
    page: PageLines, chosen: Sequence[Candidate], fields: Fields, cues: dict[int, DropReason]
) -> int:
    """Return the line with which the site's own part begins, after the last article."""
    first = chosen[-1].row + 1
    mostly_linked = len(page.linked) > 0.7 * len(page.shares)
    links = () if mostly_linked else page.linked[bisect_left(page.linked, first) :]
    linked, run, last = set(links), 0, first - 1
    told = {row for row in cues if row >= first}
    for row in sorted(told.union(linked, rows_showing(page, COUNTING, first))):
        run = 0 if row not in linked else run + 1 if row == last + 1 else 1
        last = row
        if run == LINK_RUN and not _list_inside(page, row):
            return row - LINK_RUN + 1
        ending = ends_texts(page, row, cues)
        ending = ending and not (row == first and _reads_on(page, row))
        if not ending and (row > first or not chosen[-1].alone):
            ending = _says_title(page, row, letters(fields.title or ""))
        if ending:
            return row - run + (1 if run and row in cues else 0)
    return len(page.texts) - (run if last == len(page.texts) - 1 else 0)


def _says_title(page: PageLines, row: int, title: str) -> bool:
    """Tell whether a line behind the texts says the title with its count, or with words behind it."""
    line = page.texts[row]
    if "篇" not in line or not title or not declared_count(line):
        return False
    says = letters(line)
    again = says == title and goes_on(page, row)
    return not again and says.startswith(title) and len(line) < len(title) + 24


def _reads_on(page: PageLines, row: int) -> bool:
    """Tell whether text follows a line directly below a heading: `投稿人：某某` ends no article there."""
    behind = range(row + 1, min(row + 1 + LOOK_BEHIND, len(page.texts)))
    return any(
        len(page.texts[r]) >= DENSE and page.lasts[r] in CLAUSE_ENDS and page.shares[r] <= LINKED
        for r in behind
    )


def _list_inside(page: PageLines, row: int) -> bool:
    """Tell whether the list of links at line `row` stands inside a text whose numbers go on behind it."""
    behind = next((r for r in range(row, len(page.texts)) if page.shares[r] <= LINKED), row)
    return goes_on(page, behind - 1) and not NUMBERED_ONE.match(page.texts[behind])


def _put_single(work: _Page) -> int:
    """Place a page without a series of headings: one article, or none where nothing reads like a text."""
    page, fields, cues, content = work.lines, work.fields, work.cues, work.hints.content
    places, out = work.places, work.out
    first, last, introductions = body_rows(page, fields, cues, content)
    if first < last and (name := name_of_single(page, fields, cues, work.titles(), last)):
        return _put_named(work, name, (max(first, name.row + 1), last))
    told = first + len(introductions)  # these are the first of the body's lines
    if content is None:
        last = end_of_single(page, told, last)
    for row in range(first):
        places.reasons[row] = CODES[cues.get(row, "navigation")]
    places.take_fields([row for row in fields.rows if row < first])
    _find_in_bodies(work, [(told, last)], ())
    for row, reason in introductions.items():
        places.drop(row, reason)
    places.take_lines(told, last, ARTICLE, 1)
    put_guides(places, work.guides)
    drop_foreign(places, range(told, last), (), cues, fields)
    if ARTICLE in places.roles:
        out.titles.append(fields.title or "")
    return last


def _put_named(work: _Page, name: Candidate, body: tuple[int, int]) -> int:
    """Place a page of one text below its name; a guide may stand above."""
    page, cues, out = work.lines, work.cues, work.out
    end = end_of_single(page, *body)
    _find_in_bodies(work, [(name.row + 1, end)], work.subjects)
    plan = read_head(page, out.fields, [name], cues, work.titles())
    if out.declared is None:
        out.declared = plan.declared
    put_head(work.places, plan, out.fields)
    _put_chosen(work, [name], end)
    return end
