"""Which texts meet in the bands of their signatures, anew or since the last run.

Two texts meet in the first band that both have, where fewer than `CHAIN` others of the same run stand between
them: texts stand in the order of a hash, so who meets is a function of the set. Only keys that a text has
which came or went are looked at; a text that enters a full band pushes others apart, and one that goes brings
them together.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup.arrays import MIX
from pipeline.dedup.candidates import CHAIN, NOBODY, ROWS, agreement, key_of, met_before
from pipeline.dedup.parameters import Parameters

LAST, NOW, BOTH = 1, 2, 3  # standings of a text: of the last run, of this one
WORDS = 4  # of a parity: 256 bits, a bit for about one character of the longest clauses
FIRST_PAIRS = 1 << 16
# Bits that mark the keys of a band, 64 KB: those of 20,000 texts (1 % of two millions) leave out 24 of 25.
# The bands taken at once stand in one or two lines of a signature, and their marks stay in the cache.
MARK_BITS = 19
BANDS_AT_ONCE = 10
FEW_CHANGED = 8  # of so many texts one at most: else most keys are marked, and bands are taken one by one
FIRST_WORDS = 1 << 12
# The two steps of the count of bits within 64, Knuth TAOCP 4A, 7.1.3 (62).
PAIRS, FOURS, BYTES, SUM = 0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101

Pairs = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Met:
    """The texts among which meetings are sought.

    `signatures` are of all texts, `judged` those in question, in the order of their hash; `standing` is
    `LAST`, `NOW` or `BOTH`. `parities` (`near.write_parities`) and `length` tell of most that meet that they
    are further than `far` (of 100) apart; without parities nothing is asked.
    """

    signatures: NDArray[np.uint8]
    judged: NDArray[np.int64]
    standing: NDArray[np.uint8]
    parities: NDArray[np.uint64]
    length: NDArray[np.int64]
    far: int = 100


@part
def count_bits(word):
    """Return how many bits of 64 are set; a compiler makes one instruction of it."""
    two = word - ((word >> np.uint64(1)) & np.uint64(PAIRS))
    four = (two & np.uint64(FOURS)) + ((two >> np.uint64(2)) & np.uint64(FOURS))
    return np.int64((((four + (four >> np.uint64(4))) & np.uint64(BYTES)) * np.uint64(SUM)) >> np.uint64(56))


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
def mark_of(key):
    """Return the bit that marks a key."""
    return (key * np.uint64(MIX)) >> np.uint64(64 - MARK_BITS)


@kernel
def list_touched(signatures, judged, standing, band, marks, words, counts):
    """List for each of some bands, from `band` on, the texts of all keys that one has which came or went.

    `judged` are texts in their order in memory, and the place of each by hash. Written are words of key (32
    bits), place (30) and standing (2), which sort as texts stand; some keys are listed that nobody changed.
    What does not fit in `words` is counted all the same. `marks` is room for the bits of each band.
    """
    rows, places = judged
    for b in range(len(words)):
        counts[b] = 0
        for i in range(marks.shape[1]):
            marks[b, i] = 0
    for t in rows:
        if standing[t] != BOTH:
            for b in range(len(words)):
                bit = mark_of(key_of(signatures, t, (band + b) * ROWS))
                marks[b, bit >> np.uint64(3)] |= np.uint8(1) << np.uint8(bit & np.uint64(7))
    for i in range(len(rows)):
        t = rows[i]
        word = (np.uint64(places[i]) << np.uint64(2)) | np.uint64(standing[t])
        for b in range(len(words)):
            key = key_of(signatures, t, (band + b) * ROWS)
            bit = mark_of(key)
            if (marks[b, bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & np.uint8(1):
                if counts[b] < words.shape[1]:
                    words[b, counts[b]] = (key << np.uint64(32)) | word
                counts[b] += 1


@part
def add_pair(found, n, e, t):
    """Write a pair where there is room for it; return how many pairs there are."""
    if n < len(found):
        found[n] = (np.uint64(min(e, t)) << np.uint64(32)) | np.uint64(max(e, t))
    return n + 1


@part
def meet_first(signatures, described, e, t, band, limits):
    """Tell whether two texts of one key may be near and have not met in a band before."""
    parities, length = described
    if limits[1] < 100 and not may_be_near(parities, length, e, t, limits[1]):
        return False
    return not met_before(signatures, e, t, 0, band) and agreement(signatures, e, t) >= limits[0]


@kernel
def changes_in_band(signatures, described, listed, band, limits, found):
    """Write the pairs (lower << 32 | upper) in which the texts of the last run and those of now differ.

    `listed` are the words of `list_touched`, sorted, and the text of each; `described` are parities and
    lengths, `limits` in how many bins a pair must agree and how far (of 100) it may be apart. `found` are
    room for the pairs that meet now and did not, and for those that do no more though both stay. Returns how
    many there are, also where they do not fit. Without texts of the last run the pairs are those of
    `candidates.pairs_of_band` that may be near.
    """
    (words, texts), gained, lost = listed, 0, 0
    start, changed = 0, -1  # of this key: its first text, the last one that is of one run alone
    for i in range(len(words)):
        of_t = words[np.uint64(i)] & np.uint64(BOTH)
        if words[np.uint64(i)] >> np.uint64(32) != words[np.uint64(start)] >> np.uint64(32):
            start = i
        if of_t != BOTH:
            changed = i
        now = last = np.int64(max(0, i - 1 - changed))  # texts of either run from j up to i
        for j in range(min(i - 1, changed), start - 1, -1):
            of_e = words[np.uint64(j)] & np.uint64(BOTH)
            now += np.int64((of_e & np.uint64(NOW)) != 0)
            last += np.int64((of_e & np.uint64(LAST)) != 0)
            if now > CHAIN and last > CHAIN:
                break
            meets = now <= CHAIN and of_e & of_t & np.uint64(NOW) != 0
            met = last <= CHAIN and of_e & of_t & np.uint64(LAST) != 0
            if meets == met:
                continue
            e, t = texts[np.uint64(j)], texts[np.uint64(i)]
            if not meet_first(signatures, described, e, t, band, limits):
                continue
            if meets:
                gained = add_pair(found[0], gained, e, t)
            elif of_e & of_t & np.uint64(NOW):
                lost = add_pair(found[1], lost, e, t)
    return gained, lost


def changed_meetings(met: Met, chosen: Parameters) -> Iterator[tuple[Pairs, Pairs]]:
    """Yield, by bands, the pairs that meet now and did not, and those that do no more though both stay.

    The arrays are used again for the next band.
    """
    described, found = (met.parities, met.length), (_room(FIRST_PAIRS), _room(FIRST_PAIRS))
    for band, words in _touched(met, chosen.bands):
        texts = met.judged[((words & np.uint64(NOBODY)) >> np.uint64(2)).astype(np.int64)]
        given = (met.signatures, described, (words, texts), band, (chosen.likely, met.far))
        gained, lost = changes_in_band(*given, found)
        if gained > len(found[0]) or lost > len(found[1]):
            found = (_room(max(len(found[0]), 2 * gained)), _room(max(len(found[1]), 2 * lost)))
            gained, lost = changes_in_band(*given, found)
        yield found[0][:gained], found[1][:lost]


def _touched(met: Met, bands: int) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """Yield each band with the keys and texts that are touched in it, sorted."""
    count, changed = len(met.judged), int(np.count_nonzero(met.standing[met.judged] != BOTH))
    few = FEW_CHANGED * changed <= count
    room = min(count, max(FIRST_WORDS, count // FEW_CHANGED)) if few else count
    places = np.argsort(met.judged, kind="stable")
    judged, band = (met.judged[places], places), 0
    while changed and band < bands:
        at_once = min(BANDS_AT_ONCE if few else 1, bands - band)
        marks, counts = np.empty((at_once, 1 << MARK_BITS - 3), np.uint8), np.zeros(at_once, np.int64)
        words = np.empty((at_once, room), np.uint64)
        list_touched(met.signatures, judged, met.standing, band, marks, words, counts)
        if counts.max() > room:
            room = min(count, 2 * int(counts.max()))
            continue
        for b in range(at_once):
            touched = words[b, : counts[b]]
            touched.sort()
            yield band + b, touched
        band += at_once


def _room(pairs: int) -> Pairs:
    return np.empty(pairs, np.uint64)
