"""Which texts of clauses are near, by their rows in what is drawn from them, and the stars that they form.

A row keeps its text from run to run. So near pairs are kept as neighbours of rows, as one run found them, and
later runs say which pairs came since, and which went.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel, part
from pipeline.dedup.arrays import keys_of, texts_of
from pipeline.dedup.frames import Ints
from pipeline.dedup.graph import neighbours
from pipeline.dedup.growing import first_from, place_in
from pipeline.dedup.near import FREE

Pairs = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Linked:
    """Pairs of near texts by their rows.

    `starts` and `others` are neighbours as of `graph.neighbours`. Of pairs (lower << 32 | upper), in order,
    those that `came` are near besides, and those `gone` are neighbours, but near no more; both of texts that
    stand.
    """

    starts: Ints
    others: NDArray[np.int32]
    came: Pairs
    gone: Pairs


@inlined
def pair_of(a, b):
    """Return the pair of two rows."""
    return (np.uint64(min(a, b)) << np.uint64(32)) | np.uint64(max(a, b))


@inlined
def may_stand(gone, changed, a, b):
    """Tell whether two neighbours are near still; `changed` flags the rows of pairs that came or went."""
    return changed[a] == 0 or place_in(gone, pair_of(a, b)) < 0


@kernel
def count_near(starts, others, text, degree):
    """Add up the neighbours of each row, but those whose text has gone."""
    for row in range(len(starts) - 1):
        degree[row] += starts[row + 1] - starts[row]
        if text[row] == FREE:
            for k in range(starts[row], starts[row + 1]):
                degree[others[k]] -= 1


@part
def take_neighbours(node, linked, changed, centre):
    """Give a centre its neighbours that have none."""
    starts, others, gone = linked
    if node < len(starts) - 1:
        for k in range(starts[node], starts[node + 1]):
            other = others[k]
            if centre[other] < 0 and may_stand(gone, changed, node, other):
                centre[other] = node


@part
def take_came(node, both, centre):
    """Give a centre those that came to it and have none; `both` has each pair in both orders, in order."""
    at = first_from(both, np.uint64(node) << np.uint64(32))
    while at < len(both) and np.int64(both[at] >> np.uint64(32)) == node:
        other = np.int64(both[at] & np.uint64(0xFFFFFFFF))
        if centre[other] < 0:
            centre[other] = node
        at += 1


@kernel
def settle_rows(nodes, linked, both, changed, centre):
    """Give each of `nodes`, in order, that has no centre itself and those near it without one to it.

    `linked` are starts, neighbours, and pairs gone; `both` as of `take_came`, `changed` as of `may_stand`.
    """
    for node in nodes:
        if centre[node] < 0:
            centre[node] = node
            take_neighbours(node, linked, changed, centre)
            if changed[node] != 0:
                take_came(node, both, centre)


@kernel
def list_pairs(linked, changed, row, found):
    """Write the pairs of neighbours that stand; return how many.

    `row` is where each row stands now, -1 where it does not; else as of `settle_rows`.
    """
    (starts, others, gone), n = linked, 0
    for a in range(len(starts) - 1):
        end = starts[a + 1] if row[a] >= 0 else starts[a]
        for k in range(starts[a], end):
            b = others[k]
            if a < b and row[b] >= 0 and may_stand(gone, changed, a, b):
                found[n] = pair_of(row[a], row[b])
                n += 1
    return n


@kernel
def flag_neighbours(starts, others, pairs, flags):
    """Say of each pair whether it is of neighbours."""
    for p in range(len(pairs)):
        a, b, found = np.int64(pairs[p] >> np.uint64(32)), np.int64(pairs[p] & np.uint64(0xFFFFFFFF)), False
        if b < len(starts) - 1:
            for k in range(starts[a], starts[a + 1]):
                found |= others[k] == b
        flags[p] = found


def linked_of(pairs: Pairs, rows: int) -> Linked:
    """Return pairs of so many rows as neighbours."""
    starts, others = neighbours(pairs, rows)
    starts.flags.writeable = others.flags.writeable = False  # as mapped ones: kernels are compiled once
    return Linked(starts, others, pairs[:0], pairs[:0])


def brought_up(linked: Linked, found: Pairs, lost: Pairs, text: Ints) -> Linked:
    """Return the pairs of now: those `found`, and those known but for those `lost` or of texts that went.

    `text` is the text of each row now. Pairs lost need not have been near; pairs found were not.
    """
    found, lost = np.sort(found), np.sort(lost)
    near = np.empty(len(lost), np.bool_)
    flag_neighbours(linked.starts, linked.others, lost, near)
    back = _among(found, linked.gone)
    gone = linked.gone[_stand(linked.gone, text) & ~_among(linked.gone, found)]
    came = linked.came[_stand(linked.came, text) & ~_among(linked.came, lost)]
    return replace(linked, came=np.union1d(came, found[~back]), gone=np.union1d(gone, lost[near]))


def _stand(pairs: Pairs, text: Ints) -> NDArray[np.bool_]:
    """Say of each pair whether both texts stand."""
    one, other = (text[side] != FREE for side in texts_of(pairs))
    found: NDArray[np.bool_] = one & other
    return found


def _among(pairs: Pairs, others: Pairs) -> NDArray[np.bool_]:
    """Say of each pair whether it is among others, which are in order."""
    at = np.searchsorted(others, pairs)
    found = at < len(others)
    found[found] = others[at[found]] == pairs[found]
    return found


def pairs_at(linked: Linked, row: Ints) -> Pairs:
    """Return all pairs by where each row stands now; -1 is nowhere."""
    given, changed = (linked.starts, linked.others, linked.gone), _changed(linked, len(row))
    found = np.empty(len(linked.others) // 2, np.uint64)
    one, other = (row[side] for side in texts_of(linked.came))
    stand = (one >= 0) & (other >= 0)
    return np.append(found[: list_pairs(given, changed, row, found)], keys_of(one[stand], other[stand]))


def _changed(linked: Linked, rows: int) -> NDArray[np.uint8]:
    """Flag the rows of pairs that came or went."""
    flags = np.zeros(rows, np.uint8)
    for pairs in (linked.came, linked.gone):
        for side in texts_of(pairs):
            flags[side] = 1
    return flags


def centres(linked: Linked, text: Ints, count: int) -> Ints:
    """Return the centre of each of `count` texts, as `groups.stars` does; `text` is the text of each row."""
    held = np.flatnonzero(text != FREE)
    row_of = np.empty(count, np.int32)
    row_of[text[held]] = held
    nodes = most_first(_degrees(linked, text)[row_of])
    back = (linked.came << np.uint64(32)) | (linked.came >> np.uint64(32))
    both = np.sort(np.append(linked.came, back))
    centre = (text != FREE).astype(np.int32) * np.int32(-1)  # a row of no text is given to nobody
    given = (linked.starts, linked.others, linked.gone)
    settle_rows(row_of[nodes], given, both, _changed(linked, len(text)), centre)
    found = centre[row_of]
    return np.where(found < 0, np.arange(count), text[found])


def _degrees(linked: Linked, text: Ints) -> NDArray[np.int32]:
    """Return to how many others the text of each row is near."""
    degree = np.zeros(len(text), np.int32)
    count_near(linked.starts, linked.others, text, degree)
    for pairs, step in ((linked.came, 1), (linked.gone, -1)):
        for side in texts_of(pairs):
            np.add.at(degree, side, step)
    return degree


def most_first(degree: NDArray[np.int32]) -> Ints:
    """Return the numbers of those that have neighbours, those with most first."""
    linked = np.flatnonzero(degree)
    return linked[np.argsort(-degree[linked], kind="stable")]
