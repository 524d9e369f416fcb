"""Markers at line starts, ① or （一） or 第一條, and whether one fits between those of the lines around."""

import re
from functools import cache

from pipeline.text.repair.bytewise import from_pair

# Rows of GBK in which markers of one character stand in order: first trail byte behind A2, how many
_ROWS = ((0xD9, 10), (0xC5, 20), (0xB1, 20), (0xE5, 10), (0xF1, 12))
_LEAD = 0xA2
DUE = 2.0  # nats of the marker that is due: next to certain, and any other beginning unlikely by e^-2
_NEAR = 12  # lines on either side in which the next marker is sought
_CHARS = 2_000  # on either side that are looked at
_DIGITS = "一二三四五六七八九"
# "（一）", "一、", "第一條"; what stands before and behind the number is its kind
_SPELLED = re.compile(f"([（(第]?)([{_DIGITS}十百]{{1,6}})([）)、章節节條条])")


@cache
def _single() -> dict[str, tuple[str, int]]:
    """Return marker of one character -> (its kind, its number)."""
    return {
        from_pair(_LEAD, first + k): (str(row), k + 1)
        for row, (first, n) in enumerate(_ROWS)
        for k in range(n)
    }


def single_marker(trail: int) -> str:
    """Return the marker of one character with that trail byte, or an empty string.

    >>> single_marker(0xDA), single_marker(0x40)
    ('②', '')
    """
    marker = from_pair(_LEAD, trail)
    return marker if marker in _single() else ""


def marker_of(line: str) -> tuple[str, int]:
    """Return kind and number of the marker that a line begins with; number 0 where it has none.

    >>> marker_of("②縣"), marker_of("第二十一條"), marker_of("二樓")
    (('0', 2), ('第條', 21), ('', 0))
    """
    if line[:1] in _single():
        return _single()[line[0]]
    if match := _SPELLED.match(line):
        return match[1] + match[3], _value(match[2])
    return "", 0


def _value(numeral: str) -> int:
    total = digit = 0
    for char in numeral:
        unit = {"十": 10, "百": 100}.get(char, 0)
        total, digit = (total + (digit or 1) * unit, 0) if unit else (total, _DIGITS.index(char) + 1)
    return total + digit


def fits(text: str, start: int, new: str) -> bool:
    r"""Tell whether the line of `text` at `start`, if it begins with `new`, has the marker that is due there.

    The next marker of its kind before it is lower or the next one behind it higher, by no more than the lines
    between. Looks at `_NEAR` lines.

    >>> fits("①領用。\n諳歸還。\n③登記。", 5, "②"), fits("①領用。\n諳歸還。\n", 5, "④")
    (True, False)
    """
    kind, number = marker_of(new)
    if not number or (start and text[start - 1] != "\n"):
        return False
    before = text[max(0, start - _CHARS) : start].split("\n")[-2::-1]
    behind = text[start : start + _CHARS].split("\n")[1:]
    steps = [(number - n, lines) for n, lines in _next_number(before, kind)]
    steps += [(n - number, lines) for n, lines in _next_number(behind, kind)]
    steps = [(step, lines) for step, lines in steps if step > 0]  # else a list ends here and another begins
    return bool(steps) and all(step <= lines for step, lines in steps)


def _next_number(lines: list[str], kind: str) -> list[tuple[int, int]]:
    """Return the number of the first line with a marker of a kind, and how far off it is, if there is one."""
    for i, line in enumerate(lines[:_NEAR]):
        other, number = marker_of(line.lstrip())
        if number and other == kind:
            return [(number, i + 1)]
    return []
