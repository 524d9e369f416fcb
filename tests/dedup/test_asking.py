"""Pairs that samples propose, since the last run: those of the definition, whatever came and went."""

import random
from collections import Counter

import numpy as np
import pytest

from pipeline.config import DedupConfig
from pipeline.dedup import asking, candidates, fast
from pipeline.dedup.arrays import keys_of
from pipeline.dedup.asking import Before, pairs_since
from pipeline.dedup.candidates import POSTINGS, RARE, RARE_VOTES
from pipeline.dedup.fast import Sketches
from pipeline.dedup.meetings import BOTH, LAST, NOW
from pipeline.dedup.work import Work

WORK = Work(DedupConfig(workers=1))
PLACES = 1 << 12  # of the counts of few shingles: `fast.bits_of`


def drawn(rng: random.Random, texts: int, alphabet: int) -> Sketches:
    """Samples over few shingles, some of which are counted in one place; some texts hold one twice."""
    shingles = [rng.randrange(PLACES) + PLACES * rng.randrange(3) for _ in range(alphabet)]
    shingles += [s % PLACES + PLACES * 9 for s in shingles[::3]]
    samples = [[rng.choice(shingles) for _ in range(rng.choice((0, 1, 3, 6, 12)))] for _ in range(texts)]
    starts = np.cumsum([0, *map(len, samples)])
    return Sketches(
        np.zeros((0, 256), np.uint8),
        np.array([rng.randint(1, 20) for _ in samples]),
        np.array([s for sample in samples for s in sample], np.uint32),
        starts,
        np.array([rng.random() < 0.2 for _ in samples]),
    )


def slow_pairs(sketches: Sketches, texts: list[int], judged: list[int]) -> set[tuple[int, int]]:
    """Every text asks its shingles for those of their longest owners that are longer than itself."""
    sample = {t: sketches.samples[sketches.starts[t] : sketches.starts[t + 1]].tolist() for t in texts}
    counts = Counter(s % PLACES for t in texts for s in sample[t])
    order = sorted(judged, key=lambda t: (-sketches.sizes[t], t))
    found = set()
    for at, t in enumerate(order):
        votes: Counter[int] = Counter()
        of_rare: Counter[int] = Counter()
        for s in sample[t]:
            owners = [o for o in order[: at + 1] for other in sample[o] if other == s][:POSTINGS]
            votes.update(o for o in owners if o != t)
            of_rare.update(o for o in owners if o != t and counts[s % PLACES] <= RARE)
        rare = sum(counts[s % PLACES] <= RARE for s in sample[t])
        for o, n in votes.items():
            if n < 2 and not sketches.thin[t]:
                continue
            if n >= WORK.chosen().votes * len(sample[t]) or of_rare[o] >= max(RARE_VOTES * rare, 1):
                found.add((min(o, t), max(o, t)))
    return found


def packed(pairs: set[tuple[int, int]]) -> np.ndarray:
    sides = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return keys_of(sides[:, 0], sides[:, 1])


def unpacked(pairs: np.ndarray) -> list[tuple[int, int]]:
    return sorted((int(p) >> 32, int(p) & 0xFFFFFFFF) for p in pairs)


@pytest.mark.parametrize("seed", range(60))
def test_pairs_since_the_last_run_are_those_of_the_definition(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_CHANGED", 1.0)
    monkeypatch.setattr(asking, "FIRST_PAIRS", 64)  # room that must be doubled
    rng = random.Random(seed)
    sketches = drawn(rng, 90, rng.choice((8, 40, 200)))
    change = rng.choice((0.0, 0.02, 0.1, 0.6))
    standing = [rng.choice((LAST, NOW)) if rng.random() < change else BOTH for _ in sketches.sizes]
    judged = [t for t in range(len(standing)) if rng.random() < 0.95]
    runs = [[t for t, flag in enumerate(standing) if flag & run] for run in (LAST, NOW)]
    last, now = (slow_pairs(sketches, run, [t for t in judged if t in run]) for run in runs)
    before = Before(packed(last), np.array(standing, np.uint8), np.array(judged))
    found = pairs_since(sketches, before, WORK)
    assert found is not None
    assert unpacked(found) == sorted(now)


@pytest.mark.parametrize("seed", range(6))
def test_pairs_of_all_are_those_of_the_definition(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "FEW_TEXTS", 0)
    sketches = drawn(random.Random(seed), 90, 40)
    every = np.arange(len(sketches.sizes))
    found = fast.pairs_of_samples(sketches, every, WORK)
    assert unpacked(found) == sorted(slow_pairs(sketches, every.tolist(), every.tolist()))
    assert len(found)


def test_where_most_would_be_asked_or_rare_is_counted_elsewhere_all_are_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sketches = drawn(random.Random(1), 490, 400)
    few, every = np.full(490, BOTH, np.uint8), np.arange(490)
    nothing = np.zeros(0, np.uint64)
    few[:20] = LAST
    assert pairs_since(sketches, Before(nothing, few, every), WORK) is not None
    few[:200] = LAST
    assert pairs_since(sketches, Before(nothing, few, every), WORK) is None
    monkeypatch.setattr(asking, "MOST_CHANGED", 1.0)
    few[:200] = BOTH
    few[:80] = NOW  # one in six came, and with them the counts have twice the places
    counts = np.diff(sketches.starts)
    assert 2 * counts[80:].sum() <= PLACES < 2 * counts.sum()
    assert pairs_since(sketches, Before(nothing, few, every), WORK) is None


def test_without_texts_there_are_no_pairs() -> None:
    nothing = np.zeros(0, np.uint64)
    sketches = drawn(random.Random(1), 0, 3)
    found = pairs_since(sketches, Before(nothing, np.zeros(0, np.uint8), np.zeros(0, np.int64)), WORK)
    assert found is not None
    assert not len(found)
