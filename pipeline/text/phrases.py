"""Simplified to Traditional, compiled: all that OpenCC's s2t does, for many texts, where they lie in UTF-8.

s2t goes through a text and takes at each place the longest phrase of its dictionary that begins there, or
else the character. The phrases, 49,792, are a tree; a sieve tells nearly all pairs of characters with which
none begins. The twin of `traditional.traditionalize`, which leaves to OpenCC what a phrase may change.
Checked over OpenCC's whole dictionary in tests/text/test_phrases.py.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel
from pipeline.text.utf8 import decoded, encode

PLANE = 0x10000
IDEOGRAPHS, MORE_IDEOGRAPHS = (0xF900, 0xFB00), (0x2F800, 0x2FA20)  # blocks of compatibility ideographs
IN_FIRST = IDEOGRAPHS[1] - IDEOGRAPHS[0]
EDGES = 1 << 18  # places for the edges of the tree, 88,000: most stand where they are looked for
EDGE_SHIFT = np.uint64(64 - 18)
PAIRS = 1 << 20  # bits of the sieve for 33,200 pairs: 3 % of the others fall through it
SPREAD_1, SPREAD_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(1021)  # odd: numbers of all bits, and of few
# Bits of an edge: a code point and the node it leads from, that it is looked for by; the node it leads to;
# whether a phrase ends there.
CODE_BITS, KEY_BITS, ENDS = np.uint64(21), np.uint64(21 + 17), np.uint64(1 << 63)
KEY, NODE = np.uint64((1 << 38) - 1), np.uint64((1 << 17) - 1)
PLAIN, WRITTEN = 1, 2  # a phrase is as its characters; from here on: where its form begins


class Tables(NamedTuple):
    """The dictionary.

    `forms` are those of the characters of the plane; `read_as` what compatibility ideographs are read as. The
    tree: its `edges`, and what `ends` at each node: 0, `PLAIN`, or `WRITTEN` and where in `written` the form
    of a phrase begins. `sieve` has a bit for each pair that a phrase begins with.
    """

    forms: NDArray[np.uint32]
    read_as: NDArray[np.uint32]
    sieve: NDArray[np.uint8]
    edges: NDArray[np.uint64]
    ends: NDArray[np.int32]
    written: NDArray[np.uint32]


@cache
def tables() -> Tables:
    """Return the dictionary (pipeline/data/s2t.txt, from OpenCC). 15 ms, once a process."""
    lines = files("pipeline").joinpath("data/s2t.txt").read_text("utf-8").split("\n")
    ideographs, common, chars, traditional, odd, written, others = (_codes(line) for line in lines[1:8])
    forms = np.arange(PLANE, dtype=np.uint32)
    forms[chars] = traditional
    read_as = np.concatenate([np.arange(*block, dtype=np.uint32) for block in (IDEOGRAPHS, MORE_IDEOGRAPHS)])
    far = ideographs >= PLANE
    read_as[ideographs - np.where(far, MORE_IDEOGRAPHS[0] - IN_FIRST, IDEOGRAPHS[0])] = common
    tree = np.zeros(PAIRS // 8, np.uint8), np.zeros(EDGES, np.uint64), np.zeros(int(NODE) + 1, np.int32)
    plant(np.concatenate((odd, _codes(" "), others, _codes(" "))), len(odd), tree)
    return Tables(forms, read_as, *tree, written)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def traditional_of(data: NDArray[np.uint8], ends: NDArray[np.int32]) -> tuple[NDArray[np.uint8], Any]:
    """Return what s2t makes of each text, as bytes and ends: text k is the bytes `ends[k]` to `ends[k + 1]`.

    14 ns a character.

    >>> data = np.frombuffer("面粉在里面".encode(), np.uint8)
    >>> made, ends = traditional_of(data, np.array([0, 15], np.int32))
    >>> made.tobytes().decode(), ends.tolist()
    ('麪粉在裏面', [0, 15])
    """
    size = int(ends[-1]) - int(ends[0])
    made, places = np.empty(size + size // 3, np.uint8), np.zeros(len(ends), np.int32)  # 4 bytes for 3
    codes = np.empty(int(np.diff(ends).max(initial=0)), np.uint32)
    convert_texts((data, ends), tables(), codes, made, places)
    return made[: places[-1]], places


@inlined
def place_of(key):
    """Return where an edge is to be looked for first."""
    return (key * SPREAD_1) >> EDGE_SHIFT


@inlined
def place_in_sieve(first, second):
    """Return the byte and the bit of a pair of code points in the sieve."""
    place = (np.uint64(first) * SPREAD_2 + np.uint64(second)) & np.uint64(PAIRS - 1)
    return place >> np.uint64(3), np.uint8(1) << np.uint8(place & np.uint64(7))


@inlined
def may_begin(sieve, first, second):
    """Tell whether a phrase may begin with two code points."""
    byte, bit = place_in_sieve(first, second)
    return sieve[byte] & bit != 0


@inlined
def find_edge(edges, node, code):
    """Return the place of the edge from a node by a code point, or the free one where it would stand."""
    key = np.uint64(node) << CODE_BITS | np.uint64(code)
    at = place_of(key)
    while edges[at] != 0 and edges[at] & KEY != key:
        at = (at + np.uint64(1)) & np.uint64(EDGES - 1)
    return at


@kernel
def plant(phrases, odd, tree):
    """Make the tree of phrases, each ended by a blank; those up to `odd` are more than their characters."""
    sieve, edges, ends = tree
    nodes, node, start, at = 1, 0, 0, np.uint64(0)
    for k in range(len(phrases)):
        code = phrases[k]
        if code == 0x20:
            edges[at] |= ENDS
            ends[node] = PLAIN if start > odd else WRITTEN + start
            node, start = 0, k + 1
            continue
        if k == start + 1:
            byte, bit = place_in_sieve(phrases[start], code)
            sieve[byte] |= bit
        at = find_edge(edges, node, code)
        if edges[at] == 0:
            edges[at] = np.uint64(nodes) << KEY_BITS | np.uint64(node) << CODE_BITS | np.uint64(code)
            nodes += 1
        node = np.int64(edges[at] >> KEY_BITS & NODE)


@inlined
def read_text(data, start, end, read_as, codes):
    """Write the code points of a text, compatibility ideographs as what they are read as; return how many."""
    n, at = 0, start
    while at < end:
        code, size = decoded(data, np.uint64(at))
        if IDEOGRAPHS[0] <= code:
            if code < IDEOGRAPHS[1]:
                code = read_as[np.uint64(code - IDEOGRAPHS[0])]
            elif MORE_IDEOGRAPHS[0] <= code < MORE_IDEOGRAPHS[1]:
                code = read_as[np.uint64(code - MORE_IDEOGRAPHS[0] + IN_FIRST)]
        codes[np.uint64(n)] = code
        at, n = at + size, n + 1
    return n


@inlined
def find_longest(codes, at, end, tree):
    """Return the length of the longest phrase that begins at a place, 0 for none, and what `ends` says."""
    edges, ends = tree
    node, length, last = np.uint64(0), 0, np.uint64(0)
    for k in range(at, end):
        edge = edges[find_edge(edges, node, codes[np.uint64(k)])]
        if edge == 0:
            break
        node = edge >> KEY_BITS & NODE
        if edge & ENDS:
            length, last = k + 1 - at, node
    return length, ends[last]


@inlined
def form_of(code, forms):
    """Return the form of a character that stands in no phrase."""
    return forms[np.uint64(code)] if code < PLANE else code


@inlined
def write_text(codes, count, dictionary, made, to):
    """Write what s2t makes of a text; return where it ends."""
    forms, _, sieve, edges, ends, written = dictionary
    at = 0
    while at < count:
        code, length, found = codes[np.uint64(at)], 0, np.int32(0)
        if code >= PLANE or (at + 1 < count and may_begin(sieve, code, codes[np.uint64(at + 1)])):
            length, found = find_longest(codes, at, count, (edges, ends))
        stop = at + max(length, 1)
        if found >= WRITTEN:
            for k in range(length):
                to += encode(written[np.uint64(found - WRITTEN + k)], made, np.uint64(to))
        else:
            for k in range(at, stop):
                to += encode(form_of(codes[np.uint64(k)], forms), made, np.uint64(to))
        at = stop
    return to


@kernel
def convert_texts(texts, dictionary, codes, made, places):
    """Write the forms of all texts, one behind the other; `codes` is room for the longest."""
    data, bounds = texts
    for k in range(len(bounds) - 1):
        count = read_text(data, np.int64(bounds[k]), np.int64(bounds[k + 1]), dictionary[1], codes)
        places[k + 1] = write_text(codes, count, dictionary, made, np.int64(places[k]))
