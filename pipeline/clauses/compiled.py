"""The kernels compiled by numba, cached on disk. Imported only for long texts: loading takes 0.3–0.8 s."""

from collections.abc import Sequence
from functools import cache
from inspect import isfunction
from itertools import accumulate
from typing import Any

import numpy as np
from numba.extending import register_jitable

from pipeline.clauses import beam, candidates, digits, scan, search, shapes
from pipeline.clauses.decide import AT_LINE, BROKEN, SCRATCH, Row, boundary_rules
from pipeline.clauses.markers import FIRST_TRIGGER, LINE, STYLES, class_tables
from pipeline.clauses.scan import BOUNDARY, END, FIELDS, ORDINAL, PAD, START, STYLE
from pipeline.clauses.search import BEAM, MOVE, MOVES
from pipeline.compiled import kernel

MODULES = (scan, shapes, digits, candidates, search, beam)
# Kernels make no arrays, so numba's counting of references buys nothing; without it the sweep is five times
# and the beam 1.6 times as fast (docs/accuracy-clauses.md).
OPTIONS: Any = {"_nrt": False}
OUT = 6  # numbers of a row as it comes out: those of decide.Row and the number of its text


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
    """Write the rows of all texts, which stand one after the other in `codes`; return how many rows."""
    tables, rules = grammar
    cands, scratch, seen, states, moves, history, picked = work
    total = 0
    for k in range(len(bounds) - 1):
        start, size = bounds[k], bounds[k + 1] - bounds[k] - PAD
        count = candidates.sweep(codes[start:], size, tables, rules, (cands, scratch))
        beam.look_ahead(cands, count, seen)
        states[:] = 0
        beam.run_beam((states, cands, moves), count, history, picked)
        total = write_rows(cands, picked, count, k, out, total)
    return total


def write_rows(cands: Any, picked: Any, count: int, text: int, out: Any, total: int) -> int:
    """Append a row for each candidate that was picked, with the number of its text; return how many rows."""
    for c in range(count):
        if picked[c]:
            base = c * FIELDS
            out[total, 0], out[total, 1] = cands[base + START], cands[base + END]
            out[total, 2], out[total, 3] = cands[base + STYLE], cands[base + ORDINAL]
            at_line = AT_LINE if cands[base + BOUNDARY] == LINE else 0
            out[total, 4] = picked[c] + at_line + (BROKEN if search.is_broken(cands, c) else 0)
            out[total, 5] = text
            total += 1
    return total


@cache
def kernels() -> dict[str, Any]:
    """Return the entry points compiled; every function they call is made callable from compiled code."""
    for function in kernel_functions().values():
        register_jitable(**OPTIONS)(function)
    register_jitable(**OPTIONS)(write_rows)
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


def decide_compiled(texts: Sequence[str]) -> list[list[Row]]:
    """Return what decide.decide_interpreted returns for each text, compiled: 50 to 100 times faster.

    All texts, such as the articles of a page, in one call: each costs 20 µs to prepare, and its conversion.

    >>> [[row[:4] for row in rows] for rows in decide_compiled(["目的一、安全。二、质量。", "无"])]
    [[(2, 4, 9, 1), (7, 9, 9, 2)], []]
    """
    compiled, tables = kernels(), array_tables()
    padding = "\0" * PAD
    joined = padding.join(texts) + padding
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bounds = np.array([0, *accumulate(len(text) + PAD for text in texts)], dtype=np.int64)
    places = int(compiled["count_places"](codes, tables[0]))
    work = (
        np.empty(places * FIELDS, dtype=np.int32),
        np.zeros(SCRATCH, dtype=np.int32),
        np.empty(STYLES * beam.SEEN, dtype=np.int32),
        np.empty(beam.BEAM_STATES, dtype=np.int32),
        np.zeros(MOVES * MOVE, dtype=np.int32),
        np.empty(places * BEAM, dtype=np.int32),
        np.zeros(places, dtype=np.int32),
    )
    out = np.empty((places, OUT), dtype=np.int32)
    total = int(compiled["decide"](codes, bounds, (tables, array_rules()), work, out)) if places else 0
    rows: list[list[Row]] = [[] for _ in texts]
    for start, end, style, ordinal, packed, text in out[:total].tolist():
        rows[text].append((start, end, style, ordinal, packed))
    return rows
