"""Kernels: one-permutation signatures, and a sample of each text's shingles.

Source: Li, Owen, Zhang, One Permutation Hashing (2012); Shrivastava, Optimal Densification (2017). A bin
keeps 8 bits: two differing ones agree once in 256. The sample is winnowed (Schleimer, Wilkerson, Aiken 2003):
the lowest hash of every window of informative positions (`parameters.window_for`). Any passage of that length
that two texts share is in both samples; a FracMinHash sample of the same size has nothing of every eighth.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup.arrays import MIX

BINS = 256  # a signature's bytes: 85 bands of three rows
FEW, OWN = 30, 13  # of `rules`
EMPTY = 0xFFFFFFFF
NO_BIN = 0xFFFF
FEW_FULL = 60  # bins: so many rows of wishes are looked through sooner than the routes are walked
MIX2 = 0xD6E8FEB86659FD93


@part
def shift_of(places):
    """Return by how much a hash of 64 bits is shifted to number so many places, a power of two."""
    shift = np.uint64(64)
    while places > 1:
        places >>= 1
        shift -= np.uint64(1)
    return shift


@part
def hash_text(units, start, length, bitmap, filtered, hashes):
    """Write the hashes of a text's shingles that count, in order; return how many.

    No step waits for the bitmap: each hash is written, and kept by going on to the next place.
    """
    w, n, shift, one = np.uint64(0), np.uint64(0), shift_of(8 * len(bitmap)), np.uint64(1)
    for i in range(3):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
    for i in range(3, length):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
        h = w * np.uint64(MIX)
        hashes[n] = (h ^ (h >> np.uint64(32))) * np.uint64(MIX2)
        n += one
        if filtered:
            place = h >> shift
            n -= (np.uint64(bitmap[place >> np.uint64(3)]) >> (place & np.uint64(7))) & one
    return np.int64(n)


@part
def fill_bins(hashes, count, bins):
    """Leave in each bin the least value that falls into it."""
    for b in range(BINS):
        bins[b] = EMPTY
    for i in range(count):
        g = hashes[np.uint64(i)]
        at = g >> np.uint64(56)
        bins[at] = min(bins[at], np.uint32(g >> np.uint64(24)))


@part
def join_windows(lows, wider, count, span):
    """Write to `wider` the least of every two windows that are `span` apart, the last ones as they are."""
    for i in range(count - span):
        wider[np.uint64(i)] = min(lows[np.uint64(i)], lows[np.uint64(i + span)])
    for i in range(count - span, count):
        wider[np.uint64(i)] = lows[np.uint64(i)]


@part
def draw_sample(hashes, count, window, lows, sample):
    """Write to `sample` the lowest hash of each window that was not that of the one before; return how many.

    Of equal ones the last counts: a place stands behind each hash, the later the lower. Windows of 1, 2, 4 …
    are made of two of half their length each, in steps that take several at once.
    """
    for i in range(count):
        at = np.uint64(i)
        lows[at] = (hashes[at] & np.uint64(0xFFFFFFFF00000000)) | np.uint64(EMPTY - i)
    span = 1
    while span < min(window, count):
        join_windows(lows, hashes, count, span)
        lows, hashes = hashes, lows
        span *= 2
    taken, before = np.uint64(0), ~lows[0]
    for i in range(max(1, count - window + 1)):
        low = lows[np.uint64(i)]
        sample[taken] = np.uint32(low >> np.uint64(32))
        taken += np.uint64(low != before)
        before = low
    return np.int64(taken)


@part
def fill_signature(bins, ways, signatures, t):
    """Write the bins' low bytes; an empty bin borrows from the first full one on its route."""
    (route, wished), best = ways
    full = 0
    for b in range(BINS):
        full += np.int64(bins[np.uint64(b)] != EMPTY)
        signatures[t, np.uint64(b)] = np.uint8(bins[np.uint64(b)] & np.uint32(255))
    if full == BINS:
        return
    for b in range(BINS):
        best[b] = NO_BIN
    if full <= FEW_FULL:
        for at in range(BINS):
            if bins[at] != EMPTY:
                for b in range(BINS):
                    best[b] = min(best[b], wished[at, b])
    for b in range(BINS):
        if bins[b] == EMPTY:
            at, k = np.uint64(b), 0
            if best[b] != NO_BIN:
                at = np.uint64(best[b] & np.uint16(255))
            while bins[at] == EMPTY:
                at = np.uint64(route[b, k]) if k < BINS else np.uint64(k % BINS)
                k += 1
            signatures[t, b] = np.uint8(bins[at] & np.uint32(255))


@kernel
def sketch_texts(units, spans, bitmap, fixed, out, sample):
    """Sketch texts; `out` takes signatures, informative positions, who is thin, counts of samples.

    `fixed` are the routes, the window of the sample (a power of two; 0: none is drawn), room for the bins,
    for what they borrow (16 bits), and for two words a unit of the longest text. The samples of all texts are
    written to `sample`, one after the other. A text with hardly any informative shingle is taken whole.
    Returns how many texts are done and the length of the samples: it ends early where that of the next might
    not fit.
    """
    begin, length = spans
    ways, window, bins, best, hashes, lows = fixed
    signatures, sizes, thin, counts = out
    at, filtered = 0, len(bitmap) > 0
    for t in range(len(begin)):
        counts[t], sizes[t] = 0, 0
        if length[t] < 4:
            continue
        if at + length[t] > len(sample):
            return t, at
        size = hash_text(units, begin[t], length[t], bitmap, filtered, hashes)
        thin[t] = size < FEW and size < length[t] - 3
        if size < OWN and thin[t]:
            size = hash_text(units, begin[t], length[t], bitmap, not filtered, hashes)
        fill_bins(hashes, size, bins)
        counts[t] = draw_sample(hashes, size, window, lows, sample[at:]) if window else 0
        fill_signature(bins, (ways, best), signatures, t)
        sizes[t] = size
        at += counts[t]
    return len(begin), at


def routes() -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return for each bin the order in which it asks other bins, and the same the other way round.

    The first are fixed pseudo-random rows; a multiplicative generator is written out here so that no library
    version can change a row. Row `a` of the second has for each bin where `a` stands first on its route, as
    the high byte, and `a`; `NO_BIN` where it does not.
    """
    state = np.arange(BINS, dtype=np.uint64) * np.uint64(MIX)
    rows = np.empty((BINS, BINS), dtype=np.uint8)
    with np.errstate(over="ignore"):
        for k in range(BINS):
            state = (state ^ (state >> np.uint64(31))) * np.uint64(MIX2) + np.uint64(k + 1)
            rows[:, k] = (state >> np.uint64(56)).astype(np.uint8)
    wished = np.full((BINS, BINS), NO_BIN, dtype=np.uint16)
    for k in reversed(range(BINS - 1)):  # the last place would be `NO_BIN`: it is found by walking
        wished[rows[:, k], np.arange(BINS)] = k << 8 | rows[:, k].astype(np.uint16)
    return rows, wished
