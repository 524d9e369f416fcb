"""The pieces of a page into its record: articles, guide, dropped lines, all with spans in raw.

`lay_out` does all but the clauses; `assemble` adds them. An ingest does the same by column, of many pages at
once (`run/laid.py`).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, compress, count, groupby, repeat
from operator import attrgetter, itemgetter, lt, ne, or_
from typing import NamedTuple

from pipeline.clauses.structure import ClauseColumns, clause_columns
from pipeline.config import Config
from pipeline.page.fields import Fields
from pipeline.page.pieces import ARTICLE, GUIDE, IS_DROPPED, REASONS, Columns, Segments
from pipeline.records import (
    LINE_ROLES,
    RULE_NAMES,
    Article,
    Clause,
    Dropped,
    Edit,
    HantForms,
    HantOrigin,
    Line,
    Page,
    PageFields,
    PageFlag,
    Repaired,
    Script,
    Section,
    from_columns,
)
from pipeline.text.convert import ScriptEvidence, convert_lines, detect_script
from pipeline.text.offsets import OffsetMap
from pipeline.text.repair.headed import Headed
from pipeline.urls import first_page_of

HIDDEN_GAP = REASONS.index("hidden_gap")
RULE = itemgetter(Edit._fields.index("rule"))


class Origin(NamedTuple):
    """Where a page comes from: its id, address, encoding and how the encoding was found."""

    page_id: str
    url: str | None
    encoding: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The text forms of a page and the way back from `canonical` (and repaired) to `raw`.

    `telling` is whether `raw` may hold Traditional characters or leaks, true where nobody has looked;
    `headed` is `raw` cut at what looks like leaks, where that was done.
    """

    raw: str
    repaired: Repaired
    canonical: str
    offsets: OffsetMap
    telling: bool = field(default=True, compare=False)
    headed: Headed | None = field(default=None, compare=False)


class Told(NamedTuple):
    """What a page says of itself, and the titles of its articles: `segment.Segments` without the pieces."""

    fields: Fields
    declared: int | None
    titles: Sequence[str]
    subject: str


class CutPage(NamedTuple):
    """A page read and cut into pieces, before lines of its site are dropped and articles are structured."""

    origin: Origin
    texts: Texts
    parts: Segments


class CutColumns(NamedTuple):
    """A page that was cut, its pieces by column: what the second half of the way of a page begins with."""

    origin: Origin
    texts: Texts
    columns: Columns
    told: Told


class Body(NamedTuple):
    """The text of an article or guide section, whose clauses have ids that begin with `prefix`.

    It begins at `start` of the canonical text of the page. `shifts` say where a line is missing in it: place
    in the body, place on the page; empty where none is.
    """

    prefix: str
    text: str
    shifts: list[tuple[int, int]]
    start: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A page without its clauses: those of guide and articles are those of `bodies`, in this order.

    `owners` are the ids of the page's articles by the group of their pieces.
    """

    page: PageFields
    guide: tuple[Section, ...]
    articles: tuple[Article, ...]
    bodies: tuple[Body, ...]
    texts: Texts
    columns: Columns
    owners: tuple[str | None, ...]


def by_column(cut: CutPage) -> CutColumns:
    """Return a page that was cut with its pieces by column."""
    parts = cut.parts
    return CutColumns(cut.origin, cut.texts, parts.columns, Told(*attrgetter(*Told._fields)(parts)))


def lay_out(cut: CutColumns) -> Layout:
    """Build a page from its pieces, all but its clauses. Linear; 0.1 ms."""
    origin, texts, told, columns = cut.origin, cut.texts, cut.told, cut.columns
    leaks = list(map(RULE, texts.repaired.edits)).count("leak")
    script = script_evidence(texts.repaired.text, texts.canonical, leaks)
    guide: list[tuple[Section, Body]] = []
    articles: list[tuple[Article, Body]] = []
    for (role, group), (headings, body) in _gather(columns).items():
        heading = " ".join([texts.canonical[columns.starts[k] : columns.ends[k]] for k in headings])
        span = _span(columns, headings, body)
        if role == GUIDE:
            own = _body(f"{origin.page_id}:g{group}/", texts.canonical, columns, (body, span[0]))
            guide.append((Section(heading, ()), own))
        else:
            own = _body(f"{origin.page_id}:{group}/", texts.canonical, columns, (body, span[0]))
            articles.append((_article(cut, group, (heading, own), span, script), own))
    flags = page_flags(origin, told, HIDDEN_GAP in columns.reasons, len(articles))
    repairs = _count_repairs(texts.repaired.edits) | {"unresolved": len(texts.repaired.unresolved)}
    fields = page_fields(origin, told, script, (flags, repairs))
    groups = range(1, max(columns.groups, default=0) + 1)
    return Layout(
        page=fields,
        guide=tuple([section for section, _ in guide]),
        articles=tuple([article for article, _ in articles]),
        bodies=tuple([own for _, own in (*guide, *articles)]),
        texts=texts,
        columns=columns,
        owners=(None, *[f"{origin.page_id}:{group}" for group in groups]),
    )


def assemble(cut: CutColumns, config: Config) -> Page:
    """Build the record of a page from its pieces. Cost: mostly that of `structure` on every article."""
    laid = lay_out(cut)
    found = clause_columns([body.text for body in laid.bodies], config.clauses)
    placed = [_placed(own, body) for own, body in zip(found, laid.bodies, strict=True)]
    hant = HantForms(partial(_hant_forms, found, placed, laid, config.page.hant))
    numbers = count()
    clauses = [
        _clauses(own, body.prefix, laid.texts.offsets, spans, (hant, numbers))
        for own, body, spans in zip(found, laid.bodies, placed, strict=True)
    ]
    n_guide = len(laid.guide)
    return Page(
        page=laid.page,
        guide=tuple(Section(s.heading, own) for s, own in zip(laid.guide, clauses[:n_guide], strict=True)),
        articles=tuple(map(_with_clauses, laid.articles, clauses[n_guide:])),
        dropped=dropped(laid),
        lines=lines(laid),
        raw=laid.texts.raw,
        edits=laid.texts.repaired.edits,
        unresolved=laid.texts.repaired.unresolved,
    )


def _with_clauses(a: Article, own: tuple[Clause, ...]) -> Article:
    """Return an article with its clauses; `dataclasses.replace` takes twice as long."""
    return Article(a.article_id, a.ordinal, a.heading, a.title, a.text, own, a.raw_start, a.raw_end, a.script)


def dropped(laid: Layout) -> tuple[Dropped, ...]:
    """Return the dropped lines of a page."""
    canonical, (starts, ends, roles, reasons, _, _) = laid.texts.canonical, laid.columns
    mine = roles.translate(IS_DROPPED)
    why = [REASONS[code] or "navigation" for code in compress(reasons, mine)]
    said = [canonical[a:b] for a, b in zip(compress(starts, mine), compress(ends, mine), strict=True)]
    return tuple(from_columns(Dropped, why, said))


def lines(laid: Layout) -> tuple[Line, ...]:
    """Return where each visible line of a page ended up."""
    columns, offsets = laid.columns, laid.texts.offsets
    owners = [
        laid.owners[group] if role == ARTICLE else None
        for role, group in zip(columns.roles, columns.groups, strict=True)
    ]
    told = map(LINE_ROLES.__getitem__, columns.roles), map(REASONS.__getitem__, columns.reasons)
    starts, ends = offsets.starts(columns.starts), offsets.ends(columns.ends)
    return tuple(from_columns(Line, count(), starts, ends, *told, owners))


def _gather(columns: Columns) -> dict[tuple[int, int], tuple[list[int], list[int]]]:
    """Return the numbers of the pieces of each article and guide section: its headings, its body."""
    found: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
    at = 0
    for key, run in groupby(zip(columns.roles, columns.groups, strict=True)):
        first, at = at, at + len(list(run))
        if key[0] in (ARTICLE, GUIDE):
            headings, body = found.setdefault(key, ([], []))
            while columns.headings.find(1, first, at) == first:  # as most begin
                headings.append(first)
                first += 1
            if 1 in columns.headings[first:at]:
                for k in range(first, at):
                    (headings if columns.headings[k] else body).append(k)
            else:
                body += range(first, at)
    return found


def _span(columns: Columns, headings: Sequence[int], body: Sequence[int]) -> tuple[int, int]:
    """Return where a body begins and ends on its page; an empty one stands behind its heading."""
    if body:
        return columns.starts[body[0]], columns.ends[body[-1]]
    return columns.ends[headings[-1]], columns.ends[headings[-1]]


def _body(prefix: str, canonical: str, columns: Columns, where: tuple[Sequence[int], int]) -> Body:
    """Return the body made of some pieces. Whole lines that follow each other are cut in one piece."""
    body, start = where
    if not body:
        return Body(prefix, "", [], start)
    starts, ends = columns.starts, columns.ends
    at, end = body[0], body[-1] + 1
    first, last = starts[at], ends[end - 1]
    whole = end - at == len(body)  # all pieces between
    if whole and sum(ends[at:end]) - sum(starts[at:end]) + len(body) - 1 == last - first:
        return Body(prefix, canonical[first:last], [], start)
    sizes = [ends[k] - starts[k] + 1 for k in body]
    if sum(sizes) - 1 == last - first:
        return Body(prefix, canonical[first:last], [], start)
    places = accumulate(sizes, initial=0)
    text = "\n".join([canonical[starts[k] : ends[k]] for k in body])
    return Body(prefix, text, [(a, starts[k]) for a, k in zip(places, body, strict=False)], start)


def _placed(clauses: ClauseColumns, body: Body) -> tuple[Sequence[int], Sequence[int]]:
    """Return where the clauses of a body begin and end on the page."""
    firsts, lasts, places = clauses.starts, clauses.ends, body.shifts
    if not places:
        return [first + body.start for first in firsts], [last + body.start for last in lasts]
    own, shifts = [at for at, _ in places], [there - at for at, there in places]
    return (
        [first + shifts[bisect_right(own, first) - 1] for first in firsts],
        [
            last + shifts[bisect_right(own, max(last - 1, first)) - 1]
            for first, last in zip(firsts, lasts, strict=True)
        ],
    )


def _article(
    cut: CutColumns, group: int, told: tuple[str, Body], span: tuple[int, int], script: ScriptEvidence
) -> Article:
    """Return an article without its clauses."""
    (heading, body), (start, end), offsets = told, span, cut.texts.offsets
    return Article(
        article_id=f"{cut.origin.page_id}:{group}",
        ordinal=group,
        heading=heading,
        title=cut.told.titles[group - 1] or cut.told.subject,
        text=body.text,
        clauses=(),
        raw_start=offsets.end(start) if start == end else offsets.start(start),
        raw_end=offsets.end(end),
        script=_script_of(cut.texts, start, end, script),
    )


def _clauses(
    c: ClauseColumns,
    prefix: str,
    offsets: OffsetMap,
    spans: tuple[Sequence[int], Sequence[int]],
    places: tuple[HantForms, Iterator[int]],
) -> tuple[Clause, ...]:
    """Give clauses their ids, the next places among the Traditional forms, and their spans in raw."""
    ids = [prefix + path for path in c.paths]
    parents = [path and prefix + path for path in c.parents]
    raw = offsets.starts(spans[0]), offsets.ends(spans[1])
    hant, numbers = places
    told = c.levels, c.kinds, c.markers, c.ordinals, c.own
    return tuple(from_columns(Clause, ids, c.paths, parents, *told, *raw, c.flags, repeat(hant), numbers))


def script_evidence(repaired: str, canonical: str, leaks: int) -> ScriptEvidence:
    """Tell in which script a page was served (`detect_script`)."""
    if repaired == canonical:  # nothing of it is Traditional: no need to count
        return ScriptEvidence("hans", "generated", 0, 0, 0, 0, leaks)
    return detect_script(repaired, canonical, leaks)


def _script_of(texts: Texts, first: int, last: int, page: ScriptEvidence) -> Script:
    """Return the script of a part; that of the page unless the page is mixed."""
    if page.script != "mixed":
        return page.script
    return detect_script(texts.repaired.text[first:last], texts.canonical[first:last]).script


def _hant_forms(
    found: Sequence[ClauseColumns],
    placed: Sequence[tuple[Sequence[int], Sequence[int]]],
    laid: Layout,
    hant: str,
) -> list[str]:
    """Return `text_hant` of clauses: cut from what was served, or generated in one pass over all texts."""
    own = [text for clauses in found for text in clauses.own]
    if laid.page.hant_origin == "served":
        lasts = [last for _, ends in placed for last in ends]
        repaired = laid.texts.repaired.text
        return [repaired[last - len(text) : last] for text, last in zip(own, lasts, strict=True)]
    return [""] * len(own) if hant == "none" else convert_lines(own, hant)


def page_flags(origin: Origin, told: Told, hidden_gap: bool, n_articles: int) -> list[PageFlag]:
    """Return the flags of a page; `hidden_gap`: a line of it says that text is missing."""
    continued = origin.url is not None and first_page_of(origin.url) is not None
    flags: list[PageFlag] = []
    if told.declared is not None and told.declared != n_articles and not continued:
        flags.append("count_mismatch")
    if "cut" in origin.evidence or hidden_gap:
        flags.append("truncated")
    if continued:
        flags.append("continued")
    return flags


def _count_repairs(edits: Sequence[Edit]) -> dict[str, int]:
    """Return how many places each rule mended."""
    counts: dict[str, int] = dict.fromkeys(RULE_NAMES, 0)
    if edits:
        starts, ends, _, rules = zip(*edits, strict=True)
        # Edits that touch mend one place: a byte shift takes out the pinyin and rewrites what follows.
        apart = map(or_, map(lt, (-1, *ends), starts), map(ne, ("", *rules), rules))
        counts.update(Counter(compress(rules, apart)))
    return counts


def page_fields(
    origin: Origin, told: Told, script: ScriptEvidence, counted: tuple[Sequence[PageFlag], dict[str, int]]
) -> PageFields:
    """Return what a page says of itself; `counted` are its flags and repairs."""
    fields, (flags, repairs) = told.fields, counted
    hant_origin: HantOrigin = script.hant_origin
    return PageFields(
        page_id=origin.page_id,
        url=origin.url,
        site=fields.site,
        title=fields.title,
        breadcrumb=fields.breadcrumb,
        updated=fields.updated,
        views=fields.views,
        declared_articles=told.declared,
        author=fields.author,
        script=script.script,
        hant_origin=hant_origin,
        encoding=origin.encoding,
        flags=tuple(flags),
        repairs=repairs,
        continues=first_page_of(origin.url) if origin.url else None,
    )
