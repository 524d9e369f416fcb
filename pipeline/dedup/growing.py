"""Kernels: stars in components of more than 64 texts, and pairs of texts measured one by one.

The centres are taken by their candidates; their candidates and those of their members are measured against
them, and what does not pass is starred again. `corpus` is units, begin, length, bitmap, rank; `graph` is
where each text's neighbours start, and the neighbours.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup.candidates import agreement
from pipeline.dedup.siblings import look_side_by_side
from pipeline.dedup.starring import SLOTS_FROM, add_row
from pipeline.dedup.verify import CONTAINED, CONTAINS, EDITED, GROUP, index_one, measure_other

ELECTED = 8  # texts that stand for centre in a large star
ASKED = GROUP - 1  # candidates that each of them is measured against, and of copies
MOST_ASKED = 255  # so many: of 63 a text that 2 % of all fail against has none that fail in one case of four
SMALL_STAR = 8  # of 63; families of different articles have stars of 1-20 among up to hundreds of candidates
OF_MIDDLE_SIZE = 5  # of the named: a text must be neither 1.5 times longer nor shorter than its members
# Behind the index of one text: texts measured against it, queues filled, which text it is (-1 for none).
DEALT, ROUND, INDEXED = 4, 5, 6


def make_lists(texts: int, longest: int) -> tuple[NDArray[Any], ...]:
    """Return working arrays: marks, a queue of up to `longest`, who is named, the index of one, sizes."""
    return (
        np.zeros(texts, np.int64),
        np.empty(longest + 1, np.int64),
        np.empty((2, ELECTED), np.int64),
        np.array([0, 0, 0, 0, 0, 0, -1]),
        np.empty(MOST_ASKED, np.float64),
    )


@part
def place_of_pair(known, a, b):
    """Return where what is known of two texts stands, -1 where nothing is; `known` are `Measures`."""
    return place_in(known[0], (np.uint64(min(a, b)) << np.uint64(32)) | np.uint64(max(a, b)))


@part
def first_from(pairs, pair):
    """Return where the first pair stands that is not below one, among pairs in order; else their number."""
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) // 2
        if pairs[middle] < pair:
            low = middle + 1
        else:
            high = middle
    return low


@part
def place_in(pairs, pair):
    """Return where a pair stands among others, which are in order, -1 where it does not."""
    at = first_from(pairs, pair)
    return at if at < len(pairs) and pairs[at] == pair else -1


@part
def recall_pair(known, a, b, rows, n):
    """Write what is known of texts `a` and `b` as row `n`; return whether anything is."""
    at = place_of_pair(known, a, b)
    if at < 0:
        return False
    found = known[1][at]
    kind, left, right = np.int64(found[0]), found[2], found[3]
    if a > b:
        left, right = right, left
        if kind in (CONTAINED, CONTAINS):
            kind = CONTAINED + CONTAINS - kind
    add_row(rows, n, a, b, kind, found[1], left, right)
    return True


@part
def measure_next(corpus, a, b, work, least):
    """Measure text `a`, indexed when it was not the last one, against text `b`.

    Returns kind, Jaccard, both coverages; siblings untold.
    """
    one = work[2][3]
    if one[INDEXED] != a:
        index_one(corpus, a, len(corpus[3]) > 0, work[0], one)
        one[DEALT], one[INDEXED] = 0, a
    one[DEALT] += 1
    return measure_other(corpus, a, b, work[0], one, one[DEALT], least)


@part
def tell_apart(corpus, a, b, measured, desk):
    """Return the kind of a measured pair that remains at a look side by side."""
    kind, _, left, right = measured
    if min(left, right) >= SLOTS_FROM:
        return np.int64(look_side_by_side(corpus, min(a, b), max(a, b), kind, max(left, right), desk))
    return np.int64(kind)


@part
def queue_around(graph, text, centre, lists, n):
    """Append a text's neighbours that have no centre and were not in this queue of `n`; return its length."""
    starts, others = graph
    marks, queue, mark = lists[0], lists[1], lists[3][ROUND]
    for i in range(starts[text], starts[text + 1]):
        t = np.int64(others[i])
        if centre[t] < 0 and marks[t] != mark:
            marks[t] = mark
            queue[n] = t
            n += 1
    return n


@part
def name_candidates(signatures, first, lists, n):
    """Name `first` and those of `n` queued texts whose signatures agree best; return how many."""
    queue, named = lists[1], lists[2]
    named[0, 0], count = first, 1
    for i in range(n):
        agreed, at = np.int64(agreement(signatures, first, queue[i])), count
        while at > 1 and named[1, at - 1] < agreed:
            at -= 1
        if at == ELECTED:
            continue
        count = min(count + 1, ELECTED)
        for k in range(count - 1, at, -1):
            named[0, k], named[1, k] = named[0, k - 1], named[1, k - 1]
        named[0, at], named[1, at] = queue[i], agreed
    return count


@part
def elect(corpus, signatures, graph, centre, first, work):
    """Return of `first` and its likeliest candidates the one that most pass against.

    Asked are up to 255 of `first`'s candidates that have no centre. A star of up to 63 keeps `first`, and so
    does a text that few of 63 pass against: its candidates share clauses with it, they are no copies.
    """
    lists, rank = work[2], corpus[4]
    lists[3][ROUND] += 1
    n = queue_around(graph, first, centre, lists, 0)
    if n <= ASKED:
        return first
    best, most = first, -1
    named = name_candidates(signatures, first, lists, n)
    for k in range(named):
        t = lists[2][0, k]
        passed = count_passing(corpus, t, min(n, MOST_ASKED), work)
        if passed > most or (passed == most and rank[t] < rank[best]):
            best, most = t, passed
        if most < SMALL_STAR:
            break
        if k == 0 and named == ELECTED:
            name_middle_sized(lists, min(n, MOST_ASKED))
    return best


@part
def count_passing(corpus, t, asked, work):
    """Return how many of the first `asked` in the queue pass against a text; note their sizes beside its own.

    What two texts cover of each other is of one length: sizes are as the coverages, the other way round.
    """
    lists, passed = work[2], 0
    for i in range(asked):
        if i == ASKED and passed < SMALL_STAR:
            break
        b = lists[1][i]
        measured = measure_next(corpus, t, b, work, SLOTS_FROM)
        kind, sized = np.int64(measured[0]), 0.0
        if kind >= CONTAINED:
            kind = tell_apart(corpus, t, b, measured, work[1])
        if kind >= CONTAINED and kind <= EDITED:
            sized = measured[2] / measured[3]
        passed += np.int64(kind == EDITED or b == t)
        lists[4][i] = sized
    return passed


@part
def name_middle_sized(lists, asked):
    """Name, in place of the last, those of a size nearest to the middle of the smallest and the largest."""
    named, sizes = lists[2], lists[4]
    low, high = 1.0, 1.0
    for i in range(asked):
        if sizes[i] > 0:
            low, high = min(low, sizes[i]), max(high, sizes[i])
    middle = np.sqrt(low * high)
    for k in range(ELECTED - OF_MIDDLE_SIZE, ELECTED):
        best, least = -1, np.inf
        for i in range(asked):
            apart = max(sizes[i] / middle, middle / sizes[i]) if sizes[i] > 0 else np.inf
            if apart < least:
                best, least = i, apart
        if best < 0:
            return
        named[0, k] = lists[1][best]
        sizes[best] = 0.0


@part
def grow_star(corpus, graph, centre, best, work, rows, n, least):
    """Grow the star of one centre; return how many rows there are then, -1 where they do not fit."""
    lists = work[2]
    lists[3][ROUND] += 1
    lists[0][best] = lists[3][ROUND]
    centre[best] = best
    at, end = 0, queue_around(graph, best, centre, lists, 0)
    while at < end:
        if n == len(rows):
            return -1
        b = lists[1][at]
        if not recall_pair(work[3], best, b, rows, n):
            measured = measure_next(corpus, best, b, work, least)
            kind = tell_apart(corpus, best, b, measured, work[1])
            add_row(rows, n, best, b, kind, measured[1], measured[2], measured[3])
        if rows[n, 2] == EDITED:
            centre[b] = best
            end = queue_around(graph, b, centre, lists, end)
        n, at = n + 1, at + 1
    return n


@kernel
def relate_large(corpus, signatures, graph, centre, members, starts, work, rows, every):
    """Star components `starts[i] .. starts[i+1]` of `members`, which stand in the order of their candidacy.

    Fills the centres (-1 before) and `rows` with all that was measured; returns how many components are done
    and how many rows there are: it ends early where those of the next do not fit, which stays as it was.
    `work` is room, desk, lists, and what pairs are known to measure.
    """
    n, least = 0, 0.0 if every else SLOTS_FROM
    for c in range(len(starts) - 1):
        first = n
        for i in range(starts[c], starts[c + 1]):
            while n >= 0 and centre[members[i]] < 0:
                best = elect(corpus, signatures, graph, centre, members[i], work)
                n = grow_star(corpus, graph, centre, best, work, rows, n, least)
        if n < 0:
            for i in range(starts[c], starts[c + 1]):
                centre[members[i]] = -1
            return c, first
    return len(starts) - 1, n


@kernel
def weigh(signatures, graph, members, weights):
    """Write for each member its signature's agreement with all its candidates: an estimated degree."""
    starts, others = graph
    for m in range(len(members)):
        t = members[m]
        weights[m] = 0
        for i in range(starts[t], starts[t + 1]):
            weights[m] += np.int64(agreement(signatures, t, others[i]))


@kernel
def measure_pairs(corpus, left, right, work, rows, every):
    """Write the measures of pairs of texts, as one row each; pairs of one left text stand together."""
    least = 0.0 if every else SLOTS_FROM
    for p in range(len(left)):
        a, b = left[p], right[p]
        measured = measure_next(corpus, a, b, work, least)
        kind = tell_apart(corpus, a, b, measured, work[1])
        add_row(rows, p, a, b, kind, measured[1], measured[2], measured[3])
