"""Members that lie in an article which holds their canonical: two overlapping fragments of one article.

That the article holds the canonical says nothing of a member, which goes on where the canonical ends.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.rules import CONTAINED, CONTAINS

Ints = NDArray[np.int64]
ASKED: Final = 4  # holders of a canonical that a member is measured against, the best first: one row a member


def directed(
    left: Ints, right: Ints, kind: NDArray[np.uint8], cover: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Return the pairs of which one text holds the other as (held, holder, coverage of the held)."""
    inner = np.flatnonzero((kind == CONTAINED) | (kind == CONTAINS))
    turned = kind[inner] == CONTAINS
    one, other = left[inner], right[inner]
    return (
        np.where(turned, other, one),
        np.where(turned, one, other),
        np.where(turned, cover[1][inner], cover[0][inner]),
    )


def members_to_ask(
    centre: Ints, rank: Ints, held: tuple[Ints, Ints, NDArray[np.float64]]
) -> tuple[Ints, Ints]:
    """Return the pairs (member, holder of its canonical) to measure, of each member the best holder first.

    `held` is of `directed`. The best holder is that of the highest coverage, then of the best rank.
    """
    inner, outer, cover = held
    size = np.bincount(centre, minlength=len(centre))
    asking = np.flatnonzero((centre[inner] == inner) & (size[inner] > 1) & (centre[outer] != inner))
    asking = asking[np.lexsort((rank[outer[asking]], -cover[asking], inner[asking]))]
    heads, first, count = np.unique(inner[asking], return_index=True, return_counts=True)
    members = np.flatnonzero(centre != np.arange(len(centre)))
    members = members[np.isin(centre[members], heads)]
    at = np.searchsorted(heads, centre[members])
    times = np.minimum(count[at], ASKED)
    step = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(members, times), outer[asking][np.repeat(first[at], times) + step]


def first_that_holds(member: Ints, holds: NDArray[np.bool_]) -> Ints:
    """Return of each member's pairs, which stand together, the place of the first that holds it."""
    places = np.flatnonzero(holds)
    fresh = np.ones(len(places), dtype=np.bool_)
    fresh[1:] = member[places[1:]] != member[places[:-1]]
    return places[fresh]
