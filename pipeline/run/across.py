"""The table `alignments`: where edited members differ from their canonical, from clauses in the state."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.dedup.tables import booleans
from pipeline.run.corpus import Run
from pipeline.run.emit import at
from pipeline.run.segments import read_arrow, write_arrow
from pipeline.run.told import NOTHING, READ, TOLD, clauses_path, told_clauses, write_clauses
from pipeline.schema import ALIGNMENTS, TABLES
from pipeline.store.generations import folder_of, state_of
from pipeline.store.manifest import shards_of
from pipeline.text.fold import comparison_keys, text_ids

if TYPE_CHECKING:
    from pipeline.dedup.align import Spans

# Members aligned together: with 20 clauses each, some 50 MB of strings.
MEMBERS_A_PART = 8_000
ALIGNED = "aligned.arrow"
PAIRS = pa.schema([("member", pa.string()), ("canonical", pa.string())])
Numbers = NDArray[np.int32]


def alignments(run: Run, fresh: pa.Array) -> pa.Table:
    """Return the table `alignments`: where edited members differ from their canonical, clause by clause.

    Members with the canonical's key have no rows: they differ in nothing that counts. Rows of the last
    generation stand where neither side is among `fresh`, the articles that this run has made. Linear in
    the clauses of edited articles.
    """
    pairs = _edited(run.assignments)
    kept = state_of(run.out, run.generation + 1)
    write_arrow(kept / ALIGNED, pairs)
    held = pc.is_in(_named(pairs), value_set=_named(_held_pairs(run)))
    for side in pairs.columns:
        held = pc.and_(held, pc.invert(pc.is_in(side, value_set=fresh)))
    made = list(_aligned(run, kept, pairs.filter(pc.invert(held))))
    table = pa.concat_tables([_old_rows(run, pairs.filter(held)["member"]), *made])
    place = pc.index_in(table["member_id"], value_set=pairs["member"].combine_chunks())
    return table.take(pa.array(np.argsort(place, kind="stable")))


def _named(pairs: pa.Table) -> pa.Array:
    """Return a string for each pair."""
    return pc.binary_join_element_wise(*pairs.columns, " ").combine_chunks()


def _held_pairs(run: Run) -> pa.Table:
    """Return the pairs whose rows stand in the last generation, made by the same code."""
    path = state_of(run.out, run.generation) / ALIGNED
    if not run.segments or not path.is_file() or run.manifest["digests"]["dedup"] != run.digests.dedup:
        return PAIRS.empty_table()
    return read_arrow(path)


def _old_rows(run: Run, members: pa.ChunkedArray) -> pa.Table:
    if not len(members):
        return ALIGNMENTS.empty_table()
    folder = folder_of(run.out, run.generation)
    tables = [pq.ParquetFile(folder / s.path).read() for s in shards_of(run.manifest, "alignments")]
    table = pa.concat_tables(tables).cast(ALIGNMENTS)
    return table.filter(pc.is_in(table["member_id"], value_set=members.combine_chunks()))


def _edited(assignments: pa.Table) -> pa.Table:
    """Return every member that was edited with its canonical (`PAIRS`), canonicals together."""
    centres = assignments.filter(assignments["canonical"])
    members = assignments.filter(pc.equal(assignments["relation"], "edited"))
    place = pc.index_in(members["cluster_id"], value_set=centres["cluster_id"].combine_chunks())
    pairs = pa.table([members["id"], centres["id"].take(place)], schema=PAIRS)
    return pairs.sort_by([("canonical", "ascending"), ("member", "ascending")]).combine_chunks()


def _aligned(run: Run, kept: Path, pairs: pa.Table) -> Iterator[pa.Table]:
    """Yield the rows of some pairs, a part of them at a time; a cluster stands in one part."""
    members, canonicals = (column.combine_chunks() for column in pairs.columns)
    ids = pa.concat_arrays([members, canonicals]).unique()
    sides = [np.asarray(pc.index_in(side, value_set=ids)) for side in (members, canonicals)]
    parts = list(pairwise(_edges(sides[1])))
    homes = np.zeros(len(ids), np.int32)
    for n, (start, end) in enumerate(parts):
        for side in sides:
            homes[side[start:end]] = n
    paths = [kept / f"align-{n}.arrows" for n in range(len(parts))]
    _spread(run, paths, ids, homes)
    for path, (start, end) in zip(paths, parts, strict=True):
        with pa.memory_map(str(path)) as source:
            clauses = pa.ipc.open_stream(source).read_all()
            yield _rows(clauses, ids, [side[start:end] for side in sides])
        path.unlink()


def _edges(canonicals: Numbers) -> list[int]:
    """Return where parts of `MEMBERS_A_PART` pairs or more begin, each at another canonical, and the end.

    >>> _edges(np.repeat([0, 1, 2], [7_000, 2_000, 500]).astype(np.int32))
    [0, 9000, 9500]
    """
    begins, edges = np.flatnonzero(np.diff(canonicals)) + 1, [0]
    while edges[-1] < len(canonicals):
        later = begins[np.searchsorted(begins, edges[-1] + MEMBERS_A_PART) :]
        edges.append(int(later[0]) if len(later) else len(canonicals))
    return edges


def _spread(run: Run, paths: list[Path], ids: pa.Array, homes: Numbers) -> None:
    """Write the clauses (`TOLD`) of the articles `ids`, numbered in order, to the file of their part."""
    kept = state_of(run.out, run.generation + 1)
    with ExitStack() as stack:
        sinks = [stack.enter_context(pa.OSFile(str(path), "wb")) for path in paths]
        writers = [stack.enter_context(pa.ipc.new_stream(sink, TOLD)) for sink in sinks]
        for name in sorted(run.segments) if paths else ():
            if not clauses_path(kept, name).exists():
                write_clauses(kept, name, _written(run, name))
            table = told_clauses(kept, name, ids)
            home = homes[np.asarray(table["article"])]
            for n in np.unique(home).tolist():
                writers[n].write_table(table.filter(booleans(home == n)))


def _written(run: Run, name: str) -> pa.Table:
    """Return the clauses of a segment from the files of the table, where the state does not know them."""
    folder, files = folder_of(run.out, run.generation + 1), at(run.shards["clauses"], f"clauses/part-{name}")
    schema = pa.schema([TABLES["clauses"].field(c) for c in READ])
    tables = [pq.ParquetFile(folder / file.path).read(READ).select(READ).cast(schema) for file in files]
    return pa.concat_tables([schema.empty_table(), *tables])


def _rows(clauses: pa.Table, ids: pa.Array, sides: list[Numbers]) -> pa.Table:
    """Return the rows of pairs of members and canonicals, numbers of `ids`, from their clauses (`TOLD`).

    What a pair has in common in front and behind is left out first; most clauses are never folded.
    """
    from pipeline.dedup.align import unlike_parts  # loads rapidfuzz, .02 s that few pages need

    article = np.asarray(clauses["article"])
    order = np.argsort(article, kind="stable")
    starts = np.searchsorted(article, np.arange(len(ids) + 1), sorter=order)
    clauses = clauses.take(pa.array(order))
    codes, nothing = _codes(clauses)
    members, canonicals = ((starts[side], starts[side + 1]) for side in sides)
    found = list(_unlike(clauses["told"], unlike_parts(codes, canonicals, members, nothing)))
    columns = list(zip(*found, strict=True)) if found else [()] * len(ALIGNMENTS)
    placed = clauses.select(["article", "path"])
    named = [_clause_ids(placed.take(pa.array(rows, pa.int64())), ids) for rows in columns[:2]]
    named.append(ids.take(pa.array(sides[0][list(columns[2])])))
    return pa.table([*named, *map(list, columns[3:])], schema=ALIGNMENTS)


def _unlike(told: pa.ChunkedArray, gaps: "tuple[Spans, Spans]") -> Iterator[tuple[Any, ...]]:
    """Yield what differs between two spans of clauses: row left, row right, pair, what happened, ratio."""
    from pipeline.dedup.align import align_keys

    edges = np.stack([*gaps[0], *gaps[1]], axis=1)
    sizes = edges[:, [1, 3]] - edges[:, [0, 2]]
    depth = np.zeros(len(told) + 1, np.int64)  # in how many gaps of two sides each row stands
    first, last = edges[sizes.all(axis=1)].reshape(-1, 2).T
    np.add.at(depth, first, 1)
    np.add.at(depth, last, -1)
    asked = np.cumsum(depth[:-1]) > 0
    keys = comparison_keys(told.filter(pa.array(asked)).to_pylist())
    number = np.concatenate(([0], np.cumsum(asked))).tolist()
    chosen = np.flatnonzero(sizes.any(axis=1))
    for n, (a, b, c, d) in zip(chosen.tolist(), edges[chosen].tolist(), strict=True):
        left, right = [""] * (b - a), [""] * (d - c)
        if left and right:
            left, right = keys[number[a] : number[b]], keys[number[c] : number[d]]
        for i, j, op, ratio in align_keys(left, right):
            if op != "same":
                yield None if i is None else a + i, None if j is None else c + j, n, op, ratio


def _clause_ids(clauses: pa.Table, ids: pa.Array) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(ids.take(clauses["article"].combine_chunks()), clauses["path"], "/")


def _codes(clauses: pa.Table) -> tuple[NDArray[np.int64], int]:
    """Return a number for the key of each clause, and that of the empty one."""
    named = clauses["text_id"].combine_chunks()
    bare = pc.equal(named, NOTHING)
    markers = text_ids(clauses["told"].filter(bare).to_pylist())
    coded = pc.replace_with_mask(named, bare, pa.array(markers, pa.string())).dictionary_encode()
    return np.asarray(coded.indices).astype(np.int64), coded.dictionary.index(pa.scalar(NOTHING)).as_py()
