"""Code points read from UTF-8 and written to it, for kernels."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import inlined


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
