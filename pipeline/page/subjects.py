"""What a collection's title is about: its subject, without the count and the words that only collect."""

import re
from collections.abc import Iterable

from pipeline.page.lines import NUMERAL, letters
from pipeline.page.search import compile_search

MIN_BASE = 3  # letters a title needs before it is sought inside lines
# Qualifiers of a collection's title that are no part of its subject.
QUALIFIER = (
    "通用|精选|推荐|合集|汇总|锦集|集锦|大全|汇编|精华|优选|必备|热门|最新|实用|优秀|经典|集合|整理|范文|模板|样本|范本|共|荐|"
    "模版|标准版|完整版|简短|简单|常用|专业|合计|荟萃|优质|参考|集|版"
)
BRACKETED = re.compile(  # `（通用3篇）`, `【热门】`, `（任何话3篇）`: yes; `（试行）`: no
    rf"[【（(\[](?:(?:{QUALIFIER}|{NUMERAL}|[\s篇份则例套多])+|[^【】（）()]{{0,8}}{NUMERAL}\s*篇[^【】（）()]{{0,8}})[】）)\]]"
)
COUNTED = compile_search(
    rf"(?:{QUALIFIER}|[\s，,·_—–-])*(?:{QUALIFIER})?\s*{NUMERAL}\s*篇.*$|(?:{QUALIFIER})\s*{NUMERAL}\s*[份则例套]$"
)  # `汇总3篇`
OPENING = (
    "【",
    "（",
    "(",
    "[",
)  # BRACKETED finds nothing without; COUNTED nothing without 篇 or, at the end:
PIECES = ("份", "则", "例", "套")
LEADING = re.compile(
    r"(?:关于|有关|(?:最新|优秀|精选|精品|实用|热门|推荐|经典|通用|必备|优选|优质|简单|最全)的?|(?:19|20)\d\d年?度?(?:最新)?的?)+"
)
TRAILING_WORDS = f"{QUALIFIER}|的|下载|全文|怎么写|如何写"
TRAILING = compile_search(rf"(?:{TRAILING_WORDS})+$")
TRAILING_ENDS = frozenset(word[-1] for word in TRAILING_WORDS.split("|"))


def base_titles(titles: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Return the subjects behind collection titles and those that are `known`, longest first.

    >>> base_titles(["关于排水条例汇总2篇", "【热门】供热管理条例锦集3篇"])
    ['供热管理条例', '关于排水条例', '排水条例']
    """
    out = set(known)
    for title in titles:
        bracketed = any(map(title.__contains__, OPENING))
        bare = BRACKETED.sub("", title).strip() if bracketed else title.strip()
        counted = COUNTED.search(bare) if "篇" in bare or bare.endswith(PIECES) else None
        cut = bare[: counted.start()] if counted else bare  # it reaches to the end
        bare = cut if len(letters(cut)) >= MIN_BASE else bare
        leading = LEADING.match(bare)
        plain = bare[leading.end() :] if leading else bare
        subject = TRAILING.sub("", plain) if plain[-1:] in TRAILING_ENDS else plain
        out |= {bare, plain, subject.strip("《》 ")}
    return sorted(sorted([f for f in out if len(letters(f)) >= MIN_BASE]), key=len, reverse=True)
