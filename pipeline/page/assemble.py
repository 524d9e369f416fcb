"""The pieces of a page into its record: articles, guide, dropped lines, all with spans in raw."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, count, groupby, repeat
from operator import itemgetter
from typing import NamedTuple

from pipeline.clauses.structure import ClauseColumns, clause_columns
from pipeline.config import Config
from pipeline.page.segment import Piece, Segments
from pipeline.records import (
    RULE_NAMES,
    Article,
    Clause,
    Dropped,
    DropReason,
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


class Columns(NamedTuple):
    """The fields of a page's pieces, each as a column."""

    starts: Sequence[int]
    ends: Sequence[int]
    roles: Sequence[LineRole]
    reasons: Sequence[DropReason | None]
    groups: Sequence[int]
    headings: Sequence[bool]


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
    columns = _columns(parts.pieces)
    bodies, sections = _parts(texts.canonical, columns, config)
    hant = HantForms(partial(_hant_forms, (*bodies, *sections), texts, script, config.page.hant))
    places = hant, count()
    articles = tuple(_article(origin, texts, parts, p, script, places) for p in bodies)
    guide = tuple(
        Section(p.heading, _finished(p, f"{origin.page_id}:g{p.group}/", texts, places)) for p in sections
    )
    return Page(
        page=_fields(origin, texts, parts, script, _flags(origin, parts, columns, len(articles))),
        guide=guide,
        articles=articles,
        dropped=tuple(_dropped(texts.canonical, columns)),
        lines=_lines(origin.page_id, texts, columns),
        raw=texts.raw,
        edits=texts.repaired.edits,
        unresolved=texts.repaired.unresolved,
    )


def _columns(pieces: Sequence[Piece]) -> Columns:
    """Return pieces by field: nearly all that is made of them is made by column."""
    return Columns(*zip(*pieces, strict=True)) if pieces else Columns((), (), (), (), (), ())


def _dropped(canonical: str, columns: Columns) -> Iterator[Dropped]:
    starts, ends, roles, reasons, _, _ = columns
    places = [k for k, role in enumerate(roles) if role == "dropped"]
    why = [reasons[k] or "navigation" for k in places]
    return from_columns(Dropped, why, [canonical[starts[k] : ends[k]] for k in places])


def _lines(page_id: str, texts: Texts, columns: Columns) -> tuple[Line, ...]:
    roles, groups = columns.roles, columns.groups
    ids = [None, *(f"{page_id}:{group}" for group in range(1, max(groups, default=0) + 1))]
    owners = [ids[group] if role == "article" else None for role, group in zip(roles, groups, strict=True)]
    starts, ends = texts.offsets.starts(columns.starts), texts.offsets.ends(columns.ends)
    return tuple(from_columns(Line, count(), starts, ends, roles, columns.reasons, owners))


def _parts(canonical: str, columns: Columns, config: Config) -> tuple[list[_Part], list[_Part]]:
    """Gather the pieces of each article and of each guide section, and structure their bodies."""
    gathered = _gather(columns)
    bodies = [_body(canonical, columns, body) for _, body in gathered.values()]
    structured = clause_columns([text for text, _ in bodies], config.clauses)
    found: dict[LineRole, list[_Part]] = {"article": [], "guide": []}
    starts, ends = columns.starts, columns.ends
    for ((role, group), (headings, body)), (text, shifts), own in zip(
        gathered.items(), bodies, structured, strict=True
    ):
        heading = " ".join([canonical[starts[k] : ends[k]] for k in headings])
        span = (starts[body[0]], ends[body[-1]]) if body else (ends[headings[-1]], ends[headings[-1]])
        found[role].append(_Part(group, heading, text, own, *_placed(own, span[0], shifts), *span))
    return found["article"], found["guide"]


def _gather(columns: Columns) -> dict[tuple[LineRole, int], tuple[list[int], list[int]]]:
    """Return the numbers of the pieces of each article and guide section: its headings, its body."""
    found: dict[tuple[LineRole, int], tuple[list[int], list[int]]] = {}
    keys = zip(columns.roles, columns.groups, strict=True)
    for key, run in groupby(enumerate(keys), itemgetter(1)):
        if key[0] in ("article", "guide"):
            headings, body = found.setdefault(key, ([], []))
            for k, _ in run:
                (headings if columns.headings[k] else body).append(k)
    return found


def _body(canonical: str, columns: Columns, body: Sequence[int]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a body, and where a line is missing in it: place in the body, place on the page.

    Whole lines that follow each other are cut from the page in one piece.
    """
    if not body:
        return "", []
    starts, ends = columns.starts, columns.ends
    first, last = starts[body[0]], ends[body[-1]]
    sizes = [ends[k] - starts[k] + 1 for k in body]
    if sum(sizes) - 1 == last - first:
        return canonical[first:last], []
    at = accumulate(sizes, initial=0)
    return "\n".join([canonical[starts[k] : ends[k]] for k in body]), [
        (a, starts[k]) for a, k in zip(at, body, strict=False)
    ]


def _placed(
    clauses: ClauseColumns, start: int, places: Sequence[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    """Return where the clauses of a body, which begins at `start`, begin and end on the page."""
    firsts, lasts = clauses.starts, clauses.ends
    if not places:
        return [first + start for first in firsts], [last + start for last in lasts]
    own, shifts = [at for at, _ in places], [there - at for at, there in places]
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


def _flags(origin: Origin, parts: Segments, columns: Columns, n_articles: int) -> list[PageFlag]:
    continued = origin.url is not None and first_page_of(origin.url) is not None
    flags: list[PageFlag] = []
    if parts.declared is not None and parts.declared != n_articles and not continued:
        flags.append("count_mismatch")
    if "cut" in origin.evidence or "hidden_gap" in columns.reasons:
        flags.append("truncated")
    if continued:
        flags.append("continued")
    return flags


def _fields(
    origin: Origin, texts: Texts, parts: Segments, script: ScriptEvidence, flags: Sequence[PageFlag]
) -> PageFields:
    repairs: dict[str, int] = dict.fromkeys(RULE_NAMES, 0)
    last: Edit | None = None
    for e in texts.repaired.edits:
        # Edits that touch mend one place: a byte shift takes out the pinyin and rewrites what follows.
        repairs[e.rule] += last is None or last.end < e.start or last.rule != e.rule
        last = e
    repairs["unresolved"] = len(texts.repaired.unresolved)
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
        continues=first_page_of(origin.url) if origin.url else None,
    )
