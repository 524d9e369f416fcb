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


class ClauseTexts(NamedTuple):
    """`text_hant` and `text_id` of the clauses of some pages, of each page guide first."""

    hant: list[str]
    ids: list[str]


def clause_texts(pages: Sequence[Placed]) -> ClauseTexts:
    """Return what is made of the texts of all clauses together."""
    hant: list[str] = []
    texts: list[str] = []
    for p in pages:
        for clauses in (*(s.clauses for s in p.page.guide), *(a.clauses for a in p.page.articles)):
            if clauses:  # all clauses of a page share their forms
                forms = clauses[0].hant.all()
                hant += [forms[c.hant_place] for c in clauses]
                texts += [c.text for c in clauses]
    return ClauseTexts(hant, text_ids(texts))


def nested(pages: Sequence[Placed], texts: ClauseTexts) -> dict[str, pa.ListArray]:
    """Return, by table, the rows of each page as one list array."""
    made = {
        "pages": _pages(pages),
        "articles": _articles(pages),
        "clauses": _clauses(pages, texts),
        "edits": _edits(pages),
        "lines": _lines(pages),
    }
    return {name: _listed(name, columns, counts) for name, (columns, counts) in made.items()}


def no_rows() -> dict[str, pa.ListArray]:
    """Return `nested` of one page without rows."""
    return {name: pa.ListArray.from_arrays([0, 0], pa.array([], ROWS[name])) for name in BY_PAGE}


def _listed(name: str, columns: Columns, counts: Sequence[int]) -> pa.ListArray:
    kind = ROWS[name]
    arrays = [_array(columns[kind.field(i).name], kind.field(i).type) for i in range(kind.num_fields)]
    rows = pa.StructArray.from_arrays(arrays, fields=[kind.field(i) for i in range(kind.num_fields)])
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), rows)


def _array(values: Any, kind: pa.DataType) -> Any:
    return values if isinstance(values, pa.Array) else pa.array(values, kind)


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
    ids = (p.page.page.page_id for p in placed)
    return list(chain.from_iterable(map(repeat, ids, counts)))


def _clauses(placed: Sequence[Placed], texts: ClauseTexts) -> tuple[Columns, list[int]]:
    clauses: list[Clause] = []
    articles: list[str | None] = []
    sections: list[str | None] = []
    counts = []
    for p in placed:
        before = len(clauses)
        for section in p.page.guide:
            clauses += section.clauses
            articles += repeat(None, len(section.clauses))
            sections += repeat(section.heading, len(section.clauses))
        for article in p.page.articles:
            clauses += article.clauses
            articles += repeat(article.article_id, len(article.clauses))
            sections += repeat(None, len(article.clauses))
        counts.append(len(clauses) - before)
    held = list(zip(*clauses, strict=True)) or [()] * len(Clause._fields)
    columns: Columns = dict(zip(Clause._fields, held, strict=True))
    flags = columns["flags"]
    for flag in CLAUSE_FLAGS:
        columns[flag] = [flag in f for f in flags] if any(flags) else np.zeros(len(flags), dtype=np.bool_)
    columns |= {
        "parent_id": columns["parent"],
        "article_id": articles,
        "section": sections,
        "page_id": _owners(placed, counts),
        "text_hant": texts.hant,
        "text_id": texts.ids,
    }
    return columns, counts


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
