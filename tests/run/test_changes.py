"""The feed of changes: a consumer that follows it holds the tables, whatever changed them."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from small_corpora import settings, write_pages

import pipeline.run.dedupe as dedupe
import pipeline.run.segments as segments
from pipeline.check import check
from pipeline.config import Config, DedupConfig, PageConfig, RepairConfig
from pipeline.run import ingest
from pipeline.run.segments import read_arrow, write_arrow
from pipeline.store.digest import rows_digest
from pipeline.store.generations import current, folder_of, state_of
from pipeline.store.splice import UnfitError

GUIDE = "<p>岗位工作制度包括哪些内容</p><p>1. 岗位的职责和要求。</p><p>2. 交接班的步骤。</p>"
TORN = "<p>岗位工作制度 篇1</p><p>一、交接\u200b班的记录应\u200b当保存。</p><p>二、员工应当\u200b签字。</p>"


def followed(out: Path) -> dict[str, str]:
    """The digests of what a consumer holds that had the tables before the last run, and reads its feed."""
    number = current(out)
    before, after = folder_of(out, number - 1), folder_of(out, number)
    feed = pq.read_table(after / "changes" / f"{number:06d}.parquet")
    held = {}
    for table in ("pages", "articles", "clauses", "edits", "lines"):
        old, new = pq.read_table(before / table), pq.read_table(after / table)
        held[table] = rows_digest(
            pa.concat_tables(
                [
                    old.filter(pc.invert(named(old, table, feed, ("removed", "changed")))),
                    new.filter(named(new, table, feed, ("added", "changed"))),
                ]
            )
        )
    return held


def named(rows: pa.Table, table: str, feed: pa.Table, ops: tuple[str, ...]) -> pa.Array:
    """Which rows belong to a page or an article that the feed names: a clause of a guide to its page."""
    owner = rows["page_id"]
    if table in ("articles", "clauses"):
        owner = pc.coalesce(rows["article_id"], owner)
    of = "articles" if table == "articles" else "pages"
    told = feed.filter(pc.is_in(feed["op"], value_set=pa.array(ops)))
    if table != "clauses":
        told = told.filter(pc.equal(told["table"], of))
    return pc.is_in(owner, value_set=told["id"].combine_chunks())


def as_they_are(out: Path) -> dict[str, str]:
    folder = folder_of(out, current(out))
    return {
        t: rows_digest(pq.read_table(folder / t)) for t in ("pages", "articles", "clauses", "edits", "lines")
    }


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    for number, path in enumerate(write_pages(folder, range(12))):
        more = GUIDE if number % 5 == 1 else TORN if number % 5 == 2 else ""
        body = path.read_bytes()
        at = body.index(b"<p>", body.index(b"</h1>"))
        encoding = "gbk" if number % 4 == 3 else "utf-8"
        path.write_bytes(body[:at] + more.encode(encoding, "xmlcharrefreplace") + body[at:])
    return folder


def test_a_consumer_of_the_feed_holds_the_tables_when_sources_change(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ingest(raw, out, config=settings())
    (first, *others) = sorted(raw.rglob("*.html"))
    away = tmp_path / "away.html"
    for change in (
        lambda: shutil.move(first, away),
        lambda: shutil.move(away, raw / "again.html"),
        lambda: shutil.copy(others[0], raw / "copy.html"),
        lambda: write_pages(raw, [2, 3, 30], seed=5),
        lambda: shutil.rmtree(raw / "000"),
    ):
        change()
        assert ingest(raw, out, config=settings()).changed
        assert followed(out) == as_they_are(out)


@pytest.mark.parametrize(
    "config",
    [
        Config(page=PageConfig(hant="s2tw")),
        Config(repair=RepairConfig(invisible=False)),
        Config(dedup=DedupConfig(jaccard=0.8, min_chars=200)),
    ],
)
def test_a_consumer_of_the_feed_holds_the_tables_when_the_program_changes(
    raw: Path, tmp_path: Path, config: Config
) -> None:
    out = tmp_path / "out"
    ingest(raw, out, config=settings())
    before = as_they_are(out)
    assert ingest(raw, out, config=dataclasses.replace(config, ingest=settings().ingest)).changed
    assert before != as_they_are(out) == followed(out)


def test_what_changed_nothing_is_not_in_the_feed(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ingest(raw, out, config=settings())
    assert ingest(raw, out, config=settings(by_site=True)).changed
    assert pq.read_table(out / "changes" / "000002.parquet").num_rows == 0


def test_so_many_runs_and_generations_stay_as_the_configuration_says(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def numbers(folder: str) -> list[int]:
        return sorted(int(p.stem) for p in (out / folder).iterdir())

    config = settings(keep_runs=3, keep_generations=4)
    for number in range(5):
        write_pages(raw, [40 + number])
        ingest(raw, out, config=config)
    assert numbers("changes") == numbers("runs") == [3, 4, 5]
    assert numbers(".generations") == [2, 3, 4, 5]
    assert not ingest(raw, out, config=settings()).changed  # what is kept changes no row
    assert numbers(".generations") == [4, 5]
    assert check(out) == []


HARMED: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "damaged": lambda path: path.write_bytes(b"junk"),
    "of other rows": lambda path: write_arrow(path, read_arrow(path).slice(1)),
}


@pytest.mark.parametrize("harmed", ["", "not fit", *HARMED])
def test_files_of_articles_that_comparison_alone_changes_are_hashed_and_told_by_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harmed: str
) -> None:
    """Copies that come, go and return move clusters and canonicals of pages whose segments stay.

    Whether they are spliced, or written whole, and whether the state has their rows or not.
    """
    monkeypatch.setattr(segments, "SEGMENT_PAGES", 4)
    monkeypatch.setattr(segments, "SMALL_PAGES", 1)
    raw, out, made = tmp_path / "raw", tmp_path / "out", []
    plain = dedupe.spliced

    def spliced(*args: Any) -> list[memoryview]:
        made.append(plain(*args))
        if harmed == "not fit":
            raise UnfitError("as if another version of Arrow had written it")
        return made[-1]

    monkeypatch.setattr(dedupe, "spliced", spliced)
    paths = write_pages(raw, range(20))
    for path in paths[::2]:  # in UTF-8; so that two sites are in a segment
        path.write_text(path.read_text("utf-8").replace("示例范文网", "制度参考网"), "utf-8")
    ingest(raw, out, config=settings(by_site=True))
    for number, source in enumerate(paths[:6]):
        body = source.read_bytes()
        cut = body.rindex(b"<p>")
        (raw / f"copy-{number}.html").write_bytes(body[:cut] + b"<p>1</p>" * number + body[cut:])
    away = tmp_path / "away.html"
    for change in (
        lambda: None,
        lambda: shutil.move(raw / "copy-1.html", away),
        lambda: paths[2].unlink(),
        lambda: shutil.move(away, raw / "copy-1.html"),
    ):
        change()
        for path in state_of(out, current(out)).glob("articles-*.arrow") if harmed in HARMED else ():
            HARMED[harmed](path)
        ingest(raw, out, config=settings(by_site=True))
        assert followed(out) == as_they_are(out)
        assert check(out) == []
    assert len(made) > 4 or harmed in ("damaged", "of other rows")  # these make all pages anew
    ingest(raw, tmp_path / "fresh", config=settings(by_site=True))
    assert as_they_are(out) == as_they_are(tmp_path / "fresh")
