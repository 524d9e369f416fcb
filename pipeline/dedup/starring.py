"""Kernels: the stars within the components of the candidate graph (contract §5).

A component of up to 64 texts is measured whole and starred exactly. In a larger one the centres are taken by
their candidates, their candidates and those of their members are measured against them, and what does not
pass is starred again.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.dedup.candidates import agreement
from pipeline.dedup.compiled import kernel
from pipeline.dedup.siblings import are_siblings
from pipeline.dedup.verify import (
    CONTAINED,
    CONTAINS,
    EDITED,
    GROUP,
    REJECTED,
    index_group,
    make_room,
    measure_first,
    measure_pair,
    measure_thin,
)

TEMPLATE = 5  # of `rules`; tests compare
SLOTS_FROM, STORED = 0.4, 0.45
ELECTED = 8  # texts that stand for centre in a large star
SMALL_STAR = 8  # of 63; families of different articles have stars of 1-20 among up to hundreds of candidates
COLUMNS = 6  # left, right, kind, jaccard, coverage left, coverage right


@kernel
def siblings_of(corpus, a, b):
    """Tell whether two texts of the corpus are template siblings."""
    units, (begin, length) = corpus[0], corpus[1]
    one, other = units[begin[a] : begin[a] + length[a]], units[begin[b] : begin[b] + length[b]]
    return are_siblings(one, other, corpus[2])


@kernel
def add_row(rows, n, pair, measured):
    """Append a pair and its measures, growing the table where it is full; return the table."""
    if n == len(rows):
        larger = np.empty((2 * n, COLUMNS), dtype=np.float64)
        larger[:n] = rows
        rows = larger
    rows[n, 0], rows[n, 1] = pair
    rows[n, 2], rows[n, 3], rows[n, 4], rows[n, 5] = measured
    return rows


@kernel
def best_centre(kind, rest, rank):
    """Return the member with most passing members among the rest, and how many."""
    best, most = -1, 0
    for a in range(len(rest)):
        if rest[a]:
            degree = 0
            for b in range(len(rest)):
                degree += np.int64(rest[b] and kind[a, b] == EDITED)
            if degree > most or (degree == most and best >= 0 and rank[a] < rank[best]):
                best, most = a, degree
    return best, most


@kernel
def confirm(corpus, members, tables, pair):
    """Look for slots between two members once; return the kind that remains."""
    a, b = pair
    kind, sure = tables
    if not sure[a, b]:
        sure[a, b] = sure[b, a] = True
        if siblings_of(corpus, members[a], members[b]):
            kind[a, b] = kind[b, a] = TEMPLATE
    return kind[a, b]


@kernel
def star_small(corpus, members, tables):
    """Star a measured component: returns each member's centre. Exact: see docs/accuracy-dedup.md, "Stars".

    Slots are looked for between a centre and its members alone: a centre that keeps its degree after that is
    the one that would have been taken had all pairs been looked at.
    """
    kind, _ = tables
    rank = corpus[3][members]
    centre, rest = np.arange(len(members)), np.ones(len(members), dtype=np.bool_)
    while True:
        best, most = best_centre(kind, rest, rank)
        if most == 0:
            return centre
        kept = True
        for b in range(len(members)):
            if rest[b] and kind[best, b] == EDITED:
                kept &= confirm(corpus, members, tables, (best, b)) == EDITED
        if not kept:
            continue
        for b in range(len(members)):
            if rest[b] and kind[best, b] == EDITED:
                rest[b], centre[b] = False, best
        rest[best] = False


@kernel
def relate_small(corpus, members, room, out):
    """Relate a component of up to 64 texts; return the grown table of rows and their number."""
    rows, n, every = out
    m = len(members)
    index = index_group(corpus[0], corpus[1], corpus[2], members, room)
    thin = index[3]
    kind, sure = np.zeros((m, m), np.uint8), np.zeros((m, m), np.bool_)
    measures = np.zeros((m, m, 3))
    for a in range(m):
        for b in range(a + 1, m):
            if thin[a] or thin[b]:
                k, j, left, right = measure_thin(corpus, members[a], members[b])
            else:
                k, j, left, right = measure_pair(index, room, a, b)
            kind[a, b], kind[b, a] = k, k
            measures[a, b, 0], measures[a, b, 1], measures[a, b, 2] = j, left, right
    centre = star_small(corpus, members, (kind, sure))
    held = holders(corpus, members, (kind, sure), (measures, centre))
    for a in range(m):
        corpus[4][members[a]] = members[centre[a]]
        for b in range(a + 1, m):
            j, left, right = measures[a, b]
            star = centre[a] == b or centre[b] == a
            both = centre[a] == a and centre[b] == b
            marked = held[a, centre[b]] == b or held[b, centre[a]] == a
            if j == 0.0 or not (star or both or every or marked):
                continue
            k = (
                confirm(corpus, members, (kind, sure), (a, b))
                if max(left, right) >= SLOTS_FROM
                else kind[a, b]
            )
            if not (star or every or k > REJECTED or max(left, right) >= STORED):
                continue
            if centre[a] == b:
                rows = add_row(rows, n, (members[b], members[a]), (k, j, right, left))
            else:
                rows = add_row(rows, n, (members[a], members[b]), (k, j, left, right))
            n += 1
    return rows, n


@kernel
def holders(corpus, members, tables, found):
    """Return which member holds a centre that its own centre does not; twin of `plain.holders`.

    Entry [inner, centre] is the member, -1 where there is none.
    """
    measures, centre = found
    m = len(members)
    held = np.full((m, m), -1, np.int64)
    for inner in range(m):
        for outer in range(m):
            if centre[inner] != inner or centre[outer] == inner or inner == outer:
                continue
            low, high = min(inner, outer), max(inner, outer)
            kind = tables[0][low, high]
            if kind != (CONTAINED if inner == low else CONTAINS):
                continue
            if confirm(corpus, members, tables, (low, high)) != kind:
                continue
            best, star = held[inner, centre[outer]], centre[outer]
            if best == star:
                continue
            side = 1 if inner == low else 2
            cover = measures[low, high, side]
            if best >= 0 and outer != star:
                than = measures[min(inner, best), max(inner, best), 1 if inner < best else 2]
                if than > cover:
                    continue
                if than == cover and corpus[3][members[best]] < corpus[3][members[outer]]:
                    continue
            held[inner, star] = outer
    return held


@kernel
def measure_against(corpus, group, room, out):
    """Measure the first of a group against the others into `out[0]`: kind, Jaccard, both coverages.

    `out[1]` asks for the Jaccard of every pair, also where nothing depends on it.
    """
    measured, every = out
    measure_first(corpus, group, room, (measured, 0.0 if every else SLOTS_FROM))
    for b in range(1, len(group)):
        near = max(measured[b, 2], measured[b, 3]) >= SLOTS_FROM
        if near and siblings_of(corpus, group[0], group[b]):
            measured[b, 0] = TEMPLATE


@kernel
def room_for(corpus, group, room):
    """Return working arrays that hold the group."""
    need = 0
    for t in group:
        need += corpus[1][1][t]
    return room if len(room[0]) >= need else make_room(need)


@kernel
def queue_of(graph, text, centre, queued):
    """Return a text's neighbours without centre that this star has not queued yet; mark them queued."""
    found, n = np.empty(graph[0][text + 1] - graph[0][text], np.int32), 0
    for i in range(graph[0][text], graph[0][text + 1]):
        t = graph[1][i]
        if centre[t] < 0 and queued[0][t] != queued[1]:
            queued[0][t] = queued[1]
            found[n] = t
            n += 1
    return found[:n]


@kernel
def star_at(corpus, graph, state, room, out):
    """Grow the star of one centre; returns rows, their number and the room."""
    best, centre, marks = state
    rows, n, every = out
    marks[best] = best
    centre[best] = best
    todo = queue_of(graph, best, centre, (marks, best))
    measured = np.empty((GROUP, 4))
    while len(todo):
        count = min(len(todo), GROUP - 1)
        group = np.empty(count + 1, np.int32)
        group[0], group[1:] = best, todo[:count]
        room = room_for(corpus, group, room)
        measure_against(corpus, group, room, (measured, every))
        todo = todo[count:]
        for b in range(1, count + 1):
            k, j, left, right = measured[b]
            if k == EDITED:
                centre[group[b]] = best
                todo = np.concatenate((todo, queue_of(graph, group[b], centre, (marks, best))))
            rows = add_row(rows, n, (best, group[b]), (k, j, left, right))
            n += 1
    return rows, n, room


@kernel
def crossing(graph, members, centre, done):
    """Return pairs of centres that have a candidate pair between their stars and are not `done` (sorted)."""
    found, n = np.empty(1024, np.uint64), 0
    for t in members:
        for i in range(graph[0][t], graph[0][t + 1]):
            a, b = centre[t], centre[graph[1][i]]
            if a < b:
                key = (np.uint64(a) << np.uint64(32)) | np.uint64(b)
                k = np.searchsorted(done, key)
                if k < len(done) and done[k] == key:
                    continue
                if n == len(found):
                    larger = np.empty(2 * n, np.uint64)
                    larger[:n] = found
                    found = larger
                found[n] = key
                n += 1
    return np.unique(found[:n])


@kernel
def measure_pairs(corpus, pairs, every):
    """Return the rows of pairs (lower << 32 | upper), each measured by itself, in their order."""
    rows, room = np.empty((len(pairs), COLUMNS)), make_room(1 << 16)
    measured, pair = np.empty((2, 4)), np.empty(2, dtype=np.int32)
    for p in range(len(pairs)):
        pair[0] = np.int32(pairs[p] >> np.uint64(32))
        pair[1] = np.int32(pairs[p] & np.uint64(0xFFFFFFFF))
        room = room_for(corpus, pair, room)
        measure_against(corpus, pair, room, (measured, every))
        rows[p, :2] = pair
        rows[p, 2:] = measured[1]
    return rows


@kernel
def settle(corpus, graph, members, out):
    """After the stars of a large component: keep the rows of centres and members, measure what crosses."""
    rows, first, n, every = out
    centre = corpus[4]
    done, kept = np.empty(n - first, np.uint64), first
    for i in range(first, n):
        a, b = np.int64(rows[i, 0]), np.int64(rows[i, 1])
        done[i - first] = (np.uint64(min(a, b)) << np.uint64(32)) | np.uint64(max(a, b))
        near = rows[i, 2] > REJECTED or max(rows[i, 4], rows[i, 5]) >= STORED
        if centre[b] == a or every or (centre[b] == b and near):
            rows[kept] = rows[i]
            kept += 1
    todo = crossing(graph, members, centre, np.sort(done))
    for row in measure_pairs(corpus, todo, every):
        if row[2] > REJECTED or max(row[4], row[5]) >= STORED or every:
            rows = add_row(rows, kept, (row[0], row[1]), (row[2], row[3], row[4], row[5]))
            kept += 1
    return rows, kept


@kernel
def weights_of(corpus, graph, members):
    """Return for each member its signature's agreement with all its candidates: an estimated degree."""
    weights = np.zeros(len(members), dtype=np.int64)
    for m in range(len(members)):
        t = members[m]
        for i in range(graph[0][t], graph[0][t + 1]):
            weights[m] += agreement(corpus[5][t], corpus[5][graph[1][i]])
    return weights


@kernel
def elect(corpus, graph, first, room):
    """Return of `first` and its likeliest candidates the one that most pass against.

    Asked are the first 63 of `first`'s candidates that have no centre. A smaller star keeps `first`, and so
    does a text that few of the 63 pass against: its candidates share clauses with it, they are no copies.
    """
    centre, signatures = corpus[4], corpus[5]
    around = queue_of(graph, first, centre, (np.full(len(centre), -1, np.int32), first))
    if len(around) < GROUP:
        return first, room
    agreed = np.empty(len(around), np.int64)
    for i in range(len(around)):
        agreed[i] = agreement(signatures[first], signatures[around[i]])
    named = np.empty(ELECTED, np.int32)
    named[0], named[1:] = first, around[np.argsort(-agreed, kind="mergesort")[: ELECTED - 1]]
    best, most = first, -1
    group, measured = np.empty(GROUP, np.int32), np.empty((GROUP, 4))
    group[1:] = around[: GROUP - 1]
    for t in named:
        group[0] = t
        room = room_for(corpus, group, room)
        measure_against(corpus, group, room, (measured, False))
        passed = np.int64(0)
        for b in range(1, GROUP):
            passed += np.int64(measured[b, 0] == EDITED or group[b] == t)
        if passed > most or (passed == most and corpus[3][t] < corpus[3][best]):
            best, most = t, passed
        if most < SMALL_STAR:
            break
    return best, room


@kernel
def relate_large(corpus, graph, members, room, out):
    """Relate a component of more than 64 texts."""
    rows, n, every, marks = out
    first, centre = n, corpus[4]
    for t in members:
        centre[t] = -1
    by_rank = members[np.argsort(corpus[3][members])]
    weights = weights_of(corpus, graph, by_rank)
    for named in by_rank[np.argsort(-weights, kind="mergesort")]:
        while centre[named] < 0:
            best, room = elect(corpus, graph, named, room)
            rows, n, room = star_at(corpus, graph, (best, centre, marks), room, (rows, n, every))
    rows, n = settle(corpus, graph, members, (rows, first, n, every))
    return rows, n, room


@kernel
def relate_components(corpus, graph, members, starts, every):
    """Relate components `starts[i] .. starts[i+1]` of `members`; fill the centres, return the rows of pairs.

    `corpus` = units, (begin, length), bitmap, rank, centre, signatures; `graph` = rows of neighbours.
    """
    rows, n = np.empty((1024, COLUMNS)), 0
    room = make_room(1 << 16)
    marks = np.full(len(corpus[4]), -1, np.int32)
    for c in range(len(starts) - 1):
        group = members[starts[c] : starts[c + 1]]
        if len(group) <= GROUP:
            room = room_for(corpus, group, room)
            rows, n = relate_small(corpus, group, room, (rows, n, every))
        else:
            rows, n, room = relate_large(corpus, graph, group, room, (rows, n, every, marks))
    return rows[:n].copy()
