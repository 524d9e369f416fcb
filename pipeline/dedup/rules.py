"""The rules by which a pair of texts is related (contract §5), and every constant behind them.

Units are UTF-16 units of the comparison key; a *shingle* is four consecutive units, exactly 64 bits.
A shingle is *informative* where it is no corpus boilerplate; a text's `size` is its units that some
informative shingle touches; `coverage` is the share of informative positions that the other text has too,
short runs of misses bridged.

A pair of which one text is *thin*, nearly all boilerplate, is compared on all shingles instead. What a thin
text has of its own must be covered as well, and where it has nothing of its own no thicker text holds it: two
short notices behind one long guide are not alike, and a guide is not part of every page that bears it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RULES: Final = "dedup/2"
SHINGLE: Final = 4  # units; 4 × 16 bits are one machine word, and a changed character costs 4 shingles, not 5
FEW_SHINGLES: Final = 30  # informative positions; a text with fewer beside its boilerplate is *thin*
OWN: Final = 13  # informative positions of a thin text that say something: one substitution misses 12
BRIDGE: Final = 12  # positions; a substitution of up to 9 characters misses 12 shingles
NEAR: Final = 0.65  # coverage of the better covered text, from which on a pair is looked at side by side
SURE: Final = 0.85  # and from which on no second evidence is asked for (docs/accuracy-dedup.md)
IN_ORDER: Final = 0.7  # between the two: share of the shingles unique in both that stand in one order
REPLACED: Final = 60  # and: units of the longest passage replaced by another one; a clause has 20 to 60
NEAR_OTHER: Final = 0.5  # coverage of the other one
MIN_JACCARD: Final = 0.1  # a guard: bridges alone make no duplicate
HELD: Final = 0.9  # contract §5: "nearly all of right"
LONGER: Final = 1.5  # contract §5
SLOTS_FROM: Final = 0.4  # coverage of either text from which a skeleton is looked for: half of both is common
SHARES: Final = 0.5  # coverage from which two different texts are said to share clauses
STORED: Final = 0.48  # coverage from which a rejected pair is worth a row: it has just missed `SHARES`

# Clauses. Units of the key: shorter ones ("立即上报。") are equal or different; one changed character in
# seven leaves no shingle of four whole.
MIN_CLAUSE_CHARS: Final = 8
# 0–100. Clauses are short: with the coverage that makes two articles one, 由财务部负责登记 and
# 由保卫处负责清扫 would be one clause, and measuring it takes eight times as long. At 80 every fifth
# character may differ.
MIN_RATIO: Final = 80.0

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
    "mostly covered, in one order",
    "mostly covered, but in another order or with passages replaced",
)
IN_ONE_ORDER, APART = 7, 8  # reasons of an edited and of a shared pair that were looked at side by side

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slot:
    """One consistent substitution: `left` stands wherever the other text has `right`, `n` times."""

    left: str
    right: str
    n: int


def reasons_of(
    kinds: NDArray[np.int64], coverage: tuple[Floats, Floats], jaccard: Floats
) -> NDArray[np.int64]:
    """Return for each pair the place of its reason in `REASON_OF`: the evidence that decided. Vectorised."""
    near = is_near(coverage, jaccard)
    reasons = kinds.copy()
    reasons[(kinds == SHARED) & near] = APART
    reasons[(kinds == EDITED) & (np.maximum(*coverage) < SURE)] = IN_ONE_ORDER
    return reasons


def is_near(coverage: tuple[Floats, Floats], jaccard: Floats) -> NDArray[np.bool_]:
    """Tell which pairs are covered enough for copies."""
    better, other = np.maximum(*coverage), np.minimum(*coverage)
    found: NDArray[np.bool_] = (better >= NEAR) & (other >= NEAR_OTHER) & (jaccard >= MIN_JACCARD)
    return found


def kinds_of(
    coverage: tuple[Floats, Floats], sizes: tuple[NDArray[np.int64], NDArray[np.int64]], jaccard: Floats
) -> NDArray[np.uint8]:
    """Return the kind of each pair from its measures; what needs the texts is left aside.

    That are templates, and whether an edited pair below `SURE` is one at a look side by side.

    `coverage` and `sizes` hold left and right; all arrays have one entry a pair. Vectorised.

    >>> half, whole, one = np.array([0.5]), np.array([1.0]), np.array([1000])
    >>> int(kinds_of((whole, half), (one, 2 * one), half)[0]) == CONTAINED
    True
    """
    left, right = coverage
    better = np.maximum(left, right)
    kinds = np.where(better >= SHARES, SHARED, REJECTED).astype(np.uint8)
    longer = np.maximum(sizes[0], sizes[1]) >= LONGER * np.minimum(sizes[0], sizes[1])
    held_left = longer & (sizes[0] < sizes[1]) & (left >= HELD)
    held_right = longer & (sizes[1] < sizes[0]) & (right >= HELD)
    kinds[held_left], kinds[held_right] = CONTAINED, CONTAINS
    kinds[is_near(coverage, jaccard) & ~held_left & ~held_right] = EDITED
    return kinds


def near_ones(
    length: Ints, left: Ints, right: Ints, measure: Callable[[Ints, Ints], NDArray[np.float64]]
) -> tuple[Ints, Ints]:
    """Return those of some pairs of clauses whose ratio, which `measure` gives, is `MIN_RATIO` or more.

    `length`: of each text, in units of the key.
    """
    a, b = length[left], length[right]
    # the ratio is at most twice the shorter length over both
    likely = 200.0 * np.minimum(a, b) >= MIN_RATIO * (a + b)
    left, right = left[likely], right[likely]
    near = measure(left, right) >= MIN_RATIO
    return left[near], right[near]
