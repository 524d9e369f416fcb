"""Positions carried back through the edits of many texts at once: `offsets.OffsetMap` of each, as arrays."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
APART = 1 << 32  # from text to text, so that all edits are in one order: no text is as long


class OffsetArrays:
    """The offset maps of some texts, in order.

    Made from the edits of all by column: where each begins and ends in its old text, how many characters it
    puts there; and how many edits are of each text.

    >>> none_and_one = np.array([0, 1], np.int32)
    >>> maps = OffsetArrays(np.array([1]), np.array([6]), np.array([0]), none_and_one)
    >>> maps.starts(np.array([1, 1], np.int32), np.array([1, 1])).tolist()
    [1, 6]
    """

    __slots__ = ("_ends", "_keys", "_old_ends", "_old_starts", "_own", "_starts")

    def __init__(self, starts: Ints, ends: Ints, sizes: Ints, counts: Ints) -> None:
        self._own = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))  # of each text: which of all
        self._old_starts, self._old_ends = starts, ends
        shrunk = np.concatenate(([0], np.cumsum(ends - starts - sizes)))  # in front of each, in all texts
        moved = shrunk[:-1] - np.repeat(shrunk[self._own[:-1]], counts)
        self._starts = (starts - moved).astype(np.int32)
        self._ends = (self._starts + sizes).astype(np.int32)
        self._keys = self._starts + np.repeat(np.arange(len(counts), dtype=np.int64) * APART, counts)

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
