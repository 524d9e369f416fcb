"""Shuffle: rows of streaming batches grouped by their key, in Arrow files that a crash leaves whole.

Keys are hex ids, which are uniform: the part of a row is the first byte of its key. A file holds one
uncompressed RecordBatch in order of keys, and is mapped into memory: reading a part touches only its own
bytes. (One batch a part, compressed, took 0.5 ms a part of each file.) Files appear by rename: what a run
that died has left is complete, and serves the next run.
"""

import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.store.files import write_atomically

PARTS = 256
PARTS_AT_ONCE = 16  # a file is opened for so many, .25 ms; of 100,000 pages they are 100 MB, mapped
SUFFIX = ".cut"  # what ends in .arrow or .rows is of an earlier version


def part_of(key: str, parts: int = PARTS) -> int:
    """Return the part of a hex key among `parts`, a power of two up to 256.

    >>> part_of("ff00"), part_of("ff00", 2), part_of("0f00")
    (255, 1, 15)
    """
    return int(key[:2], 16) * parts // PARTS


def spill(folder: Path, key: str, batches: list[pa.RecordBatch]) -> None:
    """Add the rows of some batches to a shuffle as one file, in order of column `key`."""
    table = pa.Table.from_batches(batches)
    if not table.num_rows:
        return
    keys = table.column(key).to_pylist()
    rows = table.take(pa.array(sorted(range(len(keys)), key=keys.__getitem__), pa.int64())).combine_chunks()

    def write(path: Path) -> None:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(rows)

    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{time.time_ns():020d}-{os.getpid()}{SUFFIX}", write)


def shuffle(batches: Iterable[pa.RecordBatch], key: str, folder: Path, rows: int) -> Iterator[pa.RecordBatch]:
    """Group the rows of `batches` by `key` into `folder`, `rows` or more a file; pass every batch on.

    What has come is kept also when the stream breaks off: an interrupted run loses no finished work.
    """
    waiting: list[pa.RecordBatch] = []
    try:
        for batch in batches:
            waiting.append(batch)
            if sum(b.num_rows for b in waiting) >= rows:
                full, waiting = waiting, []
                spill(folder, key, full)
            yield batch
    finally:
        if waiting:
            spill(folder, key, waiting)


def columns(folder: Path, names: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield some columns of each file of a shuffle, oldest first; a file that cannot be read is removed."""
    for path in sorted(folder.glob("*" + SUFFIX)):
        try:
            yield _rows(path).select(names)
        except (pa.ArrowInvalid, OSError, KeyError, IndexError):
            path.unlink(missing_ok=True)


def _rows(path: Path) -> pa.RecordBatch:
    """Return the rows of a file, mapped."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).get_batch(0)


def read_parts(folder: Path, key: str, parts: int) -> Iterator[tuple[int, list[pa.RecordBatch]]]:
    """Yield each part of `parts` (a power of two up to 256), with its rows file by file, oldest first.

    Of 100,000 pages in 200 files 1 s, where each part opened every file 6.7 s.
    """
    paths = sorted(folder.glob("*" + SUFFIX))
    starts = {path: _starts(_rows(path).column(key).to_pylist(), parts) for path in paths}
    for first in range(0, parts, PARTS_AT_ONCE):
        these = range(first, min(first + PARTS_AT_ONCE, parts))
        rows: dict[int, list[pa.RecordBatch]] = {part: [] for part in these}
        for path in paths:
            batch = _rows(path)
            for part, found in rows.items():
                start, end = starts[path][part : part + 2]
                if start < end:
                    found.append(batch.slice(start, end - start))
        yield from rows.items()


def _starts(keys: list[str], parts: int) -> list[int]:
    """Return where each part begins among keys in order, and where the last ends."""
    return [bisect_left(keys, part, key=lambda key: part_of(key, parts)) for part in range(parts + 1)]
