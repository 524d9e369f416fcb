"""What stands between fields and first article: guide, introduction, contents, repeated titles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.page.advice import OF_WRITING
from pipeline.page.contents import CONTENTS, CONTENTS_ENDS
from pipeline.page.counts import declared_count
from pipeline.page.fields import Fields
from pipeline.page.headings import PLAIN, Candidate
from pipeline.page.introductions import WEAK_INTRODUCTION, introduces
from pipeline.page.lines import LINKED, LISTED, NUMBERED, SENTENCE_MARK, PageLines, letters
from pipeline.page.search import compile_search
from pipeline.page.sitewords import advertises, site_words
from pipeline.page.subjects import base_titles
from pipeline.page.wording import reads_like_a_site, weigh_wording
from pipeline.records import DropReason

MAX_GUIDE_HEADING = 60  # characters: a statute's whole name with 包括哪些内容 behind it
GUIDE_WORD = compile_search(  # `制度包括哪些内容`, `注意事项`, `书写格式`: yes
    r"哪些|什么|何[为谓]|错误|误区|问题|内容|事项|格式|写法|怎么写|怎样写|如何|要点|重要性|作用|意义|定义|概述|是什么|编写|撰写|步骤|技巧|原则|结构|范围"
    r"|方法|要求|概念|特点|必要性|流程|构成|说明|须知|要素|组成|类型|分类|种类|好处|目的|依据|指南|简介|介绍$"
)
# A repeated title may say that a sample follows: `工作制度范文`; `工作制度怎么写` is a guide's heading.
SAMPLE_WORD = compile_search("(?:范文|范本|模板|样本|参考|大全)+$")
BESIDE_HEADING = 4  # letters beside a heading in the line of a table of contents: its page
MAX_CONTENTS_NAME = 10  # characters of the line above a table of contents
MAX_REPEAT = 150  # characters of a line that says a title once more
COUNT_ENDS = re.compile(r"篇\s*[）)】\]]?$")  # `制度（通用3篇）`; `制度3篇75人关注` is another page's
# A guide's heading may end in a colon: `值班制度的作用：`; `主要有以下作用：` leads into a list.
NAMED = re.compile(rf".{{0,20}}(?:{GUIDE_WORD.pattern})[：:]")
LEADS = re.compile("[以如]下|下[列面]|主要|有[：:]|几[个点条项种方]|它|其|这")
# `问题已关闭 不再接受评论`, `状态：已归档 节点：完结`: words side by side, of a bar; no heading
SIDE_BY_SIDE = re.compile(r"[^\s：:]*[一-鿿）)](?:[：:][^\s：:]+)?[ \u3000]+[一-鿿]{2,}\S*(?:[ \u3000]+\S+)*")
ASKING = re.compile("为什么|哪些|什么|如何|怎[么样]")  # `为什么要定值班制度：`
ASKS = re.compile("(?:怎么写|怎样写|如何写|哪些内容|是什么)[？?]?$")


# Weight of a sentence that introduces, without the page's subject; of 34 of guides the highest has .35.
INTRODUCING = 0.5
# Of a site: `点击上方“某写作网”关注我们`, `AI写作助手，3秒成文`, `#公文写作 #必备`
SERVES = "点击|关注|扫码|公众号|免费|下载|领取"
CALLS = re.compile(rf"[，,#\dA-Za-z]|{SERVES}|助手|平台")
SERVED = re.compile(SERVES)
SAID_ENDS = ("。", "！", "？", "!", "?", "…")


@dataclass(slots=True)
class HeadPlan:
    """Where each line before the first heading goes. `guide` gives (section from 1, is its heading)."""

    end: int
    fields: set[int] = field(default_factory=set)
    guide: dict[int, tuple[int, bool]] = field(default_factory=dict)
    dropped: dict[int, DropReason] = field(default_factory=dict)
    declared: int | None = None


def read_head(
    page: PageLines,
    fields: Fields,
    chosen: Sequence[Candidate],
    cues: dict[int, DropReason],
    titles: tuple[Sequence[str], Sequence[str]],
) -> HeadPlan:
    """Plan the lines before the first chosen heading. Those before the fields are navigation.

    `titles` are the names of the page and the subjects behind them.
    """
    plan = HeadPlan(end=chosen[0].row)
    rows = [r for r in range(fields.start, plan.end) if r not in fields.rows]
    if not rows:
        return plan
    _take_repeats(page, titles, rows, plan)
    _take_contents(page, chosen, rows, plan)
    for row in rows:
        if row in cues and row not in plan.fields:
            plan.dropped.setdefault(row, cues[row])
    _take_guide(page, [r for r in rows if r not in plan.fields and r not in plan.dropped], titles[1], plan)
    for row in rows:
        if plan.dropped.get(row) == "introduction" and plan.declared is None:
            plan.declared = declared_count(page.texts[row])
    return plan


def names_subject(line: str, subjects: Sequence[str]) -> bool:
    """Tell whether a line with a count says the page's title: `值班制度范本（通用14篇）` under 值班制度."""
    whole = len(line) <= MAX_GUIDE_HEADING and COUNT_ENDS.search(line)
    return bool(whole) and not set(subjects).isdisjoint(base_titles([line]))


def _take_repeats(
    page: PageLines, titles: tuple[Sequence[str], Sequence[str]], rows: Sequence[int], plan: HeadPlan
) -> None:
    """Find the lines that say the page's title once more, with or without its count."""
    names, subjects = titles
    known = {letters(x) for x in (*names, *subjects)}
    begins = tuple(known)
    firsts = {x[:1] for x in known}
    for row in rows:
        line = page.texts[row]
        other = line[0].isalnum() and line[0] not in firsts and "" not in firsts  # begins as none of them
        if len(line) > MAX_REPEAT or (other and "篇" not in line):
            continue
        says = letters(line)
        sample = says in known or (says.startswith(begins) and letters(SAMPLE_WORD.sub("", line)) in known)
        if not sample and not ("篇" in line and names_subject(line, subjects)):
            continue
        if not (ASKS.search(line) and _text_of_guide(page, row + 1)):
            plan.fields.add(row)  # but `制度怎么写` is the title of the page's guide as well


def _text_of_guide(page: PageLines, row: int) -> bool:
    return page.lasts[row] in "：:" or page.sights[row] & LISTED != 0


def _take_contents(page: PageLines, chosen: Sequence[Candidate], rows: Sequence[int], plan: HeadPlan) -> None:
    """Find the table of contents: its own line, and every line that only says a heading."""
    said = {letters(page.texts[c.row][c.start : c.end]): c.key for c in chosen}
    headings = [h for h, key in said.items() if h and key != PLAIN]  # `值班制度的作用` says no `值班制度`
    short = {letters(c.title) for c in chosen if c.title}
    longest = max(map(len, headings), default=0)
    firsts = {x[0] for x in said if x}
    inside = False
    for row in rows:
        line = page.texts[row]
        if not inside and line[-1] not in CONTENTS_ENDS and not any(map(line.__contains__, firsts)):
            continue
        if row in plan.fields and declared_count(line):
            continue  # `题2篇`, which holds the heading `题2`
        bare = letters(line)
        named = (bare in said and bare != "") or (
            len(bare) <= longest + BESIDE_HEADING
            and any(len(bare) <= len(h) + BESIDE_HEADING and h in bare for h in headings)
        )
        if line[-1] in CONTENTS_ENDS and CONTENTS.match(line):
            inside = True
            plan.dropped[row] = "contents"
        elif named or (inside and row not in plan.fields and (bare in short or _numbered_name(line, short))):
            plan.fields.discard(row)
            plan.dropped[row] = "contents"
        elif row not in plan.fields:
            inside = False
    if "contents" in plan.dropped.values():
        _take_above_contents(page, rows, plan)


def _take_above_contents(page: PageLines, rows: Sequence[int], plan: HeadPlan) -> None:
    """Drop the name of a table of contents with it."""
    for before, row in pairwise(rows):  # `本文内容`, whatever stands above the list
        listed = plan.dropped.get(row) == "contents" and before == row - 1 and before not in plan.fields
        line = page.texts[before]
        if (
            listed
            and len(line) <= MAX_CONTENTS_NAME
            and not (SENTENCE_MARK.search(line) or NUMBERED.match(line))
        ):
            plan.dropped.setdefault(before, "contents")


def _numbered_name(line: str, names: set[str]) -> bool:
    bare = letters(NUMBERED.sub("", line))
    return (
        len(line) < 80
        and bool(NUMBERED.match(line))
        and any(n and (n in bare or bare in n) for n in names if bare)
    )


def _take_guide(page: PageLines, rows: Sequence[int], subjects: Sequence[str], plan: HeadPlan) -> None:
    """Divide the rest into guide sections and introductions."""
    section = 0
    for k, row in enumerate(rows):
        line = page.texts[row]
        following = rows[k + 1] if k + 1 < len(rows) else None
        if page.shares[row] > LINKED:
            plan.dropped[row] = "related"
        elif (
            page.sights[row] & LISTED
        ):  # an item of a list: no heading, no introduction, none of the site's words
            _take_item(plan, row, section)
        elif line[-1] in "：:" and plan.guide.get(row - 1) == (section, True):
            plan.guide[row] = (section, False)  # leads from its heading into the list
        elif not _speaks_of_guides(line) and page.heads[row] == 1 and (reason := of_site(line)):
            plan.dropped[row] = reason  # `免费试听写作课 >>`, `字号：大 小`
        elif _is_guide_heading(page, row, following) or (section == 0 and _leads_guide(page, row, following)):
            section += 1
            plan.guide[row] = (section, True)
        elif plan.guide.get(row - 1) == (section, True) and not introduces(page, row):
            plan.guide[row] = (section, False)  # advice is worded as introductions are
        elif section == 0 or _introduces(page, row, subjects):
            plan.dropped[row] = "introduction"
        elif reason := of_site(line):
            plan.dropped[row] = reason
        else:
            plan.guide[row] = (section, False)
    _drop_empty(plan)


def _drop_empty(plan: HeadPlan) -> None:
    """Drop the headings of sections without a line: adverts, `免费领取《写作宝典》 >>`; the rest close up."""
    full = sorted({section for section, heading in plan.guide.values() if not heading})
    places = {section: k for k, section in enumerate(full, 1)}
    for row, (section, heading) in list(plan.guide.items()):
        if section in places:
            plan.guide[row] = (places[section], heading)
        else:
            del plan.guide[row]
            plan.dropped[row] = "navigation"


def _take_item(plan: HeadPlan, row: int, section: int) -> None:
    """Put an item of a list into the open section of the guide; before the first it introduces."""
    if section:
        plan.guide[row] = (section, False)
    else:
        plan.dropped[row] = "introduction"


def of_site(line: str) -> DropReason | None:
    """Return why a line above the texts is no guide's: `投稿邮箱：tg@某网`."""
    if line[-1] in "。：:" or NUMBERED.match(line):
        return None
    if advertises(line):
        return "advert"
    return site_words(line, edge=True) or ("navigation" if reads_like_a_site(line) else None)


def _leads_guide(page: PageLines, row: int, following: int | None) -> bool:
    """Tell the line that leads into a guide's list where no heading stands above: `要注意以下几点：`."""
    leads = following is not None and page.lasts[row] in "：:"
    return leads and page.sights[following or 0] & LISTED != 0 and not introduces(page, row)


def _introduces(page: PageLines, row: int, subjects: Sequence[str]) -> bool:
    """Tell whether a line introduces the texts: it says so, or is a sentence in a site's words."""
    line = page.texts[row]
    if introduces(page, row):
        return True
    for subject in subjects:
        line = line.replace(subject, "")
    return line[-1:] in SAID_ENDS and weigh_wording(line) >= INTRODUCING


def _speaks_of_guides(line: str) -> bool:
    """Tell whether a line says what guides are headed by."""
    if GUIDE_WORD.search(line):
        return True
    return OF_WRITING.search(line) is not None and not CALLS.search(line) and not site_words(line, edge=True)


def _is_guide_heading(page: PageLines, row: int, following: int | None) -> bool:
    """Tell a short line, followed by text, that is marked as a heading or speaks of a guide.

    It is no item of a list.
    """
    line = page.texts[row]
    if (
        following is None
        or len(line) > MAX_GUIDE_HEADING
        or line[-1] in "。；"
        or SENTENCE_MARK.search(line.rstrip("?？"))
        or (SERVED.search(line) and not GUIDE_WORD.search(line))
    ):
        return False
    if line[-1] in "：:" and (not (NAMED.fullmatch(line) or ASKING.search(line)) or LEADS.search(line)):
        return False
    if page.heads[row] == 1 and SIDE_BY_SIDE.fullmatch(line) and not ASKS.search(line):
        return False
    if line[-1] in "，,、" or introduces(page, row):
        return False
    listed = _text_of_guide(page, following)
    if not (listed or len(page.texts[following]) > len(line) or page.lasts[following] in "。；"):
        return False
    return page.heads[row] > 1 or _speaks_of_guides(line) or (listed and not WEAK_INTRODUCTION.search(line))
