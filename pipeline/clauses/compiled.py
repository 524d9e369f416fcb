"""The kernels compiled by numba, cached on disk. Imported only for long texts: loading takes 0.3–0.8 s."""

from collections.abc import Sequence
from functools import cache
from inspect import isfunction
from itertools import accumulate
from typing import Any

import numpy as np

from pipeline.clauses import (
    beam,
    candidates,
    digits,
    letters,
    nodes,
    parts,
    pieces,
    references,
    scan,
    search,
    shapes,
    tree,
)
from pipeline.clauses.interpreted import SCRATCH, boundary_rules, most_labels
from pipeline.clauses.markers import FIRST_TRIGGER, STYLES, class_tables
from pipeline.clauses.nodes import NODE
from pipeline.clauses.parts import LABEL_CODES, PART
from pipeline.clauses.pieces import PIECE
from pipeline.clauses.scan import FIELDS, PAD
from pipeline.clauses.search import BEAM, MOVE, MOVES
from pipeline.compiled import callable_from_kernels, kernel
from pipeline.text.points import code_points

MODULES = (scan, shapes, digits, letters, references, candidates, search, beam, pieces, parts, tree, nodes)


def kernel_functions() -> dict[str, Any]:
    """Return every function of the kernel modules by its qualified name."""
    return {
        f"{module.__name__}.{name}": value
        for module in MODULES
        for name, value in vars(module).items()
        if isfunction(value) and value.__module__ == module.__name__
    }


def count_places(codes: Any, classes: Any) -> int:
    """Return how many code points may begin a marker: there are no more candidates."""
    places = 0
    for code in codes:
        if code < 65536 and classes[code] >= FIRST_TRIGGER:
            places += 1
    return places


def decide(codes: Any, bounds: Any, grammar: Any, work: Any, out: Any) -> int:
    """Write the nodes of all texts, which stand one after the other in `codes`; return how many.

    counts: how many nodes each text has.
    """
    tables, rules, words = grammar
    cands, scratch, seen, states, moves, history, picked, cut, room, counts = work
    total = 0
    for k in range(len(bounds) - 1):
        start, size = bounds[k], bounds[k + 1] - bounds[k] - PAD
        text = codes[start:]
        count = candidates.sweep(text, size, tables, rules, (cands, scratch))
        beam.look_ahead(cands, count, seen)
        states[:] = 0
        beam.run_beam((states, cands, moves), count, history, picked)
        rows = pieces.write_pieces(text, size, (cands, count, picked), cut, 0)
        counts[k] = nodes.write_nodes((text, words), cut, rows, room, out[total * NODE :])
        total += counts[k]
    return total


@cache
def parts_of_kernels() -> list[Any]:
    """Make every function of the kernel modules callable from compiled code."""
    return [callable_from_kernels(function) for function in kernel_functions().values()]


@cache
def kernels() -> dict[str, Any]:
    """Return the entry points compiled."""
    parts_of_kernels()
    return {"count_places": kernel(count_places), "decide": kernel(decide)}


@cache
def array_tables() -> tuple[Any, Any, Any]:
    """Return the tables of markers.class_tables as arrays."""
    first, second, third = (np.frombuffer(t, dtype=np.uint8) for t in class_tables())
    return first, second, third


@cache
def array_rules() -> Any:
    """Return interpreted.boundary_rules as an array."""
    return np.array(boundary_rules(), dtype=np.int32)


@cache
def array_words() -> Any:
    """Return parts.LABEL_CODES as an array."""
    return np.array(LABEL_CODES, dtype=np.int32)


def decide_compiled(texts: Sequence[str]) -> tuple[Any, Any]:
    """Return what interpreted.decide_interpreted returns, compiled: 50 to 100 times faster.

    A row of an array for each node of all texts, and how many rows each text has. All texts, such as the
    articles of a page, in one call: each costs 20 µs to prepare, and its conversion.

    >>> rows, counts = decide_compiled(["目的一、安全。二、质量。", "无"])
    >>> rows.shape, counts.tolist()
    ((4, 11), [3, 1])
    """
    compiled, tables = kernels(), array_tables()
    padding = "\0" * PAD
    joined = padding.join(texts) + padding
    codes = code_points(joined)
    bounds = np.array([0, *accumulate(len(text) + PAD for text in texts)], dtype=np.int64)
    places = int(compiled["count_places"](codes, tables[0]))
    most_pieces = places + joined.count("\n") + len(texts)
    most = most_pieces + most_labels(joined)
    counts = np.empty(len(texts), dtype=np.int32)
    work = (
        np.empty(places * FIELDS, dtype=np.int32),
        np.zeros(SCRATCH, dtype=np.int32),
        np.empty(STYLES * beam.SEEN, dtype=np.int32),
        np.empty(beam.BEAM_STATES, dtype=np.int32),
        np.zeros(MOVES * MOVE, dtype=np.int32),
        np.empty(places * BEAM, dtype=np.int32),
        np.zeros(places, dtype=np.int32),
        np.empty(most_pieces * PIECE, dtype=np.int32),
        (np.empty(most * PART, dtype=np.int32), *_room(most + 1)),
        counts,
    )
    out = np.empty(most * NODE, dtype=np.int32)
    grammar = tables, array_rules(), array_words()
    total = int(compiled["decide"](codes, bounds, grammar, work, out))
    return out[: total * NODE].reshape(-1, NODE), counts


def _room(parts: int) -> Any:
    """Return room for the tree of so many parts (nodes.Room)."""
    return tuple(np.empty(size * parts, dtype=np.int32) for size in (1, 1, 2, 1))
