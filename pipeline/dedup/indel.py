"""Kernel: exact Indel similarity by bit-parallel longest common subsequence.

Source: Hyyrö, Bit-parallel LCS-length computation revisited (2004), 64 characters a word; ends in common
are cut off first. The result is rapidfuzz's `Indel.normalized_similarity`, times 100.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import kernel, part

LEAST = (
    24  # misses of the first band: half of the edited copies of a corpus have fewer (docs/accuracy-dedup.md)
)
MARK = 0xFFFF  # of a unit of the text that the pattern has not; no text has so many different units


@part
def common_subsequence(units, pattern, text, rows, scratch):
    """Return the length of a longest common subsequence of two spans; -1 where `scratch` is small.

    Units that the other span has not are left out first. Then a band of diagonals is tried and proves itself:
    what leaves it has more misses than were found. `rows`, one a unit, and matches are zeros and stay so.
    """
    state, matches, codes = scratch
    words = (pattern[1] - pattern[0] + 63) >> 6
    for j in range(text[0], text[1]):
        rows[units[np.uint64(j)]] = MARK
    length, found = place_matches(units, pattern, rows, matches, words), -1
    if length >= 0:
        other = code_text(units, text, rows, codes)
        found = length_of(state, matches, codes, (length, other, words, pattern[1] - pattern[0] - length))
    clear(units, pattern, rows, matches, words)
    for j in range(text[0], text[1]):
        rows[units[np.uint64(j)]] = 0
    return found


@part
def place_matches(units, pattern, rows, matches, words):
    """Write where each unit of the pattern stands that the text has, as bits; return how many they are.

    -1 where there is no room.
    """
    distinct, kept = 0, np.uint64(0)
    for i in range(pattern[0], pattern[1]):
        unit = units[np.uint64(i)]
        if rows[unit] == 0:
            continue
        if rows[unit] == MARK:
            if (distinct + 2) * words > len(matches):
                return -1
            distinct += 1
            rows[unit] = distinct
        at = np.uint64(np.int64(rows[unit]) * words) + (kept >> np.uint64(6))
        matches[at] |= np.uint64(1) << (kept & np.uint64(63))
        kept += np.uint64(1)
    return np.int64(kept)


@part
def clear(units, pattern, rows, matches, words):
    """Take back what `place_matches` wrote, bit by bit: whole rows would be ten times as much."""
    kept = np.uint64(0)
    for i in range(pattern[0], pattern[1]):
        row = np.int64(rows[units[np.uint64(i)]])
        if row != 0 and row != MARK:
            matches[np.uint64(row * words) + (kept >> np.uint64(6))] = 0
            kept += np.uint64(1)


@part
def code_text(units, text, rows, codes):
    """Write the row of each unit of the text that the pattern has; return how many they are.

    Behind them stand units without matches: `extend` takes four at once.
    """
    n = np.uint64(0)
    for j in range(text[0], text[1]):
        row = rows[units[np.uint64(j)]]
        codes[n] = row
        n += np.uint64(row != MARK)
    for k in range(3):
        codes[n + np.uint64(k)] = 0
    return np.int64(n)


@part
def length_of(state, matches, codes, sizes):
    """Return the length of a longest common subsequence of what is left of both.

    `sizes`: pattern, text, words of a row, units of the pattern left out, which are as many misses more: a
    first band is of use where they are few.
    """
    length, other, words, gone = sizes
    misses = max(LEAST, 2 * gone)
    while misses < length >> 1 and misses + other - length >= 0:
        found = extend(state, matches, codes, (length, other, words, misses))
        if length - found <= misses:
            return found
        misses = min(length - found, 4 * misses)
    return extend(state, matches, codes, (length, other, words, length))


@part
def step(v, matches, carry):
    """Return a word of the state after one unit of the text, and what it carries to the next word."""
    u = v & matches
    total = v + u
    over = np.uint64(total < v)
    total += carry
    over |= np.uint64(total < carry)
    return total | (v - u), over


@part
def extend(state, matches, codes, sizes):
    """Return the length of a longest common subsequence whose path stays within a band.

    `sizes` are those of `length_of`, and last by how many units a path may fall behind in the text: a word of
    the state is looked at while the band touches it. Four units of the text a round: their carries do not
    wait for each other.
    """
    length, other, stride, left = sizes
    right, words, zero = left + other - length, (length + 63) >> 6, np.uint64(0)
    for k in range(words):
        state[k] = ~zero
    for j in range(0, other, 4):
        first, end = np.uint64(max(0, j - right) >> 6), np.uint64(min(words, (j + left + 67) >> 6))
        i = np.uint64(j)
        a, b = row_at(codes, i, stride), row_at(codes, i + np.uint64(1), stride)
        c, d = row_at(codes, i + np.uint64(2), stride), row_at(codes, i + np.uint64(3), stride)
        carry_a, carry_b, carry_c, carry_d = zero, zero, zero, zero
        for k in range(first, end):
            v, carry_a = step(state[k], matches[a + k], carry_a)
            v, carry_b = step(v, matches[b + k], carry_b)
            v, carry_c = step(v, matches[c + k], carry_c)
            state[k], carry_d = step(v, matches[d + k], carry_d)
    found = 0
    for i in range(length):
        found += np.int64(((state[np.uint64(i) >> np.uint64(6)] >> np.uint64(i & 63)) & np.uint64(1)) == 0)
    return found


@part
def row_at(codes, j, stride):
    """Return where the matches of a unit of the text begin."""
    return np.uint64(codes[j]) * np.uint64(stride)


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
