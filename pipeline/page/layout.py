"""Which lines stand in one element with their neighbours: how far the markup closes between two lines.

A line's own words may be anybody's; the element in which it stands is the site's template, which puts the
text into one and its own share bars, lists and notices into others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Elements that begin a line of their own (HTML standard §15.3: block, table parts, list items; and br).
# All others, unknown ones too (`<o:p>`), run on in the line, but for custom elements.
BLOCK_NAMES = (
    "p|br|div|li|ul|td|tr|h1|h2|h3|h4|h5|h6|dd|dt|table|tbody|body|html|address|article|aside|blockquote|caption"
    "|center|col|colgroup|details|dialog|dir|dl|fieldset|figcaption|figure|footer|form|frameset|header|hgroup|hr"
    "|legend|listing|main|menu|nav|noframes|ol|optgroup|option|plaintext|pre|search|section|summary|tfoot|th"
    "|thead|xmp"
)
CELLS = frozenset(("td", "th"))
VOID = ("br", "hr", "col")  # have no end tag
CUSTOM = "-"  # in the name of a custom element (HTML standard §4.13.3)
_NAMES = BLOCK_NAMES.split("|")


def is_custom(name: str) -> bool:
    """Tell the name of a custom element, `site-nav`: it holds a part of a page, and is styled as a block."""
    return CUSTOM in name


class Steps(dict[str | None, int | None]):
    """By how much a tag changes the depth; None for one that breaks no line."""

    def __missing__(self, name: str | None) -> int | None:
        if not name or not is_custom(name):
            return None
        return -1 if name[0] == "/" else 1


STEPS = Steps(
    dict.fromkeys(_NAMES, 1) | dict.fromkeys(("/" + name for name in _NAMES), -1) | dict.fromkeys(VOID, 0)
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the visible lines of a page stand in its elements, one entry a line.

    `depths` is the least depth between a line and the one before, which the first has not: depth is how many
    block elements are open. `in_cells` tells whether a cell of a table begins with the line.
    """

    depths: Sequence[int]
    in_cells: Sequence[int]

    def cells(self, count: int) -> Sequence[int]:
        """Return for each of the last `count` lines whether a cell of a table begins with it.

        >>> Layout([0, 1], [0, 1]).cells(1)
        [1]
        """
        return self.in_cells[max(0, len(self.in_cells) - count) :]

    def separations(self, count: int) -> Sequence[int]:
        """Return for each of the last `count` lines the least depth between it and the line before.

        The first line of a page has none: where it is asked for, one less is returned.

        >>> Layout([0, 3, 2], [0, 0, 0]).separations(1), Layout([0, 3, 2], [0, 0, 0]).separations(3)
        ([2], [3, 2])
        """
        return self.depths[max(1, len(self.depths) - count) :]


def read_layout(names: Sequence[str | None], lines: Sequence[str]) -> Layout:
    """Return the layout of a page from its tags, in order, and what stands between those that break a line.

    Tags are in regular form. 0.1 µs a tag.

    >>> names = ["html", "body", "div", "p", "/p", "p", "/p", "/div", "p", "/p", "/body", "/html"]
    >>> read_layout(names, ["", "", "", "", "甲", "", "乙", "", "", "丙", "", "", ""]).separations(2)
    [3, 2]
    >>> names = ["html", "body", "p", "/p", "table", "tr", "td", "/td", "/tr", "/table", "/body", "/html"]
    >>> read_layout(names, ["", "", "", "甲", "", "", "", "乙", "", "", "", "", ""]).cells(2)
    [False, True]
    """
    depths: list[int] = []
    cells: list[int] = []
    depth = least = row = 0
    before: str | None = None
    cell = False
    for name in names:
        step = STEPS[name]
        if step is not None:
            if lines[row]:
                depths.append(least)
                cells.append(cell)
                least = depth
            row += 1
            depth += step
            least = min(least, depth)
            cell = not CELLS.isdisjoint((before, name))
        before = name
    if lines[row]:
        depths.append(least)
        cells.append(cell)
    return Layout(depths, cells)
