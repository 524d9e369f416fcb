"""Arrow columns of strings made from buffers and places: no object a string."""

import sys
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.text.convert import convert_lines, has_tables
from pipeline.text.fold import text_ids
from pipeline.text.points import code_points

ID_CHARS = 32  # of the ids of pages and texts, hex digits (contract §4)


def utf8_of(text: str, places: NDArray[np.int64]) -> tuple[Any, NDArray[np.int32]]:
    """Return a text in UTF-8, and where its places, in order, are in there.

    >>> data, ends = utf8_of("一、甲。", np.array([0, 2, 4]))
    >>> joined_strings(data, ends).to_pylist()
    ['一、', '甲。']
    """
    if "numba" in sys.modules:
        from pipeline.text.utf8 import encoded

        return encoded(text, places)
    codes = code_points(text)
    widths = np.ones(len(codes) + 1, dtype=np.int32)
    widths[0] = 0
    for first in (0x80, 0x800, 0x10000):  # code points from which UTF-8 takes another byte
        widths[1:] += codes >= first
    return text.encode(), np.cumsum(widths, dtype=np.int32).take(places)


def joined_strings(data: Any, ends: NDArray[np.int32]) -> pa.StringArray:
    """Return the strings of a buffer between its places `ends`, one behind the other."""
    return pa.Array.from_buffers(pa.string(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(data)])


def bytes_of(values: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the bytes of a column of strings, and where its strings begin and end in them.

    >>> data, ends = bytes_of(pa.array(["甲", "a"]))
    >>> data.tobytes().decode(), ends.tolist()
    ('甲a', [0, 3, 4])
    """
    _, ends, data = values.buffers()
    places = np.frombuffer(ends or bytes(4), dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    found = np.frombuffer(data or b"", dtype=np.uint8)
    found.flags.writeable = places.flags.writeable = False  # else a kernel is compiled for each kind
    return found, places


def ids_as_bytes(ids: pa.StringArray | pa.ChunkedArray) -> NDArray[np.bytes_]:
    """Return ids of pages or texts, none of them null, where they lie, as an array that can be searched."""
    data, ends = bytes_of(ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids)
    return data[ends[0] : ends[-1]].view(f"S{ID_CHARS}")


def hex_strings(words: NDArray[np.uint64]) -> pa.StringArray:
    """Return rows of numbers as strings of 16 hexadecimal digits a number.

    >>> hex_strings(np.array([[1, 2**64 - 1], [0, 0xABC]], np.uint64)).to_pylist()
    ['0000000000000001ffffffffffffffff', '00000000000000000000000000000abc']
    """
    pairs = words.astype(">u8").view(np.uint8)
    digits = np.stack([pairs >> 4, pairs & 15], axis=-1)
    digits += np.where(digits < 10, np.uint8(ord("0")), np.uint8(ord("a") - 10))
    return joined_strings(digits, np.arange(len(words) + 1, dtype=np.int32) * (16 * words.shape[1]))


def ids_of_texts(texts: pa.StringArray) -> pa.StringArray:
    """Return the `text_id` of each text, none of which is null."""
    if "numba" not in sys.modules:
        return pa.array(text_ids(texts.to_pylist()), pa.string())
    from pipeline.text.ids import ID_DIGITS, ids_of

    digits = ids_of(*bytes_of(texts))
    return joined_strings(digits.ravel(), np.arange(0, digits.size + 1, ID_DIGITS, dtype=np.int32))


def traditional_strings(texts: pa.StringArray, hant: str) -> pa.StringArray:
    """Return each text, none of which is null, as an OpenCC config writes it; "none" gives empty ones.

    >>> traditional_strings(pa.array(["服务", "面粉"]), "s2t").to_pylist()
    ['服務', '麪粉']
    """
    if hant == "none":
        return pa.array([""] * len(texts), pa.string())
    if hant != "s2t" or "numba" not in sys.modules or not has_tables():
        return pa.array(convert_lines(texts.to_pylist(), hant), pa.string())
    from pipeline.text.phrases import traditional_of

    return joined_strings(*traditional_of(*bytes_of(texts)))
