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

FREQUENT: Final = 50  # texts; the smallest document frequency that can be boilerplate
FREQUENT_SHARE: Final = (
    0.0005  # of `SAMPLE` texts: eight; with .001 families of 100 stay, a third of the pairs
)
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

    >>> frequent_from(100), frequent_from(200_000), frequent_from(1_000_000)
    (50, 100, 125)
    """
    share = FREQUENT_SHARE * SAMPLE / sample_size(n_texts)
    return max(FREQUENT, int(n_texts * share))


def sample_size(n_texts: int) -> int:
    """Return how many of so many texts are counted: it grows so that eight in the sample stay few in all.

    >>> sample_size(100_000), sample_size(1_000_000)
    (16384, 65536)
    """
    return SAMPLE << (slot_bits(n_texts) - SLOT_BITS)


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
