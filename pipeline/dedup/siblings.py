"""Kernels: two texts side by side, the twin of `slots` without the strings: siblings, copies or neither.

A pair is laid side by side on a `desk`: a table of shingles with their places, lists, and the changes.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup.sketch import shift_of
from pipeline.dedup.verify import EDITED, SHARED

LONGEST_SLOT, RECURS, RECUR_IN_ALL, MADE_OF_SLOTS, SKELETON = (
    30,
    2,
    3,
    0.5,
    0.5,
)  # of `slots`; tests compare them
TEMPLATE, SURE, IN_ORDER, REPLACED = 5, 0.85, 0.7, 60  # of `rules`; tests compare them
NUMERALS = tuple(ord(c) for c in "〇零一二三四五六七八九十百两0123456789①②③④⑤⑥⑦⑧⑨⑩")
WORDING = tuple(
    ord(c)
    for c in "应当须必要需可能得不准禁严止许勿或和与及并且同而将把由对向给为的之地了着若如则即"
    "按照依据凡其该此请使让被负责承担履行经影响妨碍时认真用心妥善稳完整齐全确保证做到"
    "包括含有提出予逐切实主动积极尽快立马加强落贯彻"
)
MIX = 0x9E3779B97F4A7C15
LEFT, RIGHT = 0, 1  # rows of places
AT, ONE, OTHER, TAILS, BEFORE = 0, 1, 2, 3, 4  # lists: entries of left, anchors, the rising chain


def make_desk(longest: int) -> tuple[NDArray[Any], ...]:
    """Return working arrays for texts of up to `longest` units: keys, places, lists, changes."""
    size = 64
    while size < 2 * longest:
        size *= 2
    return (
        np.empty(size, np.uint64),
        np.empty((2, size), np.int32),
        np.empty((5, longest + 1), np.int32),
        np.empty((longest + 2, 4), np.int32),
    )


@part
def index_places(units, start, count, desk):
    """Index the shingles of a text: each entry's place, -2 where one stands twice; return the bits."""
    keys, places, _, _ = desk
    bits = 6
    while (1 << bits) < 2 * count:
        bits += 1
    for free in range(1 << bits):
        keys[free] = 0
        places[LEFT, free] = -1
    last, shift, w = np.uint64((1 << bits) - 1), np.uint64(64 - bits), np.uint64(0)
    for i in range(count):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
        if i < 3:
            continue
        e = (w * np.uint64(MIX)) >> shift
        while keys[e] != w and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        places[RIGHT, e] = -2 if keys[e] == w else i - 3
        keys[e] = w
    return bits


@part
def anchors_of(units, left, right, desk):
    """List the places in left and right of the shingles that are unique in both; return how many.

    Only the right text is indexed: a shingle that it has not is no anchor.
    """
    keys, places, lists, _ = desk
    bits = index_places(units, right[0], right[1], desk)
    last, shift, w, n = np.uint64((1 << bits) - 1), np.uint64(64 - bits), np.uint64(0), 0
    for i in range(left[1]):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(left[0] + i)])
        if i < 3:
            continue
        e = (w * np.uint64(MIX)) >> shift
        while keys[e] != w and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        if keys[e] == w and places[RIGHT, e] >= 0:
            places[LEFT, e] = i - 3 if places[LEFT, e] == -1 else -2
            lists[AT, np.uint64(n)] = e
            n += 1
    found = 0
    for k in range(n):
        e = np.uint64(lists[AT, k])
        if places[LEFT, e] >= 0:
            lists[ONE, found], lists[OTHER, found] = places[LEFT, e], places[RIGHT, e]
            found += 1
    return found


@part
def keep_rising(count, lists):
    """Leave of the anchors a longest rising subsequence (patience, `slots.rising`); return its length.

    The chain is written over the tails, from the end.
    """
    n = 0
    for at in range(count):
        value = lists[OTHER, at]
        low, high = 0, n
        if n and lists[OTHER, lists[TAILS, n - 1]] < value:
            low = n
        while low < high:
            middle = (low + high) // 2
            if lists[OTHER, lists[TAILS, middle]] < value:
                low = middle + 1
            else:
                high = middle
        lists[BEFORE, at] = lists[TAILS, low - 1] if low else -1
        lists[TAILS, low] = at
        n = max(n, low + 1)
    for k in range(n - 1, 0, -1):
        lists[TAILS, k - 1] = lists[BEFORE, lists[TAILS, k]]
    for k in range(n):
        lists[ONE, k], lists[OTHER, k] = lists[ONE, lists[TAILS, k]], lists[OTHER, lists[TAILS, k]]
    return n


@part
def changes_of(units, left, right, desk):
    """List rows (left start, left end, right start, right end) of the changes; twin of `slots.changes`.

    Return how many they are, and whether the anchors stand in one order.
    """
    lists, found = desk[2], desk[3]
    anchors = anchors_of(units, left, right, desk)
    chain = keep_rising(anchors, lists)
    a, b = left[0], right[0]
    n, p, q = 0, 0, 0
    for k in range(chain + 1):
        i, j = left[1], right[1]
        if k < chain:
            i, j = np.int64(lists[ONE, k]), np.int64(lists[OTHER, k])
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


@part
def has_replaced(desk, count):
    """Tell whether a passage of more than `REPLACED` units was replaced by another one."""
    found, replaced = desk[3], False
    for k in range(count):
        gone, come = found[k, 1] - found[k, 0], found[k, 3] - found[k, 2]
        replaced |= min(gone, come) > REPLACED
    return replaced


@part
def all_numerals(units, start, end):
    """Tell whether a span is numerals alone."""
    for i in range(start, end):
        known = False
        for numeral in NUMERALS:
            known |= units[i] == numeral
        if not known:
            return False
    return True


@part
def all_wording(units, start, end):
    """Tell whether a span is function words alone."""
    for i in range(start, end):
        known = False
        for word in WORDING:
            known |= units[i] == word
        if not known:
            return False
    return True


@part
def is_year(units, text, start, end):
    """Tell whether the digits around a span of a text (start, length) are a year, 19xx or 20xx."""
    at, stop = text[0] + start, text[0] + end
    while at > text[0] and 48 <= units[at - 1] <= 57:
        at -= 1
    while stop < text[0] + text[1] and 48 <= units[stop] <= 57:
        stop += 1
    if stop - at != 4:
        return False
    for i in range(at, stop):
        if not 48 <= units[i] <= 57:
            return False
    return (units[at] == 49 and units[at + 1] == 57) or (units[at] == 50 and units[at + 1] == 48)


@part
def span_code(units, start, end, seed):
    """Return a 64-bit hash of a short span."""
    h = np.uint64(seed)
    for i in range(start, end):
        h = (h ^ np.uint64(units[i])) * np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(29)
    return h


@part
def boilerplate_in(corpus, text, start, end):
    """Count units of a span all of whose shingles are boilerplate; twin of `plain.boilerplate_units`."""
    units, bitmap = corpus[0], corpus[3]
    found, w, cold = 0, np.uint64(0), np.int64(-1)
    read, shift = max(0, start - 3), shift_of(8 * len(bitmap))
    for unit in range(start, end):
        while read < min(unit + 4, text[1]):  # the shingle that starts at `unit` ends here
            w = (w << np.uint64(16)) | np.uint64(units[text[0] + read])
            begin = read - 3
            read += 1
            if begin < max(0, start - 3):
                continue
            place = (w * np.uint64(MIX)) >> shift
            if (bitmap[place >> np.uint64(3)] >> np.uint8(place & np.uint64(7))) & np.uint8(1) == 0:
                cold = begin
        found += np.int64(cold < max(0, unit - 3))
    return found


@part
def changed_units(corpus, text, desk, count, side):
    """Return how many changed units of a side count and how many do not; twin of `slots.lost`."""
    found, changed, left_out = desk[3], 0, 0
    for k in range(count):
        a, b = np.int64(found[k, side]), np.int64(found[k, side + 1])
        changed += b - a
        if b - a > LONGEST_SLOT and len(corpus[3]):
            left_out += boilerplate_in(corpus, text, a, b)
    return changed - left_out, left_out


@part
def keep_telling(units, left, right, desk, count):
    """Leave the changes that are neither numbering nor wording; return how many; twin of `slots.telling`."""
    found, n = desk[3], 0
    for k in range(count):
        a, b = np.int64(found[k, 0]), np.int64(found[k, 1])
        c, d = np.int64(found[k, 2]), np.int64(found[k, 3])
        numerals = all_numerals(units, left[0] + a, left[0] + b)
        numerals = numerals and all_numerals(units, right[0] + c, right[0] + d)
        if numerals and not (is_year(units, left, a, b) and is_year(units, right, c, d)):
            continue
        wording = all_wording(units, left[0] + a, left[0] + b)
        if wording and all_wording(units, right[0] + c, right[0] + d):
            continue
        found[n, 0], found[n, 1], found[n, 2], found[n, 3] = a, b, c, d
        n += 1
    return n


@part
def count_substitutions(units, left, right, desk, count):
    """Count equal substitutions of names in a table of the codes (keys, the right places).

    The entry of each change is left in `lists[AT]`, -1 where it is none: a side is empty or too long.
    """
    keys, places, lists, found = desk
    bits = 6
    while (1 << bits) < 2 * count:
        bits += 1
    for free in range(1 << bits):
        keys[free] = 0
        places[RIGHT, free] = 0
    last = np.uint64((1 << bits) - 1)
    for k in range(count):
        a, b = np.int64(found[k, 0]), np.int64(found[k, 1])
        c, d = np.int64(found[k, 2]), np.int64(found[k, 3])
        lists[AT, k] = -1
        if not (0 < b - a <= LONGEST_SLOT and 0 < d - c <= LONGEST_SLOT):
            continue
        code = span_code(units, left[0] + a, left[0] + b, np.uint64(b - a))
        code = span_code(units, right[0] + c, right[0] + d, code) | np.uint64(1)  # 0 is a free place
        e = (code * np.uint64(MIX)) >> np.uint64(64 - bits)
        while keys[e] != code and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        keys[e] = code
        places[RIGHT, e] += 1
        lists[AT, k] = e


@part
def look_side_by_side(corpus, a, b, kind, better, desk):
    """Return the kind of a pair that remains at a look side by side; twin of `plain._look_side_by_side`."""
    left, right = (corpus[1][a], corpus[2][a]), (corpus[1][b], corpus[2][b])
    count, ordered = changes_of(corpus[0], left, right, desk)
    apart = kind == EDITED and better < SURE and (not ordered or has_replaced(desk, count))
    if are_siblings(corpus, left, right, desk, count):
        return TEMPLATE
    return SHARED if apart else kind


@part
def are_siblings(corpus, left, right, desk, count):
    """Tell whether `count` changes make two texts siblings: `bool(slots.find_slots(left, right))`."""
    units, places, lists, found = corpus[0], desk[1], desk[2], desk[3]
    count = keep_telling(units, left, right, desk, count)
    if count < RECUR_IN_ALL:
        return False
    count_substitutions(units, left, right, desk, count)
    in_all, of_left, of_right, substituted, by = 0, 0, 0, 0, 0
    for k in range(count):
        if lists[AT, k] < 0:
            continue
        gone, come = np.int64(found[k, 1] - found[k, 0]), np.int64(found[k, 3] - found[k, 2])
        substituted += gone
        by += come
        if places[RIGHT, lists[AT, k]] >= RECURS:
            in_all += 1
            of_left += gone
            of_right += come
    if in_all < RECUR_IN_ALL or of_left < MADE_OF_SLOTS * substituted or of_right < MADE_OF_SLOTS * by:
        return False
    gone, spare_left = changed_units(corpus, left, desk, count, 0)
    come, spare_right = changed_units(corpus, right, desk, count, 2)
    whole_left, whole_right = left[1] - spare_left, right[1] - spare_right
    return whole_left - gone >= SKELETON * whole_left and whole_right - come >= SKELETON * whole_right


@kernel
def recurring_of(units, spans, desk, rows):
    """Write rows (begin and end in left, in right, times) of the recurring substitutions; return how many.

    `spans` are begin and length of left, then of right; places are those of the first occurrence, in
    `units`. `rows` has room for every second unit of left. Twin of `slots.slots_of`.
    """
    left, right = (spans[0], spans[1]), (spans[2], spans[3])
    places, lists, found, n = desk[1], desk[2], desk[3], 0
    count, _ = changes_of(units, left, right, desk)
    count = keep_telling(units, left, right, desk, count)
    count_substitutions(units, left, right, desk, count)
    for k in range(count):
        if lists[AT, k] < 0 or places[RIGHT, lists[AT, k]] < RECURS:
            continue
        rows[n, 0], rows[n, 1] = left[0] + found[k, 0], left[0] + found[k, 1]
        rows[n, 2], rows[n, 3] = right[0] + found[k, 2], right[0] + found[k, 3]
        rows[n, 4] = places[RIGHT, lists[AT, k]]
        places[RIGHT, lists[AT, k]] = 0  # the next occurrence is the same slot
        n += 1
    return n
