"""The main job, end to end: incremental runs give the rows of one run over everything."""

import dataclasses
import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from small_corpora import digests, page, settings, write_pages

import pipeline
from pipeline.check import check
from pipeline.errors import ContractError, InputError, TemporaryError
from pipeline.run import STAGES, fit, ingest
from pipeline.run.corpus import Options
from pipeline.schema import TABLES
from pipeline.store.lock import locked
from pipeline.store.manifest import status


def run(raw: Path, out: Path, **changes: object) -> None:
    ingest(raw, out, config=settings(**changes))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write_pages(tmp_path / "raw", range(9))
    return tmp_path / "raw"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_every_table_is_there_and_holds_the_contract(raw: Path, out: Path) -> None:
    summary = ingest(raw, out, config=settings())
    assert (summary.pages, summary.rejects, summary.changed) == (9, 0, True)
    assert check(out) == []
    for name, schema in TABLES.items():
        frame = pd.read_parquet(out / name)
        assert list(frame.columns) == schema.names
        assert pq.read_table(out / name).schema.equals(schema)
    pages = [json.loads(line) for line in (out / "pages.jsonl").read_text("utf-8").splitlines()]
    assert sorted(p["source"] for p in pages) == [f"000/{n:05d}.html" for n in range(9)]
    assert {a["article_id"] for p in pages for a in p["articles"]} == set(
        pipeline.open(out).articles.article_id
    )
    clauses = [json.loads(line) for line in (out / "clauses.jsonl").read_text("utf-8").splitlines()]
    assert [c["clause_id"] for c in clauses] == list(pipeline.open(out).clauses.clause_id)


def test_a_second_run_does_nothing_and_says_so(raw: Path, out: Path) -> None:
    run(raw, out)
    before = sorted((p, p.lstat().st_mtime_ns) for p in out.rglob("*") if p.name != ".lock")
    summary = ingest(raw, out, config=settings(workers=2))
    assert (summary.changed, summary.generation, summary.parsed) == (False, 1, 0)
    assert sorted((p, p.lstat().st_mtime_ns) for p in out.rglob("*") if p.name != ".lock") == before


def test_touched_files_are_read_but_change_nothing(raw: Path, out: Path) -> None:
    run(raw, out)
    for path in raw.rglob("*.html"):
        os.utime(path, (1, 1))
    assert not ingest(raw, out, config=settings()).changed
    assert not ingest(raw, out, config=settings(), options=Options(verify=True)).changed


def test_only_new_pages_are_parsed_and_only_their_shards_written(raw: Path, out: Path) -> None:
    run(raw, out)
    write_pages(raw, [20])
    summary = ingest(raw, out, config=settings())
    assert (summary.parsed, summary.pages, summary.generation) == (1, 10, 2)
    feed = pd.read_parquet(out / "changes" / "000002.parquet")
    assert (feed[feed.table == "pages"].op == "added").sum() == 1
    assert sorted(p.name for p in (out / "changes").iterdir()) == ["000001.parquet", "000002.parquet"]


def test_a_changed_page_replaces_its_rows(raw: Path, out: Path, tmp_path: Path) -> None:
    run(raw, out)
    (raw / "000" / "00004.html").write_bytes(page(77))
    run(raw, out)
    run(raw, tmp_path / "fresh")
    assert digests(out) == digests(tmp_path / "fresh")


def test_an_output_that_was_opened_stays_one_generation(tmp_path: Path, out: Path) -> None:
    raw = tmp_path / "pages"
    write_pages(raw, range(4))
    run(raw, out)
    opened = pipeline.open(out)
    write_pages(raw, range(6))
    run(raw, out)
    assert set(opened.articles.page_id) <= set(opened.pages.page_id)
    assert (len(opened.pages), len(pipeline.open(out).pages)) == (4, 6)
    write_pages(raw, range(7))
    run(raw, out)
    with pytest.raises(InputError, match=r"open .* again"):
        opened.pages  # noqa: B018


def test_rows_of_other_roots_stay_until_forgotten(tmp_path: Path, out: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_pages(one, range(4))
    write_pages(two, range(4, 7))
    run(one, out)
    run(two, out)
    assert len(pipeline.open(out).pages) == 7
    shutil.rmtree(one)
    write_pages(two, [8])
    run(two, out)
    assert len(pipeline.open(out).pages) == 8
    ingest(two, out, config=settings(), options=Options(forget=(str(one),)))
    run(two, tmp_path / "fresh")
    assert digests(out) == digests(tmp_path / "fresh")
    with pytest.raises(InputError, match="no rows come from"):
        ingest(two, out, config=settings(), options=Options(forget=("nowhere",)))


def test_one_body_from_two_sources_is_one_page(raw: Path, out: Path) -> None:
    (raw / "copy.html").write_bytes((raw / "000" / "00001.html").read_bytes())
    run(raw, out)
    sources = [list(s) for s in pipeline.open(out).pages.sources]
    assert ["000/00001.html", "copy.html"] in sources
    counts = status(out)["stages"]["records"]
    assert (counts["in"], counts["out"], counts["duplicates"]) == (10, 9, 1)


def test_deleting_the_state_costs_time_only(raw: Path, out: Path) -> None:
    run(raw, out)
    before = digests(out)
    shutil.rmtree(out / ".state")
    summary = ingest(raw, out, config=settings())
    assert summary.parsed == 9
    assert digests(out) == before


def test_without_state_no_other_root_is_lost(raw: Path, out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text("值班制度\n一、按时到岗。\n二、不得脱岗。\n", "utf-8")
    run(raw, out)
    run(other, out)
    before = digests(out)
    shutil.rmtree(out / ".state")
    with pytest.raises(ContractError, match="cannot be kept"):
        run(raw, out)
    with pytest.raises(ContractError, match="cannot be kept"):
        fit(out, config=settings())
    assert digests(out) == before
    ingest(raw, out, config=settings(), options=Options(forget=(str(other),)))
    assert len(pipeline.open(out).pages) == 9
    assert check(out) == []


def test_a_broken_state_is_no_state(raw: Path, out: Path) -> None:
    run(raw, out)
    before = digests(out)
    (out / ".state" / "000001" / "pages.arrow").write_bytes(b"PAR1 broken")
    run(raw, out)
    assert digests(out) == before
    for path in (out / ".state").rglob("cuts-*.arrow"):
        path.write_bytes(path.read_bytes()[:500])
    write_pages(raw, [30])
    run(raw, out)
    assert len(pipeline.open(out).pages) == 10
    assert check(out) == []


def test_a_changed_configuration_is_a_reason_to_work(raw: Path, out: Path) -> None:
    run(raw, out)
    plain = settings()
    other = dataclasses.replace(plain, page=dataclasses.replace(plain.page, hant="none"))
    summary = ingest(raw, out, config=other)
    assert summary.changed
    assert summary.parsed == 9
    assert set(pipeline.open(out).clauses.text_hant) == {""}


def test_without_json_lines(raw: Path, out: Path) -> None:
    run(raw, out, json_lines=False)
    assert not (out / "pages.jsonl").exists()
    run(raw, out)
    assert (out / "pages.jsonl").is_file()


def test_tables_in_a_folder_a_site(raw: Path, out: Path, tmp_path: Path) -> None:
    other = page(50).decode().replace("示例范文网", "制度参考网")
    (raw / "other.html").write_bytes(other.encode())
    (raw / "plain.txt").write_bytes("一、准时到岗。\n二、做好记录。".encode())
    run(raw, tmp_path / "plain")
    run(raw, out, by_site=True)
    assert check(out) == []
    assert digests(out) == digests(tmp_path / "plain")
    sites = json.loads((out / "manifest.json").read_text("utf-8"))["folders"]
    for name, schema in TABLES.items():
        assert list(pd.read_parquet(out / name).columns) == schema.names
    for folder, site in sites.items():
        held = pd.read_parquet(out / "pages" / folder)
        assert set(held.site.fillna("")) == {site or ""}
        assert set(pd.read_parquet(out / "lines" / folder).page_id) == set(held.page_id)
    write_pages(raw, [20])
    run(raw, out, by_site=True)
    run(raw, tmp_path / "plain")
    assert check(out) == []
    assert digests(out) == digests(tmp_path / "plain")
    run(raw, out)
    assert digests(out) == digests(tmp_path / "plain")
    assert not list((out / "pages").glob("site-*"))


def test_the_second_of_two_runs_is_told_who_holds_the_lock(raw: Path, out: Path) -> None:
    with locked(out), pytest.raises(TemporaryError, match=str(os.getpid())):
        run(raw, out)


def test_a_root_that_is_not_there(out: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        run(tmp_path / "nowhere", out)
    with pytest.raises(InputError, match="holds no tables yet"):  # 5: nothing is broken, nothing is there
        status(out)


def test_an_empty_root_gives_empty_tables(tmp_path: Path, out: Path) -> None:
    (tmp_path / "raw").mkdir()
    run(tmp_path / "raw", out)
    assert check(out) == []
    assert all(rows == 0 for rows, _ in digests(out).values())


def test_dry_run_changes_nothing(raw: Path, out: Path) -> None:
    run(raw, out)
    before = digests(out)
    write_pages(raw, [30])
    summary = ingest(raw, out, config=settings(), options=Options(dry_run=True))
    assert (summary.changed, summary.sources["new_or_changed"]) == (False, 1)
    assert digests(out) == before


def test_fit_gives_what_a_refit_below_gives(raw: Path, out: Path, tmp_path: Path) -> None:
    run(raw, out, refit_below=0)
    write_pages(raw, range(9, 14))
    run(raw, out, refit_below=0)
    assert status(out)["generation"] == 2
    fit(out, config=settings(refit_below=0))
    run(raw, tmp_path / "fresh", refit_below=0)
    assert digests(out) == digests(tmp_path / "fresh")


def test_stages_are_named_once_each() -> None:
    names = [stage.name for stage in STAGES]
    assert len(set(names)) == len(names)
    assert names[-1] == "commit"


steps = st.lists(st.sets(st.integers(0, 7), max_size=8), min_size=1, max_size=4)


@given(steps=steps)
@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_history_ends_with_the_rows_of_its_last_sources(
    tmp_path_factory: pytest.TempPathFactory, steps: list[set[int]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    raw, out = folder / "raw", folder / "out"
    for numbers in steps:
        shutil.rmtree(raw, ignore_errors=True)
        raw.mkdir()
        write_pages(raw, sorted(numbers))
        run(raw, out)
    run(raw, folder / "fresh")
    assert digests(out) == digests(folder / "fresh")


@pytest.mark.long
@pytest.mark.parametrize("workers", [2, 4])
def test_workers_change_no_row(tmp_path: Path, workers: int) -> None:
    write_pages(tmp_path / "raw", range(120))
    run(tmp_path / "raw", tmp_path / "one")
    run(tmp_path / "raw", tmp_path / "many", workers=workers)
    assert digests(tmp_path / "one") == digests(tmp_path / "many")


def test_names_and_order_of_files_change_sources_alone(tmp_path: Path) -> None:
    write_pages(tmp_path / "a", range(8))
    (tmp_path / "b").mkdir()
    for n, path in enumerate(sorted((tmp_path / "a").rglob("*.html"), reverse=True)):
        shutil.copy(path, tmp_path / "b" / f"x{n}.htm")
    run(tmp_path / "a", tmp_path / "one")
    run(tmp_path / "b", tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert {k: v for k, v in one.items() if k != "pages"} == {k: v for k, v in two.items() if k != "pages"}


def test_no_compiler_is_loaded_before_it_pays() -> None:
    code = "import sys, pipeline.run.driver; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_caches_beside_the_code_are_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.run import digests as module

    (tmp_path / "text" / "__pycache__").mkdir(parents=True)
    (tmp_path / "text" / "a.py").write_text("a = 1")
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    before = module._files.__wrapped__()
    (tmp_path / "text" / "__pycache__" / "a.nbc").write_bytes(b"kernel")
    assert module._files.__wrapped__() == before
    (tmp_path / "text" / "a.py").write_text("a = 2")
    assert module._files.__wrapped__() != before


def test_what_was_made_of_pages_is_given_back(tmp_path: Path) -> None:
    write_pages(tmp_path / "raw", range(40))
    held = []
    for n in range(3):
        ingest(tmp_path / "raw", tmp_path / f"out{n}", config=settings())
        gc.collect()
        held.append(pa.total_allocated_bytes())
    written = (tmp_path / "out0" / "clauses.jsonl").stat().st_size
    assert held[2] - held[1] < written / 10
