"""The breadcrumb that the markup names: `<ol class="breadcrumb">`, `<nav aria-label="breadcrumb">`.

Sought where no line reads like one: a style sheet draws the arrows between its items, or a picture does, so
that its items stand on lines of their own or run together: `甲网制度`.
"""

import re
from collections.abc import Iterator
from html import unescape

from pipeline.page.breadcrumb import (
    BETWEEN,
    FIRST_LINES,
    HOME,
    MOST_ITEMS,
    NAMES_SITE,
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
MAX_TRIED = 4  # elements with such a name: one in another, and the style sheet's
MAX_NAME = 20  # characters of an item
COMMENT = re.compile("<!--.*?-->", re.DOTALL)
ANY_TAG = re.compile("<[^>]*>")


def find_trail(page: PageLines) -> tuple[tuple[str, ...], range]:
    """Return the items of the element that is named as a breadcrumb, and the lines that carry them.

    No items where there is none, or where its lines do not stand together at the top of the page. Some 20 µs.
    """
    head = page.markup[:SOUGHT]
    for names in (SURE_NAMES, OTHER_NAMES):
        for inside in _elements(head, names):
            texts = [x for part in ANY_TAG.split(COMMENT.sub("", inside)) if (x := unescape(part).strip())]
            said = convert(" > ".join([x for x in texts if letters(x)]), "t2s")
            items = tuple(x.strip(BETWEEN + " ") for x in breadcrumb_items(said))
            if not 2 <= len(items) <= MOST_ITEMS or not all(0 < len(x) <= MAX_NAME for x in items):
                continue
            known = names is SURE_NAMES or items[0] in HOME or NAMES_SITE.search(items[0]) is not None
            if (known or is_here(page, items[-1])) and (rows := _rows_saying(page, letters(said))):
                return items, rows
    return (), range(0)


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
        while row < len(page.texts) and rest and (own := letters(page.texts[row])) and rest.startswith(own):
            rest, row = rest[len(own) :], row + 1
        if not rest:
            return range(first, row)
    return range(0)
