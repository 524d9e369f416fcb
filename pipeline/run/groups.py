"""The table `clause_groups`, from the counts of segments and what the last run knew of clauses.

A segment's clauses are counted once. Texts are cut into `RANGES` by their text_id, in the state: so they are
added up a range at a time, and memory is that of a range. Pairs of near texts that the last run found stay
known; only texts that came or went are compared (`dedup/near.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.frames import Ints, whole_numbers
from pipeline.dedup.groups import COUNTS, SITES, TEXTS, Known, Near, add_parts, count_part, group_clauses
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.tables import booleans, indices, rows_of
from pipeline.run.corpus import Run
from pipeline.run.drawn import read_drawn, room, stands, write_drawn
from pipeline.run.segments import open_arrow, read_arrow, write_arrow, write_batches
from pipeline.store.generations import state_of
from pipeline.store.model import CLAUSE_SHINGLES, read_model
from pipeline.text.fold import text_id

RANGES = "0123456789abcdef"  # first digits of text_ids: 2.3 million texts of 100,000 pages are 20 MB a range
FIRST_OF_RANGES = np.array(list(RANGES), "S1")
ALL_TEXTS = "texts.arrow"
NEAR = "near.arrow"  # pairs of near texts, as places in the order of all text_ids
COUNTED = ("counts", "sites")
FOUND_WITH = b"found_with"


def write_counts(kept: Path, name: str, clauses: pa.Table, sites: dict[str, str | None]) -> None:
    """Count the clauses of a segment; the counts stay in the state."""
    named = pa.array(sites.values(), pa.string()).dictionary_encode()
    site = named.take(pc.index_in(clauses["page_id"], value_set=pa.array(sites, pa.string())))
    counted, standing = count_part(clauses.append_column("site", site))
    ends = np.searchsorted(_as_bytes(counted["text_id"].combine_chunks()), FIRST_OF_RANGES).tolist()
    rows = whole_numbers(standing["row"])
    made = {
        f"counts-{name}.arrow": (COUNTS, _cut(counted, ends)),
        f"sites-{name}.arrow": (SITES, _from(ends, _cut(standing, np.searchsorted(rows, ends)))),
    }
    for file, (schema, batches) in made.items():
        write_batches(kept / file, schema, batches)


def _cut(table: pa.Table, starts: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of each range of a table, which begin at `starts`, as one batch."""
    (batch,) = table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]
    for start, end in pairwise([*starts, len(batch)]):
        yield batch.slice(start, end - start)


def _from(starts: Sequence[int], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield sites of each range, by rows of the range."""
    for start, batch in zip(starts, batches, strict=True):
        yield pa.record_batch([rows_of(whole_numbers(batch["row"]) - start), batch["site"]], SITES)


def clause_groups(run: Run) -> tuple[pa.Table, CorpusModel]:
    """Return the table: every distinct clause text, its group and where it stands; and the model used."""
    kept, texts = state_of(run.out, run.generation + 1), Texts(run)
    write_batches(kept / ALL_TEXTS, TEXTS, texts.brought_up())
    model = None if run.refit else read_model(run.out / "model", CLAUSE_SHINGLES)
    table, near = group_clauses(
        lambda: _read(kept / ALL_TEXTS), run.config.dedup, model, _known(run, texts), partial(room, kept)
    )
    _write_near(run, near, len(texts.source))
    return table, near.model


class Texts:
    """The distinct texts of all clauses, brought up to date: only those are added up anew that changed.

    `source` is the place of each among those of the last run, -1 where it is new; `stand` says whether that
    is known.
    """

    def __init__(self, run: Run) -> None:
        self.now, before = state_of(run.out, run.generation + 1), state_of(run.out, run.generation)
        names = sorted(run.segments)
        self.readers = [[open_arrow(self.now / f"{kind}-{n}.arrow") for n in names] for kind in COUNTED]
        same = bool(run.generation) and run.manifest["digests"]["dedup"] == run.digests.dedup
        self.known = open_arrow(before / ALL_TEXTS) if same and (before / ALL_TEXTS).is_file() else None
        listed = {p.stem.partition("-")[2] for p in before.glob("counts-*.arrow")} if self.known else set()
        changed = [*((self.now, n) for n in names if n not in listed)]
        changed += [(before, n) for n in sorted(listed - set(names))]
        self.changed = [open_arrow(folder / f"counts-{n}.arrow") for folder, n in changed]
        self.source, self.stand = np.zeros(0, np.int64), False

    def brought_up(self) -> Iterator[pa.RecordBatch]:
        """Yield the texts, a range at a time."""
        sources, start = [self.source], 0
        for k in range(len(RANGES)):
            if self.known is None:
                made = self._added_up(k, None).combine_chunks()
                sources.append(np.full(made.num_rows, -1))
            else:
                made, source = self._merged(k, pa.Table.from_batches([self.known.get_batch(k)]))
                sources.append(np.where(source < 0, -1, source + start))
                start += self.known.get_batch(k).num_rows
            yield from made.to_batches() or [pa.RecordBatch.from_pylist([], TEXTS)]
        self.source = np.concatenate(sources)
        self.stand = self.known is not None
        self.readers, self.changed, self.known = [], [], None  # what is mapped counts as memory

    def _added_up(self, k: int, wanted: pa.Array | None) -> pa.Table:
        """Return the sums of the texts of a range, all or those wanted, over all segments."""
        counts, sites = ([_batch(reader, k) for reader in readers] for readers in self.readers)
        if wanted is not None:
            those = [_those(*part, wanted) for part in zip(counts, sites, strict=True)]
            counts, sites = [part[0] for part in those], [part[1] for part in those]
        return add_parts(counts, sites)

    def _merged(self, k: int, known: pa.Table) -> tuple[pa.Table, Ints]:
        """Return the texts of a range, those of changed segments added up anew, and places in `known`."""
        ids = [pa.array([], pa.string()), *(reader.get_batch(k).column("text_id") for reader in self.changed)]
        wanted = pa.concat_arrays(ids).unique()
        if not len(wanted):
            return known, np.arange(known.num_rows)
        anew, before = self._added_up(k, wanted), known["text_id"].combine_chunks()
        new = anew["text_id"].combine_chunks()
        again = pc.index_in(before, value_set=new)  # the few are looked up, not the many
        place = np.full(len(new), -1)
        place[np.asarray(again.drop_null())] = np.flatnonzero(np.asarray(again.is_valid()))
        rows = np.flatnonzero(~np.asarray(pc.is_in(before, value_set=wanted)))
        behind = np.searchsorted(_as_bytes(before)[rows], _as_bytes(new))
        rows = np.insert(rows, behind, known.num_rows + np.arange(len(new)))
        source = np.append(np.arange(known.num_rows), place)[rows]
        return pa.concat_tables([known, anew]).combine_chunks().take(indices(rows)), source


def _batch(reader: pa.ipc.RecordBatchFileReader, k: int) -> pa.Table:
    return pa.Table.from_batches([reader.get_batch(k)])


def _those(counts: pa.Table, sites: pa.Table, wanted: pa.Array) -> tuple[pa.Table, pa.Table]:
    """Return the counts and sites of the texts wanted."""
    kept = np.asarray(pc.is_in(counts["text_id"], value_set=wanted))
    rows = whole_numbers(sites["row"])
    stand = kept[rows]
    moved = rows_of((np.cumsum(kept) - 1)[rows[stand]])
    return counts.filter(booleans(kept)), pa.table([moved, sites["site"].filter(booleans(stand))], SITES)


def _as_bytes(ids: pa.Array) -> NDArray[np.bytes_]:
    """Return text_ids as an array that can be searched."""
    width = len(text_id(""))
    data = np.frombuffer(ids.buffers()[2] or b"", np.dtype(f"S{width}"))
    start = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset] // width
    return data[start : start + len(ids)]


def _read(path: Path) -> Iterator[pa.Table]:
    """Yield the texts, a range at a time, from the file, mapped anew for each: no more of it is held."""
    for k in range(open_arrow(path).num_record_batches):
        yield pa.Table.from_batches([open_arrow(path).get_batch(k)])


def _write_near(run: Run, near: Near, texts: int) -> None:
    """Write down the near pairs, and what was drawn from the texts."""
    kept = state_of(run.out, run.generation + 1)
    pairs = pa.table([pa.array(near.pairs)], ["pair"]).replace_schema_metadata({FOUND_WITH: near.found_with})
    write_arrow(kept / NEAR, pairs)
    if near.drawn is not None:
        write_drawn(kept, state_of(run.out, run.generation), near.drawn, texts)


def _known(run: Run, texts: Texts) -> Known | None:
    """Return what the last run knew, None where other code made it or all texts were compared."""
    folder = state_of(run.out, run.generation)
    if not texts.stand or not (folder / NEAR).is_file() or not stands(folder):
        return None
    pairs = read_arrow(folder / NEAR)
    found_with = (pairs.schema.metadata or {}).get(FOUND_WITH, b"").decode()
    model = CorpusModel(np.zeros(0, dtype=np.uint32), 0)
    return Known(texts.source, Near(pairs.column(0).to_numpy(), model, found_with, read_drawn(folder)))
