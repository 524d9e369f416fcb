"""The distinct texts of all clauses, in the state: what was added up once stands, and what came since beside.

The first run adds up the counts of all segments (`BASE`). Later runs link that file, and write down only the
texts that came or changed since (`LATER`) and which rows of the base are of no use now (`HIDDEN`), until they
are many: with 1 % more pages than 100,000, all would be 400 MB. Each file has a batch for each of `RANGES`,
the texts whose text_id begins with that digit: so memory is that of a range.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.arrays import places_in
from pipeline.dedup.frames import Ints, whole_numbers
from pipeline.dedup.groups import COUNTS, add_parts, columns_of
from pipeline.dedup.tables import indices, rows_of
from pipeline.run.segments import damaged, open_arrow
from pipeline.run.strings import ids_as_bytes
from pipeline.store.files import write_batches

RANGES = "0123456789abcdef"  # first digits of text_ids: 2.3 million texts of 100,000 pages are 20 MB a range
BASE, LATER, HIDDEN = "texts.arrow", "later.arrow", "hidden.arrow"
# Of so many texts of the base one may stand beside it, as of what is drawn from them (`groups.SPARE`): what
# is beside is added up and written in each run.
MOST_LATER = 8
ROWS = pa.schema([("row", pa.int32())])

Readers = list[pa.ipc.RecordBatchFileReader]


@dataclass(frozen=True, slots=True)
class Held:
    """The texts of a range: those of the base but for rows hidden, and those beside it; each by text_id."""

    base: pa.Table
    later: pa.Table
    hidden: Ints

    def order(self) -> Ints:
        """Return all in order of text_id: the rows of the base and, behind these, of what is beside it."""
        behind, _ = _places_in(self.base, ids_as_bytes(self.later["text_id"]))
        rows = np.delete(np.arange(self.base.num_rows), self.hidden)
        behind -= np.searchsorted(self.hidden, behind)
        return np.insert(rows, behind, self.base.num_rows + np.arange(self.later.num_rows))


class Texts:
    """The distinct texts of all clauses, brought up to date: only those are added up that changed.

    `now` and `before` are folders of the state, this one with the counts of all `segments`; `before` is None
    where the last run counted otherwise. `stand` says whether its texts are known.
    """

    def __init__(self, now: Path, before: Path | None, segments: Iterable[str]) -> None:
        self.now, self.before, here = now, before or now, set(segments)
        self.stand = all((self.before / file).is_file() for file in (BASE, LATER, HIDDEN))
        listed = (
            {p.stem.partition("-")[2] for p in self.before.glob("counts-*.arrow")} if self.stand else set()
        )
        self.came, self.gone = _opened(self.now, here - listed), _opened(self.before, listed - here)
        self.every = _opened(self.now, here) if self.gone or not self.stand else []
        self.orders, self.sources = list[NDArray[np.int32]](), list[Ints]()
        self.seen = 0  # texts of the last run

    def bring_up(self) -> Ints:
        """Write down the texts of now; return the place of each in the last run, -1 where it is new."""
        ranges = range(len(RANGES))
        if self.stand and not self._many():
            beside = [(held.later, held.hidden) for held in map(self._brought_up, ranges)]
            os.link(self.before / BASE, self.now / BASE)
        else:
            write_batches(self.now / BASE, COUNTS, _batches(map(self._whole, ranges)))
            beside = [(COUNTS.empty_table(), np.zeros(0, np.int64)) for _ in ranges]
        write_batches(self.now / LATER, COUNTS, _batches(later for later, _ in beside))
        rows = (pa.table([rows_of(hidden)], ROWS) for _, hidden in beside)
        write_batches(self.now / HIDDEN, ROWS, _batches(rows))
        self.came, self.gone, self.every = [], [], []  # what is mapped counts as memory
        return np.concatenate(self.sources)

    def read(self, names: Sequence[str], wanted: Ints | None = None) -> Iterator[pa.Table]:
        """Yield columns of the texts, all or those wanted, a range at a time (`groups.Reading`)."""
        start = 0
        for k, order in enumerate(self.orders):
            rows, end = order, start + len(order)
            if wanted is not None:
                first, last = np.searchsorted(wanted, (start, end))
                rows = order[wanted[first:last] - start]
            start = end
            held = [columns_of(_range(open_arrow(self.now / file), k), names) for file in (BASE, LATER)]
            yield pa.concat_tables(held).take(rows_of(rows))

    def _many(self) -> bool:
        """Say whether so much may stand beside the base that it had better be made anew."""
        base, later = open_arrow(self.before / BASE), open_arrow(self.before / LATER)
        beside = sum(_rows(reader) for reader in (later, *self.came, *self.gone))
        return MOST_LATER * beside > _rows(base)

    def _whole(self, k: int) -> pa.Table:
        """Return all texts of a range in order of text_id."""
        if self.stand:
            held = self._brought_up(k)
            made = pa.concat_tables([held.base, held.later]).take(rows_of(self.orders.pop()))
            self.orders.append(np.arange(made.num_rows, dtype=np.int32))
        else:
            made = add_parts([_range(reader, k) for reader in self.every])
            self.orders.append(np.arange(made.num_rows, dtype=np.int32))
            self.sources.append(np.full(made.num_rows, -1))
        return made

    def _brought_up(self, k: int) -> Held:
        """Return the texts of a range as they stand now, with the base of the last run."""
        base, later, hidden = (_range(open_arrow(self.before / file), k) for file in (BASE, LATER, HIDDEN))
        before = Held(base, later, whole_numbers(hidden["row"]))
        now, old = self._changed(before, k), before.order()
        order = now.order()
        stood = _stood(before, old, now)[order]
        self.orders.append(order.astype(np.int32))
        self.sources.append(np.where(stood < 0, -1, stood + self.seen))
        self.seen += len(old)
        return now

    def _changed(self, before: Held, k: int) -> Held:
        """Return the texts of a range, those of changed segments added up anew.

        What came is added to what is known; where a segment has gone, all others are looked through.
        """
        came, gone = ([_range(reader, k) for reader in readers] for readers in (self.came, self.gone))
        ids = pa.chunked_array([part["text_id"].combine_chunks() for part in (*came, *gone)], pa.string())
        wanted = pc.unique(ids)
        rows, found = _places_in(before.base, ids_as_bytes(wanted))
        hidden = np.union1d(before.hidden, rows[found])
        if gone:
            rest = before.later.filter(pc.invert(pc.is_in(before.later["text_id"], value_set=wanted)))
            every = (_range(reader, k) for reader in self.every)
            parts = [rest, *(part.filter(pc.is_in(part["text_id"], value_set=wanted)) for part in every)]
        else:
            known = np.setdiff1d(rows[found], before.hidden, assume_unique=True)
            parts = [before.later, before.base.take(indices(known)), *came]
        return Held(before.base, add_parts(parts), hidden)


def _stood(before: Held, order: Ints, now: Held) -> Ints:
    """Return the place of each row of now in the order of the last run, -1 where it is new."""
    count, ids = before.base.num_rows, ids_as_bytes(now.later["text_id"])
    place: Ints = np.full(count + before.later.num_rows + 1, -1)
    place[order] = np.arange(len(order))
    (rows, in_base), (later, beside) = (_places_in(held, ids) for held in (before.base, before.later))
    named = np.where(beside, count + later, np.where(in_base, rows, -1))  # the last place is of none
    found: Ints = place[np.append(np.arange(count), named)]
    return found


def _places_in(held: pa.Table, sought: NDArray[np.bytes_]) -> tuple[Ints, NDArray[np.bool_]]:
    """Return where text_ids stand, or would, among those of a table; and whether they do."""
    return places_in(ids_as_bytes(held["text_id"]), sought)


def write_ranges(path: Path, counted: pa.Table) -> None:
    """Write texts in order of text_id, a batch for each range."""
    starts, _ = _places_in(counted, np.array(list(RANGES), "S1"))
    ends = [*starts[1:].tolist(), counted.num_rows]
    ranges = (counted.slice(a, b - a) for a, b in zip(starts.tolist(), ends, strict=True))
    write_batches(path, COUNTS, _batches(ranges))


def _opened(folder: Path, names: Iterable[str]) -> Readers:
    """Open the counts of segments. Raises DamagedStateError, also where an earlier version has made one."""
    paths = [folder / f"counts-{name}.arrow" for name in sorted(names)]
    found = [open_arrow(path) for path in paths]
    for path, reader in zip(paths, found, strict=True):
        if reader.schema != COUNTS or reader.num_record_batches != len(RANGES):
            raise damaged(path, ValueError("it is of another version"))
    return found


def _range(reader: pa.ipc.RecordBatchFileReader, k: int) -> pa.Table:
    return pa.Table.from_batches([reader.get_batch(k)])


def _rows(reader: pa.ipc.RecordBatchFileReader) -> int:
    return sum(reader.get_batch(k).num_rows for k in range(len(RANGES)))


def _batches(tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    """Yield each table as one batch, also where it has no rows."""
    for table in tables:
        yield from table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]
