"""What comes in: any frame with a text column, or the articles of an ingest; what goes out: distinct keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.arrays import Texts
from pipeline.dedup.tables import Articles
from pipeline.errors import UsageError
from pipeline.text.fold import key_units

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of all articles, in the order of their rows, as units and places."""

    units: NDArray[np.uint16]
    starts: Ints


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


def order_of(*columns: tuple[Any, str]) -> Ints:
    """Return each row's place in the order by the columns, given with "ascending" or "descending"; null is last."""
    names = [f"c{i}" for i in range(len(columns))]
    table = pa.Table.from_arrays([c for c, _ in columns], names=names)
    keys = [(name, way) for name, (_, way) in zip(names, columns, strict=True)]
    order = pc.sort_indices(table, sort_keys=keys).to_numpy().astype(np.int64)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def fold_plain(texts: Sequence[str]) -> Keys:
    """Fold texts one by one in NumPy."""
    folded = [key_units(text) for text in texts]
    starts = np.zeros(len(folded) + 1, dtype=np.int64)
    np.cumsum([len(f) for f in folded], out=starts[1:])
    return Keys(np.concatenate(folded) if folded else np.zeros(0, dtype=np.uint16), starts)


def distinct_plain(keys: Keys, preferred: Ints) -> tuple[Texts, Ints]:
    """Return the distinct keys in the order of their units, and each article's text; empty equals nothing."""
    raw = [keys.units[a:b].tobytes() for a, b in zip(keys.starts[:-1], keys.starts[1:], strict=True)]
    numbered = {key: number for number, key in enumerate(sorted(set(raw) - {b""}))}
    lengths = [len(key) // 2 for key in numbered]
    text = np.empty(len(raw), dtype=np.int64)
    for row, key in enumerate(raw):
        text[row] = numbered[key] if key else len(lengths)
        if not key:
            lengths.append(0)
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    units = np.frombuffer(b"".join(numbered), dtype=np.uint16)
    best = np.full(len(lengths), len(raw), dtype=np.int64)
    np.minimum.at(best, text, preferred)
    return Texts(units, starts, np.argsort(np.argsort(best))), text


def plain_articles(ids: pa.Array, lengths: Ints, layout: Ints) -> Articles:
    """Return the articles of a table that says nothing but id and text."""
    name = order_of((ids, "ascending"))
    zero = np.zeros(len(ids), dtype=np.int64)
    order = np.lexsort((name, -lengths))
    preferred = np.empty(len(ids), dtype=np.int64)
    preferred[order] = np.arange(len(ids))
    return Articles(ids, zero, name, name, preferred, layout, zero, zero, np.arange(len(ids)))
