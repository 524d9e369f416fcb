"""Invisible characters, and compatibility forms of Chinese characters."""

import re
import unicodedata

from pipeline.records import Edit
from pipeline.text.repair.readings import HANZI
from pipeline.text.repair.shifts import Found

# Never part of a text: controls (not tab, line feed and the like), zero-width space, word joiner, BOM.
_ALWAYS = "\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff"
# Part of words in other scripts and of emoji: joiners, direction marks, soft hyphen. Not beside a Chinese
# character.
_BESIDE_HANZI = "\u00ad\u200c-\u200f\u202a-\u202e\u2061-\u2064\u2066-\u2069"
_COMPATIBLE = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_LATIN = "[\x21-\x7e\xa1-\u024f]"
_SIDE = f"[{HANZI}\u2010-\u2027\u3000-\u303f\uff00-\uffef]"

_INVISIBLE = re.compile(
    f"[{_ALWAYS}]+|(?<={_SIDE})[{_BESIDE_HANZI}]+|[{_BESIDE_HANZI}]+(?={_SIDE})"
    f"|(?<={_LATIN})[\u200c-\u200f\u202a-\u202e]+(?={_LATIN})|[{_COMPATIBLE}]"
)
_ANY = re.compile(f"[{_ALWAYS}{_BESIDE_HANZI}{_COMPATIBLE}]")


def find_invisible(text: str) -> Found:
    """Delete zero-width characters and BOMs, replace compatibility ideographs by what they stand for.

    Joiners in emoji, direction marks in Arabic and soft hyphens in Latin words stay. Linear.

    >>> [(e.start, e.end, e.replacement) for e in find_invisible("条\u200b例\uf9dc").edits]
    [(1, 2, ''), (3, 4, '隆')]
    """
    if (text.isascii() and text.isprintable()) or not _ANY.search(text):
        return Found([], [])
    edits = []
    for match in _INVISIBLE.finditer(text):
        new = unicodedata.normalize("NFC", match[0]) if match[0] >= "\uf900" and match[0] != "\ufeff" else ""
        if new != match[0]:
            edits.append(Edit(match.start(), match.end(), new, "invisible"))
    return Found(edits, [])
