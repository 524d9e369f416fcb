"""The first stages: what has changed under RAW, and every body cut that is not known yet."""

import functools
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from pipeline.engine.local import Plan, map_batches
from pipeline.engine.shuffle import columns, shuffle
from pipeline.errors import InputError
from pipeline.page.blocks import without_scripts
from pipeline.run.corpus import Run, again, page_id_of
from pipeline.run.cut import BODIES, CutContext, cut_batch, cut_key, lost_cut
from pipeline.store.containers import Record
from pipeline.store.generations import spool_of
from pipeline.store.remote import is_url, scan_url, split_url
from pipeline.store.scan import Reject, scan, split_glob
from pipeline.store.sources import read_source
from pipeline.store.state import KEPT, FileState, PageState, RecordState

BATCH_ROWS = 64  # pages of 50 KB: 100 ms of work; of fewer each takes longer (`page/parse.py: read_pages`)
BATCH_BYTES = 4 << 20
SPOOL_ROWS = 512  # pages a spool file: 1 to 2 s of work of one core, the most that a crash can cost
IN_PROCESS_ROWS = 24  # below this, starting a worker (0.5 s) takes longer than the pages
# Pages, or bytes of files, from which loading the compiled readers (.3 s a process) pays: 1 ms a page.
COMPILED_PAGES, COMPILED_BYTES = 400, 10 << 20
RETRIED = ("timeout", "worker_died")


def find_changes(run: Run) -> None:
    """Stage `scan`: hold the files under RAW against those of the last run.

    Raises InputError when a glob matches nothing and never did: it is mistyped.
    """
    if run.root is None:
        run.stages["scan"] = {"in": 0, "out": 0, "rejected": 0}
        return
    before = {f.name: f for f in run.files if f.root == run.root_id}
    refused = {r.name: r for r in run.records if r.root == run.root_id and r.name not in before}
    seen: set[str] = set()
    rejects: list[RecordState] = []
    every = run.options.verify or read_otherwise(run)
    for found in scan_url(run.root) if is_url(run.root) else scan(run.root):
        if isinstance(found, Reject):
            rejects.append(_rejected(run, found.source, found))
            continue
        seen.add(found.name)
        if not found.path.endswith(found.name):
            run.paths[run.root_id, found.name] = found.path
        old = before.get(found.name)
        same = old is not None and (old.size, old.mtime_ns) == (found.size, found.mtime_ns)
        if not same or every:
            run.changed.append(found)
    _, pattern = (split_url if is_url(run.root) else split_glob)(run.root)
    if pattern is not None and not (seen or rejects or before or refused):
        raise InputError(f"nothing matches {run.root}: `*` stands for any characters, `/` too; quote it")
    run.vanished = sorted((set(before) | set(refused)) - seen - {r.name for r in rejects})
    run.untouched = run.held and not run.changed and not run.vanished
    run.untouched &= set(rejects) == {r for name, r in refused.items()}
    gone = {*run.vanished, *(f.name for f in run.changed), *refused}
    run.files = [f for f in run.files if f.root != run.root_id or f.name not in gone]
    run.records = [r for r in run.records if r.root != run.root_id or r.name not in gone] + rejects
    run.seen, run.n_changed = len(seen) + len(rejects), len(run.changed)
    run.stages["scan"] = {"in": run.seen, "out": len(seen), "rejected": len(rejects)}


def read_otherwise(run: Run) -> bool:
    """Say whether the files under RAW were last read by other code or within other limits."""
    known = run.root is not None and run.root_id in run.manifest.get("roots", ())
    return known and run.manifest.get("readers", {}).get(run.root_id) != run.digests.read


def load_spool(run: Run) -> None:
    """Take up what an interrupted run has cut already."""
    for table in columns(spool_of(run.out), KEPT.names):
        _take_up(run, table.to_pylist())


def read_changed(run: Run) -> None:
    """Stage `read`: take the records out of new and changed files, and cut the bodies that are new."""
    if run.options.retry:
        run.pages = {i: p for i, p in run.pages.items() if (p.reason or p.lost) not in RETRIED}
    many = len(run.changed) > COMPILED_PAGES or sum(f.size for f in run.changed) > COMPILED_BYTES
    _cut(run, _new_bodies(run), None, many=many)
    run.changed = []


def _new_bodies(run: Run) -> Iterator[dict[str, Any]]:
    sent: set[str] = set()
    without_address = cut_key(run.digests.parse, None, None)
    for number, file in enumerate(run.changed, 1):
        skipped, unreadable = 0, False
        for found in read_source(file, run.config.ingest):
            if isinstance(found, Record):
                page_id = page_id_of(found.body)
                run.records.append(_recorded(run, file.name, found, page_id))
                key = (
                    cut_key(run.digests.parse, found.url, None) if found.url is not None else without_address
                )
                known = run.pages.get(page_id)
                if page_id not in sent and (known is None or known.feature_key != key):
                    sent.add(page_id)
                    yield _row(page_id, found.url, (None, key, key), _seen(run, found.body))
            elif isinstance(found, Reject):
                unreadable |= found.reason == "unreadable"
                run.records.append(_rejected(run, file.name, found))
            else:
                skipped += 1
        size = -1 if unreadable else file.size  # what could not be read is tried again by every run
        run.files.append(FileState(run.root_id, file.name, size, file.mtime_ns, skipped))
        run.progress("read", number, len(run.changed))


def cut_missing(run: Run, leaks: dict[str, str], among: Iterable[str]) -> None:
    """Cut the live bodies `among` whose cut at hand is not of this code, config, address and leak table."""
    wanted: dict[str, tuple[str | None, tuple[str | None, str, str]]] = {}
    without_address = cut_key(run.digests.parse, None, None)
    for page_id in among:
        url, known, table = run.live[page_id], run.pages.get(page_id), leaks.get(page_id)
        feature_key = without_address if url is None else cut_key(run.digests.parse, url, None)
        key = feature_key if table is None else cut_key(run.digests.parse, url, table)
        if known is None or (known.feature_key, known.key) != (feature_key, key):
            wanted[page_id] = (url, (table, feature_key, key))
    bodies = again(run, set(wanted)) if wanted else iter(())
    rows = (_row(page_id, *wanted[page_id], _seen(run, body)) for page_id, body in bodies)
    _cut(run, rows, len(wanted), many=len(wanted) > COMPILED_PAGES)


def _seen(run: Run, body: bytes) -> bytes:
    """Return a body without its scripts, which are half of many pages and need no transport.

    One that is too large stays as it is: the kernel rejects it.
    """
    return body if len(body) > run.config.page.max_bytes else without_scripts(body)


def _row(page_id: str, url: str | None, how: tuple[str | None, str, str], body: bytes) -> dict[str, Any]:
    leaks, feature_key, key = how
    return {
        "page_id": page_id,
        "feature_key": feature_key,
        "key": key,
        "url": url,
        "leaks": leaks,
        "body": body,
    }


def plan_for(run: Run, few: bool) -> Plan:
    """Return how to map over pages: in this process where they are few."""
    workers = run.config.ingest.workers or len(os.sched_getaffinity(0))
    return Plan(0 if few or workers == 1 else workers, run.config.ingest.page_seconds)


def _cut(run: Run, rows: Iterable[dict[str, Any]], total: int | None, *, many: bool) -> None:
    first: list[dict[str, Any]] = []
    stream = iter(rows)
    for row in stream:
        first.append(row)
        if len(first) > IN_PROCESS_ROWS:
            break
    if not first:
        return
    plan = plan_for(run, len(first) <= IN_PROCESS_ROWS)
    kernel = functools.partial(cut_batch, context=CutContext(run.config, run.sites, many))
    done = map_batches(kernel, _batches(_chain(first, stream)), lost_cut, plan)
    before = run.parsed
    for batch in shuffle(done, "page_id", spool_of(run.out), SPOOL_ROWS):
        run.parsed += batch.num_rows
        run.progress("parse", run.parsed - before, total)
        _take_up(run, batch.select(KEPT.names).to_pylist())


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
        row["bare"] = tuple(row["bare"] or ())
        row["site"] = row["site"] and sys.intern(row["site"])
        if row["key"] == row["feature_key"]:  # of most pages: held once
            row["key"] = row["feature_key"]
        state = PageState(**row)
        known = run.pages.get(state.page_id)
        if known is None or (known.feature_key, known.key) != (state.feature_key, state.key):
            run.pages[state.page_id] = state


def _recorded(run: Run, name: str, record: Record, page_id: str) -> RecordState:
    return RecordState(
        run.root_id, name, record.source, record.url, record.captured_at, page_id, None, "", ""
    )


def _rejected(run: Run, name: str, reject: Reject) -> RecordState:
    return RecordState(
        run.root_id, name, reject.source, None, None, None, reject.reason, reject.detail, reject.excerpt
    )
