"""`fanwen check` finds what is broken, and only that."""

import json
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipeline.check import check, require_valid
from pipeline.config import Config, override
from pipeline.errors import ContractError, InputError
from pipeline.explain import explain
from pipeline.match import match
from pipeline.output import open_output
from pipeline.report.report import render
from pipeline.run import ingest
from pipeline.store.digest import rows_digest
from pipeline.store.files import file_sha256
from pipeline.store.manifest import read_manifest, shards_of, table_entry

PAGE = """值班制度2篇
值班制度1
一、准时到岗，不得迟到早退，做好交接班的记录。
二、巡视设备，发现异常立即上报值班长处理。
值班制度2
一、准时到岗，不得迟到早退，做好交接班的登记。
二、巡视设备，发现异常立即上报值班长处理。
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check")
    (folder / "raw").mkdir()
    for n in range(3):
        (folder / "raw" / f"{n}.txt").write_text(PAGE.replace("准时", f"准时{n}"), "utf-8")
    ingest(folder / "raw", folder / "out", config=Config())
    return folder / "out"


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    """A copy in plain folders."""
    import shutil

    for name in (whole / ".current").iterdir():
        if name.is_dir():
            shutil.copytree(name, tmp_path / name.name)
        else:
            shutil.copy(name, tmp_path / name.name)
    return tmp_path


def test_runs_that_commit_meanwhile_break_nothing(tmp_path: Path) -> None:
    raw, made = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "0.txt").write_text(PAGE, "utf-8")
    ingest(raw, made)
    found: list[list[str]] = []
    done = threading.Event()
    watch = threading.Thread(target=lambda: found.extend(check(made) for _ in iter(done.is_set, True)))
    watch.start()
    for number in range(5):
        (raw / "0.txt").write_text(PAGE.replace("准时", f"准时{number}"), "utf-8")
        ingest(raw, made, config=override(Config(), "ingest", keep_generations=50))
    done.set()
    watch.join()
    assert found
    assert not any(found)


def rewrite(out: Path, name: str, table: pa.Table) -> None:
    """Replace a table by another, with a manifest that tells the truth about the file."""
    manifest = read_manifest(out)
    (shard,) = shards_of(manifest, name)
    pq.write_table(table, out / shard.path)
    entry = table_entry([])
    digest, sha = rows_digest(table), file_sha256(out / shard.path)
    files: list[dict[str, Any]] = [
        {"path": shard.path, "rows": table.num_rows, "sha256": sha, "rows_digest": digest, "made_from": ""}
    ]
    entry |= {"rows": table.num_rows, "rows_digest": digest, "files": files}
    manifest["tables"][name] = entry
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def table(out: Path, name: str) -> pa.Table:
    (shard,) = shards_of(read_manifest(out), name)
    return pq.ParquetFile(out / shard.path).read()


def replaced(rows: pa.Table, column: str, value: object) -> pa.Table:
    """The first row's value in a column, replaced."""
    place = rows.schema.get_field_index(column)
    values = rows.column(column).to_pylist()
    return rows.set_column(
        place, rows.schema.field(column), pa.array([value, *values[1:]], rows.schema[place].type)
    )


def test_a_whole_output_and_a_copy_of_it_are_valid(whole: Path, out: Path) -> None:
    assert check(whole) == check(out) == []
    require_valid(out)


@pytest.mark.parametrize("name", ["pages", "articles", "clauses", "lines", "pairs", "clusters"])
def test_a_row_less_is_seen(out: Path, name: str) -> None:
    (shard,) = shards_of(read_manifest(out), name)
    pq.write_table(table(out, name).slice(1), out / shard.path)
    assert check(out)
    with pytest.raises(ContractError, match="breaks the contract"):
        require_valid(out)


@pytest.mark.parametrize("name", ["pages", "articles", "clauses", "lines", "clusters"])
def test_a_row_less_is_seen_even_with_a_manifest_to_match(out: Path, name: str) -> None:
    rewrite(out, name, table(out, name).slice(1))
    assert check(out)


BREAKS = [
    ("articles", "cluster_id", "nobody"),
    ("articles", "page_id", "nobody"),
    ("articles", "text", "别的文字"),
    ("articles", "n_chars", 1),
    ("articles", "script", "latin"),
    ("clauses", "parent_id", "nobody"),
    ("clauses", "raw_end", 10_000),
    ("clauses", "text", "别的文字"),
    ("lines", "raw_start", 3),
    ("lines", "article_id", "nobody"),
    ("lines", "reason", "footer"),
    ("pages", "raw_text", "别的文字"),
    ("pages", "n_articles", 9),
    ("pairs", "left_id", "zzz"),
    ("pairs", "relation", "friend"),
    ("clusters", "size", 99),
    ("clusters", "canonical_id", "nobody"),
]


@pytest.mark.parametrize(("name", "column", "value"), BREAKS)
def test_a_wrong_value_is_seen_even_with_a_manifest_to_match(
    out: Path, name: str, column: str, value: object
) -> None:
    rewrite(out, name, replaced(table(out, name), column, value))
    assert check(out)


def test_edits_that_do_not_replay_are_seen(out: Path) -> None:
    page = table(out, "pages").column("page_id")[0].as_py()
    schema = table(out, "edits").schema
    rows = [
        {"page_id": page, "raw_start": s, "raw_end": s + 5, "replacement": "", "rule": "leak"} for s in (1, 3)
    ]
    rewrite(out, "edits", pa.Table.from_pylist(rows, schema=schema))
    assert check(out)


def test_a_repeated_key_a_stray_file_and_stages_that_do_not_add_up_are_seen(out: Path) -> None:
    pages = table(out, "pages")
    rewrite(out, "pages", pa.concat_tables([pages, pages.slice(0, 1)]))
    assert any("repeat a key" in problem for problem in check(out))
    rewrite(out, "pages", pages)
    pq.write_table(pages, out / "pages" / "more.parquet")
    assert any("not in the manifest" in problem for problem in check(out))
    (out / "pages" / "more.parquet").unlink()
    manifest = read_manifest(out)
    manifest["stages"]["pages"]["rejected"] += 1
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert any("stage pages" in problem for problem in check(out))


def test_json_lines_that_changed_are_seen(out: Path) -> None:
    (out / "pages.jsonl").write_text("{}\n", "utf-8")
    assert check(out) == ["pages.jsonl does not have the sha256 of the manifest"]


def test_a_folder_without_a_manifest_is_told_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no tables yet: run `fanwen ingest"):
        check(tmp_path)
    (tmp_path / "pages").mkdir()
    with pytest.raises(ContractError, match=r"is missing: remove .* and run `fanwen ingest"):
        check(tmp_path)
    (tmp_path / "manifest.json").write_text("[]", "utf-8")
    with pytest.raises(ContractError, match="is broken"):
        check(tmp_path)


@pytest.mark.parametrize("how", ["gone", "torn"])
def test_readers_of_a_damaged_output_say_so(out: Path, how: str) -> None:
    first, second = pq.read_table(out / "articles")["article_id"].to_pylist()[:2]
    for path in (out / "articles").iterdir():
        if how == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:200])
    readers = (
        lambda: explain(first, second, out),
        lambda: match([("new", PAGE)], out),
        lambda: render(out),
        lambda: open_output(out).articles,
    )
    for read in readers:
        with pytest.raises(ContractError, match=r"articles is damaged .*: see `fanwen check`"):
            read()


def test_digests_of_rows_know_nulls_and_columns(out: Path) -> None:
    rows = table(out, "clauses")
    assert rows_digest(rows) == rows_digest(rows.take(pa.array(range(rows.num_rows - 1, -1, -1))))
    assert rows_digest(rows) != rows_digest(
        rows.set_column(0, rows.schema.field(0), pc.utf8_upper(rows["text"]))
    )
