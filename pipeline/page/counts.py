"""How many articles a title or an introduction declares."""

import re
from functools import lru_cache

from pipeline.page.lines import DOCUMENT, NUMBERS, NUMERAL, REMEMBERED
from pipeline.page.search import compile_search

# `4篇`, `共五篇`, `（通用3篇）`: yes; `第4篇`, `第1/4篇`, `4篇幅`, `上一篇`, `一篇好文章`: no
COUNT = compile_search(
    rf"(?<![第\d.一二三四五六七八九十/／])(?!一篇好|(?<=[上下前后])一篇)({NUMERAL})\s*篇(?!幅|章节)"
)
# `制度模板3份`, `制度（五则）`, `制度（共3份文件）`, `制度（8个）`: yes; `合同一式两份`, `名言十则故事`: no
PIECES = re.compile(
    rf"(?:[（(【\[]|精选|通用|推荐|合集|汇总|模板|范本|范文|参考|优秀|实用|共)\s*({NUMERAL})\s*(?:[份则例套款]|[个种](?=\s*[)）】\]]|范[文本]|模板|样本))\s*(?:附件|文件|文本|范[文本]|模板|样本)?\s*(?:[)）】\]]|$|[_|])"
)
# `读书笔记三则`, `岗位说明书5例（精选）`, `制度全套4份`: yes; `合同一式两份`, `各3份`: no
PIECES_LAST = re.compile(
    rf"(?<![第式各每\d.一二三四五六七八九十])\s*({NUMERAL})\s*(?:[份则例套款]|个?版本)"
    r"(?:范[文例本]|模板|样[本例]|参考|精选|选|合集|大全)?\s*(?:[（(【\[][^）)】\]]{0,8})?[)）】\]]?\s*(?:$|[_|])"
)
# `3份值班制度`, `精选5个值班制度`: yes; `两份合同引起的纠纷`, `十则故事`: no
PIECES_FIRST = re.compile(
    rf"(?:({NUMERAL})\s*[份套款]|(?:精选|推荐|优秀|实用|通用|最新|经典)的?\s*({NUMERAL})\s*[份则例套款个])(?![。，、])"
    rf".{{0,40}}(?:{DOCUMENT.pattern[:-1]}(?:范[文例本]|模板|样本|参考|大全)?|范[文例本]|模板)$"
)


# `关于印发值班制度等五个文件的通知`: yes; `等三个部门的通知`: no
AND_MORE = re.compile(rf"等({NUMERAL})\s*[个项份种](?:文件|制度|办法|规定|材料|方案|文本|范[文例本]|模板)")


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
    return _said_in_pieces(text) if title else None


def _said_in_pieces(title: str) -> int | None:
    """Return the number of 份, 则, 例, 套 or 款 that a title counts: one alone counts in brackets only."""
    if match := PIECES.search(title):
        return NUMBERS.get(match.group(1))
    match = PIECES_LAST.search(title) or PIECES_FIRST.match(title.strip()) or AND_MORE.search(title)
    count = NUMBERS.get(next(filter(None, match.groups()), "")) if match else None
    return count if count and count > 1 else None


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
