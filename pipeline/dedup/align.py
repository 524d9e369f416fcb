"""A member of a cluster beside its canonical, clause by clause.

Equal clauses in order are anchors (a longest common subsequence); equal clauses elsewhere have moved; between
two anchors the most similar clauses are one clause changed; the rest was added or removed: the collation of
witnesses of textual criticism.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import ratio as indel_ratio

from pipeline.text.fold import comparison_keys

Op = Literal["same", "changed", "added", "removed", "moved"]

# 0–100. Two clauses under it share little beyond the phrases of their trade: of 3,000 random pairs of clauses
# of one article 99 % stay below 26 on raw/sample, below 60 on statutes in the form of template articles.
MIN_CHANGED_RATIO = 60.0
MAX_GAP_PAIRS = 40_000  # pairs compared between two anchors; above, only what stands at the same place is


Row = tuple[int | None, int | None, Op, float | None]  # of `Aligned`
Ints = NDArray[np.int64]
Spans = tuple[Ints, Ints]  # of articles: where each begins and ends
Matched = dict[int, tuple[int, Op, float]]  # place in the canonical: in the member, what happened, ratio


class Aligned(NamedTuple):
    """One row: places in the two lists (None where missing), what happened, the ratio 0–100 of the texts."""

    canonical: int | None
    member: int | None
    op: Op
    ratio: float | None


def align(canonical: Sequence[str], member: Sequence[str]) -> list[Aligned]:
    """Align two lists of clause texts; rows in the order of the canonical, what was added at its place.

    Texts are compared by key: script, width and punctuation do not count. Every clause of either side stands
    in exactly one row. Cost: linear for near-copies, else up to `MAX_GAP_PAIRS` comparisons a gap.

    >>> [(r.op, r.canonical, r.member) for r in align(["甲乙丙丁。", "戊己"], ["甲乙丙戊；", "庚", "戊己"])]
    [('changed', 0, 0), ('added', None, 1), ('same', 1, 2)]
    """
    keys = comparison_keys([*canonical, *member])
    return [Aligned(*row) for row in align_keys(keys[: len(canonical)], keys[len(canonical) :])]


def align_keys(left: list[str], right: list[str]) -> list[Row]:
    """Do what `align` does for texts that are folded already; the rows are plain tuples."""
    if len(left) == len(right) == 1:
        return align_two(*left, *right)
    return align_any(left, right)


def align_two(one: str, other: str) -> list[Row]:
    """Do what `align_any` does for lists of one: most members differ from their canonical in one clause."""
    if one == other != "":
        return [(0, 0, "same", 100.0)]
    if ratio := indel_ratio(one, other, score_cutoff=MIN_CHANGED_RATIO):
        return [(0, 0, "changed", ratio)]
    return [(None, 0, "added", None), (0, None, "removed", None)]


def align_any(left: list[str], right: list[str]) -> list[Row]:
    """Do what `align_keys` does, for lists of any length."""
    anchors = _anchors(left, right)
    matched: Matched = {i: (j, "same", 100.0) for i, j in anchors}
    taken = {j for _, j in anchors}
    if len(matched) < len(left) and len(taken) < len(right):
        _match_moved(left, right, matched, taken)
        _match_changed(left, right, anchors, matched, taken)
    return _in_order(len(left), len(right), matched, taken)


def _anchors(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Equal clauses in the same order, empty ones left out."""
    found = []
    for code in Indel.opcodes(left, right):
        if code.tag == "equal":
            places = zip(
                range(code.src_start, code.src_end), range(code.dest_start, code.dest_end), strict=True
            )
            found += [(i, j) for i, j in places if left[i]]
    return found


def _match_moved(left: list[str], right: list[str], matched: Matched, taken: set[int]) -> None:
    free: dict[str, list[int]] = defaultdict(list)
    for j in range(len(right) - 1, -1, -1):
        if j not in taken and right[j]:
            free[right[j]].append(j)
    for i, key in enumerate(left):
        if i not in matched and free.get(key):
            j = free[key].pop()
            matched[i] = (j, "moved", 100.0)
            taken.add(j)


def _match_changed(
    left: list[str],
    right: list[str],
    anchors: list[tuple[int, int]],
    matched: Matched,
    taken: set[int],
) -> None:
    before = (-1, -1)
    for anchor in [*anchors, (len(left), len(right))]:
        gap = range(before[0] + 1, anchor[0]), range(before[1] + 1, anchor[1])
        before = anchor
        if not (gap[0] and gap[1]):
            continue
        rows = [i for i in gap[0] if i not in matched]
        columns = [j for j in gap[1] if j not in taken]
        for score, i, j in _similar(left, right, rows, columns):
            if i not in matched and j not in taken:
                matched[i] = (j, "changed", score)
                taken.add(j)


def _similar(
    left: list[str], right: list[str], rows: list[int], columns: list[int]
) -> list[tuple[float, int, int]]:
    """Similar pairs of one gap, most similar first; ties by place."""
    if len(rows) * len(columns) > MAX_GAP_PAIRS:
        pairs = list(zip(rows, columns, strict=False))
    else:
        pairs = [(i, j) for i in rows for j in columns]
    scored = [(indel_ratio(left[i], right[j], score_cutoff=MIN_CHANGED_RATIO), i, j) for i, j in pairs]
    return sorted((s for s in scored if s[0]), key=lambda s: (-s[0], s[1], s[2]))


def _in_order(n_left: int, n_right: int, matched: Matched, taken: set[int]) -> list[Row]:
    """Rows in canonical order; an added clause follows the row of the clause before it in the member."""
    added: dict[int | None, list[Row]] = {}
    before: int | None = None
    for j in range(n_right):
        if j in taken:
            before = j
        else:
            added.setdefault(before, []).append((None, j, "added", None))
    rows = added.get(None, [])
    for i in range(n_left):
        if i not in matched:
            rows.append((i, None, "removed", None))
            continue
        j, op, ratio = matched[i]
        rows.append((i, j, op, ratio))
        if j in added:
            rows += added[j]
    return rows


def unlike_parts(codes: Ints, left: Spans, right: Spans, nothing: int) -> tuple[Spans, Spans]:
    """Return what is left of pairs of articles without what is the same in front and behind.

    `codes` are numbers of the clauses' keys; an article is a span of clauses, where it begins and ends. What
    is left, aligned, gives all rows that are not "same": anchors begin and end with what is. An empty key,
    `nothing`, is none: a pair with one stays whole. Vectorised.

    >>> one, other = (np.array([0]), np.array([3])), (np.array([3]), np.array([7]))
    >>> found = unlike_parts(np.array([1, 2, 3, 1, 4, 5, 3]), one, other, 0)
    >>> [tuple(int(edge[0]) for edge in span) for span in found]
    [(1, 2), (4, 6)]
    """
    empty = np.concatenate(([0], np.cumsum(codes == nothing)))
    bare = (empty[left[1]] > empty[left[0]]) | (empty[right[1]] > empty[right[0]])
    most = np.where(bare, 0, np.minimum(left[1] - left[0], right[1] - right[0]))
    front = _alike(codes, (left[0], right[0]), most, 1)
    behind = np.minimum(_alike(codes, (left[1] - 1, right[1] - 1), most, -1), most - front)
    return (left[0] + front, left[1] - behind), (right[0] + front, right[1] - behind)


def _alike(codes: Ints, places: tuple[Ints, Ints], most: Ints, step: int) -> Ints:
    """Return how many codes of each pair are the same from its two places on, of up to so many."""
    pair = np.repeat(np.arange(len(most)), most)
    ahead = np.arange(len(pair)) - np.repeat(np.cumsum(most) - most, most)
    one, other = (codes[side[pair] + step * ahead] for side in places)
    unlike = np.flatnonzero(one != other)[::-1]
    found = most.copy()
    found[pair[unlike]] = ahead[unlike]  # the last that is written stays: the nearest
    return found


def character_edits(canonical: str, member: str) -> list[tuple[str, str]]:
    """Return what was replaced by what, in order, as (before, after); an insertion has an empty before.

    >>> character_edits("及时上报", "及时向上级汇报")
    [('', '向'), ('', '级汇')]
    """
    found: list[tuple[str, str]] = []
    end = (-1, -1)
    for code in Indel.opcodes(canonical, member):
        if code.tag == "equal":
            continue
        before, after = canonical[code.src_start : code.src_end], member[code.dest_start : code.dest_end]
        if found and end == (code.src_start, code.dest_start):
            before, after = found[-1][0] + before, found.pop()[1] + after
        found.append((before, after))
        end = (code.src_end, code.dest_end)
    return found
