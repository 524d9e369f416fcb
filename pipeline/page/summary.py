"""Summaries of a page's text that say how it begins and break off: above it, or in a box behind it."""

import re
from bisect import bisect_left

from pipeline.page.lines import LABELLED, LISTED, SUMMED, PageLines, rows_showing
from pipeline.records import DropReason

CUT_OFF = re.compile(r"(?:\.{3,}|…+)\s*(?:[\[【（(].{2,6}[\]】）)])?$")  # `…[详细]`
CUT_ENDS = "….]】)）"
CUT_SIGNS = frozenset(CUT_ENDS)
# `核心提示：`, `【导读】`; of so few characters that a line with one is LABELLED
LABEL = re.compile(r"[【\[（(]?[一-鿿]{2,8}(?:[】\]）)]\s*[：:]?|\s{0,4}[：:])\s*")
LEAST = 20  # characters that a summary and its text have in common: a sentence
LEAST_BEHIND = 30  # of one in a box behind the text: a refrain is shorter
KEY = 2  # of these, by which the text is sought: a salutation may be short
FIRST_LINES = 24  # behind the fields, among which one stands
MAX_NAME = 8  # characters of the line above that names it: `文档介绍`
MAX_ABOVE = 2  # lines behind the fields in which that line stands
MAX_SOUGHT = 40  # lines below that begin as it does
MAX_BETWEEN = 4  # lines from it to a text below that has no heading: introductions, the title once more
MAX_HEADING = 40  # characters of the line above a text that has one
SAID_ENDS = "。；：，、！？:;,!?"
BLANKS = re.compile(r"\s+")


def summary_rows(page: PageLines, start: int) -> dict[int, DropReason]:
    """Return the lines from `start` on that say how a text below begins, and break off or bear a label.

    Two articles of a page may begin alike: a line that the text below only repeats is none.
    """
    out: dict[int, DropReason] = {}
    for row in rows_showing(page, SUMMED, start, start + FIRST_LINES):
        line, last, sights = page.texts[row], page.lasts[row], page.sights[row]
        labelled = sights & LABELLED and not sights & LISTED  # `（十二）` is a clause's
        cut = CUT_OFF.search(line) if last in CUT_ENDS else None
        label = LABEL.match(line) if labelled and len(line) > LEAST else None
        if not (cut or label):
            continue
        said = line[: cut.start()] if cut else line
        begins = cut and _begins_below(page, row, said)
        if begins or (label and _begins_below(page, row, said[label.end() :])):
            out[row] = "introduction"
            above = row - 1
            if start <= above < start + MAX_ABOVE and _is_name(page.texts[above]):
                out[above] = "introduction"
    return out | _behind(page, start)


def _behind(page: PageLines, start: int) -> dict[int, DropReason]:
    """Return the lines that say once more how the text above begins, and the title above such a line."""
    out: dict[int, DropReason] = {}
    if CUT_SIGNS.isdisjoint(page.lasts):
        return out
    for row in rows_showing(page, SUMMED, start + 1):
        line = page.texts[row]
        if len(line) < LEAST_BEHIND or page.lasts[row] not in CUT_ENDS:
            continue
        cut = CUT_OFF.search(line)
        if cut and _begins_above(page, range(start, row), BLANKS.sub("", line[: cut.start()])):
            out[row] = "teaser"
            if row - 1 > start and page.texts[row - 1] in page.texts[:start]:
                out[row - 1] = "teaser"
    return out


def _begins_above(page: PageLines, rows: range, said: str) -> bool:
    """Tell whether the text from a line above on begins with `said`, its lines put together, and goes on."""
    key = said[:KEY]
    for row in rows:
        if page.texts[row].startswith(key):
            text = page.text[page.starts[row] : page.starts[row] + 2 * len(said)]
            above = BLANKS.sub("", text)
            cut = above.startswith(said) and not above.startswith(("…", "..."), len(said))
            if cut and _begins_text(page, rows.start, row):
                return True
    return False


def _is_name(line: str) -> bool:
    return len(line) <= MAX_NAME and line[-1] not in SAID_ENDS


def _begins_below(page: PageLines, row: int, said: str) -> bool:
    """Tell whether the text from a line below `row` on begins with `said`, and goes on otherwise."""
    said = BLANKS.sub("", said)
    if len(said) < LEAST:
        return False
    text, key = page.text, "\n" + said[:KEY]
    at = text.find(key, page.starts[row])
    for _ in range(MAX_SOUGHT):
        if at < 0:
            return False
        below = BLANKS.sub("", text[at : at + 2 * len(said)])
        if below.startswith(said) and below[len(said) : len(said) + 1] not in CUT_ENDS:
            return _begins_text(page, row, bisect_left(page.starts, at + 1))
        at = text.find(key, at + 1)
    return False


def _begins_text(page: PageLines, row: int, begin: int) -> bool:
    """Tell whether a text may begin with the line `begin`: right below `row`, or below a heading."""
    above = page.texts[begin - 1]
    return begin - row <= MAX_BETWEEN or (len(above) <= MAX_HEADING and above[-1] not in SAID_ENDS)
