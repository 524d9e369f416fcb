import pytest

from pipeline.clauses import markers, search
from pipeline.clauses.compiled import decide, kernel_functions, kernels
from pipeline.compiled import KernelCache, fingerprint


def test_the_cache_notices_a_change_in_any_module(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(decide)
    assert fingerprint(decide) == before
    monkeypatch.setattr(search, "NEXT", search.NEXT + 1)
    changed = fingerprint(decide)
    assert changed != before
    monkeypatch.setattr(markers, "CN_PAREN", markers.CN_PAREN + 1)
    assert fingerprint(decide) != changed


def test_each_entry_point_is_cached_with_its_fingerprint() -> None:
    assert all(isinstance(point._cache, KernelCache) for point in kernels().values())


def test_kernels_are_small_functions_of_their_modules() -> None:
    names = kernel_functions()
    assert {"pipeline.clauses.search.follows", "pipeline.clauses.shapes.match_unit"} <= names.keys()
