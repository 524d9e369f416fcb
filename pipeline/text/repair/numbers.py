"""List markers of one character, ① or ⑴ or ⒈, and whether one fits between the lines around it."""

from functools import cache

from pipeline.text.repair.bytewise import from_pair

# Rows of GBK in which such markers stand in order, all behind lead byte A2: first trail byte, how many
_ROWS = ((0xD9, 10), (0xC5, 20), (0xB1, 20), (0xE5, 10), (0xF1, 12))
_LEAD = 0xA2
_NEAR = 12  # lines on either side in which the next marker is sought
_CHARS = 2_000  # on either side that are looked at


@cache
def _places() -> dict[str, tuple[int, int]]:
    """Return marker -> (its row, its number)."""
    return {
        from_pair(_LEAD, first + k): (row, k + 1) for row, (first, n) in enumerate(_ROWS) for k in range(n)
    }


def expected_marker(text: str, start: int, trail: int) -> str:
    r"""Return the marker of a trail byte where a line of `text` begins at `start` and that marker fits there.

    The next marker of its kind before it is lower or the next one behind it higher, by no more than the lines
    between. Empty string where none fits. Looks at `_NEAR` lines.

    >>> expected_marker("①領用。\n諳歸還。\n③登記。", 5, 0xDA)
    '②'
    """
    marker = from_pair(_LEAD, trail)
    if marker not in _places() or (start and text[start - 1] != "\n"):
        return ""
    before = text[max(0, start - _CHARS) : start].split("\n")[-2::-1]
    behind = text[start : start + _CHARS].split("\n")[1:]
    kind, number = _places()[marker]
    steps = [(number - n, lines) for n, lines in _next_number(before, kind)]
    steps += [(n - number, lines) for n, lines in _next_number(behind, kind)]
    steps = [(step, lines) for step, lines in steps if step > 0]  # else a list ends here and another begins
    return marker if steps and all(step <= lines for step, lines in steps) else ""


def _next_number(lines: list[str], kind: int) -> list[tuple[int, int]]:
    """Return the number of the first line with a marker of a kind, and how far off it is, if there is one."""
    for i, line in enumerate(lines[:_NEAR]):
        row, number = _places().get(line.lstrip()[:1], (-1, 0))
        if row == kind:
            return [(number, i + 1)]
    return []
