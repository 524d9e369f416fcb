"""The job behind `fanwen dedup`: a table in, three Parquet files out."""

from pathlib import Path

from pipeline.config import DedupConfig
from pipeline.dedup import Deduplication
from pipeline.dedup.entry import deduplicate_batches
from pipeline.store.external import read_columns, write_table


def dedup_table(
    path: Path, text: str, id_column: str, out: Path, config: DedupConfig | None = None
) -> Deduplication:
    """Find the near-duplicates of a table and write `pairs`, `clusters` and `assignments` (.parquet) to `out`.

    `path` is a Parquet, JSON Lines or CSV file of any size; `text` and `id_column` are columns of it. Returns
    the tables. Raises InputError for an unreadable file, UsageError for a missing column or a repeated id.
    """
    found = deduplicate_batches(read_columns(path, [id_column, text]), config or DedupConfig())
    for name in ("pairs", "clusters", "assignments"):
        write_table(getattr(found, name), out / f"{name}.parquet")
    return found
