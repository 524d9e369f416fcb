"""`changes/<run>.parquet`: what a run did to pages and articles, for consumers that follow (contract §4)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.schema import TABLES
from pipeline.store.manifest import Shard

CHANGES = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("op", pa.string(), nullable=False),  # added, removed, changed
        pa.field("old_cluster_id", pa.string()),
        pa.field("new_cluster_id", pa.string()),
    ]
)
WATCHED = {  # the columns whose change is a change of the row; its text cannot change under its id
    "pages": ["page_id", "sources", "latest", "continues"],
    "articles": ["article_id", "cluster_id", "canonical", "relation", "family_id", "text_id"],
}

Rows = dict[str, tuple[object, ...]]


def changes(before: Path, after: Path, shards: dict[str, list[Shard]]) -> pa.Table:
    """Return the differences between two generations' pages and articles, sorted by table and id.

    Files that both share are not read.
    """
    out: list[dict[str, str | None]] = []
    for table, columns in WATCHED.items():
        new_names = {s.path.partition("/")[2] for s in shards[table]}
        folder = before / table
        old_names = {p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")}
        old = _read(before / table, old_names - new_names, columns)
        new = _read(after / table, new_names - old_names, columns)
        old, new = _rows(_unlike(old, new)), _rows(_unlike(new, old))
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                out.append(_change(table, key, old.get(key), new.get(key)))
    return pa.Table.from_pylist(out, schema=CHANGES)


def _read(folder: Path, names: set[str], columns: list[str]) -> pa.Table:
    schema = pa.schema([TABLES[folder.name].field(c) for c in columns])
    tables = [pq.ParquetFile(folder / n).read(columns).select(columns).cast(schema) for n in sorted(names)]
    return pa.concat_tables([schema.empty_table(), *tables]).combine_chunks()


def _unlike(table: pa.Table, other: pa.Table) -> pa.Table:
    """Return the rows of a table that do not stand in another one as they are."""
    ids = table.column(0)
    place = pc.index_in(ids, value_set=other.column(0).combine_chunks())
    beside, same = other.take(place), pc.is_valid(place)
    for name in table.column_names[1:]:
        mine, theirs = _plain(table[name]), _plain(beside[name])
        equal = pc.fill_null(pc.equal(mine, theirs), False)
        same = pc.and_(same, pc.or_(equal, pc.and_(mine.is_null(), theirs.is_null())))
    return table.filter(pc.invert(same))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column that can be compared: of a list its values, joined."""
    if not pa.types.is_list(column.type):
        return column
    count = pc.cast(pc.list_value_length(column), pa.string())
    return pc.binary_join_element_wise(count, pc.binary_join(column, "\0"), "\0")


def _rows(table: pa.Table) -> Rows:
    rows: Rows = {}
    for values in zip(*(column.to_pylist() for column in table.columns), strict=True):
        rows[values[0]] = tuple(tuple(v) if isinstance(v, list) else v for v in values[1:])
    return rows


def _change(
    table: str, key: str, old: tuple[object, ...] | None, new: tuple[object, ...] | None
) -> dict[str, str | None]:
    def cluster(row: tuple[object, ...] | None) -> str | None:
        return str(row[0]) if row is not None and table == "articles" else None

    op = "added" if old is None else "removed" if new is None else "changed"
    return {
        "table": table, "id": key, "op": op, "old_cluster_id": cluster(old), "new_cluster_id": cluster(new),
    }  # fmt: skip
