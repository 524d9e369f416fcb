"""A lost lead byte: `；蛟S` for 。或許, `偨Y` for 總結.

Everything behind the lost byte is shifted until an ASCII trail byte, seen as a Latin letter behind a Chinese
character. Which lead byte is lost only the language can tell: where two fit, the place is flagged.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.records import Edit, Unresolved
from pipeline.text.repair.bytewise import frequent_by_trail, from_pair, gbk
from pipeline.text.repair.language import is_frequent, likelihood
from pipeline.text.repair.readings import HANZI, is_traditional, simplified_forms
from pipeline.text.repair.shifts import Found

_MAX_BACK = 40  # characters from the letter back to the loss: every other Traditional character ends a run
_GAIN_START = 8.0  # nats at a line start or behind a mark
_GAIN_INSIDE = 11.0  # nats elsewhere: more places to be wrong at
_FIRST = 4.0  # nats that the first character can add at most: a pair on either side, less itself
_MARGIN = 3.5  # nats between the best lead byte and the next

# One letter or mark that can be a trail byte (40-7E), alone behind a two-byte character: "偨Y", not
# "维生素CD".
_LETTER = re.compile("[@-~](?<=[^\x00-\xff].)(?![A-Za-z0-9@-~])")


_BRACKETS = {"]": "[", "}": "{"}
_HANZI = re.compile(f"[{HANZI}]")


@cache
def _last_pairs() -> frozenset[str]:
    """Return lead and trail byte of the characters at which a shifted run can end."""
    codes = (gbk(char) for char in simplified_forms() if is_frequent(char))
    return frozenset(code.decode("latin-1") for code in codes if code[1] < 0x80)


def _is_mark(text: str, at: int) -> bool:
    """Tell whether the character has a meaning of its own: `[更多]`, a stray mark behind 的."""
    opened = _BRACKETS.get(text[at])
    if text[at - 1] == "的" and text[at] == "`":
        return True
    return text[at] in "[{" or (opened is not None and text.rfind(opened, max(0, at - _MAX_BACK), at) >= 0)


@dataclass(frozen=True, slots=True)
class _Reading:
    gain: float
    start: int
    new: str
    lost: bool = False  # what stood before is gone, and marked so in the text


def find_lead_losses(text: str, pairs: Container[str] = ()) -> Found:
    """Restore the lead byte of runs that end in a stray letter, or flag them. Linear in the letters.

    `pairs` holds the two-character strings of the page.
    """
    found = Found([], [])
    at = 0
    for match in _LETTER.finditer(text):
        code = gbk(text[match.start() - 1])
        if _is_mark(text, match.start()):
            continue
        whole = code[1:].decode("latin-1") + match[0] in _last_pairs()
        inside = _HANZI.match(text, match.end()) and _HANZI.match(text, match.start() - 1)
        if not (whole or inside) or not is_traditional(text, match.start()):
            continue
        best, sure = _best_reading(text, (max(at, match.start() - _MAX_BACK), match.start()), pairs)
        if best is None:
            continue
        at = match.end()
        if best.lost:
            found.unresolved.append(Unresolved(best.start - 1, best.start, "lead_loss"))
        if sure:
            found.edits.append(Edit(best.start, at, best.new, "lead_loss"))
        else:
            found.unresolved.append(Unresolved(best.start, min(at, best.start + 12), "lead_loss"))
    return found


def _best_reading(text: str, span: tuple[int, int], pairs: Container[str]) -> tuple[_Reading | None, bool]:
    """Return the best way to read the run that ends at the letter, if any, and whether it is the only one."""
    readings = sorted(_readings(text, span, pairs), key=lambda r: (-r.gain, r.start, r.new))
    if not readings:
        return None, False
    rival = next((r.gain for r in readings[1:] if r.new != readings[0].new), -1e9)
    return readings[0], readings[0].gain - rival >= _MARGIN


def _readings(text: str, span: tuple[int, int], pairs: Container[str]) -> Iterator[_Reading]:
    """Walk back from the letter; wherever the run may begin, try each lead byte."""
    low, letter = span
    tail, first_byte = "", ord(text[letter])
    after = text[letter + 1 : letter + 2]
    for start in range(letter, low - 1, -1):
        if start < letter:
            code = gbk(text[start])
            read = from_pair(code[1], first_byte) if len(code) == 2 else ""
            if not read:
                return
            tail, first_byte = read + tail, code[0]
        before = text[max(0, start - 1) : start]
        needed = _GAIN_START if not before.isalnum() and start < letter else _GAIN_INSIDE
        old = likelihood(text[start : letter + 1], before, after)
        if likelihood(tail, "", after, pairs=pairs) - old < needed - _FIRST:
            continue
        if before in ("?", "\ufffd"):
            yield _Reading(likelihood(tail, "", after, pairs=pairs) - old, start, tail, lost=True)
            return
        for first in frequent_by_trail().get(first_byte, ()):
            won = likelihood(first + tail, before, after, pairs=pairs) - old
            if won >= needed:
                yield _Reading(won, start, first + tail)
