"""The first kernel: bodies in, one row a page out, with the page cut and what it says of its site.

A row holds all that the second kernel (`run/rows.py`) needs to make the page's rows of every table, packed,
and the features from which the corpus model is fitted. A changed model never makes a body be read again,
unless a leak table of its site does.
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

from pipeline.config import Config
from pipeline.errors import PipelineError
from pipeline.page.assemble import CutPage, Origin, Texts
from pipeline.page.fields import Fields
from pipeline.page.parse import read_page
from pipeline.page.segment import Piece, Segments
from pipeline.page.sites import Site
from pipeline.records import Edit, RejectReason, Repaired, Unresolved
from pipeline.run.features import features
from pipeline.store.state import KEPT
from pipeline.text.offsets import OffsetMap, replay

BODIES = pa.schema(
    [
        ("page_id", pa.string()),
        ("feature_key", pa.string()),  # what the features will be a function of (`cut_key`)
        ("key", pa.string()),  # the same of the cut
        ("url", pa.string()),
        ("leaks", pa.string()),  # JSON of the leak table that its site lends the page, null for none
        ("body", pa.binary()),
    ]
)
CUTS = pa.schema(
    [
        *KEPT,  # what the index of the state keeps of a page
        pa.field("leaks", pa.string()),  # the features (`run/features.py`)
        pa.field("edge_lines", pa.list_(pa.string())),
        pa.field("raw", pa.string()),
        pa.field("canonical", pa.string()),  # null where it is the repaired text
        pa.field("cut", pa.string()),  # all else that `unpack` needs, JSON
    ]
)
EXCERPT_CHARS = 80


class PageTimeoutError(Exception):
    """A page took longer than `page_seconds`."""


@dataclass(frozen=True, slots=True)
class CutContext:
    """All that cutting depends on, besides the body."""

    config: Config
    sites: tuple[Site, ...]


def cut_key(base: str, url: str | None, leaks: str | None) -> str:
    """Return the key of a cut: `base` (digest of code and config), address, leak table lent by the site."""
    seen = json.dumps([base, url, leaks], ensure_ascii=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def cut_batch(batch: pa.RecordBatch, context: CutContext) -> pa.RecordBatch:
    """Cut every body of a batch (schema `BODIES`) into a row of `CUTS`; what cannot be is a reject."""
    rows = [_cut(row, context) for row in batch.to_pylist()]
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in CUTS]
    return pa.RecordBatch.from_arrays(columns, schema=CUTS)


def lost_cut(batch: pa.RecordBatch, reason: RejectReason) -> pa.RecordBatch:
    """Return the row of a page whose worker was lost."""
    row = batch.to_pylist()[0]
    return pa.RecordBatch.from_pylist([_reject(row, reason, "tried twice")], schema=CUTS)


def _reject(row: dict[str, Any], reason: RejectReason, detail: str) -> dict[str, Any]:
    excerpt = row["body"][: EXCERPT_CHARS * 4].decode("utf-8", "replace")[:EXCERPT_CHARS]
    return {
        "page_id": row["page_id"],
        "feature_key": row["feature_key"],
        "key": row["key"],
        "reason": reason,
        "detail": detail[:200],
        "excerpt": excerpt.replace("\x00", "\N{SYMBOL FOR NULL}"),
        "url": row["url"],
        "n_articles": 0,
        "left": "",
        "bare": [],
        "edge_lines": [],
    }


def _cut(row: dict[str, Any], context: CutContext) -> dict[str, Any]:
    limit = context.config.ingest.page_seconds
    try:
        with time_limit(limit):
            return _row(row, context)
    except Exception as error:  # one page must not end a run of 100,000
        return _reject(row, *reason_of(error, limit))


def reason_of(error: Exception, limit: float) -> tuple[RejectReason, str]:
    """Return why a page is rejected that raised `error`; a `parse_error` asks for a report."""
    if isinstance(error, PageTimeoutError):
        return "timeout", f"more than {limit} s"
    if isinstance(error, PipelineError):
        return "unsupported", str(error)
    if isinstance(error, MemoryError):
        return "worker_died", "out of memory"
    return "parse_error", f"{type(error).__name__}: {error}"


def _row(row: dict[str, Any], context: CutContext) -> dict[str, Any]:
    """Cut a page; with a leak table it is cut twice, since features know nothing of the corpus."""
    body, url, config = row["body"], row["url"], context.config
    cut = read_page(body, url, config=config, sites=context.sites)
    if not cut.parts.pieces:
        return _reject(row, "empty", "no visible text")
    found, site = features(cut), cut.parts.fields.site
    if row["leaks"] is not None:
        cut = read_page(body, url, config=config, sites=context.sites, leaks=json.loads(row["leaks"]))
    return {
        "page_id": row["page_id"],
        "feature_key": row["feature_key"],
        "key": row["key"],
        "detail": "",
        "excerpt": "",
        "site": site,
        "url": url,
        "n_articles": len({p.group for p in cut.parts.pieces if p.role == "article"}),
        "left": found.left,
        "bare": _bare(cut, found.edge_lines),
        "leaks": found.leaks,
        "edge_lines": found.edge_lines,
        **pack(cut),
    }


def _bare(cut: CutPage, edge_lines: list[str]) -> list[str]:
    """Return the lines of an article without a heading that its site's boilerplate may eat up whole."""
    text = cut.texts.canonical
    articles = [p for p in cut.parts.pieces if p.role == "article"]
    if not articles or any(p.heading for p in articles):
        return []
    lines = {text[p.start : p.end] for p in articles}
    return sorted(lines) if lines <= {line[1:] for line in edge_lines} else []


def pack(cut: CutPage) -> dict[str, str | None]:
    """Return a page that was cut as the columns raw, canonical and cut of `CUTS`. 50 µs."""
    texts, parts, fields = cut.texts, cut.parts, cut.parts.fields
    rest = {
        "origin": [cut.origin.encoding, cut.origin.evidence],
        "edits": texts.repaired.edits,
        "unresolved": [[u.start, u.end, u.rule] for u in texts.repaired.unresolved],
        "pieces": parts.pieces,
        "fields": [fields.title, fields.site, fields.breadcrumb, fields.updated, fields.views, fields.author],
        "parts": [parts.declared, parts.titles, parts.subject],
    }
    same = texts.canonical == texts.repaired.text
    return {
        "raw": texts.raw,
        "canonical": None if same else texts.canonical,
        "cut": json.dumps(rest, ensure_ascii=False, separators=(",", ":")),
    }


def unpack(row: dict[str, Any]) -> CutPage:
    """Return the page that `pack` packed, from a row of `CUTS`. 80 µs."""
    rest = json.loads(row["cut"])
    edits = tuple(Edit(*e) for e in rest["edits"])
    text = replay(row["raw"], edits) if edits else row["raw"]
    repaired = Repaired(text, edits, tuple(Unresolved(*u) for u in rest["unresolved"]))
    canonical = text if row["canonical"] is None else row["canonical"]
    title, site, breadcrumb, updated, views, author = rest["fields"]
    fields = Fields(title, site, tuple(breadcrumb), updated, views, author)
    declared, titles, subject = rest["parts"]
    return CutPage(
        Origin(row["page_id"], row["url"], *rest["origin"]),
        Texts(row["raw"], repaired, canonical, OffsetMap(edits)),
        Segments([Piece(*p) for p in rest["pieces"]], fields, declared, titles, subject),
    )


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
