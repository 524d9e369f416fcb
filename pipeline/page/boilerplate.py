"""Boilerplate of a site: the lines a page offers for counting, and those of the model dropped."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from pipeline.clauses.nodes import ORDINAL, PARENT, START
from pipeline.clauses.structure import clause_nodes
from pipeline.page.assemble import CutColumns
from pipeline.page.lines import NUMBERED
from pipeline.page.pieces import ARTICLE, DROPPED, GUIDE, REASONS, Columns
from pipeline.page.search import beginnings

LEADING = "：:"  # ends of a line that leads into a list
SITE_BOILERPLATE = REASONS.index("site_boilerplate")
NEAR_EDGE = (
    4  # lines of an article's first and last edge that may turn out to be boilerplate with the outermost
)
NUMBERING = beginnings(NUMBERED) or frozenset()  # of lines that may open a numbered clause, which most do not
MIN_LINE = 4  # characters; shorter lines are no sign of anything
MAX_LINE = 200  # boilerplate is a line or two; a longer line is somebody's text


class Pieces(NamedTuple):
    """The pieces of a page, and the text that they are spans of."""

    canonical: str
    columns: Columns


class Edges(NamedTuple):
    """The lines at the edges of an article's body, without its heading.

    `near` are its first and last `NEAR_EDGE`, `behind` a line in its middle for the very first and the very
    last: none of the edges, "" where there is no other line.
    """

    near: list[str]
    behind: tuple[str, str]


class PageLines(NamedTuple):
    """The canonical lines of a page by where they stand."""

    dropped: set[str]
    guide: set[str]
    guide_headings: set[str]
    bodies: list[Edges]


def page_lines(cut: CutColumns) -> PageLines:
    """Return the lines of a page that was cut."""
    text, (starts, ends, roles, _, groups, headings) = cut.texts.canonical, cut.columns
    found = PageLines(set(), set(), set(), [])
    bodies: dict[int, list[int]] = defaultdict(list)
    for row, role in enumerate(roles):
        if role == ARTICLE:
            if not headings[row]:
                bodies[groups[row]].append(row)
        elif role == DROPPED:
            found.dropped.add(text[starts[row] : ends[row]])
        elif role == GUIDE:
            lines = found.guide_headings if headings[row] else found.guide
            lines.add(text[starts[row] : ends[row]])
    found.bodies.extend(_edges(cut, rows) for rows in bodies.values())
    return found


def _edges(cut: CutColumns, rows: list[int]) -> Edges:
    page = Pieces(cut.texts.canonical, cut.columns)
    near = _lines_of(page, [*rows[:NEAR_EDGE], *rows[-NEAR_EDGE:]])
    if len(rows) < 3:
        return Edges(near, (near[-1], near[0]) if len(rows) == 2 else ("", ""))
    (inner,) = _lines_of(page, [rows[len(rows) // 2]])
    return Edges(near, (inner, inner))


def boilerplate_candidates(lines: PageLines) -> frozenset[str]:
    r"""Return the canonical lines of a page that may be its site's boilerplate.

    Lines outside every article (of a guide none that leads into a list: `包括以下部分：`), and the very first
    and last line of each article's body. None that opens a numbered clause or is long. The page was cut
    *without* knowledge of its site's lines, so that what is dropped does not change what is counted. Count
    each line once a distinct body: integer sums by site, in any order.

    >>> from pipeline.page.assemble import by_column
    >>> from pipeline.page.parse import read_page
    >>> cut = read_page("值班制度\n一、准时到岗，不得迟到早退，做好交接班的记录。\n甲网祝您工作顺利")
    >>> sorted(boilerplate_candidates(page_lines(by_column(cut))))
    ['甲网祝您工作顺利']
    """
    out = {line for line in lines.guide | lines.guide_headings if line[-1] not in LEADING}
    out.update(lines.dropped, *[(body.near[0], body.near[-1]) for body in lines.bodies])
    sized = [line for line in out if MIN_LINE <= len(line) <= MAX_LINE]
    return frozenset([line for line in sized if line[0] not in NUMBERING or not NUMBERED.match(line)])


def drop_boilerplate(cut: CutColumns, known: frozenset[str]) -> CutColumns:
    """Return a page without its known lines (`fallen_pieces`)."""
    (places,) = fallen_pieces([Pieces(cut.texts.canonical, cut.columns)], [known])
    if not places:
        return cut
    roles, reasons = bytearray(cut.columns.roles), bytearray(cut.columns.reasons)
    groups = list(cut.columns.groups)
    for k in places:
        roles[k], reasons[k], groups[k] = DROPPED, SITE_BOILERPLATE, 0
    columns = cut.columns._replace(roles=bytes(roles), reasons=bytes(reasons), groups=groups)
    return cut._replace(columns=columns)


def fallen_pieces(pages: Sequence[Pieces], known: Sequence[frozenset[str]]) -> list[list[int]]:
    """Return the pieces of each page that fall: known lines of guides, and of articles at either edge.

    A heading stays, and so does every line that opens a numbered clause or stands inside one (`三、附则` with
    its paragraph below). The articles of all pages are structured in one call.
    """
    edged = [
        (k, body)
        for k, (page, lines) in enumerate(zip(pages, known, strict=True))
        if lines
        for body in _bodies_at_known_edges(page, lines)
    ]
    texts = [_lines_of(pages[k], body) for k, body in edged]
    fallen: list[list[int]] = [_of_guides(*each) for each in zip(pages, known, strict=True)]
    for (k, body), lines, inside in zip(edged, texts, _inside_clauses(texts), strict=True):
        fallen[k] += [body[at] for at in _at_edges(lines, inside, known[k])]
    return fallen


def _bodies_at_known_edges(page: Pieces, boilerplate: frozenset[str]) -> Iterator[list[int]]:
    """Yield the pieces of each article's body whose first or last line is known."""
    columns, bodies = page.columns, defaultdict[int, list[int]](list)
    for k, role in enumerate(columns.roles):
        if role == ARTICLE and not columns.headings[k]:
            bodies[columns.groups[k]].append(k)
    for body in bodies.values():
        if any(_known(line, boilerplate) for line in _lines_of(page, (body[0], body[-1]))):
            yield body


def _lines_of(page: Pieces, places: Sequence[int]) -> list[str]:
    text, starts, ends = page.canonical, page.columns.starts, page.columns.ends
    return [text[starts[k] : ends[k]] for k in places]


def _of_guides(page: Pieces, boilerplate: frozenset[str]) -> list[int]:
    """Return the pieces of guides that are known lines."""
    columns = page.columns
    if not boilerplate or GUIDE not in columns.roles:
        return []
    places = [k for k, role in enumerate(columns.roles) if role == GUIDE and not columns.headings[k]]
    return [k for k, line in zip(places, _lines_of(page, places), strict=True) if _known(line, boilerplate)]


def _at_edges(lines: Sequence[str], inside: set[int], boilerplate: frozenset[str]) -> set[int]:
    """Return the known lines with which an article begins and ends."""
    found: set[int] = set()
    for edge in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        for at in edge:
            if at in inside or not _known(lines[at], boilerplate):
                break
            found.add(at)
    return found


def _inside_clauses(articles: Sequence[Sequence[str]]) -> Iterator[set[int]]:
    """Yield the lines of each article that stand inside a numbered clause, below its own line.

    A line behind the numbered items of a clause closes them, or the article, or is the site's: it is not
    counted among them.
    """
    found = clause_nodes(["\n".join(lines) for lines in articles])
    for lines, nodes in zip(articles, found, strict=True):
        inside = set()
        starts = list(accumulate((len(x) + 1 for x in lines[:-1]), initial=0))
        ordinals, listed = nodes[ORDINAL], set()  # clauses with numbered items so far
        for parent, ordinal, start in zip(nodes[PARENT], ordinals, nodes[START], strict=True):
            if ordinal >= 0:
                listed.add(parent)
            elif parent >= 0 and ordinals[parent] >= 0 and parent not in listed:
                inside.add(bisect_right(starts, start) - 1)
        yield inside


def _known(line: str, boilerplate: frozenset[str]) -> bool:
    return line in boilerplate and not NUMBERED.match(line)
