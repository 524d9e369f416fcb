"""Finished pages as Arrow columns, a batch at a time: no object a row, texts folded together."""

import datetime
from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.page.pieces import REASONS
from pipeline.records import LINE_ROLES, RULE_NAMES
from pipeline.run.clauses import Clauses
from pipeline.run.laid import REPAIRS, Ints, Laid
from pipeline.run.strings import ids_of_texts
from pipeline.schema import TABLES

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


def nested(laid: Laid, clauses: Clauses) -> dict[str, pa.ListArray]:
    """Return, by table, the rows of each page as one list array."""
    made: dict[str, tuple[Columns, Counts]] = {
        "pages": _pages(laid),
        "articles": _articles(laid, clauses),
        "clauses": (clauses.columns | _owners_of(laid, clauses), clauses.pages),
        "edits": _edits(laid),
        "lines": _lines(laid),
    }
    return {name: _listed(name, columns, counts) for name, (columns, counts) in made.items()}


def _owners_of(laid: Laid, clauses: Clauses) -> Columns:
    """Return whose each clause is: page, article (null in a guide), heading of the section (null in none)."""
    in_article = laid.bodies.is_article[clauses.owner]
    return {
        "article_id": pa.array(laid.ids, pa.string()).take(pa.array(clauses.owner, mask=~in_article)),
        "section": pa.array(laid.bodies.headings, pa.string()).take(pa.array(clauses.owner, mask=in_article)),
        "page_id": _repeated(laid.page_ids, clauses.pages),
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


def _pages(laid: Laid) -> tuple[Columns, list[int]]:
    fields, places = laid.pages, laid.places
    repairs = [pa.array([f.repairs[rule] for f in fields], pa.int32()) for rule in REPAIRS]
    columns: Columns = {
        "repairs": pa.StructArray.from_arrays(repairs, fields=list(ROWS["pages"].field("repairs").type)),
        "updated": [_date(f.updated) for f in fields],
        "n_articles": laid.n_articles,
        "raw_text": laid.cuts.raws,
        "sources": [place.sources for place in places],
        "url": [place.url for place in places],
        "url_key": [place.url_key for place in places],
        "captured_at": pa.array([place.captured_at for place in places], pa.int64()).cast(
            ROWS["pages"].field("captured_at").type
        ),
        "latest": [place.latest for place in places],
        "continues": [
            None if place.first == f.page_id else place.first for f, place in zip(fields, places, strict=True)
        ],
    }
    for name in TABLES["pages"].names:
        if name not in columns:
            columns[name] = [getattr(f, name) for f in fields]
    return columns, [1] * len(fields)


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text[:10]) if text else None


def _articles(laid: Laid, clauses: Clauses) -> tuple[Columns, Ints]:
    bodies, mine, counts = laid.bodies, laid.bodies.is_article, laid.numbers(articles=True)
    pages, groups = bodies.pages[mine], bodies.groups[mine]
    offsets = np.array([place.offset for place in laid.places], dtype=np.int32)
    starts, ends = bodies.starts[mine], bodies.ends[mine]
    raw_starts, raw_ends = laid.offsets.starts(starts, counts), laid.offsets.ends(ends, counts)
    columns: Columns = {
        "article_id": list(compress(laid.ids, mine.tolist())),
        "ordinal": pa.array((groups + offsets[pages]).astype(np.int32)),
        "heading": list(compress(bodies.headings, mine.tolist())),
        "title": laid.titles,
        "script": laid.scripts,
        # An article without a text stands behind its heading.
        "raw_start": pa.array(np.where(starts == ends, raw_ends, raw_starts)),
        "raw_end": pa.array(raw_ends),
        "page_id": _repeated(laid.page_ids, counts),
        "n_chars": list(map(len, compress(bodies.texts, mine.tolist()))),
        "n_clauses": clauses.numbered[mine],
        "text": clauses.texts.filter(pa.array(mine)),
    }
    columns["text_id"] = ids_of_texts(columns["text"])
    return columns, counts


def _edits(laid: Laid) -> tuple[Columns, Ints]:
    edits = laid.cuts.edits
    nothing = pa.array([""], pa.string()).take(pa.array(np.zeros(len(edits.rules), dtype=np.int32)))
    return {
        "page_id": _repeated(laid.page_ids, edits.counts),
        "raw_start": pa.array(edits.starts),
        "raw_end": pa.array(edits.ends),
        "replacement": nothing if edits.replacements is None else edits.replacements,
        "rule": pa.array(RULE_NAMES, pa.string()).take(pa.array(edits.rules)),
    }, edits.counts


def _lines(laid: Laid) -> tuple[Columns, Ints]:
    """Return where each line ended up: `page.assemble.lines` for all pages."""
    pieces, counts = laid.cuts.pieces, laid.cuts.pieces.counts
    return {
        "page_id": _repeated(laid.page_ids, counts),
        "line": _numbered(counts),
        "raw_start": pa.array(laid.offsets.starts(pieces.starts, counts)),
        "raw_end": pa.array(laid.offsets.ends(pieces.ends, counts)),
        "role": pa.array(LINE_ROLES, pa.string()).take(pa.array(pieces.roles)),
        "reason": pa.array(REASONS, pa.string()).take(pa.array(pieces.reasons)),
        "article_id": pa.array(laid.ids, pa.string()).take(pa.array(laid.owners, mask=laid.owners < 0)),
    }, counts


def _numbered(counts: Counts) -> pa.Int32Array:
    """Return the numbers from 0 up to each count.

    >>> _numbered([2, 3]).to_pylist()
    [0, 1, 0, 1, 2]
    """
    ends = np.cumsum(counts, dtype=np.int32)
    return pa.array(np.arange(ends[-1], dtype=np.int32) - np.repeat(ends - counts, counts).astype(np.int32))
