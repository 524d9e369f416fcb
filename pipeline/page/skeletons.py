"""Headings in a form that no rule names: lines that differ in a number alone, or in a number and a title.

`值班制度第1稿`, `值班制度第2稿`; `样本1｜夜班`, `样本2｜白班`. Sought where the known forms give no series.
"""

import re
from collections.abc import Iterator

from pipeline.page.headings import Candidate
from pipeline.page.lines import LINKED, SENTENCE_MARK, PageLines, letters
from pipeline.page.marks import first_clause
from pipeline.page.numbers import ANY_NUMBER, number_kind, ordinal_of

MARK = "\n"  # stands for the number in a form's name; no line has one
MAX_LINE = 60  # characters
MIN_TITLE = 3  # letters
MAX_NUMBERS = 4  # of one line that are tried: a line has one ordinal, and may say a year
# Before a number in front of a title: `精选案例`, `【范文`, `Version `, `★`: yes; a sentence: no
LEAD = re.compile(r"[\W_]*(?:[一-鿿]{1,6}|[A-Za-z]{1,12})?[\W_]*|[\W_]*[\w]{1,6}[\W_]*")
ENDS = re.compile(r"^[\W_]+|[^\w）)：:，,、]+$")  # of a title: brackets, rules; what leads into a list stays
CLAUSE_MARKS = frozenset("（([［第 　\t")
BLANK = re.compile(r"\s+")
# Behind it: `：`, `】`, `/6）`, ` | `
GAP = re.compile(r"(?:[/／]\s*\w{1,2})?[\W_]+")
# `一号文：`, `1款｜`: what is counted, behind its number and before a mark; no day, no amount
UNIT = re.compile(r"(?![章节条项编目步阶年月日天周时分岁元人名个位次点])[一-鿿]{1,3}(?=\s*[：:|｜])")
ALONE = frozenset("篇楼")  # what is counted without 第: `1篇 某制度`, `2楼 某制度`
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


def _of_line(row: int, line: str) -> Iterator[Candidate]:
    for k, match in enumerate(ANY_NUMBER.finditer(line)):
        run, size = match.group(), len(line)
        ordinal = ordinal_of(run)
        if k == MAX_NUMBERS or not ordinal:
            return
        before, after = line[: match.start()], line[match.end() :]
        if len(letters(before + after)) >= MIN_TITLE:
            skeleton = f"{letters(before)}{MARK}{letters(after)}{MARK}{number_kind(run)}"
            title = (before + after).strip(" 《》【】（）()[]：:-—")
            yield Candidate(row, 0, size, size, ordinal, ("skeleton", skeleton), title, True)
        if not LEAD.fullmatch(before):
            continue
        lead = _lead(before)
        nth = before.endswith("第")
        if (nth or (not lead and after[:1] in ALONE)) and (unit := COUNTED.match(after)):
            lead, after = ("第" if nth else "") + unit.group(), after[unit.end() :]
        elif unit := UNIT.match(after):
            lead, after = f" {unit.group()}", after[unit.end() :]
        gap = GAP.match(after)
        if gap and len(letters(after)) >= MIN_TITLE:
            title = after[gap.end() :]
            cut = first_clause(title)
            title = ENDS.sub("", title[:cut] if cut > 1 else title)
            form = ("lead", f"{lead}{MARK}{BLANK.sub('', gap.group())}{MARK}{number_kind(run)}")
            yield Candidate(row, 0, size, size, ordinal, form, title, True)


def _lead(before: str) -> str:
    """Return what stands before a number: its letters, else its marks, "" for those of any clause."""
    words = letters(before)
    return (words if words != "第" else "") or ("" if CLAUSE_MARKS.issuperset(before) else before.strip())
