"""Segments: which files hold which pages. A run makes files for what is new and changed, and links the rest.

A segment is up to `SEGMENT_PAGES` pages, the same in every table that is cut by page, in the state and, as a
range of bytes, in the JSON Lines. Its pages are a range of ids of what one run brought. A segment is never
changed: where one of its pages goes or changes, another takes its place; small ones join what is new.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.engine.shuffle import PARTS, SUFFIX, part_of, read_parts
from pipeline.errors import ContractError
from pipeline.run.corpus import Run
from pipeline.run.cut import CUTS
from pipeline.run.pages import Mask, Rows, find, has, is_there, unlike
from pipeline.store import state
from pipeline.store.files import write_batches, write_bytes
from pipeline.store.generations import spool_of, state_of

SEGMENT_PAGES = 1024  # pages: some 100 MB while it is built, and files of up to 15 MB
SMALL_PAGES = SEGMENT_PAGES // 4  # below, a segment is joined with what is new
MOST_COPIED = 2  # where more than one page in so many has changed, all are made: copying has its price
SEGMENTS = "segments-5.json"  # numbered by the format of a segment's files: an older state is cut again


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as it stands: its pages (those without rows too), its bytes and rows in JSON Lines.

    `sums` are the states of the checksums of those files behind the segment.
    """

    pages: int
    json: dict[str, list[int]] = field(default_factory=dict)  # file -> [first byte, bytes, rows]
    sums: dict[str, str] = field(default_factory=dict)  # file -> state (`store/checksum.py`)


@dataclass(frozen=True, slots=True)
class Making:
    """A segment to be made: its pages, the old segments that hold some, its part of the spool, or None.

    Pages are rows of `Run.pages`, in order. Of them `fresh` are made; the rows of the others stay.
    """

    name: str
    pages: Rows
    fresh: Rows
    sources: tuple[str, ...]
    part: int | None
    parts: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Which segments stay, and which are made; names in order, those that stay first."""

    kept: list[str]
    made: list[Making]


def load_pages(run: Run) -> None:
    """Fill in what the last run cut. Where that cannot be read, every body is cut again."""
    folder = state_of(run.out, run.generation)
    pages, segments = state.read_pages(folder), read_segments(folder)
    if run.held and pages is not None and segments is not None:
        run.pages, run.segments = pages, segments


def parts_for(pages: int) -> int:
    """Return into how many parts so many pages are cut: a power of two.

    >>> [parts_for(n) for n in (0, 1024, 1025, 100_000, 10_000_000)]
    [1, 1, 2, 128, 256]
    """
    parts = 1
    while parts < PARTS and pages > parts * SEGMENT_PAGES:
        parts *= 2
    return parts


def plan_segments(run: Run, keys: pa.Array) -> Plan:
    """Decide which segments stay and which are made; `keys` are the finish keys of pages."""
    members = _members(run.pages["segment"], np.flatnonzero(is_there(keys)))
    changed = unlike(keys, run.pages["finish_key"])
    pool = [members.pop("", np.empty(0, np.int64))]
    touched = {
        name
        for name, segment in run.segments.items()
        if name not in members or len(members[name]) != segment.pages or changed[members[name]].any()
    }
    small = {name for name, pages in members.items() if len(pages) < SMALL_PAGES}
    joined = sorted((small & touched) | (small if len(pool[0]) else set()))
    pool += [members[name] for name in joined]
    made: list[tuple[Any, ...]] = [
        (members[n], _fresh(members[n], changed), (n,), None, 1)
        for n in sorted(touched - set(joined))
        if n in members
    ]
    parts = parts_for(sum(map(len, pool)))
    made += [(pages, pages, tuple(joined), n, parts) for n, pages in _parts(run, np.concatenate(pool), parts)]
    return Plan(
        sorted(members.keys() - touched - set(joined)),
        [Making(f"{run.generation + 1:06d}{n:05d}", *rest) for n, rest in enumerate(made)],
    )


def _members(segments: pa.ChunkedArray, pages: Rows) -> dict[str, Rows]:
    """Return which of some pages each segment holds, in order."""
    if not len(pages):
        return {}
    homes = segments.combine_chunks().take(pa.array(pages)).dictionary_encode()
    codes = np.asarray(homes.indices)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(homes.dictionary)))
    return dict(zip(homes.dictionary.to_pylist(), np.split(pages[order], ends[:-1]), strict=True))


def _fresh(pages: Rows, changed: Mask) -> Rows:
    """Return which pages of a segment are made: all where most have changed, for copying has its price."""
    fresh = pages[changed[pages]]
    return pages if MOST_COPIED * len(fresh) > len(pages) else fresh


def _parts(run: Run, pages: Rows, parts: int) -> Iterator[tuple[int, Rows]]:
    """Yield the parts of the spool that some pages are cut into, and the pages of each."""
    pages = np.sort(pages)
    mine = np.array([part_of(page_id, parts) for page_id in ids_at(run, pages)], np.int64)
    for part in np.unique(mine).tolist():
        yield part, pages[mine == part]


def ids_at(run: Run, pages: Rows) -> list[str]:
    """Return the ids of some pages, which are rows of `Run.pages`."""
    found: list[str] = run.pages["page_id"].take(pa.array(pages)).to_pylist()
    return found


def cuts_path(folder: Path, name: str) -> Path:
    """Return the file of a segment's cut pages in a state folder."""
    return folder / f"cuts-{name}.arrow"


def base_path(kept: Path, name: str) -> Path:
    """Return the file of a segment's articles as they were made, before comparison.

    Of few of them it is read what they say, and where they lie: out of a file of the table, all are unpacked.
    """
    return kept / f"articles-{name}.arrow"


def cut_pages(run: Run, plan: Plan) -> Iterator[tuple[Making, pa.Table]]:
    """Yield the segments to be made, in order, with the rows of `CUTS` of their pages in order of ids."""
    old = state_of(run.out, run.generation)
    spooled: Iterator[tuple[int, list[pa.RecordBatch]]] | None = None
    for making in plan.made:
        batches = [b for name in making.sources for b in read_arrow(cuts_path(old, name)).to_batches()]
        if making.part is not None:
            spooled = spooled or read_parts(spool_of(run.out), "page_id", making.parts)
            batches += next(rows for part, rows in spooled if part == making.part)
        yield making, _newest(run, making, pa.Table.from_batches(batches, CUTS))


def _newest(run: Run, making: Making, found: pa.Table) -> pa.Table:
    """Return the rows of the pages of a segment in order of their ids, of each page the last that counts."""
    pages = run.pages.select(["page_id", "key"]).take(pa.array(making.pages))
    keys = dict(zip(*(column.to_pylist() for column in pages.columns), strict=True))
    rows = zip(*(found.column(c).to_pylist() for c in ("page_id", "key")), strict=True)
    newest = {i: row for row, (i, key) in enumerate(rows) if keys.get(i) == key}
    return found.take(pa.array([newest[i] for i in keys], pa.int64()))


def page_features(run: Run, names: Sequence[str], asked: Mask | None = None) -> Iterator[pa.Table]:
    """Yield columns of `model.FEATURES` of the live pages that were cut, or those asked for; each once."""
    old = state_of(run.out, run.generation)
    wanted = ~is_there(run.pages["reason"]) & (True if asked is None else asked)
    homes = set(run.pages["segment"].filter(pa.array(wanted)).unique().to_pylist())
    paths = [(name, cuts_path(old, name)) for name in sorted(homes - {""})]
    paths += [("", path) for path in sorted(spool_of(run.out).glob("*" + SUFFIX))] if "" in homes else []
    at_hand = run.pages.select(["segment", "feature_key"])
    for name, path in paths:
        table = read_arrow(path, list(dict.fromkeys(("feature_key", "page_id", *names))))
        rows, mine = find(table["page_id"], run.pages["page_id"])
        mine &= wanted[rows]
        known = at_hand.take(pa.array(rows))
        mine &= has(known["segment"], name) & ~unlike(known["feature_key"], table["feature_key"])
        wanted[rows[mine]] = False
        yield (table if mine.all() else table.filter(pa.array(mine))).select(names)


def write_arrow(path: Path, table: pa.Table) -> None:
    """Write a table of the state, whole or not at all."""
    write_batches(path, table.schema, table.to_batches())


def open_arrow(path: Path) -> pa.ipc.RecordBatchFileReader:
    """Open a table of the state, to read a batch at a time."""
    try:
        return pa.ipc.open_file(pa.memory_map(str(path)))
    except (pa.ArrowInvalid, OSError) as error:
        raise damaged(path, error) from error


class DamagedStateError(ContractError):
    """A file of the state that cannot be read: an ingest goes on without the state."""


def damaged(path: Path, error: Exception) -> DamagedStateError:
    """Return the error that names a file of the state that cannot be read."""
    return DamagedStateError(f"{path} is damaged ({error})")


def read_arrow(path: Path, names: list[str] | None = None) -> pa.Table:
    """Return a table of the state, all columns or some. Raises DamagedStateError."""
    reader = open_arrow(path)
    try:
        table = reader.read_all()
        return table if names is None else table.select(names)
    except (pa.ArrowInvalid, OSError) as error:
        raise damaged(path, error) from error


def link_files(run: Run, kept: Path, names: Sequence[str]) -> None:
    """Link the state files of segments that stay into the next state folder."""
    stay = set(names)
    for path in state_of(run.out, run.generation).glob("*-*.arrow"):
        if path.stem.rpartition("-")[2] in stay:
            os.link(path, kept / path.name)


def write_segments(folder: Path, segments: dict[str, Segment]) -> None:
    """Write down the segments of a generation."""
    listed = {name: asdict(segment) for name, segment in segments.items()}
    write_bytes(folder / SEGMENTS, json.dumps(listed, indent=0, sort_keys=True).encode())


def read_segments(folder: Path) -> dict[str, Segment] | None:
    """Return the segments of a generation, None where they or one of their files cannot be read."""
    try:
        listed: dict[str, dict[str, Any]] = json.loads((folder / SEGMENTS).read_bytes())
        found = {name: Segment(**values) for name, values in listed.items()}
        for name, segment in found.items():
            with pa.memory_map(str(cuts_path(folder, name))) as source:
                reader = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=[0]))
                if sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches)) != (
                    segment.pages
                ):
                    return None
    except (OSError, ValueError, TypeError, pa.ArrowInvalid):
        return None
    return found
