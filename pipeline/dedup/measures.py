"""What pairs of texts measure, kept by pair: a function of both texts and of the boilerplate.

A component of more than a hundred thousand texts has a new one in every run, and is starred again; nearly all
that is measured for it was measured in the last run.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.arrays import keys_of, texts_of
from pipeline.dedup.frames import Ints
from pipeline.dedup.rules import CONTAINED, CONTAINS

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
KIND, RATIO, COLUMNS = 0, 4, 5
TURNED = np.array([0, 1, 3, 2])  # columns of measures when the sides change place


@dataclass(frozen=True, slots=True)
class Measures:
    """What pairs (lower << 32 | upper), in order and each once, measure.

    `rows` are kind, Jaccard, coverage of the lower text and of the upper one, and the ratio: NaN where nobody
    has asked for it.
    """

    pairs: Words
    rows: Floats

    def places(self, pairs: Words) -> Ints:
        """Return where pairs stand, -1 for those that do not."""
        at = np.searchsorted(self.pairs, pairs)
        stands = at < len(self.pairs)
        stands[stands] = self.pairs[at[stands]] == pairs[stands]
        return np.where(stands, at, -1)

    def named(self, numbers: Ints) -> "Measures":
        """Return the same for texts under other `numbers`, in the same order; of -1 nothing is known."""
        low, high = (numbers[side] for side in texts_of(self.pairs))
        stay = (low >= 0) & (high >= 0)
        return Measures(keys_of(low[stay], high[stay]), self.rows[stay])


def nothing() -> Measures:
    """Return the measures of no pair."""
    return Measures(np.zeros(0, np.uint64), np.zeros((0, COLUMNS)))


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of pairs, and what has been asked for since: that is what the next run will know."""

    known: Measures
    asked: list[tuple[Words, Floats]] = field(default_factory=list)

    def recall(self, pairs: Words) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the rows of pairs (as kernels write them, `COLUMNS`), and which of them are not known."""
        at = self.known.places(pairs)
        rows = np.empty((len(pairs), 6))
        rows[:, 0], rows[:, 1] = texts_of(pairs)
        rows[at >= 0, 2:] = self.known.rows[at[at >= 0], :RATIO]
        return rows, at < 0

    def note(self, rows: Floats) -> None:
        """Note down rows as kernels write them: left, right, kind, Jaccard, both coverages."""
        turned = rows[:, 0] > rows[:, 1]
        made = np.full((len(rows), COLUMNS), np.nan)
        made[:, :RATIO] = rows[:, 2:]
        made[turned, :RATIO] = rows[turned, 2:][:, TURNED]
        made[turned, KIND] = turn(made[turned, KIND])
        self.asked.append((keys_of(rows[:, 0], rows[:, 1]), made))

    def keep(self, wanted: NDArray[np.bool_]) -> None:
        """Ask for all that is known of the texts wanted."""
        stay = wanted[texts_of(self.known.pairs)[0]]
        self.asked.append((self.known.pairs[stay], self.known.rows[stay]))

    def ratios(self, pairs: Words) -> Floats:
        """Return the ratios of pairs, NaN where they are not known."""
        at = self.known.places(pairs)
        found = np.full(len(pairs), np.nan)
        found[at >= 0] = self.known.rows[at[at >= 0], RATIO]
        return found

    def measures(self, pairs: Words, ratios: Floats) -> Measures:
        """Return what was asked for, with the ratios of some pairs."""
        empty = nothing()
        every = np.concatenate([empty.pairs, *(asked for asked, _ in self.asked)])
        order = np.argsort(every, kind="stable")
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = every[order[1:]] != every[order[:-1]]
        first = order[fresh]
        made = Measures(every[first], np.concatenate([empty.rows, *(rows for _, rows in self.asked)])[first])
        at = made.places(pairs)
        made.rows[at[at >= 0], RATIO] = ratios[at >= 0]
        return made


def turn(kind: Floats) -> Floats:
    """Return the kinds of pairs whose sides change place.

    >>> turn(np.array([CONTAINED, CONTAINS, 0.0])).tolist() == [CONTAINS, CONTAINED, 0.0]
    True
    """
    inside = (kind == CONTAINED) | (kind == CONTAINS)
    return np.where(inside, CONTAINED + CONTAINS - kind, kind)
