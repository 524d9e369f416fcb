"""Whether a text goes on behind a line of the site's own, or has ended there."""

import re
from collections.abc import Mapping

from pipeline.page.introductions import introduces
from pipeline.page.lines import DENSE, LINKED, LISTED, NUMBERED, PageLines
from pipeline.page.numbers import number_kind, ordinal_of
from pipeline.page.persons import names_person
from pipeline.page.told import DAY_ENDS, OWN_END, SIGNED, SIGNING_DAY
from pipeline.page.wording import reads_like_a_site
from pipeline.records import DropReason

# Reasons that, after the last heading, end the page's texts for good.
ENDING: frozenset[DropReason] = frozenset(("related", "teaser", "footer"))
LINKED_IN_TEXT = 0.5  # share of a clause in links
LOOK_BEHIND = 4  # lines behind a cue in which an article that goes on shows a numbered clause
LOOK_ABOVE = 40  # lines above it in which the clause before stands
# `、四、`, `第三条`, `（2）`: what stands around a clause's number, and the number
MARKER = re.compile(
    r"\s*([第（(]?)([0-9０-９]{1,2}|[一二三四五六七八九十]{1,3}|[①-⑳⑴-⒇])\s*([、.．条章节款项)）]?)"
)
# A line that leads away from a text and heads no list: `点击查看更多某制度↓↓↓`, `>>继续阅读更多范文`
# or one that names the other page itself: `小编推荐：某制度范文`, `【编辑推荐】某制度`; no `上一篇：某制度`
LEADS_AWAY = re.compile(
    r"\W*(?:点击|点此|戳|查看|阅读|继续|更多|想看)[^。：:]*[^。：:\s]|\W*(?![上下前后])[一-鿿]{2,8}[：:】]\s*\S.{3,40}(?<![：:])"
)
SAID_ENDS = "。！？”…!?"
SAID_BEHIND = 2  # sentences right behind such a line, with which the text goes on


def ends_texts(page: PageLines, row: int, cues: Mapping[int, DropReason]) -> bool:
    """Tell whether a line of the site ends the text above it: it may stand inside one."""
    if cues.get(row) not in ENDING or goes_on(page, row):
        return False
    return not (_says_on(page, row, cues) or _signs_on(page, row, cues))


def goes_on(page: PageLines, row: int) -> bool:
    """Tell whether numbered clauses follow a line of the site's own: then it stands inside the article."""
    for r in range(row + 1, min(row + 1 + LOOK_BEHIND, len(page.texts))):
        if not page.sights[r] & LISTED or page.shares[r] > LINKED_IN_TEXT:
            continue
        # of a sentence, or alone in a cell of its own
        if page.lasts[r] in "。；;：:" or NUMBERED.fullmatch(page.texts[r]) or _counts_on(page, row, r):
            return True
    return False


def _counts_on(page: PageLines, row: int, r: int) -> bool:
    """Tell whether the clause of line `r` is the one behind the last of its form above line `row`.

    `四、活动地点` behind `三、活动时间`, neither of which is a sentence.
    """
    own = MARKER.match(page.texts[r])
    ordinal = ordinal_of(own[2]) if own else 0
    if own is None or ordinal < 2:
        return False
    form = (own[1], number_kind(own[2]), own[3])
    for above in range(row - 1, max(-1, row - 1 - LOOK_ABOVE), -1):
        match = MARKER.match(page.texts[above]) if page.sights[above] & LISTED else None
        if match and (match[1], number_kind(match[2]), match[3]) == form:
            return ordinal_of(match[2]) == ordinal - 1
    return False


def _says_on(page: PageLines, row: int, cues: Mapping[int, DropReason]) -> bool:
    """Tell whether sentences of a text stand right behind a line that leads away from it."""
    behind = range(row + 1, row + 1 + SAID_BEHIND)
    if behind.stop > len(page.texts) or not LEADS_AWAY.fullmatch(page.texts[row]):
        return False
    return all(_is_said(page, r) and r not in cues for r in behind)


def _signs_on(page: PageLines, row: int, cues: Mapping[int, DropReason]) -> bool:
    """Tell whether a text is signed behind a line of the site: `申请人：张三`, `2018年8月`."""
    end = min(row + 2 + LOOK_BEHIND, len(page.texts))
    for r in range(row + 1, end):
        line = page.texts[r]
        if page.shares[r] > LINKED:
            return False
        if page.lasts[r] in DAY_ENDS and SIGNING_DAY.fullmatch(line):
            above = page.texts[r - 1]
            return r > row + 1 and bool(SIGNED.search(above) or OWN_END.match(above) or names_person(above))
    return False


def _is_said(page: PageLines, row: int) -> bool:
    line = page.texts[row]
    whole = len(line) >= DENSE and line[-1] in SAID_ENDS and page.shares[row] <= LINKED
    return whole and not introduces(page, row) and not reads_like_a_site(line)
