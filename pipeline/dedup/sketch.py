"""Kernels: document frequencies, and one-permutation signatures with a sample of each text's shingles.

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

BINS = 256  # a signature's bytes: 85 bands of three rows
FEW, OWN = 30, 13  # of `rules`
EMPTY = 0xFFFFFFFF
NO_BIN = 0xFFFF
FEW_FULL = 60  # bins: so many rows of wishes are looked through sooner than the routes are walked
MOST_COUNTED = 0x7FFF  # more texts than any limit of a sample of up to 65,536; counts stop there
NONE_YET = 0xFFFFFFFF ^ MOST_COUNTED  # the word of a place without texts
MIX = 0x9E3779B97F4A7C15
MIX2 = 0xD6E8FEB86659FD93


@part
def shift_of(places):
    """Return by how much a hash of 64 bits is shifted to number so many places, a power of two."""
    shift = np.uint64(64)
    while places > 1:
        places >>= 1
        shift -= np.uint64(1)
    return shift


@kernel
def count_texts(units, spans, words, hot):
    """Count in `words` how many texts (`spans`: begin, length) have a shingle in each place of the bitmap.

    With `hot` places given, only texts that are nearly all hot count: copies of one text. A count and the
    last text that was counted stand in one word, so that a position costs one cache miss: 15 and 17 bits.
    """
    begin, length = spans
    shift, most = shift_of(len(words)), np.uint32(MOST_COUNTED)
    for t in range(len(begin)):
        if len(hot) and not is_copy(units, begin[t], length[t], hot):
            continue
        w, start = np.uint64(0), begin[t]
        for i in range(length[t]):
            w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
            if i >= 3:
                place = (w * np.uint64(MIX)) >> shift
                word = words[place]
                if (word >> np.uint32(15)) != np.uint32(t):
                    count = min((word & most) + np.uint32(1), most)
                    words[place] = (np.uint32(t) << np.uint32(15)) | np.uint32(count)


@part
def is_copy(units, begin, length, hot):
    """Tell whether 85 % of a text's shingles are hot."""
    w, found, shift = np.uint64(0), 0, shift_of(len(hot))
    for i in range(length):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(begin + i)])
        if i >= 3:
            found += np.int64(hot[(w * np.uint64(MIX)) >> shift])
    return length >= 4 and found >= 0.85 * (length - 3)


@part
def lowest_at(recent, since, until):
    """Return the last place of the lowest of the ring's values `since` .. `until`."""
    mask = len(recent) - 1
    best = since
    for i in range(since + 1, until + 1):
        if recent[np.uint64(i & mask)] <= recent[np.uint64(best & mask)]:
            best = i
    return best


@part
def scan_text(units, start, length, bitmap, filtered, bins, recent, sample, first):
    """Take a text's shingles into `bins`, `sample[first:]`; return how many counted, how many were sampled.

    `recent` is a ring of as many values as a window has: 16, or one where every position is sampled.
    """
    w, size, taken = np.uint64(0), 0, 0
    shift, window = shift_of(8 * len(bitmap)), len(recent)
    best, low = -1, np.uint32(EMPTY)
    for i in range(length):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(start + i)])
        if i < 3:
            continue
        h = w * np.uint64(MIX)
        place = h >> shift
        if filtered and (bitmap[place >> np.uint64(3)] >> np.uint8(place & np.uint64(7))) & np.uint8(1):
            continue
        g = (h ^ (h >> np.uint64(32))) * np.uint64(MIX2)
        value = np.uint32(g >> np.uint64(24))
        at = g >> np.uint64(56)
        bins[at] = min(bins[at], value)
        drawn = np.uint32(g >> np.uint64(32))
        recent[np.uint64(size & (window - 1))] = drawn
        fresh = True
        if drawn <= low:
            best, low = size, drawn
        elif size - best >= window:
            best = lowest_at(recent, size - window + 1, size)
            low = recent[np.uint64(best & (window - 1))]
        else:
            fresh = size == window - 1
        size += 1
        if fresh and size >= window:
            sample[np.uint64(first + taken)] = low
            taken += 1
    if 0 < size < window:
        sample[first], taken = low, 1
    return size, taken


@part
def fill_signature(bins, ways, signatures, t):
    """Write the bins' low bytes; an empty bin borrows from the first full one on its route."""
    (route, wished), best = ways
    full = 0
    for b in range(BINS):
        full += np.int64(bins[b] != EMPTY)
        best[b] = NO_BIN
    if full <= FEW_FULL:
        for at in range(BINS):
            if bins[at] != EMPTY:
                for b in range(BINS):
                    best[b] = min(best[b], wished[at, b])
    for b in range(BINS):
        at, k = b, 0
        if bins[b] == EMPTY and best[b] != NO_BIN:
            at = np.int64(best[b] & np.uint16(255))
        while bins[at] == EMPTY:
            at = np.int64(route[b, k]) if k < BINS else k % BINS
            k += 1
        signatures[t, b] = np.uint8(bins[at] & np.uint32(255))


@kernel
def sketch_texts(units, spans, bitmap, fixed, out, sample):
    """Sketch texts; `out` takes signatures, informative positions, who is thin, counts of samples.

    `fixed` are the routes, a ring of the window of the sample (a power of two), and room for the bins and for
    what they borrow (16 bits). The samples of all texts are written to `sample`, one after the other. A text
    with hardly any informative shingle is taken whole. Returns how many texts are done and the length of the
    samples: it ends early where that of the next might not fit.
    """
    begin, length = spans
    ways, recent, bins, best = fixed
    signatures, sizes, thin, counts = out
    at = 0
    for t in range(len(begin)):
        counts[t], sizes[t] = 0, 0
        if length[t] < 4:
            continue
        if at + length[t] > len(sample):
            return t, at
        for b in range(BINS):
            bins[b] = EMPTY
        filtered = len(bitmap) > 0
        size, taken = scan_text(units, begin[t], length[t], bitmap, filtered, bins, recent, sample, at)
        thin[t] = size < FEW and size < length[t] - 3
        if size < OWN and thin[t]:
            for b in range(BINS):
                bins[b] = EMPTY
            size, taken = scan_text(
                units, begin[t], length[t], bitmap, not filtered, bins, recent, sample, at
            )
        fill_signature(bins, (ways, best), signatures, t)
        sizes[t], counts[t] = size, taken
        at += taken
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
