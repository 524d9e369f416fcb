"""Kernels: exact measures of up to 64 texts at once, and of one text against others.

Every shingle of a group gets a word of 64 bits, one a text; a pair's coverage is then one walk over a
text's positions. The twin is `plain.measure`. `corpus` is units, begin, length, bitmap, rank everywhere.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import part
from pipeline.dedup.arrays import MIX
from pipeline.dedup.sketch import shift_of

GROUP = 64  # texts; bits of a word
FEW, OWN, BRIDGE, NEAR, NEAR_OTHER, MIN_JACCARD = 30, 13, 12, 0.65, 0.5, 0.1  # of `rules`; tests compare
HELD, LONGER, SHARES = 0.9, 1.5, 0.5
REJECTED, SHARED, CONTAINED, CONTAINS, EDITED = 0, 1, 2, 3, 4


def make_room(positions: int) -> tuple[NDArray[Any], ...]:
    """Return working arrays for so many positions: shingles, entries, words, first, masks, and a table.

    Room for twice a text's positions holds the tables of two such texts.
    """
    size = 1024
    while size < 4 * positions:
        size *= 2
    return (
        np.empty(positions, np.uint64),
        np.empty(positions, np.uint32),
        np.empty(positions, np.uint64),
        np.empty(positions, np.uint8),
        np.empty(positions, np.uint64),
        np.empty(size, np.uint32),
    )


@part
def informative(corpus, t, filtered, shingles, at):
    """Write a text's informative shingles to `shingles[at:]`; return how many, and how many units they touch.

    Not `filtered`, every shingle is informative.
    """
    units, begin, length, bitmap, _ = corpus
    w, n, touched, last = np.uint64(0), 0, 0, -4
    shift, start = shift_of(8 * len(bitmap)), begin[t]
    for i in range(length[t]):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
        if i < 3:
            continue
        if filtered:
            place = (w * np.uint64(MIX)) >> shift
            if (bitmap[place >> np.uint64(3)] >> np.uint8(place & np.uint64(7))) & np.uint8(1):
                continue
        shingles[np.uint64(at + n)] = w
        n += 1
        touched += min(4, i - 3 - last)
        last = i - 3
    return n, touched


@part
def is_thin(n, length):
    """Tell whether a text of `length` units with `n` informative positions is nearly all boilerplate."""
    return n < FEW and n < length - 3


@part
def bits_for(positions):
    """Return the bits of a table that is at most a quarter full: few shingles meet, few branches go wrong."""
    bits = 4
    while (1 << bits) < 4 * positions:
        bits += 1
    return bits


@part
def clear_table(table, free, bits):
    """Empty the places of a table that begins at `free`."""
    for e in range(free, free + (1 << bits)):
        table[np.uint64(e)] = 0


@part
def place_of(shingle, shingles, table, free, bits):
    """Return where a shingle stands in an open table, or the free place where it would.

    The table, from place `free` on, holds places among the `shingles`, counted from 1: half of what the
    shingles themselves would take, so that it stays in the nearest cache.
    """
    last, base = np.uint64((1 << bits) - 1), np.uint64(free)
    e = (shingle * np.uint64(MIX)) >> np.uint64(64 - bits)
    while table[base + e] != 0 and shingles[np.uint64(table[base + e] - 1)] != shingle:
        e = (e + np.uint64(1)) & last
    return base + e


@part
def enter(i, shingles, table, masks, bits):
    """Enter a place into the table of shingles; return the first place of its shingle, its mask cleared."""
    e = place_of(shingles[i], shingles, table, 0, bits)
    if table[e] == 0:
        table[e] = i + np.uint64(1)
        masks[i] = 0
    return np.uint64(table[e] - np.uint32(1))


@part
def index_group(corpus, members, room, index):
    """Index a group into `index`: where members' positions start, distinct shingles, sizes, who is thin."""
    shingles, entries, words, first, masks, table = room
    filtered, index[0, 0] = len(corpus[3]) > 0, 0
    for m in range(len(members)):
        n, index[2, m] = informative(corpus, members[m], filtered, shingles, index[0, m])
        index[0, m + 1] = index[0, m] + n
        index[3, m] = is_thin(n, corpus[2][members[m]])
    count = index[0, len(members)]
    bits = bits_for(count)
    clear_table(table, 0, bits)
    for m in range(len(members)):
        bit, distinct = np.uint64(1) << np.uint64(m), 0
        for i in range(np.uint64(index[0, m]), np.uint64(index[0, m + 1])):
            e = enter(i, shingles, table, masks, bits)
            first[i] = np.uint8((masks[e] & bit) == 0)
            distinct += np.int64(first[i])
            masks[e] |= bit
            entries[i] = e
        index[1, m] = distinct
    for i in range(count):
        words[i] = masks[entries[i]]


@part
def covered(words, first, start, end, other):
    """Return covered positions of one text by member `other`, and distinct shingles in common."""
    shift, last, cover, common = np.uint64(other), np.int64(-1), 0, 0
    for place in range(start, end):
        i = np.uint64(place)
        if (words[i] >> shift) & np.uint64(1):
            common += np.int64(first[i])
            cover += place - last if last >= 0 and place - last <= BRIDGE + 1 else 1
            last = place
    return cover, common


@part
def kind_of(left, right, size_left, size_right, jaccard):
    """Return a pair's kind from its coverage; the twin of `rules.kinds_of`."""
    better, other = max(left, right), min(left, right)
    if max(size_left, size_right) >= LONGER * min(size_left, size_right):
        if size_left < size_right and left >= HELD:
            return CONTAINED
        if size_right < size_left and right >= HELD:
            return CONTAINS
    if better >= NEAR and other >= NEAR_OTHER and jaccard >= MIN_JACCARD:
        return EDITED
    return SHARED if better >= SHARES else REJECTED


@part
def measure_pair(index, room, a, b):
    """Return kind, Jaccard and both coverages of two members of an indexed group."""
    cover_a, common = covered(room[2], room[3], index[0, a], index[0, a + 1], b)
    if common == 0:
        return REJECTED, 0.0, 0.0, 0.0
    cover_b, _ = covered(room[2], room[3], index[0, b], index[0, b + 1], a)
    left = cover_a / (index[0, a + 1] - index[0, a])
    right = cover_b / (index[0, b + 1] - index[0, b])
    jaccard = common / (index[1, a] + index[1, b] - common)
    return kind_of(left, right, index[2, a], index[2, b], jaccard), jaccard, left, right


@part
def index_one(corpus, a, filtered, room, one):
    """Index one text at the front of `room`; `one` takes its positions, distinct shingles, size and bits."""
    shingles, entries, _, _, marks, table = room
    one[0], one[2] = informative(corpus, a, filtered, shingles, np.int64(0))
    bits, distinct = bits_for(one[0]), 0
    clear_table(table, 0, bits)
    for i in range(np.uint64(one[0])):
        entries[i] = enter(i, shingles, table, marks, bits)
        distinct += np.int64(entries[i] == i)
    one[1], one[3] = distinct, bits


@part
def distinct_of(shingles, start, count, table, free):
    """Count the distinct ones of `count` shingles; `table` from place `free` on is room for them."""
    bits, distinct = bits_for(count), 0
    clear_table(table, free, bits)
    for i in range(np.uint64(start), np.uint64(start + count)):
        e = place_of(shingles[i], shingles, table, free, bits)
        if table[e] == 0:
            table[e] = i + np.uint64(1)
            distinct += 1
    return distinct


@part
def cover_both(room, one, count, mark):
    """Return the covered positions of the indexed text and of another one, and their distinct in common.

    The `count` shingles of the other stand behind those of the first; `mark` is fresh, from 1.
    """
    shingles, entries, _, _, marks, table = room
    place, cover, common, cover_first = np.int64(-1), 0, 0, 0
    for i in range(count):
        at = table[place_of(shingles[np.uint64(one[0] + i)], shingles, table, 0, one[3])]
        if at == 0:
            continue
        e = np.uint64(at - np.uint32(1))
        common += np.int64(marks[e] != mark)
        marks[e] = mark
        cover += i - place if place >= 0 and i - place <= BRIDGE + 1 else 1
        place = i
    if common == 0:
        return 0, 0, 0
    place = np.int64(-1)
    for i in range(one[0]):
        if marks[entries[i]] == mark:
            cover_first += i - place if place >= 0 and i - place <= BRIDGE + 1 else 1
            place = i
    return cover_first, cover, common


@part
def compare(corpus, texts, filtered, room, one):
    """Return both coverages, the Jaccard similarity and positions of two texts; twin of `plain.compare`."""
    index_one(corpus, texts[0], filtered, room, one)
    count, _ = informative(corpus, texts[1], filtered, room[0], one[0])
    cover, cover_other, common = cover_both(room, one, count, np.uint64(1))
    if common == 0:
        return 0.0, 0.0, 0.0, one[0], count
    distinct = distinct_of(room[0], one[0], count, room[5], 1 << one[3])
    return cover / one[0], cover_other / count, common / (one[1] + distinct - common), one[0], count


@part
def measure_thin(corpus, a, b, room, one):
    """Measure a pair of texts of which one is thin; twin of `plain.compare_thin`. Takes the whole room."""
    filtered = len(corpus[3]) > 0
    left, right, jaccard, _, _ = compare(corpus, (a, b), not filtered, room, one)
    if jaccard == 0.0:
        return REJECTED, 0.0, 0.0, 0.0
    own, own_other, _, n, count = compare(corpus, (a, b), filtered, room, one)
    if n >= OWN or not is_thin(count, corpus[2][b]):
        left = min(left, own)
    if count >= OWN or not is_thin(n, corpus[2][a]):
        right = min(right, own_other)
    return kind_of(left, right, corpus[2][a], corpus[2][b], jaccard), jaccard, left, right


@part
def measure_other(corpus, a, b, room, one, mark, least):
    """Return kind, Jaccard and both coverages of the indexed text `a` and text `b`.

    Below a coverage of `least` for both texts, the pair is rejected and its Jaccard left 0: the distinct
    shingles of the other are not counted then. The room holds a table for each of the two.
    """
    filtered = len(corpus[3]) > 0
    count, size = informative(corpus, b, filtered, room[0], one[0])
    if is_thin(one[0], corpus[2][a]) or is_thin(count, corpus[2][b]):
        kind, jaccard, left, right = measure_thin(corpus, a, b, room, one)
        index_one(corpus, a, filtered, room, one)
        return kind, jaccard, left, right
    cover, cover_other, common = cover_both(room, one, count, np.uint64(mark))
    if common == 0:
        return REJECTED, 0.0, 0.0, 0.0
    left, right = cover / one[0], cover_other / count
    if max(left, right) < least:
        return REJECTED, 0.0, left, right
    distinct = distinct_of(room[0], one[0], count, room[5], 1 << one[3])
    jaccard = common / (one[1] + distinct - common)
    return kind_of(left, right, one[2], size, jaccard), jaccard, left, right
