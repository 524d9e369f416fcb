"""Boilerplate of a site: the lines a page offers for counting, and those of the model dropped."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.page.lines import NUMBERED, PageLines
from pipeline.records import Page

if TYPE_CHECKING:
    from pipeline.page.segment import Piece

MIN_LINE = 4  # characters; shorter lines are no sign of anything


def boilerplate_candidates(page: Page) -> frozenset[str]:
    r"""Return the canonical lines of a page that may be its site's boilerplate.

    Lines outside every article, and the very first and last line of each article's body unless it opens a
    numbered clause. `page` is parsed *without* knowledge of the site, so that what was dropped before does
    not change what is counted. Count each line once a distinct body: integer sums by site, in any order.

    >>> from pipeline.page.parse import parse_page
    >>> page = parse_page("值班制度\n一、准时到岗，不得迟到早退，做好交接班的记录。\n甲网祝您工作顺利")
    >>> sorted(boilerplate_candidates(page))
    ['甲网祝您工作顺利']
    """
    out = {d.text for d in page.dropped}
    out |= {s.heading for s in page.guide}
    for section in page.guide:
        out |= {c.text for c in section.clauses if c.kind == "paragraph"}
    for article in page.articles:
        lines = article.text.split("\n")
        out |= {line for line in (lines[0], lines[-1]) if not NUMBERED.match(line)}
    return frozenset(line for line in out if len(line) >= MIN_LINE)


def drop_boilerplate(
    page: PageLines, pieces: Sequence["Piece"], boilerplate: frozenset[str]
) -> list["Piece"]:
    """Drop known lines (`site_boilerplate`): in guides anywhere, in articles at the first and last edge.

    A heading stays, and so does every line that opens a numbered clause: an article that stands on 200 pages
    survives whole.
    """
    out = list(pieces)
    texts = [_text(page, p) for p in out]
    bodies: dict[int, list[int]] = {}
    for k, p in enumerate(out):
        if p.role == "article" and not p.heading:
            bodies.setdefault(p.group, []).append(k)
        elif p.role == "guide" and not p.heading and _known(texts[k], boilerplate):
            out[k] = p._replace(role="dropped", reason="site_boilerplate", group=0)
    for body in bodies.values():
        for edge in (body, body[::-1]):
            for k in edge:
                if not _known(texts[k], boilerplate):
                    break
                out[k] = out[k]._replace(role="dropped", reason="site_boilerplate", group=0)
    return out


def _known(line: str, boilerplate: frozenset[str]) -> bool:
    return line in boilerplate and not NUMBERED.match(line)


def _text(page: PageLines, piece: "Piece") -> str:
    row = bisect_right(page.starts, piece.start) - 1
    return page.texts[row][piece.start - page.starts[row] : piece.end - page.starts[row]]
