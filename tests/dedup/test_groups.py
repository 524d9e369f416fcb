import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import DedupConfig
from pipeline.dedup import fast, groups, near, plain
from pipeline.dedup.arrays import Texts
from pipeline.dedup.components import texts_of
from pipeline.dedup.groups import MIN_CLAUSE_CHARS, MIN_RATIO, count_part, group_clauses, near_pairs, stars
from pipeline.dedup.work import Work
from pipeline.text.fold import key_units, text_id

NEAR = (
    "每周五下午由仓库管理员对库房进行全面盘点并登记。",
    "每周五下午由仓库管理员对库房进行仔细盘点并登记。",
)
OTHER = "食堂餐具一餐一洗一消毒，剩菜剩饭不得隔夜存放。"


def part(rows: list[tuple[str, str, str | None, str | None]]) -> pa.Table:
    names = ("clause_id", "text", "article_id", "site")
    columns = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)}
    return pa.table(columns | {"text_id": [text_id(row[1]) for row in rows]})


ROWS: list[tuple[str, str, str | None, str | None]] = [
    ("a:1/1", NEAR[0], "a:1", "甲网"),
    ("a:1/2", NEAR[0], "a:1", "甲网"),
    ("b:1/1", NEAR[1], "b:1", "乙网"),
    ("b:g1/1", NEAR[0] + " ", None, "乙网"),
    ("c:1/1", OTHER, "c:1", None),
    ("c:1/2", "不得迟到。", "c:1", None),
    ("d:1/2", "不得早退。", "d:1", None),
]


@pytest.mark.parametrize("cuts", [[7], [3, 7], [1, 2, 3, 4, 5, 6, 7]])
def test_equal_and_near_clauses_are_one_group_however_they_come(cuts: list[int]) -> None:
    pieces = [part(ROWS[start:end]) for start, end in zip([0, *cuts], cuts, strict=False)]
    found = {
        row["text_id"]: row
        for row in group_clauses([count_part(p) for p in pieces], DedupConfig()).to_pylist()
    }
    assert set(found) == {text_id(text) for text in NEAR}
    first, second = (found[text_id(text)] for text in NEAR)
    assert first["group_id"] == second["group_id"] == min(text_id(t) for t in NEAR)
    assert (first["n_clauses"], first["n_sites"], second["n_clauses"]) == (3, 2, 1)
    assert first["text"] == NEAR[0]


def test_an_article_is_counted_once() -> None:
    (row,) = group_clauses([count_part(part(ROWS[:2]))], DedupConfig()).to_pylist()
    assert (row["n_clauses"], row["n_articles"]) == (2, 1)


def test_short_clauses_are_equal_or_different_and_pages_may_have_no_site() -> None:
    table = group_clauses([count_part(part([*ROWS[4:], ROWS[4], ROWS[6]]))], DedupConfig())
    assert sorted(table["text"].to_pylist()) == sorted(["不得早退。", OTHER])
    assert table["group_id"].to_pylist() == table["text_id"].to_pylist()
    assert table["n_sites"].to_pylist() == [0, 0]


def test_nothing_gives_an_empty_table() -> None:
    assert group_clauses([], DedupConfig()).num_rows == 0


def slow_stars(pairs: list[tuple[int, int]], count: int) -> list[int]:
    centre: dict[int, int] = {}
    beside = {n: {b for a, b in pairs if a == n} | {a for a, b in pairs if b == n} for n in range(count)}
    for node in sorted(range(count), key=lambda n: (-len(beside[n]), n)):
        if node not in centre:
            centre[node] = node
            centre |= {other: node for other in beside[node] if other not in centre}
    return [centre[n] for n in range(count)]


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_stars_are_those_of_the_slow_twin(pairs: set[tuple[int, int]]) -> None:
    left, right = (np.array([p[i] for p in sorted(pairs)], dtype=np.int64) for i in (0, 1))
    assert stars(left, right, 10).tolist() == slow_stars(sorted(pairs), 10)


def test_bands_find_what_all_pairs_find(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    words = [
        "仓库管理员",
        "值班人员",
        "食堂主管",
        "每周五",
        "每日",
        "盘点",
        "登记",
        "清扫",
        "报告",
        "复核",
        "签字",
    ]
    texts = {"".join(rng.choices(words, k=rng.randint(3, 9))) for _ in range(500)}
    rows = [(f"{n}:1/1", text, f"{n}:1", None) for n, text in enumerate(sorted(texts))]
    counted = [count_part(part([*rows, *rows]))]
    few = group_clauses(counted, DedupConfig())
    monkeypatch.setattr(groups, "SMALL_SHORT_ROWS", 0)
    many = group_clauses(counted, DedupConfig())
    same = sum(a == b for a, b in zip(few["group_id"].to_pylist(), many["group_id"].to_pylist(), strict=True))
    assert same >= 0.95 * len(texts)  # bands miss scattered changes at the edge of the ratio: 483 of 498 here


def keys_as_texts(texts: list[str]) -> Texts:
    keys = [key_units(text) for text in texts]
    length = np.array([len(k) for k in keys], dtype=np.int64)
    units = np.concatenate([*keys, np.zeros(0, np.uint16)])
    return Texts(units, np.cumsum(length) - length, length, np.arange(len(keys)))


def slow_near_pairs(texts: Texts, work: Work) -> set[tuple[int, int]]:
    """Every pair of the bands is measured: what `near.near_in_band` may leave out, its twin does not."""
    judged = np.flatnonzero(texts.length >= MIN_CLAUSE_CHARS)
    sketches = fast.sketch_all(texts, fast.bitmap_of(fast.fit_large(texts, work)), work)
    found, _ = fast.pairs_of_bands(sketches.signatures, judged, work)
    left, right = texts_of(found)
    near_ones = plain.ratios(texts, left, right) >= MIN_RATIO
    return set(zip(left[near_ones].tolist(), right[near_ones].tolist(), strict=True))


def test_pairs_of_bands_that_cannot_be_near_are_left_out_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = random.Random(5)
    bases = [
        "".join(chr(rng.randrange(0x4E00, 0x4E80)) for _ in range(rng.randint(6, 40))) for _ in range(40)
    ]
    texts = set(bases)
    for base in bases * 25:
        units = list(base + "\U00020000" * (rng.random() < 0.1))
        for _ in range(rng.randint(0, len(units) // 4)):
            units[rng.randrange(len(units))] = chr(rng.randrange(0x4E00, 0x4E80))
        texts.add("".join(units))
    keys, work = keys_as_texts(sorted(texts)), Work(DedupConfig())
    monkeypatch.setattr(groups, "SMALL_SHORT_ROWS", 0)
    left, right = near_pairs(keys, work)
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    assert len(found) > 1000
    assert found == slow_near_pairs(keys, work)


@given(st.lists(st.text("甲乙丙丁戊己庚\U00020000", max_size=12), min_size=2, max_size=2))
def test_parities_differ_in_no_more_bits_than_texts_are_apart(pair: list[str]) -> None:
    texts = keys_as_texts(pair)
    parities = np.empty((2, near.WORDS), dtype=np.uint64)
    near.write_parities(texts.units, (texts.begin, texts.length), parities)
    differ = sum(int(a ^ b).bit_count() for a, b in zip(*parities.tolist(), strict=True))
    (ratio,) = plain.ratios(texts, np.array([0]), np.array([1]))
    both = len("".join(pair))
    assert differ <= round((1 - ratio / 100) * both)
