"""Byte shifts: `適當(dāng)?shù)拇黉N` for 適當的促銷.

The replace that leaks pinyin also hits the trail byte of one character and the lead byte of the next (當
AE94, 的 B5C4: 94B5 is 數), and everything behind the inserted group is one byte out of step.
"""

from collections.abc import Container
from dataclasses import dataclass

from pipeline.records import Edit, RuleName, Unresolved
from pipeline.text.repair.bytewise import (
    MAX_LOSSES,
    SWALLOWED,
    SWALLOWED_MARK,
    Run,
    chars_of,
    gbk,
    read_shifted,
)
from pipeline.text.repair.language import likelihood

_MARGIN = 1.5  # nats by which the better of two readings must win
_LEARNT = (
    3.0  # nats: a character that leaks on this page stands behind the group, rather than one that does not
)
_WORST = -12.0  # nats; a swallowed bracket with a reading that fits is itself strong evidence
_MAX_EDIT = 150  # characters of one edit; longer ones are cut, so that a reader can follow them


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found in a text: edits and losses in its positions; the new text where it is known."""

    edits: list[Edit]
    unresolved: list[Unresolved]
    text: str = ""


def run_edits(run: Run, rule: RuleName) -> list[Edit]:
    """Return the pieces of a run as edits of limited length."""
    edits: list[Edit] = []
    for start, end, new in run.pieces:
        cut = range(start, end, _MAX_EDIT)
        bounds = [*cut, end]
        for k, low in enumerate(cut):
            part = new[low - start : bounds[k + 1] - start] if bounds[k + 1] < end else new[low - start :]
            edits.append(Edit(low, bounds[k + 1], part, rule))
    return edits


def run_losses(run: Run, rule: RuleName) -> list[Unresolved]:
    """Return the losses of a run."""
    return [Unresolved(start, end, rule) for start, end in run.lost]


def gain(text: str, run: Run, pairs: Container[str]) -> float:
    """Return by how many nats a run's pieces are better Chinese than what they replace."""
    total = 0.0
    for start, end, new in run.pieces:
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        total += likelihood(new, before, after, pairs=pairs) - likelihood(text[start:end], before, after)
    return total


def follow(
    text: str, at: int, pending: int | None, pairs: Container[str], learnt: Container[str] = ()
) -> Run | None:
    """Read a run on behind its losses as long as that makes better Chinese than stopping there."""
    run = read_shifted(text, at, pending, learnt)
    if run is None:
        return None
    for _ in range(MAX_LOSSES):
        if not run.lost or not run.whole or text[run.end : run.end + 1] not in ("?", "\ufffd"):
            break
        mark = run.end
        while text[mark + 1 : mark + 2] == text[mark]:
            mark += 1
            run.lost.append((mark, mark + 1))
        run.end = mark + 1
        more = read_shifted(text, run.end, None, learnt)
        if more is None or not more.pieces or gain(text, more, pairs) <= _MARGIN:
            break
        run.pieces += more.pieces
        run.lost += more.lost
        run.end, run.whole = more.end, more.whole
    return run


def find_shifts(text: str, learnt: Container[str], pairs: Container[str]) -> Found:
    """Undo the byte shifts of a page whose leaks are `learnt`; flag what cannot be read. Linear."""
    found = Found([], [])
    at = 0
    search = SWALLOWED.search if "\ufffd" in text else SWALLOWED_MARK.search
    while mark := search(text, at):
        at = mark.end()
        best = _best_run(text, (mark.start(), mark.end(), mark[1]), learnt, pairs)
        if best is None:
            found.unresolved.append(Unresolved(mark.start(), mark.end(), "byte_shift"))
            continue
        low, end, new = best.pieces[0] if best.pieces else (mark.end(), mark.end(), "")
        best.pieces[:1] = [(low - len(mark[0]), end, new)]
        found.edits.extend(run_edits(best, "byte_shift"))
        found.unresolved.extend(run_losses(best, "byte_shift"))
        at = max(at, best.end)
    return found


def _best_run(
    text: str, mark: tuple[int, int, str], learnt: Container[str], pairs: Container[str]
) -> Run | None:
    """Choose the character whose leak stands at `mark` and read on with its trail byte."""
    start, end, leak = mark
    code = gbk(text[start - 1]) if start else b""
    if len(code) != 2 or code[1] < 0x81:
        return None
    scored: list[tuple[float, int, Run]] = []
    for char in chars_of(code[1], leak):
        trail = gbk(char)[1]
        run = follow(text, end, trail, pairs, learnt)
        if run is not None:
            bonus = _LEARNT if char in learnt else 0.0
            scored.append((gain(text, run, pairs) + bonus, trail, run))
    scored.sort(key=lambda s: (-s[0], s[1]))
    if not scored or scored[0][0] < _WORST:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN:
        return None
    return scored[0][2]
