"""Edits replayed, and positions carried between the text before them and the text after them."""

from bisect import bisect_right
from collections.abc import Sequence

from pipeline.records import Edit


def replay(text: str, edits: Sequence[Edit]) -> str:
    """Apply ordered, non-overlapping edits to `text`.

    Raises ValueError where an edit lies outside the text or overlaps the one before. Linear in both.

    >>> replay("內(nèi)容", [Edit(1, 6, "", "leak")])
    '內容'
    """
    parts: list[str] = []
    at = 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError(
                f"edit {edit.start}..{edit.end} is out of order or outside a text of {len(text)}"
            )
        parts += (text[at : edit.start], edit.replacement)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def compose(first: Sequence[Edit], second: Sequence[Edit], middle: str) -> list[Edit]:
    """Return one list of edits for two made one after the other: `second` edits `middle`, what `first` gave.

    Edits that touch the same characters become one, named after the later one. Linear in both lists.

    >>> compose([Edit(2, 6, "", "leak")], [Edit(1, 3, "", "blank")], "服 務x")      # 服 (wù)務x
    [Edit(start=1, end=7, replacement='', rule='blank')]
    """
    if not first:
        return list(second)
    out: list[Edit] = []
    delta = i = j = 0  # delta: old minus middle position, behind the edits of `first` taken
    while j < len(second):
        low, high = second[j].start, second[j].end
        while i < len(first) and first[i].start - delta + len(first[i].replacement) <= low:
            out.append(first[i])
            delta += _shrinkage(first[i])
            i += 1
        if i < len(first):
            low = min(low, first[i].start - delta)
        old_low, begin = low + delta, j
        while True:
            if (j < len(second) and second[j].start < high) or j == begin:
                high = max(high, second[j].end)
                j += 1
            elif i < len(first) and first[i].start - delta < high:
                high = max(high, first[i].start - delta + len(first[i].replacement))
                delta += _shrinkage(first[i])
                i += 1
            else:
                break
        parts = [Edit(e.start - low, e.end - low, e.replacement, e.rule) for e in second[begin:j]]
        out.append(Edit(old_low, high + delta, replay(middle[low:high], parts), second[j - 1].rule))
    out.extend(first[i:])
    return out


def _shrinkage(edit: Edit) -> int:
    return edit.end - edit.start - len(edit.replacement)


class OffsetMap:
    """Positions in the text after `edits` mapped to the text before them.

    A position inside a replacement maps to the edit's start (`start`) or end (`end`), so that a span of the
    new text always covers every old character it stems from. O(log edits) a position.

    >>> m = OffsetMap([Edit(1, 6, "", "leak")])      # 內(nèi)容 -> 內容
    >>> m.start(1), m.end(1), m.start(2), m.end(2)
    (6, 6, 7, 7)
    """

    __slots__ = ("_deltas", "_edits", "_ends", "_starts")

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._starts: list[int] = []  # of each replacement, in the new text
        self._ends: list[int] = []
        self._deltas: list[int] = [0]  # old minus new, after k edits
        delta = 0
        for e in edits:
            self._starts.append(e.start - delta)
            delta += (e.end - e.start) - len(e.replacement)
            self._ends.append(e.end - delta)
            self._deltas.append(delta)

    def start(self, at: int) -> int:
        """Return the old position of the character at new position `at`, without deletions before it."""
        k = bisect_right(self._starts, at)
        if k and at < self._ends[k - 1]:
            return self._edits[k - 1].start
        return at + self._deltas[k]

    def end(self, at: int) -> int:
        """Return the old position just after the character before new position `at`.

        What was deleted right behind that character (its leaked pinyin) belongs to it.
        """
        k = bisect_right(self._starts, at - 1)
        old = self._edits[k - 1].end if k and at <= self._ends[k - 1] else at + self._deltas[k]
        while k < len(self._edits) and self._starts[k] == self._ends[k] == at:
            old = self._edits[k].end
            k += 1
        return old
