"""The compact protocol of Thrift, in which the footer of a Parquet file is written, read to a tree and back.

Source: thrift/doc/specs/thrift-compact-protocol.md of Apache Thrift. Sets, maps and UUIDs, which no footer
has, are not read. What is written was read: values fit their types.
"""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.errors import ContractError

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT = *range(1, 10), 12
TRUTHS = frozenset((TRUE, FALSE))
MOST_DELTA = 15  # between the numbers of two fields, in the short form of a field's head
LONG = 15  # items of a list, from which their number stands behind its head
DEEPEST = 16  # a footer has structures in six levels
VARINT_BITS = 64

Struct = dict[int, tuple[int, Any]]  # number of a field -> its type and value, in the order of the file


class Items(NamedTuple):
    """A list: the type of its items, and these."""

    kind: int
    values: list[Any]


class ThriftError(ContractError):
    """Bytes that are no structure of this protocol."""


def read_struct(data: bytes) -> Struct:
    r"""Return the structure that some bytes are. About 0.6 µs a value.

    Raises ThriftError where they end early, go on behind it, or hold what cannot stand there.

    >>> read_struct(b"\x15\x04\x19\x38\x01a\x00\x02bc\x00")
    {1: (5, 2), 2: (9, Items(kind=8, values=[b'a', b'', b'bc']))}
    """
    try:
        found, end = _read_struct(data, 0, 0)
    except (IndexError, struct.error) as error:
        raise ThriftError(f"a structure of {len(data)} bytes ends early") from error
    except KeyError as error:
        raise ThriftError(f"a value of type {error}, which no footer has") from error
    if end != len(data):
        raise ThriftError(f"a structure of {len(data)} bytes ends at {end}")
    return found


def _read_struct(data: bytes, at: int, depth: int) -> tuple[Struct, int]:
    """Return the structure at a byte, and where it ends; it stands in so many others."""
    if depth >= DEEPEST:
        raise ThriftError(f"structures more than {DEEPEST} deep at byte {at}")
    fields: Struct = {}
    number = 0
    while head := data[at]:
        kind, at = head & 15, at + 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _read_int(data, at, depth)
        if number in fields:
            raise ThriftError(f"field {number} twice at byte {at}")
        if kind in TRUTHS:
            fields[number] = kind, kind == TRUE
        else:
            value, at = _READ[kind](data, at, depth + 1)
            fields[number] = kind, value
    return fields, at + 1


def _read_list(data: bytes, at: int, depth: int) -> tuple[Items, int]:
    kind, size, at = data[at] & 15, data[at] >> 4, at + 1
    if size == LONG:
        size, at = _read_varint(data, at)
    if size > len(data) - at:  # every item takes a byte
        raise ThriftError(f"{size} items at byte {at} of {len(data)}")
    if depth >= DEEPEST:
        raise ThriftError(f"lists more than {DEEPEST} deep at byte {at}")
    values, read = [], _READ[kind]
    for _ in range(size):
        value, at = read(data, at, depth + 1)
        values.append(value)
    return Items(kind, values), at


def _read_binary(data: bytes, at: int, depth: int) -> tuple[bytes, int]:
    size, at = _read_varint(data, at)
    if size > len(data) - at:
        raise ThriftError(f"{size} bytes at byte {at} of {len(data)}")
    return data[at : at + size], at + size


def _read_double(data: bytes, at: int, depth: int) -> tuple[float, int]:
    return struct.unpack_from("<d", data, at)[0], at + 8


def _read_byte(data: bytes, at: int, depth: int) -> tuple[int, int]:
    return data[at], at + 1


def _read_int(data: bytes, at: int, depth: int) -> tuple[int, int]:
    value = data[at]
    if value < 128:  # most are
        return (value >> 1) ^ -(value & 1), at + 1
    value, at = _read_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    byte, at = data[at], at + 1
    value, shift = byte & 127, 0
    while byte > 127:
        shift += 7
        if shift >= VARINT_BITS:
            raise ThriftError(f"a number without end at byte {at}")
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
    return value, at


# Truth values stand in the heads of fields; those in lists take a byte.
_READ: dict[int, Callable[[bytes, int, int], tuple[Any, int]]] = {
    **dict.fromkeys((TRUE, FALSE, BYTE), _read_byte),
    **dict.fromkeys((I16, I32, I64), _read_int),
    DOUBLE: _read_double,
    BINARY: _read_binary,
    LIST: _read_list,
    STRUCT: _read_struct,
}


def write_struct(fields: Struct) -> bytes:
    """Return a structure as bytes: what `read_struct` was given, where nothing was changed.

    >>> write_struct({1: (I32, 2), 2: (LIST, Items(BINARY, [b"a", b"", b"bc"]))}).hex(" ")
    '15 04 19 38 01 61 00 02 62 63 00'
    """
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number, (kind, value) in fields.items():
        if 0 < number - before <= MOST_DELTA:
            out.append(number - before << 4 | kind)
        else:
            out.append(kind)
            _write_int(out, number)
        before = number
        if kind not in TRUTHS:
            _WRITE[kind](out, value)
    out.append(0)


def _write_list(out: bytearray, items: Items) -> None:
    size, write = len(items.values), _WRITE[items.kind]
    out.append(min(size, LONG) << 4 | items.kind)
    if size >= LONG:
        _write_varint(out, size)
    for value in items.values:
        write(out, value)


def _write_binary(out: bytearray, value: bytes) -> None:
    _write_varint(out, len(value))
    out += value


def _write_int(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else ~(value << 1))


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_double(out: bytearray, value: float) -> None:
    out += struct.pack("<d", value)


_WRITE: dict[int, Callable[[bytearray, Any], None]] = {
    **dict.fromkeys((TRUE, FALSE, BYTE), bytearray.append),
    **dict.fromkeys((I16, I32, I64), _write_int),
    DOUBLE: _write_double,
    BINARY: _write_binary,
    LIST: _write_list,
    STRUCT: _write_struct,
}
