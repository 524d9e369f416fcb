"""A lost lead byte: `；蛟S` for 。或許, `偨Y` for 總結.

Everything behind the lost byte is shifted until an ASCII trail byte, seen as a Latin letter behind a Chinese
character. Which lead byte is lost only the language can tell: where two fit, the place is flagged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.records import Edit, Unresolved
from pipeline.text.repair.bytewise import from_pair, gbk
from pipeline.text.repair.language import is_frequent, likelihood
from pipeline.text.repair.readings import simplified_forms
from pipeline.text.repair.shifts import Found

_MAX_BACK = 40  # characters from the letter back to the loss: every other Traditional character ends a run
_GAIN_START = 8.0  # nats at a line start or behind a mark
_GAIN_INSIDE = 12.0  # nats elsewhere: more places to be wrong at
_MARGIN = 2.5  # nats between the best lead byte and the next

# One letter or mark that can be a trail byte (40-7E), alone behind a two-byte character: "偨Y", not
# "维生素CD".
_LETTER = re.compile("(?<=[^\x00-\xff])[@-~](?![A-Za-z0-9@-~])")


@cache
def _last_pairs() -> frozenset[str]:
    """Return lead and trail byte of the characters at which a shifted run can end."""
    codes = (gbk(char) for char in simplified_forms() if is_frequent(char))
    return frozenset(code.decode("latin-1") for code in codes if code[1] < 0x80)


@dataclass(frozen=True, slots=True)
class _Reading:
    gain: float
    start: int
    new: str


def find_lead_losses(text: str) -> Found:
    """Restore the lead byte of runs that end in a stray letter, or flag them. Linear in the letters."""
    found = Found([], [])
    at = 0
    for match in _LETTER.finditer(text):
        code = gbk(text[match.start() - 1])
        if len(code) != 2 or code[1:].decode("latin-1") + match[0] not in _last_pairs():
            continue
        best, sure = _best_reading(text, max(at, match.start() - _MAX_BACK), match.start())
        if best is None:
            continue
        at = match.end()
        if sure:
            found.edits.append(Edit(best.start, at, best.new, "lead_loss"))
        else:
            found.unresolved.append(Unresolved(best.start, min(at, best.start + 12), "lead_loss"))
    return found


def _best_reading(text: str, low: int, letter: int) -> tuple[_Reading | None, bool]:
    """Return the best way to read the run that ends at `letter`, if any, and whether it is the only one."""
    readings = sorted(_readings(text, low, letter), key=lambda r: (-r.gain, r.start, r.new))
    if not readings:
        return None, False
    rival = next((r.gain for r in readings[1:] if r.new != readings[0].new), -1e9)
    return readings[0], readings[0].gain - rival >= _MARGIN


def _readings(text: str, low: int, letter: int) -> Iterator[_Reading]:
    """Walk back from the letter; wherever the run may begin, try each lead byte."""
    tail, trail_of_next = "", ord(text[letter])
    after = text[letter + 1 : letter + 2]
    for start in range(letter - 1, low - 1, -1):
        code = gbk(text[start])
        read = from_pair(code[1], trail_of_next) if len(code) == 2 else ""
        if not read:
            return
        tail, trail_of_next = read + tail, code[0]
        before = text[max(0, start - 1) : start]
        needed = _GAIN_INSIDE if before.isalnum() else _GAIN_START
        old = likelihood(text[start : letter + 1], before, after)
        if likelihood(tail, "", after) - old < needed - 4.0:
            continue  # a first character costs at least 4 nats
        for lead in range(0x81, 0xFF):
            first = from_pair(lead, code[0])
            if first:
                won = likelihood(first + tail, before, after) - old
                if won >= needed:
                    yield _Reading(won, start, first + tail)
