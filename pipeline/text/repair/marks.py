"""Marks that stand in Chinese text without reason: `的'`, `` 的` ``, `的.`, commas set before other marks."""

import re
from bisect import bisect_left

from pipeline.records import Edit
from pipeline.text.repair.shifts import Found

# "的'" before a Chinese character or mark, a number, a line end; not before a Latin word: "的'quote'"
_STRAY = re.compile("['`´](?<=的.)(?= ?[^\x00-\x7f]|[0-9,.;:!?()]|$)", re.MULTILINE)
# A mark that may open or close a quotation: any but those behind 的
_QUOTE = re.compile("['`´](?<!的.)")
# Where marks are strewn, they stand behind other words that end no quotation too, and inside words
_BEHIND = "的是在和與与及或對对為为將将把被從从向於于由了"
_OTHER = re.compile("['`´](?<=[一-鿿].)(?<!的.)(?=[一-鿿])")
_STREWN = 2  # stray marks behind 的 from which a page is known to have them
# "的.规定"; not "的.com", "的...", nor where the text's sentences end in full stops: "管理.制度"
_STRAY_DOT = re.compile(r"的\.(?=[一-鿿“《])")
_STOP_DOT = re.compile(r"(?<=[一-鿿”》）])(?<![的一二三四五六七八九十零〇])\.(?=[一-鿿\s“《]|$)")
# "，、" "，。" "，，": sites that copy pages strew commas before marks; ",," is Latin unless behind a hanzi
_COMMA = re.compile("(?<=[一-鿿）)》”])[，,](?=[，,、。；：])|(?<=[0-9])[，,](?=、)")
_LEAST_COMMAS = 3  # places; one or two are slips of the writer, and left alone


def find_stray_marks(text: str) -> Found:
    """Delete apostrophes, grave accents and dots behind 的, and commas strewn before other marks. Linear.

    An apostrophe that opens a quotation stays, so does a dot where the page ends sentences with dots, and so
    do fewer than three such commas.

    >>> find_stray_marks("公司的'制度").edits, find_stray_marks("公司的'七一'活动").edits
    ([Edit(start=3, end=4, replacement='', rule='stray_mark')], [])
    >>> find_stray_marks("引发的.纠纷。").edits, find_stray_marks("这是他的.我的也是.").edits
    ([Edit(start=3, end=4, replacement='', rule='stray_mark')], [])
    """
    # One character is found in 0.1 ns a character, a pair or a set of characters in 1 to 3.
    places: list[int] = []
    if "'" in text or "`" in text or "´" in text:
        places += _quotes(text)
    if "." in text:
        places += _dots(text)
    places = sorted(places + _commas(text))
    return Found([Edit(at, at + 1, "", "stray_mark") for at in places], [])


def _quotes(text: str) -> list[int]:
    if not ("的'" in text or "的`" in text or "的´" in text):
        return []
    quotes = [match.start() for match in _QUOTE.finditer(text)]
    behind = [m.start() for m in _STRAY.finditer(text)]
    places = [at for at in behind if not _has_partner(text, at, quotes)]
    if not quotes or len(places) < _STREWN:
        return places
    marks = sorted(quotes + behind)
    closing = [at for at in quotes if text[at - 1] not in _BEHIND]
    others = [m.start() for m in _OTHER.finditer(text)]
    opening = behind + [at for at in others if text[at - 1] in _BEHIND]
    return [at for at in opening if not _has_partner(text, at, closing)] + [
        at for at in others if text[at - 1] not in _BEHIND and not _has_partner(text, at, marks)
    ]


def _dots(text: str) -> list[int]:
    if "的." not in text or _STOP_DOT.search(text):
        return []
    return [match.start() + 1 for match in _STRAY_DOT.finditer(text)]


def _commas(text: str) -> list[int]:
    if "，，" not in text and ("," not in text or ",," not in text):
        return []
    found = [match.start() for match in _COMMA.finditer(text)]
    mixed = any(text[at + 1] not in "，," for at in found)  # rows of a table have ",," alone
    return found if len(found) >= _LEAST_COMMAS and mixed else []


_LINE = 200  # characters on either side that may hold the other half of a quotation


def _has_partner(text: str, at: int, quotes: list[int]) -> bool:
    """Tell whether a mark has a partner of its kind among some in its line."""
    k = bisect_left(quotes, at)
    near = quotes[max(0, k - 3) : k + 3]
    return any(
        0 < abs(other - at) <= _LINE
        and text[other] == text[at]
        and "\n" not in text[min(at, other) : max(at, other)]
        for other in near
    )
