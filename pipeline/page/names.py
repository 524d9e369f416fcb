"""Articles told apart by the names of documents alone: `【河东中学值班制度】`, `城北中学值班制度`.

The names of one page's articles end like its title, and have one form. A clause at the end of a name's
line is the first of its article.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.page.counts import declared_count
from pipeline.page.cues import drop_reason
from pipeline.page.head import GUIDE_WORD
from pipeline.page.headings import PLAIN, Candidate
from pipeline.page.lines import (
    COUNTING,
    DOCUMENT,
    LINKED,
    NUMBERED,
    SENTENCE_MARK,
    PageLines,
    letters,
    rows_saying,
    rows_showing,
)
from pipeline.page.marks import first_clause
from pipeline.page.series import ends_like, overlap

MAX_NAME = 40  # characters of an article's name
MIN_CONTENT = 20  # characters of an article without a number in its heading
NEAR = 3  # lines below a name within which its list begins: labels stand between
TAIL = 2  # letters of a subject's end: 制度, 职责
OWN_SHARE = 0.3  # of a name's pairs of characters that the title says: `关于加强值班管理的规定` has .33
OWN_ENDS = 0.6  # of the names end as the title's subject does
ASKING = re.compile("什么|怎么|怎样|如何|哪些")  # `什么是值班制度`: a guide's heading
LEAST_SAME = 3  # texts below one name, plain as it is
LEAST_LISTED = 2  # names below each other that may be a table of contents
SAID = re.compile("特此|附[：:件]")  # `特此通知`: how a paper ends
# `关于召开安全会议的通知`: whatever it is about
FULL_NAME = re.compile(r"关于.{2,30}的[一-鿿]{2,3}")
# Kinds that one collection mixes: 管理办法 among 实施细则
RULES = ("制度", "办法", "规定", "细则", "规程", "规范", "守则", "条例")
SOME_SHARE = 0.2  # of a rule's name that the title of a collection of rules says: its matter, not its kind
KIND = 3  # letters of a name's end by which papers of one kind are known in one form: 新闻稿, 演讲稿
LABELLED = re.compile("[一-鿿]{2,6}[：:]")  # `关键词：值班制度`
# What stands around a name: `【`, `▼`, `《`; and behind it
AROUND = re.compile(r"^([\W_]*)(.*?)([^\w）)]*)$")


def named_documents(
    page: PageLines, start: int, titles: tuple[str, Sequence[str]], declared: int | None
) -> list[Candidate]:
    """Return the names of as many documents as are declared, or those that begin lists, in order of place.

    `titles` are the page's title and the subjects behind it.
    """
    title, subjects = titles
    found: list[Candidate] = []
    nearest: list[Candidate] = []  # names of the kind that more letters tell
    for kind in (KIND, TAIL) if declared else (KIND,):
        found = _with_content(page, list(_names(page, start, title, (subjects, kind))))
        for names in _ways(page, found, title):
            if len(names) == declared:
                return [c._replace(ordinal=k, key=PLAIN) for k, c in enumerate(names, 1)]
        nearest = nearest or found
    if declared is not None:
        return _of_more(page, nearest, title, declared)
    for names in _ways(page, [c for c in found if letters(c.title) not in letters(title)], title):
        own = sum(ends_like(c.title, title) for c in names)
        if len(names) >= 2 and own >= OWN_ENDS * len(names) and all(_begins_list(page, c) for c in names):
            return [c._replace(ordinal=k, key=PLAIN) for k, c in enumerate(names, 1)]
    return []


def _of_more(page: PageLines, found: Sequence[Candidate], title: str, declared: int) -> list[Candidate]:
    """Return names of fewer documents than are declared, of a page that goes on: in one form or marked."""
    says = letters(title)
    again = (
        r
        for r in rows_showing(page, COUNTING, found[0].row if found else 0)
        if letters(page.texts[r]) == says
    )
    stop = next(again, len(page.texts))  # behind the title said again stands a teaser
    forms = [[c for c in found if c.key == form] for form in dict.fromkeys(c.key for c in found if c.key[1])]
    marked = [c for c in found if page.heads[c.row] > 1]
    often = Counter(c.title for c in found).most_common(1)
    same = [c for c in found if often[0][1] >= LEAST_SAME and c.title == often[0][0]]
    for names in (*forms, marked, same):
        kin = sum(ends_like(c.title, title) or DOCUMENT.search(c.title) is not None for c in names)
        names = [c for c in names if c.row < stop]
        if 2 <= len(names) < declared and kin >= len(names):
            return [c._replace(ordinal=k, key=PLAIN) for k, c in enumerate(names, 1)]
    return []


def _ways(page: PageLines, found: Sequence[Candidate], title: str) -> Iterator[Sequence[Candidate]]:
    """Yield the names of one form, those in the markup, all, and all but the title said once more."""
    for form in dict.fromkeys(c.key for c in found if c.key[1]):
        yield [c for c in found if c.key == form]
    yield [c for c in found if page.heads[c.row] > 1]
    yield found
    yield [c for c in found if letters(c.title) not in letters(title)]


def _names(page: PageLines, start: int, title: str, kin: tuple[Sequence[str], int]) -> Iterator[Candidate]:
    """Yield the lines that say the name of a document of the page's kind, or begin with one.

    `kin` are the subjects of the page, and how many letters of their ends tell the kind.
    """
    glued = rows_saying(page, {subject[-TAIL:] for subject in kin[0]}, start)
    for row in range(start, len(page.texts)):
        line = page.texts[row]
        size = len(line)
        if size > MAX_NAME or SENTENCE_MARK.search(line):
            size = first_clause(line) if row in glued else 0
        if not 4 <= size <= MAX_NAME or page.shares[row] > LINKED or NUMBERED.match(line):
            continue
        before, name, _ = AROUND.match(line[:size].rstrip()).groups()  # type: ignore[union-attr]
        if not ends_like(name, title):
            told = GUIDE_WORD.search(name) or not DOCUMENT.search(name) or drop_reason(line)
            own = overlap(name, title) >= OWN_SHARE or _is_kin(
                name, title, kin, decorated=before.strip() != ""
            )
            if told or not own or SAID.match(name):
                continue
        elif declared_count(line):
            continue  # the title once more
        elif ASKING.search(name) or LABELLED.match(name):
            continue
        yield Candidate(row, 0, size, size, 1, ("plain", before.strip()), name, size == len(line))


def _is_kin(name: str, title: str, kin: tuple[Sequence[str], int], *, decorated: bool) -> bool:
    """Tell whether a name is that of a paper of the page's kind, whatever it is about."""
    subjects, size = kin
    if name.endswith(RULES) and any(subject.endswith(RULES) for subject in subjects):
        return decorated or size == TAIL or overlap(name, title) >= SOME_SHARE
    ends = {subject[-TAIL if FULL_NAME.fullmatch(name) else -size :] for subject in subjects}
    return name.endswith(tuple(end for end in ends if DOCUMENT.search(end)))


def _with_content(page: PageLines, found: Sequence[Candidate]) -> list[Candidate]:
    """Return the names that have a text behind them, none of a table of contents, none below another."""
    total = len(page.text)
    kept: list[Candidate] = []
    last = {page.texts[c.row]: c.row for c in found}
    pairs = list(pairwise(found))
    near = [_place(page, below) - page.starts[c.row] - c.body < MIN_CONTENT for c, below in pairs]
    above = near.index(False) if False in near else len(near)  # contents stand above all texts
    if above < LEAST_LISTED:  # a heading, and the name of its paper once more
        above = 0
    listed = {c.row for c, _ in pairs[:above] if last[page.texts[c.row]] > c.row}
    for c in found:
        if c.row in listed:
            continue
        if not kept or _place(page, c) - page.starts[kept[-1].row] - kept[-1].body >= MIN_CONTENT:
            kept.append(c)
    return kept if not kept or total - page.starts[kept[-1].row] >= MIN_CONTENT else kept[:-1]


def _place(page: PageLines, c: Candidate) -> int:
    return page.starts[c.row] + c.start


def _begins_list(page: PageLines, name: Candidate) -> bool:
    """Tell whether the first clause of a list stands in the line of a name or in one of the next."""
    if not name.alone:
        return True
    return any(first_clause(line) == 0 for line in page.texts[name.row + 1 : name.row + 1 + NEAR])
