"""A stray A1 at the start of a line: `、趯κ袌` for ②對市場, `。ㄒ唬` for （一）.

A1 is half of a full-width space; with the A2 of ① it makes 、(A1A2), with the A3 of （ it makes 。(A1A3).
"""

import re

from pipeline.records import Edit, Unresolved
from pipeline.text.repair.bytewise import Run, gbk
from pipeline.text.repair.shifts import Found, follow, gain, run_edits, run_losses

_MARKERS = "①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_NUMERALS = "一二三四五六七八九十"
# "②", "（一" and "（十二"; not "、", "（略"
_MARKER = re.compile(f"[{_MARKERS}]|（[{_NUMERALS}]")
_OPEN_MARKER = re.compile(f"（[{_NUMERALS}]{{0,2}}")
# A line that starts with 、 or 。 and something of two bytes; "、趯κ" matches, "、1" does not.
_START = re.compile("^[、。](?=[^\x00-\x7f])", re.MULTILINE)
_LATER = re.compile("\n[、。]")  # a line but the first that may be so; a third of the time of two strings
# "。1）" for "（1）": the lead byte of the rest, A8, was dropped before an ASCII digit.
_DIGIT_START = re.compile("^。[?\ufffd]?(?=[0-9]{1,2}[）)])", re.MULTILINE)
# "、?四）" for "①（四）": both bytes of the pair are gone
_LOST_START = re.compile("^[、。][?\ufffd]{1,3}(?=[^?\ufffd\\s])", re.MULTILINE)
_GAIN = 6.0  # nats; natural lines that start with 、 lose 20 and more, damaged ones gain 10 to 200


def find_a1_inserts(text: str) -> Found:
    """Read lines that start with half a full-width space again: a list marker and better Chinese.

    >>> find_a1_inserts("、俚谝粭l為了").edits
    [Edit(start=0, end=5, replacement='①第一條', rule='a1_insert')]
    """
    found = Found([], [])
    if not text.startswith(("、", "。")) and not _LATER.search(text):
        return found
    for match in _START.finditer(text):
        run = _marker_run(text, match.end(), gbk(match[0])[1])
        if run and gain(text, run, ()) >= _GAIN:
            found.edits.extend(run_edits(run, "a1_insert"))
            found.unresolved.extend(run_losses(run, "a1_insert"))
    found.unresolved.extend(
        Unresolved(m.start() + 1, m.end(), "a1_insert") for m in _LOST_START.finditer(text)
    )
    found.edits.extend(Edit(m.start(), m.end(), "（", "a1_insert") for m in _DIGIT_START.finditer(text))
    found.edits.sort(key=lambda e: e.start)
    return found


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
