"""Names of other pages behind a text, where neither links nor a label show that they are: `值班制度.docx`.

A site lists pages by their names, below each other. A text names documents too, but behind a colon, in
items, or one at most.
"""

import re
from collections.abc import Container

from pipeline.page.lines import DOCUMENT, LISTED, PageLines
from pipeline.page.told import SIGNED
from pipeline.page.wording import weigh_wording

MAX_NAME = 40  # characters, what stands around a name left out
LEAST_NAMES = 2  # below each other
MOST_NAMES = 12
# What stands before a name: `TOP3 `, `• `, `☞ `, `上一站：`; of questions `如何写好`
BEFORE = re.compile(r"(?:TOP\s*\d+|[^\w\s（(《【\[“‘_]+|[上下]一?[一-鿿][：:]|(?:如何|怎么|怎样)写好?)\s*")
# and behind it: `.docx 免费`, ` →`, `（摘登）`, `哪里找？`, `有范本吗？`
BEHIND = re.compile(
    r"(?:\.(?:docx?|pdf|pptx?|xlsx?|txt|zip|rar)(?:\s+[一-鿿]{2,6})?|\s*[→»›>]+"
    r"|(?:哪里?[找有]|怎么写|如何写|有(?:模板|范本|范文)[吗么]|的?写法)?[？?])$"
)
# Names of documents that a clause may well end with, too: `申请`
FURTHER = re.compile(r"(?:公告|请示|纪要|申请|鉴定|倡议|工作要点|声明|简历|通报)(?:[（(].{1,8}[）)])?$")
# Above names that are the text's: `附件`, `参考文献`, `附：`
ANNOUNCES = re.compile(r"附[件录表：:]|参考|目录|依据|[：:]$")


def names_of_pages(page: PageLines, rows: range, cues: Container[int]) -> range:
    """Return the lines with which a text ends that name other pages: two and more, below each other.

    `cues` are lines known to be the site's, which may stand behind them.
    """
    end = rows.stop
    while end > rows.start and end - 1 in cues:
        end -= 1
    if end - rows.start < LEAST_NAMES:
        return range(0)
    first = end
    while first > rows.start and _names_page(page, first - 1) and end - first < MOST_NAMES:
        first -= 1
    whole = first == rows.start and not (first and page.sights[first - 1] & LISTED)  # all of the text
    if end - first < LEAST_NAMES or whole:
        return range(0)
    above = page.texts[first - 1]
    told = first - 1 in cues or weigh_wording(above) > 0  # `等您来答：`
    return range(0) if not told and ANNOUNCES.search(above) else range(first, end)


def _names_page(page: PageLines, row: int) -> bool:
    line = page.texts[row]
    if len(line) > 2 * MAX_NAME or page.sights[row] & LISTED:
        return False
    begin = BEFORE.match(line)
    name = line[begin.end() :] if begin else line
    behind = BEHIND.search(name)
    name = name[: behind.start()] if behind else name
    known = DOCUMENT.search(name) or FURTHER.search(name)
    return known is not None and len(name) <= MAX_NAME and not SIGNED.match(name)
