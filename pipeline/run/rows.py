"""The second kernel: pages that were cut, with what the corpus knows of them, into rows of every table."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.clauses.structure import structure
from pipeline.config import ClausesConfig, Config
from pipeline.page.assemble import CutPage
from pipeline.page.parse import finish_page
from pipeline.records import Article, Page, PageFlag, RejectReason
from pipeline.run.columns import BY_PAGE, ROWS, ClauseRows, Place, Placed, clause_rows, nested
from pipeline.run.cut import CUTS, reason_of, time_limit
from pipeline.run.jsonlines import json_lines
from pipeline.run.packed import unpack

PACKED = ("page_id", "url", "n_chars", "packed")
ORDERS = pa.schema(
    [
        *(CUTS.field(name) for name in PACKED),
        pa.field("known", pa.string()),  # JSON of the lines to drop, null for none
        pa.field("place", pa.string()),  # JSON of Place
    ]
)
FINISHED = pa.schema(
    [
        ("page_id", pa.string()),
        ("reason", pa.string()),  # why it has no rows, null for most
        ("detail", pa.string()),
        ("excerpt", pa.string()),
        *((name, pa.list_(ROWS[name])) for name in BY_PAGE),
        ("page_json", pa.binary()),  # its line of pages.jsonl, null where it is superseded
        ("clause_json", pa.binary()),  # its lines of clauses.jsonl
        ("n_clause_lines", pa.int32()),
    ]
)
JSON = ("page_json", "clause_json", "n_clause_lines")
EXCERPT_CHARS = 80


@cache
def load_kernels() -> None:
    """Load (on a fresh machine: compile) the search for clauses, so that no page's time is spent on it."""
    structure("一、甲。\n二、乙。", ClausesConfig(compile_above=0))


def finish_batch(batch: pa.RecordBatch, config: Config) -> pa.RecordBatch:
    """Make the rows of every page of a batch (schema `ORDERS`); a page that fails has a reason instead."""
    longest = max(batch.column("n_chars").to_pylist(), default=0)
    if longest > config.clauses.compile_above or "numba" in sys.modules:  # as `find_markers` decides
        load_kernels()
    rejects: dict[str, tuple[RejectReason, str, str]] = {}
    placed: list[Placed | None] = []
    ids = []
    for row in batch.to_pylist():
        ids.append(row["page_id"])
        try:
            with time_limit(config.ingest.page_seconds):
                placed.append(_placed(row, config))
        except Exception as error:  # one page must not end a run of 100,000
            reason = reason_of(error, config.ingest.page_seconds)
            rejects[row["page_id"]] = (*reason, _excerpt(row))
            placed.append(None)
    return _finished(ids, placed, rejects, config.ingest.json_lines)


def lost_rows(batch: pa.RecordBatch, reason: RejectReason) -> pa.RecordBatch:
    """Return the row of a page whose worker was lost."""
    row = batch.to_pylist()[0]
    return _finished(
        [row["page_id"]], [None], {row["page_id"]: (reason, "tried twice", _excerpt(row))}, False
    )


def _excerpt(row: dict[str, Any]) -> str:
    return _unpacked(row).texts.raw[:EXCERPT_CHARS]


def _unpacked(row: dict[str, Any]) -> CutPage:
    return unpack(row["packed"], row["page_id"], row["url"])


def _placed(row: dict[str, Any], config: Config) -> Placed:
    lines = frozenset(json.loads(row["known"])) if row["known"] else frozenset[str]()
    place = Place(*json.loads(row["place"]))
    page = finish_page(_unpacked(row), lines, config)
    n_articles = len(page.articles)
    parts = [a.clauses for a in page.articles] + [s.clauses for s in page.guide]
    clauses = next(filter(None, parts), ())
    if clauses:  # the Traditional forms are made at the first question: within the page's time
        clauses[0].hant.all()
    return Placed(_moved(page, place), place, n_articles)


def _moved(page: Page, place: Place) -> Page:
    """Give the articles of a page that continues another the ids of that list; of a superseded page, none."""
    if not place.latest:
        lines = tuple(n._replace(article_id=None) for n in page.lines)
        return dataclasses.replace(page, articles=(), guide=(), lines=lines)
    own = page.page.page_id
    if place.first == own:
        return page
    ids = {a.article_id: f"{place.first}:{a.ordinal + place.offset}" for a in page.articles}
    flags: tuple[PageFlag, ...] = tuple(
        f for f in page.page.flags if f not in ("continued", "count_mismatch")
    )
    return dataclasses.replace(
        page,
        page=dataclasses.replace(page.page, flags=(*flags, "continued"), continues=place.first),
        articles=tuple(_article(a, ids[a.article_id], place.offset) for a in page.articles),
        lines=tuple(n._replace(article_id=ids.get(n.article_id or "")) for n in page.lines),
    )


def _article(article: Article, article_id: str, offset: int) -> Article:
    cut = len(article.article_id)
    clauses = tuple(
        c._replace(
            clause_id=article_id + c.clause_id[cut:],
            parent=None if c.parent is None else article_id + c.parent[cut:],
        )
        for c in article.clauses
    )
    return dataclasses.replace(
        article, article_id=article_id, ordinal=article.ordinal + offset, clauses=clauses
    )


def _finished(
    ids: Sequence[str],
    placed: Sequence[Placed | None],
    rejects: dict[str, tuple[RejectReason, str, str]],
    with_json: bool,
) -> pa.RecordBatch:
    made = [p for p in placed if p is not None]
    clauses = clause_rows(made)
    given: dict[str, Any] = dict(nested(made, clauses)) | _lines(made, clauses, with_json=with_json)
    if len(made) < len(ids):
        at = iter(range(len(made)))
        rows = pa.array([None if p is None else next(at) for p in placed], pa.int32())
        given = {name: values.take(rows) for name, values in given.items()}
    given["page_id"] = pa.array(ids, pa.string())
    for place, name in enumerate(("reason", "detail", "excerpt")):
        given[name] = pa.array([rejects[i][place] if i in rejects else None for i in ids], pa.string())
    return pa.RecordBatch.from_arrays([given[name] for name in FINISHED.names], schema=FINISHED)


def _lines(made: list[Placed], clauses: ClauseRows, *, with_json: bool) -> dict[str, pa.Array]:
    """Return the columns of JSON Lines: none of a page that is superseded."""
    if not with_json:
        return {name: pa.nulls(len(made), FINISHED.field(name).type) for name in JSON}
    lines = json_lines(made, clauses)
    shown = pa.array([p.place.latest for p in made], pa.bool_())
    pages = lines.pages if all(p.place.latest for p in made) else pc.if_else(shown, lines.pages, None)
    return dict(zip(JSON, (pages, lines.clauses, pa.array(lines.n_clauses, pa.int32())), strict=True))
