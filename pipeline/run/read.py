"""The first stages: what has changed under RAW, and every body parsed that is not known yet."""

import dataclasses
import functools
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from pipeline.engine.local import Plan, map_batches
from pipeline.engine.shuffle import columns, shuffle
from pipeline.run.corpus import Run, again, page_id_of
from pipeline.run.parsed import BODIES, ParseContext, lost_batch, parse_batch, parse_key
from pipeline.store.containers import Record
from pipeline.store.generations import spool_of
from pipeline.store.scan import Reject, scan
from pipeline.store.sources import read_source
from pipeline.store.state import FileState, PageState, RecordState

BATCH_ROWS = 16  # 16 pages of 50 KB: 60 ms of work for 0.3 ms of transport
BATCH_BYTES = 4 << 20
SPOOL_ROWS = 512  # pages a spool file: 1 to 2 s of work of one core, the most that a crash can cost
IN_PROCESS_ROWS = 24  # below this, starting a worker (0.5 s) takes longer than the pages
COMPILED_ROWS = 400  # pages from which loading the compiled search for clauses (1 s a process) pays
RETRIED = ("timeout", "worker_died")
INDEX_COLUMNS = [
    "page_id", "key", "feature_key", "reason", "detail", "excerpt", "site", "continues", "n_articles", "url",
    "leaks", "left", "edge_lines",
]  # fmt: skip

Body = tuple[str, bytes]


def find_changes(run: Run) -> None:
    """Stage `scan`: hold the files under RAW against those of the last run."""
    if run.root is None:
        run.stages["scan"] = {"in": 0, "out": 0, "rejected": 0}
        return
    before = {f.name: f for f in run.files if f.root == run.root_id}
    refused = {r.name: r for r in run.records if r.root == run.root_id and r.name not in before}
    seen: set[str] = set()
    rejects: list[RecordState] = []
    for found in scan(run.root):
        if isinstance(found, Reject):
            rejects.append(_rejected(run, found.source, found))
            continue
        seen.add(found.name)
        run.paths[run.root_id, found.name] = found.path
        old = before.get(found.name)
        same = old is not None and (old.size, old.mtime_ns) == (found.size, found.mtime_ns)
        if not same or run.options.verify:
            run.changed.append(found)
    run.vanished = sorted((set(before) | set(refused)) - seen - {r.name for r in rejects})
    run.untouched = run.held and not run.changed and not run.vanished
    run.untouched &= set(rejects) == {r for name, r in refused.items()}
    gone = {*run.vanished, *(f.name for f in run.changed), *refused}
    run.files = [f for f in run.files if f.root != run.root_id or f.name not in gone]
    run.records = [r for r in run.records if r.root != run.root_id or r.name not in gone] + rejects
    run.seen = len(seen) + len(rejects)
    run.stages["scan"] = {"in": run.seen, "out": len(seen), "rejected": len(rejects)}


def load_spool(run: Run) -> None:
    """Take up what an interrupted run has parsed already."""
    for table in columns(spool_of(run.out), INDEX_COLUMNS):
        _take_up(run, table.to_pylist())


def read_changed(run: Run) -> None:
    """Stage `read`: take the records out of new and changed files, and parse the bodies that are new."""
    if run.options.retry:
        run.pages = {i: p for i, p in run.pages.items() if p.reason not in RETRIED}
    _parse(run, _new_bodies(run), None)


def _new_bodies(run: Run) -> Iterator[dict[str, Any]]:
    sent: set[str] = set()
    for number, file in enumerate(run.changed):
        run.progress("read", number, len(run.changed))
        skipped, unreadable = 0, False
        for found in read_source(file, run.config.ingest):
            if isinstance(found, Record):
                page_id = page_id_of(found.body)
                run.records.append(_recorded(run, file.name, found, page_id))
                key = parse_key(run.digests.parse, found.url, None)
                known = run.pages.get(page_id)
                if page_id not in sent and (known is None or known.feature_key != key):
                    sent.add(page_id)
                    yield _row(page_id, found.url, None, key, found.body)
            elif isinstance(found, Reject):
                unreadable |= found.reason == "unreadable"
                run.records.append(_rejected(run, file.name, found))
            else:
                skipped += 1
        size = -1 if unreadable else file.size  # what could not be read is tried again by every run
        run.files.append(FileState(run.root_id, file.name, size, file.mtime_ns, skipped))


def parse_missing(run: Run, knowledge: dict[str, str] | None) -> None:
    """Parse every live body whose result at hand is not of this code, config, address and knowledge.

    `knowledge` None makes the parse without any, from which the corpus model is fitted.
    """
    wanted: dict[str, tuple[str | None, str | None, str]] = {}
    for page_id, url in run.live.items():
        known = run.pages.get(page_id)
        what = knowledge.get(page_id) if knowledge else None
        key = parse_key(run.digests.parse, url, what)
        held = None if known is None else (known.feature_key if knowledge is None else known.key)
        if held != key:
            wanted[page_id] = (url, what, key)
    rows = (_row(page_id, *wanted[page_id], body) for page_id, body in again(run, set(wanted)))
    _parse(run, rows, len(wanted))


def _row(page_id: str, url: str | None, knowledge: str | None, key: str, body: bytes) -> dict[str, Any]:
    return {"page_id": page_id, "key": key, "url": url, "knowledge": knowledge, "body": body}


def _parse(run: Run, rows: Iterable[dict[str, Any]], total: int | None) -> None:
    first: list[dict[str, Any]] = []
    stream = iter(rows)
    for row in stream:
        first.append(row)
        if len(first) > IN_PROCESS_ROWS:
            break
    if not first:
        return
    few = len(first) <= IN_PROCESS_ROWS
    workers = run.config.ingest.workers or len(os.sched_getaffinity(0))
    plan = Plan(0 if few or workers == 1 else workers, run.config.ingest.page_seconds)
    config = run.config
    if (total or len(run.changed)) > COMPILED_ROWS:  # gives the same, sooner
        config = dataclasses.replace(config, clauses=dataclasses.replace(config.clauses, compile_above=0))
    kernel = functools.partial(parse_batch, context=ParseContext(config, run.sites))
    batches = _batches(_chain(first, stream))
    for done in shuffle(
        map_batches(kernel, batches, lost_batch, plan), "page_id", spool_of(run.out), SPOOL_ROWS
    ):
        run.parsed += done.num_rows
        run.progress("parse", run.parsed, total)
        _take_up(run, done.select(INDEX_COLUMNS).to_pylist())


def _chain(first: list[dict[str, Any]], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield from first
    first.clear()
    yield from rest


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    waiting: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        waiting.append(row)
        size += len(row["body"])
        if len(waiting) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield pa.RecordBatch.from_pylist(waiting, schema=BODIES)
            waiting, size = [], 0
    if waiting:
        yield pa.RecordBatch.from_pylist(waiting, schema=BODIES)


def _take_up(run: Run, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["edge_lines"] = tuple(row["edge_lines"] or ())
        state = PageState(**row)
        known = run.pages.get(state.page_id)
        if row["feature_key"] is not None:
            run.pages[state.page_id] = state
        elif known is not None:  # a parse with knowledge: its features count for nothing
            run.pages[state.page_id] = dataclasses.replace(
                known, key=state.key, reason=state.reason, detail=state.detail, excerpt=state.excerpt,
                continues=state.continues, n_articles=state.n_articles, url=state.url,
            )  # fmt: skip


def _recorded(run: Run, name: str, record: Record, page_id: str) -> RecordState:
    return RecordState(
        run.root_id, name, record.source, record.url, record.captured_at, page_id, None, "", ""
    )


def _rejected(run: Run, name: str, reject: Reject) -> RecordState:
    return RecordState(
        run.root_id, name, reject.source, None, None, None, reject.reason, reject.detail, reject.excerpt
    )
