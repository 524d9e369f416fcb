"""The rules in their order, and the edits of all of them as one list over the input."""

import sys
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from pipeline.config import RepairConfig
from pipeline.records import Edit, Repaired, RuleName, Unresolved
from pipeline.text.offsets import OffsetMap, compose, replay
from pipeline.text.repair.blanks import find_blanks
from pipeline.text.repair.headed import Headed, split_leaks
from pipeline.text.repair.invisible import find_invisible
from pipeline.text.repair.language import PagePairs
from pipeline.text.repair.leads import find_lead_losses
from pipeline.text.repair.leaks import learn_leaks, strip_leaks
from pipeline.text.repair.marks import find_stray_marks
from pipeline.text.repair.shifts import Found, find_shifts
from pipeline.text.repair.starts import find_a1_inserts

_MAX_PASSES = 8  # each pass that edits shortens the text or its damage; two or three do


@dataclass(slots=True)
class Clues:
    """What one pass knows of a page: its site's leak table, its leak-like groups, what leaks, its pairs."""

    table: Mapping[str, str] | None
    headed: Headed | None = None
    learnt: dict[str, str] = field(default_factory=dict)
    pairs: Container[str] = ()

    def pairs_of(self, text: str) -> Container[str]:
        """Return the neighbouring pairs of the page, found once a pass: leaks apart the rules change few."""
        if self.pairs == ():
            self.pairs = PagePairs(text)
        return self.pairs


def _leak(text: str, clues: Clues) -> Found:
    headed = clues.headed if clues.headed and clues.headed.text is text else split_leaks(text)
    clues.learnt.update(learn_leaks(headed, clues.table))
    if not clues.learnt:
        return Found([], [])
    stripped, edits = strip_leaks(headed, clues.learnt)
    return Found(edits, [], stripped)


def _byte_shift(text: str, clues: Clues) -> Found:
    if not clues.learnt or ("?" not in text and "\ufffd" not in text):
        return Found([], [])
    return find_shifts(text, clues.learnt, clues.pairs_of(text))


RULES: dict[RuleName, Callable[[str, Clues], Found]] = {
    "invisible": lambda text, _: find_invisible(text),
    "leak": _leak,
    "byte_shift": _byte_shift,
    "a1_insert": lambda text, _: find_a1_inserts(text),
    "lead_loss": lambda text, clues: find_lead_losses(text, clues.pairs_of(text)),
    "stray_mark": lambda text, _: find_stray_marks(text),
    "blank": lambda text, _: find_blanks(text),
}


_DEFAULT = RepairConfig()


def repair(
    text: str,
    config: RepairConfig = _DEFAULT,
    *,
    table: Mapping[str, str] | None = None,
    needed: Container[RuleName] | None = None,
    headed: Headed | None = None,
) -> Repaired:
    """Undo the damage of a page, and nothing else.

    `text` is the raw visible text of a page or of a piece of one; `table` is its site's leak table
    (`fit_table`), for pieces too short to be sure of by themselves. Where that is known already, `needed`
    are the rules that may find anything, `headed` is the text cut at its leaks. Returns the repaired text
    with its edits, which applied to `text` give it exactly, and the spans in which something is lost and
    nothing was guessed.
    Repairing twice changes nothing. Raises nothing; linear, see docs/accuracy.md for speed.

    >>> repair("客戶服務(wù)", table={"務": "wù"})
    Repaired(text='客戶服務', edits=(Edit(start=4, end=8, replacement='', rule='leak'),), unresolved=())
    >>> repair("附件(doc)是什么?(如何做好)").edits
    ()
    """
    edits: list[Edit] = []
    lost: dict[int, Unresolved] = {}
    current = text
    for _ in range(_MAX_PASSES):
        before, clues = current, Clues(table, headed)
        needed = _rules_needed(current) if needed is None else needed
        for name, rule in RULES.items():
            if name not in needed or not getattr(config, name):
                continue
            found = rule(current, clues)
            if found.unresolved:
                _carry_back(found.unresolved, edits, lost)
            if found.edits:
                edits = compose(edits, found.edits, current)
                current = found.text or replay(current, found.edits)
                needed = _rules_needed(current)
        if current is before or current == before:
            break
    return Repaired(current, tuple(edits), tuple(lost[at] for at in sorted(lost)))


def _rules_needed(text: str) -> Container[RuleName]:
    """Return the rules that may find anything in a text: all, where no compiled search is loaded."""
    if "numba" not in sys.modules:
        return RULES
    from pipeline.text.repair.signs import rules_needed

    return rules_needed(text)


def _carry_back(found: list[Unresolved], edits: list[Edit], lost: dict[int, Unresolved]) -> None:
    """Add losses found in an edited text to those of the input, by their place there."""
    offsets = OffsetMap(edits)
    for loss in found:
        start = offsets.start(loss.start)
        lost.setdefault(start, Unresolved(start, max(start, offsets.end(loss.end)), loss.rule))
