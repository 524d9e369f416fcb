"""The breadcrumb that the markup shows where no line reads like one.

A style sheet draws the arrows between its items, or a picture does, so that they stand on lines of their own
or run together: `甲网制度`. Then the element is named as what it is (`<ol class="breadcrumb">`), or a few
links from the home page on stand right above the title.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from pipeline.page.breadcrumb import (
    BETWEEN,
    FIRST_LINES,
    HOME,
    MOST_ITEMS,
    NAMES_SITE,
    PLACE,
    PLACE_ITEM,
    breadcrumb_items,
    is_here,
)
from pipeline.page.lines import PageLines, letters
from pipeline.text.convert import convert

SOUGHT = 1 << 16  # characters of markup in which it is sought: long menus stand before a title
# Parts of names that web pages give to this element and to no other, in `class`, `id`, `itemtype` or a label
# for screen readers: `breadcrumb`, `BreadcrumbList`, `mianbaoxie`, `weizhi`, `dqwz`.
SURE_NAMES = ("rumb", "bread", "mianbao", "mbx", "weizhi", "dqwz", "curpos")
# Other elements bear these too: `class="current-location"`, `id="path"`.
OTHER_NAMES = ('position"', 'location"', 'place"', 'path"', 'pos"', 'here"', 'lujing"')
ATTRIBUTE = re.compile(
    r"<([a-zA-Z][a-zA-Z0-9]*)\s.*?\b(?:class|id|itemtype|typeof|aria-label)\s*=[^=]*\Z", re.DOTALL
)
MAX_TAG = 300  # characters from the beginning of a tag to the name
MAX_INSIDE = 2_000  # characters of the element, addresses of its links among them
MAX_ABOVE = 12_000  # characters of markup above the title in which it stands: menus between have 100 links
MAX_TRIED = 4  # elements with such a name: one in another, and the style sheet's
MAX_NAME = 20  # characters of an item
COMMENT = re.compile("<!--.*?-->", re.DOTALL)
ANY_TAG = re.compile("<[^>]*>")
HEADING = re.compile(r"<h[1-3]\b[^>]*>(.{1,300}?)</h[1-3]", re.DOTALL | re.IGNORECASE)
MAX_HEADINGS = 6  # that are asked for the title: that of a logo, those of boxes
# Tags that end a line and are none of a list's items.
BOUNDARY = re.compile(
    r"</?(?:div|p|ul|ol|dl|table|nav|section|header|article|main|h[1-6]|form|center|aside|br|hr)\b[^>]*>",
    re.IGNORECASE,
)
LINK = re.compile(r"<a\s[^>]*?href\s*=\s*[\"']?([^\"'\s>]*)", re.IGNORECASE)
NEAREST = 2  # parts of the page above the title that may be it: a box may stand between
LEAST_MENU = 4  # links of a menu above, with which the few links above the title are none


class Trail(NamedTuple):
    """What an element says: its items, all of its letters, and whether a label of a place stands before."""

    items: tuple[str, ...]
    said: str
    labelled: bool


def find_trail(page: PageLines) -> tuple[tuple[str, ...], range]:
    """Return the items of the breadcrumb that the markup shows, and the lines that carry them.

    No items where there is none, or where its lines do not stand together at the top of the page. Some 50 µs.
    """
    head = page.markup[:SOUGHT]
    if "<!--" in head:
        head = COMMENT.sub("", head)
    for trail in _trails(page, head) if head else ():
        if rows := _rows_saying(page, trail.said):
            return trail.items, rows
    return (), range(0)


def _trails(page: PageLines, head: str) -> Iterator[Trail]:
    at = _title_at(page, head)
    near = head[max(0, at - MAX_ABOVE) : at + MAX_INSIDE] if at else head
    for names in (SURE_NAMES, OTHER_NAMES):
        for inside in _elements(near, names):
            trail = _read(inside)
            if trail and (names is SURE_NAMES or _from_home(page, trail) or is_here(page, trail.items[-1])):
                yield trail
    above = [x for x in BOUNDARY.split(head[max(0, at - MAX_INSIDE) : at]) if letters(ANY_TAG.sub("", x))]
    for part in above[: -1 - NEAREST : -1]:
        trail = _read(part)
        if trail and (
            trail.labelled or (_from_home(page, trail) and _leads_here(page, trail, part, head[:at]))
        ):
            yield trail


def _read(inside: str) -> Trail | None:
    """Return what an element says as a breadcrumb; None where it is none."""
    texts = [x for part in ANY_TAG.split(inside) if letters(x := unescape(part).strip())]
    texts = [convert(x, "t2s") for x in texts] if len(texts) <= 2 * MOST_ITEMS else []
    said = " > ".join(texts)
    label = PLACE.match(said)
    if texts and texts[0][-1] in "：:" and not label:  # `栏目：`
        texts = texts[1:]
    items = tuple(x.strip(BETWEEN + " ") for x in breadcrumb_items(" > ".join(texts)))
    if items and PLACE_ITEM.fullmatch(items[0]):
        items = items[1:]
    fit = 2 <= len(items) <= MOST_ITEMS and all(0 < len(x) <= MAX_NAME for x in items)
    return Trail(items, letters(said), label is not None) if fit else None


def _from_home(page: PageLines, trail: Trail) -> bool:
    """Tell whether a breadcrumb begins at a home page or with the name of the site, as `<title>` says it."""
    first = trail.items[0]
    return first in HOME or NAMES_SITE.search(first) is not None or page.title.endswith(first)


def _leads_here(page: PageLines, trail: Trail, part: str, above: str) -> bool:
    """Tell whether a few links above the title lead to the page, and are no menu.

    The last is named in the title, or each address goes on from the one before, or a menu stands above them.
    """
    links = LINK.findall(part)
    if not len(trail.items) - 1 <= len(links) <= len(trail.items):
        return False
    return (
        is_here(page, trail.items[-1]) or _is_nested(links) or above.count("<a ") >= len(links) + LEAST_MENU
    )


def _is_nested(links: Sequence[str]) -> bool:
    return len(links) > 2 and all(len(b) > len(a) and b.startswith(a) for a, b in pairwise(links[1:]))


def _title_at(page: PageLines, head: str) -> int:
    """Return where the heading stands that says the page's title; 0 where none does."""
    title = letters(page.title)
    for _, found in zip(range(MAX_HEADINGS), HEADING.finditer(head), strict=False):
        says = letters(convert(unescape(ANY_TAG.sub("", found[1])), "t2s"))
        if len(says) > 1 and title.startswith(says):
            return found.start()
    return 0


def _elements(head: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield what stands inside the elements that bear one of some names."""
    tried = 0
    for name in names:
        at = head.find(name)
        while at >= 0 and tried < MAX_TRIED:
            tag = head.rfind("<", max(0, at - MAX_TAG), at)
            inside = tag >= 0 and head.find(">", tag, at) < 0
            opened = ATTRIBUTE.match(head, tag, at) if inside else None  # and no rule of a style sheet
            begin = head.find(">", at) + 1
            if opened and begin:
                tried += 1
                yield _inside(head[begin : begin + MAX_INSIDE], opened[1])
            at = head.find(name, at + 1)


def _inside(text: str, name: str) -> str:
    """Return a text up to the end tag that closes the element `name` before it; nothing where none does."""
    depth = 1
    for tag in re.finditer(rf"<(/?){name}\b", text, re.IGNORECASE):
        depth += -1 if tag[1] else 1
        if not depth:
            return text[: tag.start()]
    return ""


def _rows_saying(page: PageLines, said: str) -> range:
    """Return the lines, among the first, that say some letters and nothing else."""
    for first in range(min(FIRST_LINES, len(page.texts))):
        rest, row = said, first
        while row < len(page.texts) and rest and rest.startswith(own := letters(page.texts[row])):
            rest, row = rest[len(own) :], row + 1
        if not rest:
            return range(first, row)
    return range(0)
