"""Which texts meet in the bands of their signatures, anew or since the last run.

Two texts meet in the first band that both have, where fewer than `CHAIN` others of the same run stand between
them: texts stand in the order of a hash, so who meets is a function of the set. Only keys that a text has
which came or went are looked at; a text that enters a full band pushes others apart, and one that goes brings
them together.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel, part
from pipeline.dedup.arrays import MIX
from pipeline.dedup.candidates import AHEAD, CHAIN, DIGIT, NOBODY, ROWS, keep_new, key_of, sort_words
from pipeline.dedup.parameters import Parameters

LAST, NOW, BOTH = 1, 2, 3  # standings of a text: of the last run, of this one
WORDS = 4  # of a parity: 256 bits, a bit for about one character of the longest clauses
# Keys of so many bands are drawn at once, since their bins lie in one line of a signature (more are written
# in turns to places too far apart), but of less where texts are many: 32 MB.
BANDS_AT_ONCE, MOST_KEYS = 7, 1 << 23
# Bits that mark the keys of a band: eight a text, so that one key in eight is taken for another's at most; no
# more than a key has.
MARKS_A_TEXT, LEAST_MARK_BITS, KEY_BITS = 8, 16, 3 * DIGIT
RELEASED = 1 << 18  # texts whose signatures, 64 MB, are held while keys are drawn
PIECE = 1 << 15  # words of keys taken at once, so that what is looked at of their texts stays in the cache
FIRST_PAIRS = 1 << 16
# The two steps of the count of bits within 64, Knuth TAOCP 4A, 7.1.3 (62).
PAIRS, FOURS, BYTES, SUM = 0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101

Pairs = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Met:
    """The texts among which meetings are sought.

    `signatures` are of all texts, `judged` those in question, in the order of their hash; `standing` is
    `LAST`, `NOW` or `BOTH`. `parities` (`near.write_parities`) and `length` tell of most that meet that they
    are further than `far` (of 100) apart; where all parities are 0, nobody is further than 100. `release`
    gives back the memory of signatures that stand in a file.
    """

    signatures: NDArray[np.uint8]
    judged: NDArray[np.int64]
    standing: NDArray[np.uint8]
    parities: NDArray[np.uint64]
    length: NDArray[np.int64]
    far: int = 100
    release: Callable[[], None] = lambda: None


@part
def count_bits(word):
    """Return how many bits of 64 are set; a compiler makes one instruction of it."""
    two = word - ((word >> np.uint64(1)) & np.uint64(PAIRS))
    four = (two & np.uint64(FOURS)) + ((two >> np.uint64(2)) & np.uint64(FOURS))
    return np.int64((((four + (four >> np.uint64(4))) & np.uint64(BYTES)) * np.uint64(SUM)) >> np.uint64(56))


@kernel
def write_keys_by_hash(signatures, judged, band, keys):
    """Write the keys of bands from `band` on, a row of `keys` a band, in the order of hashes.

    `judged` are texts in their order in memory, and the place of each by hash.
    """
    rows, places = judged
    for i in range(len(rows)):
        for k in range(len(keys)):
            keys[k, places[i]] = key_of(signatures, rows[i], (band + k) * ROWS)


@inlined
def mark_of(key, bits):
    """Return the byte and the bit that mark a key."""
    mark = (np.uint64(key) * np.uint64(MIX)) >> np.uint64(64 - bits)
    return mark >> np.uint64(3), np.uint8(1) << np.uint8(mark & np.uint64(7))


@kernel
def list_touched(keys, standing, bits, marks, room):
    """List in one band the texts of all keys that two have, and one that came or went; return how many.

    `keys` and `standing` are in the order of hashes. Written, into the second array of `room`, are words of
    key (32 bits), place by hash (30) and standing (2), in their order; some keys are listed that only one has
    or nobody changed. `marks` are three rooms for `bits` each, `room` as of `sort_words`.
    """
    (seen, again, changed), words, n = marks, room[0], 0
    for i in range(len(seen)):
        seen[i] = again[i] = changed[i] = 0
    for i in range(len(keys)):
        at, bit = mark_of(keys[i], bits)
        again[at] |= seen[at] & bit
        seen[at] |= bit
        if standing[i] != BOTH:
            changed[at] |= bit
    for i in range(len(keys)):
        at, bit = mark_of(keys[i], bits)
        place = (np.uint64(i) << np.uint64(2)) | np.uint64(standing[i])
        words[n] = (np.uint64(keys[i]) << np.uint64(32)) | place
        n += np.int64(again[at] & changed[at] & bit != 0)
    sort_words(n, room)
    return n


@inlined
def look_up(words, judged, described, desk):
    """Write down text, length and parity of each word, side by side."""
    (parities, length), (texts, lengths, columns, _) = described, desk
    for i in range(len(words)):
        t = judged[(words[np.uint64(i)] & np.uint64(NOBODY)) >> np.uint64(2)]
        texts[i], lengths[i] = t, length[t]
        for k in range(WORDS):
            columns[k, i] = parities[t, k]


@inlined
def mark_near(desk, i, span, far):
    """Flag the words of a span that may be no more than `far` / 100 from word `i`, by length and parity."""
    _, lengths, columns, flags = desk
    mine, first, second, third, fourth = lengths[i], columns[0], columns[1], columns[2], columns[3]
    for k in range(span[1] - span[0]):
        j = np.uint64(span[0] + k)
        differ = count_bits(first[i] ^ first[j]) + count_bits(second[i] ^ second[j])
        differ += count_bits(third[i] ^ third[j]) + count_bits(fourth[i] ^ fourth[j])
        apart = max(differ, abs(mine - lengths[j]))
        flags[k] = np.uint8(100 * apart <= far * (mine + lengths[j]))


@part
def add_pair(found, n, e, t):
    """Write a pair where there is room for it; return how many pairs there are."""
    if n < len(found):
        found[n] = (np.uint64(min(e, t)) << np.uint64(32)) | np.uint64(max(e, t))
    return n + 1


@inlined
def add_changes(words, i, span, given, found):
    """Add the pairs of word `i` with those of a span before it, from its end back; return how many there are.

    `given` are the desk, how far a pair may be apart, and how many pairs there were.
    """
    desk, far, (gained, lost) = given
    (start, end), texts, flags = span, desk[0], desk[3]
    of_t, now = words[i] & np.uint64(BOTH), np.int64(i - end)  # texts of either run from j up to i
    last = now
    while end > start and ((now <= CHAIN and of_t != LAST) or (last <= CHAIN and of_t != NOW)):
        low = max(start, end - CHAIN)
        mark_near(desk, i, (low, end), far)
        for j in range(end - 1, low - 1, -1):
            of_e = words[np.uint64(j)] & np.uint64(BOTH)
            now += np.int64(of_e >> np.uint64(1))
            last += np.int64(of_e & np.uint64(LAST))
            if flags[j - low] == 0:
                continue
            stay, stood = of_e & of_t & np.uint64(NOW) != 0, of_e & of_t & np.uint64(LAST) != 0
            meets, met = stay and now <= CHAIN, stood and last <= CHAIN
            if meets and not met:
                gained = add_pair(found[0], gained, texts[np.uint64(j)], texts[i])
            elif met and stay and not meets:
                lost = add_pair(found[1], lost, texts[np.uint64(j)], texts[i])
        end = low
    return gained, lost


@kernel
def changes_in_keys(words, judged, described, far, desk, found):
    """Write the pairs (lower << 32 | upper) in which the texts of the last run and those of now differ.

    `words` are those of whole keys (`list_touched`), `judged` the texts by hash, `described` parities and
    lengths; a pair is no more than `far` (of 100) apart. `desk` is room for what is told of each word, and
    for flags; `found` for the pairs that meet now and did not, and for those that do no more though both
    stay. Returns how many there are, also where they do not fit.
    """
    look_up(words, judged, described, desk)
    counts = (0, 0)
    start, changed = 0, -1  # of this key: its first word, the last one that is of one run alone
    for i in range(len(words)):
        if words[np.uint64(i)] >> np.uint64(32) != words[np.uint64(start)] >> np.uint64(32):
            start = i
        if words[np.uint64(i)] & np.uint64(BOTH) != BOTH:
            changed = i
        counts = add_changes(words, i, (start, min(i, changed + 1)), (desk, far, counts), found)
    return counts


@kernel
def keep_first(signatures, pairs, band, likely, meetings):
    """Leave of some pairs those that meet in no band before and agree in `likely` bins; return how many."""
    n = 0
    for at in range(0, len(pairs), AHEAD):
        count = min(AHEAD, len(pairs) - at)
        for k in range(count):
            meetings[k] = pairs[at + k]
        count = keep_new(signatures, meetings, count, band, likely)
        for k in range(count):
            pairs[n + k] = meetings[k]
        n += count
    return n


class _Rooms:
    """Arrays that are used again: what is told of the words of a piece, and the pairs found in it."""

    def __init__(self) -> None:
        self.meetings = np.empty(AHEAD + 1, np.uint64)
        self.found = (np.empty(FIRST_PAIRS, np.uint64), np.empty(FIRST_PAIRS, np.uint64))
        self.desk = _desk(2 * PIECE)

    def changes(self, met: Met, words: Pairs, band: int, likely: int) -> list[Pairs]:
        """Return the pairs gained and lost in the keys of some words."""
        if len(words) > len(self.desk[0]):
            self.desk = _desk(2 * len(words))
        given = (words, met.judged, (met.parities, met.length), met.far, self.desk)
        counts = changes_in_keys(*given, self.found)
        if max(counts) > min(map(len, self.found)):
            self.found = (np.empty(2 * max(counts), np.uint64), np.empty(2 * max(counts), np.uint64))
            counts = changes_in_keys(*given, self.found)
        pairs = [room[:count] for room, count in zip(self.found, counts, strict=True)]
        return [p[: keep_first(met.signatures, p, band, likely, self.meetings)].copy() for p in pairs]


def _desk(words: int) -> tuple[NDArray[np.generic], ...]:
    columns = np.empty((WORDS, words), np.uint64)
    return np.empty(words, np.int64), np.empty(words, np.int64), columns, np.empty(CHAIN, np.uint8)


def changed_meetings(met: Met, chosen: Parameters) -> Iterator[tuple[Pairs, Pairs]]:
    """Yield, by bands, the pairs that meet now and did not, and those that do no more though both stay."""
    rooms = _Rooms()
    for band, words in _touched(met, chosen.bands):
        found = [rooms.changes(met, piece, band, chosen.likely) for piece in _pieces(words)]
        if found:
            gained, lost = zip(*found, strict=True)
            yield np.concatenate(gained), np.concatenate(lost)


def _touched(met: Met, bands: int) -> Iterator[tuple[int, Pairs]]:
    """Yield each band with the words of keys that are touched in it, in their order, in room used again."""
    count, standing = len(met.judged), met.standing[met.judged]
    if not np.any(standing != BOTH):
        return
    places = np.argsort(met.judged, kind="stable")
    judged, bits = (met.judged[places], places), mark_bits(count)
    keys = np.empty((max(1, min(BANDS_AT_ONCE, MOST_KEYS // count)), count), np.uint32)
    marks = tuple(np.empty(1 << bits - 3, np.uint8) for _ in range(3))
    room = (*np.empty((2, count + 1), np.uint64), *np.empty((2, (1 << DIGIT) + 1), np.int64))
    for band in range(bands):
        row = band % len(keys)
        if row == 0:
            for start in range(0, count, RELEASED):
                part = tuple(side[start : start + RELEASED] for side in judged)
                write_keys_by_hash(met.signatures, part, band, keys[: bands - band])
                if count > RELEASED:
                    met.release()
        yield band, room[1][: list_touched(keys[row], standing, bits, marks, room)]


def mark_bits(texts: int) -> int:
    """Return how many bits number the marks of the keys of so many texts.

    >>> mark_bits(100), mark_bits(200_000), mark_bits(10_000_000)
    (16, 21, 24)
    """
    return min(KEY_BITS, max(LEAST_MARK_BITS, (MARKS_A_TEXT * texts - 1).bit_length()))


def _pieces(words: Pairs) -> Iterator[Pairs]:
    """Cut words into pieces of whole keys."""
    start = 0
    while start < len(words):
        end = min(start + PIECE, len(words))
        end = int(np.searchsorted(words, words[end - 1] | np.uint64(NOBODY), side="right"))
        yield words[start:end]
        start = end
