"""Clauses of a segment in the state: those of the articles asked for, as the table tells them by key."""

import random
from pathlib import Path

import pyarrow as pa
import pytest
from small_corpora import digests, settings, write_pages

from pipeline.dedup.groups import count_part
from pipeline.run import ingest, segments
from pipeline.run.texts import write_ranges
from pipeline.run.told import TOLD, told_clauses, write_clauses
from pipeline.store.generations import current, state_of
from pipeline.text.fold import comparison_key, text_id

Row = dict[str, str | None]


def drawn(rng: random.Random, articles: int) -> list[Row]:
    """Clauses of articles, some with guides between them: labels without a text, texts without a key."""
    rows: list[Row] = []
    for n in range(articles):
        owner = None if rng.random() < 0.2 else f"{n:02d}:1"
        for k in range(rng.choice((1, 2, 5))):
            text = rng.choice(("", "，", "……", f"第{rng.randrange(9)}项", f"第{rng.randrange(9)}项。"))
            marker = rng.choice((None, "一、", "第一章"))
            rows.append({"article_id": owner, "path": str(k + 1), "marker": marker, "text": text})
            rows[-1] |= {"text_id": text_id(text), "page_id": f"{n:02d}", "site": None}
    return rows


def as_table(rows: list[Row]) -> pa.Table:
    names = ("article_id", "page_id", "site", "path", "marker", "text", "text_id")
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def slow_told(rows: list[Row], ids: list[str]) -> list[tuple[int, str | None, str | None, str]]:
    """The clauses of some articles: number, path, text_id, key of the text or of the label without one."""
    found = []
    for row in rows:
        if row["article_id"] in ids:
            told = row["text"] or row["marker"] or ""
            found.append((ids.index(row["article_id"]), row["path"], row["text_id"], comparison_key(told)))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_clauses_are_those_of_the_table(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = drawn(rng, rng.choice((0, 1, 30)))
    write_ranges(tmp_path / "counts-a.arrow", count_part(as_table(rows)))
    write_clauses(tmp_path, "a", as_table(rows))
    ids = [f"{n:02d}:1" for n in rng.sample(range(40), rng.choice((0, 5, 40)))]
    table = told_clauses(tmp_path, "a", pa.array(ids, pa.string()))
    assert table.schema == TOLD
    columns = [table[name].to_pylist() for name in TOLD.names[:3]]
    keys = [comparison_key(told) for told in table["told"].to_pylist()]
    assert list(zip(*columns, keys, strict=True)) == sorted(slow_told(rows, ids), key=lambda row: row[0])


def test_without_the_file_clauses_are_read_from_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_PAGES", 8)
    monkeypatch.setattr(segments, "SMALL_PAGES", 2)
    raw, out, fresh = tmp_path / "raw", tmp_path / "out", tmp_path / "fresh"
    write_pages(raw, range(12))
    ingest(raw, out, config=settings())
    files = {path.name: path for path in state_of(out, current(out)).glob("clauses-*.arrow")}
    for path in files.values():
        path.unlink()
    write_pages(raw, range(12, 16))
    ingest(raw, out, config=settings())
    made = {path.name for path in state_of(out, current(out)).glob("clauses-*.arrow")}
    assert files.keys() & made
    ingest(raw, fresh, config=settings())
    assert digests(out) == digests(fresh)
