"""The first kernel: bodies in, one row a page out, with the page cut and what it says of its site.

A row holds all that the second kernel (`run/rows.py`) needs to make the page's rows of every table, packed,
and the features from which the corpus model is fitted. A changed model never makes a body be read again,
unless a leak table of its site does.
"""

import contextlib
import functools
import hashlib
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any

import pyarrow as pa

from pipeline.config import Config
from pipeline.errors import PipelineError
from pipeline.page.assemble import CutColumns, CutPage, by_column
from pipeline.page.parse import PageReject, Served, load_kernels, read_pages
from pipeline.page.pieces import IS_ARTICLE
from pipeline.page.sites import Site
from pipeline.records import RejectReason
from pipeline.run.features import EdgeLines, Features, features
from pipeline.run.packed import pack
from pipeline.store.state import KEPT
from pipeline.text.encoding import decode

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
        *(pa.field(name, pa.string()) for name in EdgeLines._fields),  # lines, joined
        pa.field("n_chars", pa.int32()),  # of the raw text
        pa.field("packed", pa.binary()),  # the page that was cut (`run/packed.py`)
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
    compiled: bool  # pages are many: read them by compiled code, which gives the same


def cut_key(base: str, url: str | None, leaks: str | None) -> str:
    """Return the key of a cut: `base` (digest of code and config), address, leak table lent by the site."""
    seen = json.dumps([base, url, leaks], ensure_ascii=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def cut_batch(batch: pa.RecordBatch, context: CutContext) -> pa.RecordBatch:
    """Cut every body of a batch (schema `BODIES`) into a row of `CUTS`; what cannot be is a reject."""
    if context.compiled or "numba" in sys.modules:
        load_kernels()
    given = batch.to_pylist()
    with stoppable():
        try:
            with time_limit(context.config.ingest.page_seconds):
                rows = _rows(given, context)
        except Exception:  # one page must not end a run of 100,000
            rows = [_row_or_reject(row, context) for row in given]
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in CUTS]
    return pa.RecordBatch.from_arrays(columns, schema=CUTS)


def lost_cut(batch: pa.RecordBatch, reason: RejectReason) -> pa.RecordBatch:
    """Return the row of a page whose worker was lost."""
    row = batch.to_pylist()[0]
    return pa.RecordBatch.from_pylist([_reject(row, reason, "tried twice")], schema=CUTS)


def _reject(row: dict[str, Any], reason: RejectReason, detail: str) -> dict[str, Any]:
    excerpt = decode(row["body"][: EXCERPT_CHARS * 4]).text[:EXCERPT_CHARS]  # 4 bytes are the most of one
    return {
        "page_id": row["page_id"],
        "feature_key": row["feature_key"],
        "key": row["key"],
        "reason": reason,
        "detail": detail[:200],
        "excerpt": excerpt,
        "url": row["url"],
        "n_articles": 0,
        "left": "",
        "bare": [],
        **dict.fromkeys(EdgeLines._fields, ""),
    }


def _row_or_reject(row: dict[str, Any], context: CutContext) -> dict[str, Any]:
    """Cut one page, or say why it is rejected."""
    limit = context.config.ingest.page_seconds
    try:
        with time_limit(limit):
            return _rows([row], context)[0]
    except Exception as error:
        return _reject(row, *reason_of(error, limit))


def reason_of(error: Exception, limit: float) -> tuple[RejectReason, str]:
    """Return why a page is rejected that raised `error`; a `parse_error` asks for a report."""
    if isinstance(error, PageTimeoutError):
        return "timeout", f"more than {limit} s"
    if isinstance(error, PageReject):
        return "too_large", str(error)
    if isinstance(error, PipelineError):
        return "unsupported", str(error)
    if isinstance(error, MemoryError):
        return "worker_died", "out of memory"
    return "parse_error", f"{type(error).__name__}: {error}"


def _rows(rows: list[dict[str, Any]], context: CutContext) -> list[dict[str, Any]]:
    """Cut some pages, one step after the other; raises where one of them fails."""
    read = functools.partial(read_pages, config=context.config, sites=context.sites)
    cuts = list(map(by_column, read([Served(row["body"], row["url"], row["page_id"]) for row in rows])))
    found = list(map(features, cuts))
    cuts = [_with_leaks(row, cut, read) for row, cut in zip(rows, cuts, strict=True)]
    packed = list(map(pack, cuts))
    return list(map(_told, rows, cuts, found, packed))


def _with_leaks(row: dict[str, Any], cut: CutColumns, read: Callable[..., list[CutPage]]) -> CutColumns:
    """Cut a page again with the leak table it is lent, if any: its features know nothing of the corpus."""
    if row["leaks"] is None:
        return cut
    return by_column(*read([Served(row["body"], row["url"], row["page_id"])], leaks=json.loads(row["leaks"])))


def _told(row: dict[str, Any], cut: CutColumns, found: Features, packed: bytes) -> dict[str, Any]:
    """Return what is told of a page that was cut."""
    _, _, roles, _, groups, headings = cut.columns
    if not roles:
        return _reject(row, "empty", "no visible text")
    mine = roles.translate(IS_ARTICLE)
    return {
        "page_id": row["page_id"],
        "feature_key": row["feature_key"],
        "key": row["key"],
        "detail": "",
        "excerpt": "",
        "site": found.site,
        "url": row["url"],
        "n_articles": len(set(compress(groups, mine))),
        "left": found.left,
        "bare": [] if any(compress(headings, mine)) else _bare(cut, mine, found.lines),
        "leaks": found.leaks,
        **dict(zip(EdgeLines._fields, map("\n".join, found.lines), strict=True)),
        "n_chars": len(cut.texts.raw),
        "packed": packed,
    }


def _bare(cut: CutColumns, mine: bytes, known: EdgeLines) -> list[str]:
    """Return the lines of an article without a heading that its site's boilerplate may eat up whole.

    `mine` tells which pieces are its.
    """
    text, starts, ends = cut.texts.canonical, cut.columns.starts, cut.columns.ends
    lines = {text[a:b] for a, b in zip(compress(starts, mine), compress(ends, mine), strict=True)}
    return sorted(lines) if lines.issubset(chain(known.kept, known.dropped, known.near)) else []


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let `time_limit` stop what the block does; without effect outside a main thread.

    Python code is stopped; a library's C code is not, and is left to the engine's deadline.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise PageTimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise PageTimeoutError in the block after `seconds`, within `stoppable`. 2 µs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
