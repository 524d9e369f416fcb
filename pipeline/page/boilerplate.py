"""Boilerplate of a site: the lines a page offers for counting, and those of the model dropped."""

from collections.abc import Sequence

from pipeline.page.assemble import CutPage
from pipeline.page.lines import NUMBERED
from pipeline.page.segment import Piece

LEADING = "：:"  # ends of a line that leads into a list
MIN_LINE = 4  # characters; shorter lines are no sign of anything


def boilerplate_candidates(cut: CutPage) -> frozenset[str]:
    r"""Return the canonical lines of a page that may be its site's boilerplate.

    Lines outside every article (of a guide none that leads into a list: `包括以下部分：`), and the very first
    and last line of each article's body. None that opens a numbered clause. The page was cut
    *without* knowledge of its site's lines, so that what is dropped does not change what is counted. Count
    each line once a distinct body: integer sums by site, in any order.

    >>> from pipeline.page.parse import read_page
    >>> cut = read_page("值班制度\n一、准时到岗，不得迟到早退，做好交接班的记录。\n甲网祝您工作顺利")
    >>> sorted(boilerplate_candidates(cut))
    ['甲网祝您工作顺利']
    """
    text, pieces = cut.texts.canonical, cut.parts.pieces
    out = {text[p.start : p.end] for p in pieces if p.role == "dropped"}
    guide = (text[p.start : p.end] for p in pieces if p.role == "guide")
    out |= {line for line in guide if line[-1] not in LEADING}
    for body in bodies_of(pieces).values():
        out.add(text[body[0].start : body[0].end])
        out.add(text[body[-1].start : body[-1].end])
    return frozenset(line for line in out if len(line) >= MIN_LINE and not NUMBERED.match(line))


def bodies_of(pieces: Sequence[Piece]) -> dict[int, list[Piece]]:
    """Return the pieces of each article's body, in order, without its heading."""
    bodies: dict[int, list[Piece]] = {}
    for p in pieces:
        if p.role == "article" and not p.heading:
            bodies.setdefault(p.group, []).append(p)
    return bodies


def drop_boilerplate(text: str, pieces: Sequence[Piece], boilerplate: frozenset[str]) -> list[Piece]:
    """Drop known lines (`site_boilerplate`): in guides anywhere, in articles at the first and last edge.

    `text` is the canonical text of the page. A heading stays, and so does every line that opens a numbered
    clause: an article that stands on 200 pages survives whole.
    """
    out = list(pieces)
    bodies: dict[int, list[int]] = {}
    for k, p in enumerate(out):
        if p.role == "article" and not p.heading:
            bodies.setdefault(p.group, []).append(k)
        elif p.role == "guide" and not p.heading and _known(text[p.start : p.end], boilerplate):
            out[k] = p._replace(role="dropped", reason="site_boilerplate", group=0)
    for body in bodies.values():
        for edge in (body, body[::-1]):
            for k in edge:
                if not _known(text[pieces[k].start : pieces[k].end], boilerplate):
                    break
                out[k] = out[k]._replace(role="dropped", reason="site_boilerplate", group=0)
    return out


def _known(line: str, boilerplate: frozenset[str]) -> bool:
    return line in boilerplate and not NUMBERED.match(line)
