"""Invisible characters, and compatibility forms of Chinese characters."""

import re
import unicodedata

from pipeline.records import Edit
from pipeline.text.repair.shifts import Found

# Never part of a text: controls (not tab, line feed and the like), zero-width space, word joiner, BOM.
_ALWAYS = "\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff"
# Joiners: part of words in the scripts below and of emoji, of nothing else. Of the signs around the emoji
# only those are here that are one: `≥` and ① join nothing.
_JOINERS = "\u200c\u200d\u2061-\u2064"
_EMOJI = "\u2194-\u2199\u21a9\u21aa\u2300-\u23ff\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe"
_EMOJI += "\u2600-\u2775\u2794-\u27bf\u2934\u2935\u2b05-\u2b55\ufe0f\U0001f000-\U0001faff"
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_JOINED = f"[{_RIGHT_TO_LEFT}\u0900-\u10ff\u1700-\u18af{_EMOJI}]"
# Direction marks: of use beside Hebrew, Arabic and the like
_DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SOFT_HYPHEN = "\u00ad"  # part of Latin words only
_COMPATIBLE = "\uf900-\ufaff\U0002f800-\U0002fa1f"

_INVISIBLE = re.compile(
    f"[{_ALWAYS}]+|(?<!{_JOINED})[{_JOINERS}](?!{_JOINED})"
    f"|(?<![{_RIGHT_TO_LEFT}])[{_DIRECTIONS}](?![{_RIGHT_TO_LEFT}])"
    f"|(?<![a-zà-ÿ]){_SOFT_HYPHEN}|{_SOFT_HYPHEN}(?![a-zà-ÿ])|[{_COMPATIBLE}]"
)
ANY = re.compile(f"[{_ALWAYS}{_JOINERS}{_DIRECTIONS}{_SOFT_HYPHEN}{_COMPATIBLE}]")


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
