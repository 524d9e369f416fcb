"""Kernel: GBK read in one pass, and judged: code points, and how many of the characters are common.

Twin: Python's codec `gbk` and `encoding._hits`.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel
from pipeline.text.points import code_points

FIRST = 0x80  # lead bytes are those beyond ASCII
TRAILS = 0x100
COMMON = 1 << 16  # in the table, beside a code point of the Basic Multilingual Plane


@cache
def gbk_table(common: frozenset[str]) -> NDArray[np.uint32]:
    """Return what each two bytes from 80 00 on are in GBK, 0 for nothing; characters of `common` are marked.

    All are read by Python's codec, each in a line of its own. 5 ms, once a process.
    """
    pairs = np.full((0x100 - FIRST, TRAILS, 3), ord("\n"), dtype=np.uint8)
    pairs[..., 0] = np.arange(FIRST, 0x100)[:, None]
    pairs[..., 1] = np.arange(TRAILS)
    pairs[:, ord("\n"), 1] = 0  # is no second byte either
    lines = pairs.tobytes().decode("gbk", "replace").split("\n")[:-1]
    read = code_points("".join([line if len(line) == 1 else "\0" for line in lines]))
    table = np.where(read == ord("\ufffd"), 0, read).astype(np.uint32)
    table[np.isin(table, code_points("".join(common)))] |= COMMON
    return table


@kernel
def read_gbk(data, table, out):
    """Write the code points of bytes; return how many, and how many are beyond ASCII and common.

    None at all where two bytes are no character.
    """
    at, n, beyond, hits = 0, 0, 0, 0
    last = len(data) - 1
    while at <= last:
        byte = data[np.uint64(at)]
        at += 1
        if byte < FIRST:
            out[np.uint64(n)] = byte
            n += 1
            continue
        known = table[(np.uint64(byte) - FIRST) * TRAILS + data[np.uint64(at)]] if at <= last else 0
        if known == 0:
            return 0, 0, 0
        at += 1
        out[np.uint64(n)] = known & 0xFFFF
        n += 1
        beyond += 1
        hits += known >> 16
    return n, beyond, hits


def points_of_gbk(body: bytes, common: frozenset[str], behind: int) -> tuple[NDArray[np.uint32], float]:
    """Return the code points of GBK with some zeros behind, and which share beyond ASCII is common.

    Where something is not GBK the share is 0, and no code points stand before the zeros. 1 ns a byte.

    >>> points, share = points_of_gbk("<p>一、".encode("gbk"), frozenset("一"), behind=1)
    >>> points.tolist(), share
    ([60, 112, 62, 19968, 12289, 0], 0.5)
    """
    points = np.empty(len(body) + behind, dtype=np.uint32)
    n, beyond, hits = read_gbk(np.frombuffer(body, dtype=np.uint8), gbk_table(common), points)
    points = points[: n + behind]
    points[n:] = 0
    points.flags.writeable = False  # as those of `code_points`: a kernel is compiled for one kind of array
    return points, hits / max(1, beyond)
