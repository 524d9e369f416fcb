"""Pairs of near clauses: those that meet in a band, anew or since the last run, and are near."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel
from pipeline.dedup import fast
from pipeline.dedup.arrays import MIX, Texts
from pipeline.dedup.components import keys_of, texts_of
from pipeline.dedup.groups import MIN_CLAUSE_CHARS, MIN_RATIO, near_ones
from pipeline.dedup.meetings import Met, Pairs, changed_meetings
from pipeline.dedup.work import Work

WORDS = 4  # of a parity: 256 bits, a bit for about one character of the longest clauses


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


@kernel
def settle_stars(nodes, starts, rows, centre):
    """Give each of `nodes`, in order, that has no centre itself and its neighbours without one to it."""
    for node in nodes:
        if centre[node] < 0:
            centre[node] = node
            for k in range(starts[node], starts[node + 1]):
                if centre[rows[k]] < 0:
                    centre[rows[k]] = node


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
    signatures = fast.sketch_all(texts, bitmap, work).signatures
    met = Met(signatures, judged, standing, parities, texts.length, int(100 - MIN_RATIO))
    measure = partial(fast.ratios, texts, work=work)
    new, old = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
    for gained, lost in changed_meetings(met, work.chosen()):
        new.append(keys_of(*near_ones(texts, *texts_of(gained), measure)))
        old.append(lost.copy())
    return np.concatenate(new), np.concatenate(old)
