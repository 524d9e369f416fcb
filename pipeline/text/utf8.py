"""Code points read from UTF-8 and written to it, for kernels."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel


def encoded(text: str, places: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return a text in UTF-8, and where its places, in order, are in there. 2 ns a character.

    >>> data, ends = encoded("一a、", np.array([0, 1, 3]))
    >>> data.tobytes().decode(), ends.tolist()
    ('一a、', [0, 3, 7])
    """
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    most = 4 if np.maximum.reduce(codes, initial=0) > 0xFFFF else 3  # bytes a character
    data, ends = np.empty(most * len(codes), np.uint8), np.empty(len(places), np.int32)
    size = encode_all(codes, places, data, ends)
    return data[:size], ends


@inlined
def decoded(data, at):
    """Return the code point that begins at a place, and how many bytes it takes. `data` is sound UTF-8."""
    first = np.uint32(data[at])
    if first < 0x80:
        return first, 1
    second = np.uint32(data[at + np.uint64(1)] & 0x3F)
    if first < 0xE0:
        return np.uint32((first & 0x1F) << 6 | second), 2
    third = np.uint32(data[at + np.uint64(2)] & 0x3F)
    if first < 0xF0:
        return np.uint32((first & 0x0F) << 12 | second << 6 | third), 3
    fourth = np.uint32(data[at + np.uint64(3)] & 0x3F)
    return np.uint32((first & 0x07) << 18 | second << 12 | third << 6 | fourth), 4


@inlined
def encode(code, data, at):
    """Write a code point at a place; return how many bytes it takes."""
    if code < 0x80:
        data[at] = code
        return 1
    if code < 0x800:
        data[at] = 0xC0 | code >> 6
        data[at + np.uint64(1)] = 0x80 | code & 0x3F
        return 2
    if code < 0x10000:
        data[at] = 0xE0 | code >> 12
        data[at + np.uint64(1)] = 0x80 | code >> 6 & 0x3F
        data[at + np.uint64(2)] = 0x80 | code & 0x3F
        return 3
    data[at] = 0xF0 | code >> 18
    data[at + np.uint64(1)] = 0x80 | code >> 12 & 0x3F
    data[at + np.uint64(2)] = 0x80 | code >> 6 & 0x3F
    data[at + np.uint64(3)] = 0x80 | code & 0x3F
    return 4


@kernel
def encode_all(codes, places, data, ends):
    """Write code points, and where places are among their bytes; return how many bytes there are."""
    at, to = 0, 0
    for k in range(len(places)):
        while at < places[k]:
            to += encode(codes[np.uint64(at)], data, np.uint64(to))
            at += 1
        ends[k] = to
    while at < len(codes):
        to += encode(codes[np.uint64(at)], data, np.uint64(to))
        at += 1
    return to
