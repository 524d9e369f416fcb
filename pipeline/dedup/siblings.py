"""Kernels: siblings, copies or neither: what two texts side by side are; twin of `slots` without strings."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import kernel, part
from pipeline.dedup.arrays import MIX
from pipeline.dedup.collation import AT, changes_of
from pipeline.dedup.sketch import shift_of
from pipeline.dedup.verify import EDITED, SHARED

LONGEST_SLOT, RECURS, RECUR_IN_ALL, MADE_OF_SLOTS, SKELETON = (
    30,
    2,
    3,
    0.5,
    0.5,
)  # of `slots`; tests compare them
TEMPLATE, SURE, REPLACED = 5, 0.85, 60  # of `rules`; tests compare them
NUMERALS = tuple(ord(c) for c in "〇零一二三四五六七八九十百两0123456789①②③④⑤⑥⑦⑧⑨⑩")
WORDING = tuple(
    ord(c)
    for c in "应当须必要需可能得不准禁严止许勿或和与及并且同而将把由对向给为的之地了着若如则即"
    "按照依据凡其该此请使让被负责承担履行经影响妨碍时认真用心妥善稳完整齐全确保证做到"
    "包括含有提出予逐切实主动积极尽快立马加强落贯彻"
)


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
    """Count equal substitutions of names in a table of the codes (the room of shingles and their places).

    The entry of each change is left in `lists[AT]`, -1 where it is none: a side is empty or too long.
    """
    keys, times, lists, found = desk
    bits = 6
    while (1 << bits) < 2 * count:
        bits += 1
    for free in range(1 << bits):
        keys[free] = 0
        times[free] = 0
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
        times[e] += 1
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
def recurring_in_all(units, left, right, desk, count):
    """Return how often substitutions stand that stand at least twice; their table is left on the desk."""
    times, lists, in_all = desk[1], desk[2], 0
    if count < RECUR_IN_ALL:
        return 0
    count_substitutions(units, left, right, desk, count)
    for k in range(count):
        in_all += np.int64(lists[AT, k] >= 0 and times[lists[AT, k]] >= RECURS)
    return in_all


@part
def are_siblings(corpus, left, right, desk, count):
    """Tell whether `count` changes make two texts siblings: `bool(slots.find_slots(left, right))`.

    What tells is sought only where substitutions recur at all: between most copies none does.
    """
    units, times, lists, found = corpus[0], desk[1], desk[2], desk[3]
    if recurring_in_all(units, left, right, desk, count) < RECUR_IN_ALL:
        return False
    count = keep_telling(units, left, right, desk, count)
    if recurring_in_all(units, left, right, desk, count) < RECUR_IN_ALL:
        return False
    of_left, of_right, substituted, by = 0, 0, 0, 0
    for k in range(count):
        if lists[AT, k] < 0:
            continue
        gone, come = np.int64(found[k, 1] - found[k, 0]), np.int64(found[k, 3] - found[k, 2])
        substituted += gone
        by += come
        if times[lists[AT, k]] >= RECURS:
            of_left += gone
            of_right += come
    if of_left < MADE_OF_SLOTS * substituted or of_right < MADE_OF_SLOTS * by:
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
    times, lists, found, n = desk[1], desk[2], desk[3], 0
    count, _ = changes_of(units, left, right, desk)
    count = keep_telling(units, left, right, desk, count)
    count_substitutions(units, left, right, desk, count)
    for k in range(count):
        if lists[AT, k] < 0 or times[lists[AT, k]] < RECURS:
            continue
        rows[n, 0], rows[n, 1] = left[0] + found[k, 0], left[0] + found[k, 1]
        rows[n, 2], rows[n, 3] = right[0] + found[k, 2], right[0] + found[k, 3]
        rows[n, 4] = times[lists[AT, k]]
        times[lists[AT, k]] = 0  # the next occurrence is the same slot
        n += 1
    return n
