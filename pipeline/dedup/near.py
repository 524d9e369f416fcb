"""Kernels for clauses: pairs that meet in a band of their signatures and may have the ratio of a group."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import kernel, part
from pipeline.dedup.candidates import CHAIN, DIGIT, ROWS, agreement, met_before, sort_by_digit

WORDS = 4  # of a parity: 256 bits, a bit for about one character of the longest clauses
MIX = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: Fibonacci hashing, Knuth TAOCP 3, 6.4
# The two steps of the count of bits within 64, Knuth TAOCP 4A, 7.1.3 (62).
PAIRS, FOURS, BYTES, SUM = 0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101


@part
def count_bits(word):
    """Return how many bits of 64 are set; a compiler makes one instruction of it."""
    two = word - ((word >> np.uint64(1)) & np.uint64(PAIRS))
    four = (two & np.uint64(FOURS)) + ((two >> np.uint64(2)) & np.uint64(FOURS))
    return np.int64((((four + (four >> np.uint64(4))) & np.uint64(BYTES)) * np.uint64(SUM)) >> np.uint64(56))


@kernel
def write_parities(units, spans, parities):
    """Write for each text which of 256 classes of characters stand in it an odd number of times.

    A character put in or left out turns one bit, so two texts are at least as many of those apart as their
    parities have bits that differ. The first unit of a character of two is passed over.
    """
    begin, length = spans
    for t in range(len(begin)):
        for k in range(WORDS):
            parities[t, k] = 0
        for i in range(length[t]):
            unit = units[np.uint64(begin[t] + i)]
            if not 0xD800 <= unit < 0xDC00:
                place = (np.uint64(unit) * np.uint64(MIX)) >> np.uint64(56)
                parities[t, place >> np.uint64(6)] ^= np.uint64(1) << (place & np.uint64(63))


@part
def may_be_near(parities, length, a, b, far):
    """Tell whether lengths and parities allow two texts to be less than `far` / 100 of both lengths apart."""
    both, apart = length[a] + length[b], abs(length[a] - length[b])
    if 100 * apart > far * both:
        return False
    differ = np.int64(0)
    for k in range(WORDS):
        differ += count_bits(parities[a, k] ^ parities[b, k])
    return 100 * differ <= far * both


@kernel
def near_in_band(signatures, described, judged, band, limits, room, found):
    """Write the pairs (lower << 32 | upper) that first meet in a band and may be near; return how many.

    Those of `candidates.pairs_of_band` without the pairs that cannot be near: `described` are parities and
    lengths, `limits` in how many bins a pair must agree and how far (of 100) it may be apart. Pairs that do
    not fit in `found` are counted all the same.
    """
    words, sorted_words, counts = room
    parities, length = described
    k, n, start = band * ROWS, 0, 0
    for i in range(len(judged)):
        t = judged[i]
        key = (np.uint64(signatures[t, k]) << np.uint64(16)) | (
            np.uint64(signatures[t, k + 1]) << np.uint64(8)
        )
        words[i] = ((key | np.uint64(signatures[t, k + 2])) << np.uint64(32)) | np.uint64(t)
    sort_by_digit(words, sorted_words, np.uint64(32), counts)
    sort_by_digit(sorted_words, words, np.uint64(32 + DIGIT), counts)
    for i in range(1, len(judged)):
        if words[i] >> np.uint64(32) != words[start] >> np.uint64(32):
            start = i
            continue
        t = words[i] & np.uint64(0xFFFFFFFF)
        for j in range(max(start, i - CHAIN), i):
            e = words[j] & np.uint64(0xFFFFFFFF)
            if not may_be_near(parities, length, e, t, limits[1]):
                continue
            if met_before(signatures, e, t, 0, band) or agreement(signatures, e, t) < limits[0]:
                continue
            if n < len(found):
                found[n] = (e << np.uint64(32)) | t
            n += 1
    return n
