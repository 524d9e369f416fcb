"""Pairs of near clauses: kernels that find which meet in a band, anew or since the last run."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup import fast
from pipeline.dedup.arrays import MIX, Texts
from pipeline.dedup.candidates import (
    CHAIN,
    NOBODY,
    ROWS,
    agreement,
    key_of,
    met_before,
    sort_by_digit,
)
from pipeline.dedup.components import keys_of, texts_of
from pipeline.dedup.groups import MIN_CLAUSE_CHARS, MIN_RATIO, near_ones
from pipeline.dedup.work import Work

DIGIT = 12  # bits; a key of 24 is sorted in two rounds
WORDS = 4  # of a parity: 256 bits, a bit for about one character of the longest clauses
LAST, NOW, BOTH = 1, 2, 3  # standings of a text: of the last run, of this one
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


@part
def sort_touched(signatures, judged, standing, k, room):
    """Sort the texts of all keys of a band that a text of one side alone has; return how many these are.

    `room` are two arrays of words, one a text, counts of digits, and a bit for each key.
    """
    words, sorted_words, counts, touched = room
    for i in range(len(touched)):
        touched[i] = 0
    for t in judged:
        if standing[t] != BOTH:
            key = key_of(signatures, t, k)
            touched[key >> np.uint64(3)] |= np.uint8(1) << np.uint8(key & np.uint64(7))
    n = 0
    for t in judged:
        key = key_of(signatures, t, k)
        words[n] = (key << np.uint64(32)) | np.uint64(t)
        n += np.int64((touched[key >> np.uint64(3)] >> np.uint8(key & np.uint64(7))) & np.uint8(1))
    sort_by_digit(words[:n], sorted_words[:n], np.uint64(32), counts)
    sort_by_digit(sorted_words[:n], words[:n], np.uint64(32 + DIGIT), counts)
    return n


@part
def add_pair(found, n, e, t):
    """Write a pair where there is room for it; return how many pairs there are."""
    if n < len(found):
        found[n] = (np.uint64(e) << np.uint64(32)) | np.uint64(t)
    return n + 1


@part
def meet_first(signatures, described, e, t, band, limits):
    """Tell whether two texts of one key may be near and have not met in a band before."""
    parities, length, _ = described
    if not may_be_near(parities, length, e, t, limits[1]):
        return False
    return not met_before(signatures, e, t, 0, band) and agreement(signatures, e, t) >= limits[0]


@kernel
def changes_in_band(signatures, described, judged, band, limits, room, found):
    """Write the pairs (lower << 32 | upper) in which the texts of the last run and those of now differ.

    Two texts meet in the first band that both have, where fewer than `CHAIN` of the same run stand between
    them; texts stand in the order of a hash. `found` are room for the pairs that meet now and did not, and
    for those that do no more though both stay; of either, those that may be near. Returns how many there are,
    also where they do not fit. `described` are parities, lengths and standings (`LAST`, `NOW`, `BOTH`);
    `limits` in how many bins a pair must agree and how far (of 100) it may be apart. Without texts of the
    last run the pairs are those of `candidates.pairs_of_band` that may be near.
    """
    standing, words, gained, lost = described[2], room[0], 0, 0
    start, changed = 0, -1  # of this key: its first text, the last one that is of one run alone
    for i in range(sort_touched(signatures, judged, standing, band * ROWS, room)):
        t = words[i] & np.uint64(NOBODY)
        if words[i] >> np.uint64(32) != words[start] >> np.uint64(32):
            start = i
        if standing[t] != BOTH:
            changed = i
        now = last = np.int64(max(0, i - 1 - changed))  # texts of either run from j up to i
        for j in range(min(i - 1, changed), start - 1, -1):
            e = words[j] & np.uint64(NOBODY)
            now += np.int64((standing[e] & NOW) != 0)
            last += np.int64((standing[e] & LAST) != 0)
            seen_now, seen_last = now <= CHAIN and standing[t] & NOW, last <= CHAIN and standing[t] & LAST
            if not seen_now and not seen_last:
                break
            meets, met = seen_now and standing[e] & NOW, seen_last and standing[e] & LAST
            if bool(meets) == bool(met) or not meet_first(signatures, described, e, t, band, limits):
                continue
            if meets:
                gained = add_pair(found[0], gained, e, t)
            elif standing[e] & standing[t] & NOW:
                lost = add_pair(found[1], lost, e, t)
    return gained, lost


@kernel
def settle_stars(nodes, starts, rows, centre):
    """Give each of `nodes`, in order, that has no centre itself and its neighbours without one to it."""
    for node in nodes:
        if centre[node] < 0:
            centre[node] = node
            for k in range(starts[node], starts[node + 1]):
                if centre[rows[k]] < 0:
                    centre[rows[k]] = node


Pairs = NDArray[np.uint64]


def changed_pairs(
    texts: Texts, standing: NDArray[np.uint8], bitmap: NDArray[np.uint8], work: Work
) -> tuple[Pairs, Pairs]:
    """Return the near pairs (lower << 32 | upper) that are new, and pairs that are candidates no more.

    `standing` says which texts are of the last run (`LAST`), of this one (`NOW`), or of `BOTH`; short texts
    are in no pair. A band at a time: memory is that of the pairs of one band, and 300 bytes a text.
    """
    work = work.on(texts)
    judged = np.flatnonzero((texts.length >= MIN_CLAUSE_CHARS) & (standing > 0))
    parities = np.empty((len(texts), WORDS), np.uint64)
    write_parities(texts.units, (texts.begin, texts.length), parities)
    given = (fast.sketch_all(texts, bitmap, work).signatures, (parities, texts.length, standing), judged)
    words = (np.empty(len(judged), np.uint64), np.empty(len(judged), np.uint64))
    room = (*words, np.empty((1 << DIGIT) + 1, np.int64), np.empty(1 << 8 * ROWS - 3, np.uint8))
    found = (np.empty(fast.FIRST_PAIRS, np.uint64), np.empty(fast.FIRST_PAIRS, np.uint64))
    limits, measure = (work.chosen().likely, int(100 - MIN_RATIO)), partial(fast.ratios, texts, work=work)
    new, old = [found[0][:0]], [found[1][:0]]
    for band in range(work.chosen().bands):
        gained, lost = changes_in_band(*given, band, limits, room, found)
        if gained > len(found[0]) or lost > len(found[1]):
            sizes = (max(len(found[0]), 2 * gained), max(len(found[1]), 2 * lost))
            found = (np.empty(sizes[0], np.uint64), np.empty(sizes[1], np.uint64))
            gained, lost = changes_in_band(*given, band, limits, room, found)
        new.append(keys_of(*near_ones(texts, *texts_of(found[0][:gained]), measure)))
        old.append(found[1][:lost].copy())
    return np.concatenate(new), np.concatenate(old)
