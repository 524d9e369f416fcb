"""The table `alignments`: where edited members differ from their canonical, from the written `clauses`."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.dedup.align import alignment_rows
from pipeline.run.corpus import Run
from pipeline.run.emit import at
from pipeline.run.segments import read_arrow, write_arrow
from pipeline.schema import ALIGNMENTS
from pipeline.store.generations import folder_of, state_of
from pipeline.store.manifest import Shard, shards_of
from pipeline.text.fold import comparison_keys

# Members aligned together: with 20 clauses each, some 50 MB of strings.
MEMBERS_A_PART = 8_000
ALIGNED = "aligned.arrow"
TEXTS = pa.schema(
    [(name, pa.string()) for name in ("clause_id", "article_id", "marker", "text")] + [("part", pa.int32())]
)

Clauses = dict[str, list[tuple[str, str]]]  # id and key of an article's clauses
Pair = tuple[str, str]  # member, canonical


def alignments(run: Run, fresh: set[str]) -> pa.Table:
    """Return the table `alignments`: where edited members differ from their canonical, clause by clause.

    Members with the canonical's key have no rows: they differ in nothing that counts. Rows of the last
    generation stand where neither side is among `fresh`, the articles that this run has made. Linear in
    the clauses of edited articles.
    """
    pairs = _edited(run.assignments)
    kept = state_of(run.out, run.generation + 1)
    columns = zip(*pairs, strict=True) if pairs else ((), ())
    write_arrow(
        kept / ALIGNED, pa.table([pa.array(c, pa.string()) for c in columns], ["member", "canonical"])
    )
    held = {p for p in _held_pairs(run) if p[0] not in fresh and p[1] not in fresh}
    wanted = [pair for pair in pairs if pair not in held]
    made = list(_aligned(run, kept, wanted))
    old = [_old_rows(run, {member for member, _ in held.intersection(pairs)})]
    table = pa.concat_tables([*old, *made])
    rank = {member: n for n, (member, _) in enumerate(pairs)}
    order = np.argsort([rank[member] for member in table.column("member_id").to_pylist()], kind="stable")
    return table.take(pa.array(order, pa.int64()))


def _held_pairs(run: Run) -> set[Pair]:
    """Return the pairs whose rows stand in the last generation, made by the same code."""
    path = state_of(run.out, run.generation) / ALIGNED
    if not run.segments or not path.is_file() or run.manifest["digests"]["dedup"] != run.digests.dedup:
        return set()
    return set(zip(*(c.to_pylist() for c in read_arrow(path).columns), strict=True))


def _old_rows(run: Run, members: set[str]) -> pa.Table:
    if not members:
        return ALIGNMENTS.empty_table()
    folder, wanted = folder_of(run.out, run.generation), pa.array(sorted(members))
    tables = [pq.ParquetFile(folder / s.path).read() for s in shards_of(run.manifest, "alignments")]
    table = pa.concat_tables(tables).cast(ALIGNMENTS)
    return table.filter(pc.is_in(table.column("member_id"), value_set=wanted))


def _edited(assignments: pa.Table) -> list[Pair]:
    """(member, canonical) of every member that was edited, canonicals together."""
    centre = assignments.filter(assignments["canonical"])
    canonical_of = dict(zip(centre["cluster_id"].to_pylist(), centre["id"].to_pylist(), strict=True))
    members = assignments.filter(pc.equal(assignments["relation"], "edited"))
    ids, clusters = members["id"].to_pylist(), members["cluster_id"].to_pylist()
    return sorted(
        ((i, canonical_of[c]) for i, c in zip(ids, clusters, strict=True)), key=lambda p: (p[1], p[0])
    )


def _aligned(run: Run, kept: Path, pairs: list[Pair]) -> Iterator[pa.Table]:
    """Yield the rows of some pairs, a part of them at a time; a cluster stands in one part."""
    parts: list[list[Pair]] = []
    for pair in pairs:
        if not parts or (len(parts[-1]) >= MEMBERS_A_PART and parts[-1][-1][1] != pair[1]):
            parts.append([])
        parts[-1].append(pair)
    paths = [kept / f"align-{n}.arrows" for n in range(len(parts))]
    _spread(run, paths, {i: n for n, part in enumerate(parts) for pair in part for i in pair})
    for path, part in zip(paths, parts, strict=True):
        keys: Clauses = {}
        with pa.memory_map(str(path)) as source:
            for batch in pa.ipc.open_stream(source):
                clauses, articles, markers, texts, _ = (column.to_pylist() for column in batch.columns)
                told = [text or marker or "" for text, marker in zip(texts, markers, strict=True)]
                for article, clause, key in zip(articles, clauses, comparison_keys(told), strict=True):
                    keys.setdefault(article, []).append((clause, key))
        path.unlink()
        rows = [
            row
            for member, canonical in part
            for row in alignment_rows(keys.get(canonical, []), keys.get(member, []), member)
        ]
        columns = zip(*rows, strict=True) if rows else ((),) * len(ALIGNMENTS)
        yield pa.table(dict(zip(ALIGNMENTS.names, columns, strict=True)), ALIGNMENTS)


def _spread(run: Run, paths: list[Path], part_of: dict[str, int]) -> None:
    """Write the clauses of the articles in `part_of` to the file of their part."""
    folder = folder_of(run.out, run.generation + 1)
    ids, numbers = pa.array(list(part_of), pa.string()), pa.array(list(part_of.values()), pa.int32())
    with ExitStack() as stack:
        sinks = [stack.enter_context(pa.OSFile(str(path), "wb")) for path in paths]
        writers = [stack.enter_context(pa.ipc.new_stream(sink, TEXTS)) for sink in sinks]
        for shard in run.shards["clauses"] if paths else ():
            if not _holds_any(run, shard, ids):
                continue
            table = pq.ParquetFile(folder / shard.path).read(TEXTS.names[:-1])
            table = table.append_column(
                "part", numbers.take(pc.index_in(table.column("article_id"), value_set=ids))
            )
            for n, writer in enumerate(writers):
                writer.write_table(table.filter(pc.equal(table.column("part"), n)).cast(TEXTS))


def _holds_any(run: Run, shard: Shard, ids: pa.Array) -> bool:
    """Say whether a file of clauses holds those of one of some articles, from that of its articles."""
    stem = Path(shard.path).stem.rpartition("-")[0]
    folder = folder_of(run.out, run.generation + 1)
    for other in at(run.shards["articles"], f"articles/{stem}"):
        known = pq.ParquetFile(folder / other.path).read(["article_id"]).column(0)
        if pc.any(pc.is_in(known, value_set=ids)).as_py():
            return True
    return False
