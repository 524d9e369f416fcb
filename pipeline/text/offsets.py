"""Edits replayed, and positions carried between the text before them and the text after them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property, partial
from itertools import accumulate, chain, pairwise
from operator import add, sub
from typing import NamedTuple

from pipeline.records import Edit


def replay(text: str, edits: Sequence[Edit]) -> str:
    """Apply ordered, non-overlapping edits to `text`.

    Raises ValueError where an edit lies outside the text or overlaps the one before. Linear in both.

    >>> replay("內(nèi)容", [Edit(1, 6, "", "leak")])
    '內容'
    """
    if not edits:
        return text
    starts, ends, replacements, _ = zip(*edits, strict=True)
    edges = list(chain.from_iterable(zip((0, *ends), (*starts, len(text)), strict=True)))
    if edges != sorted(edges):
        wrong = edits[min(next(k for k, (a, b) in enumerate(pairwise(edges)) if a > b) // 2, len(ends) - 1)]
        where = f"{wrong.start}..{wrong.end}"
        raise ValueError(f"edit {where} is out of order or outside a text of {len(text)}")
    kept = [text[a:b] for a, b in zip((0, *ends), (*starts, len(text)), strict=True)]
    return "".join(chain.from_iterable(zip(kept, (*replacements, ""), strict=True)))


def compose(first: Sequence[Edit], second: Sequence[Edit], middle: str) -> list[Edit]:
    """Return one list of edits for two made one after the other: `second` edits `middle`, what `first` gave.

    Edits that touch the same characters become one, named after the later one. Linear in both lists.

    >>> compose([Edit(2, 6, "", "leak")], [Edit(1, 3, "", "blank")], "服 務x")      # 服 (wù)務x
    [Edit(start=1, end=7, replacement='', rule='blank')]
    """
    if not first:
        return list(second)
    deltas = list(accumulate(map(_shrinkage, first), initial=0))  # old minus middle, in front of each
    starts = list(map(sub, [e.start for e in first], deltas))  # of each replacement, in the middle text
    out: list[Edit] = []
    i = j = 0
    while j < len(second):
        edit = second[j]
        k = bisect_left(starts, edit.start, i)
        if k > i and starts[k - 1] + len(first[k - 1].replacement) > edit.start:
            k -= 1
        while k < len(first) and starts[k] == edit.start and not first[k].replacement:
            k += 1
        out += first[i:k]
        if k < len(first) and starts[k] < edit.end:
            merged, i, j = _merge((first, starts, k), (second, j), deltas, middle)
            out.append(merged)
            continue
        out.append(Edit(edit.start + deltas[k], edit.end + deltas[k], edit.replacement, edit.rule))
        i, j = k, j + 1
    out += first[i:]
    return out


def _merge(
    before: tuple[Sequence[Edit], Sequence[int], int],
    after: tuple[Sequence[Edit], int],
    deltas: Sequence[int],
    middle: str,
) -> tuple[Edit, int, int]:
    """Make one edit of those that touch, from `first[i]` and `second[j]` on; tell where both go on."""
    (first, starts, i), (second, j) = before, after
    begin_first, begin = i, j
    low, high = min(second[j].start, starts[i]), second[j].end
    while True:
        if i < len(first) and starts[i] < high:
            high = max(high, starts[i] + len(first[i].replacement))
            i += 1
        elif j < len(second) and second[j].start < high:
            high = max(high, second[j].end)
            j += 1
        else:
            break
    parts = [Edit(e.start - low, e.end - low, e.replacement, e.rule) for e in second[begin:j]]
    new = replay(middle[low:high], parts)
    return Edit(low + deltas[begin_first], high + deltas[i], new, second[j - 1].rule), i, j


def _shrinkage(edit: Edit) -> int:
    return edit.end - edit.start - len(edit.replacement)


class EditColumns(NamedTuple):
    """Where edits begin and end in the old text, and where what they put there does in the new one."""

    old_starts: Sequence[int]
    old_ends: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]


def columns_of(edits: Sequence[Edit]) -> EditColumns:
    """Return the places of edits by column. .15 µs an edit.

    >>> columns_of([Edit(1, 6, "", "leak"), Edit(7, 8, "務", "leak")]).starts
    [1, 2]
    """
    if not edits:
        return EditColumns((), (), (), ())
    old_starts, old_ends, replacements, _ = zip(*edits, strict=True)
    sizes = list(map(len, replacements))
    shrinkages = map(sub, map(sub, old_ends, old_starts), sizes)
    starts = list(map(sub, old_starts, accumulate(shrinkages, initial=0)))
    return EditColumns(old_starts, old_ends, starts, list(map(add, starts, sizes)))


class OffsetMap:
    """Positions in the text after `edits` mapped to the text before them.

    A position inside a replacement maps to the edit's start (`start`) or end (`end`), so that a span of the
    new text always covers every old character it stems from. O(log edits) a position. Many maps at once:
    `offset_arrays.py`.

    >>> m = OffsetMap([Edit(1, 6, "", "leak")])      # 內(nèi)容 -> 內容
    >>> m.start(1), m.end(1), m.start(2), m.end(2)
    (6, 6, 7, 7)
    """

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits

    @cached_property
    def columns(self) -> EditColumns:
        """The places of the edits; made when first asked for, which nobody does while pages are cut."""
        return columns_of(self._edits)

    @cached_property
    def _deltas(self) -> list[int]:
        """Old minus new, after k edits."""
        return [0, *map(sub, self.columns.old_ends, self.columns.ends)]

    def start(self, at: int) -> int:
        """Return the old position of the character at new position `at`, without deletions before it."""
        if not self._edits:
            return at
        k = bisect_right(self.columns.starts, at)
        if k and at < self.columns.ends[k - 1]:
            return self.columns.old_starts[k - 1]
        return at + self._deltas[k]

    def end(self, at: int) -> int:
        """Return the old position just after the character before new position `at`.

        What was deleted right behind that character (its leaked pinyin) belongs to it.
        """
        if not self._edits:
            return at
        _, old_ends, starts, ends = self.columns
        k = bisect_right(starts, at - 1)
        old = old_ends[k - 1] if k and at <= ends[k - 1] else at + self._deltas[k]
        while k < len(starts) and starts[k] == ends[k] == at:
            old = old_ends[k]
            k += 1
        return old

    def starts(self, places: Sequence[int]) -> Sequence[int]:
        """Return `start` of each place."""
        if not self._edits:
            return places
        (old_starts, _, starts, ends), deltas = self.columns, self._deltas
        return [
            old_starts[k - 1] if k and at < ends[k - 1] else at + deltas[k]
            for at, k in zip(places, map(partial(bisect_right, starts), places), strict=True)
        ]

    def ends(self, places: Sequence[int]) -> Sequence[int]:
        """Return `end` of each place."""
        if not self._edits:
            return places
        (_, _, starts, ends), deltas, last = self.columns, self._deltas, len(self._edits)
        return [  # nearly all places touch no edit
            at + deltas[k]
            if (k == 0 or at > ends[k - 1]) and (k == last or starts[k] != at)
            else self.end(at)
            for at, k in zip(places, map(partial(bisect_left, starts), places), strict=True)
        ]
