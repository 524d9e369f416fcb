"""The second kernel: pages that were cut, with what the corpus knows of them, into rows of every table."""

import json
import sys
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.clauses.structure import structure
from pipeline.config import ClausesConfig, Config
from pipeline.records import RejectReason
from pipeline.run.clauses import Clauses, clause_columns
from pipeline.run.columns import BY_PAGE, ROWS, nested
from pipeline.run.cut import CUTS, reason_of, stoppable, time_limit
from pipeline.run.jsonlines import json_lines
from pipeline.run.laid import Laid, Place, drop_known, lay_out_pages
from pipeline.run.packed import unpack
from pipeline.run.strings import ids_of_texts, traditional_strings

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
    """Load (on a fresh machine: compile) what clauses go through, so that no page's time is spent on it."""
    structure("一、甲。\n二、乙。", ClausesConfig(compile_above=0))
    texts = pa.array(["甲"])
    ids_of_texts(texts)
    traditional_strings(texts, "s2t")


def finish_batch(batch: pa.RecordBatch, config: Config) -> pa.RecordBatch:
    """Make the rows of every page of a batch (schema `ORDERS`); a page that fails has a reason instead."""
    longest = max(batch.column("n_chars").to_pylist(), default=0)
    if longest > config.clauses.compile_above or "numba" in sys.modules:  # as `find_rows` decides
        load_kernels()
    rows = batch.to_pylist()
    with stoppable():
        try:
            return _made(rows, config)
        except Exception:  # one page must not end a run of 100,000
            made = pa.Table.from_batches([_made_or_rejected(row, config) for row in rows])
            return made.combine_chunks().to_batches()[0]


def _made_or_rejected(row: dict[str, Any], config: Config) -> pa.RecordBatch:
    """Make the rows of one page, or its reject."""
    try:
        return _made([row], config)
    except Exception as error:
        reason = reason_of(error, config.ingest.page_seconds)
        return _reject(row, *reason)


def _made(rows: list[dict[str, Any]], config: Config) -> pa.RecordBatch:
    """Make the rows of some pages; raises where one of them fails."""
    with time_limit(config.ingest.page_seconds):
        laid = _laid(rows)
        clauses = clause_columns(laid, config)
    given: dict[str, Any] = dict(nested(laid, clauses))
    if config.ingest.json_lines:
        given |= _lines(laid, given["articles"].values, clauses)
    else:
        given |= {name: pa.nulls(len(rows), FINISHED.field(name).type) for name in JSON}
    given["page_id"] = pa.array([row["page_id"] for row in rows], pa.string())
    given |= {name: pa.nulls(len(rows), pa.string()) for name in ("reason", "detail", "excerpt")}
    return pa.RecordBatch.from_arrays([given[name] for name in FINISHED.names], schema=FINISHED)


def lost_rows(batch: pa.RecordBatch, reason: RejectReason) -> pa.RecordBatch:
    """Return the row of a page whose worker was lost."""
    return _reject(batch.to_pylist()[0], reason, "tried twice")


def _reject(row: dict[str, Any], reason: RejectReason, detail: str) -> pa.RecordBatch:
    told = {"page_id": row["page_id"], "reason": reason, "detail": detail, "excerpt": _excerpt(row)}
    return pa.RecordBatch.from_pylist([told], schema=FINISHED)


def _excerpt(row: dict[str, Any]) -> str:
    return unpack([row["packed"]], [row["page_id"]], [row["url"]]).raws[0][:EXCERPT_CHARS]


def _laid(rows: list[dict[str, Any]]) -> Laid:
    """Lay out some pages, without the lines that their sites say on every page."""
    lines = {given: frozenset[str](json.loads(given or "[]")) for given in {row["known"] for row in rows}}
    places = [Place(*json.loads(row["place"])) for row in rows]
    cuts = unpack(*([row[name] for row in rows] for name in ("packed", "page_id", "url")))
    drop_known(cuts, [lines[row["known"]] for row in rows])
    return lay_out_pages(cuts, places)


def _lines(laid: Laid, articles: pa.StructArray, clauses: Clauses) -> dict[str, pa.Array]:
    """Return the columns of JSON Lines: none of a page that is superseded."""
    lines = json_lines(laid, articles, clauses)
    latest = [place.latest for place in laid.places]
    pages = lines.pages if all(latest) else pc.if_else(pa.array(latest), lines.pages, None)
    return dict(zip(JSON, (pages, lines.clauses, pa.array(lines.n_clauses, pa.int32())), strict=True))
