import random
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import slow_stars

from pipeline.config import DedupConfig
from pipeline.dedup import fast, groups, linked, meetings, near, plain
from pipeline.dedup.arrays import Texts, keys_of, texts_of
from pipeline.dedup.frames import Folded, Ints
from pipeline.dedup.groups import (
    Known,
    Near,
    Reading,
    add_parts,
    columns_of,
    count_part,
    group_clauses,
    stars,
)
from pipeline.dedup.intake import fold_batches
from pipeline.dedup.meetings import LONGEST, NOW, PARITY, PARITY_BITS, WORDS
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.rules import MIN_CLAUSE_CHARS, MIN_RATIO
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
    return pa.table(columns | {"text_id": pa.array([text_id(row[1]) for row in rows], pa.string())})


def reading(tables: list[pa.Table]) -> Reading:
    """Give columns of texts that lie in some tables, one behind the other."""

    def read(names: Sequence[str], wanted: Ints | None) -> Iterator[pa.Table]:
        start = 0
        for table in tables:
            rows = np.arange(start, start + len(table)) if wanted is None else wanted
            here = rows[(rows >= start) & (rows < start + len(table))] - start
            yield columns_of(table, names).take(pa.array(here.tolist(), pa.int64()))
            start += len(table)

    return read


def grouped(parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(group_clauses(reading([add_parts(parts)]), DedupConfig())[0])


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
    found = {row["text_id"]: row for row in grouped([count_part(p) for p in pieces]).to_pylist()}
    assert set(found) == {text_id(text) for text in NEAR}
    first, second = (found[text_id(text)] for text in NEAR)
    assert first["group_id"] == second["group_id"] == min(text_id(t) for t in NEAR)
    assert (first["n_clauses"], first["n_sites"], second["n_clauses"]) == (3, 2, 1)
    assert first["text"] == NEAR[0]


def test_an_article_is_counted_once() -> None:
    (row,) = grouped([count_part(part(ROWS[:2]))]).to_pylist()
    assert (row["n_clauses"], row["n_articles"]) == (2, 1)


def test_short_clauses_are_equal_or_different_and_pages_may_have_no_site() -> None:
    table = grouped([count_part(part([*ROWS[4:], ROWS[4], ROWS[6]]))])
    assert sorted(table["text"].to_pylist()) == sorted(["不得早退。", OTHER])
    assert table["group_id"].to_pylist() == table["text_id"].to_pylist()
    assert table["n_sites"].to_pylist() == [0, 0]


SAID = st.sampled_from(["甲乙", "甲乙。", "丙丁", "丙 丁", "戊", "。", ""])
SOME_ROWS = st.lists(
    st.tuples(SAID, st.none() | st.integers(1, 2), st.none() | st.sampled_from("站网")), max_size=9
)


@given(parts=st.lists(SOME_ROWS, max_size=3))
def test_counts_of_parts_add_up(parts: list[list[tuple[str, int | None, str | None]]]) -> None:
    """Articles stand in one part; what has no key is not counted."""
    rows = [
        (text_id(text), text, article and f"{n}:{article}", site)
        for n, mine in enumerate(parts)
        for text, article, site in mine
    ]
    expected = []
    for key in sorted({row[0] for row in rows} - {text_id("")}):
        mine = [row for row in rows if row[0] == key]
        sets = ({row[k] for row in mine} - {None} for k in (2, 3))
        expected.append((key, min(row[1] for row in mine), len(mine), *map(len, sets)))
    counted = [
        count_part(part([("", text, article and f"{n}:{article}", site) for text, article, site in mine]))
        for n, mine in enumerate(parts)
    ]
    found = add_parts(counted)
    told = columns_of(found, [*found.column_names[:-1], "n_sites"])
    assert [tuple(row.values()) for row in told.to_pylist()] == expected
    assert all(len(set(sites)) == len(sites) for sites in found["sites"].to_pylist())


def test_nothing_gives_an_empty_table() -> None:
    assert not list(group_clauses(reading([]), DedupConfig())[0])


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_stars_are_those_of_the_slow_twin(pairs: set[tuple[int, int]]) -> None:
    left, right = (np.array([p[i] for p in sorted(pairs)], dtype=np.int64) for i in (0, 1))
    assert stars(keys_of(left, right), 10).tolist() == slow_stars(sorted(pairs), 10)


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
    few = grouped(counted)
    monkeypatch.setattr(groups, "SMALL_SHORT_ROWS", 0)
    many = grouped(counted)
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


def changed_texts(rng: random.Random, count: int, bases: int) -> list[str]:
    """Clauses and copies of them with up to a fourth of their characters changed, mostly few."""

    def draw() -> str:
        return chr(rng.randrange(0x4E00, 0x4E80))

    first = ["".join(draw() for _ in range(rng.randint(6, 60))) for _ in range(bases)]
    texts = set(first)
    while len(texts) < count:
        units = list(rng.choice(first) + "\U00020000" * (rng.random() < 0.1))
        for _ in range(rng.randint(0, len(units) // 4) if rng.random() < 0.5 else 1):
            units[rng.randrange(len(units))] = draw()
        texts.add("".join(units))
    return sorted(texts)


def folded(texts: list[str]) -> Folded:
    """The keys of texts, in the order of their hash."""
    batch = pa.record_batch([pa.nulls(len(texts), pa.int32()), pa.array(texts, pa.string())], ["id", "text"])
    keys = fold_batches([batch], Work(DedupConfig(workers=1)), leaks=False)
    order = np.argsort(keys.hashes, kind="stable").tolist()
    return keys if order == sorted(order) else folded([texts[n] for n in order])


def test_pairs_of_bands_that_cannot_be_near_are_left_out_and_no_others() -> None:
    keys, work = folded(changed_texts(random.Random(5), 1000, 20)), Work(DedupConfig())
    texts = near.texts_folded(keys)
    bitmap = fast.bitmap_of(fast.fit_large(texts, work))
    drawn = near.room_for(*groups.room_in_memory(len(texts)))
    drawn.text[:] = np.arange(len(texts))
    near.put_drawn(keys, (bitmap, work), drawn, drawn.text, drawn.text)
    now = np.full(len(texts), NOW, dtype=np.uint8)
    gained, lost = near.changed_pairs(drawn, now, work)
    left, right = texts_of(near.near_pairs(keys, gained, work))
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    assert len(found) > 1000
    assert not len(lost)
    assert found == slow_near_pairs(texts, work)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_known_of_the_last_run_changes_no_row(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts come and go, bands are hot; each run knows what the last found, and gives the rows of a first."""
    monkeypatch.setattr(groups, "SMALL_SHORT_ROWS", 0)
    monkeypatch.setattr(groups, "SPARE", 1 + seed % 3)
    monkeypatch.setattr(groups, "MOST_UNUSED", 2 + 98 * (seed % 2))
    monkeypatch.setattr(near, "ROWS_AT_ONCE", 100)
    monkeypatch.setattr(meetings, "PIECE", 64)
    monkeypatch.setattr(meetings, "MOST_KEYS", 1 << 10)
    rng = random.Random(seed)
    every = changed_texts(rng, 2000 if seed < 2 else 400, 4 if seed < 2 else 8)
    model = CorpusModel(np.zeros(0, np.uint32), 0)
    before: list[str] = []
    known: Near | None = None
    for share in (0.5, 0.51, 0.3, 1.0, 0.99, 0.0, 0.7):
        chosen = [t for t in every if rng.random() < share] + [NEAR[0]]
        rows = [(f"{t}/1", t, t, None) for t in chosen]
        whole = add_parts([count_part(part(rows))])
        now, ids = [cut(whole, n) for n in range(16)], whole["text_id"].to_pylist()
        place = {text_id: n for n, text_id in enumerate(before)}
        source = np.array([place.get(i, -1) for i in ids], dtype=np.int64)
        given = None if known is None else Known(source, known)
        table, pairs = group_clauses(reading(now), DedupConfig(), model, given)
        anew, other = group_clauses(reading(now), DedupConfig(), model)
        assert pairs_of(pairs) == pairs_of(other)
        assert pa.concat_tables(table).equals(pa.concat_tables(anew))
        before, known = ids, pairs


def cut(texts: pa.Table, number: int) -> pa.Table:
    """The texts whose text_id begins with a digit."""
    return texts.filter([i[0] == "0123456789abcdef"[number] for i in texts["text_id"].to_pylist()])


def pairs_of(found: Near) -> list[tuple[int, int]]:
    assert found.linked is not None
    assert found.drawn is not None
    sides = texts_of(linked.pairs_at(found.linked, found.drawn.text))
    return sorted(zip(*(side.tolist() for side in sides), strict=True))


@given(st.lists(st.text("甲乙丙丁戊己庚\U00020000", max_size=12), min_size=2, max_size=2))
def test_parities_differ_in_no_more_bits_than_texts_are_apart(pair: list[str]) -> None:
    texts = keys_as_texts(pair)
    briefs = np.empty((2, WORDS), dtype=np.uint64)
    near.write_briefs(texts.units, (texts.begin, texts.length), briefs)
    assert (briefs[:, -1] >> np.uint64(PARITY_BITS)).tolist() == texts.length.tolist()
    briefs[:, -1] &= np.uint64(PARITY)
    differ = sum(int(a ^ b).bit_count() for a, b in zip(*briefs.tolist(), strict=True))
    (ratio,) = plain.ratios(texts, np.array([0]), np.array([1]))
    both = len("".join(pair))
    assert differ <= round((1 - ratio / 100) * both)


@pytest.mark.parametrize("length", [0, LONGEST - 1, LONGEST, LONGEST + 1, 70_000])
def test_a_brief_has_the_length_up_to_the_most_it_holds(length: int) -> None:
    briefs = np.empty((1, WORDS), dtype=np.uint64)
    near.write_briefs(np.full(length, 0x4E00, np.uint16), (np.array([0]), np.array([length])), briefs)
    assert int(briefs[0, -1]) >> PARITY_BITS == min(length, LONGEST)
    parity = [*briefs[0, :-1].tolist(), int(briefs[0, -1]) & PARITY]
    assert sum(word.bit_count() for word in parity) == length % 2
