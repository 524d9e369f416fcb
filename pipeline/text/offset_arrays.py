"""Positions carried back through the edits of many texts at once: `offsets.OffsetMap` of each, as arrays."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.text.offsets import OffsetMap

Ints = NDArray[np.int32]
APART = 1 << 32  # from text to text, so that all edits are in one order: no text is as long


class OffsetArrays:
    """The offset maps of some texts, in order.

    >>> from pipeline.records import Edit
    >>> maps = OffsetArrays([OffsetMap(()), OffsetMap([Edit(1, 6, "", "leak")])])
    >>> maps.starts(np.array([1, 1], np.int32), np.array([1, 1])).tolist()
    [1, 6]
    """

    __slots__ = ("_ends", "_keys", "_old_ends", "_old_starts", "_own", "_starts")

    def __init__(self, maps: Sequence[OffsetMap]) -> None:
        columns = [each.columns for each in maps]
        counts = np.array([len(each.starts) for each in columns], dtype=np.int64)
        self._own = np.concatenate(([0], np.cumsum(counts)))  # of each text: which of all edits
        self._old_starts, self._old_ends, self._starts, self._ends = (
            np.array(list(chain.from_iterable(each)), dtype=np.int32) for each in zip(*columns, strict=True)
        )
        self._keys = self._starts + np.repeat(np.arange(len(maps), dtype=np.int64) * APART, counts)

    def starts(self, places: Ints, counts: Ints) -> Ints:
        """Return `start` of each place; `counts` says how many are of each text."""
        there, texts, old = self._to_change(places, counts)
        at = old[there]
        edit = self._keys.searchsorted(texts * APART + at, "right") - 1
        behind = edit >= self._own[texts]
        edit = np.where(behind, edit, 0)
        moved = at + np.where(behind, self._old_ends[edit] - self._ends[edit], 0)
        old[there] = np.where(behind & (at < self._ends[edit]), self._old_starts[edit], moved)
        return old

    def ends(self, places: Ints, counts: Ints) -> Ints:
        """Return `end` of each place."""
        there, texts, old = self._to_change(places, counts)
        at = old[there]
        first = self._keys.searchsorted(texts * APART + at)  # edit that begins there or behind
        last = self._keys.searchsorted(texts * APART + at, "right") - 1
        # Of those that begin there, all but the last put nothing; the last counts where it does neither.
        last -= (last >= first) & (self._ends[last] > at)
        behind = last >= self._own[texts]
        last = np.where(behind, last, 0)
        touched = behind & (at <= self._ends[last])
        moved = at + np.where(behind, self._old_ends[last] - self._ends[last], 0)
        old[there] = np.where(touched, self._old_ends[last], moved)
        return old

    def _to_change(self, places: Ints, counts: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64], Ints]:
        """Return which places are of a text with edits, their texts, and a copy of all places."""
        texts = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        there = np.flatnonzero((self._own[1:] > self._own[:-1])[texts])
        return there, texts[there], places.copy()
