"""Shuffle: rows of streaming batches grouped by their key, in Arrow files that a crash leaves whole.

Keys are hex ids, which are uniform: the part of a row is the first byte of its key. A file holds one
compressed RecordBatch a part, so reading a part touches only its own bytes. Files appear by rename: what a
run that died has left is complete, and serves the next run.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.store.files import write_atomically

PARTS = 256
PARTS_KEY = b"parts"
SUFFIX = ".arrow"
LZ4 = pa.ipc.IpcWriteOptions(compression="lz4")


def part_of(key: str, parts: int = PARTS) -> int:
    """Return the part of a hex key among `parts`, a power of two up to 256.

    >>> part_of("ff00"), part_of("ff00", 2), part_of("0f00")
    (255, 1, 15)
    """
    return int(key[:2], 16) * parts // PARTS


def spill(folder: Path, key: str, batches: list[pa.RecordBatch]) -> None:
    """Add the rows of some batches to a shuffle as one file, grouped by the part of column `key`."""
    table = pa.Table.from_batches(batches)
    if not table.num_rows:
        return
    parts = np.array([part_of(k) for k in table.column(key).to_pylist()])
    order = np.argsort(parts, kind="stable")
    table = table.take(pa.array(order))
    found, starts = np.unique(parts[order], return_index=True)
    ends = [*starts[1:], len(order)]
    schema = table.schema.with_metadata({PARTS_KEY: json.dumps(found.tolist()).encode()})

    def write(path: Path) -> None:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema, options=LZ4) as writer:
            for start, end in zip(starts, ends, strict=True):
                piece = table.slice(start, end - start).combine_chunks()
                writer.write_batch(piece.to_batches()[0].replace_schema_metadata(schema.metadata))

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
            with pa.memory_map(str(path)) as source:
                schema = pa.ipc.open_file(source).schema
                options = pa.ipc.IpcReadOptions(included_fields=[schema.get_field_index(n) for n in names])
                yield pa.ipc.open_file(source, options=options).read_all().select(names)
        except (pa.ArrowInvalid, OSError, KeyError, IndexError):
            path.unlink(missing_ok=True)


def read_part(folder: Path, part: int, parts: int) -> list[pa.RecordBatch]:
    """Return the batches of part `part` of `parts` (a power of two up to 256), oldest file first."""
    found: list[pa.RecordBatch] = []
    for path in sorted(folder.glob("*" + SUFFIX)):
        with pa.memory_map(str(path)) as source:
            reader = pa.ipc.open_file(source)
            held = json.loads(reader.schema.metadata[PARTS_KEY])
            found += [reader.get_batch(i) for i, fine in enumerate(held) if fine * parts // PARTS == part]
    return found


def newest(table: pa.Table, key: str) -> pa.Table:
    """Return the last row of each key, in order of keys."""
    if not table.num_rows:
        return table
    rows = table.select([key]).append_column("row", pa.array(np.arange(table.num_rows)))
    last = rows.group_by(key).aggregate([("row", "max")]).sort_by(key)
    return table.take(pc.cast(last.column("row_max"), pa.int64()))
