"""The corpus model: which shingles are boilerplate, fitted from document frequencies (contract §4).

A shingle is boilerplate where many texts have it, unless those are copies of one text: a text of which nearly
all is frequent (a *copy*) is no evidence for boilerplate: a guide or a footer stands beside other things.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.arrays import SAMPLE, SLOT_BITS, Texts, boilerplate_slots, shingles_of, slot_bits
from pipeline.dedup.rules import RULES
from pipeline.text.fold import key_units

# Texts; boilerplate is what more have. A shingle of d texts makes up to d candidates for each of them: with a
# limit that grew with the corpus pairs would grow with its square.
FREQUENT: Final = 50
IN_SAMPLE: Final = 8  # texts of the sample that stand for the limit; families of 100 have 16, 1 in 50 has 8
MOST_SAMPLED: Final = 1 << 18  # texts, of 1.6 million: of more texts the limit grows
PLACES: Final = 256  # at least, for a text of the sample: four positions of 950 a place; 9 are boilerplate
COPY: Final = 0.85  # share of a text that is frequent, from which on it is a copy of something
FROM_COPIES: Final = 0.3  # share of a shingle's texts that are copies, from which on it is no boilerplate


@dataclass(frozen=True, slots=True)
class CorpusModel:
    """Boilerplate of a corpus: sorted places in the bitmap (of `slot_bits`), and from how many texts.

    `boilerplate` is a plain array, to be stored as one integer column.
    """

    boilerplate: NDArray[np.uint32]
    n_texts: int

    def digest(self) -> str:
        """Return 32 hex digits that change whenever a row could.

        >>> CorpusModel(np.zeros(0, np.uint32), 0).digest() == fit([]).digest()
        True
        """
        head = f"{RULES} {slot_bits(self.n_texts)} {self.n_texts} ".encode()
        return hashlib.sha256(head + self.boilerplate.astype("<u4").tobytes()).hexdigest()[:32]

    def mask(self) -> NDArray[np.bool_] | None:
        """Return the bitmap as booleans, 2^22 or more, None where nothing is boilerplate."""
        if not len(self.boilerplate):
            return None
        bits = np.zeros(1 << slot_bits(self.n_texts), dtype=np.bool_)
        bits[self.boilerplate] = True
        return bits


def frequent_from(n_texts: int) -> int:
    """Return the document frequency above which a shingle of `n_texts` distinct texts is frequent.

    >>> frequent_from(100), frequent_from(1_000_000), frequent_from(10_000_000)
    (50, 50, 305)
    """
    return max(FREQUENT, n_texts * IN_SAMPLE // sample_size(n_texts))


def sample_size(n_texts: int) -> int:
    """Return how many of so many texts are counted: a share of them, so that the limit is `IN_SAMPLE` texts.

    >>> sample_size(100_000), sample_size(1_000_000)
    (16384, 160000)
    """
    return min(MOST_SAMPLED, max(SAMPLE, n_texts * IN_SAMPLE // FREQUENT))


def count_bits(n_texts: int) -> int:
    """Return how many bits number the places in which shingles of so many texts are counted.

    The places of the bitmap may be fewer: what fills it is boilerplate alone.

    >>> count_bits(100_000), count_bits(1_000_000)
    (22, 26)
    """
    return max(slot_bits(n_texts), (PLACES * sample_size(n_texts) - 1).bit_length())


def fit_texts(texts: Texts) -> CorpusModel:
    """Fit the model of a small corpus of distinct texts in NumPy. Cost: one sort of each text's shingles."""
    limit = frequent_from(len(texts))
    none = CorpusModel(np.zeros(0, dtype=np.uint32), len(texts))
    if len(texts) <= limit:
        return none
    placed = [boilerplate_slots(shingles_of(texts.of(t))) for t in range(len(texts))]
    counts = np.zeros(1 << SLOT_BITS, dtype=np.uint32)
    for places in placed:
        counts[np.unique(places)] += 1
    hot = counts > limit
    from_copies = np.zeros(1 << SLOT_BITS, dtype=np.uint32)
    for places in placed:
        if len(places) and hot[places].mean() >= COPY:
            from_copies[np.unique(places)] += 1
    found = np.flatnonzero(hot & (from_copies < FROM_COPIES * counts)).astype(np.uint32)
    return CorpusModel(found, len(texts))


def fit(texts: Iterable[str]) -> CorpusModel:
    """Fit the corpus model from canonical texts; equal keys count once. Raises nothing; any text is taken.

    >>> fit(["甲" * 40, "乙" * 40]).boilerplate.tolist()
    []
    """
    keys = {units.tobytes() for units in map(key_units, texts)}
    ordered = sorted(keys)
    length = np.array([len(k) // 2 for k in ordered], dtype=np.int64)
    units = np.frombuffer(b"".join(ordered), dtype=np.uint16)
    return fit_texts(Texts(units, np.cumsum(length) - length, length, np.arange(len(ordered))))
