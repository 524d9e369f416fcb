"""The engine for small inputs: every pair is looked at in NumPy, with no compiler to wait for.

It defines what the kernels compute: tests/dedup compares the two row by row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup import held
from pipeline.dedup.arrays import Related, Texts, boilerplate_slots, shingles_of
from pipeline.dedup.rules import (
    BRIDGE,
    CONTAINED,
    CONTAINS,
    EDITED,
    FEW_SHINGLES,
    OWN,
    REJECTED,
    SHARED,
    SHINGLE,
    SLOTS_FROM,
    STORED,
    SURE,
    TEMPLATE,
    kinds_of,
)
from pipeline.dedup.slots import are_apart, find_slots, slots_of

SMALL = 64  # articles; 2,016 pairs of 25 µs are quicker than loading the kernels (0.9 s)


@dataclass(frozen=True, slots=True)
class Measures:
    """Pairs (left < right) of texts with something in common, and their measures; one entry a pair."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    coverage_left: NDArray[np.float64]
    coverage_right: NDArray[np.float64]
    jaccard: NDArray[np.float64]
    kind: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Side:
    """What a text is judged by: all its shingles, the informative ones of them, and whether it is thin."""

    every: NDArray[np.uint64]
    own: NDArray[np.uint64]
    every_set: frozenset[int]
    own_set: frozenset[int]

    @property
    def thin(self) -> bool:
        """Tell whether next to everything is boilerplate."""
        return len(self.own) < FEW_SHINGLES and len(self.own) < len(self.every)


def side_of(units: NDArray[np.uint16], boilerplate: NDArray[np.bool_] | None) -> Side:
    """Return what a text is judged by."""
    every = shingles_of(units)
    own = every
    if boilerplate is not None and len(every):
        own = every[~boilerplate[boilerplate_slots(every, len(boilerplate))]]
    return Side(every, own, frozenset(every.tolist()), frozenset(own.tolist()))


def covered(hits: NDArray[np.bool_]) -> int:
    """Return how many positions are hit, runs of up to `BRIDGE` misses between two hits counted as hit.

    >>> covered(np.array([False, True, False, False, True]))
    4
    """
    places = np.flatnonzero(hits)
    gaps = np.diff(places) - 1
    return len(places) + int(gaps[gaps <= BRIDGE].sum())


def compare(left: Side, right: Side, *, own: bool) -> tuple[float, float, float]:
    """Return both coverages and the Jaccard similarity, on all shingles or on those of their own."""
    sets = (left.own_set, right.own_set) if own else (left.every_set, right.every_set)
    lists = (left.own, right.own) if own else (left.every, right.every)
    common = sets[0] & sets[1]
    if not common:
        return 0.0, 0.0, 0.0
    found = np.fromiter(common, dtype=np.uint64)
    one, other = (covered(np.isin(side, found)) / len(side) for side in lists)
    return one, other, len(common) / (len(sets[0]) + len(sets[1]) - len(common))


def compare_thin(left: Side, right: Side) -> tuple[float, float, float]:
    """Compare two texts of which one is thin: on all shingles, and on their own where that says something."""
    one, other, jaccard = compare(left, right, own=False)
    own, others, _ = compare(left, right, own=True)
    if len(left.own) >= OWN or not right.thin:
        one = min(one, own)
    if len(right.own) >= OWN or not left.thin:
        other = min(other, others)
    return one, other, jaccard


def measure(texts: Texts, boilerplate: NDArray[np.bool_] | None, min_chars: int) -> Measures:
    """Measure every pair of texts of at least `min_chars` units that has a shingle in common."""
    judged = [t for t in range(len(texts)) if texts.length[t] >= min_chars]
    sides = {t: side_of(texts.of(t), boilerplate) for t in judged}
    rows = []
    for at, a in enumerate(judged):
        for b in judged[at + 1 :]:
            one, other = sides[a], sides[b]
            thin = one.thin or other.thin
            found = compare_thin(one, other) if thin else compare(one, other, own=True)
            if found[2]:
                sizes = [len(texts.of(t)) if thin else size_of(texts.of(t), boilerplate) for t in (a, b)]
                rows.append((a, b, *found, *sizes))
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    left, right, sized, wide = (table[:, i].astype(np.int64) for i in (0, 1, 5, 6))
    kind = kinds_of((table[:, 2], table[:, 3]), (sized, wide), table[:, 4])
    _look_side_by_side(texts, boilerplate, Measures(left, right, table[:, 2], table[:, 3], table[:, 4], kind))
    return Measures(left, right, table[:, 2], table[:, 3], table[:, 4], kind)


def boilerplate_units(units: NDArray[np.uint16], mask: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Return which units are boilerplate: those all of whose shingles are; None where there is none."""
    shingles = shingles_of(units)
    if mask is None or not len(shingles):
        return None
    hot = mask[boilerplate_slots(shingles, len(mask))]
    cold = np.zeros(len(units), dtype=np.bool_)
    for i in range(SHINGLE):
        cold[i : i + len(hot)] |= ~hot
    return ~cold


def size_of(units: NDArray[np.uint16], mask: NDArray[np.bool_] | None) -> int:
    """Return the units of a text that are no boilerplate."""
    marks = boilerplate_units(units, mask)
    return len(units) if marks is None else int((~marks).sum())


def _look_side_by_side(texts: Texts, mask: NDArray[np.bool_] | None, pairs: Measures) -> None:
    """Mark templates, and what is covered enough for copies but is none."""
    better = np.maximum(pairs.coverage_left, pairs.coverage_right)
    for p in np.flatnonzero(np.minimum(pairs.coverage_left, pairs.coverage_right) >= SLOTS_FROM):
        a, b = texts.of(int(pairs.left[p])), texts.of(int(pairs.right[p]))
        marks = (boilerplate_units(a, mask), boilerplate_units(b, mask))
        left, right = unit_string(a), unit_string(b)
        if find_slots(left, right, marks):
            pairs.kind[p] = TEMPLATE
        elif pairs.kind[p] == EDITED and better[p] < SURE and are_apart(left, right):
            pairs.kind[p] = SHARED


def unit_string(units: NDArray[np.uint16]) -> str:
    """Return the units as a string of one character a unit, surrogates apart."""
    return units.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def stars(texts: Texts, pairs: Measures) -> NDArray[np.int64]:
    """Return each text's centre: time and again the text that most of the rest pass against."""
    neighbours: list[set[int]] = [set() for _ in range(len(texts))]
    for p in np.flatnonzero(pairs.kind == EDITED):
        a, b = int(pairs.left[p]), int(pairs.right[p])
        neighbours[a].add(b)
        neighbours[b].add(a)
    centre = np.arange(len(texts), dtype=np.int64)
    rest = {t for t in range(len(texts)) if neighbours[t]}
    while rest:
        best = min(rest, key=lambda t: (-len(neighbours[t] & rest), texts.rank[t]))
        members = (neighbours[best] & rest) | {best}
        centre[list(members)] = best
        rest -= members
    return centre


def holders(texts: Texts, pairs: Measures, centre: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark pairs in which a member holds a canonical that the member's own canonical does not hold.

    Of several such members of one cluster that of the highest coverage is taken, then of the best rank.
    """
    held: set[tuple[int, int]] = set()
    best: dict[tuple[int, int], tuple[float, int, int]] = {}
    for p in np.flatnonzero((pairs.kind == CONTAINED) | (pairs.kind == CONTAINS)):
        inner, outer, cover = int(pairs.left[p]), int(pairs.right[p]), float(pairs.coverage_left[p])
        if pairs.kind[p] == CONTAINS:
            inner, outer, cover = outer, inner, float(pairs.coverage_right[p])
        key = (inner, int(centre[outer]))
        if centre[inner] != inner:
            continue
        if outer == centre[outer]:
            held.add(key)
        else:
            best[key] = min(best.get(key, (1.0, len(texts), -1)), (-cover, int(texts.rank[outer]), int(p)))
    marked = np.zeros(len(pairs.kind), dtype=np.bool_)
    marked[[row[2] for key, row in best.items() if key not in held]] = True
    return marked


def relate(texts: Texts, boilerplate: NDArray[np.bool_] | None, config: DedupConfig) -> Related:
    """Relate the texts of a small corpus: clusters, and pairs worth a row. Cost: 20 µs a pair."""
    pairs = measure(texts, boilerplate, config.min_chars)
    centre = stars(texts, pairs)
    left, right = pairs.left, pairs.right
    better = np.maximum(pairs.coverage_left, pairs.coverage_right)
    member = (centre[left] == centre[right]) & ((centre[left] == left) | (centre[right] == right))
    canonicals = (centre[left] == left) & (centre[right] == right)
    near = (pairs.kind > REJECTED) | (better >= STORED)
    kept = np.full(len(left), config.all_pairs) | member | (canonicals & near) | holders(texts, pairs, centre)
    cover = (pairs.coverage_left, pairs.coverage_right)
    if not config.all_pairs:
        kept[held.best_holders(left, right, pairs.kind, cover, (centre, texts.rank))] = True
    turned = member & (centre[left] == right)
    one, other = np.where(turned, right, left)[kept], np.where(turned, left, right)[kept]
    return Related(
        centre=centre,
        left=one,
        right=other,
        kind=pairs.kind[kept],
        jaccard=pairs.jaccard[kept],
        coverage_left=np.where(turned, cover[1], cover[0])[kept],
        coverage_right=np.where(turned, cover[0], cover[1])[kept],
        ratio=ratios(texts, one, other),
        slots={
            int(p): slots_of(unit_string(texts.of(int(one[p]))), unit_string(texts.of(int(other[p]))))
            for p in np.flatnonzero(pairs.kind[kept] == TEMPLATE)
        },
    )


def ratios(texts: Texts, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return rapidfuzz's normalised Indel similarity of the keys of each pair, 0..100."""
    from rapidfuzz.distance import Indel

    keys = {
        int(t): texts.of(int(t)).tobytes().decode("utf-16-le", "replace")
        for t in {*left.tolist(), *right.tolist()}
    }
    found = [
        100.0 * Indel.normalized_similarity(keys[a], keys[b])
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.float64)
