"""Foreign tables: what is read from each kind of file, what is refused, and writing whole."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from pipeline.errors import InputError, UsageError
from pipeline.store.external import read_columns, write_table

ROWS = pa.table({"n": [1, 2, 3], "id": ["a", "b", "c"], "text": ["第一条\n总则", "说：“好”", ""]})


def save(folder: Path, kind: str) -> Path:
    path = folder / f"t.{kind}"
    if kind == "parquet":
        pq.write_table(ROWS, path)
    elif kind == "csv":
        csv.write_csv(ROWS, path)
    else:
        lines = (json.dumps(row, ensure_ascii=False) for row in ROWS.to_pylist())
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "ndjson"])
def test_columns_are_read_in_the_order_asked_for(tmp_path: Path, kind: str) -> None:
    table = pa.Table.from_batches(list(read_columns(save(tmp_path, kind), ["text", "id"])))
    assert table.to_pydict() == {"text": ROWS["text"].to_pylist(), "id": ROWS["id"].to_pylist()}


def test_a_folder_of_parquet_is_one_table(tmp_path: Path) -> None:
    for name in ("b", "a"):
        pq.write_table(pa.table({"id": [name], "text": [name]}), tmp_path / f"{name}.parquet")
    table = pa.Table.from_batches(list(read_columns(tmp_path, ["id", "text"])))
    assert table["id"].to_pylist() == ["a", "b"]


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_a_missing_column_is_named(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match="no column 'body'; columns: n, id, text"):
        list(read_columns(save(tmp_path, kind), ["id", "body"]))


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no table"):
        list(read_columns(tmp_path / "none.parquet", ["id"]))
    (tmp_path / "x.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot read"):
        list(read_columns(tmp_path / "x.parquet", ["id"]))
    (tmp_path / "x.xlsx").write_bytes(b"")
    with pytest.raises(UsageError, match="unknown kind"):
        list(read_columns(tmp_path / "x.xlsx", ["id"]))


def test_a_table_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "t.parquet"
    write_table(ROWS, path)
    assert pq.read_table(path).equals(ROWS)
    with pytest.raises(AttributeError):
        write_table(None, path)  # type: ignore[arg-type]
    assert pq.read_table(path).equals(ROWS)
    assert [p.name for p in path.parent.iterdir()] == ["t.parquet"]
