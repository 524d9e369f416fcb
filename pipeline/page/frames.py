"""Members that a series of headings lacks: glued to a text, inline, or written a little differently.

What stands around the number of the members that are known is sought once more, with the missing number,
in the lines between its neighbours: `〖2〗` before a sentence, `例5：` behind one, `Ｎo. ３` among `No.3`.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.page.headings import AFTER_TITLE, BODY_START, BY_PLACE, MAX_TITLE_IN_HEADING, Candidate
from pipeline.page.lines import DOCUMENT, LINKED, SENTENCE_END, SENTENCE_MARK, PageLines, letters
from pipeline.page.marks import first_clause
from pipeline.page.numbers import ANY_NUMBER, number_kind, ordinal_of, runs_of
from pipeline.page.series import OWN_LEAST, best_chain, best_series, ends_like
from pipeline.page.skeletons import MARK, skeletons

MAX_GROUPS = 12  # forms of a page whose missing members are sought
FIRST = 2  # ordinal with which a series may begin, where its first number is lost or glued
MAX_FIXED = 60  # characters around the number where nothing else differs: `值班制度（第` and `种）`
MAX_FRAME = 12  # characters on either side of a number: `优秀范文精选（`
WHOLE_LINES = frozenset(("word", "item", "lead", "skeleton"))  # forms that are read where nothing follows
MAX_MISSING = 6  # members that are sought; a chain that lacks more is none
TAIL = 3  # letters of the other titles' end by which a title is known that has a text behind it
# `（2）`, `2、`: marks of clauses; with one of these alone a member must say the name of a document
CLAUSE_MARKS = frozenset("（()）[]、.．，,：: 　\t")
WIDTHS = ("（(", "）)", "：:", "．.", "【[［", "】]］", "<＜〈", ">＞〉")  # the same sign in other widths
VARIANTS = {c: f"[{re.escape(both)}]" for both in WIDTHS for c in both}
LAST_OF_KIND = 10  # behind ❿, 拾 and 癸 other numbers may follow
NOTHING = "(?!)"  # a pattern that never matches
BLANKS = r"[^\S\n]*+"
DATED = re.compile(r"\d\s*日$")  # a signature's date, behind which the next heading may stand in one line


class Frame(NamedTuple):
    """What stands around a heading's number, and on which side its title: -1 before, 1 behind, 0 none."""

    before: str
    after: str
    side: int
    tail: str
    kind: str  # of the numbers: 1, 一, ①


def completed(
    page: PageLines, chain: Sequence[Candidate], declared: int | None, start: int
) -> list[Candidate]:
    """Return a chain with those of its missing members that are found, from line `start` on.

    Without a count that is `declared`, the one behind the last is sought too, in forms read as whole lines.
    """
    if not chain:
        return []
    by_ordinal = {c.ordinal: c for c in chain}
    last = max(by_ordinal)
    beyond = MAX_MISSING if declared is None and chain[0].key[0] in WHOLE_LINES else 0
    end = max(declared or 0, last + beyond)
    missing = [k for k in range(1, end + 1) if k not in by_ordinal]
    if not missing and [c.ordinal for c in chain] == [*range(1, end + 1)]:
        return list(chain)  # as nearly all are
    frame = _frame(page, chain)
    if frame is None or len(missing) > MAX_MISSING + beyond or len(by_ordinal) < len(chain):
        return list(chain)
    for ordinal in missing:
        before = [c for c in by_ordinal.values() if c.ordinal < ordinal]
        behind = [c for c in by_ordinal.values() if c.ordinal > ordinal]
        first = max(((c.row, c.body) for c in before), default=(start, 0))
        stop = min(((c.row, c.start) for c in behind), default=(len(page.texts), 0))
        found = next(_found(page, frame, ordinal, (first, stop)), None)
        if found is not None:
            by_ordinal[ordinal] = found._replace(key=chain[0].key)
        elif declared is None and ordinal > last:
            break
    return [by_ordinal[k] for k in sorted(by_ordinal)]


def in_other_forms(page: PageLines, start: int, title: str, declared: int | None) -> Sequence[Candidate]:
    """Return the best series of a form that no rule names, its members completed; none for no series."""
    found = skeletons(page, start)
    counts = Counter(c.key for c in found)
    named = [
        c
        for c in found
        if not c.key[1].startswith(MARK) or DOCUMENT.search(c.title) or ends_like(c.title, title)
    ]
    groups = {c.key for c in named if c.ordinal <= FIRST or counts[c.key] > 1}
    more: set[Candidate] = set()
    for key in sorted(groups)[:MAX_GROUPS]:
        weak = key[0] == "lead" and key[1].startswith(MARK)
        chain = best_chain(page, [c for c in (named if weak else found) if c.key == key])
        more.update(completed(page, chain, declared, start))
    found = sorted(more.union(found), key=BY_PLACE)
    return best_series(page, found, title, declared).headings if found else ()


def _frame(page: PageLines, chain: Sequence[Candidate]) -> Frame | None:
    """Return what all members of a chain have around their numbers, told from one that stands alone."""
    member = next((c for c in chain if c.alone), None)
    if member is None:
        return None
    line = page.texts[member.row][: member.end]
    fixed = member.key[0] == "skeleton"  # nothing but the number differs
    at = line.find(member.title) if member.title and not fixed else -1
    spans = [m.span() for m in ANY_NUMBER.finditer(line) if ordinal_of(m.group()) == member.ordinal]
    if fixed:
        spans = [(a, b) for a, b in spans if letters(line[:a]) == member.key[1].partition(MARK)[0]]
    elif at >= 0:
        spans = [(a, b) for a, b in spans if b <= at or a >= at + len(member.title)]
    if not spans:
        return None
    begin, end = spans[0]
    kind = number_kind(line[begin:end])
    tail = letters(member.title)[-TAIL:]
    if at < 0:
        frame = Frame(line[:begin], line[end:], 0, tail, kind)
    elif end <= at:
        frame = Frame(line[:begin], line[end:at], 1, tail, kind)
    else:
        frame = Frame(line[at + len(member.title) : begin], line[end:], -1, tail, kind)
    longest = MAX_FIXED if frame.side == 0 else MAX_FRAME
    return frame if max(len(frame.before), len(frame.after)) <= longest else None


def _found(
    page: PageLines, frame: Frame, ordinal: int, places: tuple[tuple[int, int], tuple[int, int]]
) -> Iterator[Candidate]:
    """Yield the places between two others that say the frame with a number."""
    (row, column), (last, stop) = places
    low = page.starts[row] + column if row < len(page.starts) else len(page.text)
    high = page.starts[last] + stop if last < len(page.starts) else len(page.text)
    runs = runs_of(ordinal)
    if _is_plain(frame) and ordinal <= LAST_OF_KIND:
        runs = tuple(run for run in runs if number_kind(run) == frame.kind)
    if not _may_say(page.text[low:high], frame, runs):
        return  # as nearly always: a pattern takes longer to compile than all else
    numbers = "|".join(map(re.escape, runs)) or NOTHING
    before, after = _loose(frame.before), _loose(frame.after)
    sought = re.compile(f"{before}{BLANKS if before else ''}(?:{numbers}){BLANKS if after else ''}{after}")
    for match in sought.finditer(page.text, low, high):
        row = bisect_right(page.starts, match.start()) - 1
        span = (match.start() - page.starts[row], match.end() - page.starts[row])
        if page.shares[row] > LINKED or span[1] > len(page.texts[row]):
            continue
        found = (_before_title if frame.side >= 0 else _behind_title)(page.texts[row], frame, span)
        if found is not None:
            start, end, title = found
            alone = start == 0 and end == len(page.texts[row])
            yield Candidate(row, start, end, end, ordinal, ("", ""), title, alone)


def _may_say(text: str, frame: Frame, runs: Sequence[str]) -> bool:
    """Tell whether a text without its blanks says the frame with one of some numbers; lines may be joined."""
    said, before, after = map(_without_blanks, (text, frame.before, frame.after))
    for signs in WIDTHS:
        if not set(signs).isdisjoint(before + after):
            for other in signs[1:]:
                said, before, after = (x.replace(other, signs[0]) for x in (said, before, after))
    follows = tuple(f"{run}{after}" for run in runs)
    if not before:
        return any(number in said for number in follows)
    at = said.find(before)
    while at >= 0 and not said.startswith(follows, at + len(before)):
        at = said.find(before, at + 1)
    return at >= 0


@lru_cache(maxsize=8)  # one text is asked for each form and each number that a page lacks
def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _is_plain(frame: Frame) -> bool:
    """Tell whether a clause's number stands between the same marks."""
    return CLAUSE_MARKS.issuperset(frame.before + frame.after)


def _loose(literal: str) -> str:
    """Return a pattern of a literal, whatever its blanks and the width of its brackets."""
    return BLANKS.join(VARIANTS.get(c, re.escape(c)) for c in "".join(literal.split()))


def _before_title(line: str, frame: Frame, span: tuple[int, int]) -> tuple[int, int, str] | None:
    """Return start, end and title of a heading whose number stands first, or that has no title."""
    start, end = span
    before = line[:start].rstrip()
    plain = _is_plain(frame)
    follows = not before or (before[-1] in SENTENCE_END or DATED.search(before) or line[start - 1].isspace())
    if not follows or line[end - 1 : end + 1].isdecimal():
        return None
    if frame.side == 0:
        return start, end, ""
    size = _title_size(line[end:], frame.tail)
    title = line[end : end + size]
    document = len(letters(title)) >= OWN_LEAST and DOCUMENT.search(title.strip("《》 　"))
    named = document or (frame.tail and letters(title).endswith(frame.tail))
    if not size or (plain and not named) or (plain and before and not letters(title).endswith(frame.tail)):
        return None
    return start, end + size, title.strip(" 　《》【】")


def _title_size(rest: str, tail: str) -> int:
    """Return how many characters of what stands behind a number are its title, 0 where that is not told."""
    clause = first_clause(rest)
    if 1 < clause <= MAX_TITLE_IN_HEADING and not SENTENCE_MARK.search(rest[:clause]):
        return len(rest[:clause].rstrip())
    at = rest.find(tail, 0, MAX_TITLE_IN_HEADING) if tail else -1
    if at >= 0 and not SENTENCE_MARK.search(rest[:at]):
        end = AFTER_TITLE.match(rest, at + len(tail)).end()  # type: ignore[union-attr]
        return end if letters(rest[end:]) else len(rest)
    whole = len(rest) <= MAX_TITLE_IN_HEADING and not SENTENCE_MARK.search(rest)
    return len(rest) if whole else 0


def _behind_title(line: str, frame: Frame, span: tuple[int, int]) -> tuple[int, int, str] | None:
    """Return start, end and title of a heading whose title stands before its number."""
    number, end = span
    start = max((line.rfind(mark, 0, number) for mark in SENTENCE_END), default=-1) + 1
    if start and line[start - 1] == "》":
        start = max((line.rfind(mark, 0, number) for mark in SENTENCE_END if mark != "》"), default=-1) + 1
    title = line[start:number].strip()
    named = letters(title).endswith(frame.tail) or DOCUMENT.search(title)
    if not (2 <= len(title) <= MAX_TITLE_IN_HEADING and named):
        return None
    if end < len(line) and not (frame.after.strip() or BODY_START.match(line, end)):
        return None
    return start + line[start:number].index(title[0]), end, title.strip(" 　《》【】")
