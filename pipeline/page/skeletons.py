"""Headings in a form that no rule names: lines that differ in a number alone, or in a number and a title.

`值班制度第1稿`, `值班制度第2稿`; `样本1｜夜班`, `样本2｜白班`. Sought where the known forms give no series.
"""

import re
from collections.abc import Iterator

from pipeline.page.headings import Candidate
from pipeline.page.lines import LINKED, NUMBERS, NUMERAL, SENTENCE_MARK, PageLines, letters

MAX_LINE = 60  # characters
MAX_LEAD = 6  # letters before a number in front of a title: `精选案例`
MIN_TITLE = 3  # letters
MAX_NUMBERS = 4  # of one line that are tried: a line has one ordinal, and may say a year
SERIAL = {x: n for n, x in enumerate("甲乙丙丁戊己庚辛壬癸", 1)} | {x: n for n, x in enumerate("ABCDEFGH", 1)}
SERIAL |= {chr(first + n): n + 1 for first in (0x2474, 0x2488) for n in range(20)}  # ⑴ and ⒈
# Any number, or a letter or stem that stands by itself: `（甲）`, ` B`, `A.`: yes; `甲方`, `PPT`: no
ANY_NUMBER = re.compile(
    rf"{NUMERAL}|[⑴-⒇⒈-⒛]|(?<![A-Za-z])[A-H](?![A-Za-z0-9])|(?<![一-鿿])[甲乙丙丁戊己庚辛壬癸](?![一-鿿])"
)
KINDS = (
    "一二三四五六七八九十两",
    "甲乙丙丁戊己庚辛壬癸",
    "壹贰叁肆伍陆柒捌玖拾",
    *("".join(map(chr, range(first, first + 20))) for first in (0x2460, 0x2474, 0x2488)),  # ① ⑴ ⒈
    *("".join(map(chr, range(first, first + 10))) for first in (0x3220, 0x2776, 0x2160, 0x2170)),  # ㈠ ❶ Ⅰ ⅰ
)
BREAK = re.compile(r"[\W_]+")
# `第1种：`, `第二组 `: what is counted; chapters and the like are parts of one text
COUNTED = re.compile(r"(?![章节条款项编目步阶部])[一-鿿]{1,2}(?=[\W_])")


def skeletons(page: PageLines, start: int) -> list[Candidate]:
    """Return the candidates of lines from `start` on. 2 µs a short line."""
    out: list[Candidate] = []
    for row in range(start, len(page.texts)):
        line = page.texts[row]
        if 2 < len(line) <= MAX_LINE and page.shares[row] <= LINKED and not SENTENCE_MARK.search(line):
            out += _of_line(row, line)
    return out


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


def _of_line(row: int, line: str) -> Iterator[Candidate]:
    for k, match in enumerate(ANY_NUMBER.finditer(line)):
        run = match.group()
        ordinal = NUMBERS.get(run) or SERIAL.get(run)
        if k == MAX_NUMBERS or ordinal is None:
            return
        before, after = line[: match.start()], line[match.end() :]
        size = len(line)
        if len(letters(before + after)) >= MIN_TITLE:
            skeleton = f"{letters(before)}#{letters(after)}#{number_kind(run)}"
            title = (before + after).strip(" 《》【】（）()[]：:-—")
            yield Candidate(row, 0, size, size, ordinal, ("skeleton", skeleton), title, True)
        lead = letters(before)
        if (lead == "第" or (not lead and after[:1] == "篇")) and (unit := COUNTED.match(after)):
            lead, after = lead + unit.group(), after[unit.end() :]
        gap = BREAK.match(after)
        if len(lead) <= MAX_LEAD and gap and len(letters(after)) >= MIN_TITLE:
            form = ("lead", f"{lead}#{gap.group().strip()}#{number_kind(run)}")
            yield Candidate(row, 0, size, size, ordinal, form, after[gap.end() :].strip(" 《》【】"), True)
