"""Where the element of a text closes, told by the markup alone.

The site's template puts its texts into one element and its own share bars, lists and notices into others.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from pipeline.page.continued import goes_on
from pipeline.page.edges import NUMBERED_ONE
from pipeline.page.headings import Candidate
from pipeline.page.lines import DENSE, LISTED, PageLines, rows_showing
from pipeline.page.manner import CLAUSE_ENDS

MIN_SINGLE = 4  # pairs of long lines that show what separates lines of one text
MAX_REST = 6  # lines of a text behind its last sentence: signature, date, a motto
REST = 0.3  # share of the characters of one text that may stand behind its element and are none of it


def end_of_single(page: PageLines, first: int, end: int) -> int:
    """Return the line before `end` with which the element of the one text ends, which begins at `first`.

    What mostly separates its long lines separates lines of one text; where the markup closes further and a
    short line begins the rest, a small part of the whole, the text has ended.
    """
    if page.layout is None or end - first < MIN_SINGLE:
        return end
    texts = page.texts
    depths = page.layout.separations(len(texts) - first)
    if len(depths) < len(texts) - first:
        return end
    said = [len(texts[r]) >= DENSE or page.lasts[r] in CLAUSE_ENDS for r in range(first, end)]
    dense = [r for r in range(first + 1, end) if said[r - first] and said[r - first - 1]]
    if len(dense) < MIN_SINGLE:
        return end
    within = Counter([depths[r - first] for r in dense]).most_common(1)[0][0]
    begin = next(r for r in dense if depths[r - first] == within)  # what stands above may be another element
    sizes = list(accumulate(len(x) for x in texts[first:end]))
    for row in range(first + 1, end):
        before = sizes[row - 1 - first]
        line, depth = texts[row], depths[row - first]
        begins = len(line) < DENSE and line[-1] not in CLAUSE_ENDS and not page.sights[row] & LISTED
        if depth < within and begins and before >= (1 - REST) * sizes[-1]:
            usual = min(depths[begin - first : row - first], default=within) <= depth  # closes so inside it
            return end if usual or goes_on(page, row) else row
    return end


def rest_of_element(page: PageLines, first: int, last: int, end: int) -> int:
    """Return the line before `end` to which the element goes on whose text is told from `first` to `last`.

    The last lines of a text may be short and without a full stop: a few of them, up to where the markup
    closes further than between lines of the text. `last` where it does not, or behind many lines.
    """
    if page.layout is None or last - first < 2:
        return last
    depths = page.layout.separations(len(page.texts) - first)
    if len(depths) < len(page.texts) - first:
        return last
    within = Counter(depths[1 : last - first]).most_common(1)[0][0]
    for row in range(last, min(last + MAX_REST + 1, end)):
        if depths[row - first] < within:
            return row
    return last


def end_of_element(page: PageLines, chosen: Sequence[Candidate], end: int) -> int:
    """Return the line before `end` with which the element of the last article ends, `end` where none does.

    What separates the last article from the one before separates lines of one text; where the markup closes
    further than that, the text has ended, unless numbered clauses go on behind it.
    """
    last = chosen[-1].row
    if page.layout is None or len(chosen) < 2 or chosen[-2].row == last:
        return end
    depths = page.layout.separations(len(page.texts) - last)
    if len(depths) < len(page.texts) - last:
        return end
    within = min(depths[0], depths[1]) if len(depths) > 1 else depths[0]
    for row in range(last + 2, end):
        if depths[row - last] < within:
            return end if _goes_on_outside(page, chosen, row, depths[row - last]) else row
    return end


def _goes_on_outside(page: PageLines, chosen: Sequence[Candidate], row: int, depth: int) -> bool:
    """Tell whether the last text goes on in another element from line `row` on, as the texts before it do."""
    if not goes_on(page, row - 1) or page.layout is None:
        return False
    first, last = chosen[0].row, chosen[-1].row
    above = page.layout.separations(len(page.texts) - first)[1 : last - first]
    if page.texts[row - 1][-1] in "：:" or (above and min(above) <= depth):
        return True
    begins = rows_showing(page, LISTED, row)[0]
    return NUMBERED_ONE.match(page.texts[begins]) is None
