"""The kernels compiled by numba, cached on disk. Imported only for long texts: loading takes 0.3–0.8 s."""

import hashlib
from functools import cache
from inspect import isfunction
from typing import Any

import numba
import numpy as np
from numba.extending import register_jitable

from pipeline.clauses import beam, candidates, digits, markers, scan, search, shapes
from pipeline.clauses.decide import AT_LINE, BROKEN, SCRATCH, Row, boundary_rules
from pipeline.clauses.markers import CN_PAREN, FIRST_TRIGGER, LINE, STYLES, class_tables
from pipeline.clauses.scan import BOUNDARY, DAMAGED, END, FIELDS, HALF, ORDINAL, PAD, START, STYLE, VARIANT
from pipeline.clauses.search import BEAM, MOVE, MOVES

MODULES = (scan, shapes, digits, candidates, search, beam)
# Kernels make no arrays, so numba's counting of references buys nothing; without it the sweep is five times
# and the beam 1.6 times as fast (docs/accuracy-clauses.md).
OPTIONS: Any = {"_nrt": False}


def kernel_functions() -> dict[str, Any]:
    """Return every function of the kernel modules by its qualified name."""
    return {
        f"{module.__name__}.{name}": value
        for module in MODULES
        for name, value in vars(module).items()
        if isfunction(value) and value.__module__ == module.__name__
    }


def version_of_kernels() -> int:
    """Return a number that changes with the code or a constant of any kernel.

    numba's cache on disk looks at the file of the entry point alone; without this number in its key a change
    in a module below would go unnoticed.
    """
    functions = [
        (name, f.__code__.co_code, f.__code__.co_consts, f.__code__.co_names)
        for name, f in kernel_functions().items()
    ]
    constants = [
        (name, value)
        for module in (*MODULES, markers)
        for name, value in vars(module).items()
        if isinstance(value, int | tuple) and name.isupper()
    ]
    return int(hashlib.sha256(repr((functions, constants)).encode()).hexdigest()[:12], 16)


def entry_points(version: int) -> dict[str, Any]:
    """Return the three entry points; `version` is a free variable, hence part of the key of the cache."""

    def sweep(codes: Any, n: int, tables: Any, rules: Any, work: Any) -> int:
        return candidates.sweep(codes, n, tables, rules, work) + 0 * version

    def look_ahead(cands: Any, count: int, seen: Any) -> int:
        beam.look_ahead(cands, count, seen)
        return version

    def run_beam(work: Any, count: int, history: Any, picked: Any) -> int:
        beam.run_beam(work, count, history, picked)
        return version

    return {"sweep": sweep, "look_ahead": look_ahead, "run_beam": run_beam}


@cache
def kernels() -> dict[str, Any]:
    """Return the entry points compiled; every function they call is made callable from compiled code."""
    for function in kernel_functions().values():
        register_jitable(**OPTIONS)(function)
    compile_one = numba.njit(cache=True, nogil=True, **OPTIONS)
    return {name: compile_one(function) for name, function in entry_points(version_of_kernels()).items()}


@cache
def array_tables() -> tuple[Any, Any, Any]:
    """Return the tables of markers.class_tables as arrays."""
    first, second, third = (np.frombuffer(t, dtype=np.uint8) for t in class_tables())
    return first, second, third


@cache
def array_rules() -> Any:
    """Return decide.boundary_rules as an array."""
    return np.array(boundary_rules(), dtype=np.int32)


def decide_compiled(text: str) -> list[Row]:
    """Return what decide.decide_interpreted returns, compiled: the same rows, 50 to 100 times faster.

    >>> [row[:4] for row in decide_compiled("目的一、安全。二、质量。")]
    [(2, 4, 9, 1), (7, 9, 9, 2)]
    """
    compiled, tables, rules = kernels(), array_tables(), array_rules()
    codes = np.zeros(len(text) + PAD, dtype=np.uint32)
    codes[: len(text)] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    low = codes if codes.max() < 65536 else codes[codes < 65536]
    places = int(np.count_nonzero(tables[0][low] >= FIRST_TRIGGER))
    cands = np.empty(places * FIELDS, dtype=np.int32)
    scratch = np.zeros(SCRATCH, dtype=np.int32)
    count = int(compiled["sweep"](codes, len(text), tables, rules, (cands, scratch)))
    if count == 0:
        return []
    compiled["look_ahead"](cands, count, np.zeros(STYLES * beam.SEEN, dtype=np.int32))
    picked = np.zeros(count, dtype=np.int32)
    states = np.zeros(beam.BEAM_STATES, dtype=np.int32)
    moves = np.zeros(MOVES * MOVE, dtype=np.int32)
    history = np.empty(count * BEAM, dtype=np.int32)
    compiled["run_beam"]((states, cands, moves), count, history, picked)
    taken = np.flatnonzero(picked)
    table = cands[: count * FIELDS].reshape(count, FIELDS)[taken]
    style, variant = table[:, STYLE], table[:, VARIANT]
    broken = (style <= CN_PAREN) & ((variant == DAMAGED) | (variant == HALF))
    packed = picked[taken] + AT_LINE * (table[:, BOUNDARY] == LINE) + BROKEN * broken
    columns = (table[:, f].tolist() for f in (START, END, STYLE, ORDINAL))
    return list(zip(*columns, packed.tolist(), strict=True))
