"""The job behind `fanwen dedup`: a table in, three Parquet files out, and the corpus model beside them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.config import DedupConfig
from pipeline.dedup import Deduplication
from pipeline.dedup.entry import deduplicate_batches
from pipeline.errors import InputError
from pipeline.store.ahead import read_ahead
from pipeline.store.external import SpilledUnits, read_columns, write_table
from pipeline.store.model import SHINGLES, model_table

MEGABYTE = 1 << 20
# An eighth of the bound may be pages of keys; signatures, samples and their postings take 1.4 KB a text.
OF_KEYS = 8


def dedup_table(
    path: Path, text: str, id_column: str, out: Path, config: DedupConfig | None = None
) -> Deduplication:
    """Find a table's near-duplicates; write `pairs`, `clusters` and `assignments` (.parquet) to `out`.

    Beside them stands the corpus model (`shingles.parquet`), with which `explain_rows` judges any pair.

    `path` is a Parquet, JSON Lines or CSV file of any size, the latter two also compressed (.gz, .bz2,
    .zst); `text` and `id_column` are columns of it. Ids keep their type, in CSV they are strings.
    Returns the tables; with several workers what reading costs is part of folding. With `memory_mb` set the
    keys lie in a file without a name under `out`. Raises InputError for an unreadable file or a folder that
    cannot be made, UsageError for a missing column or a repeated id.
    """
    settings = config or DedupConfig()
    try:
        out.mkdir(parents=True, exist_ok=True)  # before the work, not after it
    except OSError as error:
        raise InputError(f"cannot write to {out}: {error.strerror}") from error
    room = SpilledUnits(out, settings.memory_mb * MEGABYTE // OF_KEYS) if settings.memory_mb else None
    batches = read_columns(path, [id_column, text])
    if settings.workers != 1 and room is None:  # the kernels load meanwhile
        batches = read_ahead(batches)
    found = deduplicate_batches(batches, settings, room)
    with found.costs.stage("writing"), ThreadPoolExecutor(settings.workers or None) as pool:
        tables = [(getattr(found, name), f"{name}.parquet") for name in ("pairs", "clusters", "assignments")]
        if found.model is not None:
            tables.append((model_table(found.model), SHINGLES))
        list(pool.map(lambda table: write_table(table[0], out / table[1]), tables))
    return found
