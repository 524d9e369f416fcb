"""Which texts meet in the bands of their signatures, anew or since the last run.

Two texts meet in the first band that both have, where fewer than `CHAIN` others of the same run stand between
them: texts stand in the order of a hash, so who meets is a function of the set. Only keys that a text has
which came or went are looked at, and of those only what stands near it: a text that enters a full band pushes
others apart, and one that goes brings them together.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel, part
from pipeline.dedup.arrays import MIX
from pipeline.dedup.candidates import AHEAD, CHAIN, DIGIT, NOBODY, keep_new, sort_words, write_keys
from pipeline.dedup.parameters import Parameters

LAST, NOW, BOTH = 1, 2, 3  # standings of a text: of the last run, of this one
WORDS = 4  # of a brief
# Bits of the last word that are parity; above them is the length, or the most that 12 bits hold: longer
# clauses are rare, and asked for in any case.
PARITY_BITS = 52
PARITY, LONGEST = (1 << PARITY_BITS) - 1, (1 << 64 - PARITY_BITS) - 1
# Keys of so many bands are drawn at once, since their bins lie in one line of a signature (more are written
# in turns to places too far apart), but of less where texts are many: 64 MB.
BANDS_AT_ONCE, MOST_KEYS = 7, 1 << 24
# Bits that mark the keys of a band: so many for each text that came or went that few other keys are taken for
# theirs (one in 32 at most), but no more than a key has. Where more than a fourth did, they spare nothing.
MARKS_A_TEXT, MOST_MARKED, LEAST_MARK_BITS, KEY_BITS = 32, 0.25, 16, 3 * DIGIT
RELEASED = 1 << 22  # texts whose signatures, 1 GB, may be held through several rounds of bands
PIECE = 1 << 15  # words of keys taken at once, so that what is looked at of their texts stays in the cache
FIRST_PAIRS = 1 << 16
# The two steps of the count of bits within 64, Knuth TAOCP 4A, 7.1.3 (62).
PAIRS, FOURS, BYTES, SUM = 0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101

Pairs = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Met:
    """The texts among which meetings are sought.

    `signatures` are of all texts, `judged` those in question, in the order of their hash, which is best also
    their order in memory; `standing` is `LAST`, `NOW` or `BOTH`. `briefs` (`near.write_briefs`) tell of most
    that meet that they are further than `far` (of 100) apart; where all are 0, nobody is. `release` gives
    back the memory of signatures that stand in a file.
    """

    signatures: NDArray[np.uint8]
    judged: NDArray[np.int64]
    standing: NDArray[np.uint8]
    briefs: NDArray[np.uint64]
    far: int = 100
    release: Callable[[], None] = lambda: None


@part
def count_bits(word):
    """Return how many bits of 64 are set; a compiler makes one instruction of it."""
    two = word - ((word >> np.uint64(1)) & np.uint64(PAIRS))
    four = (two & np.uint64(FOURS)) + ((two >> np.uint64(2)) & np.uint64(FOURS))
    return np.int64((((four + (four >> np.uint64(4))) & np.uint64(BYTES)) * np.uint64(SUM)) >> np.uint64(56))


@inlined
def mark_of(key, bits):
    """Return the byte and the bit that mark a key."""
    mark = (np.uint64(key) * np.uint64(MIX)) >> np.uint64(64 - bits)
    return mark >> np.uint64(3), np.uint8(1) << np.uint8(mark & np.uint64(7))


@kernel
def list_touched(keys, told, marks, room):
    """List in one band the texts of all keys that two have, and one that came or went; return how many.

    `told` are the texts in the order of their hash, as which the keys stand, the standing of each, and the
    places of those that came or went. Written, into the second array of `room`, are words of key (32 bits),
    text (30) and standing (2), in the order of keys and hashes; some keys are listed that nobody changed.
    `marks` are how many bits number the marks, and room for them; `room` is as of `sort_words`.
    """
    (judged, standing, changed), (bits, seen), words, n = told, marks, room[0], 0
    for i in range(len(seen)):
        seen[i] = 0
    for i in changed:
        at, bit = mark_of(keys[i], bits)
        seen[at] |= bit
    for i in range(len(keys)):
        at, bit = mark_of(keys[i], bits)
        text = (np.uint64(judged[i]) << np.uint64(2)) | np.uint64(standing[i])
        words[n] = (np.uint64(keys[i]) << np.uint64(32)) | text
        n += np.int64(seen[at] & bit != 0)
    sort_words(n, room)
    return leave_shared(room[1], n)


@part
def leave_shared(words, count):
    """Leave of so many words those of keys that two have; return how many. No step depends on a guess."""
    n, before = 0, False
    for i in range(count):
        word = words[np.uint64(i)]
        behind = (i + 1 < count) & ((word ^ words[np.uint64(i + 1)]) >> np.uint64(32) == 0)
        words[np.uint64(n)] = word
        n += np.int64(before | behind)
        before = behind
    return n


@inlined
def text_of(word):
    """Return the text of a word."""
    return (word & np.uint64(NOBODY)) >> np.uint64(2)


@inlined
def look_up(words, briefs, span, columns):
    """Write down the briefs of a span of words, side by side; return where it ends."""
    for i in range(span[0], span[1]):
        t = text_of(words[np.uint64(i)])
        for k in range(WORDS):
            columns[k, i] = briefs[t, k]
    return span[1]


@inlined
def may_be_near(columns, i, j, far):
    """Tell whether the texts of two words may be no more than `far` / 100 apart."""
    i, j, high = np.uint64(i), np.uint64(j), np.uint64(PARITY_BITS)
    one, other = columns[3, i], columns[3, j]
    differ = count_bits((one ^ other) & np.uint64(PARITY)) + count_bits(columns[0, i] ^ columns[0, j])
    differ += count_bits(columns[1, i] ^ columns[1, j]) + count_bits(columns[2, i] ^ columns[2, j])
    mine, theirs = np.int64(one >> high), np.int64(other >> high)
    apart = max(differ, abs(mine - theirs))
    return (100 * apart <= far * (mine + theirs)) | (max(mine, theirs) == LONGEST)


@inlined
def step(words, i, run, span):
    """Go on to word `i`: return the first word that it meets in a run, and how many texts of it those are."""
    (first, count), of_run = span, np.uint64(run)
    count += np.int64(words[np.uint64(i - 1)] & of_run != 0)
    while count > CHAIN:
        count -= np.int64(words[np.uint64(first)] & of_run != 0)
        first += 1
    return first, count


@inlined
def add_pair(words, j, i, n, found):
    """Write the texts of two words where there is room for a pair; return how many pairs there are."""
    if n < len(found):
        one, other = text_of(words[np.uint64(j)]), text_of(words[np.uint64(i)])
        found[n] = (min(one, other) << np.uint64(32)) | max(one, other)
    return n + 1


@inlined
def add_met(words, i, first, given, gained):
    """Add all texts of now, from word `first` on, that one which came meets; return how many pairs there are.

    `given` are the columns of what is told, room for flags, how far a pair may be apart, and room for pairs.
    """
    columns, flags, far, found = given
    for k in range(i - first):
        flags[k] = np.uint8(may_be_near(columns, i, first + k, far))
    for j in range(first, i):
        if flags[j - first] != 0 and words[np.uint64(j)] & np.uint64(NOW) != 0:
            gained = add_pair(words, j, i, gained, found)
    return gained


@inlined
def add_came(words, i, came, given, gained):
    """Add the texts that came and that one meets which stays; return how many pairs there are.

    `came` are the words of the last `CHAIN` that came, as a ring, how many they were in all, and the first
    word that is asked for.
    """
    (ring, count, first), (columns, _, far, found) = came, given
    for k in range(count - 1, max(count - CHAIN, 0) - 1, -1):
        j = ring[k % CHAIN]
        if j < first:
            break
        if may_be_near(columns, i, j, far):
            gained = add_pair(words, j, i, gained, found)
    return gained


@inlined
def add_of(words, i, span, standing, given):
    """Add the pairs of word `i` and those of a span, each of all the runs of `standing`.

    `given` are columns, how far a pair may be apart, room for pairs, and how many there are.
    """
    (start, end), (columns, far, found, n), wanted = span, given, np.uint64(standing)
    for j in range(start, end):
        if words[np.uint64(j)] & wanted == wanted and may_be_near(columns, i, j, far):
            n = add_pair(words, j, i, n, found)
    return n


@kernel
def changes_in_keys(words, briefs, far, desk, found):
    """Write the pairs (lower << 32 | upper) in which the meetings of the last run and of now differ.

    `words` are those of whole keys (`list_touched`); by their briefs, a pair may be no more than `far` (of
    100) apart. `desk` is room for what is told of each word, for flags, and for a ring. `found` is room for
    the pairs that meet now and did not, and for those that do no more though both stay. Returns how many
    there are, also where they do not fit.

    A text meets those behind the first of its run that is `CHAIN` before it, and these two bounds, of the
    last run and of now, go on with it. What lies between them is gained or lost; behind both, only what came
    is gained. They are the same where the last `CHAIN` words are of both runs.
    """
    columns, flags, ring = desk
    gained, lost, start, changed, came, now, last, told = 0, 0, 0, -1 - CHAIN, 0, (0, 0), (0, 0), 0
    for i in range(len(words)):
        if (words[np.uint64(i)] ^ words[np.uint64(start)]) >> np.uint64(32) != 0:
            start, changed = i, i - 1 - CHAIN
        standing, apart = words[np.uint64(i)] & np.uint64(BOTH), i - changed > CHAIN
        if apart and standing == BOTH:
            continue
        if told <= i:
            told = look_up(words, briefs, (max(told, i - CHAIN), min(i + CHAIN + 1, len(words))), columns)
        if apart:
            first = max(start, i - CHAIN)
            now, last, came = (first, i - first), (first, i - first), 0
        else:
            now, last = step(words, i, NOW, now), step(words, i, LAST, last)
        if standing == NOW:
            gained = add_met(words, i, now[0], (columns, flags, far, found[0]), gained)
            ring[came % CHAIN], came = i, came + 1
        elif standing == BOTH:
            behind = (ring, came, max(now[0], last[0]))
            gained = add_came(words, i, behind, (columns, flags, far, found[0]), gained)
            gained = add_of(words, i, (now[0], last[0]), NOW, (columns, far, found[0], gained))
            lost = add_of(words, i, (last[0], now[0]), BOTH, (columns, far, found[1], lost))
        if standing != BOTH:
            changed = i
    return gained, lost


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
        if len(words) > self.desk[0].shape[1]:
            self.desk = _desk(2 * len(words))
        given = (words, met.briefs, met.far, self.desk)
        counts = changes_in_keys(*given, self.found)
        if max(counts) > min(map(len, self.found)):
            self.found = (np.empty(2 * max(counts), np.uint64), np.empty(2 * max(counts), np.uint64))
            counts = changes_in_keys(*given, self.found)
        pairs = [room[:count] for room, count in zip(self.found, counts, strict=True)]
        return [p[: keep_first(met.signatures, p, band, likely, self.meetings)].copy() for p in pairs]


def _desk(words: int) -> tuple[NDArray[np.generic], ...]:
    # Those that a text meets are of one run; as many of the other may stand between them.
    return np.empty((WORDS, words), np.uint64), np.empty(words, np.uint8), np.empty(CHAIN, np.int64)


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
    changed = np.flatnonzero(standing != BOTH)
    if not len(changed):
        return
    told, bits = (met.judged, standing, changed), mark_bits(len(changed), count)
    keys = np.empty((max(1, min(BANDS_AT_ONCE, MOST_KEYS // count)), count), np.uint32)
    marks = (bits, np.empty(1 << bits - 3, np.uint8))
    room = (*np.empty((2, count + 1), np.uint64), *np.empty((2, (1 << DIGIT) + 1), np.int64))
    for band in range(bands):
        row = band % len(keys)
        if row == 0:
            write_keys(met.signatures, met.judged, band, keys[: bands - band])
            if count > RELEASED:
                met.release()
        yield band, room[1][: list_touched(keys[row], told, marks, room)]


def mark_bits(changed: int, texts: int) -> int:
    """Return how many bits number the marks of the keys, where some of the texts came or went.

    >>> mark_bits(20_000, 2_000_000), mark_bits(2_000_000, 2_000_000), mark_bits(10**6, 10**8)
    (20, 16, 24)
    """
    if changed > MOST_MARKED * texts:
        return LEAST_MARK_BITS
    return min(KEY_BITS, max(LEAST_MARK_BITS, (MARKS_A_TEXT * changed - 1).bit_length()))


def _pieces(words: Pairs) -> Iterator[Pairs]:
    """Cut words into pieces of whole keys."""
    start = 0
    while start < len(words):
        end = min(start + PIECE, len(words))
        end = int(np.searchsorted(words, words[end - 1] | np.uint64(NOBODY), side="right"))
        yield words[start:end]
        start = end
