"""The compact protocol of Thrift, there and back."""

import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.schema import TABLES
from pipeline.store.files import parquet_bytes
from pipeline.store.thrift import (
    BINARY,
    BYTE,
    DEEPEST,
    DOUBLE,
    FALSE,
    I16,
    I32,
    I64,
    LIST,
    STRUCT,
    TRUE,
    Items,
    Struct,
    ThriftError,
    read_struct,
    write_struct,
)

LEAVES: dict[int, st.SearchStrategy[Any]] = {
    BYTE: st.integers(0, 255),
    I16: st.integers(-(2**15), 2**15 - 1),
    I32: st.integers(-(2**31), 2**31 - 1),
    I64: st.integers(-(2**63), 2**63 - 1),
    DOUBLE: st.floats(allow_nan=False),
    BINARY: st.binary(max_size=200),
}


def items_of(values: dict[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Items]:
    sizes = st.integers(0, 20)
    return st.sampled_from(sorted(values)).flatmap(
        lambda kind: sizes.flatmap(lambda n: st.lists(values[kind], min_size=n, max_size=n)).map(
            lambda found: Items(kind, found)
        )
    )


def structs(depth: int) -> st.SearchStrategy[Struct]:
    values = dict(LEAVES)
    if depth:
        values[STRUCT] = structs(depth - 1)
        values[LIST] = items_of(values)
    fields = st.sampled_from(sorted(values)).flatmap(lambda kind: st.tuples(st.just(kind), values[kind]))
    truths = st.sampled_from([(TRUE, True), (FALSE, False)])
    return st.dictionaries(
        st.integers(-20, 60) | st.integers(-(2**15), 2**15 - 1), fields | truths, max_size=5
    )


@settings(deadline=None)  # what it takes depends on who else works
@given(tree=structs(2))
def test_what_is_written_is_read(tree: Struct) -> None:
    data = write_struct(tree)
    assert read_struct(data) == tree
    assert list(read_struct(data)) == list(tree)
    for end in range(len(data)):
        with pytest.raises(ThriftError):
            read_struct(data[:end])
    with pytest.raises(ThriftError, match="ends at"):
        read_struct(data + b"\x00")


@pytest.mark.parametrize("name", TABLES)
def test_a_footer_is_written_as_it_was_read(name: str) -> None:
    file = parquet_bytes(TABLES[name].empty_table(), name).to_pybytes()
    (length,) = struct.unpack("<I", file[-8:-4])
    footer = file[-8 - length : -8]
    assert write_struct(read_struct(footer)) == footer


@settings(deadline=None)  # what it takes depends on who else works
@given(data=st.binary(max_size=60))
def test_any_bytes_are_a_structure_or_an_error(data: bytes) -> None:
    try:
        read_struct(data)
    except ThriftError:
        return


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x1c" * 200 + b"\x00" * 201, f"more than {DEEPEST} deep"),
        (b"\x19" * 200 + b"\x00", f"more than {DEEPEST} deep"),
        (b"\x19\xf8\xff\xff\xff\xff\x07\x00", "items at byte"),
        (b"\x18\xff\xff\xff\xff\x07\x00", "bytes at byte"),
        (b"\x16" + b"\xff" * 99, "without end"),
        (b"\x15\x02\x05\x02\x04\x00", "twice"),
        (b"\x1b\x00\x00", "type 11"),
        (b"\x1a\x00\x00", "type 10"),
        (b"", "early"),
    ],
)
def test_what_cannot_stand_there_is_said(data: bytes, told: str) -> None:
    with pytest.raises(ThriftError, match=told):
        read_struct(data)


def test_parquet_has_no_more_levels_than_are_read() -> None:
    deep = pa.table({"a": pa.array([], pa.list_(pa.list_(pa.list_(pa.int8()))))})
    file = parquet_bytes(deep, "").to_pybytes()
    assert read_struct(file[-8 - int.from_bytes(file[-8:-4], "little") : -8])
