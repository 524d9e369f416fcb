"""Pairs of near clauses: those that meet in a band, anew or since the last run, and are near."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel
from pipeline.dedup import fast
from pipeline.dedup.arrays import MIX, Texts, keys_of, texts_of
from pipeline.dedup.frames import Folded, Ints
from pipeline.dedup.meetings import LONGEST, PARITY, PARITY_BITS, WORDS, Met, Pairs, changed_meetings
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.parameters import BINS
from pipeline.dedup.rules import MIN_CLAUSE_CHARS, MIN_RATIO, near_ones
from pipeline.dedup.work import Work, joined

FREE = -1  # in the place of a text: the row is of none
ROWS_AT_ONCE = 1 << 16  # signatures put down together: 16 MB of memory that is used again
# What is drawn from a text, a column of all behind the other: signature, brief, length, hash. `BINS` is a
# multiple of 8, so numbers are aligned.
COLUMNS: tuple[tuple[Any, int], ...] = ((np.uint8, BINS), (np.uint64, WORDS), (np.int64, 1), (np.uint64, 1))
ROW_BYTES = sum(np.dtype(kind).itemsize * width for kind, width in COLUMNS)


@kernel
def write_briefs(units, spans, briefs):
    """Write for each text which classes of characters stand in it an odd number of times, and its length.

    A character put in or left out turns one bit, so two texts are at least as many of those apart as their
    parities have bits that differ. There are 256 classes; the bits above `PARITY_BITS` of the last word are
    added to its lowest, without carry, and give way to the length. The first unit of a character of two is
    passed over.
    """
    begin, length = spans
    for t in range(len(begin)):
        for k in range(WORDS):
            briefs[t, k] = 0
        for i in range(length[t]):
            unit = units[np.uint64(begin[t] + i)]
            if not 0xD800 <= unit < 0xDC00:
                place = (np.uint64(unit) * np.uint64(MIX)) >> np.uint64(56)
                briefs[t, place >> np.uint64(6)] ^= np.uint64(1) << (place & np.uint64(63))
        parity = briefs[t, WORDS - 1]
        parity = (parity ^ (parity >> np.uint64(PARITY_BITS))) & np.uint64(PARITY)
        briefs[t, WORDS - 1] = parity | (np.uint64(min(length[t], LONGEST)) << np.uint64(PARITY_BITS))


@dataclass(frozen=True, slots=True)
class Sketched:
    """What is drawn from each of some texts, most in the order of their hash.

    `text` are their places among all texts, `FREE` of rows that are free; `length` is in units, `briefs` as
    of `write_briefs`. Of the first rows, `fixed` so many stand in a file: they are never written to.
    `release` gives back the memory of those that stand in a file.
    """

    signatures: NDArray[np.uint8]
    briefs: NDArray[np.uint64]
    text: Ints
    length: Ints
    hashes: NDArray[np.uint64]
    release: Callable[[], None] = lambda: None
    fixed: int = 0

    def put(self, at: Ints, other: "Sketched", rows: Ints) -> None:
        """Put rows of another in rows of this, but for the places of texts."""
        for start in range(0, len(at), ROWS_AT_ONCE):
            here = slice(start, start + ROWS_AT_ONCE)
            self.signatures[at[here]] = other.signatures[rows[here]]
            other.release()
        self.briefs[at], self.length[at] = other.briefs[rows], other.length[rows]
        self.hashes[at] = other.hashes[rows]


def room_for(held: NDArray[np.uint8], release: Callable[[], None] = lambda: None) -> Sketched:
    """Return the room for what is drawn from texts, `ROW_BYTES` each, of which none has a row yet."""
    rows, columns, start = len(held) // ROW_BYTES, [], 0
    for kind, width in COLUMNS:
        end = start + rows * width * np.dtype(kind).itemsize
        columns.append(held[start:end].view(kind).reshape(rows, width))
        start = end
    signatures, briefs, length, hashes = columns
    return Sketched(signatures, briefs, np.full(rows, FREE), length[:, 0], hashes[:, 0], release)


def put_drawn(
    folded: Folded, given: tuple[NDArray[np.uint8], Work], drawn: Sketched, at: Ints, chosen: Ints
) -> None:
    """Draw what is needed from the chosen of folded texts, and put it in rows; a part of them at a time.

    `given` are the bitmap of what clauses have in common, and how to work.
    """
    texts = texts_folded(folded)
    for start in range(0, len(at), ROWS_AT_ONCE):
        here, wanted = slice(start, start + ROWS_AT_ONCE), chosen[start : start + ROWS_AT_ONCE]
        some = Texts(texts.units, texts.begin[wanted], texts.length[wanted], np.arange(len(wanted)))
        briefs = np.empty((len(some), WORDS), np.uint64)
        write_briefs(some.units, (some.begin, some.length), briefs)
        drawn.signatures[at[here]] = fast.sketch_all(some, *given, window=0).signatures
        drawn.briefs[at[here]], drawn.length[at[here]] = briefs, some.length
        drawn.hashes[at[here]] = folded.hashes[wanted]


def texts_folded(folded: Folded) -> Texts:
    """Return folded texts as they stand."""
    begin, count = np.cumsum(folded.length) - folded.length, len(folded.length)
    return Texts(folded.units, begin, folded.length, np.arange(count))


def fit_clauses(folded: Folded, work: Work) -> CorpusModel:
    """Fit what clauses have in common from the first texts by hash.

    Alone: each worker would count in a table of its own, 256 MB where texts are a million and more.
    """
    texts, order = texts_folded(folded), np.argsort(folded.hashes, kind="stable")
    ordered = replace(texts, begin=texts.begin[order], length=texts.length[order])
    return fast.fit_large(ordered, replace(work, workers=1))


def changed_pairs(drawn: Sketched, standing: NDArray[np.uint8], work: Work) -> tuple[Pairs, Pairs]:
    """Return the pairs (lower << 32 | upper) that are new candidates, and pairs that are candidates no more.

    `standing` says which rows are of texts of the last run (`LAST`), of this one (`NOW`), or of `BOTH`; short
    texts are in no pair. Pairs are of rows.
    """
    judged = np.flatnonzero((drawn.length >= MIN_CLAUSE_CHARS) & (standing > 0))
    judged = judged[_by_hash(drawn.hashes[judged], drawn.text[judged])]
    met = Met(drawn.signatures, judged, standing, drawn.briefs, int(100 - MIN_RATIO), drawn.release)
    new, old = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
    for gained, lost in changed_meetings(met, work.chosen()):
        new.append(gained)
        old.append(lost)
    drawn.release()
    return joined(new), joined(old)


def _by_hash(hashes: NDArray[np.uint64], text: Ints) -> Ints:
    """Return the order of texts by hash, and of equal ones by place; it is quick where most are in order."""
    order = np.argsort(hashes, kind="stable")
    if np.any(hashes[order[1:]] == hashes[order[:-1]]):
        order = np.lexsort((text, hashes))
    return order


def near_pairs(folded: Folded, pairs: Pairs, work: Work) -> Pairs:
    """Return those of some pairs of folded texts that are near."""
    texts = texts_folded(folded)
    return keys_of(
        *near_ones(texts.length, *texts_of(pairs), partial(fast.ratios, texts, work=work.on(texts)))
    )
