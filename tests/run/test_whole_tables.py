import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run import emit


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 5))
def test_a_table_that_comes_in_parts_is_cut_into_pieces_of_one_size(sizes: list[int], rows: int) -> None:
    table = pa.table({"n": pa.array(range(sum(sizes)), pa.int64())})
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emit, "WHOLE_ROWS", rows)
        pieces = list(emit._pieces(table.slice(a, n) for a, n in zip(starts, sizes, strict=True)))
    expected = [table["n"][a : a + rows].to_pylist() for a in range(0, len(table), rows)]
    assert [piece["n"].to_pylist() for piece in pieces] == expected
