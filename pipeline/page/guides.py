"""Sections of a guide that stand behind a text, or between two: how such a paper is written.

`检讨书的格式`, `写检讨书的注意事项` below the signature of the first of three papers: the site speaks of the
kind of paper, and the text above has ended. What stands above all texts is read by `head`.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence, Set
from itertools import pairwise

from pipeline.page.edges import NUMBERED_ONE
from pipeline.page.head import ASKS, GUIDE_WORD, MAX_GUIDE_HEADING
from pipeline.page.lines import (
    DENSE,
    LINKED,
    LISTED,
    SENTENCE_MARK,
    PageLines,
    letters,
    rows_saying,
)
from pipeline.page.names import RULES
from pipeline.page.search import compile_search
from pipeline.page.sitewords import site_words
from pipeline.records import DropReason

# Of these each line says one that heads or leads into a section about writing.
SEEDS = ("写", "格式", "什么", "哪些")
# What is asked of a kind of paper, not within one: `通知的格式`, `什么是通知`; not `通知的要求`
OF_WRITING = compile_search(
    r"写作|书写|撰写|编写|[怎如][么何样]写|怎样写|写法|写好|^写.*(?:注意|要|时)|格式|^什么[是叫]|是什么|[包含]括?(?:哪些|什么)|有哪些(?:内容|部分|要素|要点)"
)
WHEN_WRITING = re.compile(  # `撰写时应注意以下几点：`; not `填写登记表时要注意：`
    "在?(?:撰写|书写|写作|编写|起草|动笔)[^。，]{0,14}[时前中]|写[^。，]{0,14}[时前][要应需]"
)
# What advice on writing speaks of: `切忌照搬照抄`, `落款：单位写全称。`
ADVICE = compile_search(
    r"写|提纲|动笔|套用|照抄|照搬|抄来|千篇一律|篇幅|字数|文体|文书|文种|行文|措辞|用词|用语|开头|结尾|落款|署名|称谓|标题|正文|条理|通读|语句|语言|修改|范文|格式|组成"
)
KIND = 2  # letters of a name's end that say what kind of paper it is: 制度, 报告
MAX_SECTION = 12  # lines of a section, and how far above its first line about writing its heading is sought
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
    seeds = rows_saying(page, SEEDS, first, end) - cues.keys() if first < end else set()
    if not seeds or any(ASKS.search(x) or OF_WRITING.search(x) for x in (*titles[0][:1], page.title)):
        return []
    kinds = _kinds(titles)
    found: list[tuple[int, int]] = []
    begins = [body[0] for body in bodies]
    for row in sorted(seeds):
        body = bodies[bisect_right(begins, row) - 1]
        if found and row < found[-1][1]:
            continue
        heading = _heading_of(page, row, body, kinds)
        if heading and _stands_behind(page, heading, body, cues):
            found += _sections(page, _begin(page, heading, body[0], cues), body[1], cues)
    return found


def _kinds(titles: tuple[Sequence[str], Sequence[str]]) -> frozenset[str]:
    """Return what kinds of paper a page is about."""
    ends = {letters(x)[-KIND:] for x in (*titles[0], *titles[1])}
    return frozenset(x for x in ends if len(x) == KIND).union(
        RULES if ends.intersection(RULES) else ()
    )  # a guide to 管理办法 behind 实施细则


def _heading_of(page: PageLines, row: int, body: tuple[int, int], kinds: Set[str]) -> int:
    """Return the heading of the section in which line `row` speaks of writing, 0 for none."""
    line = page.texts[row]
    if _may_head(page, row):
        if not OF_WRITING.search(line):
            return 0
        own = any(map(line.__contains__, kinds))
        return row if own or _advises(page, range(row + 1, min(row + 4, body[1]))) else 0
    leads = WHEN_WRITING.match(line) or (OF_WRITING.search(line) and any(map(line.__contains__, kinds)))
    if not leads or page.sights[row] & LISTED:
        return 0
    above = row - 1  # `书写格式` above `一份合格的通知，写作时要注意：`
    return above if above > body[0] and _may_head(page, above) and GUIDE_WORD.search(page.texts[above]) else 0


def _may_head(page: PageLines, row: int) -> bool:
    """Tell whether a line may head a section: short, no sentence and no item of a list."""
    line = page.texts[row]
    short = len(line) <= MAX_GUIDE_HEADING and not page.sights[row] & LISTED and page.shares[row] <= LINKED
    return short and line[-1] not in "。；：:，,、" and not SENTENCE_MARK.search(line.rstrip("?？"))


def _advises(page: PageLines, rows: range) -> bool:
    """Tell whether half of some lines speak of writing."""
    return 2 * sum(ADVICE.search(page.texts[row]) is not None for row in rows) >= len(rows)


def _stands_behind(page: PageLines, heading: int, body: tuple[int, int], cues: dict[int, DropReason]) -> bool:
    """Tell whether a text has ended above a heading, and what is below is no part of its list."""
    below = [row for row in range(heading + 1, body[1]) if row not in cues]
    if heading <= body[0] or not below or page.lasts[heading - 1] in OPEN_ENDS:
        return False
    if not _reads(page, below[0]) or site_words(page.texts[heading], edge=True):
        return False  # `某制度怎么写？` above another such, `下载本制度word格式文档`
    listed = next((row for row in below if page.sights[row] & LISTED), None)
    return listed is None or NUMBERED_ONE.match(page.texts[listed]) is not None


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
        plain = GUIDE_WORD.search(page.texts[row]) and page.lasts[row - 1] not in OPEN_ENDS
        if not plain or row + 1 == begin or not _advises(page, range(row + 1, begin)):
            break
        begin = row
    return begin


def _sections(page: PageLines, begin: int, end: int, cues: dict[int, DropReason]) -> list[tuple[int, int]]:
    """Return the sections from the first heading on: others are headed by any word of guides."""
    rows = [begin]
    for row in range(begin + 2, end - 1):
        if row not in cues and _may_head(page, row) and GUIDE_WORD.search(page.texts[row]):
            rows.append(row)
    return list(pairwise([*rows, end]))
