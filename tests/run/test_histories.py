"""Random histories: however the sources came, in whatever batches, by any workers, the rows are the same."""

import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from small_corpora import digests, settings, write_pages

import pipeline.dedup.asking as asking
import pipeline.dedup.candidates as candidates
import pipeline.dedup.groups as groups
import pipeline.run.dedupe as dedupe
import pipeline.run.segments as segments
import pipeline.run.texts as texts
from pipeline.check import check
from pipeline.run import fit, ingest
from pipeline.run.corpus import Options

LINE = "<p>本文由示例范文网精心整理，欢迎下载使用</p>"  # of the site once twenty pages end with it
STEP = st.tuples(
    st.sampled_from(["add", "remove", "change", "copy", "again"]),
    st.sets(st.integers(0, 39), min_size=1, max_size=12),
    st.sampled_from([1, 1, 1, 2, 4]),  # workers
    st.booleans(),  # the model is stored, and fitted in the end
)


def write(raw: Path, number: int, seed: int = 0) -> None:
    (path,) = write_pages(raw, [number], seed)
    end = LINE.encode("gbk" if number % 4 == 3 else "utf-8")
    body = path.read_bytes()
    cut = body.rindex(b"<p>")
    path.write_bytes(body[:cut] + end + body[cut:])


def change(raw: Path, what: str, numbers: set[int], step: int) -> None:
    for n in sorted(numbers):
        path = raw / f"{n // 10:03d}" / f"{n:05d}.html"
        if what == "add":
            write(raw, n)
        elif what == "change" and path.exists():
            write(raw, n, step)
        elif what == "copy" and path.exists():
            shutil.copy(path, raw / f"copy-{n}.html")
        elif what == "remove":
            path.unlink(missing_ok=True)
            (raw / f"copy-{n}.html").unlink(missing_ok=True)


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of 8 pages, so that they are linked, made in part and joined in small corpora too.

    Articles and clauses are compared as those of many pages: what the last run knew of them is kept, distinct
    clauses that came since stand beside, and of articles the second half of the candidates are those of many.
    """
    monkeypatch.setattr(segments, "SEGMENT_PAGES", 8)
    monkeypatch.setattr(segments, "SMALL_PAGES", 2)
    monkeypatch.setattr(groups, "SMALL_SHORT_ROWS", 0)
    monkeypatch.setattr(dedupe, "SMALL_ROWS", 0)
    monkeypatch.setattr(candidates, "FEW_TEXTS", 0)
    monkeypatch.setattr(asking, "MOST_CHANGED", 1.0)
    monkeypatch.setattr(texts, "MOST_LATER", 1)


def live_through(folder: Path, steps: list[tuple[str, set[int], int, bool]]) -> None:
    raw, out, by_site = folder / "raw", folder / "out", len(steps) % 2 == 1
    for n in range(24):
        write(raw, n)
    ingest(raw, out, config=settings(by_site=by_site))
    stored = False
    for step, (what, numbers, workers, stored) in enumerate(steps, 1):
        change(raw, what, numbers, step)
        config = settings(workers=workers, refit_below=0 if stored else 50_000, by_site=by_site)
        ingest(raw, out, config=config, options=Options(verify=True))
    if stored:
        fit(out, config=settings(refit_below=0, by_site=by_site))
    assert check(out) == []
    ingest(raw, folder / "fresh", config=settings(by_site=by_site))
    assert digests(out) == digests(folder / "fresh")
    assert lines_of(out) == lines_of(folder / "fresh")


def lines_of(out: Path) -> list[list[str]]:
    names = ("pages.jsonl", "clauses.jsonl")
    return [sorted((out / name).read_text("utf-8").splitlines()) for name in names]


@pytest.mark.usefixtures("small_segments")
@given(steps=st.lists(STEP, min_size=1, max_size=4))
@hypothesis_settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_history_gives_the_rows_of_one_ingest(tmp_path_factory, steps) -> None:
    live_through(tmp_path_factory.mktemp("history"), steps)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("small_segments")
@given(steps=st.lists(STEP, min_size=2, max_size=8))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_long_history_gives_the_rows_of_one_ingest(tmp_path_factory, steps) -> None:
    live_through(tmp_path_factory.mktemp("history"), steps)


def test_removed_and_returned_in_another_order(tmp_path: Path, small_segments: None) -> None:
    raw, out, away = tmp_path / "raw", tmp_path / "out", tmp_path / "away"
    for n in range(30):
        write(raw, n)
    ingest(raw, out, config=settings())
    before = digests(out)
    shutil.move(raw / "001", away)
    ingest(raw, out, config=settings(workers=2))
    assert digests(out) != before
    shutil.move(away, raw / "001")
    ingest(raw, out, config=settings())
    assert digests(out) == before


def test_pages_that_are_added_leave_the_files_of_others_alone(tmp_path: Path, small_segments: None) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    for n in range(30):
        write(raw, n)
    ingest(raw, out, config=settings())
    before = {p.name: p.stat().st_ino for p in (out / "clauses").iterdir()}
    write(raw, 33)
    ingest(raw, out, config=settings())
    after = {p.name: p.stat().st_ino for p in (out / "clauses").iterdir()}
    assert len(before) >= 3
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_thousand_pages(tmp_path: Path) -> None:
    import make_pages

    sys.argv = ["make_pages.py", "10000", str(tmp_path / "corpus")]
    make_pages.main()
    raw, out = tmp_path / "corpus" / "raw", tmp_path / "out"
    assert ingest(raw, out, config=settings(workers=0)).pages >= 10_000
    assert not ingest(raw, out, config=settings(workers=0)).changed
    assert check(out) == []
    later = sorted(raw.rglob("*.html"))[::100]
    for path in later:
        path.unlink()
    ingest(raw, out, config=settings(workers=0))
    shutil.rmtree(out / ".state")
    whole = digests(out)
    ingest(raw, out, config=settings(workers=0))
    assert digests(out) == whole
