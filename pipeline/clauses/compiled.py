"""The kernels compiled by numba, cached on disk. Imported only for long texts: loading takes 0.3–0.8 s."""

from collections.abc import Sequence
from functools import cache
from inspect import isfunction
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numba.extending import register_jitable

from pipeline.clauses import beam, candidates, digits, pieces, scan, search, shapes
from pipeline.clauses.decide import SCRATCH, Columns, boundary_rules
from pipeline.clauses.markers import FIRST_TRIGGER, STYLES, class_tables
from pipeline.clauses.pieces import PIECE
from pipeline.clauses.scan import FIELDS, PAD
from pipeline.clauses.search import BEAM, MOVE, MOVES
from pipeline.compiled import kernel

MODULES = (scan, shapes, digits, candidates, search, beam, pieces)
# Kernels make no arrays, so numba's counting of references buys nothing; without it the sweep is five times
# and the beam 1.6 times as fast (docs/accuracy-clauses.md).
OPTIONS: Any = {"_nrt": False, "forceinline": True}


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
    """Write the rows of all texts, which stand one after the other in `codes`; return how many rows.

    ends: how many rows there are behind each text.
    """
    tables, rules = grammar
    cands, scratch, seen, states, moves, history, picked, ends = work
    total = 0
    for k in range(len(bounds) - 1):
        start, size = bounds[k], bounds[k + 1] - bounds[k] - PAD
        count = candidates.sweep(codes[start:], size, tables, rules, (cands, scratch))
        beam.look_ahead(cands, count, seen)
        states[:] = 0
        beam.run_beam((states, cands, moves), count, history, picked)
        total = pieces.write_pieces(codes[start:], size, (cands, count, picked), out, total)
        ends[k] = total
    return total


@cache
def kernels() -> dict[str, Any]:
    """Return the entry points compiled; every function they call is made callable from compiled code."""
    for function in kernel_functions().values():
        register_jitable(**OPTIONS)(function)
    return {"count_places": kernel(count_places), "decide": kernel(decide)}


@cache
def array_tables() -> tuple[Any, Any, Any]:
    """Return the tables of markers.class_tables as arrays."""
    first, second, third = (np.frombuffer(t, dtype=np.uint8) for t in class_tables())
    return first, second, third


@cache
def array_rules() -> Any:
    """Return decide.boundary_rules as an array."""
    return np.array(boundary_rules(), dtype=np.int32)


def decide_compiled(texts: Sequence[str]) -> list[Columns]:
    """Return what decide.decide_interpreted returns for each text, compiled: 50 to 100 times faster.

    All texts, such as the articles of a page, in one call: each costs 20 µs to prepare, and its conversion.

    >>> decide_compiled(["目的一、安全。二、质量。", "无"])[1]
    [[0], [0], [1], [-1], [0], [128]]
    """
    compiled, tables = kernels(), array_tables()
    padding = "\0" * PAD
    joined = padding.join(texts) + padding
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bounds = np.array([0, *accumulate(len(text) + PAD for text in texts)], dtype=np.int64)
    places = int(compiled["count_places"](codes, tables[0]))
    ends = np.empty(len(texts), dtype=np.int32)
    work = (
        np.empty(places * FIELDS, dtype=np.int32),
        np.zeros(SCRATCH, dtype=np.int32),
        np.empty(STYLES * beam.SEEN, dtype=np.int32),
        np.empty(beam.BEAM_STATES, dtype=np.int32),
        np.zeros(MOVES * MOVE, dtype=np.int32),
        np.empty(places * BEAM, dtype=np.int32),
        np.zeros(places, dtype=np.int32),
        ends,
    )
    out = np.empty((places + joined.count("\n") + len(texts)) * PIECE, dtype=np.int32)
    total = int(compiled["decide"](codes, bounds, (tables, array_rules()), work, out))
    columns = out[: total * PIECE].reshape(-1, PIECE).T.tolist()
    edges = [0, *ends.tolist()]
    return [[column[a:b] for column in columns] for a, b in pairwise(edges)]
