"""The distinct texts of clauses in the state: after any history, those of the segments of now."""

import os
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.dedup.groups import add_parts, columns_of, count_part
from pipeline.run import texts
from pipeline.run.segments import DamagedStateError, write_arrow
from pipeline.run.texts import BASE, HIDDEN, LATER, Texts, write_ranges
from pipeline.text.fold import text_id

NAMES = ("text_id", "text", "n_clauses", "n_articles", "n_sites")


def counted(rng: random.Random, size: int) -> pa.Table:
    """The counts of a segment: clauses of a small stock, in two wordings, some on pages without a site."""
    said = [f"第{rng.randrange(60)}条" + rng.choice(["", "。"]) for _ in range(size)]
    columns = {
        "text": said,
        "text_id": [text_id(text) for text in said],
        "article_id": [rng.choice([None, "a", "b"]) for _ in said],
        "site": [rng.choice([None, "甲网", "乙网", "丙网"]) for _ in said],
    }
    return count_part(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def begin(folder: Path, segments: dict[str, pa.Table]) -> Path:
    folder.mkdir()
    for name, table in segments.items():
        write_ranges(folder / f"counts-{name}.arrow", table)
    return folder


def told(tables: list[pa.Table]) -> list[dict[str, object]]:
    return [row for table in tables for row in table.to_pylist()]


@pytest.mark.parametrize("most", [0, 1, 10**9])  # all beside the base, some, and a new base in each run
@pytest.mark.parametrize("seed", range(2))
def test_after_any_history_the_texts_are_those_of_the_segments_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, seed: int
) -> None:
    monkeypatch.setattr(texts, "MOST_LATER", most)
    rng, segments, before, place = random.Random(seed), dict[str, pa.Table](), None, dict[str, int]()
    for run in range(7):
        for name in rng.sample(sorted(segments), min(len(segments), rng.choice([0, 0, 1, 3]))):
            del segments[name]
        for number in range(rng.choice([0, 1, 2])):
            segments[f"{run}{number}"] = counted(rng, rng.choice([0, 3, 40]))
        now = begin(tmp_path / str(run), segments)
        brought = Texts(now, before, segments)
        source = brought.bring_up().tolist()
        anew = columns_of(add_parts(list(segments.values())), NAMES).to_pylist()
        ids = [row["text_id"] for row in anew]
        assert told(list(brought.read(NAMES))) == anew
        some = np.array(sorted(rng.sample(range(len(ids)), len(ids) // 3)), np.int64)
        assert told(list(brought.read(NAMES, some))) == [anew[row] for row in some]
        assert source == [place.get(i, -1) for i in ids]
        assert brought.stand == (run > 0)
        before, place = now, {i: row for row, i in enumerate(ids)}


def test_the_base_is_linked_until_what_stands_beside_it_is_much(tmp_path: Path) -> None:
    rng = random.Random(1)
    segments = {"a": counted(rng, 300)}
    first = begin(tmp_path / "1", segments)
    Texts(first, None, segments).bring_up()
    segments["b"] = counted(rng, 2)
    second = begin(tmp_path / "2", segments)
    Texts(second, first, segments).bring_up()
    assert os.path.samefile(first / BASE, second / BASE)
    segments["c"] = counted(rng, 300)
    third = begin(tmp_path / "3", segments)
    Texts(third, second, segments).bring_up()
    assert not os.path.samefile(second / BASE, third / BASE)


@pytest.mark.parametrize("name", [BASE, LATER, HIDDEN])
def test_a_damaged_file_is_told_and_a_missing_one_is_made_again(tmp_path: Path, name: str) -> None:
    segments = {"a": counted(random.Random(1), 50)}
    first, second = begin(tmp_path / "1", segments), begin(tmp_path / "2", segments)
    Texts(first, None, segments).bring_up()
    (first / name).write_bytes(b"junk")
    with pytest.raises(DamagedStateError):
        Texts(second, first, segments).bring_up()
    (first / name).unlink()
    brought = Texts(second, first, segments)
    assert not brought.stand
    assert (brought.bring_up() == -1).all()


def test_counts_of_an_earlier_version_are_found_out_again(tmp_path: Path) -> None:
    folder, table = begin(tmp_path / "1", {}), counted(random.Random(1), 50)
    write_arrow(folder / "counts-a.arrow", table.drop_columns("sites"))
    with pytest.raises(DamagedStateError):
        Texts(folder, None, ["a"])
