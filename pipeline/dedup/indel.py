"""Kernel: exact Indel similarity by bit-parallel longest common subsequence.

Source: Hyyrö, Bit-parallel LCS-length computation revisited (2004), 64 characters a word; ends in common
are cut off first. The result is rapidfuzz's `Indel.normalized_similarity`, times 100.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import kernel, part

MISSES = 64  # units of the shorter text that are not in the other: the least band that is tried


@part
def common_subsequence(units, pattern, text, rows, scratch):
    """Return the length of a longest common subsequence of two spans; -1 where `scratch` is small.

    A band of diagonals is tried first, and proves itself: what leaves it has more misses than were found.
    `rows`, one a unit, is zeros and stays so.
    """
    length, other = pattern[1] - pattern[0], text[1] - text[0]
    words = (length + 63) >> 6
    enough = place_matches(units, pattern, rows, scratch[1], words)
    found = -1
    if enough:
        misses = max(MISSES, length >> 3)  # of the pattern; the text may have as many more as it is longer
        found = extend(units, text, rows, scratch, (length, misses, misses + other - length))
        if length - found > misses:
            found = extend(units, text, rows, scratch, (length, length, other))
    for i in range(pattern[0], pattern[1]):
        rows[units[np.uint64(i)]] = 0
    return found


@part
def place_matches(units, pattern, rows, matches, words):
    """Write for each unit of the pattern where it stands, as bits; tell whether there was room."""
    distinct = 0
    for i in range(pattern[1] - pattern[0]):
        unit = units[np.uint64(pattern[0] + i)]
        if rows[unit] == 0:
            if (distinct + 2) * words > len(matches):
                return False
            distinct += 1
            rows[unit] = distinct
            for k in range(words):
                matches[np.uint64(distinct * words + k)] = 0
        matches[np.uint64(rows[unit] * words + (i >> 6))] |= np.uint64(1) << np.uint64(i & 63)
    return True


@part
def extend(units, text, rows, scratch, band):
    """Return the length of a longest common subsequence whose path stays within a band.

    `band` is the length of the pattern, and by how many units a path may fall behind in the text and in the
    pattern: a word of the state is looked at while the band touches it.
    """
    state, matches = scratch
    length, left, right = band
    words = (length + 63) >> 6
    for k in range(words):
        state[k] = np.uint64(0xFFFFFFFFFFFFFFFF)
    for j in range(text[1] - text[0]):
        row = rows[units[np.uint64(text[0] + j)]]
        if row == 0:
            continue
        first, end = np.uint64(max(0, j - right) >> 6), np.uint64(min(words, (j + left + 64) >> 6))
        carry, at = np.uint64(0), np.uint64(row * words)
        for k in range(first, end):
            v = state[k]
            u = v & matches[at + k]
            total = v + u
            over = np.uint64(total < v)
            total += carry
            over |= np.uint64(total < carry)
            carry = over
            state[k] = total | (v - u)
    found = 0
    for i in range(length):
        found += np.int64(((state[i >> 6] >> np.uint64(i & 63)) & np.uint64(1)) == 0)
    return found


@part
def ratio_of(units, left, right, rows, scratch):
    """Return the normalised Indel similarity of two spans, 0..100; -1 where `scratch` is small."""
    (a, b), (c, d) = left, right
    total = (b - a) + (d - c)
    if total == 0:
        return 100.0
    while a < b and c < d and units[np.uint64(a)] == units[np.uint64(c)]:
        a, c = a + 1, c + 1
    while a < b and c < d and units[np.uint64(b - 1)] == units[np.uint64(d - 1)]:
        b, d = b - 1, d - 1
    same = total - (b - a) - (d - c)
    if a < b and c < d:
        short, long = ((a, b), (c, d)) if b - a <= d - c else ((c, d), (a, b))
        found = common_subsequence(units, short, long, rows, scratch)
        if found < 0:
            return -1.0
        same += 2 * found
    return 100.0 * (1.0 - (total - same) / total)


@part
def has_surrogates(units, start, end):
    """Tell whether a text has characters of two units."""
    found = False
    for i in range(start, end):
        found |= 0xD800 <= units[np.uint64(i)] < 0xE000
    return found


@kernel
def ratios_of(units, spans, left, right, rows, scratch, found):
    """Write the ratio of each pair of texts; -1 where one has surrogates, whose units are no characters.

    `rows` are zeros, one a unit. Returns how many pairs are done: it ends early where the `scratch`, states
    and matches of the shorter text's blocks of 64 units, is too small for the next.
    """
    begin, length = spans
    for p in range(len(left)):
        one = (begin[left[p]], begin[left[p]] + length[left[p]])
        other = (begin[right[p]], begin[right[p]] + length[right[p]])
        found[p] = -1.0
        if not has_surrogates(units, one[0], one[1]) and not has_surrogates(units, other[0], other[1]):
            found[p] = ratio_of(units, one, other, rows, scratch)
            if found[p] < 0:
                return p
    return len(left)
