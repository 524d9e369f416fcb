"""Kernels: the stars within the small components of the candidate graph (contract §5).

A component of up to 64 texts is measured whole and starred exactly; larger ones: `growing`. `corpus` is
units, begin, length, bitmap, rank; a `pad` holds what is found out about one component.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup.siblings import look_side_by_side
from pipeline.dedup.verify import (
    CONTAINED,
    CONTAINS,
    EDITED,
    GROUP,
    REJECTED,
    index_group,
    measure_pair,
    measure_thin,
)

SLOTS_FROM, STORED = 0.4, 0.48
COLUMNS = 6  # left, right, kind, jaccard, coverage left, coverage right
KIND, SURE = 0, 1  # grids of a pad
CENTRE, REST = 0, 1  # lines of a pad
THIN, ONE = 3, 4  # rows of its index: who is thin, the index of one text


def make_pad() -> tuple[NDArray[Any], ...]:
    """Return working arrays of one component: grids, measures, holders, lines, index."""
    return (
        np.empty((2, GROUP, GROUP), np.uint8),
        np.empty((3, GROUP, GROUP), np.float64),
        np.empty((GROUP, GROUP), np.int64),
        np.empty((2, GROUP), np.int64),
        np.empty((5, GROUP + 1), np.int64),
    )


@part
def add_row(rows, n, left, right, kind, jaccard, cover_left, cover_right):
    """Write a pair and its measures as row `n`."""
    rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3] = left, right, kind, jaccard
    rows[n, 4], rows[n, 5] = cover_left, cover_right


@part
def best_centre(members, rank, pad):
    """Return the member with most passing members among the rest, and how many."""
    grids, lines = pad[0], pad[3]
    best, most, m = -1, 0, len(members)
    for a in range(m):
        if lines[REST, a]:
            degree = 0
            for b in range(m):
                degree += np.int64(lines[REST, b] != 0 and grids[KIND, a, b] == EDITED)
            if degree > most or (degree == most and best >= 0 and rank[members[a]] < rank[members[best]]):
                best, most = a, degree
    return best, most


@part
def confirm(corpus, members, pad, desk, a, b):
    """Look at two members side by side once; return the kind that remains."""
    grids, measures = pad[0], pad[1]
    if not grids[SURE, a, b]:
        grids[SURE, a, b] = grids[SURE, b, a] = 1
        low, high = min(a, b), max(a, b)
        better = max(measures[1, low, high], measures[2, low, high])
        kind = np.int64(grids[KIND, low, high])
        kind = look_side_by_side(corpus, members[low], members[high], kind, better, desk)
        grids[KIND, a, b] = grids[KIND, b, a] = kind
    return grids[KIND, a, b]


@part
def put_measures(pad, a, b, kind, jaccard, left, right):
    """Note down what a pair of members measures."""
    grids, measures = pad[0], pad[1]
    grids[KIND, a, b] = grids[KIND, b, a] = kind
    grids[SURE, a, b] = grids[SURE, b, a] = 0
    measures[0, a, b], measures[1, a, b], measures[2, a, b] = jaccard, left, right


@part
def measure_members(corpus, members, pad, room):
    """Fill the pad with what pairs of members measure."""
    _, _, held, lines, index = pad
    m = len(members)
    index_group(corpus, members, room, index)
    for a in range(m):
        lines[CENTRE, a], lines[REST, a] = a, 1
        for b in range(m):
            held[a, b] = -1
        put_measures(pad, a, a, REJECTED, 0.0, 0.0, 0.0)
        for b in range(a + 1, m):
            if not index[THIN, a] and not index[THIN, b]:
                kind, jaccard, left, right = measure_pair(index, room, a, b)
                put_measures(pad, a, b, kind, jaccard, left, right)
    for a in range(m):  # last: the room is needed for each pair
        for b in range(a + 1, m):
            if index[THIN, a] or index[THIN, b]:
                kind, jaccard, left, right = measure_thin(corpus, members[a], members[b], room, index[ONE])
                put_measures(pad, a, b, kind, jaccard, left, right)


@part
def star_small(corpus, members, pad, desk):
    """Star a measured component: fills the centres. Exact: see docs/accuracy-dedup.md, "Stars".

    Slots are looked for between a centre and its members alone: a centre that keeps its degree after that is
    the one that would have been taken had all pairs been looked at.
    """
    grids, lines = pad[0], pad[3]
    while True:
        best, most = best_centre(members, corpus[4], pad)
        if most == 0:
            return
        kept = True
        for b in range(len(members)):
            if lines[REST, b] and grids[KIND, best, b] == EDITED:
                kept &= confirm(corpus, members, pad, desk, best, b) == EDITED
        if not kept:
            continue
        for b in range(len(members)):
            if lines[REST, b] and grids[KIND, best, b] == EDITED:
                lines[REST, b], lines[CENTRE, b] = 0, best
        lines[REST, best] = 0


@part
def cover_of(measures, inner, outer):
    """Return which share of a member another one has."""
    return measures[1, inner, outer] if inner < outer else measures[2, outer, inner]


@part
def find_holders(corpus, members, pad, desk):
    """Find which member holds a centre that its own centre does not; twin of `plain.holders`.

    Entry [inner, centre] of the holders is the member, -1 where there is none.
    """
    grids, measures, held, lines, _ = pad
    m = len(members)
    for inner in range(m):
        for outer in range(m):
            star = lines[CENTRE, outer]
            if lines[CENTRE, inner] != inner or star == inner or inner == outer:
                continue
            low, high = min(inner, outer), max(inner, outer)
            kind = CONTAINED if inner == low else CONTAINS
            if grids[KIND, low, high] != kind:
                continue
            if confirm(corpus, members, pad, desk, low, high) != kind:
                continue
            best = held[inner, star]
            if best == star:
                continue
            if best >= 0 and outer != star:
                than, cover = cover_of(measures, inner, best), cover_of(measures, inner, outer)
                if than > cover:
                    continue
                if than == cover and corpus[4][members[best]] < corpus[4][members[outer]]:
                    continue
            held[inner, star] = outer


@part
def store_pairs(corpus, members, pad, desk, rows, n, every):
    """Write the rows of a starred component from row `n` on; return how many rows there are then."""
    grids, measures, held, lines, _ = pad
    m = len(members)
    for a in range(m):
        for b in range(a + 1, m):
            one, other = lines[CENTRE, a], lines[CENTRE, b]
            jaccard, left, right = measures[0, a, b], measures[1, a, b], measures[2, a, b]
            star = one == b or other == a
            wanted = star or every or (one == a and other == b)
            wanted |= held[a, other] == b or held[b, one] == a
            if jaccard == 0.0 or not wanted:
                continue
            kind = np.int64(grids[KIND, a, b])
            if min(left, right) >= SLOTS_FROM:
                kind = np.int64(confirm(corpus, members, pad, desk, a, b))
            if not (star or every or kind > REJECTED or max(left, right) >= STORED):
                continue
            if one == b:
                add_row(rows, n, members[b], members[a], kind, jaccard, right, left)
            else:
                add_row(rows, n, members[a], members[b], kind, jaccard, left, right)
            n += 1
    return n


@kernel
def relate_small(corpus, centre, members, starts, work, rows, every):
    """Relate components `starts[i] .. starts[i+1]` of `members`, each of up to 64 texts.

    Fills the centres and `rows`; returns how many components are done and how many rows there are: it ends
    early where the rows of another component might not fit. `work` is pad, room, desk.
    """
    pad, room, desk = work
    n = 0
    for c in range(len(starts) - 1):
        group = members[starts[c] : starts[c + 1]]
        m = len(group)
        if n + m * (m - 1) // 2 > len(rows):
            return c, n
        measure_members(corpus, group, pad, room)
        star_small(corpus, group, pad, desk)
        find_holders(corpus, group, pad, desk)
        n = store_pairs(corpus, group, pad, desk, rows, n, every)
        for a in range(m):
            centre[group[a]] = group[pad[3][CENTRE, a]]
    return len(starts) - 1, n
