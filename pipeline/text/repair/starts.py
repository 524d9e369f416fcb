"""A stray A1 at the start of a line: `、趯κ袌` for ②對市場, `。ㄒ唬` for （一）.

A1 is half of a full-width space; with the A2 of ① it makes 、(A1A2), with the A3 of （ it makes 。(A1A3).
"""

import re

from pipeline.records import Edit
from pipeline.text.repair.bytewise import gbk
from pipeline.text.repair.shifts import Found, follow, gain, run_edits, run_losses

_MARKERS = "①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_NUMERALS = "一二三四五六七八九十"
# A line that starts with 、 or 。 and something of two bytes; "、趯κ" matches, "、1" does not.
_START = re.compile("^[、。](?=[^\x00-\x7f])", re.MULTILINE)
# "。1）" for "（1）": the lead byte of the rest, A8, was dropped before an ASCII digit.
_DIGIT_START = re.compile("^。[?\ufffd]?(?=[0-9]{1,2}[）)])", re.MULTILINE)
_GAIN = 6.0  # nats; natural lines that start with 、 lose 20 and more, damaged ones gain 10 to 200


def find_a1_inserts(text: str) -> Found:
    """Read lines that start with half a full-width space again: a list marker and better Chinese.

    >>> find_a1_inserts("、俚谝粭l為了").edits
    [Edit(start=0, end=5, replacement='①第一條', rule='a1_insert')]
    """
    found = Found([], [])
    if not text.startswith(("、", "。")) and "\n、" not in text and "\n。" not in text:
        return found
    for match in _START.finditer(text):
        run = follow(text, match.end(), gbk(match[0])[1], ())
        if run is None or not run.pieces:
            continue
        low, end, new = run.pieces[0]
        if not _is_marker(new, match[0]):
            continue
        run.pieces[0] = (low - 1, end, new)
        if gain(text, run, ()) >= _GAIN:
            found.edits.extend(run_edits(run, "a1_insert"))
            found.unresolved.extend(run_losses(run, "a1_insert"))
    found.edits.extend(Edit(m.start(), m.end(), "（", "a1_insert") for m in _DIGIT_START.finditer(text))
    found.edits.sort(key=lambda e: e.start)
    return found


def _is_marker(new: str, mark: str) -> bool:
    """Tell whether a line read again starts with a list marker: ② behind A2, （一） behind A3."""
    if mark == "、":
        return new[:1] in _MARKERS and new != ""
    return new[:1] == "（" and new[1:2] in _NUMERALS and len(new) > 1
