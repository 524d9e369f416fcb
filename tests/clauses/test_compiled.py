from typing import Any

import pytest

from pipeline.clauses import search
from pipeline.clauses.compiled import entry_points, kernel_functions, version_of_kernels


def test_the_cache_notices_a_change_in_any_module(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version_of_kernels()
    assert version_of_kernels() == before
    monkeypatch.setattr(search, "NEXT", search.NEXT + 1)
    assert version_of_kernels() != before


def test_the_version_is_part_of_each_entry_point() -> None:
    points: dict[str, Any] = entry_points(5)
    assert all("version" in f.__code__.co_freevars for f in points.values())


def test_kernels_are_small_functions_of_their_modules() -> None:
    names = kernel_functions()
    assert {"pipeline.clauses.search.follows", "pipeline.clauses.shapes.match_unit"} <= names.keys()
