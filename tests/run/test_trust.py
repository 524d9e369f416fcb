"""What an operator meets: mistyped paths, a damaged state, another configuration: told, and harmless."""

import dataclasses
import gzip
import logging
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_corpora import digests, page, settings, write_pages

import pipeline.dedup.groups as groups
import pipeline.run.dedupe as dedupe
from pipeline.check import check
from pipeline.errors import ContractError, InputError, UsageError
from pipeline.run import fit, ingest
from pipeline.run.corpus import Options
from pipeline.store.generations import current, state_of


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write_pages(tmp_path / "raw", range(6))
    return tmp_path / "raw"


SOME = ("cuts", "drawn.bin", "met.arrow")
ALL = (
    *("added.arrow", "aligned.arrow", "asked.arrow", "clauses", "counts", "drawn.bin", "hidden.arrow"),
    *("keys", "later.arrow", "near.arrow", "pages.arrow", "places.arrow", "related.arrow", "segments"),
    *("since.arrow", "sketches", "texts.arrow"),
)  # but `files.arrow` and `records.arrow`: without these, rows of another root cannot stay


@pytest.mark.parametrize("names", [SOME, pytest.param(ALL, marks=pytest.mark.long)])
def test_a_damaged_file_of_the_state_costs_time_only(
    raw: Path, tmp_path: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SMALL_SHORT_ROWS", 0)  # all is kept, as of a large corpus
    monkeypatch.setattr(dedupe, "SMALL_ROWS", 0)
    out, other = tmp_path / "out", tmp_path / "other"
    write_pages(other, [20, 21])
    ingest(other, out, config=settings())
    ingest(raw, out, config=settings())
    for number, name in enumerate(names):
        damaged = list(state_of(out, current(out)).glob(f"{name}*"))
        assert damaged, name
        for path in damaged:
            path.write_bytes(b"junk")
        write_pages(raw, [30 + number])
        assert ingest(raw, out, config=settings()).changed, name
    fresh = tmp_path / "fresh"
    for root in (raw, other):
        ingest(root, fresh, config=settings())
    assert digests(out) == digests(fresh)
    assert check(out) == []


def told(caplog: pytest.LogCaptureFixture) -> str:
    text = caplog.text
    caplog.clear()
    return text


def test_a_changed_program_is_told_with_what_it_makes_anew(
    raw: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out, plain = tmp_path / "out", settings()
    caplog.set_level(logging.INFO)
    ingest(raw, out, config=plain)
    assert "changed since" not in told(caplog)
    threads = dataclasses.replace(plain.dedup, workers=3, memory_mb=4000)
    crawler = dataclasses.replace(plain.scrape, contact="https://contact.example")
    same = dataclasses.replace(plain, dedup=threads, scrape=crawler)
    assert not ingest(raw, out, config=same).changed
    assert "changed since" not in told(caplog)
    pages = dataclasses.replace(plain, page=dataclasses.replace(plain.page, hant="none"))
    ingest(raw, out, config=pages, options=Options(dry_run=True))
    assert "the configuration has changed since generation 1: every page is cut again" in told(caplog)
    assert current(out) == 1
    ingest(raw, out, config=pages)
    assert "every page is cut again" in told(caplog)
    articles = dataclasses.replace(pages, dedup=dataclasses.replace(plain.dedup, jaccard=0.5))
    assert ingest(raw, out, config=articles).parsed == 0
    assert "generation 2: all articles and clauses are compared again" in told(caplog)


def test_a_glob_that_matches_nothing_is_mistyped_until_it_matched(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for root in (f"{raw}/*/nosuch*.html", f"{raw.as_uri()}/*/nosuch*.html"):
        with pytest.raises(InputError, match="nothing matches"):
            ingest(root, out, config=settings())
    pattern = f"{raw}/000/*1.html"
    assert ingest(pattern, out, config=settings()).pages == 1
    (raw / "000" / "00001.html").unlink()
    assert ingest(pattern, out, config=settings()).pages == 0  # vanished sources leave


def test_a_page_over_a_limit_says_which(raw: Path, tmp_path: Path) -> None:
    plain = settings()
    for limit in ({"max_lines": 5}, {"max_bytes": 100}):
        config = dataclasses.replace(plain, page=dataclasses.replace(plain.page, **limit))
        assert ingest(raw, tmp_path / "out", config=config).pages == 0
        rejects = pq.read_table(tmp_path / "out" / "rejects").to_pylist()
        assert {r["reason"] for r in rejects} == {"too_large"}
        assert all(f"page.{name} is {value}" in r["detail"] for r in rejects for name, value in limit.items())


def test_an_output_is_a_local_folder_of_this_program(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="local folder"):
        ingest(raw, "s3://bucket/structured", config=settings())
    with pytest.raises(InputError, match="holds no tables"):
        fit(tmp_path / "nowhere", config=settings())
    assert not (tmp_path / "nowhere").exists()
    foreign = tmp_path / "foreign"
    (foreign / "pages").mkdir(parents=True)
    (foreign / "pages" / "thesis.html").write_text("mine", "utf-8")
    with pytest.raises(ContractError, match="move it away"):
        ingest(raw, foreign, config=settings())
    assert sorted(p.name for p in foreign.iterdir()) == [".lock", "pages"]
    assert (foreign / "pages" / "thesis.html").read_text("utf-8") == "mine"


WITHOUT = """
import os, sys
for name in ("O_DIRECT", "posix_fallocate", "sched_getaffinity"):
    delattr(os, name)
import pipeline.dedup.groups as groups
from pipeline.run import ingest
groups.SMALL_SHORT_ROWS = 0
for raw in sys.argv[2:]:
    ingest(raw, sys.argv[1])
"""


def test_what_linux_alone_has_is_not_needed(raw: Path, tmp_path: Path) -> None:
    """macOS has none of these three: the same rows, in the first run and in one that adds to it."""
    other, out, plain = tmp_path / "other", tmp_path / "out", tmp_path / "plain"
    write_pages(other, [20, 21])
    subprocess.run([sys.executable, "-c", WITHOUT, out, raw, other], check=True)
    for root in (raw, other):
        ingest(root, plain, config=settings())
    assert digests(out) == digests(plain)
    assert check(out) == []


def test_limits_of_reading_read_again_what_they_kept_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Before, a file was read once: what a limit had kept out stayed out, a lower one stopped every run."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(3))
    (raw / "large.html").write_bytes(page(7) + b"<!--" + b"x" * (2 << 20) + b"-->")
    (raw / "packed.html.gz").write_bytes(gzip.compress(page(8) + b"<!--" + b"x" * (1 << 20) + b"-->"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "large.html").write_bytes(page(9) + b"<!--" + b"x" * (2 << 20) + b"-->")
    narrow, wide = settings(max_page_mb=1, max_expansion=3), settings(max_expansion=5000)
    ingest(raw, out, config=narrow)
    caplog.set_level("INFO", "fanwen")
    for config in (wide, narrow, wide):
        ingest(raw, out, config=config)
        assert "every file is read again" in " ".join(caplog.messages)
        caplog.clear()
        ingest(raw, tmp_path / f"fresh-{id(config)}", config=config)
        assert digests(out) == digests(tmp_path / f"fresh-{id(config)}")
        assert not ingest(raw, out, config=config).changed
    assert ingest(tmp_path / "other", out, config=wide).pages == 6
    assert ingest(raw, out, config=narrow).pages == 4  # the other root stays as it was read
    assert ingest(tmp_path / "other", out, config=narrow).pages == 3
