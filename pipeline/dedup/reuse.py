"""Components of the candidate graph that are as they were: what was found out about them stands.

Centres and rows of a component are a function of its texts, of their order by hash and by rank, of the pairs
among them and of the boilerplate. So a component is named by a digest of all that but the boilerplate, which
whoever keeps this (`RELATED`) must see to; and numbers of texts are places in their component.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.arrays import MIX, Related, texts_of
from pipeline.dedup.frames import Ints
from pipeline.dedup.rules import TEMPLATE, Slot
from pipeline.dedup.tables import indices, whole, words

KEY_BYTES = 16
SLOT = pa.struct([("left", pa.string()), ("right", pa.string()), ("n", pa.int64())])
NUMBERS = (
    ("left", pa.int64(), np.int64),
    ("right", pa.int64(), np.int64),
    ("kind", pa.uint8(), np.uint8),
    ("jaccard", pa.float64(), np.float64),
    ("coverage_left", pa.float64(), np.float64),
    ("coverage_right", pa.float64(), np.float64),
    ("ratio", pa.float64(), np.float64),
)
ROW = pa.struct([*((name, kind) for name, kind, _ in NUMBERS), ("slots", pa.list_(SLOT))])
RELATED = pa.schema(
    [
        ("key", pa.binary(KEY_BYTES)),
        ("centre", pa.list_(pa.int64())),  # of each text, in order of texts
        ("rows", pa.list_(ROW)),
    ]
)
MIX_1, MIX_2 = (
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)  # of splitmix64
SEEDS = (np.uint64(0), np.uint64(0xD1B54A32D192ED03))  # two digests of 64 bits
Words = NDArray[np.uint64]
Members = tuple[Ints, Ints]  # texts, component by component, each in order; where each begins


def _mixed(values: Words) -> Words:
    values = (values ^ (values >> np.uint64(30))) * MIX_1
    values = (values ^ (values >> np.uint64(27))) * MIX_2
    return values ^ (values >> np.uint64(31))


def component_keys(named: tuple[Words, Words], rank: Ints, pairs: Words, found: Members) -> pa.Array:
    """Return the digest of each component; `named` are two hashes of each text."""
    (members, starts), count = found, len(rank)
    sizes = np.diff(starts)
    component = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((rank[members], component))
    place = np.empty(len(members), np.uint64)
    place[order] = np.arange(len(members)) - starts[component]
    home = np.zeros(count, np.int64)
    home[members] = component
    left, right = texts_of(pairs)
    by = np.argsort(home[left], kind="stable")
    edges = np.cumsum(np.bincount(home[left], minlength=len(sizes))) if len(sizes) else sizes
    keys = np.empty((len(sizes), len(SEEDS)), np.uint64)
    for lane, seed in enumerate(SEEDS if len(sizes) else ()):
        of_text = np.zeros(count, np.uint64)
        of_text[members] = _mixed(_mixed(named[0][members] + seed) ^ named[1][members])
        total = np.add.reduceat(_mixed(of_text[members] + place * np.uint64(MIX)), starts[:-1])
        meeting = _mixed(of_text[left] * np.uint64(3) + _mixed(of_text[right]))[by]
        total = _mixed(total) + np.add.reduceat(meeting, np.append(0, edges[:-1]))
        keys[:, lane] = _mixed(total + sizes.astype(np.uint64))
    return pa.Array.from_buffers(pa.binary(KEY_BYTES), len(keys), [None, pa.py_buffer(keys)])


def described(centre: Ints, related: Related, found: Members, keys: pa.Array) -> pa.Table:
    """Return what was found out about components (`RELATED`)."""
    members, starts = found
    sizes = np.diff(starts)
    home, local = np.zeros(len(centre), np.int64), np.zeros(len(centre), np.int64)
    home[members] = np.repeat(np.arange(len(sizes)), sizes)
    local[members] = np.arange(len(members)) - np.repeat(starts[:-1], sizes)
    order = np.argsort(home[related.left], kind="stable")
    counts = np.bincount(home[related.left], minlength=len(sizes))
    columns = {
        **{name: getattr(related, name)[order] for name, _, _ in NUMBERS},
        "left": local[related.left[order]],
        "right": local[related.right[order]],
    }
    numbers = [_array(kind, columns[name].astype(of)) for name, kind, of in NUMBERS]
    rows = pa.StructArray.from_arrays([*numbers, _slots(related.slots, order)], fields=list(ROW))
    centres = _lists(starts, _array(pa.int64(), local[centre[members]]))
    return pa.Table.from_arrays(
        [keys, centres, _lists(np.append(0, np.cumsum(counts)), rows)], schema=RELATED
    )


def _array(kind: pa.DataType, values: NDArray[np.generic]) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _lists(ends: Ints, values: pa.Array) -> pa.Array:
    offsets = _array(pa.int32(), ends.astype(np.int32))
    return pa.ListArray.from_arrays(offsets, values)


def _slots(slots: dict[int, list[Slot]], order: Ints) -> pa.Array:
    """Return the slots of rows in an order."""
    counts, found = np.zeros(len(order), np.int64), []
    for at in np.flatnonzero(np.isin(order, np.fromiter(slots, np.int64, len(slots)))).tolist():
        mine = slots[int(order[at])]
        counts[at] = len(mine)
        found += mine
    sides = [words([whole(s.left) for s in found]), words([whole(s.right) for s in found])]
    times = _array(pa.int64(), np.array([s.n for s in found], np.int64))
    rows = pa.StructArray.from_arrays([*sides, times], fields=list(SLOT))
    return _lists(np.append(0, np.cumsum(counts)), rows)


def taken_up(known: pa.Table, found: Members, centre: Ints) -> Related:
    """Return the rows of components, in order, which `known` tells; puts their centres into `centre`."""
    members, starts = found
    known = known.combine_chunks()
    local = _numbers(_flat(known["centre"]), np.int64)
    begin = np.repeat(starts[:-1], np.diff(starts))
    centre[members] = members[begin + local]
    rows = _flat(known["rows"])
    columns = {name: _numbers(rows.field(name), of) for name, _, of in NUMBERS}
    counts = _numbers(pc.list_value_length(_only(known["rows"])), np.int32)
    base = np.repeat(starts[:-1], counts)
    templates = np.flatnonzero(columns["kind"] == TEMPLATE)
    slots = rows.field("slots").take(indices(templates)).to_pylist()
    return Related(
        centre=centre,
        left=members[base + columns["left"]],
        right=members[base + columns["right"]],
        kind=columns["kind"],
        jaccard=columns["jaccard"],
        coverage_left=columns["coverage_left"],
        coverage_right=columns["coverage_right"],
        ratio=columns["ratio"],
        slots={
            row: [Slot(s["left"], s["right"], s["n"]) for s in listed]
            for row, listed in zip(templates.tolist(), slots, strict=True)
        },
    )


def _only(column: pa.ChunkedArray) -> pa.Array:
    return column.chunks[0] if column.num_chunks else pa.array([], column.type)


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return _only(column).flatten()


def _numbers(values: pa.Array, kind: Any) -> NDArray[Any]:
    """Return the numbers of an array without nulls as one of our own."""
    return np.frombuffer(values.buffers()[1] or b"", kind)[values.offset : values.offset + len(values)]


def joined(found: Sequence[Related], centre: Ints) -> Related:
    """Return the rows of several, one behind the other."""
    starts = np.cumsum([0, *(len(related.left) for related in found)]).tolist()
    columns = {name: np.concatenate([getattr(related, name) for related in found]) for name, _, _ in NUMBERS}
    slots = {
        start + row: listed
        for start, related in zip(starts, found, strict=False)
        for row, listed in related.slots.items()
    }
    return Related(centre=centre, slots=slots, hot=0, **columns)
