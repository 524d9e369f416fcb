"""`changes/<run>.parquet`: what a run did to pages and articles, for consumers that follow (contract §4)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

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
        old = _rows(before / table, old_names - new_names, columns)
        new = _rows(after / table, new_names - old_names, columns)
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                out.append(_change(table, key, old.get(key), new.get(key)))
    return pa.Table.from_pylist(out, schema=CHANGES)


def _rows(folder: Path, names: set[str], columns: list[str]) -> Rows:
    rows: Rows = {}
    for name in sorted(names):
        table = pq.ParquetFile(folder / name).read(columns=columns)
        for values in zip(*(table.column(c).to_pylist() for c in columns), strict=True):
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
