"""What comes in: any frame with a text column, or the articles of an ingest; what goes out: distinct keys."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.arrays import Texts
from pipeline.dedup.tables import take, words
from pipeline.errors import UsageError
from pipeline.text.fold import key_units

Ints = NDArray[np.int64]


TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
PINYIN = f"a-züêɡ{TONED}"  # nèi, lǜ; not doc., A1
LEAK = re.compile(  # 內(nèi)  務（wù ）; not 附件(doc), which has no tone mark
    rf"(?<=[\u4e00-\u9fff])[(（](?=[{PINYIN}]*[{TONED}])[{PINYIN}]{{1,6}} ?[)）]"
)
BREAK_PRIME = 1_000_003  # of the layout code


@dataclass(frozen=True, slots=True)
class Folded:
    """Keys of all rows in their order: ids, units, each key's length, 64-bit hash and layout code."""

    ids: pa.Array
    units: NDArray[np.uint16]
    length: Ints
    hashes: NDArray[np.uint64]
    layout: Ints


def batches_of(frame: Any, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Give the record batches of a pandas frame, an Arrow table or a reader of record batches.

    Raises UsageError when it is none of these, or a column is missing.
    """
    if isinstance(frame, pa.RecordBatchReader | pa.Table):
        missing = [c for c in columns if c not in frame.schema.names]
        if missing:
            raise UsageError(f"no column {missing[0]!r}; columns: {', '.join(frame.schema.names)}")
        if isinstance(frame, pa.Table):
            yield from frame.select(columns).to_batches()
            return
        for batch in frame:
            yield batch.select(columns)
        return
    if not hasattr(frame, "columns"):
        raise UsageError(
            f"a pandas frame, an Arrow table or a RecordBatchReader is needed, found {type(frame)}"
        )
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise UsageError(f"no column {missing[0]!r}; columns: {', '.join(map(str, frame.columns))}")
    yield from pa.Table.from_pandas(frame[list(columns)], preserve_index=False).to_batches()


def strings(column: pa.Array) -> pa.Array:
    """Return a column as strings, null as the empty string; Raises UsageError when that has no meaning."""
    if pa.types.is_large_string(column.type) or not pa.types.is_string(column.type):
        try:
            column = column.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise UsageError(f"a column of {column.type} holds no text: {error}") from error
    return pc.fill_null(column, "") if column.null_count else column


def ids_of(column: pa.Array) -> pa.Array:
    """Return a column of ids: whole numbers keep their type, all else are strings; null stays null.

    Raises UsageError for fractions, which name no row exactly, and for what is neither.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_integer(column.type) or pa.types.is_string(column.type):
        return column
    if pa.types.is_floating(column.type):
        raise UsageError("the ids are floating-point numbers; whole numbers of 64 bits or strings are needed")
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UsageError(f"a column of {column.type} holds no ids: {error}") from error


def join_ids(parts: Sequence[pa.Array]) -> pa.Array:
    """Return the ids of all batches; of different types they become strings."""
    if not parts:
        return words([])
    if len({part.type for part in parts}) > 1:
        parts = [part.cast(pa.string()) for part in parts]
    return pa.concat_arrays(parts)


def whole_numbers(values: pa.Array | pa.ChunkedArray) -> Ints:
    """Return an integer column without nulls; `to_numpy` would import pandas."""
    plain = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    plain = plain.cast(pa.int64(), safe=False)
    found: Ints = np.frombuffer(plain.buffers()[1] or b"", dtype=np.int64)[plain.offset :][: len(plain)]
    return found


def order_of(*columns: tuple[Any, str]) -> Ints:
    """Return each row's place by the columns, given with "ascending" or "descending"; null is last."""
    names = [f"c{i}" for i in range(len(columns))]
    table = pa.Table.from_arrays([c for c, _ in columns], names=names)
    keys = [(name, way) for name, (_, way) in zip(names, columns, strict=True)]
    order = whole_numbers(pc.sort_indices(table, sort_keys=keys))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def without_leaks(text: str) -> str:
    """Leave out the pinyin that leaked into a text: `內(nèi)容` is `內容`.

    >>> without_leaks("內(nèi)容見附件(doc)")
    '內容見附件(doc)'
    """
    return LEAK.sub("", text) if "(" in text or "（" in text else text


def layout_code(text: str) -> int:
    r"""Return a code of where a text's lines break, counted in units of its key.

    >>> layout_code("甲。\n乙") == layout_code("甲 。\n\n乙") != layout_code("甲。乙")
    True
    """
    place, code = 0, 0
    for line in text.split("\n"):
        length = len(key_units(line))
        if length:
            code = (code * BREAK_PRIME + place) % (1 << 64) if place else 0
            place += length
    return code - (1 << 64) if code >= 1 << 63 else code


def fold_plain(batches: Iterable[pa.RecordBatch], *, leaks: bool) -> Folded:
    """Fold batches of id and text in NumPy; hashes are left out. Twin of `intake.fold_batches`."""
    ids: list[pa.Array] = []
    texts: list[str] = []
    for batch in batches:
        ids.append(ids_of(batch.column(0)))
        texts += strings(batch.column(1)).to_pylist()
    if leaks:
        texts = [without_leaks(text) for text in texts]
    folded = [key_units(text) for text in texts]
    return Folded(
        join_ids(ids),
        np.concatenate(folded) if folded else np.zeros(0, dtype=np.uint16),
        np.array([len(f) for f in folded], dtype=np.int64),
        np.zeros(0, dtype=np.uint64),
        np.array([layout_code(text) for text in texts], dtype=np.int64),
    )


def distinct_plain(keys: Folded, preferred: Ints) -> tuple[Texts, Ints]:
    """Return the distinct keys in the order of their units, and each article's text; empty equals nothing."""
    end = np.cumsum(keys.length)
    raw = [keys.units[a:b].tobytes() for a, b in zip(end - keys.length, end, strict=True)]
    numbered = {key: number for number, key in enumerate(sorted(set(raw) - {b""}))}
    lengths = [len(key) // 2 for key in numbered]
    text = np.empty(len(raw), dtype=np.int64)
    for row, key in enumerate(raw):
        text[row] = numbered[key] if key else len(lengths)
        if not key:
            lengths.append(0)
    length = np.array(lengths, dtype=np.int64)
    units = np.frombuffer(b"".join(numbered), dtype=np.uint16)
    best = np.full(len(length), len(raw), dtype=np.int64)
    np.minimum.at(best, text, preferred)
    return Texts(units, np.cumsum(length) - length, length, np.argsort(np.argsort(best))), text


def preference(n_clauses: Ints, lengths: Ints, repairs: Ints, age: Ints) -> Ints:
    """Return each article's place among equals: most clauses, longest, least repaired, earliest."""
    place = np.empty(len(age), dtype=np.int64)
    place[np.lexsort((age, repairs, -lengths, -n_clauses))] = np.arange(len(age))
    return place


def codes(values: pa.ChunkedArray) -> Ints:
    """Return a number for each distinct value of a column; null is a value."""
    coded = values.combine_chunks().dictionary_encode()
    return whole_numbers(coded.indices.fill_null(len(coded.dictionary)))


def check_ids(ids: pa.Array, place: Ints) -> None:
    """Raise UsageError where an id is null or stands twice, naming rows from 1; `place` is their order."""
    if ids.null_count:
        row = pc.index(pc.is_null(ids), True).as_py() + 1
        raise UsageError(f"row {row} has no id; every row needs one, and none may stand twice")
    order = np.empty(len(place), dtype=np.int64)
    order[place] = np.arange(len(place))
    ordered = take(ids, order)
    if pc.any(pc.equal(ordered[1:], ordered[:-1])).as_py():
        counted = pc.value_counts(ids).to_pylist()
        repeated = next(row["values"] for row in counted if row["counts"] > 1)
        first, second = [at + 1 for at, same in enumerate(ids.to_pylist()) if same == repeated][:2]
        raise UsageError(
            f"id {repeated!r} stands more than once, in rows {first} and {second}; ids must be unique"
        )
