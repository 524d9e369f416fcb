"""Where a text ends and its site begins again, told by the page itself and not by the site's words.

A template page says the same thing many times over: all lines of its articles stand in one element, end with
the same marks and never speak to the reader. A line at the end of an article that does otherwise is foreign.
"""

import re
from collections.abc import Sequence

from pipeline.page.behind import (
    CRIES,
    DECORATED,
    NO_TEXT,
    OF_SITES,
    ORDINAL,
    QUOTED,
    SURELY,
    YEAR,
    behind_clauses,
    row_speaks_of_pages,
)
from pipeline.page.cues import LIST_SIGNS
from pipeline.page.lines import DOCUMENT, LINKED, LISTED, UNLISTED, PageLines, rows_showing
from pipeline.page.manner import CLAUSE_ENDS, PLAINLY, Manner, read_manner
from pipeline.page.sitewords import EDGE_LABEL, advertises, site_words
from pipeline.page.told import (
    MAX_FOREIGN,
    MAX_TOLD,
    OWN_END,
    SIGNED,
    below_heading,
    repeated_lines,
    told_above_prose,
)
from pipeline.page.wording import (
    MAX_LINE,
    SHORT,
    is_spoken,
    reads_like_a_site,
    weigh_wording,
)
from pipeline.records import DropReason

MAX_OTHER = 40  # characters of such a name
ENDS_SAID = re.compile("[。；！？，：、:;,!?]$|[。；]")
MAX_NAMES = 8  # of other pages below a line that announces them
OTHER_PAGE = re.compile(
    rf"{DOCUMENT.pattern[:-1]}(?:范文|模板|范本)?(?:[（(【]?.{{0,4}}篇[）)】]?)?$"
)  # `某制度3篇`
DIGIT = re.compile(r"\d")
NO_HEADING = -0.15  # weight of a line alone between two clauses of a list; of headings few have more
SENTENCE_ENDS = "。；;"
MAX_LABEL = 8  # characters of the name of a list of links
HANZI = re.compile("[一-鿿]")
NUMBERED_ONE = re.compile(r"\s*(?:[（(]?[1一][)）、.．]|第[一1]|①)")
MAX_NOTICE = 8  # lines of a site's own list behind the clauses
SPEECH = re.compile("[“「『][^”」』]+[。！？!?…][”」』]$")  # not `回复“通知”`, as sites say
COMMA = re.compile("[，！？,!?]")  # what no heading has: `版权归某网所有，请勿采集`


def site_rows(
    page: PageLines,
    bodies: Sequence[tuple[int, int]],
    cues: dict[int, DropReason],
    about: tuple[str | None, Sequence[str]],
) -> dict[int, DropReason]:
    """Return the lines of the site in and behind each text that `cues` lack.

    `bodies` are the lines of each text: the first, and the one behind the last. `about` is the site's name,
    and what the page is about. 20 µs a text.
    """
    site = about[0] or ""
    told = [row for row in cues if page.sights[row] & LISTED]  # `(13)` of a box of votes
    parts = [_numbered_part(page, body, site, told) for body in bodies]
    of_page = read_manner(page, parts, *about)
    out = repeated_lines(page, bodies, cues)
    cues = cues | out
    labels = [row for row, why in cues.items() if why == "related" and bodies[0][0] <= row < bodies[-1][1]]
    for (first, end), rows in zip(bodies, parts, strict=True):
        manner = of_page.of(page.texts[first], prose=not rows) if first < end else of_page
        if labels:
            out |= _listed(page, range(first, end), labels, cues)
        if not rows:
            out |= told_above_prose(page, range(first, min(first + MAX_TOLD, end - 1)), cues)
            # what is told below a heading speaks for nothing behind it
            begin = next((row for row in range(first, end) if row not in cues), end)
            out |= behind_clauses(page, range(begin, end), cues, manner)
            continue
        if manner.others:
            out |= _foreign_inside(page, rows, cues, manner)
        if rows.start > first:
            out |= below_heading(page, range(first, min(rows.start, first + MAX_TOLD)), cues, manner)
        if rows.stop < end:
            out |= behind_clauses(page, range(max(rows.stop, first), end), cues, manner)
    return out


def _listed(
    page: PageLines, rows: range, labels: Sequence[int], cues: dict[int, DropReason]
) -> dict[int, DropReason]:
    """Return the names of other pages below one of the lines that announce them, where no links show it.

    Any short names that end the text; else those that are called as documents are.
    """
    out: dict[int, DropReason] = {}
    for label in [row for row in labels if row in rows]:
        below = range(label + 1, min(label + 1 + MAX_NAMES, rows.stop))
        if below.stop == rows.stop and all(row in cues or _may_name(page.texts[row]) for row in below):
            out |= dict.fromkeys(below, "related")
        for row in below:
            line = page.texts[row]
            if len(line) > MAX_FOREIGN or page.sights[row] & LISTED or not OTHER_PAGE.search(line):
                break
            if SIGNED.search(line):  # `特此通知`
                break
            out[row] = "related"
    return out


def _may_name(line: str) -> bool:
    """Tell whether a line may be the name of another page: short, no sentence, no signature."""
    return len(line) <= MAX_OTHER and not ENDS_SAID.search(line) and not SIGNED.search(line)


def _numbered_part(page: PageLines, body: tuple[int, int], site: str, told: Sequence[int]) -> range:
    """Return the lines from the first numbered clause to the last, without a list of the site's behind."""
    first, end = body
    numbered = rows_showing(page, LISTED, first, end)
    if told:
        numbered = [row for row in numbered if row not in told]
    dates = 0  # of signatures, and notices of the site
    while dates < len(numbered) and _ends_list(page, numbered[-1 - dates]):
        dates += 1
    if dates == len(numbered):
        return range(end, end)
    at, stop = numbered[0], numbered[-1 - dates] + 1
    before = _before_notice(page, at, stop, site)
    while at < before < stop and not page.sights[before - 1] & LISTED:
        before -= 1
    return range(at, before)


def _ends_list(page: PageLines, row: int) -> bool:
    """Tell whether a line with a number stands behind all clauses: a date, or a notice of the site's."""
    line = page.texts[row]
    if line[0] in "12" and YEAR.match(line):
        return True
    return row_speaks_of_pages(page, row) and len(line) <= MAX_LINE and reads_like_a_site(line)


def _before_notice(page: PageLines, first: int, end: int, site: str) -> int:
    """Return the line above a list at `end` that begins at 1 and speaks of site or reader, else `end`."""
    if not page.lasts[max(first, end - MAX_NOTICE) : max(first, end - 1)].strip(CLAUSE_ENDS):
        return end  # as in nearly all texts
    for row in range(end - 2, max(first, end - MAX_NOTICE) - 1, -1):
        line = page.texts[row]
        if line[-1] in CLAUSE_ENDS or page.sights[row] & LISTED:
            continue
        told = page.texts[row + 1 : end]
        if NUMBERED_ONE.match(told[0]) and len(told) >= 2:
            ours = sum(bool(site and site in x) or OF_SITES.search(x) is not None for x in told)
            return row if 2 * ours >= len(told) else end
    return end


def _foreign_inside(
    page: PageLines, rows: range, cues: dict[int, DropReason], manner: Manner
) -> dict[int, DropReason]:
    """Return lines between the clauses that end like no other and speak of the site, or advertise."""
    out: dict[int, DropReason] = {}
    for row in rows_showing(page, UNLISTED, rows.start, rows.stop - 1):  # the last is a clause
        line = page.texts[row]
        item = line[0] in LIST_SIGNS and page.sights[row] & LISTED
        if len(line) > MAX_FOREIGN or row in cues or item:
            continue
        before_links = page.shares[row + 1] > LINKED >= page.shares[row]
        if before_links and len(line) <= MAX_LABEL and page.heads[row] == 1:
            out[row] = "related"  # `相关资料` above links
        elif line[-1] in CLAUSE_ENDS:
            weight = weigh_wording(line) if line[-1] == "。" else 0.0
            if weight >= PLAINLY or (weight >= SURELY and row_speaks_of_pages(page, row)):
                out[row] = "spam"
        elif row not in out and (reason := _reason_inside(page, row, manner)):
            out[row] = reason
        elif row not in out and OTHER_PAGE.search(line):
            out |= dict.fromkeys(_names_between(page, row, rows), "related")
    return out


def _names_between(page: PageLines, row: int, rows: range) -> range:
    """Return the lines that name other pages, from `row` on, between two clauses of one list.

    `相关材料`, `某制度`, `某办法` behind a whole sentence, with the next clause below: two names, or one
    below a label of few characters. What a clause with a colon announces is its own, and so is the name of
    a list that begins.
    """
    end = row
    while end < rows.stop - 1 and OTHER_PAGE.search(page.texts[end]) and not page.sights[end] & LISTED:
        end += 1
    above = page.texts[row - 1]
    labelled = (
        len(above) <= MAX_LABEL and above[-1] not in SENTENCE_ENDS and not page.sights[row - 1] & LISTED
    )
    first = row - 1 if labelled and not SIGNED.search(above) else row
    whole = first > rows.start and page.texts[first - 1][-1] in SENTENCE_ENDS
    below = page.texts[end]
    goes_on = page.sights[end] & LISTED and not NUMBERED_ONE.match(below)
    return range(first, end) if whole and goes_on and end - first >= 2 else range(0)


def _reason_inside(page: PageLines, row: int, manner: Manner) -> DropReason | None:
    """Return why a line between the clauses that ends like no clause is the site's."""
    line = page.texts[row]
    if advertises(line) and _stands_between(page, row):
        return "advert"
    for subject in manner.subjects:
        line = line.replace(subject, "") or line
    if OWN_END.match(line) and not EDGE_LABEL.fullmatch(line):
        return None
    if manner.is_worded_inside(line) or (DECORATED.fullmatch(line) and weigh_wording(line) > NO_TEXT):
        return "spam"
    if not manner.is_foreign(line):
        return None
    if SIGNED.search(line) or is_spoken(line) or ORDINAL.match(line) or _is_quoted(line):
        return None
    weight = weigh_wording(line)
    if line[-1] in CRIES and weight <= 0 and not manner.names_site(line):
        return None
    if not HANZI.search(line):
        return "navigation"
    if page.shares[row + 1] > LINKED:
        return "related"
    said = (COMMA.search(line) and weight > NO_TEXT) or manner.alone_speaks(line)
    if manner.names_site(line) or said:
        return "spam"
    alone = len(line) >= SHORT and _stands_between(page, row) and not NUMBERED_ONE.match(page.texts[row + 1])
    if alone and weight >= NO_HEADING and not DIGIT.search(line):  # `电话：123` may be the text's
        return "spam"
    return site_words(line, edge=True)


def _is_quoted(line: str) -> bool:
    """Tell a line that is somebody's words, or ends with a sentence of them: `他说：“盼了好几年。”`."""
    return QUOTED.fullmatch(line) is not None or SPEECH.search(line) is not None


def _stands_between(page: PageLines, row: int) -> bool:
    """Tell whether a line stands between whole clauses, and is none that a line break cut."""
    before = page.texts[row - 1]
    complete = before[-1] in CLAUSE_ENDS or page.sights[row - 1] & LISTED
    return bool(complete and page.sights[row + 1] & LISTED)
