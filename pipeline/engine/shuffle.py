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
# Mapping a file takes .2 ms, and each part is asked of all files: 25,000 times for 100,000 pages. What is
# mapped counts as memory once it was read: eight parts of 1,024 pages have 60 MB.
OPEN_PARTS = 8
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


def columns(folder: Path, names: list[str]) -> Iterator[pa.Table]:
    """Yield some columns of each file of a shuffle, oldest first; a file that cannot be read is removed."""
    for path in sorted(folder.glob("*" + SUFFIX)):
        try:
            yield _table(path).select(names)
        except (pa.ArrowInvalid, OSError, KeyError, IndexError):
            path.unlink(missing_ok=True)


def _table(path: Path) -> pa.Table:
    """Return the rows of a file, mapped."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


class Parts:
    """A shuffle, read part by part: the files stay mapped for `OPEN_PARTS` parts that are asked for."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        self._tables: list[pa.Table] = []
        self._left = 0  # parts that may be asked for before the files are mapped anew

    def read(self, part: int, parts: int) -> list[pa.Table]:
        """Return the rows of one of `parts` (a power of two up to 256), file by file, oldest first."""
        if not self._left:
            self._tables = [_table(path) for path in sorted(self._folder.glob("*" + SUFFIX))]
            self._left = OPEN_PARTS
        self._left -= 1
        spans = [(table, *_span(table.column(self._key), part, parts)) for table in self._tables]
        return [table.slice(start, end - start) for table, start, end in spans if start < end]


def _span(keys: pa.ChunkedArray, part: int, parts: int) -> tuple[int, int]:
    """Return where the rows of a part begin and end, from their keys in order."""
    rows = range(len(keys))
    start = bisect_left(rows, part, key=lambda row: part_of(keys[row].as_py(), parts))
    return start, bisect_left(rows, part + 1, start, key=lambda row: part_of(keys[row].as_py(), parts))
