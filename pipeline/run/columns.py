"""Finished pages as Arrow columns, a batch at a time: no dictionary a row, texts folded together."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.records import CLAUSE_FLAGS, RULE_NAMES, Clause, Page
from pipeline.schema import TABLES
from pipeline.text.fold import text_ids

BY_PAGE = ("pages", "articles", "clauses", "edits", "lines")
COMPARED = ("cluster_id", "canonical", "relation", "ratio", "family_id")  # comparison adds them to articles
ROWS = {
    name: pa.struct([f.with_nullable(True) for f in TABLES[name] if f.name not in COMPARED])
    for name in BY_PAGE
}
Columns = dict[str, Any]


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
    """A finished page with its place; `page` has no articles where it is superseded."""

    page: Page
    place: Place
    n_articles: int


class ClauseRows(NamedTuple):
    """All clauses of some pages as columns of table `clauses`, of each page guide first.

    `flags` are those of each clause; `counts` how many stand in each section of a guide or article, `pages`
    how many on each page.
    """

    columns: dict[str, pa.Array]
    flags: Sequence[tuple[str, ...]]
    counts: list[int]
    pages: list[int]


def clause_rows(pages: Sequence[Placed]) -> ClauseRows:
    """Return the clauses of some pages with all that is made of their texts, folded together."""
    clauses: list[Clause] = []
    hant: list[str] = []
    owners: list[tuple[str | None, str | None]] = []  # article, section
    counts: list[int] = []
    by_page: list[int] = []
    for p in pages:
        before = len(clauses)
        owners += [(None, s.heading) for s in p.page.guide]
        owners += [(a.article_id, None) for a in p.page.articles]
        for part in (*(s.clauses for s in p.page.guide), *(a.clauses for a in p.page.articles)):
            clauses += part
            counts.append(len(part))
        mine = clauses[before:]
        if mine:  # all clauses of a page share their forms
            forms = mine[0].hant.all()
            hant += [forms[c.hant_place] for c in mine]
        by_page.append(len(mine))
    held = list(zip(*clauses, strict=True)) or [()] * len(Clause._fields)
    columns: Columns = dict(zip(Clause._fields, held, strict=True))
    articles, sections = zip(*owners, strict=True) if owners else ((), ())
    columns |= _flagged(columns["flags"]) | {
        "parent_id": columns["parent"],
        "article_id": _repeated(articles, counts),
        "section": _repeated(sections, counts),
        "page_id": _owners(pages, by_page),
        "text_hant": hant,
        "text_id": text_ids(columns["text"]),
    }
    return ClauseRows(_arrays("clauses", columns), columns["flags"], counts, by_page)


def nested(pages: Sequence[Placed], clauses: ClauseRows) -> dict[str, pa.ListArray]:
    """Return, by table, the rows of each page as one list array."""
    made = {
        "pages": _pages(pages),
        "articles": _articles(pages),
        "clauses": (clauses.columns, clauses.pages),
        "edits": _edits(pages),
        "lines": _lines(pages),
    }
    return {name: _listed(name, columns, counts) for name, (columns, counts) in made.items()}


def _flagged(flags: Sequence[tuple[str, ...]]) -> Columns:
    columns: Columns = {flag: np.zeros(len(flags), dtype=np.bool_) for flag in CLAUSE_FLAGS}
    for row, given in enumerate(flags):
        for flag in given:
            columns[flag][row] = True
    return columns


def _listed(name: str, columns: Columns, counts: Sequence[int]) -> pa.ListArray:
    rows = pa.StructArray.from_arrays(list(_arrays(name, columns).values()), fields=list(ROWS[name]))
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), rows)


def _arrays(name: str, columns: Columns) -> dict[str, pa.Array]:
    """Return the columns of a table in their order, as Arrow arrays; others are left out."""
    found = {}
    for field in ROWS[name]:
        values = columns[field.name]
        found[field.name] = values if isinstance(values, pa.Array) else pa.array(values, field.type)
    return found


def _pages(placed: Sequence[Placed]) -> tuple[Columns, list[int]]:
    fields = [p.page.page for p in placed]
    rules = (*RULE_NAMES, "unresolved")
    repairs = [pa.array([f.repairs[rule] for f in fields], pa.int32()) for rule in rules]
    columns: Columns = {
        "repairs": pa.StructArray.from_arrays(repairs, fields=list(ROWS["pages"].field("repairs").type)),
        "updated": [_date(f.updated) for f in fields],
        "n_articles": [p.n_articles for p in placed],
        "raw_text": [p.page.raw for p in placed],
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


def _articles(placed: Sequence[Placed]) -> tuple[Columns, list[int]]:
    listed = [a for p in placed for a in p.page.articles]
    own = ("article_id", "ordinal", "heading", "title", "text", "script", "raw_start", "raw_end")
    columns: Columns = {name: [getattr(a, name) for a in listed] for name in own}
    counts = [len(p.page.articles) for p in placed]
    columns["page_id"] = _owners(placed, counts)
    columns["n_chars"] = [len(text) for text in columns["text"]]
    columns["n_clauses"] = [sum(c.kind == "clause" for c in a.clauses) for a in listed]
    columns["text_id"] = text_ids(columns["text"])
    return columns, counts


def _owners(placed: Sequence[Placed], counts: Sequence[int]) -> list[str]:
    return _repeated([p.page.page.page_id for p in placed], counts)


def _repeated(values: Sequence[Any], counts: Sequence[int]) -> list[Any]:
    return list(chain.from_iterable(map(repeat, values, counts)))


def _edits(placed: Sequence[Placed]) -> tuple[Columns, list[int]]:
    edits = [e for p in placed for e in p.page.edits]
    counts = [len(p.page.edits) for p in placed]
    start, end, replacement, rule = zip(*edits, strict=True) if edits else ((), (), (), ())
    return {
        "page_id": _owners(placed, counts),
        "raw_start": start,
        "raw_end": end,
        "replacement": replacement,
        "rule": rule,
    }, counts


def _lines(placed: Sequence[Placed]) -> tuple[Columns, list[int]]:
    lines = [n for p in placed for n in p.page.lines]
    counts = [len(p.page.lines) for p in placed]
    line, start, end, role, reason, article = zip(*lines, strict=True) if lines else ((),) * 6
    return {
        "page_id": _owners(placed, counts),
        "line": line,
        "raw_start": start,
        "raw_end": end,
        "role": role,
        "reason": reason,
        "article_id": article,
    }, counts
