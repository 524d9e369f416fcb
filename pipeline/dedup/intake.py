"""Streaming in: record batches of (id, text) become one array of keys, folded batch by batch."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.arrays import Texts
from pipeline.dedup.frames import Folded, Ints, ids_of, join_ids, strings
from pipeline.dedup.work import Room

FIRST_ROOM = 1 << 30  # units, 2 GB of addresses: pages that are never touched cost nothing
FLUSH = 1 << 25  # units (64 MB) after which a room's pages are given back


def text_buffers(column: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the bytes and offsets of a string column without copying."""
    plain = strings(column)
    buffers = plain.buffers()
    offsets = np.frombuffer(buffers[1], dtype=np.int32)[plain.offset : plain.offset + len(plain) + 1]
    data = np.frombuffer(buffers[2], dtype=np.uint8) if buffers[2] else np.zeros(0, dtype=np.uint8)
    return data, offsets


def fold_batches(batches: Iterable[pa.RecordBatch], room: Room | None = None, *, leaks: bool) -> Folded:
    """Fold batches of two columns, id and text; `leaks` leaves out pinyin leaks, `務(wù)` being `務`.

    Memory: two bytes a unit of key, no text is kept; a given `room` holds them. 4 ns a character.
    """
    from pipeline.dedup.folding import fold_batch, pinyin_letters
    from pipeline.text.fold import fold_table

    pinyin = pinyin_letters() if leaks else np.zeros(0x10000, dtype=np.uint8)
    tables = (np.array(fold_table()), pinyin)
    units, used, kept = np.empty(FIRST_ROOM, dtype=np.uint16) if room is None else room.units, 0, 0
    ids, columns = [], []
    for batch in batches:
        if not len(batch):
            continue
        data, offsets = text_buffers(batch.column(1))
        most = int(offsets[-1]) - int(offsets[0]) + 1
        if used + most > len(units):
            larger = np.empty(2 * len(units) + most, dtype=np.uint16)
            larger[:used] = units[:used]
            units = larger
        rows = len(batch)
        made = (np.empty(rows, np.int64), np.empty(rows, np.uint64), np.empty(rows, np.uint64))
        if room is not None and used - kept > FLUSH:
            room.release()
            kept = used
        used = fold_batch(data, offsets, tables, units, used, made)
        ids.append(ids_of(batch.column(0)))
        columns.append(made)
    length, hashes, layout = (
        (np.concatenate(c) for c in zip(*columns, strict=True)) if columns else _nothing()
    )
    return Folded(join_ids(ids), units[:used], length, hashes, layout.view(np.int64))


def _nothing() -> tuple[Ints, NDArray[np.uint64], NDArray[np.uint64]]:
    return np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.uint64)


def distinct_texts(folded: Folded, preferred: Ints) -> tuple[Texts, Ints]:
    """Return the distinct keys in the order of their hash, and each row's text; empty equals nothing.

    Rows of one hash are compared unit by unit with the one before; one that differs is a text of its own.
    """
    begin = np.cumsum(folded.length) - folded.length
    order = np.lexsort((preferred, folded.hashes)) if len(begin) else np.zeros(0, dtype=np.int64)
    hashes, length = folded.hashes[order], folded.length[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (length[1:] != length[:-1]) | (length[1:] == 0)
    for at in np.flatnonzero(~fresh):
        a, b, n = int(begin[order[at - 1]]), int(begin[order[at]]), int(length[at])
        fresh[at] = not np.array_equal(folded.units[a : a + n], folded.units[b : b + n])
    number = np.cumsum(fresh) - 1
    text = np.empty(len(order), dtype=np.int64)
    text[order] = number
    first = order[fresh]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(preferred[first], kind="stable")] = np.arange(len(first))
    return Texts(folded.units, begin[first], folded.length[first], rank), text
