"""Streaming in: record batches of (id, text) become one array of keys, folded batch by batch."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.arrays import Texts
from pipeline.dedup.frames import Folded, Ints, ids_of, join_ids, strings
from pipeline.dedup.work import Room, Work

FIRST_ROOM = 1 << 30  # units, 2 GB of addresses: pages that are never touched cost nothing
FLUSH = 1 << 25  # units (64 MB) after which a room's pages are given back


def text_buffers(column: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the bytes and offsets of a string column without copying."""
    plain = strings(column)
    buffers = plain.buffers()
    offsets = np.frombuffer(buffers[1], dtype=np.int32)[plain.offset : plain.offset + len(plain) + 1]
    data = np.frombuffer(buffers[2] or b"", dtype=np.uint8)
    data.flags.writeable = offsets.flags.writeable = False  # else a kernel is compiled for each kind
    return data, offsets


@dataclass(frozen=True, slots=True)
class _Batch:
    """A folded batch: ids, units (the front of an array that is used again), lengths, hashes, layouts."""

    ids: pa.Array
    units: NDArray[np.uint16]
    end: int
    columns: tuple[Ints, NDArray[np.uint64], NDArray[np.uint64]]


class _Keys:
    """The keys so far: an array that grows, or the room outside of memory."""

    def __init__(self, room: Room | None) -> None:
        self.room = room
        self.units = np.empty(FIRST_ROOM, dtype=np.uint16) if room is None else room.units
        self.used = self.kept = 0

    def add(self, units: NDArray[np.uint16]) -> None:
        """Append the units of a batch."""
        end = self.used + len(units)
        if end > len(self.units):
            larger = np.empty(2 * end, dtype=np.uint16)
            larger[: self.used] = self.units[: self.used]
            self.units = larger
        self.units[self.used : end] = units
        self.used = end
        if self.room is not None and self.used - self.kept > FLUSH:
            self.room.release()
            self.kept = self.used


def fold_batches(batches: Iterable[pa.RecordBatch], work: Work, *, leaks: bool) -> Folded:
    """Fold batches of two columns, id and text; `leaks` leaves out pinyin leaks, `務(wù)` being `務`.

    Several workers fold the batches before while one is read. Memory: two bytes a unit of key, no text is
    kept; the room of `work`, where it has one, holds them. 4 ns a character.
    """
    fold = _folder(leaks=leaks)
    keys, ids, columns, spare = _Keys(work.room), [], [], [np.empty(0, dtype=np.uint16)]

    def take(batch: _Batch) -> None:
        keys.add(batch.units[: batch.end])
        spare.append(batch.units)
        ids.append(batch.ids)
        columns.append(batch.columns)

    with ThreadPoolExecutor(work.workers) as pool:
        pending: deque[Future[_Batch]] = deque()
        for batch in filter(len, batches):
            if work.workers == 1:
                take(fold(batch, spare.pop()))
                continue
            pending.append(pool.submit(fold, batch, spare.pop() if spare else np.empty(0, dtype=np.uint16)))
            if len(pending) > work.workers:
                take(pending.popleft().result())
        for future in pending:
            take(future.result())
    pa.default_memory_pool().release_unused()  # of the batches: 1.4 GB after a million texts in one row group
    length, hashes, layout = (
        (np.concatenate(c) for c in zip(*columns, strict=True)) if columns else _nothing()
    )
    return Folded(join_ids(ids), keys.units[: keys.used], length, hashes, layout.view(np.int64))


def _folder(*, leaks: bool) -> Callable[[pa.RecordBatch, NDArray[np.uint16]], _Batch]:
    """Return the function that folds a batch; the array it is given is used where it is large enough."""
    from pipeline.dedup.folding import fold_batch, pinyin_letters
    from pipeline.text.fold import fold_table

    tables = (np.array(fold_table()), pinyin_letters() if leaks else np.zeros(0x10000, dtype=np.uint8))

    def fold(batch: pa.RecordBatch, units: NDArray[np.uint16]) -> _Batch:
        data, offsets = text_buffers(batch.column(1))
        most, rows = int(offsets[-1]) - int(offsets[0]) + 1, len(batch)
        if len(units) < most:
            units = np.empty(most * 5 // 4, dtype=np.uint16)
        made = (np.empty(rows, np.int64), np.empty(rows, np.uint64), np.empty(rows, np.uint64))
        end = int(fold_batch(data, offsets, tables, units, 0, made))
        return _Batch(ids_of(batch.column(0)), units, end, made)

    return fold


def _nothing() -> tuple[Ints, NDArray[np.uint64], NDArray[np.uint64]]:
    return np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.uint64)


def distinct_texts(folded: Folded, preferred: Ints) -> tuple[Texts, Ints]:
    """Return the distinct keys in the order of their hash, and each row's text; empty equals nothing.

    Rows of one hash are compared unit by unit with the one before; one that differs is a text of its own.
    """
    from pipeline.dedup.folding import mark_fresh

    begin = np.cumsum(folded.length) - folded.length
    order = np.lexsort((preferred, folded.hashes)) if len(begin) else np.zeros(0, dtype=np.int64)
    hashes, length = folded.hashes[order], folded.length[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (length[1:] != length[:-1]) | (length[1:] == 0)
    mark_fresh(folded.units, begin[order], length, fresh)
    number = np.cumsum(fresh) - 1
    text = np.empty(len(order), dtype=np.int64)
    text[order] = number
    first = order[fresh]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(preferred[first], kind="stable")] = np.arange(len(first))
    return Texts(folded.units, begin[first], folded.length[first], rank), text
