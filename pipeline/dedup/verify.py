"""Kernels: exact measures of up to 64 texts at once.

Every shingle of the group gets a word of 64 bits, one a text; a pair's coverage is then one walk over a
text's positions. The twin is `plain.measure`.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.dedup.compiled import kernel
from pipeline.dedup.sketch import shift_of

GROUP = 64  # texts; bits of a word
FEW, OWN, BRIDGE, NEAR, NEAR_OTHER, MIN_JACCARD = 30, 13, 12, 0.75, 0.5, 0.1  # of `rules`; tests compare
HELD, LONGER, SHARES = 0.9, 1.5, 0.5
REJECTED, SHARED, CONTAINED, CONTAINS, EDITED = 0, 1, 2, 3, 4
MIX = 0x9E3779B97F4A7C15


@kernel
def make_room(positions):
    """Return working arrays for so many positions: shingles, entries, words, first, keys, masks."""
    size = 1024
    while size < 2 * positions:
        size *= 2
    return (
        np.empty(positions, np.uint64),
        np.empty(positions, np.uint32),
        np.empty(positions, np.uint64),
        np.empty(positions, np.uint8),
        np.empty(size, np.uint64),
        np.empty(size, np.uint64),
    )


@kernel
def informative(text, bitmap, out):
    """Write a text's informative shingles to `out`; return how many, and how many units they touch."""
    w, n, touched, last = np.uint64(0), 0, 0, -4
    shift = shift_of(8 * len(bitmap))
    for i in range(len(text)):
        w = (w << np.uint64(16)) | np.uint64(text[i])
        if i < 3:
            continue
        if len(bitmap):
            place = (w * np.uint64(MIX)) >> shift
            if (bitmap[place >> np.uint64(3)] >> np.uint8(place & np.uint64(7))) & np.uint8(1):
                continue
        out[n] = w
        n += 1
        touched += min(4, i - 3 - last)
        last = i - 3
    return n, touched


@kernel
def is_thin(n, length):
    """Tell whether a text of `length` units with `n` informative positions is nearly all boilerplate."""
    return n < FEW and n < length - 3


@kernel
def index_group(units, spans, bitmap, members, room):
    """Index a group; return where each member's positions start, its distinct shingles, size, and if thin."""
    shingles, entries, words, first, keys, masks = room
    at, distinct = np.zeros(len(members) + 1, dtype=np.int64), np.zeros(len(members), dtype=np.int64)
    sizes, thin = np.zeros(len(members), dtype=np.int64), np.zeros(len(members), dtype=np.bool_)
    for m in range(len(members)):
        begin, length = spans[0][members[m]], spans[1][members[m]]
        n, sizes[m] = informative(units[begin : begin + length], bitmap, shingles[at[m] :])
        at[m + 1] = at[m] + n
        thin[m] = is_thin(n, length)
    bits = 10
    while (1 << bits) < 2 * at[-1]:
        bits += 1
    keys[: 1 << bits] = 0
    masks[: 1 << bits] = 0
    last = np.uint64((1 << bits) - 1)
    for m in range(len(members)):
        bit = np.uint64(1) << np.uint64(m)
        for i in range(at[m], at[m + 1]):
            key = shingles[i]
            e = (key * np.uint64(MIX)) >> np.uint64(64 - bits)
            while keys[e] != key and keys[e] != 0:
                e = (e + np.uint64(1)) & last
            keys[e] = key
            first[i] = np.uint8((masks[e] & bit) == 0)
            distinct[m] += first[i]
            masks[e] |= bit
            entries[i] = e
    for i in range(at[-1]):
        words[i] = masks[entries[i]]
    return at, distinct, sizes, thin


@kernel
def covered(words, first, start, end, other):
    """Return covered positions of one text by member `other`, and distinct shingles in common."""
    shift, last, cover, common = np.uint64(other), np.int64(-1), 0, 0
    for i in range(start, end):
        if (words[i] >> shift) & np.uint64(1):
            common += first[i]
            cover += i - last if last >= 0 and i - last <= BRIDGE + 1 else 1
            last = i
    return cover, common


@kernel
def kind_of(left, right, sizes, jaccard):
    """Return a pair's kind from its coverage; the twin of `rules.kinds_of`."""
    better, other = max(left, right), min(left, right)
    if max(sizes[0], sizes[1]) >= LONGER * min(sizes[0], sizes[1]):
        if sizes[0] < sizes[1] and left >= HELD:
            return CONTAINED
        if sizes[1] < sizes[0] and right >= HELD:
            return CONTAINS
    if better >= NEAR and other >= NEAR_OTHER and jaccard >= MIN_JACCARD:
        return EDITED
    return SHARED if better >= SHARES else REJECTED


@kernel
def measure_pair(index, room, a, b):
    """Return kind, Jaccard and both coverages of two members of an indexed group."""
    at, distinct, sizes, _ = index
    size_a, size_b = at[a + 1] - at[a], at[b + 1] - at[b]
    cover_a, common = covered(room[2], room[3], at[a], at[a + 1], b)
    if common == 0:
        return REJECTED, 0.0, 0.0, 0.0
    cover_b, _ = covered(room[2], room[3], at[b], at[b + 1], a)
    left, right = cover_a / size_a, cover_b / size_b
    jaccard = common / (distinct[a] + distinct[b] - common)
    return kind_of(left, right, (sizes[a], sizes[b]), jaccard), jaccard, left, right


@kernel
def distinct_of(shingles):
    """Count the distinct shingles of a text."""
    bits = 4
    while (1 << bits) < 2 * len(shingles):
        bits += 1
    keys, last = np.zeros(1 << bits, np.uint64), np.uint64((1 << bits) - 1)
    count = 0
    for key in shingles:
        e = (key * np.uint64(MIX)) >> np.uint64(64 - bits)
        while keys[e] != key and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        count += np.int64(keys[e] != key)
        keys[e] = key
    return count


@kernel
def index_one(shingles, room):
    """Index the shingles of one text in `room` (entries, keys, marks); return the table's bits."""
    entries, keys, marks = room
    bits = 4
    while (1 << bits) < 2 * len(shingles):
        bits += 1
    keys[: 1 << bits] = 0
    marks[: 1 << bits] = 0
    last = np.uint64((1 << bits) - 1)
    for i in range(len(shingles)):
        key = shingles[i]
        e = (key * np.uint64(MIX)) >> np.uint64(64 - bits)
        while keys[e] != key and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        keys[e] = key
        entries[i] = e
    return bits


@kernel
def cover_both(shingles, count, room, bits, mark):
    """Return the covered positions of an indexed text and of another one, and their distinct in common.

    `shingles` are those of the other; `count` positions of the first are indexed; `mark` is fresh.
    """
    entries, keys, marks = room
    place, last_of_table = np.int64(-1), np.uint64((1 << bits) - 1)
    cover, common, cover_first = 0, 0, 0
    for i in range(len(shingles)):
        key = shingles[i]
        e = (key * np.uint64(MIX)) >> np.uint64(64 - bits)
        while keys[e] != key and keys[e] != 0:
            e = (e + np.uint64(1)) & last_of_table
        if keys[e] == 0:
            continue
        common += np.int64(marks[e] != mark)
        marks[e] = mark
        cover += i - place if place >= 0 and i - place <= BRIDGE + 1 else 1
        place = i
    place = np.int64(-1)
    for i in range(count if common else 0):
        if marks[entries[i]] == mark:
            cover_first += i - place if place >= 0 and i - place <= BRIDGE + 1 else 1
            place = i
    return cover_first, cover, common


@kernel
def compare(one, other):
    """Return both coverages and the Jaccard similarity of two lists of shingles; twin of `plain.compare`."""
    n, bits = len(one), 4
    while (1 << bits) < 2 * n:
        bits += 1
    table = (np.empty(n, np.uint32), np.empty(1 << bits, np.uint64), np.empty(1 << bits, np.uint64))
    index_one(one, table)
    left, right, common = cover_both(other, n, table, bits, np.uint64(1))
    if common == 0:
        return 0.0, 0.0, 0.0
    return left / n, right / len(other), common / (distinct_of(one) + distinct_of(other) - common)


@kernel
def measure_thin(corpus, a, b):
    """Measure a pair of texts of which one is thin; twin of `plain.compare_thin`."""
    units, (begin, length), bitmap = corpus[0], corpus[1], corpus[2]
    left, right = units[begin[a] : begin[a] + length[a]], units[begin[b] : begin[b] + length[b]]
    one, other = np.empty(len(left), np.uint64), np.empty(len(right), np.uint64)
    m, _ = informative(left, bitmap[:0], one)
    n, _ = informative(right, bitmap[:0], other)
    cover, cover_other, jaccard = compare(one[:m], other[:n])
    if jaccard == 0.0:
        return REJECTED, 0.0, 0.0, 0.0
    m, _ = informative(left, bitmap, one)
    n, _ = informative(right, bitmap, other)
    own, own_other, _ = compare(one[:m], other[:n])
    if m >= OWN or not is_thin(n, len(right)):
        cover = min(cover, own)
    if n >= OWN or not is_thin(m, len(left)):
        cover_other = min(cover_other, own_other)
    sizes = (np.int64(len(left)), np.int64(len(right)))
    return kind_of(cover, cover_other, sizes, jaccard), jaccard, cover, cover_other


@kernel
def measure_first(corpus, group, room, out):
    """Measure the first of a group against each other one into `out`: kind, Jaccard, both coverages.

    Only the first is indexed; the others are read once. Below a coverage of `out[1]` for both texts, a pair
    is rejected and its Jaccard left 0: the distinct shingles of the other are not counted then.
    """
    rows, least = out
    units, (begin, length), bitmap = corpus[0], corpus[1], corpus[2]
    a = group[0]
    n, size = informative(units[begin[a] : begin[a] + length[a]], bitmap, room[0])
    table = (room[1], room[4], room[5])
    bits = index_one(room[0][:n], table)
    distinct, other = distinct_of(room[0][:n]), room[0][n:]
    for m in range(1, len(group)):
        b = group[m]
        count, size_b = informative(units[begin[b] : begin[b] + length[b]], bitmap, other)
        if is_thin(n, length[a]) or is_thin(count, length[b]):
            rows[m, 0], rows[m, 1], rows[m, 2], rows[m, 3] = measure_thin(corpus, a, b)
            continue
        one, two, common = cover_both(other[:count], n, table, bits, np.uint64(m))
        rows[m, :] = REJECTED
        if common == 0:
            continue
        left, right = one / n, two / count
        rows[m, 2], rows[m, 3] = left, right
        if max(left, right) >= least:
            jaccard = common / (distinct + distinct_of(other[:count]) - common)
            rows[m, 0], rows[m, 1] = kind_of(left, right, (size, size_b), jaccard), jaccard
