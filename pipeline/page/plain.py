"""Pages whose headings bear no number, or that have none: one text, found by its density."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.page.closes import rest_of_element
from pipeline.page.continued import ENDING, ends_texts
from pipeline.page.counts import declared_count
from pipeline.page.cues import drop_reason
from pipeline.page.fields import Fields
from pipeline.page.head import GUIDE_WORD
from pipeline.page.headings import MAX_HEADING, PLAIN, Candidate
from pipeline.page.introductions import introduces, opening_rows, opens_page
from pipeline.page.lines import DENSE, DOCUMENT, LINKED, NUMBERED, SENTENCE_MARK, PageLines, letters
from pipeline.page.names import named_documents
from pipeline.page.persons import greets, names_person, names_publisher
from pipeline.page.series import overlap
from pipeline.page.told import SIGNED, SIGNING_DAY, told_of_article
from pipeline.page.wording import weigh_wording
from pipeline.records import DropReason

THIN = -12  # what a line of links or of the site's own costs a run of text, in characters
SHORT = -3  # what a short line costs: a heading inside the text, a table's cell
# `2024年3月1日`, `某某公司`, `甲方（签字）：`, `本报记者 张三`: yes; `热帖`, `订阅`: no
CLOSING = re.compile(
    r"\d{2,4}\s*年|\d\s*[月日]|[：:（(]|公司|单位|委员会|部$|局$|处$|签字|盖章|签名|记者|作者|此致|敬礼|特此"
)
MAX_NAME = 40  # characters of an article's name
FIRST_CLAUSE = re.compile(r"\s*(?:第[一1]\s*[条章、]|[（(][一1][)）]|[一1]\s*[、.．](?!\d)|①)")
PART = re.compile("第.{1,2}部分")  # of one text: the series asks for more, and had the first look
LABEL = re.compile(r"[一-鿿]{2,8}[：:].{1,20}")  # `岗位：文员`
COLLECTION = re.compile("多篇|汇编|大全|汇总|合集|集锦|锦集|荟萃|范文集|模板集|的范文$")
MAX_OPENINGS = 4  # lines above a text that introduce it
LINKED_SHORT = 0.5  # share of a short line in links, above which it is none of a text
GREETED = 2  # lines of a greeting: `敬爱的老师：`, `您好！`
TO_FILL = re.compile("[_＿]{2,}")
CLOSING_LINES = 6  # short lines after the text that still belong to it: signature, date
# A list of pages: at least so many links, so many of the lines, and no more lines between two of them.
MIN_LISTED, LISTED_SHARE, LISTED_GAP = 4, 0.2, 5
MAX_TABLE = 100  # short lines between two clauses, which cost nothing: the cells of a table
FIRST_SHARE = 0.4  # of the weight of the heaviest run, from which an earlier one is the text
MIN_BODY = 30  # characters that an article without any heading must have
MIN_CONTENT = 20  # characters between two unnumbered headings


def unnumbered(
    page: PageLines, fields: Fields, chosen: Sequence[Candidate], bases: Sequence[str], declared: int | None
) -> Sequence[Candidate]:
    """Complete a series whose first heading has no number, or find a series that has none at all."""
    if chosen and chosen[0].ordinal == 2:
        first = _unnumbered_first(page, fields, chosen[0], bases)
        return (first, *chosen) if first else chosen
    if chosen:
        return chosen
    marked = _headed(page, _marked_lines(page, fields))
    if declared and declared >= 2 and len(marked) == declared:
        return [whole_line(page, r, k) for k, r in enumerate(marked, 1)]
    title = fields.title or page.title
    if named := named_documents(page, fields.start, (title, bases), declared):
        return named
    opened = _before_first_clauses(page, fields)
    if declared and len(opened) > declared:
        opened = _of_documents(page, opened, declared)
    if len(opened) >= 2 and (len(opened) == declared or _collects(page, opened, fields, declared)):
        return [whole_line(page, r, k) for k, r in enumerate(opened, 1)]
    for headed in (_headed(page, _repeated_titles(page, fields, bases)), marked):
        if len(headed) >= 2 and (len(headed) == declared or _names_subject(page, headed, fields, declared)):
            return [whole_line(page, r, k) for k, r in enumerate(headed, 1)]
    return ()


def _headed(page: PageLines, found: Sequence[int]) -> list[int]:
    """Return the lines that a text follows."""
    rows = [r for r in found if drop_reason(page.texts[r]) is None]
    return [r for k, r in enumerate(rows) if _has_content(page, rows, k)]


def _of_documents(page: PageLines, opened: list[int], declared: int) -> list[int]:
    """Return, of more names than the page declares articles, those that are no headings of a guide."""
    named = [r for r in opened if not GUIDE_WORD.search(page.texts[r])]
    documents = [r for r in opened if DOCUMENT.search(page.texts[r].strip("《》【】"))]
    marked = [r for r in documents if page.heads[r] > 1]
    guide = len(opened) - declared
    last = opened[guide:] if all(GUIDE_WORD.search(page.texts[r]) for r in opened[:guide]) else []
    ways = (named, last, marked, documents, documents[-declared:])
    fit = [rows for rows in ways if len(rows) == declared]
    return fit[0] if fit else named


def _before_first_clauses(page: PageLines, fields: Fields) -> list[int]:
    """Return the lines that say a name and have the first clause of a list behind them."""
    found = []
    for r in range(fields.start, len(page.texts) - 1):
        line = page.texts[r]
        if FIRST_CLAUSE.match(page.texts[r + 1]) and page.shares[r] <= LINKED and r not in fields.rows:
            named = (
                4 <= len(line) <= MAX_NAME and not SENTENCE_MARK.search(line) and line[-1] not in "：:，、"
            )
            while r > fields.start and (told_of_article(line) or _labels(line, page.texts[r - 1])):
                r, line, named = r - 1, page.texts[r - 1], True  # `作者：佚名`, `岗位：文员` below the name
            if (
                named
                and r not in found
                and not NUMBERED.match(line)
                and not (PART.match(line) and not DOCUMENT.search(line))
                and len(line) <= MAX_NAME
                and not SENTENCE_MARK.search(line)
                and not declared_count(line)  # another collection's
            ):
                found.append(r)
    return found


def _labels(line: str, above: str) -> bool:
    """Tell a field below an article's name: `岗位：文员`, or `职责：` below such a one."""
    return bool(LABEL.fullmatch(line) or (line[-1] in "：:" and LABEL.fullmatch(above)))


def _collects(page: PageLines, rows: Sequence[int], fields: Fields, declared: int | None) -> bool:
    """Tell whether a page says that it is a collection, and all its names are those of documents."""
    title = fields.title or page.title
    return (
        declared is None
        and COLLECTION.search(title) is not None
        and all(DOCUMENT.search(page.texts[r]) for r in rows)
    )


def whole_line(page: PageLines, row: int, ordinal: int) -> Candidate:
    """Return a line as the heading of a text, without a number."""
    size = len(page.texts[row])
    return Candidate(row, 0, size, size, ordinal, PLAIN, page.texts[row].strip("《》【】 "), True)


def _unnumbered_first(
    page: PageLines, fields: Fields, second: Candidate, bases: Sequence[str]
) -> Candidate | None:
    """Find the heading that lost its 1: a line that says the title, a marked line, else no line at all."""
    known = {letters(b) for b in bases} | {letters(second.title)}
    rows = [r for r in range(fields.start, second.row) if r not in fields.rows]
    for r in reversed(rows):
        if letters(page.texts[r]) in known and _chars(page, r + 1, second.row) >= MIN_CONTENT:
            return whole_line(page, r, 1)
    for r in rows:
        line = page.texts[r]
        titled = len(line) <= 60 and not SENTENCE_MARK.search(line) and line[-1] not in "：:，、"
        if titled and page.heads[r] > 1 and not (GUIDE_WORD.search(line) or drop_reason(line)):
            return whole_line(page, r, 1)
    for r in rows:
        if (
            not (introduces(page, r) or opens_page(page.texts[r]))
            and _chars(page, r, second.row) >= MIN_CONTENT
        ):
            return Candidate(r, 0, 0, 0, 1, PLAIN, second.title, False)
    return None


def _chars(page: PageLines, first: int, last: int) -> int:
    return sum(len(page.texts[r]) for r in range(first, last))


def _has_content(page: PageLines, rows: Sequence[int], k: int) -> bool:
    last = rows[k + 1] if k + 1 < len(rows) else len(page.texts)
    return _chars(page, rows[k] + 1, last) >= MIN_CONTENT


def _repeated_titles(page: PageLines, fields: Fields, bases: Sequence[str]) -> list[int]:
    known = {letters(b) for b in bases}
    said = [r for r in range(fields.start, len(page.texts)) if letters(page.texts[r]) in known]
    return [r for r in said if not _shown_again(page, r)]


def _shown_again(page: PageLines, row: int) -> bool:
    """Tell whether a title heads a box that shows its text again: the line below begins with it."""
    below = page.texts[row + 1] if row + 1 < len(page.texts) else ""
    return len(below) > len(page.texts[row]) and below.startswith(page.texts[row])


def _marked_lines(page: PageLines, fields: Fields) -> list[int]:
    def is_title(r: int) -> bool:
        line = page.texts[r]
        plain = len(line) <= MAX_HEADING and not SENTENCE_MARK.search(line) and line[-1] not in "：:，、"
        return (
            plain
            and page.shares[r] <= 0.5
            and not re.match(r"[（(]?[\d一二三四五六七八九十]+[）)、.．]", line)
        )

    strong = max(page.heads[fields.start :], default=1)
    if strong == 1:
        return []
    return [r for r in range(fields.start, len(page.texts)) if page.heads[r] == strong and is_title(r)]


def _names_subject(page: PageLines, rows: Sequence[int], fields: Fields, declared: int | None) -> bool:
    if declared is not None:
        return False
    shared = [overlap(page.texts[r], fields.title or page.title) for r in rows]
    return min(shared) >= 0.5


def body_rows(
    page: PageLines, fields: Fields, cues: dict[int, DropReason], content: tuple[int, int] | None
) -> tuple[int, int, dict[int, DropReason]]:
    """Return first line, end and introductions of the one text of a page.

    The text is `content`, where the rules of the site name it, else the densest run of lines.
    """
    end = content[1] if content else len(page.texts)
    first, last = (fields.start, end) if content else _densest(page, fields, cues, end)
    if first == last:
        return end, end, {}
    if not content and _is_list(page, first, last):
        return end, end, {}
    first = _beginning(page, cues, fields.start, first)
    last = _closing(page, cues, last, end)
    if not content:
        last = _unless_told(page, cues, last, rest_of_element(page, first, last, end))
    opening = opening_rows(page, range(first, min(first + MAX_OPENINGS, last - 1)))
    return first, last, dict.fromkeys(opening, "introduction")


def _beginning(page: PageLines, cues: dict[int, DropReason], start: int, first: int) -> int:
    """Return the first of the lines above `first` that belong to its text.

    A greeting does above a line of the site, too.
    """
    while first > start and page.shares[first - 1] <= LINKED_SHORT:
        if first - 1 in cues:
            above = page.texts[max(start, first - 1 - GREETED) : first - 1]
            if cues[first - 1] in ENDING or not any(map(greets, above)) or first - 2 in cues:
                break
        first -= 1
    return first


def _closing(page: PageLines, cues: dict[int, DropReason], last: int, end: int) -> int:
    """Return the line behind the few from `last` on that close a text, a line of the site above its day."""
    for row in range(last, min(last + CLOSING_LINES, end)):
        line, below = page.texts[row], page.texts[row + 1] if row + 1 < end else ""
        day = SIGNING_DAY.fullmatch(below)
        if row in cues and _goes_over(page, row, cues):
            continue
        if day and row not in cues and len(line) <= MAX_NAME and line[-1] not in "：:":  # who signs
            last = row + 1
            continue
        if row in cues or page.shares[row] > 0.5 or not _closes(page.texts[row]):
            return row
        last = row + 1
    return last


def _goes_over(page: PageLines, row: int, cues: dict[int, DropReason]) -> bool:
    """Tell whether a text goes on behind a line of the site, if only to be signed."""
    if cues[row] in ENDING:
        return not ends_texts(page, row, cues)
    return any(SIGNING_DAY.fullmatch(x) or TO_FILL.search(x) for x in page.texts[row + 1 : row + 3])


def _unless_told(page: PageLines, cues: dict[int, DropReason], last: int, end: int) -> int:
    """Return `end`, or the first line from `last` on that is a link, or the site's by its words."""

    def is_told(r: int) -> bool:
        line = page.texts[r]
        worded = weigh_wording(line) > 0 or names_publisher(line) or told_of_article(line)
        return r in cues or page.shares[r] > 0.5 or bool(worded)

    return next(filter(is_told, range(last, end)), end)


def _is_list(page: PageLines, first: int, last: int) -> bool:
    """Tell a list of pages, each a link with perhaps its beginning and its date, from a text with links."""
    links = [r for r in range(first, last) if page.shares[r] > LINKED]
    if len(links) < MIN_LISTED or len(links) < LISTED_SHARE * (last - first):
        return False
    return max(b - a for a, b in pairwise([first, *links, last])) <= LISTED_GAP


def _closes(line: str) -> bool:
    return names_person(line) or any(pattern.search(line) for pattern in (SENTENCE_MARK, CLOSING, SIGNED))


def _densest(page: PageLines, fields: Fields, cues: dict[int, DropReason], end: int) -> tuple[int, int]:
    """Return the run of lines of highest weight (Kadane): text weighs its length, other lines cost.

    A cue that ends a text ends the run: what comes behind a list of related pages is no part of what is
    before. Of several runs the first that weighs `FIRST_SHARE` of the heaviest is the text: comments may be
    longer.
    """
    runs: list[tuple[int, int, int]] = []  # weight, first line, end
    at, weight = fields.start, 0
    heaviest = (0, 0, 0)
    goes_on_to = _numbered_ahead(page, cues, fields.start, end)
    listed = False  # a clause stands in the run
    for row in range(fields.start, end):
        step = _weight(page, row) if row not in fields.rows and row not in cues else THIN
        if cues.get(row) == "contents":  # stands inside its document
            step = 0
        listed = weight > 0 and (listed or NUMBERED.match(page.texts[row]) is not None)
        if step == SHORT and listed and row in goes_on_to:
            step = 0
        if weight + step <= 0 or (row in cues and ends_texts(page, row, cues)):
            runs.append(heaviest)
            weight, at, heaviest = 0, row + 1, (0, 0, 0)
            continue
        weight += step
        if weight > heaviest[0]:
            heaviest = (weight, at, row + 1)
    runs.append(heaviest)
    most = max(weight for weight, _, _ in runs)
    if most < MIN_BODY and page.from_html:
        return end, end
    return next((first, last) for weight, first, last in runs if weight >= FIRST_SHARE * most)


def _numbered_ahead(page: PageLines, cues: dict[int, DropReason], first: int, end: int) -> set[int]:
    """Return the lines that a numbered sentence follows, nothing of the site between: cells of a table."""
    found = set()
    distance = MAX_TABLE
    for row in range(end - 1, first - 1, -1):
        line = page.texts[row]
        distance += 1
        if row in cues or page.shares[row] > LINKED:
            distance = MAX_TABLE
        elif line[-1] in "。；：:;" and NUMBERED.match(line):
            distance = 0
        if 0 < distance < MAX_TABLE:
            found.add(row)
    return found


def _weight(page: PageLines, row: int) -> int:
    line = page.texts[row]
    if page.shares[row] > 0.5:
        return THIN
    if NUMBERED.match(line):
        return max(len(line), DENSE)
    said = len(line) >= DENSE or line[-1] in "，、" or SENTENCE_MARK.search(line)  # `我愿做一粒种子，`
    return len(line) if said else SHORT
