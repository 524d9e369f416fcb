"""What stays of a segment in which some pages changed or went: rows and lines of the last generation."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.run.columns import made_schema
from pipeline.run.corpus import Run
from pipeline.run.emit import old_shards
from pipeline.run.segments import Making, Segment, ids_at
from pipeline.run.strings import ID_CHARS
from pipeline.store.generations import folder_of

OWNER = (
    b'"page_id": "'  # in a line of either file before the id of its page; in a text the quotes are escaped
)


def with_rows_that_stay(run: Run, making: Making, name: str, fresh: pa.Table) -> pa.Table:
    """Return the rows of a segment in a table, in order of page ids; `fresh` are those that this run made."""
    stay = pa.array(_staying(run, making), pa.string())
    if not len(stay):
        return fresh
    schema, tables = made_schema(name), [fresh]
    for source in making.sources:
        for shard in old_shards(run, f"{name}/part-{source}"):
            file = pq.ParquetFile(folder_of(run.out, run.generation) / shard.path)
            table = file.read(schema.names).select(schema.names).cast(schema)
            tables.append(table.filter(pc.is_in(table["page_id"], value_set=stay)))
    table = pa.concat_tables(tables)
    return table.take(pc.sort_indices(table, sort_keys=[("page_id", "ascending")]))  # it is stable


def lines_that_stay(run: Run, making: Making, file: str) -> tuple[bytes, int]:
    """Return a segment's lines in a JSON Lines file of pages that this run has not made, and how many."""
    stay = {page_id.encode() for page_id in _staying(run, making)}
    kept: list[bytes] = []
    for source in making.sources if stay else ():
        segment: Segment = run.segments[source]
        if file in segment.json:
            data = _span(folder_of(run.out, run.generation) / file, segment.json[file])
            kept += [line for line in data.splitlines(keepends=True) if _owner(line) in stay]
    return b"".join(kept), len(kept)


def _staying(run: Run, making: Making) -> list[str]:
    """Return the pages of a segment that this run has not made, in order."""
    return ids_at(run, np.setdiff1d(making.pages, making.fresh))


def _owner(line: bytes) -> bytes:
    at = line.index(OWNER) + len(OWNER)
    return line[at : at + ID_CHARS]


def _span(path: Path, span: list[int]) -> bytes:
    with path.open("rb") as source:
        source.seek(span[0])
        return source.read(span[1])
