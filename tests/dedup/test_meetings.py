"""Meetings that changed, against the definition: who meets in each run, pair by pair and band by band."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.dedup import meetings
from pipeline.dedup.candidates import CHAIN
from pipeline.dedup.meetings import BOTH, LAST, NOW, PARITY_BITS, WORDS, Met, changed_meetings
from pipeline.dedup.parameters import BINS, ROWS, Parameters

Pair = tuple[int, int]


def met_in(met: Met, chosen: Parameters, run: int) -> set[Pair]:
    """All pairs of a run that meet: in the first band that both have, fewer than `CHAIN` between them."""
    here = [t for t in met.judged.tolist() if met.standing[t] & run]
    keys = {
        t: [met.signatures[t, k * ROWS : (k + 1) * ROWS].tobytes() for k in range(chosen.bands)] for t in here
    }
    who: dict[tuple[int, bytes], list[int]] = {}
    for t in here:
        for band, key in enumerate(keys[t]):
            who.setdefault((band, key), []).append(t)
    found = set()
    for (band, _), texts in who.items():
        for (m, a), (n, b) in combinations(enumerate(texts), 2):
            first = not any(one == other for one, other in zip(keys[a][:band], keys[b][:band], strict=True))
            if first and n - m - 1 < CHAIN and agreeing(met, a, b) >= chosen.likely:
                found.add((min(a, b), max(a, b)))
    return found


def agreeing(met: Met, a: int, b: int) -> int:
    return int((met.signatures[a] == met.signatures[b]).sum())


def slow_changes(met: Met, chosen: Parameters) -> tuple[set[Pair], set[Pair]]:
    last, now = met_in(met, chosen, LAST), met_in(met, chosen, NOW)
    stay = {(a, b) for a, b in last if met.standing[a] & met.standing[b] & NOW}
    return now - last, stay - now


def fast_changes(met: Met, chosen: Parameters) -> tuple[set[Pair], set[Pair]]:
    found: tuple[list[Pair], list[Pair]] = ([], [])
    for sides in changed_meetings(met, chosen):
        for pairs, side in zip(found, sides, strict=True):
            pairs += [(int(p) >> 32, int(p) & 0xFFFFFFFF) for p in side.tolist()]
    assert [len(set(pairs)) for pairs in found] == [
        len(pairs) for pairs in found
    ]  # in their first band alone
    return set(found[0]), set(found[1])


def texts_with(keys: list[list[int]], standing: list[int], order: NDArray[np.int64] | None = None) -> Met:
    """Texts in the order of their hash, each with its keys of some bands; else their signatures differ."""
    count = len(standing)
    signatures = np.zeros((count, BINS), np.uint8)
    for t, row in enumerate(keys):
        signatures[t, : ROWS * len(row)] = np.repeat(row, ROWS)
        signatures[t, ROWS * len(row) :] = t % 251
    place = np.arange(count) if order is None else order
    columns = signatures[np.argsort(place)], np.array(standing, np.uint8)[np.argsort(place)]
    return Met(columns[0], place, columns[1], np.zeros((count, WORDS), np.uint64))


# So many texts that stay lie between two changed ones: about as many as one meets, and as two changes reach.
STAYING = st.sampled_from([0, 0, 1, 2, CHAIN - 2, CHAIN - 1, CHAIN, CHAIN + 1, 2 * CHAIN, 2 * CHAIN + 1])
CHANGED = st.lists(st.sampled_from([LAST, NOW]), max_size=3)
RUNS = st.lists(st.tuples(STAYING, CHANGED), min_size=1, max_size=4)


def standings(runs: list[tuple[int, list[int]]]) -> list[int]:
    return [standing for staying, changed in runs for standing in [BOTH] * staying + changed]


@settings(deadline=None)
@given(RUNS)
@example([(0, [NOW]), (CHAIN + 1, [])])  # the first word of a key
@example([(CHAIN + 1, [NOW])])  # the last one
@example([(0, [LAST]), (2 * CHAIN, [LAST])])
@example([(CHAIN, [NOW]), (CHAIN - 1, [NOW]), (CHAIN, [])])
@example([(CHAIN, [NOW]), (CHAIN, [NOW]), (CHAIN, [])])  # the second is `CHAIN` words behind, and no more
@example([(CHAIN, [NOW]), (CHAIN + 1, [NOW]), (CHAIN, [])])
@example([(CHAIN, [LAST]), (CHAIN, [LAST]), (CHAIN, [])])
@example([(CHAIN, [LAST, NOW]), (CHAIN, [])])  # one goes and one comes: nobody is pushed
@example([(CHAIN, [NOW, LAST]), (CHAIN, [])])
@example([(2, [LAST] * (2 * CHAIN)), (2, [NOW] * (2 * CHAIN)), (2, [])])
@example([(CHAIN, [NOW] * (2 * CHAIN)), (CHAIN, [LAST] * (2 * CHAIN)), (CHAIN, [])])
def test_changes_in_a_full_band_are_those_of_the_definition(runs: list[tuple[int, list[int]]]) -> None:
    standing = standings(runs)
    met = texts_with([[7]] * len(standing), standing)
    chosen = Parameters(bands=1, likely=ROWS, window=16, votes=0.3)
    assert fast_changes(met, chosen) == slow_changes(met, chosen)


@settings(deadline=None)
@given(RUNS, st.data())
def test_changes_in_several_bands_are_those_of_the_definition(
    runs: list[tuple[int, list[int]]], data: st.DataObject
) -> None:
    """Keys of one, of two and of many texts; texts stand in memory in the order of hashes or in another."""
    standing = standings(runs)
    seed = data.draw(st.integers(0, 1000))
    rng = np.random.default_rng(seed)
    keys = np.where(rng.random((len(standing), 3)) < 0.8, 1, rng.integers(2, 40, (len(standing), 3)))
    order = rng.permutation(len(standing)) if data.draw(st.booleans()) else None
    met = texts_with(keys.tolist(), standing, order)
    chosen = Parameters(bands=3, likely=data.draw(st.integers(0, 2 * ROWS)), window=16, votes=0.3)
    assert fast_changes(met, chosen) == slow_changes(met, chosen)


@settings(deadline=None)
@given(RUNS, st.integers(0, 1000))
def test_a_text_that_goes_and_comes_back_leaves_the_pairs_as_they_were(
    runs: list[tuple[int, list[int]]], seed: int
) -> None:
    """Pairs are kept over three runs, as the next run keeps them: the third has the texts of the first."""
    standing = np.array(standings(runs), np.uint8)
    keys = np.random.default_rng(seed).integers(0, 2, (len(standing), 2)).tolist()
    chosen = Parameters(bands=2, likely=0, window=16, votes=0.3)
    back = np.select([standing == LAST, standing == NOW], [NOW, LAST], BOTH).astype(np.uint8)
    first = met_in(texts_with(keys, standing.tolist()), chosen, LAST)
    kept = first
    for step in (standing, back):
        gained, lost = fast_changes(texts_with(keys, step.tolist()), chosen)
        kept = {(a, b) for a, b in kept if step[a] & step[b] & NOW} - lost | gained
    assert kept == first


@pytest.mark.parametrize("piece", [1, 64, 1 << 15])
def test_pieces_and_room_change_nothing(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """More words than a piece holds, and more pairs than there was room for."""
    rng = np.random.default_rng(piece)
    standing = rng.choice([LAST, NOW, BOTH], 300, p=(0.1, 0.1, 0.8)).tolist()
    met = texts_with(rng.integers(0, 3, (300, 4)).tolist(), standing)
    chosen = Parameters(bands=4, likely=0, window=16, votes=0.3)
    wanted = slow_changes(met, chosen)
    for name, value in (("PIECE", piece), ("FIRST_PAIRS", 16), ("MOST_KEYS", 600), ("RELEASED", 100)):
        monkeypatch.setattr(meetings, name, value)
    assert fast_changes(met, chosen) == wanted
    assert min(map(len, wanted)) > 100


def test_where_nobody_changed_nothing_is_looked_at() -> None:
    met = texts_with([[1]] * 50, [BOTH] * 50)
    assert list(changed_meetings(met, Parameters(1, 0, 16, 0.3))) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, (1 << 20) - 1), st.integers(0, 40)), min_size=2, max_size=80))
def test_pairs_that_briefs_tell_apart_are_left_out_and_no_others(told: list[tuple[int, int]]) -> None:
    """Of a parity the fast way looks at all bits that a brief has, and at the length above them."""
    count = len(told)
    briefs = np.zeros((count, WORDS), np.uint64)
    for t, (bits, length) in enumerate(told):
        briefs[t] = bits, bits & 3, bits >> 18, (length << PARITY_BITS) | (bits & 7)
    standing = [(BOTH, NOW, BOTH, BOTH, LAST)[t % 5] for t in range(count)]
    plain = texts_with([[1]] * count, standing)
    chosen = Parameters(1, 0, 16, 0.3)
    met = Met(plain.signatures, plain.judged, plain.standing, briefs, 40)
    gained, lost = slow_changes(plain, chosen)

    def near(pair: Pair) -> bool:
        one, other = (told[t] for t in pair)
        differ = [(a ^ b) for a, b in zip(*(briefs[t].tolist() for t in pair), strict=True)]
        differ[-1] &= (1 << PARITY_BITS) - 1
        apart = max(sum(d.bit_count() for d in differ), abs(one[1] - other[1]))
        return 100 * apart <= 40 * (one[1] + other[1])

    assert fast_changes(met, chosen) == (set(filter(near, gained)), set(filter(near, lost)))
