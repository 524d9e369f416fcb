"""What comparison needs to know of articles beside their texts, segment by segment."""

from collections.abc import Iterator
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.run.corpus import Run
from pipeline.run.emit import at, old_shards
from pipeline.run.pages import find
from pipeline.run.segments import base_path, read_arrow
from pipeline.schema import TABLES
from pipeline.store.generations import folder_of, state_of

ABOUT = pa.schema(
    [
        ("article_id", pa.string()),
        ("page_id", pa.string()),
        ("n_clauses", pa.int32()),
        ("script", pa.string()),
        ("captured_at", pa.timestamp("us", tz="UTC")),
        ("n_repairs", pa.int32()),
    ]
)
OF_ARTICLES = ["article_id", "page_id", "n_clauses", "script"]


def about_articles(run: Run, name: str) -> pa.Table:
    """Return what is to be known (`ABOUT`) of every article of a segment: it stays while the segment does."""
    table = columns_of(run, name, OF_ARTICLES)
    owners = table.column("page_id").to_pylist()
    repairs = _repairs(run, name)
    rows, _ = find(table.column("page_id"), run.origin["page_id"])
    when = run.origin["first"].take(pa.array(rows)).cast(ABOUT.field("captured_at").type)
    counts = pa.array([repairs[i] for i in owners], pa.int32())
    return pa.table([*table.columns, when, counts], schema=ABOUT)


def pages_of(run: Run, name: str, column: str) -> Iterator[tuple[pa.ChunkedArray, pa.ChunkedArray]]:
    """Yield page ids and one more column of the pages of a segment, a file at a time."""
    for shard in at(run.shards["pages"], f"pages/part-{name}"):
        file = folder_of(run.out, run.generation + 1) / shard.path
        table = pq.ParquetFile(file).read(["page_id", column])
        yield table.column("page_id"), table.column(column)


def _repairs(run: Run, name: str) -> dict[str, int]:
    """Return how many repairs each page of a segment took."""
    counts: dict[str, int] = {}
    for ids, column in pages_of(run, name, "repairs"):
        repairs, total = column.combine_chunks(), cast("Any", 0)
        for rule in range(repairs.type.num_fields):
            total = pc.add(total, pc.struct_field(repairs, rule))
        counts |= zip(ids.to_pylist(), total.to_pylist(), strict=True)
    return counts


def columns_of(run: Run, name: str, columns: list[str]) -> pa.Table:
    """Return columns of a segment's articles as they were made, in the order of the table's files.

    They are mapped: what is looked at is read. Without that file of the state, the table's are read.
    """
    path = base_path(state_of(run.out, run.generation + 1), name)
    if path.exists():
        return read_arrow(path, columns)
    files = [folder_of(run.out, run.generation) / s.path for s in old_shards(run, f"articles/part-{name}")]
    schema = pa.schema([TABLES["articles"].field(c) for c in columns])
    tables = [pq.ParquetFile(file).read(columns).select(columns).cast(schema) for file in files]
    return pa.concat_tables([schema.empty_table(), *tables])
