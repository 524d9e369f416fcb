"""Kernels: in how many texts the shingles stand, counted by places of a table, and which texts are copies.

A table of all counts leaves the caches. So a position is put down in the row of its part of the places first,
and a row that is full is counted at once, while the words of its part are at hand.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part
from pipeline.dedup.arrays import MIX, Texts
from pipeline.dedup.sketch import shift_of
from pipeline.dedup.work import Work, ranges

PART = 16  # bits: 65,536 places, whose words are a quarter of a second-level cache of 1 MB
ROW = 1 << 15  # positions of a row, 128 KB: it brings in the words of its part for 8 bytes a position
COUNTED = 17  # bits of a word that count; the others hold which text was counted last, 0 for none
MOST_TEXTS = (1 << (32 - COUNTED)) - 1  # texts that a word tells from one another
MOST_COUNTED = (1 << COUNTED) - 1  # counts stop there
FIRST_PLACES = 1 << 20  # of boilerplate: 4 MB; more are looked for again
COPY = 0.85  # of `model`


@kernel
def count_texts(units, spans, first, words, room):
    """Count in `words`, a power of two of places, how many texts have a shingle in each of them.

    `spans` are begin and length of the texts, which are numbered from `first`, 1 to `MOST_TEXTS`. `room` are
    a row for each part of the places, and how much of it is filled: `count_rows` counts what is left.
    """
    begin, length = spans
    rows, filled = room
    shift, low, one = shift_of(len(words)), np.uint64((1 << PART) - 1), np.uint64(1)
    for t in range(len(begin)):
        w, mine = np.uint64(0), np.uint64(first + t) << np.uint64(PART)
        for i in range(length[t]):
            w = (w << np.uint64(16)) | np.uint64(units[np.uint64(begin[t] + i)])
            if i >= 3:
                place = (w * np.uint64(MIX)) >> shift
                k = place >> np.uint64(PART)
                at = filled[k]
                rows[k, at] = mine | (place & low)
                filled[k] = at + one
                if at + one == ROW:
                    count_row(words, rows, filled, k)


@part
def count_row(words, rows, filled, k):
    """Count the positions of a row. A text that stands twice in a place counts once: its number is there."""
    base, low, most = np.uint64(k) << np.uint64(PART), np.uint32((1 << PART) - 1), np.uint32(MOST_COUNTED)
    for i in range(filled[k]):
        entry = rows[k, np.uint64(i)]
        place, mine = base + np.uint64(entry & low), entry >> np.uint32(PART)
        word = words[place]
        fresh = np.uint32((word >> np.uint32(COUNTED)) != mine)
        words[place] = (mine << np.uint32(COUNTED)) | min((word & most) + fresh, most)
    filled[k] = 0


@kernel
def count_rows(words, room):
    """Count what the rows still hold, and leave of each word the count."""
    rows, filled = room
    for k in range(len(rows)):
        count_row(words, rows, filled, k)
    for place in range(len(words)):
        words[place] &= np.uint32(MOST_COUNTED)


@kernel
def hot_places(counts, limit, places):
    """Write the places that more than `limit` texts have; return how many, also where they do not fit."""
    n = 0
    for place in range(len(counts)):
        if counts[place] > limit:
            if n < len(places):
                places[n] = place
            n += 1
    return n


@kernel
def mark_copies(units, spans, bitmap, copies):
    """Mark texts that are copies of one: 85 % of their shingles are hot."""
    begin, length = spans
    for t in range(len(begin)):
        copies[t] = is_copy(units, begin[t], length[t], bitmap)


@part
def is_copy(units, begin, length, bitmap):
    """Tell whether 85 % of a text's shingles are hot; most texts show after a third that they are not."""
    w, cold, shift = np.uint64(0), 0, shift_of(8 * len(bitmap))
    most = length - 3 - COPY * (length - 3)
    for i in range(length):
        w = (w << np.uint64(16)) | np.uint64(units[np.uint64(begin + i)])
        if i >= 3:
            place = (w * np.uint64(MIX)) >> shift
            hot = (np.uint64(bitmap[place >> np.uint64(3)]) >> (place & np.uint64(7))) & np.uint64(1)
            cold += np.int64(hot == 0)
            if cold > most:
                return False
    return length >= 4


def count_places(texts: Texts, tables: list[NDArray[np.uint32]], work: Work) -> NDArray[np.uint32]:
    """Return how many of some texts have a shingle in each place; `tables` are zeros, one for each worker."""
    parts = ranges(len(texts), len(tables))

    def call(share: tuple[int, int]) -> None:
        part, words = parts[share[0]], tables[share[0]]
        rows = len(words) >> PART
        room = (np.empty((rows, ROW), np.uint32), np.zeros(rows, np.uint64))
        for first in range(part[0], part[1], MOST_TEXTS):
            told_apart = min(MOST_TEXTS, part[1] - first)
            for a, b in ranges(told_apart, max(1, min(work.parts() // work.workers, told_apart))):
                spans = (texts.begin[first + a : first + b], texts.length[first + a : first + b])
                count_texts(texts.units, spans, a + 1, words, room)
                work.give_back()
            count_rows(words, room)

    work.each(call, ranges(len(tables), len(tables)))
    for words in tables[1:]:
        tables[0] += words
    return np.minimum(tables[0], MOST_COUNTED, out=tables[0])


def places_above(counts: NDArray[np.uint32], limit: int) -> NDArray[np.uint32]:
    """Return the places that more than `limit` texts have."""
    places = np.empty(FIRST_PLACES, dtype=np.uint32)
    count = hot_places(counts, limit, places)
    if count > len(places):
        places = np.empty(count, dtype=np.uint32)
        hot_places(counts, limit, places)
    return places[:count].copy()
