"""Which lines stand in one element with their neighbours: how far the markup closes between two lines.

A line's own words may be anybody's; the element in which it stands is the site's template, which puts the
text into one and its own share bars, lists and notices into others. Read backwards from the end of the page,
and only as far as asked: 0.1 µs a tag.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Elements that begin a line of their own (HTML standard §15.3: block, table parts, list items; and br).
# All others, unknown ones too (`<o:p>`), run on in the line.
BLOCK_NAMES = (
    "p|br|div|li|ul|td|tr|h1|h2|h3|h4|h5|h6|dd|dt|table|tbody|body|html|address|article|aside|blockquote|caption"
    "|center|col|colgroup|details|dialog|dir|dl|fieldset|figcaption|figure|footer|form|frameset|header|hgroup|hr"
    "|legend|listing|main|menu|nav|noframes|ol|optgroup|option|plaintext|pre|search|section|summary|tfoot|th"
    "|thead|xmp"
)
CELLS = frozenset(("td", "th"))
VOID = ("br", "hr", "col")  # have no end tag
_NAMES = BLOCK_NAMES.split("|")
STEPS: dict[str | None, int] = {
    **dict.fromkeys(_NAMES, 1),
    **dict.fromkeys(("/" + name for name in _NAMES), -1),
    **dict.fromkeys(VOID, 0),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The tags of a page in regular form, in order, and what stands between those that break a line."""

    names: Sequence[str | None]
    lines: list[str]

    def cells(self, count: int) -> list[bool]:
        """Return for each of the last `count` visible lines whether a cell of a table begins with it.

        >>> names = ["html", "body", "p", "/p", "table", "tr", "td", "/td", "/tr", "/table", "/body", "/html"]
        >>> Layout(names, ["", "", "", "甲", "", "", "", "乙", "", "", "", "", ""]).cells(2)
        [False, True]
        """
        out: list[bool] = []
        row = len(self.lines) - 1
        for at in range(len(self.names) - 1, -1, -1):
            if self.names[at] not in STEPS:
                continue
            if self.lines[row]:
                out.append(not CELLS.isdisjoint(self.names[max(0, at - 1) : at + 1]))
                if len(out) == count:
                    break
            row -= 1
        return out[::-1]

    def separations(self, count: int) -> list[int]:
        """Return for each of the last `count` visible lines the least depth between it and the line before.

        Depth is the number of open block elements. Fewer are returned where the page has fewer lines.

        >>> names = ["html", "body", "div", "p", "/p", "p", "/p", "/div", "p", "/p", "/body", "/html"]
        >>> Layout(names, ["", "", "", "", "甲", "", "乙", "", "", "丙", "", "", ""]).separations(2)
        [3, 2]
        """
        out: list[int] = []
        depth, row, least = 0, len(self.lines) - 1, -1
        for name in reversed(self.names):
            step = STEPS.get(name)
            if step is None:
                continue
            if self.lines[row]:
                if least >= 0:
                    out.append(least)
                    if len(out) == count:
                        break
                least = depth
            row -= 1
            depth -= step
            if depth < least:
                least = depth
        return out[::-1]
