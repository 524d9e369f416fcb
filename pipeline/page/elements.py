"""What is known of each element of HTML, for reading well-formed markup without a tree (`page/markup.py`).

Sources: HTML standard §13.2 (parsing), §4.2 to 4.12 (the elements), §15.3 (which begin lines of their own).
"""

from collections.abc import Mapping
from functools import cache

from pipeline.page.layout import BLOCK_NAMES, CELLS

VOID, BREAKS, CLOSES_P, IMPLIES, IMPLIED, STOPS, RAW, UNSEEN = (1 << bit for bit in range(8))
DOUBTED, CELL, HEADING, BOLD, TABLED, OF_TABLES, OF_HEADS = (1 << bit for bit in range(8, 15))
KIND = 16  # bits behind which an element's kind stands
HTML, HEAD, BODY, P, LI, DD, ANCHOR, FORM, BUTTON, SELECT = range(1, 11)
TITLE, STYLE, SCRIPT, TABLE, ROWS, TR, OPTION, TEMPLATE = range(11, 19)

_SECTIONS = (
    "article aside blockquote center fieldset figcaption figure footer form header main nav ol section ul"
)
_HEADINGS = "h1 h2 h3 h4 h5 h6"
_ITEMS = "dd dt li"
_PARTS = "tbody td tfoot th thead tr"

NAMES = {
    # have no end tag
    VOID: "area base br embed hr img input link meta param source track wbr",
    BREAKS: BLOCK_NAMES.replace("|", " "),
    # whose start closes an open p
    CLOSES_P: f"address div dl hr p {_SECTIONS} {_HEADINGS} {_ITEMS}",
    # whose end closes open p, li, dd and dt
    IMPLIES: f"address body button caption div dl td th {_SECTIONS} {_HEADINGS} {_ITEMS}",
    IMPLIED: f"p {_ITEMS}",
    # behind which an open li, dd or dt is no longer sought
    STOPS: f"body button caption dl html table template {_SECTIONS} {_HEADINGS} {_ITEMS} {_PARTS}",
    # hold characters, no elements
    RAW: "iframe script style textarea title",
    # of `blocks.UNSEEN`
    UNSEEN: "audio canvas datalist head iframe map script select style template textarea title video",
    # of which a tree makes something else than their tags say, or which are too rare to be learnt here
    DOUBTED: "applet basefont bgsound col colgroup details dialog dir frame frameset hgroup image isindex"
    " keygen listing marquee math menu nobr noembed noframes noscript object optgroup plaintext pre rb rp rt"
    " rtc ruby search summary svg xmp",
    CELL: " ".join(sorted(CELLS)),
    HEADING: _HEADINGS,
    BOLD: "b strong",
    # hold no text of their own
    TABLED: "table tbody tfoot thead tr",
    OF_TABLES: f"caption {_PARTS}",
    OF_HEADS: "base link meta script style title",
}
KINDS = dict.fromkeys(("dd", "dt"), DD) | dict.fromkeys(("tbody", "thead", "tfoot"), ROWS)
KINDS |= {"html": HTML, "head": HEAD, "body": BODY, "p": P, "li": LI, "a": ANCHOR, "form": FORM, "tr": TR}
KINDS |= {"button": BUTTON, "select": SELECT, "title": TITLE, "style": STYLE, "script": SCRIPT}
KINDS |= {"table": TABLE, "option": OPTION, "template": TEMPLATE}
# Of one tag: 0.4 s at 16,000, 7 ms at 2,000. A long tag alone is a picture.
MAX_ATTRIBUTES = 2_000
KEY_MASK = (1 << 55) - 1  # a key times 33 stays below 2 to the 61st
SLOTS = 1024  # of the table of names: a power of two, eight times as many as there are names
# Entities that are read without a tree; all other names, and those without a semicolon, need one.
ENTITIES = {"nbsp": 0xA0, "lt": ord("<"), "gt": ord(">"), "amp": ord("&"), "quot": ord('"'), "copy": 0xA9}
ENTITIES |= {"middot": 0xB7, "laquo": 0xAB, "raquo": 0xBB, "times": 0xD7, "bull": 0x2022, "hellip": 0x2026}
ENTITIES |= {"ldquo": 0x201C, "rdquo": 0x201D, "lsquo": 0x2018, "rsquo": 0x2019, "ndash": 0x2013}
ENTITIES |= {"mdash": 0x2014, "emsp": 0x2003, "ensp": 0x2002, "rarr": 0x2192, "reg": 0xAE, "deg": 0xB0}


def key_of(name: str) -> int:
    """Return a number for the name of an element or an attribute, as the kernel computes it.

    >>> key_of("p"), key_of("tr") == key_of("rt")
    (112, False)
    """
    key = 0
    for char in name:
        key = ((key * 33) ^ ord(char)) & KEY_MASK
    return key


def slot_of(key: int) -> int:
    """Return where a key is sought first in a table of `SLOTS`."""
    return (key ^ (key >> 15)) & (SLOTS - 1)


def key_table(values: Mapping[int, int]) -> list[int]:
    """Return keys by slot, free slots being -1, and behind all of them the values of each."""
    keys, held = [-1] * SLOTS, [0] * SLOTS
    for key, value in values.items():
        slot = slot_of(key)
        while keys[slot] >= 0:
            slot = (slot + 1) & (SLOTS - 1)
        keys[slot], held[slot] = key, value
    return keys + held


@cache
def element_table() -> list[int]:
    """Return the keys of all known elements by slot, and what is known of each: flags and kind."""
    found: dict[str, int] = {}
    for flag, names in NAMES.items():
        for name in names.split():
            found[name] = found.get(name, 0) | flag
    for name, kind in KINDS.items():
        found[name] = found.get(name, 0) | kind << KIND
    return key_table({key_of(name): value for name, value in found.items()})


@cache
def entity_table() -> list[int]:
    """Return the keys of known entities by slot, and their characters."""
    return key_table({key_of(name): code for name, code in ENTITIES.items()})
