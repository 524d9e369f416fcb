"""A lost lead byte: `；蛟S` for 。或許, `偨Y` for 總結.

Everything behind the lost byte is shifted until an ASCII trail byte, seen as a Latin letter behind a Chinese
character. Which lead byte is lost only the language can tell: where two fit, the place is flagged.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from pipeline.records import Edit, Unresolved
from pipeline.text.repair.bytewise import frequent_by_trail, from_pair, gbk
from pipeline.text.repair.language import is_frequent, likelihood
from pipeline.text.repair.numbers import DUE, fits, single_marker
from pipeline.text.repair.readings import HANZI, may_be_traditional, simplified_forms, simplified_only
from pipeline.text.repair.shifts import Found

_MAX_BACK = 40  # characters from the letter back to the loss: every other Traditional character ends a run
_GAIN_START = 8.0  # nats at a line start or behind a mark
_GAIN_INSIDE = 11.0  # nats elsewhere: more places to be wrong at
# "?" that took a trail byte and the ASCII character behind it: between Chinese characters, "不?的"
_SWALLOWED_END = re.compile(f"[?\ufffd](?<=[^\x00-\x7f].)(?=[{HANZI}])")
_FIRST = 4.0  # nats that the first character can add at most: a pair on either side, less itself
_MARGIN = 3.5  # nats between the best lead byte and the next

# One letter or mark that can be a trail byte (40-7E), alone behind a two-byte character: "偨Y", not
# "维生素CD".
_LETTER = re.compile("[@-~](?<=[^\x00-\xff].)(?![A-Za-z0-9@-~])")


_NO_LETTERS = bytes(code for code in range(128) if not ord("@") <= code <= ord("~"))
_FEW = 12  # letters
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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shifted run ends: behind a stray letter, or in front of a `?` that swallowed its last byte."""

    low: int  # where it begins at the earliest
    mark: int  # the letter or the `?`
    is_letter: bool


def find_lead_losses(text: str, pairs: Container[str] = ()) -> Found:
    """Restore the lead byte of runs that end in a stray letter or a lost byte, or flag them.

    `pairs` holds the two-character strings of the page. Linear; 0.2 ms a place that looks like damage.
    """
    found = Found([], [])
    at = 0
    for place in _places(text):
        if place.mark < at:
            continue
        place = _Place(max(at, place.low), place.mark, place.is_letter)
        best, sure = _best_reading(text, place, pairs)
        if best is None:
            continue
        at = place.mark + 1
        end = at if place.is_letter else place.mark
        if best.lost:
            found.unresolved.append(Unresolved(best.start - 1, best.start, "lead_loss"))
        if sure:
            found.edits.append(Edit(best.start, end, best.new, "lead_loss"))
        else:
            found.unresolved.append(Unresolved(best.start, min(end, best.start + 12), "lead_loss"))
        if not place.is_letter:
            found.unresolved.append(Unresolved(place.mark, at, "lead_loss"))
    return found


def _places(text: str) -> list[_Place]:
    """Return where a run may end, in order."""
    places = []
    for at in _single_letters(text):
        if _is_mark(text, at):
            continue
        whole = gbk(text[at - 1])[1:].decode("latin-1") + text[at] in _last_pairs()
        inside = _HANZI.match(text, at + 1) and _HANZI.match(text, at - 1)
        if (whole or inside) and may_be_traditional(text, at):
            places.append(_Place(at - _MAX_BACK, at, is_letter=True))
    if "?" in text or "\ufffd" in text:
        for match in _SWALLOWED_END.finditer(text):
            at = match.start()
            if _is_odd(text[at - 3 : at]) and may_be_traditional(text, at):
                places.append(_Place(at - _MAX_BACK, at, is_letter=False))
        places.sort(key=lambda place: place.mark)
    return places


def _single_letters(text: str) -> Iterator[int]:
    """Yield, in order, where one letter stands behind a character of two bytes.

    A few letters are sought each by itself, 0.1 ns a character, all of them together for 4.
    """
    letters = set(text.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if len(letters) > _FEW:
        return (match.start() for match in _LETTER.finditer(text))
    places = chain.from_iterable(_places_of(chr(letter), text) for letter in letters)
    return (at for at in sorted(places) if _LETTER.match(text, at))


def _places_of(char: str, text: str) -> Iterator[int]:
    at = text.find(char)
    while at >= 0:
        yield at
        at = text.find(char, at + 1)


def _is_odd(chars: str) -> bool:
    """Tell whether a character among these is rare, or Simplified: as most shifted runs hold."""
    return any(not is_frequent(c) or c in simplified_only() for c in chars)


def _best_reading(text: str, place: _Place, pairs: Container[str]) -> tuple[_Reading | None, bool]:
    """Return the best way to read the run that ends at a place, if any, and whether it is the only one."""
    readings = sorted(_readings(text, place, pairs), key=lambda r: (-r.gain, r.start, r.new))
    if not readings:
        return None, False
    rival = next((r.gain for r in readings[1:] if r.new != readings[0].new), -1e9)
    return readings[0], readings[0].gain - rival >= _MARGIN


def _readings(text: str, place: _Place, pairs: Container[str]) -> Iterator[_Reading]:
    """Walk back from the end; wherever the run may begin, try each lead byte."""
    end = place.mark + place.is_letter
    tail, first_byte = "", ord(text[place.mark]) if place.is_letter else None
    after = text[end : end + 1] if place.is_letter else ""
    for start in range(end - 1, max(place.low, 0) - 1, -1):
        if start < place.mark:
            code = gbk(text[start])
            read = from_pair(code[1], first_byte) if len(code) == 2 and first_byte is not None else ""
            if len(code) != 2 or not (read or first_byte is None):
                return
            tail, first_byte = read + tail, code[0]
        before = text[max(0, start - 1) : start]
        old = likelihood(text[start:end], before, after)
        needed = _GAIN_START if not before.isalnum() and start < place.mark else _GAIN_INSIDE
        won = likelihood(tail, "", after, pairs=pairs) - old
        if won < needed - _FIRST:
            continue
        if before in ("?", "\ufffd"):
            yield _Reading(won, start, tail, lost=True)
            return
        at_start = before in ("", "\n")
        for first in _first_characters(first_byte or 0, at_start=at_start):
            won = likelihood(first + tail, before, after, pairs=pairs) - old
            if at_start and fits(text, start, first + tail):
                won += DUE - likelihood(first)
            if won >= needed:
                yield _Reading(won, start, first + tail)


def _first_characters(trail: int, *, at_start: bool) -> list[str]:
    """Return the common characters with a trail byte, and the marker at a line's start."""
    found = frequent_by_trail().get(trail, [])
    marker = single_marker(trail) if at_start else ""
    return [*found, marker] if marker and marker not in found else found
