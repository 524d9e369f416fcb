"""The parse kernel: bodies in, one row a page out, with all that the page alone says.

A row holds the page's rows of every table as nested lists, its JSON, and the features from which the corpus
model is fitted. Only ids of other pages, deduplication and provenance are missing: those are known when all
pages are.
"""

import contextlib
import hashlib
import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline import schema
from pipeline.config import Config
from pipeline.emit import page_object, page_rows
from pipeline.errors import PipelineError
from pipeline.page.parse import finish_page, read_page
from pipeline.page.sites import Site
from pipeline.records import Page, RejectReason, SiteKnowledge
from pipeline.run.features import Features, features
from pipeline.store.state import PAGES
from pipeline.text.fold import text_ids

BODIES = pa.schema(
    [
        ("page_id", pa.string()),
        ("key", pa.string()),  # what the result will be a function of (`parse_key`)
        ("url", pa.string()),
        ("knowledge", pa.string()),  # JSON of SiteKnowledge, null for none
        ("body", pa.binary()),
    ]
)
LATER = {  # columns that more than the page decides, by table
    "pages": ("sources", "url", "url_key", "captured_at", "latest"),
    "articles": ("cluster_id", "canonical", "relation", "ratio", "family_id"),
    "clauses": (),
    "edits": (),
    "lines": (),
}
ROWS = {
    name: pa.struct([f.with_nullable(True) for f in schema.TABLES[name] if f.name not in later])
    for name, later in LATER.items()
}
PARSED = pa.schema(
    [
        *PAGES,  # what the state keeps of a page
        pa.field("page", ROWS["pages"]),
        *(pa.field(name, pa.list_(ROWS[name])) for name in ("articles", "clauses", "edits", "lines")),
        pa.field("json", pa.large_string()),  # the page's object, without its source
    ]
)
EXCERPT_CHARS = 80


class PageTimeoutError(Exception):
    """A page took longer than `page_seconds`."""


@dataclass(frozen=True, slots=True)
class ParseContext:
    """All that parsing depends on, besides the body."""

    config: Config
    sites: tuple[Site, ...]


def parse_key(base: str, url: str | None, knowledge: str | None) -> str:
    """Return the key of a parse result: `base` (digest of code and config), address, site's knowledge."""
    seen = json.dumps([base, url, knowledge], ensure_ascii=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def parse_batch(batch: pa.RecordBatch, context: ParseContext) -> pa.RecordBatch:
    """Parse every body of a batch (schema `BODIES`) into a row of `PARSED`; what cannot be is a reject."""
    rows = [_parsed(row, context) for row in batch.to_pylist()]
    return pa.RecordBatch.from_pylist(rows, schema=PARSED)


def lost_batch(batch: pa.RecordBatch, reason: RejectReason) -> pa.RecordBatch:
    """Return the row of a page whose worker was lost."""
    row = batch.to_pylist()[0]
    return pa.RecordBatch.from_pylist([_reject(row, reason, "tried twice")], schema=PARSED)


def _reject(row: dict[str, Any], reason: RejectReason, detail: str) -> dict[str, Any]:
    excerpt = row["body"][: EXCERPT_CHARS * 4].decode("utf-8", "replace")[:EXCERPT_CHARS]
    return {
        "page_id": row["page_id"],
        "key": row["key"],
        "feature_key": row["key"] if row["knowledge"] is None else None,
        "reason": reason,
        "detail": detail[:200],
        "excerpt": excerpt.replace("\x00", "\N{SYMBOL FOR NULL}"),
        "n_articles": 0,
        "left": "",
        "edge_lines": [],
    }


def _parsed(row: dict[str, Any], context: ParseContext) -> dict[str, Any]:
    known = None
    if row["knowledge"] is not None:
        values = json.loads(row["knowledge"])
        known = SiteKnowledge(values["leaks"], frozenset(values["boilerplate"]))
    try:
        with time_limit(context.config.ingest.page_seconds):
            leaks = known.leaks if known else None
            cut = read_page(row["body"], row["url"], config=context.config, sites=context.sites, leaks=leaks)
            page = finish_page(cut, known.boilerplate if known else frozenset(), context.config)
            return _page(row, page, features(cut))
    except PageTimeoutError:
        return _reject(row, "timeout", f"more than {context.config.ingest.page_seconds} s")
    except PipelineError as error:
        return _reject(row, "unsupported", str(error))
    except MemoryError:
        return _reject(row, "worker_died", "out of memory")
    except Exception as error:  # one page must not end a run of 100,000; the reject asks for a report
        return _reject(row, "parse_error", f"{type(error).__name__}: {error}")


def _page(row: dict[str, Any], page: Page, found: Features) -> dict[str, Any]:
    if not page.lines:
        return _reject(row, "empty", "no visible text")
    rows = page_rows(page)
    for name in ("articles", "clauses"):
        for each, known in zip(rows[name], text_ids([r["text"] for r in rows[name]]), strict=True):
            each["text_id"] = known
    return {
        "page_id": row["page_id"],
        "key": row["key"],
        "feature_key": row["key"] if row["knowledge"] is None else None,
        "detail": "",
        "excerpt": "",
        "site": page.page.site,
        "continues": page.page.continues,
        "n_articles": len(page.articles),
        "url": page.page.url,
        "leaks": found.leaks,
        "left": found.left,
        "edge_lines": found.edge_lines,
        "page": rows["pages"][0],
        "articles": rows["articles"],
        "clauses": rows["clauses"],
        "edits": rows["edits"],
        "lines": rows["lines"],
        "json": json.dumps(page_object("", page), ensure_ascii=False),
    }


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise PageTimeoutError in the block after `seconds`; without effect outside a main thread.

    Python code is stopped; a library's C code is not, and is left to the engine's deadline.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise PageTimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
