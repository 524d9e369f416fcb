"""The lines of a page in canonical text, as every later step reads them, and the small words about lines."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, compress
from typing import NamedTuple

from pipeline.page.layout import Layout

# Numerals of headings and counts, 1 to 99: `3`, `03`, `３`, `三`, `十二`, `两`, `③`, `III`, `㈢`, `❸`, `ⅲ`.
_DIGITS = "一二三四五六七八九"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _chinese(n: int) -> str:
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens - 1] + "十"
    return head + (_DIGITS[ones - 1] if ones else "")


NUMBERS: dict[str, int] = {"两": 2} | {x: n for n, x in enumerate("壹贰叁肆伍陆柒捌玖拾", 1)}
NUMBERS |= {_chinese(n): n for n in range(1, 100)} | {f"一{_chinese(n)}": n for n in range(10, 20)}
NUMBERS |= {str(n): n for n in range(1, 100)} | {f"0{n}": n for n in range(1, 10)}
NUMBERS |= {str(n).translate(_WIDE): n for n in range(1, 100)}
NUMBERS |= {chr(0x2460 + n - 1): n for n in range(1, 21)}  # ① to ⑳
NUMBERS |= {x: n for n, x in enumerate(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"), 1)}
NUMBERS |= {x: n for n, x in enumerate("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", 1)} | {x: n for n, x in enumerate("⓫⓬⓭⓮⓯", 11)}
NUMBERS |= {chr(first + n): n + 1 for first in (0x3220, 0x2776, 0x2780, 0x278A, 0x2170) for n in range(10)}
NUMERAL = (
    "(?:[0-9]{1,2}|[０-９]{1,2}|[一二三四五六七八九十两]{1,3}|[壹贰叁肆伍陆柒捌玖拾①-⑳㈠-㈩❶-➓⓫-⓯Ⅰ-Ⅻⅰ-ⅹ]"
    "|[IVX]{1,4}(?![A-Za-z]))"
)

# Brackets around a number or a title, and what decorates a heading.
OPEN, CLOSE = r"[（(【\[〔〖「《<]", r"[）)】\]〕〗」》>]"
DECOR = r"[^\w（(【\[〔〖「『《<“\"‘。，、；：:;,!?！？]*+"
SENTENCE_END = "。！？；!?…”》"

LETTERS = re.compile(r"[^\W_]+")
SENTENCE_MARK = re.compile(r"[。；！？;!?]")  # `制定本制度。`: yes; `岗位、职责`: no

MAX_LISTED = 120  # characters of a line that may be an item of a list of pages
REMEMBERED = 4096  # texts without their punctuation, 1 MB: those of the pages that are read side by side
DENSE = 20  # characters from which a line reads as text
LINKED = 0.8  # share of a line in links from which it is one
# What stands beside a link in a list of pages: `[2024-01-11]`, `(01-11)`, `12:30`, `阅读(31)`, `3.`.
BESIDE_LINK = re.compile(
    r"(?:(?:19|20)\d\d\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}日?|\d{1,2}:\d\d(?::\d\d)?"
    r"|(?:阅读|浏览|点击|人气|查看|评论|回复|下载|热度)\s*(?:量|数|次数)?\s*[（(：:]?\s*\d+(?:次|人|条)?|\d+\s*(?:次|人|条)?\s*(?:阅读|浏览|关注|下载|评论)"
    r"|^\s*\d{1,3}(?=\D)|[\W_]"
)

# What opens a numbered clause, and a line that it opens.
NUMBER = (
    r"(?:第?[0-9０-９一二三四五六七八九十百]+\s*[、.．条章节编款项)）]"
    r"|[（(][0-9０-９一二三四五六七八九十]+[)）]|[①-⑳⑴-⒇])"
)
NUMBERED = re.compile(rf"^\s*{NUMBER}")

DOCUMENT = re.compile(  # `门卫值班制度`, `车辆使用办法（试行）`: yes; `任职要求`, `附则`: no
    r"(?:制度|职责|办法|规定|细则|规程|规范|方案|预案|流程|守则|条例|合同|协议|总结|计划|报告|通知|须知|公约|承诺书?|标准|章程|意见|讲话|演讲稿|心得|体会|信|书|稿|纪要|通报|请示|批复|公告|主持词|导游词|致辞|教案|[读观]后感|邀请函)"
    r"(?:[（(].{1,8}[）)])?$"
)


# What a line may show, as bits; of those before GROUPS the lines are listed (`page/glance.py`). A line is
# LISTED if NUMBERED matches it, and only then; all others only *may* show what they are said to.
GROUPS = 14
HINTED, SAYING, SIGNED, DATED, LEADING, COUNTING, PLACED = (1 << bit for bit in range(7))
LISTED, UNLISTED, ENDING, STOPPED, SUMMED, BRIEF, INTRODUCED = (1 << bit for bit in range(7, GROUPS))
NUMERALS, SEPARATORS, LABELLED, FIELDED, PAGED = (1 << bit for bit in range(GROUPS, GROUPS + 5))
LISTED_AT = LISTED.bit_length() - 1


class Told(NamedTuple):
    """What is told of the lines of a text that are not empty: as in `PageLines`."""

    sights: Sequence[int]
    shown: Sequence[Sequence[int]]
    starts: list[int]
    ends: list[int]
    lasts: str


@dataclass(slots=True)
class PageLines:
    """The visible, non-empty lines of a page in canonical text.

    `texts[i]`, stripped, stands from `starts[i]` to before `ends[i]` in the canonical text; `shares[i]` is
    which part of it stands in links, 0 to 1, dates and numbers beside them left out; `heads[i]` as in
    `blocks.Blocks`; `title` is the canonical text of `<title>`, `text` that of the whole page; `layout` that
    of its markup, where every line of it is a line here; `markup` the page as decoded, where it has any.

    What nearly every step asks of every line is told once: `lasts` is the last character of each, `linked`
    the numbers of those that stand in links, `partly` of those that do in part. `sights[i]` is what line i
    may show, as bits, `shown` lists the lines that may show each of the first bits: no others need be asked.
    """

    text: str
    texts: list[str]
    starts: list[int]
    ends: list[int]
    shares: list[float]
    heads: list[int]
    title: str
    from_html: bool
    lasts: str
    linked: list[int]
    partly: list[int]
    sights: Sequence[int]
    shown: Sequence[Sequence[int]]
    layout: Layout | None = None
    markup: str = field(default="", repr=False, compare=False)
    seen: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def has(self, char: str) -> bool:
        """Tell whether a character stands in the text: each is sought once, whoever asks."""
        known = self.seen.get(char)
        if known is None:
            known = self.seen[char] = char in self.text
        return known


def page_lines(
    text: str,
    marks: tuple[Sequence[int], Sequence[int]],
    title: str,
    *,
    from_html: bool,
    told: Told | None = None,
) -> PageLines:
    """Cut a canonical text into its lines.

    `marks` are links and heads of its lines, empty ones too. `told` is what a glance says of the others, if
    anybody has looked.
    """
    linked, heads = marks
    texts = list(map(str.strip, text.split("\n")))
    sights, shown, starts, ends, lasts = told or _unseen(text)
    if len(starts) < len(texts):  # empty lines
        linked, heads = list(compress(linked, texts)), list(compress(heads, texts))
        texts = [bare for bare in texts if bare]
    shares, partly = [0.0] * len(texts), [row for row, n in enumerate(linked) if n]
    for row in partly:
        bare, n = texts[row], linked[row]
        shares[row] = 1.0 if n >= len(bare) else _share(bare, n)
    links = [row for row in partly if shares[row] > LINKED]
    places = (starts, ends, shares, list(heads))
    return PageLines(text, texts, *places, title, from_html, lasts, links, partly, sights, shown)


def _unseen(text: str) -> Told:
    """Return what `glance` does, of lines at which nobody has looked: all may show all."""
    lines = text.split("\n")
    begins = accumulate([len(line) + 1 for line in lines[:-1]], initial=0)
    places = [
        (at + line.find(bare[0]), bare)
        for at, line in zip(begins, lines, strict=True)
        if (bare := line.strip())
    ]
    listed = [row for row, (_, bare) in enumerate(places) if NUMBERED.match(bare)]
    sights = [~LISTED] * len(places)
    shown: list[Sequence[int]] = [range(len(places))] * GROUPS
    for row in listed:
        sights[row] = -1
    shown[LISTED_AT] = listed
    ends = [at + len(bare) for at, bare in places]
    return Told(sights, shown, [at for at, _ in places], ends, "".join([bare[-1] for _, bare in places]))


def _share(line: str, linked: int) -> float:
    """Return the share of a line in links; a date or a number beside the link does not count."""
    share = linked / len(line)
    if 0.2 < share <= LINKED and len(line) <= MAX_LISTED:
        share = linked / max(1, len(BESIDE_LINK.sub("", line)))
    return min(1.0, share)


def rows_showing(page: PageLines, sight: int, first: int = 0, last: int | None = None) -> Sequence[int]:
    """Return the lines from `first` to before `last` that may show one of the first sights."""
    rows = page.shown[sight.bit_length() - 1]
    if not rows or (rows[0] >= first and (last is None or rows[-1] < last)):
        return rows
    return rows[bisect_left(rows, first) : len(rows) if last is None else bisect_left(rows, last)]


def rows_saying(page: PageLines, words: Iterable[str], first: int = 0, last: int | None = None) -> set[int]:
    """Return the lines from `first` to before `last` in which one of some words stands."""
    if first >= len(page.starts):
        return set()
    find, starts = page.text.find, page.starts
    end = len(page.text) if last is None or last >= len(starts) else starts[last]
    rows = set()
    begin, has = starts[first], page.has
    for word in words:
        # whether a character stands anywhere is told ten times as quickly as where a word does
        at = find(word, begin, end) if word and has(word[0]) and has(word[-1]) else -1
        while at >= 0:
            row = bisect_right(starts, at)
            rows.add(row - 1)
            at = find(word, starts[row], end) if row < len(starts) else -1
    return rows


@lru_cache(maxsize=REMEMBERED)
def letters(text: str) -> str:
    """Return the text without punctuation and white space, for comparing titles.

    A page asks some forty times for a dozen titles: what was asked last is remembered.

    >>> letters("《岗位职责》 篇1：")
    '岗位职责篇1'
    """
    return text if text.isalnum() else "".join(LETTERS.findall(text))
