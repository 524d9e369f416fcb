"""The arrays that the two engines share: distinct texts in, related pairs out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.rules import SHINGLE, Slot

SLOT_BITS = 22  # of the boilerplate bitmap: 512 KB, which stays in the second-level cache
MOST_SLOT_BITS = 26  # 8 MB, for 2 million texts and more
SAMPLE = 16_384  # texts whose shingles are counted, at least
TEXTS = 1 << 18  # up to here; then places double with the texts, so that one of 15 is boilerplate at most
MIX = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: Fibonacci hashing, Knuth TAOCP 3, 6.4


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct keys as UTF-16 units: text t is `length[t]` units of `units` from `begin[t]` on.

    `rank` orders texts as canonicals where all else is equal (lower is better); it is a permutation.
    """

    units: NDArray[np.uint16]
    begin: NDArray[np.int64]
    length: NDArray[np.int64]
    rank: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.length)

    def of(self, text: int) -> NDArray[np.uint16]:
        """Return the units of one text."""
        return self.units[self.begin[text] : self.begin[text] + self.length[text]]


@dataclass(frozen=True, slots=True)
class Related:
    """What an engine found: the centre of each text's cluster, and the pairs worth a row.

    `left`, `right` are texts; a pair of a centre and its member has the centre as `left`. `kind` is of
    `rules`. `coverage_*` 0..1, `jaccard` 0..1, `ratio` 0..100. `slots` has the substitutions of each
    template, by the place of its pair. `hot` counts how often a text met a band too full to be followed.
    """

    centre: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    kind: NDArray[np.uint8]
    jaccard: NDArray[np.float64]
    coverage_left: NDArray[np.float64]
    coverage_right: NDArray[np.float64]
    ratio: NDArray[np.float64]
    slots: dict[int, list[Slot]]
    hot: int = 0


def texts_of(pairs: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the texts of pairs (lower << 32 | upper).

    >>> [side.tolist() for side in texts_of(keys_of(np.array([5, 2]), np.array([3, 9])))]
    [[3, 2], [5, 9]]
    """
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def keys_of(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.uint64]:
    """Return pairs of texts as (lower << 32 | upper)."""
    low, high = np.minimum(one, other).astype(np.uint64), np.maximum(one, other).astype(np.uint64)
    keys: NDArray[np.uint64] = (low << np.uint64(32)) | high
    return keys


def distinct_sorted(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sort and drop repeats; `np.unique` of u64 is five times slower (facts §6)."""
    values = np.sort(values)
    fresh = np.ones(len(values), dtype=np.bool_)
    fresh[1:] = values[1:] != values[:-1]
    return values[fresh]


def places_in(ordered: NDArray[Any], sought: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where values stand, or would, among others, which are in order; and whether they do.

    >>> at, found = places_in(np.array([b"b", b"d"]), np.array([b"a", b"d", b"e"]))
    >>> at.tolist(), found.tolist()
    ([0, 1, 2], [False, True, False])
    """
    at = np.searchsorted(ordered, sought)
    found = at < len(ordered)
    found[found] = ordered[at[found]] == sought[found]
    return at, found


def absent(values: NDArray[np.uint64], ordered: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which values do not stand among those in order.

    >>> absent(np.array([1, 5, 9], np.uint64), np.array([5, 5, 7], np.uint64)).tolist()
    [True, False, True]
    """
    return ~places_in(ordered, values)[1]


def shingles_of(units: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Return the shingles of a text in order, four units to a 64-bit word.

    >>> shingles_of(np.arange(1, 6, dtype=np.uint16)).tolist() == [0x1000200030004, 0x2000300040005]
    True
    """
    count = len(units) - SHINGLE + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    words = np.zeros(count, dtype=np.uint64)
    for i in range(SHINGLE):
        words = (words << np.uint64(16)) | units[i : i + count].astype(np.uint64)
    return words


def slot_bits(n_texts: int) -> int:
    """Return how many bits number the places of the boilerplate of so many texts.

    >>> slot_bits(20_000), slot_bits(400_000), slot_bits(10_000_000)
    (22, 23, 26)
    """
    return min(MOST_SLOT_BITS, SLOT_BITS + (max(n_texts - 1, 0) // TEXTS).bit_length())


def boilerplate_slots(shingles: NDArray[np.uint64], places: int = 1 << SLOT_BITS) -> NDArray[np.uint32]:
    """Return each shingle's place in a boilerplate bitmap of so many places, a power of two."""
    with np.errstate(over="ignore"):
        return ((shingles * np.uint64(MIX)) >> np.uint64(65 - places.bit_length())).astype(np.uint32)
