"""A file made from another by other columns is, byte for byte, the file of all columns written anew."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.schema import TABLES
from pipeline.store import files
from pipeline.store.files import parquet_bytes
from pipeline.store.splice import UnfitError, head_of, spliced

ARTICLES = TABLES["articles"]
COMPARED = ["cluster_id", "canonical", "relation", "ratio", "family_id"]
STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    pa.string(): STRINGS,
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.bool_(): st.booleans(),
    pa.float64(): st.floats(width=64),
    pa.date32(): st.dates(),
    pa.timestamp("us", tz="UTC"): st.integers(0, 2**50),
    pa.list_(pa.string()): st.lists(STRINGS, max_size=3),
}


def values_of(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({field.name: values_of(field.type) for field in kind})
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return st.lists(values_of(kind.value_type), max_size=3)
    return KINDS[kind]


def column_of(field: pa.Field, rows: int) -> st.SearchStrategy[pa.Array]:
    values = values_of(field.type)
    if field.nullable:
        values = st.none() | values
    return st.lists(values, min_size=rows, max_size=rows).map(lambda found: pa.array(found, field.type))


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, pa.Table, pa.Table]:
    """Return the name of a table, rows of it, and other values of some of its columns."""
    name = draw(st.sampled_from(["articles", "clauses", "pages", "pairs", "lines"]))
    schema, rows = TABLES[name], draw(st.integers(1, 9))
    old = pa.table([draw(column_of(field, rows)) for field in schema], schema=schema)
    chosen = draw(st.lists(st.sampled_from(list(schema)), min_size=1, unique=True))
    return name, old, pa.table([draw(column_of(f, rows)) for f in chosen], schema=pa.schema(chosen))


def with_columns(old: pa.Table, new: pa.Table) -> pa.Table:
    """Return a table with other columns: the slow way."""
    for field in new.schema:
        old = old.set_column(old.schema.get_field_index(field.name), field, new[field.name])
    return old


def splice(old: bytes | pa.Buffer, new: pa.Table, name: str = "articles") -> bytes:
    return b"".join(spliced(memoryview(old), new, name, head_of(TABLES[name], name)))


def articles(rows: int, seed: str = "") -> pa.Table:
    columns = {
        "canonical": [n % 3 == 0 for n in range(rows)],
        "relation": [[None, "exact", "edited"][n % 3] for n in range(rows)],
        "ratio": [None if n % 3 == 0 else 100 / (n + 1) for n in range(rows)],
    }
    numbers = [[f"{seed}{n % 97:032x}" for n in range(rows)], list(range(rows))]
    arrays = [pa.array(columns.get(f.name) or numbers[pa.types.is_integer(f.type)], f.type) for f in ARTICLES]
    return pa.table(arrays, schema=ARTICLES)


@settings(deadline=None)  # what it takes depends on who else works
@given(made=tables(), rows=st.integers(1, 4))
def test_what_is_spliced_is_what_is_written_whole(made: tuple[str, pa.Table, pa.Table], rows: int) -> None:
    name, old, new = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "ROW_GROUP_ROWS", rows)  # so that there are several
        patch.setattr(files, "WIDE_ROW_GROUP_ROWS", rows)
        file = parquet_bytes(old, name)
        assert splice(file, new, name) == parquet_bytes(with_columns(old, new), name).to_pybytes()
        assert splice(file, old.select(new.column_names), name) == file.to_pybytes()


def test_dictionaries_that_grow_too_large_and_pages_that_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 50,000 ids a dictionary goes past 1 MB: the rest of the chunk is written without."""
    monkeypatch.setattr(files, "ROW_GROUP_ROWS", 45_000)
    rows = 50_000
    old = articles(rows)
    ids = pa.array([f"{n * 2654435761 % 2**32:032x}:{n}" for n in range(rows)])
    new = old.select(COMPARED).set_column(0, ARTICLES.field("cluster_id"), ids)
    for before, after in ((old, new), (with_columns(old, new), old.select(COMPARED))):
        found = splice(parquet_bytes(before, "articles"), after)
        assert found == parquet_bytes(with_columns(before, after), "articles").to_pybytes()


def test_what_is_spliced_is_read_with_its_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROW_GROUP_ROWS", 40)
    old, new = articles(100), articles(100, "x").select(COMPARED)
    file = pa.BufferReader(splice(parquet_bytes(old, "articles"), new))
    assert pq.read_table(file).equals(with_columns(old, new), check_metadata=True)
    assert pq.read_table(file, filters=[("cluster_id", "=", "x" + "0" * 32)]).num_rows == 2
    meta = pq.read_metadata(file).row_group(1)
    place = ARTICLES.get_field_index("cluster_id")
    assert meta.column(place).statistics.min == "x" + f"{40:032x}"
    assert meta.total_byte_size == sum(
        meta.column(n).total_uncompressed_size for n in range(len(ARTICLES.names))
    )


def written(table: pa.Table, **settings: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **settings)
    return sink.getvalue().to_pybytes()


OTHERS = {
    "other rows": lambda t: parquet_bytes(t.slice(1), "articles"),
    "no rows": lambda t: parquet_bytes(t.slice(0, 0), "articles"),
    "fewer columns": lambda t: parquet_bytes(t.drop_columns(["ratio"]), "articles"),
    "columns in another order": lambda t: parquet_bytes(t.select(ARTICLES.names[::-1]), "articles"),
    "columns of other types": lambda t: parquet_bytes(t.cast(with_ratio(pa.float32())), "articles"),
    "columns that say something else": lambda t: parquet_bytes(
        t.replace_schema_metadata({"a": "b"}), "articles"
    ),
    "row groups of other sizes": lambda t: written(t, row_group_size=7, compression="zstd"),
    "an index of pages": lambda t: written(t, write_page_index=True),
    "another version of the format": lambda t: written(t, version="1.0"),
    "another version of the writer": lambda t: (
        parquet_bytes(t, "articles")
        .to_pybytes()
        .replace(f"version {pa.__version__}".encode(), b"version 0.0.00"[: 8 + len(pa.__version__)])
    ),
    "no schema of Arrow": lambda t: written(t, store_schema=False),
    "checksums of pages": lambda t: written(t, write_page_checksum=True)[:-4] + b"PARE",
    "nothing": lambda t: b"",
    "no Parquet": lambda t: b"PAR1" * 2,
    "JSON": lambda t: b'{"a": 1}\n' * 9,
    "a footer longer than the file": lambda t: b"PAR1" + b"\x00" * 64 + b"\xff\xff\xff\x7fPAR1",
}


def with_ratio(kind: pa.DataType) -> pa.Schema:
    return ARTICLES.set(ARTICLES.get_field_index("ratio"), ARTICLES.field("ratio").with_type(kind))


@pytest.mark.parametrize("what", OTHERS)
def test_a_file_of_another_make_is_not_spliced(what: str) -> None:
    table = articles(20)
    with pytest.raises(UnfitError):
        splice(OTHERS[what](table), table.select(COMPARED))


def test_columns_that_a_file_has_not_are_not_put_into_it() -> None:
    with pytest.raises(UnfitError, match="other columns"):
        splice(parquet_bytes(articles(5), "articles"), pa.table({"more": list(range(5))}))


@settings(deadline=None)  # what it takes depends on who else works
@given(data=st.data())
def test_a_damaged_file_is_not_spliced_or_keeps_its_damage(data: st.DataObject) -> None:
    """Whatever a footer says, it leads to no other error and to no byte outside the file."""
    table = articles(20)
    file = bytearray(parquet_bytes(table, "articles").to_pybytes())
    footer = int.from_bytes(file[-8:-4], "little") + 8
    for _ in range(data.draw(st.integers(1, 3))):
        file[len(file) - data.draw(st.integers(1, footer))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del file[data.draw(st.integers(0, len(file))) :]
    try:
        found = splice(bytes(file), table.select(COMPARED))
    except UnfitError:
        return
    assert len(found) < len(file) + 99
