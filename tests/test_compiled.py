"""The cache of compiled kernels notices a change anywhere below a kernel, and holds what loads again."""

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.caching import NullCache

import pipeline
from pipeline.compiled import KernelCache, fingerprint, kernel, part
from pipeline.dedup import growing, siblings, sketch, starring, verify
from pipeline.store import blake2, lanes


def test_a_kernel_is_known_by_all_it_calls_and_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(starring.relate_small)
    assert fingerprint(starring.relate_small) == before != fingerprint(growing.relate_large)
    monkeypatch.setattr(siblings, "SKELETON", 0.6)  # read four calls below
    assert fingerprint(starring.relate_small) != before


def test_another_function_below_is_another_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(starring.relate_small), fingerprint(sketch.sketch_texts)
    monkeypatch.setattr(verify, "bits_for", sketch.shift_of)
    assert fingerprint(starring.relate_small) != before[0]
    assert fingerprint(sketch.sketch_texts) == before[1]


def test_code_that_is_written_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(blake2.hash_rows)
    monkeypatch.setattr(lanes, "TURNS", ((32, 24), (16, 62)))  # read by what writes a part of it
    assert fingerprint(blake2.hash_rows) != before


def test_every_kernel_is_cached_with_its_fingerprint() -> None:
    assert isinstance(starring.relate_small._cache, KernelCache)
    assert not isinstance(verify.informative._cache, KernelCache)


CALL = """
from pipeline.text.repair.signs import count_each, count_pairs
print(count_each("甲乙甲乙丙", ["甲乙", "乙丙"]), sum(count_pairs.stats.cache_hits.values()))
"""


def compiled_functions() -> dict[str, Any]:
    rooms = [
        importlib.import_module(found.name)
        for part in ("text", "page", "dedup", "store")
        for found in pkgutil.walk_packages([f"{pipeline.__path__[0]}/{part}"], f"pipeline.{part}.")
    ]
    return {
        f"{room.__name__}.{name}": value
        for room in rooms
        for name, value in vars(room).items()
        if hasattr(value, "py_func")
    }


def test_no_kernel_is_called_by_another() -> None:
    """What the cache keeps of a kernel cannot be built into others."""
    functions = compiled_functions()
    assert len(functions) > 100
    for name, value in functions.items():
        rooms = value.py_func.__globals__
        called = [rooms.get(each) for each in value.py_func.__code__.co_names]
        assert not [c for c in called if isinstance(getattr(c, "_cache", None), KernelCache)], name


@part
def added(numbers: Any, place: int, more: int) -> Any:
    return numbers[place] + more


@kernel
def added_up(numbers: Any) -> Any:
    total, place = 0, 0
    while place < len(numbers):
        total = added(numbers, place, total)
        place += 1
    return total


def test_a_part_is_compiled_once_and_is_no_machine_code_of_its_own() -> None:
    added_up._cache = NullCache()  # one that was kept knows nothing of its parts
    assert added_up(np.array([3, 4, 5])) == 12
    (part_of,) = added.overloads.values()  # numba alone would compile it for the number 0 too
    assert "added" in part_of.library.get_llvm_str()
    assert not part_of.library.get_pointer_to_function(part_of.fndesc.llvm_func_name)


def test_a_kernel_out_of_the_cache_gives_the_same(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    told = [
        subprocess.run([sys.executable, "-c", CALL], env=environment, capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert told == [b"[2, 1] 0\n", b"[2, 1] 1\n"]


def test_of_processes_that_want_a_kernel_at_once_one_compiles_it(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", CALL]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    assert sorted(each.communicate()[0] for each in both) == [b"[2, 1] 0\n", b"[2, 1] 1\n"]
