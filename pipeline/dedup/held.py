"""Members that lie in an article of another cluster: of two overlapping fragments of one article either does.

That an article holds a canonical says nothing of the canonical's members, which go on where it ends.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.rules import CONTAINED, CONTAINS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def best_holders(
    left: Ints, right: Ints, kind: NDArray[np.uint8], cover: tuple[Floats, Floats], ranked: tuple[Ints, Ints]
) -> Ints:
    """Return the places of the pairs of each member with the text of another cluster that holds it best.

    `cover` are the coverages of left and right, `ranked` the centre and the rank of each text. The best
    holder covers most of the member, among equals it has the best rank: one pair a member.
    """
    centre, rank = ranked
    place = np.flatnonzero((kind == CONTAINED) | (kind == CONTAINS))
    turned = kind[place] == CONTAINS
    inner = np.where(turned, right[place], left[place])
    outer = np.where(turned, left[place], right[place])
    covered = np.where(turned, cover[1][place], cover[0][place])
    across = np.flatnonzero((centre[inner] != inner) & (centre[outer] != centre[inner]))
    order = across[np.lexsort((rank[outer[across]], -covered[across], inner[across]))]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = inner[order[1:]] != inner[order[:-1]]
    found: Ints = place[order[first]]
    return found
