"""The candidate graph, its components and its rows of neighbours."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part

Ints = NDArray[np.int64]


@part
def root_of(parent, t):
    """Return the root of a text, halving the path."""
    while parent[t] != t:
        parent[t] = parent[parent[t]]
        t = parent[t]
    return t


@kernel
def join(pairs, parent):
    """Join the texts of each pair; `parent` is then the least text of each text's component."""
    low = np.uint64(0xFFFFFFFF)
    for p in pairs:
        a, b = root_of(parent, np.int64(p >> np.uint64(32))), root_of(parent, np.int64(p & low))
        if a != b:
            parent[max(a, b)] = min(a, b)
    for t in range(len(parent)):
        parent[t] = parent[parent[t]]


@kernel
def count_links(pairs, starts):
    """Count the pairs of each text, one place behind its own."""
    low = np.uint64(0xFFFFFFFF)
    for p in pairs:
        starts[np.int64(p >> np.uint64(32)) + 1] += 1
        starts[np.int64(p & low) + 1] += 1


@kernel
def link(pairs, starts, rows):
    """Write both directions of each pair to the rows of neighbours; `starts` moves on to each row's end."""
    low = np.uint64(0xFFFFFFFF)
    for p in pairs:
        a, b = np.int64(p >> np.uint64(32)), np.int64(p & low)
        rows[starts[a]] = b
        starts[a] += 1
        rows[starts[b]] = a
        starts[b] += 1


def components(pairs: NDArray[np.uint64], texts: int) -> tuple[Ints, Ints]:
    """Return texts that have a candidate, component by component, and where each component starts."""
    parent = np.arange(texts, dtype=np.int32)
    join(pairs, parent)
    size = np.bincount(parent, minlength=texts)
    inside = np.flatnonzero(size[parent] > 1)
    members = inside[np.argsort(parent[inside], kind="stable")]
    return members, np.concatenate(([0], np.cumsum(size[size > 1])))


def neighbours(pairs: NDArray[np.uint64], texts: int) -> tuple[Ints, NDArray[np.int32]]:
    """Return the candidate graph as rows of neighbours: where each text's row starts, and the rows."""
    starts = np.zeros(texts + 1, np.int64)
    count_links(pairs, starts)
    np.cumsum(starts, out=starts)
    rows = np.empty(2 * len(pairs), np.int32)
    link(pairs, starts[:-1].copy(), rows)
    return starts, rows
