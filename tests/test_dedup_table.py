"""The job behind `fanwen dedup`: three files, the same rows with and without a memory bound."""

import gzip
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parent / "dedup"))
from corpora import corpus

from pipeline.config import DedupConfig
from pipeline.dedup_table import dedup_table
from pipeline.errors import InputError, PipelineError, UsageError


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
        "shingles.parquet",
    ]


RULE = "本制度适用于全体员工，应当按时上下班，不得无故迟到早退，违者按照规定处理并通报批评。"
STORE = "仓库物品出入必须登记，账目每月核对一次，发现短缺应当立即上报主管领导处理，不得隐瞒。"


def lines(ids: list[object], texts: list[object], **more: object) -> bytes:
    """JSON Lines of ids and texts; a field of `more` is in every record."""
    rows = ({"id": i, "text": t, **more} for i, t in zip(ids, texts, strict=True))
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


TEXTS: list[object] = [RULE, RULE + "\n", STORE]
THREE = lines([1, 2, 3], TEXTS)
CSV = f'id,text\r\n007,"{RULE}"\r\n2,{RULE}\r\n3,{STORE}\r\n'.encode()
READABLE = {
    "whole.jsonl": (THREE, [1, 2, 3]),
    "mark.jsonl": (b"\xef\xbb\xbf" + THREE, [1, 2, 3]),
    "blank.jsonl": (THREE.replace(b"\n", b"\n\n") + b"\n\n", [1, 2, 3]),
    "packed.jsonl.gz": (gzip.compress(THREE), [1, 2, 3]),
    "words.ndjson": (lines(["a", "b", "c"], TEXTS), ["a", "b", "c"]),
    "nested.jsonl": (lines([1, 2, 3], TEXTS, more=[1, {"a": [None]}]), [1, 2, 3]),
    "late.jsonl": (b'{"id": 0}\n' + THREE, [0, 1, 2, 3]),
    "a.csv": (CSV, ["007", "2", "3"]),
    "mark.csv": (b"\xef\xbb\xbf" + CSV, ["007", "2", "3"]),
    "packed.csv.gz": (gzip.compress(CSV), ["007", "2", "3"]),
}


@pytest.mark.parametrize("name", READABLE)
def test_odd_files_are_read_and_ids_keep_their_type(tmp_path: Path, name: str) -> None:
    body, ids = READABLE[name]
    (tmp_path / name).write_bytes(body)
    found = dedup_table(tmp_path / name, "text", "id", tmp_path / "out")
    assert found.assignments["id"].to_pylist() == ids
    assert found.clusters["size"].to_pylist() == [2]
    pair = found.pairs.to_pylist()[0]
    assert [pair["left_id"], pair["right_id"]] == ids[-3:-1]


REFUSED = {
    "null.jsonl": (lines([1, None, 3], TEXTS), UsageError, "row 2 has no id"),
    "null.csv": (CSV.replace(b"007", b""), UsageError, "row 1 has no id"),
    "twice.jsonl": (lines([1, 2, 1], TEXTS), UsageError, "id 1 stands more than once, in rows 1 and 3"),
    "fraction.jsonl": (lines([1.5, 2, 3], TEXTS), UsageError, "column 'id' holds float"),
    "huge.jsonl": (lines([10**25, 2, 3], TEXTS), InputError, "int64"),
    "list.jsonl": (lines([1, 2, 3], [[RULE], [RULE], [STORE]]), UsageError, "column 'text' holds list"),
    "array.jsonl": (b"[" + THREE.replace(b"\n", b",") + b"]", InputError, "holds list, not an object"),
    "other.jsonl": (lines([1, 2, 3], TEXTS).replace(b"text", b"body"), UsageError, "columns: id, body"),
    "cut.jsonl": (THREE[:-4], InputError, "cut.jsonl"),
    "empty.jsonl": (b"", InputError, "empty"),
    "gbk.csv": (CSV.decode().encode("gbk"), InputError, "UTF8"),
    "semicolon.csv": (CSV.replace(b",", b";"), UsageError, "no column 'id'"),
    "a.parquet.gz": (b"", UsageError, "unknown kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    body, kind, message = REFUSED[name]
    (tmp_path / name).write_bytes(body)
    with pytest.raises(PipelineError, match=message) as raised:
        dedup_table(tmp_path / name, "text", "id", tmp_path / "out")
    assert type(raised.value) is kind


@pytest.mark.parametrize("count", [3, 90])
@pytest.mark.parametrize("kind", [pa.int32(), pa.uint64(), pa.large_string()])
def test_ids_of_a_parquet_file_keep_their_type(tmp_path: Path, count: int, kind: pa.DataType) -> None:
    ids = pa.array(range(9, 9 + count)).cast(kind)
    pq.write_table(pa.table({"id": ids, "text": corpus(5, count)}), tmp_path / "in.parquet")
    found = dedup_table(tmp_path / "in.parquet", "text", "id", tmp_path / "out")
    own = pa.string() if pa.types.is_large_string(kind) else kind
    for table in (found.pairs, found.clusters, found.assignments):
        assert {f.type for f in table.schema if f.name == "id" or f.name.endswith("_id")} == {own}
    whole = own != pa.string()
    assert not whole or found.assignments["id"].to_pylist() == list(range(9, 9 + count))


def test_fractions_are_no_ids(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1.5], "text": [RULE]}), tmp_path / "in.parquet")
    with pytest.raises(UsageError, match="floating-point"):
        dedup_table(tmp_path / "in.parquet", "text", "id", tmp_path / "out")
