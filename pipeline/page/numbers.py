"""Every way in which a series of headings may be numbered, also by letters and stems."""

import re
from functools import lru_cache

from pipeline.page.lines import NUMBERS, NUMERAL

MOST = 99  # the last ordinal
SERIAL = {x: n for n, x in enumerate("甲乙丙丁戊己庚辛壬癸", 1)} | {x: n for n, x in enumerate("ABCDEFGH", 1)}
ENGLISH = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]
SERIAL |= {form: n for n, word in enumerate(ENGLISH, 1) for form in (word, word.upper())}
SERIAL |= {chr(first + n): n + 1 for first in (0x2474, 0x2488) for n in range(20)}  # ⑴ and ⒈
# Any number, or a letter, stem or word by itself: `（甲）`, ` B`, `甲篇`, `Part One`: yes; `甲方`, `PPT`: no
ANY_NUMBER = re.compile(
    rf"{NUMERAL}|[⑴-⒇⒈-⒛]|(?<![A-Za-z])[A-H](?![A-Za-z0-9])|(?<![一-鿿])[甲乙丙丁戊己庚辛壬癸](?![一-鿿])"
    rf"|(?<![一-鿿])[甲乙丙丁戊己庚辛壬癸](?=[篇款版部套种类例份则])|(?:{'|'.join(ENGLISH)}|{'|'.join(ENGLISH).upper()})(?![A-Za-z])"
)
KINDS = (
    "一二三四五六七八九十两",
    "甲乙丙丁戊己庚辛壬癸",
    "壹贰叁肆伍陆柒捌玖拾",
    *("".join(map(chr, range(first, first + 20))) for first in (0x2460, 0x2474, 0x2488)),  # ① ⑴ ⒈
    *("".join(map(chr, range(first, first + 10))) for first in (0x3220, 0x2776, 0x2160, 0x2170)),  # ㈠ ❶ Ⅰ ⅰ
)


def ordinal_of(run: str) -> int:
    """Return what a numeral, a letter or a stem counts, 0 for anything else.

    >>> ordinal_of("十二"), ordinal_of("B"), ordinal_of("丙"), ordinal_of("甲方")
    (12, 2, 3, 0)
    """
    return NUMBERS.get(run) or SERIAL.get(run, 0)


@lru_cache(maxsize=MOST)
def runs_of(ordinal: int) -> tuple[str, ...]:
    """Return all ways to write an ordinal, the longest first.

    >>> runs_of(2)[:3], "②" in runs_of(2)
    (('Two', 'TWO', '02'), True)
    """
    runs = [run for table in (NUMBERS, SERIAL) for run, n in table.items() if n == ordinal]
    return tuple(sorted(runs, key=len, reverse=True))


def number_kind(run: str) -> str:
    """Return what a series' numbers have in common: `1` and `2` are of one kind, `一` and `2` are not.

    >>> number_kind("12"), number_kind("十二"), number_kind("③"), number_kind("B")
    ('1', '一', '①', 'A')
    """
    if run.isdecimal():
        return "1"
    if run.isascii():
        return "A"
    return next((kind[0] for kind in KINDS if run[0] in kind), "")
