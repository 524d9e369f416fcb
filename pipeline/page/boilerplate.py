"""Boilerplate of a site: the lines a page offers for counting, and those of the model dropped."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from pipeline.clauses.structure import clause_columns
from pipeline.page.assemble import CutPage
from pipeline.page.lines import NUMBERED
from pipeline.page.segment import Piece

LEADING = "：:"  # ends of a line that leads into a list
MIN_LINE = 4  # characters; shorter lines are no sign of anything


class PageLines(NamedTuple):
    """The canonical lines of a page by where they stand; `bodies`: of each article, without its heading."""

    dropped: set[str]
    guide: set[str]
    guide_headings: set[str]
    bodies: list[list[str]]


def page_lines(cut: CutPage) -> PageLines:
    """Return the lines of a page that was cut."""
    text, found = cut.texts.canonical, PageLines(set(), set(), set(), [])
    bodies: dict[int, list[str]] = {}
    for start, end, role, _, group, heading in cut.parts.pieces:
        if role == "article":
            if not heading:
                bodies.setdefault(group, []).append(text[start:end])
        elif role == "dropped":
            found.dropped.add(text[start:end])
        elif role == "guide":
            (found.guide_headings if heading else found.guide).add(text[start:end])
    found.bodies.extend(bodies.values())
    return found


def boilerplate_candidates(lines: PageLines) -> frozenset[str]:
    r"""Return the canonical lines of a page that may be its site's boilerplate.

    Lines outside every article (of a guide none that leads into a list: `包括以下部分：`), and the very first
    and last line of each article's body. None that opens a numbered clause. The page was cut
    *without* knowledge of its site's lines, so that what is dropped does not change what is counted. Count
    each line once a distinct body: integer sums by site, in any order.

    >>> from pipeline.page.parse import read_page
    >>> cut = read_page("值班制度\n一、准时到岗，不得迟到早退，做好交接班的记录。\n甲网祝您工作顺利")
    >>> sorted(boilerplate_candidates(page_lines(cut)))
    ['甲网祝您工作顺利']
    """
    out = {line for line in lines.guide | lines.guide_headings if line[-1] not in LEADING}
    out.update(lines.dropped, *[(body[0], body[-1]) for body in lines.bodies])
    return frozenset([line for line in out if len(line) >= MIN_LINE and not NUMBERED.match(line)])


def drop_boilerplate(cut: CutPage, boilerplate: frozenset[str]) -> CutPage:
    """Drop known lines (`site_boilerplate`): in guides anywhere, in articles at the first and last edge.

    A heading stays, and so does every line that opens a numbered clause or stands inside one (`三、附则` with
    its paragraph below).
    """
    if not boilerplate:
        return cut
    pieces = _dropped(cut.texts.canonical, cut.parts.pieces, boilerplate)
    return replace(cut, parts=replace(cut.parts, pieces=pieces))


def _dropped(text: str, pieces: Sequence[Piece], boilerplate: frozenset[str]) -> list[Piece]:
    """Return the pieces of a page, those of known lines dropped. `text` is the page's canonical text."""
    out = list(pieces)
    bodies: dict[int, list[int]] = {}
    for k, p in enumerate(out):
        if p.role == "article" and not p.heading:
            bodies.setdefault(p.group, []).append(k)
        elif p.role == "guide" and not p.heading and _known(text[p.start : p.end], boilerplate):
            out[k] = p._replace(role="dropped", reason="site_boilerplate", group=0)
    for body in bodies.values():
        lines = [text[pieces[k].start : pieces[k].end] for k in body]
        if not any(_known(line, boilerplate) for line in (lines[0], lines[-1])):
            continue
        inside = _inside_clauses(lines)
        for edge in (range(len(body)), range(len(body) - 1, -1, -1)):
            for at in edge:
                k = body[at]
                if at in inside or not _known(lines[at], boilerplate):
                    break
                out[k] = out[k]._replace(role="dropped", reason="site_boilerplate", group=0)
    return out


def _inside_clauses(lines: Sequence[str]) -> set[int]:
    """Return the lines of an article that stand inside a numbered clause, below its own line.

    A line behind the numbered items of a clause closes them, or the article, or is the site's: it is not
    counted among them.
    """
    inside = set()
    starts = list(accumulate((len(x) + 1 for x in lines[:-1]), initial=0))
    (found,) = clause_columns(["\n".join(lines)])
    numbered = {p for p, ordinal in zip(found.paths, found.ordinals, strict=True) if ordinal is not None}
    listed: set[str | None] = set()  # clauses with numbered items so far
    for parent, ordinal, start in zip(found.parents, found.ordinals, found.starts, strict=True):
        if ordinal is not None:
            listed.add(parent)
        elif parent in numbered and parent not in listed:
            inside.add(bisect_right(starts, start) - 1)
    return inside


def _known(line: str, boilerplate: frozenset[str]) -> bool:
    return line in boilerplate and not NUMBERED.match(line)
