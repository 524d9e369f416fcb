"""Invisible characters, and compatibility forms of Chinese characters."""

import re
import unicodedata

from pipeline.records import Edit
from pipeline.text.repair.shifts import Found

# Never part of a text: controls (not tab, line feed and the like), zero-width space, word joiner, BOM.
_ALWAYS = "\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff"
# Joiners and direction marks: part of words in the scripts below and of emoji, of nothing else.
_JOINERS = "\u200c-\u200f\u202a-\u202e\u2061-\u2064\u2066-\u2069"
_JOINED = "[\u0590-\u10ff\u1700-\u18af\u2190-\u2bff\ufb1d-\ufdff\ufe0f\ufe70-\ufefc\U0001f000-\U0001faff]"
_SOFT_HYPHEN = "\u00ad"  # part of Latin words only
_COMPATIBLE = "\uf900-\ufaff\U0002f800-\U0002fa1f"

_INVISIBLE = re.compile(
    f"[{_ALWAYS}]+|(?<!{_JOINED})[{_JOINERS}](?!{_JOINED})"
    f"|(?<![a-zà-ÿ]){_SOFT_HYPHEN}|{_SOFT_HYPHEN}(?![a-zà-ÿ])|[{_COMPATIBLE}]"
)
ANY = re.compile(f"[{_ALWAYS}{_JOINERS}{_SOFT_HYPHEN}{_COMPATIBLE}]")


def find_invisible(text: str) -> Found:
    """Delete zero-width characters and BOMs, replace compatibility ideographs by what they stand for.

    Joiners in emoji, direction marks in Arabic and soft hyphens in Latin words stay. Linear.

    >>> [(e.start, e.end, e.replacement) for e in find_invisible("条\u200b例\uf9dc").edits]
    [(1, 2, ''), (3, 4, '隆')]
    """
    if (text.isascii() and text.isprintable()) or not ANY.search(text):
        return Found([], [])
    edits = []
    for match in _INVISIBLE.finditer(text):
        new = unicodedata.normalize("NFC", match[0]) if match[0] >= "\uf900" and match[0] != "\ufeff" else ""
        if new != match[0]:
            edits.append(Edit(match.start(), match.end(), new, "invisible"))
    return Found(edits, [])
