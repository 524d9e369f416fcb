"""Slow, obvious twins of what the engines compute, written from the contract alone."""

from bisect import bisect_left
from itertools import combinations, pairwise

from pipeline.dedup.slots import changes

SHINGLE = 4


def shingles(key: str) -> list[str]:
    return [key[i : i + SHINGLE] for i in range(len(key) - SHINGLE + 1)]


def jaccard(left: str, right: str) -> float:
    a, b = set(shingles(left)), set(shingles(right))
    return len(a & b) / len(a | b)


def coverage(key: str, other: str, bridge: int = 12) -> float:
    """Share of a key's positions that the other has; up to `bridge` misses between hits are hits."""
    theirs = set(shingles(other))
    hits = [s in theirs for s in shingles(key)]
    places = [i for i, hit in enumerate(hits) if hit]
    for a, b in pairwise(places):
        if b - a - 1 <= bridge:
            hits[a:b] = [True] * (b - a)
    return sum(hits) / len(hits)


def side_by_side(left: str, right: str) -> bool:
    """What stands once in both keeps its order (.7 of it), and no passage of over 60 is put for another."""
    mine, theirs = shingles(left), shingles(right)
    once = [s for s in mine if mine.count(s) == theirs.count(s) == 1]
    tails: list[int] = []
    for place in (theirs.index(s) for s in once):
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
    if not once or len(tails) < 0.7 * len(once):
        return False
    return all(min(b - a, d - c) <= 60 for a, b, c, d in changes(left, right))


def passes(left: str, right: str) -> bool:
    """The rule of an edited copy, siblings left aside."""
    one, other = coverage(left, right), coverage(right, left)
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    if len(longer) >= 1.5 * len(shorter) and coverage(shorter, longer) >= 0.9:
        return False
    near = max(one, other) >= 0.65 and min(one, other) >= 0.5 and jaccard(left, right) >= 0.1
    return near and (max(one, other) >= 0.85 or side_by_side(left, right))


def passing_pairs(keys: list[str]) -> set[tuple[int, int]]:
    return {(a, b) for a, b in combinations(range(len(keys)), 2) if passes(keys[a], keys[b])}


def stars(count: int, passing: set[tuple[int, int]], rank: list[int]) -> list[int]:
    """Centres by contract §5: the text that most of the rest pass against, time and again."""
    near: dict[int, set[int]] = {t: set() for t in range(count)}
    for a, b in passing:
        near[a].add(b)
        near[b].add(a)
    centre, rest = list(range(count)), set(range(count))
    while rest:
        best = min(rest, key=lambda t: (-len(near[t] & rest), rank[t]))
        for member in (near[best] & rest) | {best}:
            centre[member] = best
            rest.discard(member)
    return centre


def slow_stars(pairs: list[tuple[int, int]], count: int) -> list[int]:
    """The centre of each node: those with most neighbours take theirs first."""
    centre: dict[int, int] = {}
    beside = {n: {b for a, b in pairs if a == n} | {a for a, b in pairs if b == n} for n in range(count)}
    for node in sorted(range(count), key=lambda n: (-len(beside[n]), n)):
        if node not in centre:
            centre[node] = node
            centre |= {other: node for other in beside[node] if other not in centre}
    return [centre[n] for n in range(count)]
