"""What is kept of the articles of a segment: their keys, and what was drawn from them (`KEYS`, `SKETCHES`).

Both are pure functions of the texts, and sketches of the boilerplate and the window of the sample besides.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup import fast, sketch
from pipeline.dedup.arrays import Texts
from pipeline.dedup.folding import copy_spans
from pipeline.dedup.frames import Ints, whole_numbers
from pipeline.dedup.intake import fold_batches
from pipeline.dedup.work import Work

# `hash` and `identity` are 64 bits each, by different functions: keys that agree in both are the same.
KEYS = pa.schema(
    [
        ("hash", pa.uint64()),
        ("identity", pa.uint64()),
        ("length", pa.int64()),
        ("layout", pa.int64()),
        ("units", pa.large_binary()),
    ]
)
SKETCHES = pa.schema(
    [
        ("signature", pa.binary(sketch.BINS)),
        ("size", pa.int64()),
        ("thin", pa.uint8()),
        ("sample", pa.large_binary()),
    ]
)
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Part:
    """A segment's `rows` of `KEYS` and `SKETCHES`, some columns of them, whenever asked for.

    `held` says whether the last run had the segment, `here` whether this one has.
    """

    rows: int
    keys: Callable[[list[str]], pa.Table]
    sketches: Callable[[list[str]], pa.Table]
    held: bool
    here: bool


def keys_of(batches: Iterable[pa.RecordBatch], work: Work) -> pa.Table:
    """Return the keys (`KEYS`) of texts that come as batches of id and text."""
    folded = fold_batches(batches, work, leaks=False)
    ends = 2 * np.concatenate(([0], np.cumsum(folded.length)))
    data = memoryview(folded.units.tobytes())
    blake = hashlib.blake2b
    named = b"".join(blake(data[a:b], digest_size=8).digest() for a, b in pairwise(ends.tolist()))
    columns = [folded.hashes, np.frombuffer(named, np.uint64), folded.length, folded.layout]
    return _table(KEYS, columns, _binary(ends, folded.units))


def sketches_of(keys: pa.Table, bitmap: NDArray[np.uint8], window: int, work: Work) -> pa.Table:
    """Return the sketches (`SKETCHES`) of the texts of keys."""
    lengths = whole_numbers(keys["length"])
    units, begin = units_of(keys)
    texts = Texts(np.array(units), begin, lengths, np.arange(len(lengths)))  # kernels write to none they map
    made = fast.sketch_all(texts, bitmap, work, window)
    signature = pa.Array.from_buffers(
        SKETCHES.field("signature").type, len(texts), [None, pa.py_buffer(made.signatures)]
    )
    columns = [signature, made.sizes, made.thin.view(np.uint8)]
    return _table(SKETCHES, columns, _binary(4 * made.starts, made.samples))


def _table(schema: pa.Schema, columns: Sequence[Any], last: pa.Array) -> pa.Table:
    arrays = [
        column
        if isinstance(column, pa.Array)
        else pa.Array.from_buffers(
            field.type, len(column), [None, pa.py_buffer(np.ascontiguousarray(column))]
        )
        for column, field in zip(columns, schema, strict=False)
    ]
    return pa.Table.from_arrays([*arrays, last], schema=schema)


def _numbers(kind: pa.DataType, values: NDArray[Any]) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _binary(ends: Ints, values: NDArray[Any]) -> pa.Array:
    buffers = [None, pa.py_buffer(ends.astype(np.int64)), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.large_binary(), len(ends) - 1, buffers)


def units_of(keys: pa.Table) -> tuple[NDArray[np.uint16], Ints]:
    """Return the units of keys where they lie, and where each begins."""
    return spans_of(keys["units"], np.dtype(np.uint16))


def spans_of(column: pa.ChunkedArray, kind: np.dtype[Any]) -> tuple[NDArray[Any], Ints]:
    """Return the values of a binary column where they lie, as numbers of a kind, and where each begins."""
    (chunk,) = column.chunks or [pa.array([], pa.large_binary())]
    _, ends, data = chunk.buffers()
    begin = np.frombuffer(ends, np.int64)[chunk.offset : chunk.offset + len(chunk)]
    return np.frombuffer(data or b"", kind), begin // kind.itemsize


def numbers_of(column: pa.ChunkedArray, kind: Any) -> NDArray[Any]:
    """Return a column of numbers without nulls, of one chunk at most, where it lies."""
    (chunk,) = column.chunks or [pa.array([], column.type)]
    return np.frombuffer(chunk.buffers()[1] or b"", kind)[chunk.offset : chunk.offset + len(chunk)]


def columns_of(parts: Sequence[Part], names: Mapping[str, Any]) -> list[NDArray[Any]]:
    """Return columns of the keys of all parts, one part behind the other."""
    tables = [part.keys(list(names)) for part in parts]
    return [
        np.concatenate([np.zeros(0, kind), *(numbers_of(table[name], kind) for table in tables)])
        for name, kind in names.items()
    ]


def row_numbers(parts: Sequence[Part]) -> Ints:
    """Return where the rows of each part begin among all rows, and the number of these."""
    return np.cumsum([0, *(part.rows for part in parts)], dtype=np.int64)


def gather_units(parts: Sequence[Part], rows: Ints, lengths: Ints) -> tuple[NDArray[np.uint16], Ints]:
    """Return the units of some rows, in their order, in one array, and where each begins."""
    begin = np.cumsum(lengths) - lengths
    units = np.empty(int(lengths.sum()), np.uint16)
    for part, wanted, here in _by_part(parts, rows, row_numbers(parts)):
        source, at = units_of(part.keys(["units"]))
        copy_spans(source, at[here], units, begin[wanted], lengths[wanted])
    return units, begin


def gather_signatures(parts: Sequence[Part], rows: Ints) -> NDArray[np.uint8]:
    """Return the signatures of some rows, in their order."""
    found = np.empty((len(rows), sketch.BINS), np.uint8)
    for part, wanted, here in _by_part(parts, rows, row_numbers(parts)):
        (chunk,) = part.sketches(["signature"])["signature"].chunks
        whole = np.frombuffer(chunk.buffers()[1], np.uint8).reshape(-1, sketch.BINS)
        found[wanted] = whole[chunk.offset :][here]
    return found


def gather_samples(parts: Sequence[Part], rows: Ints) -> fast.Sketches:
    """Return the sketches of some rows, in their order, without the signatures."""
    count, found = len(rows), []
    sizes, thin, counts = np.zeros(count, np.int64), np.zeros(count, np.bool_), np.zeros(count, np.int64)
    for part, wanted, here in _by_part(parts, rows, row_numbers(parts)):
        table = part.sketches(["size", "thin", "sample"])
        source, at = spans_of(table["sample"], np.dtype(np.uint32))
        sizes[wanted] = numbers_of(table["size"], np.int64)[here]
        thin[wanted] = numbers_of(table["thin"], np.uint8)[here]
        counts[wanted] = np.diff(np.append(at, len(source)))[here]
        found.append((source, at[here], wanted))
    ends = np.concatenate(([0], np.cumsum(counts)))
    samples = np.empty(int(ends[-1]), np.uint32)
    for source, begin, wanted in found:
        copy_spans(source, begin, samples, ends[wanted], counts[wanted])
    return fast.Sketches(np.zeros((0, sketch.BINS), np.uint8), sizes, samples, ends, thin)


def _by_part(parts: Sequence[Part], rows: Ints, starts: Ints) -> Iterable[tuple[Part, Ints, Ints]]:
    """Yield each part that holds some of the rows, which of them these are, and their places in the part."""
    order = np.argsort(rows, kind="stable")
    edges = np.searchsorted(rows[order], starts)
    for number, part in enumerate(parts):
        wanted = order[edges[number] : edges[number + 1]]
        if len(wanted):
            yield part, wanted, rows[wanted] - starts[number]
