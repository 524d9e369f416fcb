"""Marks that stand inside Chinese text without reason: `的'`, `` 的` ``."""

import re
from bisect import bisect_left

from pipeline.records import Edit
from pipeline.text.repair.shifts import Found

# "的'" before a Chinese character or mark, a number, a line end; not before a Latin word: "的'quote'"
_STRAY = re.compile("['`´](?<=的.)(?= ?[^\x00-\x7f]|[0-9,.;:!?()]|$)", re.MULTILINE)
# A mark that may open or close a quotation: any but those behind 的
_QUOTE = re.compile("['`´](?<!的.)")


def find_stray_marks(text: str) -> Found:
    """Delete apostrophes and grave accents behind 的 that open no quotation. Linear.

    >>> find_stray_marks("公司的'制度").edits, find_stray_marks("公司的'七一'活动").edits
    ([Edit(start=3, end=4, replacement='', rule='stray_mark')], [])
    """
    edits: list[Edit] = []
    if not ("的'" in text or "的`" in text or "的´" in text):
        return Found(edits, [])
    quotes = [match.start() for match in _QUOTE.finditer(text)]
    for match in _STRAY.finditer(text):
        if not _has_partner(text, match.start(), quotes):
            edits.append(Edit(match.start(), match.end(), "", "stray_mark"))
    return Found(edits, [])


_LINE = 200  # characters on either side that may hold the other half of a quotation


def _has_partner(text: str, at: int, quotes: list[int]) -> bool:
    """Tell whether a mark has a partner of its kind in its line that does not stand behind 的 itself."""
    k = bisect_left(quotes, at)
    near = quotes[max(0, k - 3) : k + 3]
    return any(
        abs(other - at) <= _LINE
        and text[other] == text[at]
        and "\n" not in text[min(at, other) : max(at, other)]
        for other in near
    )
