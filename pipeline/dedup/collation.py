"""Kernels: two texts laid side by side at the shingles that are unique in both; twin of `slots.changes`.

They lie on a `desk`: the shingles of one, a table of their places, lists, and the changes.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import part
from pipeline.dedup.verify import bits_for, clear_table, place_of

IN_ORDER = 0.7  # of `rules`; tests compare them
# lists: right places of what left has, the rising chain of them, what comes before each, their left places
AT, TAILS, BEFORE, LEFT = 0, 1, 2, 3
NONE, TWICE = -1, -2  # left places of a shingle that left has not, or that stands twice on a side


def make_desk(longest: int) -> tuple[NDArray[Any], ...]:
    """Return working arrays for texts of up to `longest` units: shingles, table, lists, changes."""
    size = 64
    while size < 2 * longest:
        size *= 2
    return (
        np.empty(size, np.uint64),
        np.empty(2 * size, np.uint32),
        np.empty((4, longest + 1), np.int32),
        np.empty((longest + 2, 4), np.int32),
    )


@part
def index_places(units, start, count, desk):
    """Write the shingles of a text, and a table of their first places; return the bits of the table."""
    shingles, table, lists, _ = desk
    bits, w = bits_for(count), np.uint64(0)
    clear_table(table, 0, bits)
    for i in range(count):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
        if i < 3:
            continue
        at = np.uint64(i - 3)
        shingles[at], lists[LEFT, at] = w, NONE
        e = place_of(w, shingles, table, 0, bits)
        if table[e] == 0:
            table[e] = i - 2
        else:
            lists[LEFT, at] = lists[LEFT, np.uint64(table[e] - np.uint32(1))] = TWICE
    return bits


@part
def anchors_of(units, left, right, desk):
    """List the right places of shingles that stand once in right and in left; return how many.

    They stand in the order of left; one whose left place is `TWICE` in the end is no anchor. Only the right
    text is indexed: a shingle that it has not is no anchor. What follows a shingle in left most often follows
    it in right: then nothing is looked up.
    """
    shingles, table, lists, _ = desk
    bits = index_places(units, right[0], right[1], desk)
    w, n, at, end = np.uint64(0), np.uint64(0), np.int64(-1), right[1] - 3
    for i in range(left[1]):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(left[0] + i)])
        if i < 3:
            continue
        at += 1
        if at >= end or shingles[np.uint64(at)] != w:
            at = np.int64(table[place_of(w, shingles, table, 0, bits)]) - 1
            if at < 0:
                at = end
                continue
        known = lists[LEFT, np.uint64(at)]
        lists[AT, n] = at
        n += np.uint64(known == NONE)
        if known != TWICE:
            lists[LEFT, np.uint64(at)] = i - 3 if known == NONE else TWICE
    return np.int64(n)


@part
def keep_rising(count, lists):
    """Leave of the anchors among `count` a longest rising subsequence (patience, `slots.rising`).

    Return how many anchors there are and how long the chain is; its right places are written over the tails.
    """
    n, top, anchors = 0, np.int64(-1), 0
    for k in range(count):
        value = np.int64(lists[AT, np.uint64(k)])
        if lists[LEFT, np.uint64(value)] < 0:
            continue
        low = n if value > top else first_above(lists, n, value)
        if low >= n - 1:
            top = value
        lists[BEFORE, np.uint64(value)] = lists[TAILS, np.uint64(low - 1)] if low else -1
        lists[TAILS, np.uint64(low)] = value
        n = max(n, low + 1)
        anchors += 1
    if n < anchors:
        for k in range(n - 1, 0, -1):
            lists[TAILS, k - 1] = lists[BEFORE, lists[TAILS, k]]
    return anchors, n


@part
def first_above(lists, n, value):
    """Return which of `n` tails is the first that is not below a value."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if lists[TAILS, np.uint64(middle)] < value:
            low = middle + 1
        else:
            high = middle
    return low


@part
def changes_of(units, left, right, desk):
    """List rows (left start, left end, right start, right end) of the changes; twin of `slots.changes`.

    Return how many they are, and whether the anchors stand in one order.
    """
    lists, found = desk[2], desk[3]
    anchors, chain = keep_rising(anchors_of(units, left, right, desk), lists)
    a, b = left[0], right[0]
    n, p, q = 0, 0, 0
    for k in range(chain + 1):
        i, j = left[1], right[1]
        if k < chain:
            j = np.int64(lists[TAILS, np.uint64(k)])
            i = np.int64(lists[LEFT, np.uint64(j)])
        if i < p or j < q:
            continue
        end, stop = i, j
        while p < end and q < stop and units[np.uint64(a + p)] == units[np.uint64(b + q)]:
            p, q = p + 1, q + 1
        while p < end and q < stop and units[np.uint64(a + end - 1)] == units[np.uint64(b + stop - 1)]:
            end, stop = end - 1, stop - 1
        if p < end or q < stop:
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = p, end, q, stop
            n += 1
        p, q = i, j
        while p < left[1] and q < right[1] and units[np.uint64(a + p)] == units[np.uint64(b + q)]:
            p, q = p + 1, q + 1
    return n, chain > 0 and chain >= IN_ORDER * anchors
