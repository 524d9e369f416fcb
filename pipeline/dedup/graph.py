"""Kernels: the candidate graph, its components and its rows of neighbours."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.dedup.compiled import kernel


@kernel
def root_of(parent, t):
    """Return the root of a text, halving the path."""
    while parent[t] != t:
        parent[t] = parent[parent[t]]
        t = parent[t]
    return t


@kernel
def components(pairs, texts):
    """Return texts that have a candidate, component by component, and where each component starts."""
    parent = np.arange(texts).astype(np.int32)
    low = np.uint64(0xFFFFFFFF)
    for p in pairs:
        a, b = root_of(parent, np.int64(p >> np.uint64(32))), root_of(parent, np.int64(p & low))
        if a != b:
            parent[max(a, b)] = min(a, b)
    size = np.zeros(texts + 1, dtype=np.int64)
    for t in range(texts):
        size[root_of(parent, t)] += 1
    number, starts, n = np.full(texts, -1, np.int32), np.empty(texts + 1, np.int64), 0
    total = 0
    for t in range(texts):
        if parent[t] == t and size[t] > 1:
            number[t], starts[n] = n, total
            total += size[t]
            n += 1
    starts[n] = total
    at, members = starts[:n].copy(), np.empty(total, np.int32)
    for t in range(texts):
        c = number[root_of(parent, t)]
        if c >= 0:
            members[at[c]] = t
            at[c] += 1
    return members, starts[: n + 1].copy()


@kernel
def neighbours(pairs, texts):
    """Return the candidate graph as rows of neighbours: where each text's row starts, and the rows."""
    low = np.uint64(0xFFFFFFFF)
    starts = np.zeros(texts + 2, dtype=np.int64)
    for p in pairs:
        starts[np.int64(p >> np.uint64(32)) + 2] += 1
        starts[np.int64(p & low) + 2] += 1
    for t in range(2, texts + 2):
        starts[t] += starts[t - 1]
    rows = np.empty(2 * len(pairs), np.int32)
    for p in pairs:
        a, b = np.int64(p >> np.uint64(32)), np.int64(p & low)
        rows[starts[a + 1]] = b
        starts[a + 1] += 1
        rows[starts[b + 1]] = a
        starts[b + 1] += 1
    return starts[: texts + 1], rows
