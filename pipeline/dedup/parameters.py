"""How much is compared to find candidates, as pure functions of what is wanted (docs/accuracy-dedup.md).

Two texts of Jaccard similarity j agree in a bin of their signatures with probability s = j + (1 - j) / 256
(one permutation, densified; a bin keeps eight bits). Bands are `ROWS` bins each; a pair is proposed that
agrees in all bins of some band and in `likely` bins altogether.
"""

from dataclasses import dataclass
from math import ceil, comb, log, sqrt
from typing import Final

from pipeline.dedup.rules import FEW_SHINGLES, SHINGLE

BINS: Final = 256  # bytes of a signature
# Bins of a band. Of 256 bins, 2, 3 and 4 rows meet pairs of Jaccard .3 with 1.0, .91 and .42, unrelated ones
# (.02) with .07, .001 and .00002: 3 is the most that finds .3, and makes a key of 24 bits.
ROWS: Final = 3
SPARED: Final = (
    0.96  # of the pairs with two thirds of the wanted similarity: what the estimate leaves of them
)
TWO_VOTES_AND_ONE: Final = 3.0  # samples that the shortest text to be found has on average; a pair needs two
CHANGED: Final = 0.1  # characters of a passage that are changed in the text that holds it: 1 - rules.HELD
SAMPLES: Final = 12  # of a passage of 100 units
SURE: Final = 2.58  # standard deviations: 99.5 of 100


@dataclass(frozen=True, slots=True)
class Parameters:
    """`bands` of three bins, `likely` of 256 bins, `window` in positions (a power of two), `votes` 0..1."""

    bands: int
    likely: int
    window: int
    votes: float


def agreeing(jaccard: float) -> float:
    """Return the probability that two texts agree in a bin.

    >>> agreeing(0.0), agreeing(1.0)
    (0.00390625, 1.0)
    """
    return jaccard + (1.0 - jaccard) / 256


def met(jaccard: float, bands: int, rows: int = ROWS) -> float:
    """Return the probability that two texts share a band.

    >>> [round(met(j, 85), 3) for j in (0.1, 0.2, 0.3, 0.5)]
    [0.09, 0.511, 0.909, 1.0]
    """
    return float(1.0 - (1.0 - agreeing(jaccard) ** rows) ** bands)


def estimated(jaccard: float, likely: int, bins: int = BINS) -> float:
    """Return the probability that two texts agree in `likely` bins or more (binomial).

    >>> round(estimated(0.2, 41), 3), estimated(0.02, 41) < 1e-9
    (0.966, True)
    """
    return 1.0 - sum(_exactly(jaccard, k, bins) for k in range(likely))


def _exactly(jaccard: float, k: int, bins: int = BINS) -> float:
    s = agreeing(jaccard)
    return float(comb(bins, k) * s**k * (1.0 - s) ** (bins - k))


def proposed(jaccard: float, chosen: Parameters) -> float:
    """Return the predicted probability that the bands propose a pair; docs/accuracy-dedup.md measures it."""
    return met(jaccard, chosen.bands) * estimated(jaccard, chosen.likely)


def bands_for(jaccard: float, recall: float) -> int:
    """Return the fewest bands that meet pairs of `jaccard` with probability `recall`, at most all there are.

    >>> bands_for(0.3, 0.908), bands_for(0.5, 0.999), bands_for(0.1, 0.99)
    (85, 52, 85)
    """
    return min(BINS // ROWS, max(1, ceil(log(1.0 - recall) / log(1.0 - agreeing(jaccard) ** ROWS))))


def likely_for(jaccard: float) -> int:
    """Return in how many bins a pair must agree: pairs of two thirds of `jaccard` do so with .96.

    >>> likely_for(0.3), likely_for(0.6)
    (41, 89)
    """
    likely, lost = 0, 0.0
    while lost + _exactly(jaccard * 2 / 3, likely) <= 1.0 - SPARED:
        lost += _exactly(jaccard * 2 / 3, likely)
        likely += 1
    return likely


def window_for(positions: int = FEW_SHINGLES) -> int:
    """Return the window of the sample, a power of two: 2 / (window + 1) of a text's positions are drawn.

    >>> window_for(30), window_for(100)
    (16, 64)
    """
    window = 1
    while 2.0 * positions / (2 * window + 1) >= TWO_VOTES_AND_ONE:
        window *= 2
    return window


def votes_for(changed: float = CHANGED, samples: int = SAMPLES) -> float:
    """Return which share of a passage's sample must be in the text that holds it, to hundredths.

    Of the shingles .9 ** 4 stay whole at one changed character in ten; of 12 so many less 2.58 deviations.

    >>> votes_for(), votes_for(0.02)
    (0.3, 0.72)
    """
    whole = (1.0 - changed) ** SHINGLE
    return int(100 * (whole - SURE * sqrt(whole * (1.0 - whole) / samples))) / 100


def parameters_for(jaccard: float, recall: float) -> Parameters:
    """Return what finds pairs of `jaccard` (0..1) with probability `recall` (0..1).

    >>> parameters_for(0.3, 0.908)
    Parameters(bands=85, likely=41, window=16, votes=0.3)
    """
    return Parameters(bands_for(jaccard, recall), likely_for(jaccard), window_for(), votes_for())
