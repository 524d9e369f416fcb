"""A stray A1 at the start of a line: `、趯κ袌` for ②對市場, `。ㄒ唬` for （一）, `〉谌龡l` for 第三條.

A1 is half of a full-width space; with the A2 of ① it makes 、(A1A2), with the A3 of （ it makes 。(A1A3),
with the lead byte of any other character another mark of that row.
"""

import re
from operator import add

from pipeline.records import Edit, Unresolved
from pipeline.text.repair.bytewise import Run, gbk
from pipeline.text.repair.language import is_frequent, is_word, likelihood
from pipeline.text.repair.numbers import DUE, fits
from pipeline.text.repair.shifts import Found, follow, gain, run_edits, run_losses

MARKERS = "①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_NUMERALS = "一二三四五六七八九十"
# "②", "（一" and "（十二"; not "、", "（略"
_MARKER = re.compile(f"[{MARKERS}]|（[{_NUMERALS}]")
_OPEN_MARKER = re.compile(f"（[{_NUMERALS}]{{0,2}}")
ROW = bytes(byte for trail in range(0xA2, 0xFF) for byte in (0xA1, trail)).decode("gbk")  # 、。·ˉ … ↓〓
BEFORE_MARKERS = "、。"  # what A1 makes with the lead byte of a marker
# A line but the first that starts with one of them and something else; "、趯κ", "、1"
_LATER = re.compile(f"\n[{re.escape(ROW)}](?=.)")
# "。1）" for "（1）": the lead byte of the rest, A8, was dropped before an ASCII digit.
_DIGIT_START = re.compile("^。[?\ufffd]?(?=[0-9]{1,2}[）)])", re.MULTILINE)
# "、?四）" for "①（四）": both bytes of the pair are gone
_LOST_START = re.compile("^[、。][?\ufffd]{1,3}(?=[^?\ufffd\\s])", re.MULTILINE)
_GAIN = 6.0  # nats; natural lines that start with 、 lose 20 and more, damaged ones gain 10 to 200
_GAIN_OTHER = 8.0  # nats where no list marker is read: “ and 《 begin many lines
FIRST = 6  # characters of a line in which text out of step holds a rare one; of Simplified text 96 of 100 do


def find_a1_inserts(text: str) -> Found:
    """Read lines that start with half a full-width space again: a list marker and better Chinese.

    >>> find_a1_inserts("、俚谝粭l為了").edits
    [Edit(start=0, end=5, replacement='①第一條', rule='a1_insert')]
    """
    found = Found([], [])
    places = [0] if text and text[0] in ROW else []
    places += [match.start() + 1 for match in _LATER.finditer(text)]
    for start in places:
        run = None if text[start + 1 : start + 2].isascii() else _run_behind(text, start)
        if run:
            found.edits.extend(run_edits(run, "a1_insert"))
            found.unresolved.extend(run_losses(run, "a1_insert"))
    if any(text[start] in BEFORE_MARKERS for start in places):
        lost = (Unresolved(m.start() + 1, m.end(), "a1_insert") for m in _LOST_START.finditer(text))
        found.unresolved.extend(lost)
        found.edits.extend(Edit(m.start(), m.end(), "（", "a1_insert") for m in _DIGIT_START.finditer(text))
        found.edits.sort(key=lambda e: e.start)
    return found


def _run_behind(text: str, start: int) -> Run | None:
    """Read a line on from the byte behind its stray A1, if that makes better Chinese."""
    at, pending = start + 1, gbk(text[start])[1]
    if text[start] in BEFORE_MARKERS and (run := _marker_run(text, at, pending)):
        return run if _is_better(text, start, run, _GAIN) else None
    begin = text[at : at + FIRST].split("\n")[0]
    if all(char.isascii() or (is_frequent(char) and char not in MARKERS) for char in begin):
        return None
    run = follow(text, at, pending, ())
    if run is None or not run.pieces:
        return None
    low, end, new = run.pieces[0]
    run.pieces[0] = (low - 1, end, new)
    if fits(text, start, new):
        return run if _is_better(text, start, run, _GAIN) else None
    if run.lost or not all(map(is_frequent, new)) or not any(map(is_word, map(add, new, new[1:]))):
        return None
    # The mark itself is no evidence: ★ is rare in any text.
    return run if _is_better(text, start, run, _GAIN_OTHER - likelihood(text[start])) else None


def _is_better(text: str, start: int, run: Run, needed: float) -> bool:
    """Tell whether a run that begins a line gains enough; the marker that is due there costs nothing."""
    won, new = gain(text, run, ()), run.pieces[0][2]
    return won >= needed or (fits(text, start, new) and won + DUE - likelihood(new[:1]) >= needed)


def _marker_run(text: str, at: int, pending: int) -> Run | None:
    """Read a line on from the byte behind its stray A1, if it then starts with a list marker."""
    run = follow(text, at, pending, ())
    if run is None or not run.pieces:
        return None
    low, end, new = run.pieces[0]
    if numeral := _numeral_at_loss(text, end, new):
        rest = follow(text, end + 1, None, ())
        if rest is None or not rest.pieces:
            return None
        run, (_, end, more) = rest, rest.pieces[0]
        new += numeral + "）" + more
    if not _MARKER.match(new):
        return None
    run.pieces[0] = (low - 1, end, new)
    return run


def _numeral_at_loss(text: str, at: int, new: str) -> str:
    """Return the numeral of `（三` that ends in an undefined pair: `。ㄈ?┑` is （三）第.

    Its trail byte and the lead byte of ） are gone, but its lead byte and the rest of ） are there,
    and no two numerals share a lead byte.
    """
    behind = gbk(text[at + 1 : at + 2] or " ")
    if text[at : at + 1] not in ("?", "\ufffd") or behind[:1] != b"\xa9" or not _OPEN_MARKER.fullmatch(new):
        return ""
    lead = gbk(text[at - 1])[1]
    return next((n for n in _NUMERALS if gbk(n)[0] == lead), "")
