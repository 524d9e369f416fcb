"""The first stages: what has changed under RAW, and every body cut that is not known yet."""

import functools
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.local import Plan, map_batches
from pipeline.engine.shuffle import columns, shuffle
from pipeline.errors import InputError
from pipeline.page.blocks import without_scripts
from pipeline.run.changes import unlike_rows
from pipeline.run.corpus import Run, again, page_id_of
from pipeline.run.cut import BODIES, CutContext, cut_batch, cut_key, lost_cut
from pipeline.run.pages import has, is_there, with_cuts, with_values
from pipeline.store.containers import Record
from pipeline.store.generations import spool_of
from pipeline.store.remote import is_url, scan_url, split_url
from pipeline.store.scan import Reject, scan, split_glob
from pipeline.store.sources import read_source
from pipeline.store.state import KEPT, FileState, RecordState, files_of, records_of

BATCH_ROWS = 64  # pages of 50 KB: 100 ms of work; of fewer each takes longer (`page/parse.py: read_pages`)
BATCH_BYTES = 4 << 20
SPOOL_ROWS = 512  # pages a spool file: 1 to 2 s of work of one core, the most that a crash can cost
IN_PROCESS_ROWS = 24  # below this, starting a worker (0.5 s) takes longer than the pages
# Pages, or bytes of files, from which loading the compiled readers (.3 s a process) pays: 1 ms a page.
COMPILED_PAGES, COMPILED_BYTES = 400, 10 << 20
RETRIED = ("timeout", "worker_died")
KEYS = ["feature_key", "key"]


def find_changes(run: Run) -> None:
    """Stage `scan`: hold the files under RAW against those of the last run.

    Raises InputError when a glob matches nothing and never did: it is mistyped.
    """
    if run.root is None:
        run.stages["scan"] = {"in": 0, "out": 0, "rejected": 0}
        return
    before = _sizes_and_times(run)
    refused = _refused(run)
    gone, rejects = _seen_in(run, before)
    _, pattern = (split_url if is_url(run.root) else split_glob)(run.root)
    if pattern is not None and not (run.seen or before or refused):
        raise InputError(f"nothing matches {run.root}: `*` stands for any characters, `/` too; quote it")
    run.vanished = sorted((gone | {r.name for r in refused}) - {f.name for f in rejects + run.changed})
    run.untouched = run.held and not run.changed and not run.vanished and set(rejects) == set(refused)
    again = {*run.vanished, *(f.name for f in run.changed), *(r.name for r in refused)}
    run.files = _without(run.files, run.root_id, again)
    run.records = pa.concat_tables([_without(run.records, run.root_id, again), records_of(rejects)])
    run.n_changed = len(run.changed)
    run.stages["scan"] = {"in": run.seen, "out": run.seen - len(rejects), "rejected": len(rejects)}


def _sizes_and_times(run: Run) -> dict[str, tuple[int, int]]:
    """Return the size and time of each file under RAW, as they were, by its name."""
    files = run.files.filter(has(run.files["root"], run.root_id))
    names, *told = (files[name].to_pylist() for name in ("name", "size", "mtime_ns"))
    return dict(zip(names, zip(*told, strict=True), strict=True))


def _refused(run: Run) -> list[RecordState]:
    """Return the rejects of names under RAW that are of no file."""
    rejects = run.records.filter(run.records["reason"].is_valid())
    rejects = rejects.filter(has(rejects["root"], run.root_id))
    if not len(rejects):
        return []
    files = run.files.filter(has(run.files["root"], run.root_id))
    taken = pc.is_in(rejects["name"], value_set=files["name"].combine_chunks())
    return [RecordState(**row) for row in rejects.filter(pc.invert(taken)).to_pylist()]


def _seen_in(run: Run, before: dict[str, tuple[int, int]]) -> tuple[set[str], list[RecordState]]:
    """Note what is new or changed under RAW; return the names of files that are gone, and what is refused."""
    gone, rejects = set(before), list[RecordState]()
    every = run.options.verify or read_otherwise(run)
    root = str(run.root)
    for found in scan_url(root) if is_url(root) else scan(root):
        if isinstance(found, Reject):
            rejects.append(_rejected(run, found.source, found))
            continue
        name, path, size, mtime_ns = found
        gone.discard(name)
        if not path.endswith(name):
            run.paths[run.root_id, name] = path
        if every or before.get(name) != (size, mtime_ns):
            run.changed.append(found)
    new = {file.name for file in run.changed}.difference(before)
    run.seen = len(before) - len(gone) + len(new) + len(rejects)
    return gone, rejects


def _without(rows: pa.Table, root: str, names: set[str]) -> pa.Table:
    """Return files or records but for those of some names under a root."""
    named = pc.is_in(rows["name"], value_set=pa.array(names, pa.string()))
    return rows.filter(pc.invert(pc.and_(named, has(rows["root"], root)))) if names else rows


def read_otherwise(run: Run) -> bool:
    """Say whether the files under RAW were last read by other code or within other limits."""
    known = run.root is not None and run.root_id in run.manifest.get("roots", ())
    return known and run.manifest.get("readers", {}).get(run.root_id) != run.digests.read


def load_spool(run: Run) -> None:
    """Take up what an interrupted run has cut already."""
    run.pages = with_cuts(run.pages, [_kept(batch) for batch in columns(spool_of(run.out), KEPT.names)])


def read_changed(run: Run) -> None:
    """Stage `read`: take the records out of new and changed files, and cut the bodies that are new."""
    if run.options.retry:
        why = pc.coalesce(run.pages["reason"], run.pages["lost"])
        run.pages = run.pages.filter(pc.invert(pc.is_in(why, value_set=pa.array(RETRIED))))
    many = len(run.changed) > COMPILED_PAGES or sum(f.size for f in run.changed) > COMPILED_BYTES
    _cut(run, _new_bodies(run), None, many=many)
    run.changed = []


def _new_bodies(run: Run) -> Iterator[dict[str, Any]]:
    at_hand = run.pages.select(["page_id", "feature_key"]) if run.changed else run.pages.slice(0, 0)
    known, sent = dict(zip(*(column.to_pylist() for column in at_hand.columns[:2]), strict=True)), set[str]()
    without_address = cut_key(run.digests.parse, None, None)
    files, records = list[FileState](), list[RecordState]()
    for number, file in enumerate(run.changed, 1):
        skipped, unreadable = 0, False
        for found in read_source(file, run.config.ingest):
            if isinstance(found, Record):
                page_id = page_id_of(found.body)
                records.append(_recorded(run, file.name, found, page_id))
                key = (
                    cut_key(run.digests.parse, found.url, None) if found.url is not None else without_address
                )
                if page_id not in sent and known.get(page_id) != key:
                    sent.add(page_id)
                    yield _row(page_id, found.url, (None, key, key), _seen(run, found.body))
            elif isinstance(found, Reject):
                unreadable |= found.reason == "unreadable"
                records.append(_rejected(run, file.name, found))
            else:
                skipped += 1
        size = -1 if unreadable else file.size  # what could not be read is tried again by every run
        files.append(FileState(run.root_id, file.name, size, file.mtime_ns, skipped))
        run.progress("read", number, len(run.changed))
    run.files = pa.concat_tables([run.files, files_of(files)])
    run.records = pa.concat_tables([run.records, records_of(records)])


def cut_missing(run: Run, feature_keys: pa.ChunkedArray, leaks: dict[str, str]) -> None:
    """Cut the live bodies whose cut at hand is not of this code, config, address and leak table.

    feature_keys: what each is to have, in order of `run.origin`. leaks: the table that is lent, by page id.
    """
    ids, urls = run.origin["page_id"], run.origin["url"]
    rows = np.flatnonzero(np.asarray(pc.is_in(ids, value_set=pa.array(leaks, pa.string()))))
    lent = zip(*(column.take(pa.array(rows)).to_pylist() for column in (ids, urls)), strict=True)
    keys = [cut_key(run.digests.parse, url, leaks[page_id]) for page_id, url in lent]
    asked = pa.table([ids, urls, feature_keys, feature_keys], names=["page_id", "url", *KEYS])
    asked = with_values(asked, "key", rows, keys)
    at_hand = run.pages.select(KEYS).take(pc.index_in(ids, value_set=run.pages["page_id"].combine_chunks()))
    asked = asked.filter(pa.array(unlike_rows(asked.select(KEYS), at_hand)))
    told = zip(*(column.to_pylist() for column in asked.columns), strict=True)
    wanted = {page_id: (url, (leaks.get(page_id), *keys)) for page_id, url, *keys in told}
    bodies = again(run, set(wanted)) if wanted else iter(())
    made = (_row(page_id, *wanted[page_id], _seen(run, body)) for page_id, body in bodies)
    _cut(run, made, len(wanted), many=len(wanted) > COMPILED_PAGES)


def feature_keys(run: Run) -> pa.ChunkedArray:
    """Return the key that the features of each live body are to have, in order of `run.origin`."""
    urls = run.origin["url"]
    rows = np.flatnonzero(is_there(urls))
    keys = pa.table({"key": [cut_key(run.digests.parse, None, None)] * len(urls)})
    told = [cut_key(run.digests.parse, url, None) for url in urls.take(pa.array(rows)).to_pylist()]
    return with_values(keys, "key", rows, told)["key"]


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
    workers = run.config.ingest.workers or _cores()
    return Plan(0 if few or workers == 1 else workers, run.config.ingest.page_seconds)


def _cores() -> int:
    """Return how many cores this process may use: all, where the system does not say which (macOS)."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


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
    before, cuts = run.parsed, list[pa.Table]()
    for batch in shuffle(done, "page_id", spool_of(run.out), SPOOL_ROWS):
        run.parsed += batch.num_rows
        run.progress("parse", run.parsed - before, total)
        cuts.append(_kept(batch))
    run.pages = with_cuts(run.pages, cuts)


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


def _kept(batch: pa.RecordBatch) -> pa.Table:
    """Return what is kept of pages that were cut, as a copy: a part of a batch holds the memory of all."""
    return pa.Table.from_batches([batch.select(KEPT.names)]).take(pa.array(range(len(batch))))


def _recorded(run: Run, name: str, record: Record, page_id: str) -> RecordState:
    return RecordState(
        run.root_id, name, record.source, record.url, record.captured_at, page_id, None, "", ""
    )


def _rejected(run: Run, name: str, reject: Reject) -> RecordState:
    return RecordState(
        run.root_id, name, reject.source, None, None, None, reject.reason, reject.detail, reject.excerpt
    )
