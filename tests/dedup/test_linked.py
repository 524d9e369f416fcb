"""Near pairs that are kept by row, against a plain set of pairs; and their stars, against the definition."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import slow_stars

from pipeline.dedup.arrays import keys_of, texts_of
from pipeline.dedup.linked import Linked, brought_up, centres, linked_of, pairs_at
from pipeline.dedup.near import FREE

ROWS = 8
Pair = tuple[int, int]
PAIRS = st.sets(st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)).filter(lambda p: p[0] < p[1]))
# Of each run: pairs that are near now and were not, or no more, and rows whose texts go.
RUNS = st.lists(st.tuples(PAIRS, PAIRS, st.sets(st.integers(0, ROWS - 1), max_size=2)), max_size=4)


def keys(pairs: set[Pair]) -> np.ndarray:
    left, right = (np.array([p[i] for p in sorted(pairs)], dtype=np.int64) for i in (0, 1))
    return keys_of(left, right)


def listed(linked: Linked, row: np.ndarray) -> list[Pair]:
    return sorted(zip(*(side.tolist() for side in texts_of(pairs_at(linked, row))), strict=True))


@settings(deadline=None)  # kernels are compiled once
@given(PAIRS, RUNS, st.permutations(range(ROWS)), st.integers(0, ROWS))
def test_pairs_and_stars_after_several_runs_are_those_of_the_definition(
    first: set[Pair], runs: list[tuple[set[Pair], set[Pair], set[int]]], order: list[int], base: int
) -> None:
    """Of the first run are the first `base` rows; the texts that go leave their places to those behind."""
    near = {p for p in first if p[1] < base}
    linked, gone = linked_of(keys(near), base), set[int]()
    for found, lost, went in runs:
        gone |= went
        lost = {p for p in lost if not gone & set(p)}  # of pairs that are lost both texts stay
        found = {p for p in found - near - lost if not gone & set(p)}
        near = {p for p in near - lost | found if not gone & set(p)}
        standing = [row for row in order if row not in gone]
        text = np.full(ROWS, FREE)
        text[standing] = np.arange(len(standing))
        linked = brought_up(linked, keys(found), keys(lost), text)
        assert listed(linked, np.where(text == FREE, -1, np.arange(ROWS))) == sorted(near)
        by_text = sorted(tuple(sorted((int(text[a]), int(text[b])))) for a, b in near)
        assert listed(linked, text) == by_text
        assert centres(linked, text, len(standing)).tolist() == slow_stars(by_text, len(standing))


def test_pairs_that_come_back_are_told_once() -> None:
    text = np.arange(3)
    linked = linked_of(keys({(0, 1), (1, 2)}), 3)
    without = brought_up(linked, keys(set()), keys({(0, 1), (0, 2)}), text)  # (0, 2) met and was not near
    assert without.gone.tolist() == keys({(0, 1)}).tolist()
    back = brought_up(without, keys({(0, 1)}), keys(set()), text)
    assert not len(back.gone)
    assert not len(back.came)
    assert listed(back, text) == [(0, 1), (1, 2)]
