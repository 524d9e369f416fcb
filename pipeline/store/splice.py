"""A Parquet file made from another of the same rows: some columns encoded anew, the others copied as bytes.

A chunk is a column of a row group, encoded and packed; the footer, in Thrift, says where each lies. So chunks
of columns that stay need not be looked at: nine tenths of the bytes of table `articles` are its texts. What
comes out is, byte for byte, what writing all columns gives. Source: apache/parquet-format, `parquet.thrift`.
"""

from typing import Any, NamedTuple

import pyarrow as pa

from pipeline.errors import ContractError
from pipeline.store.files import parquet_bytes
from pipeline.store.thrift import (
    BINARY,
    I32,
    I64,
    LIST,
    STRUCT,
    Items,
    Struct,
    ThriftError,
    read_struct,
    write_struct,
)

MAGIC = b"PAR1"  # a file begins and ends with it; before the last one the length of the footer, 4 bytes
TAIL = 4 + len(MAGIC)
ROWS, GROUPS = 3, 4  # fields of a footer (FileMetaData)
CHUNKS, SIZE, ROWS_OF_GROUP, FIRST, PACKED = 1, 2, 3, 5, 6  # of a row group
META = 3  # of a chunk (ColumnChunk)
PATH, META_SIZE, META_PACKED, DATA, DICTIONARY = 3, 6, 7, 9, 11  # of its ColumnMetaData
# What stands in each, here and now. A chunk of which more is said is encrypted, in another file, or has an
# index of its pages or a Bloom filter.
OF_FOOTER = {ROWS: I64, GROUPS: LIST}
OF_GROUP = {CHUNKS: LIST, SIZE: I64, ROWS_OF_GROUP: I64, FIRST: I64, PACKED: I64}
OF_CHUNK = {2: I64, META: STRUCT}
OF_META = {1: I32, 2: LIST, PATH: LIST, 4: I32, 5: I64, META_SIZE: I64, META_PACKED: I64, DATA: I64}
MAYBE = {DICTIONARY: I64, 12: STRUCT, 13: LIST, 16: STRUCT}  # and three kinds of statistics


class UnfitError(ContractError):
    """A file that is not as this program writes it here and now: it is to be written whole."""


class Chunk(NamedTuple):
    """What a footer says of a chunk (ColumnMetaData), and its bytes."""

    meta: Struct
    data: memoryview


class Group(NamedTuple):
    """What a footer says of a row group, and its chunks, by the path of each column."""

    fields: Struct
    chunks: dict[tuple[bytes, ...], Chunk]


def head_of(schema: pa.Schema, name: str) -> Struct:
    """Return what the footers of all files of table `name` have alike: schema, version, writer."""
    return _head(_footer(memoryview(parquet_bytes(schema.empty_table(), name))))


def spliced(old: memoryview, table: pa.Table, name: str, head: Struct) -> list[memoryview]:
    """Return, in pieces, the file that `old` becomes with the columns of `table` in place of its own.

    head: that of the files of table `name` (`head_of`). Cost: 1.5 ms, and what encoding the columns takes.
    Raises UnfitError where `old` is not laid out as `parquet_bytes` lays out so many rows of a table with
    that head: by another version of Arrow or of this program, by another writer, or damaged.
    """
    fresh = memoryview(parquet_bytes(table, name))
    footer = _footer(old)
    if _head(footer) != head:
        raise UnfitError("other columns, or another writer")
    groups, made = _groups(footer, old), _groups(_footer(fresh), fresh)
    if _rows(groups) != _rows(made):
        raise UnfitError(f"row groups of {_rows(groups)} rows where {_rows(made)} come")
    pieces, at = [old[: len(MAGIC)]], len(MAGIC)
    for group, come in zip(groups, made, strict=True):
        placed = _place(group, come, at)
        pieces += placed
        at += sum(map(len, placed))
    tail = write_struct(footer)
    return [*pieces, memoryview(tail + len(tail).to_bytes(4, "little") + MAGIC)]


def _footer(file: memoryview) -> Struct:
    """Return the footer of a Parquet file."""
    length = int.from_bytes(file[-TAIL : -len(MAGIC)], "little")
    if not file[: len(MAGIC)] == file[-len(MAGIC) :] == MAGIC or length > len(file) - TAIL - len(MAGIC):
        raise UnfitError("no Parquet file")
    try:
        footer = read_struct(bytes(file[len(file) - TAIL - length : -TAIL]))
    except ThriftError as error:
        raise UnfitError(f"a broken footer: {error}") from error
    _require({number: footer[number] for number in OF_FOOTER if number in footer}, OF_FOOTER)
    return footer


def _head(footer: Struct) -> Struct:
    return {number: field for number, field in footer.items() if number not in OF_FOOTER}


def _groups(footer: Struct, file: memoryview) -> list[Group]:
    """Return the row groups of a file. Their chunks must lie one behind the other, with nothing between."""
    at, groups = len(MAGIC), []
    for fields in _items(footer, GROUPS, STRUCT):
        _require(fields, OF_GROUP)
        group, columns = Group(fields, {}), _items(fields, CHUNKS, STRUCT)
        for column in columns:
            _require(column, OF_CHUNK)
            meta: Struct = column[META][1]
            _require(meta, OF_META, MAYBE)
            first, size = meta.get(DICTIONARY, meta[DATA])[1], meta[META_PACKED][1]
            if first != at or not 0 <= size <= len(file) - at:
                raise UnfitError(f"a chunk of {size} bytes at byte {first}, where there is to be one at {at}")
            group.chunks[tuple(_items(meta, PATH, BINARY))] = Chunk(meta, file[at : at + size])
            at += size
        if len(group.chunks) != len(columns):
            raise UnfitError("a column twice")
        groups.append(group)
    return groups


def _require(fields: Struct, kinds: dict[int, int], maybe: dict[int, int] | None = None) -> None:
    """Raise UnfitError where a structure has not these fields, of these types, and no others."""
    found = {number: kind for number, (kind, _) in fields.items()}
    if not kinds.items() <= found.items() <= (kinds | (maybe or {})).items():
        raise UnfitError(f"fields {found} where there are {kinds}")


def _items(fields: Struct, number: int, kind: int) -> list[Any]:
    items: Items = fields[number][1]
    if items.kind != kind:
        raise UnfitError(f"items of type {items.kind} in field {number}")
    return items.values


def _rows(groups: list[Group]) -> list[int]:
    return [group.fields[ROWS_OF_GROUP][1] for group in groups]


def _place(group: Group, come: Group, at: int) -> list[memoryview]:
    """Put the chunks that `come` in the place of their columns, in the footer; return all of the group.

    It begins at byte `at`.
    """
    columns = _items(group.fields, CHUNKS, STRUCT)
    chunks = group.chunks | come.chunks
    if len(chunks) != len(columns):
        raise UnfitError("other columns in a row group")
    group.fields[FIRST] = I64, at
    for column, (meta, data) in zip(columns, chunks.values(), strict=True):
        moved = at - meta.get(DICTIONARY, meta[DATA])[1]
        meta |= {number: (I64, meta[number][1] + moved) for number in (DICTIONARY, DATA) if number in meta}
        column[META] = STRUCT, meta
        at += len(data)
    for total, part in ((SIZE, META_SIZE), (PACKED, META_PACKED)):
        group.fields[total] = I64, sum(meta[part][1] for meta, _ in chunks.values())
    return [data for _, data in chunks.values()]
