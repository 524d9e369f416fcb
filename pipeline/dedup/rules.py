"""The rules by which a pair of texts is related (contract §5), and every constant behind them.

Units are UTF-16 units of the comparison key; a *shingle* is four consecutive units, exactly 64 bits.
A shingle is *informative* where it is no corpus boilerplate; a text's `size` is its units that some
informative shingle touches; `coverage` is the share of informative positions that the other text has too,
short runs of misses bridged.

A pair of which one text is *thin*, nearly all boilerplate, is compared on all shingles instead. What a thin
text has of its own must be covered as well, and where it has nothing of its own no thicker text holds it: two
short notices behind one long guide are not alike, and a guide is not part of every page that bears it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RULES: Final = "dedup/2"
SHINGLE: Final = 4  # units; 4 × 16 bits are one machine word, and a changed character costs 4 shingles, not 5
FEW_SHINGLES: Final = 30  # informative positions; a text with fewer beside its boilerplate is *thin*
OWN: Final = 13  # informative positions of a thin text that say something: one substitution misses 12
BRIDGE: Final = 12  # positions; a substitution of up to 9 characters misses 12 shingles
NEAR: Final = 0.75  # coverage of the better covered text (docs/accuracy-dedup.md, curve of coverage)
NEAR_OTHER: Final = 0.5  # coverage of the other one
MIN_JACCARD: Final = 0.1  # a guard: bridges alone make no duplicate
HELD: Final = 0.9  # contract §5: "nearly all of right"
LONGER: Final = 1.5  # contract §5
SLOTS_FROM: Final = 0.4  # coverage from which a common skeleton is looked for
SHARES: Final = 0.5  # coverage from which two different texts are said to share clauses
STORED: Final = 0.45  # coverage from which a rejected pair is worth a row

# kinds of a pair of different keys; the order is that of `RELATION_OF`
REJECTED, SHARED, CONTAINED, CONTAINS, EDITED, TEMPLATE, EXACT = range(7)
RELATION_OF: Final = ("shared", "shared", "contained", "contains", "edited", "template", "exact")
REASON_OF: Final = (
    "little in common",
    "passages in common",
    "left is held by right",
    "left holds right",
    "covered both ways",
    "consistent substitutions",
    "same key",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slot:
    """One consistent substitution: `left` stands wherever the other text has `right`, `n` times."""

    left: str
    right: str
    n: int


def kinds_of(
    coverage: tuple[Floats, Floats], sizes: tuple[NDArray[np.int64], NDArray[np.int64]], jaccard: Floats
) -> NDArray[np.uint8]:
    """Return the kind of each pair from its measures, leaving templates aside (they need the texts).

    `coverage` and `sizes` hold left and right; all arrays have one entry a pair. Vectorised.

    >>> half, whole, one = np.array([0.5]), np.array([1.0]), np.array([1000])
    >>> int(kinds_of((whole, half), (one, 2 * one), half)[0]) == CONTAINED
    True
    """
    left, right = coverage
    better, other = np.maximum(left, right), np.minimum(left, right)
    kinds = np.where(better >= SHARES, SHARED, REJECTED).astype(np.uint8)
    longer = np.maximum(sizes[0], sizes[1]) >= LONGER * np.minimum(sizes[0], sizes[1])
    held_left = longer & (sizes[0] < sizes[1]) & (left >= HELD)
    held_right = longer & (sizes[1] < sizes[0]) & (right >= HELD)
    kinds[held_left], kinds[held_right] = CONTAINED, CONTAINS
    near = (better >= NEAR) & (other >= NEAR_OTHER) & (jaccard >= MIN_JACCARD)
    kinds[near & ~held_left & ~held_right] = EDITED
    return kinds
