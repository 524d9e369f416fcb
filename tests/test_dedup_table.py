"""The job behind `fanwen dedup`: three files, the same rows with and without a memory bound."""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parent / "dedup"))
from corpora import corpus

from pipeline.config import DedupConfig
from pipeline.dedup_table import dedup_table


@pytest.mark.parametrize("count", [30, 300])
def test_three_files_are_written_and_a_bound_changes_no_row(tmp_path: Path, count: int) -> None:
    rows = pa.table({"key": [f"k{i:04}" for i in range(count)], "body": corpus(8, count)})
    pq.write_table(rows, tmp_path / "in.parquet")
    free = dedup_table(tmp_path / "in.parquet", "body", "key", tmp_path / "free")
    bound = DedupConfig(memory_mb=1, workers=2)
    held = dedup_table(tmp_path / "in.parquet", "body", "key", tmp_path / "held", bound)
    for name in ("pairs", "clusters", "assignments"):
        written = pq.read_table(tmp_path / "held" / f"{name}.parquet")
        assert written.equals(getattr(free, name))
        assert written.equals(getattr(held, name))
    assert sorted(p.name for p in (tmp_path / "held").iterdir()) == [
        "assignments.parquet",
        "clusters.parquet",
        "pairs.parquet",
    ]
