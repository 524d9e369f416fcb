"""Sections of a guide that stand behind a text, or between two: how such a paper is written.

`检讨书的格式`, `写检讨书的注意事项` below the signature of the first of three papers: the site speaks of the
kind of paper, and the text above has ended. What stands above all texts is read by `head`.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence, Set
from itertools import pairwise, takewhile

from pipeline.page.advice import OF_MAKING, OF_WRITING, PARTS, PLAINLY, SUBMITTED, WHEN_WRITING, advise
from pipeline.page.edges import NUMBERED_ONE
from pipeline.page.head import ASKS, CALLS, GUIDE_WORD, LEADS, MAX_GUIDE_HEADING
from pipeline.page.lines import (
    DENSE,
    DOCUMENT,
    LINKED,
    LISTED,
    SENTENCE_MARK,
    PageLines,
    letters,
    rows_saying,
)
from pipeline.page.names import RULES
from pipeline.page.sitewords import site_words
from pipeline.page.subjects import TRAILING
from pipeline.records import DropReason

# Of these each line says one that heads or leads into a section about writing; of forms is what is filled in.
ONE_OF = ("写", "么", "哪", "格式", "注意事项", "为何")  # one of which stands on each page with such a line
SEEDS = ("写", "格式", "什么", "哪些", "标题", "一份好", "一篇", "注意事项", "为何")
FILLED = re.compile("[填抄]写")
SPLIT = re.compile("的|写|格式")  # what stands before names the kind of paper: `心得体会的写法`
KIND = 2  # letters of a name's end that say what kind of paper it is: 制度, 报告
MAX_SECTION = 12  # lines of a section, and how far above its first line about writing its heading is sought
MAX_PLAIN = 20  # characters of a section's heading that no word betrays, in a guide whose lines are sentences
LEAST_PARTS = 2  # of a letter, of which a section speaks that names no kind of paper
OPEN_ENDS = "：:，,、"  # with which a line leads on: what follows belongs to it


def guides_behind(
    page: PageLines,
    bodies: Sequence[tuple[int, int]],
    cues: dict[int, DropReason],
    titles: tuple[Sequence[str], Sequence[str]],
) -> list[tuple[int, int]]:
    r"""Return the sections of a guide behind the texts: the line of each heading, and the one behind it.

    `bodies` are the lines of each text: the first, and the one behind the last; a guide goes on to the end
    of one. `titles` are the names of the page and the subjects behind them. None on a page that is itself
    about writing. 5 µs where no line speaks of it.

    >>> from pipeline.page.lines import page_lines
    >>> lines = ["检讨书2篇", "检讨书1", "我错了，今后一定改正。", "检讨书的格式", "1、标题居中。"]
    >>> page = page_lines("\n".join(lines), ([0] * 5, [1] * 5), "", from_html=False)
    >>> guides_behind(page, [(2, 5)], {}, (["检讨书2篇"], ["检讨书"]))
    [(3, 5)]
    """
    first, end = bodies[0][0], bodies[-1][1]
    if first >= end:
        return []
    begin, stop = page.starts[first], page.ends[end - 1]
    if all(page.text.find(word, begin, stop) < 0 for word in ONE_OF):
        return []  # as nine of ten pages of clauses
    seeds = rows_saying(page, SEEDS, first, end) - cues.keys()
    if not seeds:
        return []
    asks = any(ASKS.search(x) or OF_WRITING.search(x) for x in (*titles[0][:1], page.title))
    kinds = _kinds(titles)
    says = {letters(x) for x in titles[0][:1]}
    found: list[tuple[int, int]] = []
    begins = [body[0] for body in bodies]
    for row in sorted(seeds):
        body = bodies[bisect_right(begins, row) - 1]
        if (found and row < found[-1][1]) or FILLED.search(page.texts[row]):
            continue
        heading = _heading_above(page, row, body[0], cues)
        if asks and advise(page.texts[body[0] : heading]):
            continue  # `检讨书怎么写`: the text itself says it
        if heading and _is_guide(page, heading, (body, cues), kinds):
            top = _begin(page, heading, body[0], cues)
            found += _sections(page, top, _end(page, top, body[1], says), cues)
    return found


def _kinds(titles: tuple[Sequence[str], Sequence[str]]) -> frozenset[str]:
    """Return what kinds of paper a page is about."""
    ends = {letters(TRAILING.sub("", x))[-KIND:] for x in (*titles[0], *titles[1])}
    kinds = {x for x in ends if len(x) == KIND and "篇" not in x}
    return frozenset(kinds).union(RULES if kinds.intersection(RULES) else ())  # a guide to 办法 behind 细则


def _heading_above(page: PageLines, row: int, first: int, cues: dict[int, DropReason]) -> int:
    """Return the heading of the section in which line `row` stands, 0 for none."""
    for at in range(row, max(first, row - MAX_SECTION), -1):
        if at not in cues and _may_head(page, at):  # `编辑推荐：请假条的写法` heads nothing
            return at
    return 0


def _may_head(page: PageLines, row: int) -> bool:
    """Tell whether a line may head a section: short, no sentence and no item of a list."""
    line = page.texts[row]
    short = len(line) <= MAX_GUIDE_HEADING and not page.sights[row] & LISTED and page.shares[row] <= LINKED
    if not short or line[-1] in "。；，,、" or SENTENCE_MARK.search(line.rstrip("?？")):
        return False
    return line[-1] not in "：:" or (OF_WRITING.search(line) is not None and not LEADS.search(line))


def _is_guide(
    page: PageLines, heading: int, where: tuple[tuple[int, int], dict[int, DropReason]], kinds: Set[str]
) -> bool:
    """Tell whether a section says how such a paper is written, and stands behind a text."""
    (first, end), cues = where
    below = [row for row in range(heading + 1, end) if row not in cues]
    if heading <= first or not below or page.lasts[heading - 1] in OPEN_ENDS or not _reads(page, below[0]):
        return False  # `某制度怎么写？` above another such
    listed = next((row for row in below if page.sights[row] & LISTED), None)
    if listed is not None and not NUMBERED_ONE.match(page.texts[listed]):
        return False  # an item of the text's own list
    line = page.texts[heading]
    rest = takewhile(lambda r: not _may_head(page, r), below[1:MAX_SECTION])
    own = [page.texts[row] for row in (below[0], *rest)]  # `写信时应当注意格式：` heads nothing here
    if CALLS.search(line) or site_words(line, edge=True) or any(map(SUBMITTED.search, (line, *own))):
        return False  # `下载本制度word格式文档`, or what a call for papers asks
    return _speaks_of_writing(line, own, kinds)


def _speaks_of_writing(line: str, own: Sequence[str], kinds: Set[str]) -> bool:
    """Tell whether a heading and its lines speak of how papers of one of some kinds are written."""
    named, writing = any(map(line.__contains__, kinds)), OF_WRITING.search(line) is not None
    if (named and writing) or _speaks_of_making(line, kinds):
        return True
    if not writing and not GUIDE_WORD.search(line):
        return False
    parts = sum(PARTS.search(x) is not None for x in own) >= LEAST_PARTS
    if writing:
        about = any(kind in x for kind in kinds for x in own) or DOCUMENT.search(SPLIT.split(line)[0])
        return (parts or bool(about or PLAINLY.search(line))) and advise(own)
    if (named or parts) and advise(own):
        return True
    return any(
        WHEN_WRITING.match(x) or (OF_WRITING.search(x) and any(map(x.__contains__, kinds))) for x in own[:1]
    )


def _speaks_of_making(line: str, kinds: Set[str]) -> bool:
    """Tell whether a heading asks why one makes a paper of one of some kinds, or what to heed with it.

    `注意事项` alone, and that of what a paper is about, are a text's own.

    >>> [_speaks_of_making(x, {"制度"}) for x in ("为什么要制定制度？", "制度的注意事项", "值班的注意事项")]
    [True, True, False]
    """
    match = OF_MAKING.fullmatch(line)
    return match is not None and next(filter(None, match.groups())).endswith(tuple(kinds))


def _reads(page: PageLines, row: int) -> bool:
    """Tell whether a line reads as text."""
    said = len(page.texts[row]) >= DENSE or page.lasts[row] in "。；：:" or page.sights[row] & LISTED != 0
    return said and page.shares[row] <= LINKED


def _begin(page: PageLines, heading: int, first: int, cues: dict[int, DropReason]) -> int:
    """Return the first heading of the guide: sections above may bear plainer names, `注意事项`."""
    begin = heading
    for row in range(heading - 1, max(first, heading - MAX_SECTION), -1):
        if row in cues or not _may_head(page, row):
            continue
        own = page.texts[row + 1 : begin]
        line = page.texts[row]
        plain = GUIDE_WORD.search(line) or OF_WRITING.search(line)
        if page.lasts[row - 1] in OPEN_ENDS or not plain or not advise(own):
            break
        begin = row
    return begin


def _end(page: PageLines, begin: int, end: int, says: Set[str]) -> int:
    """Return the line that says the page's title once more: what is below is shown a second time."""
    return next((row for row in range(begin + 2, end) if letters(page.texts[row]) in says), end)


def _sections(page: PageLines, begin: int, end: int, cues: dict[int, DropReason]) -> list[tuple[int, int]]:
    """Return the sections from the first heading on: any short line above sentences heads one."""
    rows = [begin]
    for row in range(begin + 2, end - 1):
        if row in cues or not _may_head(page, row) or not _reads(page, row + 1):
            continue
        if site_words(page.texts[row], edge=True):
            continue
        if len(page.texts[row]) <= MAX_PLAIN or GUIDE_WORD.search(page.texts[row]):
            rows.append(row)
    return list(pairwise([*rows, end]))
