"""Tables about clauses over the whole corpus, from the written `clauses` and the counts of segments."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.config import DedupConfig
from pipeline.dedup.align import alignment_rows
from pipeline.dedup.groups import group_clauses
from pipeline.run.segments import read_arrow
from pipeline.schema import ALIGNMENTS
from pipeline.store.manifest import Shard

# Members aligned in one pass over the clauses: 20 clauses each, some 100 MB of strings.
MEMBERS_A_PASS = 20_000

Clauses = dict[str, list[tuple[str, str]]]


def clause_groups(kept: Path, segments: Sequence[str], config: DedupConfig) -> pa.Table:
    """Return the table `clause_groups`: every distinct clause text, its group and where it stands."""
    paths = [(kept / f"counts-{name}.arrow", kept / f"sites-{name}.arrow") for name in segments]
    parts = [(read_arrow(counts), read_arrow(sites)) for counts, sites in paths]
    return group_clauses(parts, config)


def alignments(folder: Path, clauses: Sequence[Shard], assignments: pa.Table) -> pa.Table:
    """Return the table `alignments`: where edited members differ from their canonical, clause by clause.

    Members with the canonical's key have no rows: they differ in nothing that counts.
    """
    pairs = _edited(assignments)
    rows: list[dict[str, object]] = []
    for start in range(0, len(pairs), MEMBERS_A_PASS):
        batch = pairs[start : start + MEMBERS_A_PASS]
        wanted = pa.array(sorted({i for pair in batch for i in pair}))
        texts: Clauses = {}
        for shard in clauses:
            _read_clauses(folder / shard.path, wanted, texts)
        for member, canonical in batch:
            rows += alignment_rows(texts.get(canonical, []), texts.get(member, []), member)
    return pa.Table.from_pylist(rows, schema=ALIGNMENTS)


def _edited(assignments: pa.Table) -> list[tuple[str, str]]:
    """(member, canonical) of every member that was edited, canonicals together."""
    centre = assignments.filter(assignments["canonical"])
    canonical_of = dict(zip(centre["cluster_id"].to_pylist(), centre["id"].to_pylist(), strict=True))
    members = assignments.filter(pc.equal(assignments["relation"], "edited"))
    ids, clusters = members["id"].to_pylist(), members["cluster_id"].to_pylist()
    return sorted(
        ((i, canonical_of[c]) for i, c in zip(ids, clusters, strict=True)), key=lambda p: (p[1], p[0])
    )


def _read_clauses(path: Path, wanted: pa.Array, texts: Clauses) -> None:
    columns = ["clause_id", "article_id", "marker", "text"]
    for batch in pq.ParquetFile(path).iter_batches(columns=columns):
        kept = batch.filter(pc.is_in(batch.column("article_id"), value_set=wanted))
        for clause_id, article_id, marker, text in _rows(kept):
            texts.setdefault(article_id, []).append((clause_id, text or marker or ""))


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[str, str, str | None, str]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)
