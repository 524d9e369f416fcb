"""`rows_digest`: what a table says, whatever the order of its rows and whoever wrote the file.

Canonical encoding of a row: the text of every string, list and struct column with its length, joined; its
128-bit BLAKE2b; then every number mixed in with splitmix64 (Steele, Lea, Flood 2014), a null as a fixed
number. The digest is the sum over the rows of both 64-bit halves, each mod 2^64: sums of shards add up, and
two equal rows do not cancel.
"""

import hashlib
import itertools
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Lanes = npt.NDArray[np.uint64]
LanesOf = Callable[[list[pa.Array], list[pa.Array], int], Lanes]  # texts, numbers, rows -> digests of rows

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, the increment of splitmix64
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
NULL = np.uint64(0xD1B54A32D192ED03)
ABSENT = "\x00null"
ROWS_AT_ONCE = 4096  # of clauses, 1.5 MB as text: memory that is used again and again
COMPILED = "pipeline.store.blake2"  # the kernels
MANY_ROWS = 1024  # from which loading them pays: 30 ms a process, a row 1 µs less
SEPARATOR = pa.scalar("\x1f", pa.large_string())
_WRITE = json.JSONEncoder(ensure_ascii=True, sort_keys=True).encode


def rows_digest(table: pa.Table | pa.RecordBatch) -> str:
    """Return the digest of a table's rows, 32 hex digits.

    Independent of the order of rows, of chunks and of dictionary encoding. About 0.8 µs a row of clauses,
    0.1 µs a row with the strings of the one before; three times as much where rows are few.

    >>> left = pa.table({"a": ["x", "y"], "n": [1, None]})
    >>> rows_digest(left) == rows_digest(left.take([1, 0])) != rows_digest(left.slice(1))
    True
    """
    lanes = lanes_for(table.num_rows)
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    return add_digests(digest_of(batch, lanes) for batch in table.to_batches(ROWS_AT_ONCE))


def lanes_for(rows: int) -> LanesOf:
    """Return the way to the digests of so many rows that costs less; both give the same.

    >>> lanes_for(100_000) is compiled_lanes
    True
    """
    return compiled_lanes if rows >= MANY_ROWS or COMPILED in sys.modules else plain_lanes


def digest_of(batch: pa.RecordBatch, lanes: LanesOf) -> str:
    """Return the digest of the rows of a batch, of which `lanes` gives the halves."""
    high, low = (int(part) for part in row_lanes(batch, lanes).sum(axis=0, dtype=np.uint64))
    return f"{high:016x}{low:016x}"


def row_lanes(batch: pa.RecordBatch, lanes: LanesOf) -> Lanes:
    """Return both halves of the digest of each row of a batch, (rows, 2): equal rows have equal ones.

    >>> found = row_lanes(pa.RecordBatch.from_pydict({"a": ["x", "y", "x"], "n": [1, None, 1]}), plain_lanes)
    >>> found.shape, bool((found[0] == found[2]).all()), bool((found[0] == found[1]).any())
    ((3, 2), True, False)
    """
    texts = [_without_nesting(column) for column in batch.columns if _is_text(column.type)]
    numbers = [column for column in batch.columns if not _is_text(column.type)]
    return lanes(texts, numbers, len(batch))


def plain_lanes(texts: list[pa.Array], numbers: list[pa.Array], rows: int) -> Lanes:
    """Return both halves of the digest of each row, from columns of strings and of numbers.

    Twin of `compiled_lanes`.
    """
    lanes = np.zeros((rows, 2), dtype=np.uint64)
    if texts:
        parts = [pc.fill_null(pc.cast(text, pa.large_string()), ABSENT) for text in texts]
        parts += [pc.cast(pc.binary_length(text), pa.large_string()) for text in parts[:-1]]
        lanes = _hash_each(parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, SEPARATOR))
    for column in numbers:
        number = np.where(np.asarray(column.is_null()), NULL, _mixed(_number_words(column).astype(np.uint64)))
        lanes = _mixed(lanes * GOLDEN + number[:, None])
    return lanes


def compiled_lanes(texts: list[pa.Array], numbers: list[pa.Array], rows: int) -> Lanes:
    """Return what `plain_lanes` does, by kernels that look at strings where they lie."""
    from pipeline.store import blake2
    from pipeline.store.lanes import BYTES_AT_ONCE

    lanes = np.zeros((rows, 2), dtype=np.uint64)
    if texts:
        spans, pieces = np.empty((2, len(texts), rows), np.int64), [np.frombuffer(ABSENT.encode(), np.uint8)]
        for mine, text in zip(spans.swapaxes(0, 1), texts, strict=True):
            pieces.append(_put_spans(text, mine, sum(map(len, pieces))))
            if text.null_count:
                np.copyto(mine, [[0], [len(ABSENT)]], where=_nulls(text))
        pieces.append(np.zeros(BYTES_AT_ONCE, np.uint8))
        blake2.hash_strings(np.concatenate(pieces), spans, lanes)
    if numbers:
        words, absent = np.empty((len(numbers), rows), np.uint64), np.zeros((len(numbers), rows), np.bool_)
        for n, column in enumerate(numbers):
            words[n] = _number_words(column)
            if column.null_count:
                absent[n] = _nulls(column)
        blake2.mix_numbers(words, absent, lanes)
    return lanes


def add_digests(digests: Iterable[str]) -> str:
    """Return the digest of the rows of several shards together.

    >>> add_digests(["0" * 31 + "1", "f" * 16 + "0" * 15 + "2"])
    'ffffffffffffffff0000000000000003'
    """
    high = low = 0
    for digest in digests:
        high += int(digest[:16], 16)
        low += int(digest[16:], 16)
    return f"{high % 2**64:016x}{low % 2**64:016x}"


def replaced(digest: str, gone: pa.Table, come: pa.Table) -> str:
    """Return the digest of rows of which some are `gone` and others have `come`.

    >>> left, right = pa.table({"n": [1, 2]}), pa.table({"n": [1, 3]})
    >>> replaced(rows_digest(left), left.slice(1), right.slice(1)) == rows_digest(right)
    True
    """
    lost = rows_digest(gone)
    less = [f"{-int(half, 16) % 2**64:016x}" for half in (lost[:16], lost[16:])]
    return add_digests([digest, "".join(less), rows_digest(come)])


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return True
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_nested(kind))


def _mixed(values: Lanes) -> Lanes:
    values = values + GOLDEN
    values = (values ^ (values >> np.uint64(30))) * MIX_1
    values = (values ^ (values >> np.uint64(27))) * MIX_2
    return values ^ (values >> np.uint64(31))


def _without_nesting(column: pa.Array) -> pa.Array:
    """Return a column of strings as it is, one of lists or structures as the JSON of each, null too."""
    return _as_json(column) if pa.types.is_nested(column.type) else column


def _as_json(column: pa.Array) -> pa.Array:
    """Return what `_WRITE` gives for each value of a column, by column: lists and structures of few kinds."""
    kind = column.type
    if pa.types.is_struct(kind):
        members = sorted(zip((f.name for f in kind), map(_as_json, column.flatten()), strict=True))
        opened = [part for name, values in members for part in (f", {_WRITE(name)}: ", values)]
        texts = pc.binary_join_element_wise("{" + opened[0][2:], *opened[1:], "}", "")
    elif pa.types.is_list(kind):
        ends = np.cumsum(pc.fill_null(pc.list_value_length(column), 0), dtype=np.int32)
        offsets = pa.array(np.insert(ends, 0, 0), pa.int32())
        joined = pc.binary_join(pa.ListArray.from_arrays(offsets, _as_json(column.flatten())), ", ")
        texts = pc.binary_join_element_wise("[", joined, "]", "")
    elif pa.types.is_integer(kind):
        texts = pc.cast(column, pa.string())
    else:
        distinct = column.dictionary_encode()
        written = pa.array(map(_WRITE, distinct.dictionary.to_pylist()), pa.string())
        texts = written.take(distinct.indices)
    return pc.if_else(column.is_null(), "null", texts) if column.null_count else texts


def _put_spans(texts: pa.Array, spans: npt.NDArray[np.int64], behind: int) -> npt.NDArray[np.uint8]:
    """Write where each of some strings begins and ends, (2, rows); return their bytes.

    These come behind so many others.
    """
    if pa.types.is_dictionary(texts.type):
        held = np.zeros(
            (2, len(texts.dictionary) + 1), np.int64
        )  # and a place for nulls, where there is none
        data = _put_spans(texts.dictionary, held[:, 1:], behind)
        spans[:] = held[:, np.asarray(pc.fill_null(pc.cast(texts.indices, pa.int64()), -1)) + 1]
        return data
    ends = _ends(texts)
    np.add(ends[:-1], behind - int(ends[0]), out=spans[0])
    np.add(ends[1:], behind - int(ends[0]), out=spans[1])
    return np.frombuffer(texts.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]


def _ends(texts: pa.Array) -> npt.NDArray[Any]:
    """Return where each of some strings ends in their buffer, and before these where the first begins."""
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    return np.frombuffer(texts.buffers()[1], kind)[texts.offset : texts.offset + len(texts) + 1]


def _hash_each(texts: pa.Array) -> Lanes:
    data, blake = memoryview(texts.buffers()[2] or b""), hashlib.blake2b
    digests = [
        blake(data[a:b], digest_size=16).digest() for a, b in itertools.pairwise(_ends(texts).tolist())
    ]
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)


def _number_words(column: pa.Array) -> npt.NDArray[Any]:
    """Return numbers as what becomes words of 64 bits; what stands for a null means nothing."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return _bits(column.buffers()[1], column)
    if pa.types.is_floating(kind):
        floats = pc.fill_null(pc.cast(column, pa.float64()), 0.0)
        return (np.asarray(floats) + 0.0).view(np.uint64)  # -0.0 + 0.0 is 0.0
    sign = "u" if pa.types.is_unsigned_integer(kind) else "i"
    values = np.frombuffer(column.buffers()[1] or b"", f"{sign}{kind.bit_width // 8}")
    return values[column.offset : column.offset + len(column)]


def _nulls(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Return which values of a column are null, of which some are."""
    nulls: npt.NDArray[np.bool_] = _bits(column.buffers()[0], column) == 0
    return nulls


def _bits(buffer: pa.Buffer | None, column: pa.Array) -> npt.NDArray[np.uint8]:
    """Return the bits of a buffer of a column, one of each value."""
    end = column.offset + len(column)
    return np.unpackbits(np.frombuffer(buffer or b"", np.uint8), count=end, bitorder="little")[
        column.offset :
    ]
