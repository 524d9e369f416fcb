"""Where the heading begins that says a known title in the middle of a line."""

import re

from pipeline.page.lines import DECOR, OPEN, SENTENCE_END

# `题（通用3篇）` before `题篇1`: the page's title, glued to the first heading
NEAR = 40  # characters before a title in which that may stand
COUNT_BEFORE = re.compile(r"篇[^（）()【】\[\]]{0,8}[）)】\]]$")
# What may stand before a title at the start of a heading: `★`, `最新`, `2024年`; and before kindred words.
BEFORE_TITLE = re.compile(rf"{DECOR}[^。；！？：:\n]{{0,12}}?{OPEN}?\s*+")
KINDRED = re.compile(rf"{DECOR}[^。；！？：:，\n]{{0,20}}?")


def begin_of_mention(line: str, at: int, rest: str) -> int:
    """Return where the heading begins of whose title `rest` stands before `at`; -1 where none does."""
    start = _reach_back(line, at, rest)
    begin = _heading_start(line, start) if start >= 0 else -1
    if begin < 0 and len(rest) > 1 and KINDRED.fullmatch(line, 0, at):
        return 0
    return begin


def _reach_back(line: str, at: int, words: str) -> int:
    """Return where `words` begin that end at `at`, blanks left out; -1 where other words stand there."""
    if line.endswith(words, 0, at):
        return at - len(words)
    for char in reversed(words):
        while at and line[at - 1].isspace():
            at -= 1
        if not at or line[at - 1] != char:
            return -1
        at -= 1
    return at


def _heading_start(line: str, start: int) -> int:
    """Return where the heading begins whose title begins at `start`; -1 in the middle of a sentence."""
    if start == 0:
        return 0
    if COUNT_BEFORE.search(line[max(0, start - NEAR) : start].rstrip()):
        return start
    if BEFORE_TITLE.fullmatch(line, 0, start):
        return 0
    begin = _before_blanks(line, start)
    if begin and line[begin - 1] in "（(【[〔〖「《<":
        start = begin - 1
        begin = _before_blanks(line, start)
    before = line[begin - 1 : begin]
    return start if before in SENTENCE_END or line[start - 1].isspace() else -1


def _before_blanks(line: str, at: int) -> int:
    while at and line[at - 1].isspace():
        at -= 1
    return at
