"""Kernels: template siblings, the twin of `slots.find_slots` without the strings."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.dedup.compiled import kernel
from pipeline.dedup.sketch import shift_of

LONGEST_SLOT, RECURS, RECUR_IN_ALL, MADE_OF_SLOTS, SKELETON = (
    30,
    2,
    3,
    0.5,
    0.5,
)  # of `slots`; tests compare them
NUMERALS = tuple(ord(c) for c in "〇零一二三四五六七八九十百两0123456789①②③④⑤⑥⑦⑧⑨⑩")
WORDING = tuple(
    ord(c)
    for c in "应当须必要需可能得不准禁严止许勿或和与及并且同而将把由对向给为的之地了着若如则即"
    "按照依据凡其该此请使让被负责承担履行经影响妨碍时认真用心妥善稳完整齐全确保证做到"
    "包括含有提出予逐切实主动积极尽快立马加强落贯彻"
)
MIX = 0x9E3779B97F4A7C15


@kernel
def unique_places(text, places):
    """Index the shingles of a text: returns keys and, for each, its place, -2 where it stands twice."""
    bits = 6
    while (1 << bits) < 2 * len(text):
        bits += 1
    keys = np.zeros(1 << bits, dtype=np.uint64)
    place = np.empty(1 << bits, dtype=np.int32)
    last, w = np.uint64((1 << bits) - 1), np.uint64(0)
    for i in range(len(text)):
        w = (w << np.uint64(16)) | np.uint64(text[i])
        if i < 3:
            continue
        e = (w * np.uint64(MIX)) >> np.uint64(64 - bits)
        while keys[e] != w and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        place[e] = -2 if keys[e] == w else i - 3
        keys[e] = w
        places[i - 3] = e
    return keys, place


@kernel
def anchors_of(left, right):
    """Return the places in left and right of the shingles that are unique in both, by their place in left."""
    at_left, at_right = np.empty(len(left), np.int32), np.empty(len(right), np.int32)
    _, own = unique_places(left, at_left)
    keys, theirs = unique_places(right, at_right)
    last, shift = np.uint64(len(keys) - 1), 0
    while (1 << shift) < len(keys):
        shift += 1
    n, w = 0, np.uint64(0)
    one, other = np.empty(len(left), np.int32), np.empty(len(left), np.int32)
    for i in range(len(left)):
        w = (w << np.uint64(16)) | np.uint64(left[i])
        if i < 3 or own[at_left[i - 3]] < 0:
            continue
        e = (w * np.uint64(MIX)) >> np.uint64(64 - shift)
        while keys[e] != w and keys[e] != 0:
            e = (e + np.uint64(1)) & last
        if keys[e] == w and theirs[e] >= 0:
            one[n], other[n] = i - 3, theirs[e]
            n += 1
    return one[:n], other[:n]


@kernel
def rising(values):
    """Return the indices of a longest rising subsequence (patience sorting, `slots.rising`)."""
    tails, before = np.empty(len(values), np.int32), np.empty(len(values), np.int32)
    n = 0
    for at in range(len(values)):
        low, high = 0, n
        if n and values[tails[n - 1]] < values[at]:
            low = n
        while low < high:
            middle = (low + high) // 2
            if values[tails[middle]] < values[at]:
                low = middle + 1
            else:
                high = middle
        before[at] = tails[low - 1] if low else -1
        tails[low] = at
        n = max(n, low + 1)
    chain = np.empty(n, np.int32)
    at = tails[n - 1] if n else -1
    for k in range(n - 1, -1, -1):
        chain[k] = at
        at = before[at]
    return chain


@kernel
def changes_of(left, right):
    """Return rows (left start, left end, right start, right end) of the changes; twin of `slots.changes`."""
    one, other = anchors_of(left, right)
    chain = rising(other)
    found = np.empty((len(chain) + 1, 4), dtype=np.int32)
    n, p, q = 0, 0, 0
    for k in range(len(chain) + 1):
        i, j = len(left), len(right)
        if k < len(chain):
            i, j = np.int64(one[chain[k]]), np.int64(other[chain[k]])
        if i < p or j < q:
            continue
        end, stop = i, j
        while p < end and q < stop and left[p] == right[q]:
            p, q = p + 1, q + 1
        while p < end and q < stop and left[end - 1] == right[stop - 1]:
            end, stop = end - 1, stop - 1
        if p < end or q < stop:
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = p, end, q, stop
            n += 1
        p, q = i, j
        while p < len(left) and q < len(right) and left[p] == right[q]:
            p, q = p + 1, q + 1
    return found[:n]


@kernel
def all_numerals(text):
    """Tell whether a text is numerals alone."""
    for unit in text:
        known = False
        for numeral in NUMERALS:
            known |= unit == numeral
        if not known:
            return False
    return True


@kernel
def all_wording(text):
    """Tell whether a text is function words alone."""
    for unit in text:
        known = False
        for word in WORDING:
            known |= unit == word
        if not known:
            return False
    return True


@kernel
def is_year(text, start, end):
    """Tell whether the digits around a span are a year, 19xx or 20xx."""
    while start > 0 and 48 <= text[start - 1] <= 57:
        start -= 1
    while end < len(text) and 48 <= text[end] <= 57:
        end += 1
    if end - start != 4:
        return False
    for i in range(start, end):
        if not 48 <= text[i] <= 57:
            return False
    return (text[start] == 49 and text[start + 1] == 57) or (text[start] == 50 and text[start + 1] == 48)


@kernel
def text_code(text, seed):
    """Return a 64-bit hash of a short text."""
    h = np.uint64(seed)
    for unit in text:
        h = (h ^ np.uint64(unit)) * np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(29)
    return h


@kernel
def boilerplate_in(text, start, end, bitmap):
    """Count units of a span all of whose shingles are boilerplate; twin of `plain.boilerplate_units`."""
    found, w, cold = 0, np.uint64(0), np.int64(-1)
    read, shift = max(0, start - 3), shift_of(8 * len(bitmap))
    for unit in range(start, end):
        while read < min(unit + 4, len(text)):  # the shingle that starts at `unit` ends here
            w = (w << np.uint64(16)) | np.uint64(text[read])
            begin = read - 3
            read += 1
            if begin < max(0, start - 3):
                continue
            place = (w * np.uint64(MIX)) >> shift
            if (bitmap[place >> np.uint64(3)] >> np.uint8(place & np.uint64(7))) & np.uint8(1) == 0:
                cold = begin
        found += np.int64(cold < max(0, unit - 3))
    return found


@kernel
def changed_units(found, side, text, bitmap):
    """Return how many changed units of a side count and how many do not; twin of `slots.lost`."""
    count, left_out = 0, 0
    for k in range(len(found)):
        a, b = found[k, side], found[k, side + 1]
        count += b - a
        if b - a > LONGEST_SLOT and len(bitmap):
            left_out += boilerplate_in(text, a, b, bitmap)
    return count - left_out, left_out


@kernel
def telling(found, left, right):
    """Return the changes that are neither numbering nor wording; twin of `slots.telling`."""
    n = 0
    for k in range(len(found)):
        a, b, c, d = found[k]
        years = is_year(left, a, b) and is_year(right, c, d)
        if not years and all_numerals(left[a:b]) and all_numerals(right[c:d]):
            continue
        if all_wording(left[a:b]) and all_wording(right[c:d]):
            continue
        found[n] = found[k]
        n += 1
    return found[:n]


@kernel
def are_siblings(left, right, bitmap):
    """Tell whether two keys are template siblings: `bool(slots.find_slots(left, right))`."""
    found = telling(changes_of(left, right), left, right)
    codes, sides, n = np.empty(len(found), np.uint64), np.empty((len(found), 2), np.int64), 0
    substituted, by = 0, 0
    for k in range(len(found)):
        a, b, c, d = found[k]
        if 0 < b - a <= LONGEST_SLOT and 0 < d - c <= LONGEST_SLOT:
            codes[n] = text_code(right[c:d], text_code(left[a:b], np.uint64(b - a)))
            sides[n, 0], sides[n, 1] = b - a, d - c
            substituted += b - a
            by += d - c
            n += 1
    if n < RECUR_IN_ALL:
        return False
    order = np.argsort(codes[:n])
    in_all, of_left, of_right, k = 0, 0, 0, 0
    while k < n:
        stop = k
        while stop < n and codes[order[stop]] == codes[order[k]]:
            stop += 1
        if stop - k >= RECURS:
            in_all += stop - k
            of_left += (stop - k) * sides[order[k], 0]
            of_right += (stop - k) * sides[order[k], 1]
        k = stop
    if in_all < RECUR_IN_ALL:
        return False
    gone, spare_left = changed_units(found, 0, left, bitmap)
    come, spare_right = changed_units(found, 2, right, bitmap)
    made = of_left >= MADE_OF_SLOTS * substituted and of_right >= MADE_OF_SLOTS * by
    whole_left, whole_right = len(left) - spare_left, len(right) - spare_right
    return (
        made and whole_left - gone >= SKELETON * whole_left and whole_right - come >= SKELETON * whole_right
    )


@kernel
def recurring_of(units, spans, left, right):
    """Return rows (pair, begin and end in left, in right, times) of the recurring substitutions.

    `left`, `right` are texts; places are those of the first occurrence, in `units`. Twin of `slots.slots_of`.
    """
    begin, length = spans
    rows, n = np.empty((256, 6), dtype=np.int64), 0
    for p in range(len(left)):
        a, b = begin[left[p]], begin[right[p]]
        one, other = units[a : a + length[left[p]]], units[b : b + length[right[p]]]
        found = telling(changes_of(one, other), one, other)
        codes = np.empty(len(found), np.uint64)
        for k in range(len(found)):
            c, d, e, f = found[k]
            codes[k] = text_code(other[e:f], text_code(one[c:d], np.uint64(d - c)))
        for k in range(len(found)):
            c, d, e, f = found[k]
            if not (0 < d - c <= LONGEST_SLOT and 0 < f - e <= LONGEST_SLOT):
                continue
            times = np.sum(codes == codes[k])
            if times < RECURS or np.argmax(codes == codes[k]) != k:
                continue
            if n == len(rows):
                larger = np.empty((2 * n, 6), dtype=np.int64)
                larger[:n] = rows
                rows = larger
            rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3] = p, a + c, a + d, b + e
            rows[n, 4], rows[n, 5] = b + f, times
            n += 1
    return rows[:n].copy()
