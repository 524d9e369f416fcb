"""The pieces of a page into its record: articles, guide, dropped lines, all with spans in raw."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, count, repeat

from pipeline.clauses.structure import ClauseColumns, clause_columns
from pipeline.config import Config
from pipeline.page.segment import Piece, Segments
from pipeline.records import (
    RULE_NAMES,
    Article,
    Clause,
    Dropped,
    Edit,
    HantForms,
    HantOrigin,
    Line,
    LineRole,
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
from pipeline.urls import url_key

# `…/1234_2.html`, `…?page=3`: later pages of one list; `…/1234.html`, `…/2024_11_20.html`: not.
LATER_PAGE = re.compile(r"(?<=/)(?P<first>[^/_?]+)_(?:[2-9]|[1-4]\d)(?P<end>\.[a-z]{3,5})$", re.IGNORECASE)
LATER_QUERY = re.compile(r"(?P<sep>[?&])(?:page|p|pn)=(?:[2-9]|[1-4]\d)(?=&|$)")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from: its id, address, encoding and how the encoding was found."""

    page_id: str
    url: str | None
    encoding: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The text forms of a page and the way back from `canonical` (and repaired) to `raw`."""

    raw: str
    repaired: Repaired
    canonical: str
    offsets: OffsetMap


# The Traditional forms of the page's clauses, and the numbers among them of those not made yet.
Places = tuple[HantForms, Iterator[int]]


@dataclass(frozen=True, slots=True)
class CutPage:
    """A page read and cut into pieces, before lines of its site are dropped and articles are structured."""

    origin: Origin
    texts: Texts
    parts: Segments


@dataclass(frozen=True, slots=True)
class _Part:
    """An article or guide section in the making: heading, text, clauses and the ends of the body.

    `firsts` and `lasts` are where the clauses begin and end in the canonical text of the page.
    """

    group: int
    heading: str
    text: str
    clauses: ClauseColumns
    firsts: list[int]
    lasts: list[int]
    start: int
    end: int


def assemble(origin: Origin, texts: Texts, parts: Segments, config: Config) -> Page:
    """Build the record of a page from its pieces. Cost: mostly that of `structure` on every article."""
    leaks = sum(e.rule == "leak" for e in texts.repaired.edits)
    if texts.repaired.text == texts.canonical:  # nothing of it is Traditional: no need to count
        script = ScriptEvidence("hans", "generated", 0, 0, 0, 0, leaks)
    else:
        script = detect_script(texts.repaired.text, texts.canonical, leaks)
    bodies, sections = _parts(texts.canonical, parts.pieces, config)
    hant = HantForms(partial(_hant_forms, (*bodies, *sections), texts, script, config.page.hant))
    places = hant, count()
    articles = tuple(_article(origin, texts, parts, p, script, places) for p in bodies)
    guide = tuple(
        Section(p.heading, _finished(p, f"{origin.page_id}:g{p.group}/", texts, places)) for p in sections
    )
    return Page(
        page=_fields(origin, texts, parts, script, len(articles)),
        guide=guide,
        articles=articles,
        dropped=tuple(_dropped(texts.canonical, parts.pieces)),
        lines=_lines(origin.page_id, texts, parts.pieces),
        raw=texts.raw,
        edits=texts.repaired.edits,
        unresolved=texts.repaired.unresolved,
    )


def _dropped(canonical: str, pieces: Sequence[Piece]) -> Iterator[Dropped]:
    dropped = [p for p in pieces if p.role == "dropped"]
    reasons = [p.reason or "navigation" for p in dropped]
    return from_columns(Dropped, reasons, [canonical[p.start : p.end] for p in dropped])


def _lines(page_id: str, texts: Texts, pieces: Sequence[Piece]) -> tuple[Line, ...]:
    ids = {group: f"{page_id}:{group}" for group in {p.group for p in pieces if p.role == "article"}}
    starts = texts.offsets.starts([p.start for p in pieces])
    ends = texts.offsets.ends([p.end for p in pieces])
    roles, reasons = [p.role for p in pieces], [p.reason for p in pieces]
    owners = [ids[p.group] if p.role == "article" else None for p in pieces]
    return tuple(from_columns(Line, count(), starts, ends, roles, reasons, owners))


def _parts(canonical: str, pieces: Sequence[Piece], config: Config) -> tuple[list[_Part], list[_Part]]:
    """Gather the pieces of each article and of each guide section, and structure their bodies."""
    groups: dict[tuple[LineRole, int], tuple[list[Piece], list[Piece]]] = {}
    for p in pieces:
        if p.role == "article" or p.role == "guide":
            headings, body = groups.setdefault((p.role, p.group), ([], []))
            (headings if p.heading else body).append(p)
    texts = ["\n".join([canonical[p.start : p.end] for p in body]) for _, body in groups.values()]
    found: dict[LineRole, list[_Part]] = {"article": [], "guide": []}
    structured = clause_columns(texts, config.clauses)
    for (role, group), text, clauses in zip(groups, texts, structured, strict=True):
        headings, body = groups[role, group]
        heading = " ".join([canonical[p.start : p.end] for p in headings])
        start, end = (body[0].start, body[-1].end) if body else (headings[-1].end, headings[-1].end)
        firsts, lasts = _placed(clauses, body)
        found[role].append(_Part(group, heading, text, clauses, firsts, lasts, start, end))
    return found["article"], found["guide"]


def _placed(clauses: ClauseColumns, body: Sequence[Piece]) -> tuple[list[int], list[int]]:
    """Return where the clauses of a body begin and end in the canonical text of the page."""
    own = list(
        accumulate([p.end - p.start + 1 for p in body], initial=0)
    )  # where each piece begins in the body
    shifts = [p.start - at for p, at in zip(body, own, strict=False)]
    firsts, lasts = clauses.starts, clauses.ends
    if len(set(shifts)) <= 1:  # no line is missing
        by = shifts[0] if shifts else 0
        return [first + by for first in firsts], [last + by for last in lasts]
    shifts.append(0)
    return (
        [first + shifts[bisect_right(own, first) - 1] for first in firsts],
        [
            last + shifts[bisect_right(own, max(last - 1, first)) - 1]
            for first, last in zip(firsts, lasts, strict=True)
        ],
    )


def _article(
    origin: Origin, texts: Texts, parts: Segments, part: _Part, script: ScriptEvidence, places: Places
) -> Article:
    article_id = f"{origin.page_id}:{part.group}"
    empty = part.start == part.end
    return Article(
        article_id=article_id,
        ordinal=part.group,
        heading=part.heading,
        title=parts.titles[part.group - 1] or parts.subject,
        text=part.text,
        clauses=_finished(part, f"{article_id}/", texts, places),
        raw_start=texts.offsets.end(part.start) if empty else texts.offsets.start(part.start),
        raw_end=texts.offsets.end(part.end),
        script=_script_of(texts, part.start, part.end, script),
    )


def _finished(part: _Part, prefix: str, texts: Texts, places: Places) -> tuple[Clause, ...]:
    """Give clauses their ids, the next places among the Traditional forms, and their spans in raw."""
    c = part.clauses
    ids = [prefix + path for path in c.paths]
    parents = [path and prefix + path for path in c.parents]
    spans = texts.offsets.starts(part.firsts), texts.offsets.ends(part.lasts)
    hant, numbers = places
    told = c.levels, c.kinds, c.markers, c.ordinals, c.own
    columns = ids, c.paths, parents, *told, *spans, c.flags, repeat(hant), numbers
    return tuple(from_columns(Clause, *columns))


def _script_of(texts: Texts, first: int, last: int, page: ScriptEvidence) -> Script:
    """Return the script of a part; that of the page unless the page is mixed."""
    if page.script != "mixed":
        return page.script
    return detect_script(texts.repaired.text[first:last], texts.canonical[first:last]).script


def _hant_forms(parts: Sequence[_Part], texts: Texts, script: ScriptEvidence, hant: str) -> list[str]:
    """Return `text_hant` of clauses: cut from what was served, or generated in one pass over all texts."""
    own = [text for part in parts for text in part.clauses.own]
    if script.hant_origin == "served":
        spans = [span for part in parts for span in zip(part.firsts, part.lasts, strict=True)]
        return [_served(text, first, last, texts) for text, (first, last) in zip(own, spans, strict=True)]
    return [""] * len(own) if hant == "none" else convert_lines(own, hant)


def _served(own: str, first: int, last: int, texts: Texts) -> str:
    """Cut a clause's own text, the end of its span, from the repaired text."""
    at = last - len(own)
    if texts.canonical[at:last] != own:
        at = texts.canonical.find(own, first)
    return texts.repaired.text[at : at + len(own)] if at >= 0 else own


def first_page_of(url: str) -> str | None:
    """Return the `url_key` of the first page where `url` is a later page of a list, else None.

    >>> first_page_of("http://a.example/zd/1234_2.html"), first_page_of("http://a.example/zd/1234.html")
    ('a.example/zd/1234.html', None)
    """
    path, mark, query = url.partition("?")
    match = LATER_PAGE.search(path)
    if match:
        return url_key(path[: match.start()] + match["first"] + match["end"] + mark + query)
    match = LATER_QUERY.search(url)
    if match:
        return url_key((url[: match.start()] + match["sep"] + url[match.end() :].lstrip("&")).rstrip("?&"))
    return None


def _fields(
    origin: Origin, texts: Texts, parts: Segments, script: ScriptEvidence, n_articles: int
) -> PageFields:
    repairs: dict[str, int] = dict.fromkeys(RULE_NAMES, 0)
    last: Edit | None = None
    for e in texts.repaired.edits:
        # Edits that touch mend one place: a byte shift takes out the pinyin and rewrites what follows.
        repairs[e.rule] += last is None or last.end < e.start or last.rule != e.rule
        last = e
    repairs["unresolved"] = len(texts.repaired.unresolved)
    continues = first_page_of(origin.url) if origin.url else None
    flags: list[PageFlag] = []
    if parts.declared is not None and parts.declared != n_articles and continues is None:
        flags.append("count_mismatch")
    if "cut" in origin.evidence or any(p.reason == "hidden_gap" for p in parts.pieces):
        flags.append("truncated")
    if continues is not None:
        flags.append("continued")
    fields = parts.fields
    hant_origin: HantOrigin = script.hant_origin
    return PageFields(
        page_id=origin.page_id,
        url=origin.url,
        site=fields.site,
        title=fields.title,
        breadcrumb=fields.breadcrumb,
        updated=fields.updated,
        views=fields.views,
        declared_articles=parts.declared,
        author=fields.author,
        script=script.script,
        hant_origin=hant_origin,
        encoding=origin.encoding,
        flags=tuple(flags),
        repairs=repairs,
        continues=continues,
    )
