"""Finished pages as Arrow columns, a batch at a time: no dictionary a row, texts folded together."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.page.assemble import Layout
from pipeline.page.pieces import ARTICLE, REASONS
from pipeline.records import LINE_ROLES, RULE_NAMES
from pipeline.run.clauses import Clauses
from pipeline.run.strings import ids_of_texts
from pipeline.schema import TABLES
from pipeline.text.offset_arrays import OffsetArrays

BY_PAGE = ("pages", "articles", "clauses", "edits", "lines")
COMPARED = ("cluster_id", "canonical", "relation", "ratio", "family_id")  # comparison adds them to articles
ROWS = {
    name: pa.struct([f.with_nullable(True) for f in TABLES[name] if f.name not in COMPARED])
    for name in BY_PAGE
}
Columns = dict[str, Any]
Counts = Sequence[int] | NDArray[np.int32]


def made_schema(name: str) -> pa.Schema:
    """Return the schema of a table as pages are finished: articles without the columns of comparison."""
    return pa.schema([f for f in TABLES[name] if name != "articles" or f.name not in COMPARED])


class Place(NamedTuple):
    """What other pages and the sources say of a page."""

    first: str  # page whose list of articles this one's belong to; its own id for most
    offset: int  # articles of that list before its own
    latest: bool  # not superseded by a later capture: it carries articles
    sources: tuple[str, ...]
    url: str | None
    url_key: str | None
    captured_at: int | None  # µs since 1970


@dataclass(frozen=True, slots=True)
class Placed:
    """A page laid out, with its place; `page` has no articles where it is superseded."""

    page: Layout
    place: Place
    n_articles: int


def nested(pages: Sequence[Placed], offsets: OffsetArrays, clauses: Clauses) -> dict[str, pa.ListArray]:
    """Return, by table, the rows of each page as one list array; `offsets` lead from their texts to raw."""
    made: dict[str, tuple[Columns, Counts]] = {
        "pages": _pages(pages),
        "articles": _articles(pages, clauses),
        "clauses": (clauses.columns | _owners_of(pages, clauses), clauses.pages),
        "edits": _edits(pages),
        "lines": _lines(pages, offsets),
    }
    return {name: _listed(name, columns, counts) for name, (columns, counts) in made.items()}


def _owners_of(pages: Sequence[Placed], clauses: Clauses) -> Columns:
    """Return whose each clause is: page, article (null in a guide), heading of the section (null in none)."""
    guides, owners = [p.page.guide for p in pages], pa.array(clauses.owner)
    articles = [
        [None] * len(g) + [a.article_id for a in p.page.articles] for g, p in zip(guides, pages, strict=True)
    ]
    sections = [
        [s.heading for s in g] + [None] * len(p.page.articles) for g, p in zip(guides, pages, strict=True)
    ]
    return {
        "article_id": pa.array(chain.from_iterable(articles), pa.string()).take(owners),
        "section": pa.array(chain.from_iterable(sections), pa.string()).take(owners),
        "page_id": _repeated(_page_ids(pages), clauses.pages),
    }


def _listed(name: str, columns: Columns, counts: Counts) -> pa.ListArray:
    rows = pa.StructArray.from_arrays(list(_arrays(name, columns).values()), fields=list(ROWS[name]))
    offsets = np.concatenate(([0], np.cumsum(counts, dtype=np.int32)), dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), rows)


def _arrays(name: str, columns: Columns) -> dict[str, pa.Array]:
    """Return the columns of a table in their order, as Arrow arrays; others are left out."""
    found = {}
    for field in ROWS[name]:
        values = columns[field.name]
        found[field.name] = values if isinstance(values, pa.Array) else pa.array(values, field.type)
    return found


def _repeated(values: Sequence[str | None], counts: Counts) -> pa.StringArray:
    """Return each value so many times."""
    places = np.repeat(np.arange(len(values), dtype=np.int32), counts)
    return pa.array(values, pa.string()).take(pa.array(places))


def _pages(placed: Sequence[Placed]) -> tuple[Columns, list[int]]:
    fields = [p.page.page for p in placed]
    rules = (*RULE_NAMES, "unresolved")
    repairs = [pa.array([f.repairs[rule] for f in fields], pa.int32()) for rule in rules]
    columns: Columns = {
        "repairs": pa.StructArray.from_arrays(repairs, fields=list(ROWS["pages"].field("repairs").type)),
        "updated": [_date(f.updated) for f in fields],
        "n_articles": [p.n_articles for p in placed],
        "raw_text": [p.page.texts.raw for p in placed],
        "sources": [p.place.sources for p in placed],
        "url": [p.place.url for p in placed],
        "url_key": [p.place.url_key for p in placed],
        "captured_at": pa.array([p.place.captured_at for p in placed], pa.int64()).cast(
            ROWS["pages"].field("captured_at").type
        ),
        "latest": [p.place.latest for p in placed],
        "continues": [None if p.place.first == p.page.page.page_id else p.place.first for p in placed],
    }
    for name in TABLES["pages"].names:
        if name not in columns:
            columns[name] = [getattr(f, name) for f in fields]
    return columns, [1] * len(placed)


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text[:10]) if text else None


def _articles(placed: Sequence[Placed], clauses: Clauses) -> tuple[Columns, list[int]]:
    listed = [a for p in placed for a in p.page.articles]
    own = ("article_id", "ordinal", "heading", "title", "script", "raw_start", "raw_end")
    columns: Columns = {name: [getattr(a, name) for a in listed] for name in own}
    counts = [len(p.page.articles) for p in placed]
    in_article = [[False] * len(p.page.guide) + [True] * n for p, n in zip(placed, counts, strict=True)]
    mine = np.array(list(chain.from_iterable(in_article)), dtype=np.bool_)
    columns["page_id"] = _repeated(_page_ids(placed), counts)
    columns["n_chars"] = [len(a.text) for a in listed]
    columns["n_clauses"] = clauses.numbered[mine]
    columns["text"] = clauses.texts.filter(pa.array(mine))
    columns["text_id"] = ids_of_texts(columns["text"])
    return columns, counts


def _page_ids(placed: Sequence[Placed]) -> list[str]:
    return [p.page.page.page_id for p in placed]


def _edits(placed: Sequence[Placed]) -> tuple[Columns, list[int]]:
    edits = [e for p in placed for e in p.page.texts.repaired.edits]
    counts = [len(p.page.texts.repaired.edits) for p in placed]
    start, end, replacement, rule = zip(*edits, strict=True) if edits else ((), (), (), ())
    return {
        "page_id": _repeated(_page_ids(placed), counts),
        "raw_start": start,
        "raw_end": end,
        "replacement": replacement,
        "rule": rule,
    }, counts


def _lines(placed: Sequence[Placed], offsets: OffsetArrays) -> tuple[Columns, Counts]:
    """Return where each line ended up: `page.assemble.lines` for all pages."""
    pages = [p.page for p in placed]
    counts = np.array([len(page.columns.starts) for page in pages], dtype=np.int32)
    roles, reasons = (
        np.frombuffer(b"".join(codes), dtype=np.uint8)
        for codes in ([page.columns.roles for page in pages], [page.columns.reasons for page in pages])
    )
    starts, ends, groups = (
        np.concatenate([np.asarray(each, dtype=np.int32) for each in numbers])
        for numbers in zip(
            *((p.columns.starts, p.columns.ends, p.columns.groups) for p in pages), strict=True
        )
    )
    n_owners = np.array([len(page.owners) for page in pages], dtype=np.int32)
    owners = pa.array(chain.from_iterable(page.owners for page in pages), pa.string())
    owner = groups + np.repeat(np.cumsum(n_owners) - n_owners, counts)
    return {
        "page_id": _repeated(_page_ids(placed), counts),
        "line": _numbered(counts),
        "raw_start": pa.array(offsets.starts(starts, counts)),
        "raw_end": pa.array(offsets.ends(ends, counts)),
        "role": pa.array(LINE_ROLES, pa.string()).take(pa.array(roles)),
        "reason": pa.array(REASONS, pa.string()).take(pa.array(reasons)),
        "article_id": owners.take(pa.array(owner, mask=roles != ARTICLE)),
    }, counts


def _numbered(counts: Counts) -> pa.Int32Array:
    """Return the numbers from 0 up to each count.

    >>> _numbered([2, 3]).to_pylist()
    [0, 1, 0, 1, 2]
    """
    ends = np.cumsum(counts, dtype=np.int32)
    return pa.array(np.arange(ends[-1], dtype=np.int32) - np.repeat(ends - counts, counts).astype(np.int32))
