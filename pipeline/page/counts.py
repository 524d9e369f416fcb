"""How many articles a title or an introduction declares."""

import re
from functools import lru_cache

from pipeline.page.lines import NUMBERS, NUMERAL, REMEMBERED
from pipeline.page.search import compile_search

COUNT = compile_search(  # `4篇`, `共五篇`, `（通用3篇）`: yes; `第4篇`, `第1/4篇`, `4篇幅`: no
    rf"(?<![第\d.一二三四五六七八九十/／])({NUMERAL})\s*篇(?!幅|章节)"
)
# `制度模板3份`, `制度（五则）`: yes; `合同一式两份`, `名言十则故事`: no
PIECES = re.compile(
    rf"(?:[（(【\[]|精选|通用|推荐|合集|汇总|模板|范本|范文|参考|优秀|实用|共)\s*({NUMERAL})\s*[份则例套]\s*(?:[)）】\]]|$|[_|])"
)


def declared_count(text: str, *, title: bool = False) -> int | None:
    """Return the number of articles that a title or an introduction declares.

    A `title` may count in other words: `模板3份`, `（五则）`.

    >>> declared_count("制度（通用五篇）"), declared_count("第3篇 制度"), declared_count("本文共12篇")
    (5, None, 12)
    >>> declared_count("制度（五则）", title=True), declared_count("合同一式两份", title=True)
    (5, None)
    """
    if "篇" in text:
        return NUMBERS.get(_said(text))
    match = PIECES.search(text) if title else None
    return NUMBERS.get(match.group(1)) if match else None


def said_count(text: str) -> str:
    """Return the number before 篇 in a text that counts articles, "" where none does.

    >>> said_count("制度（通用五篇）"), said_count("第3篇 制度")
    ('五', '')
    """
    return _said(text) if "篇" in text else ""


@lru_cache(maxsize=REMEMBERED)
def _said(text: str) -> str:
    match = COUNT.search(text)
    return match.group(1) if match else ""
