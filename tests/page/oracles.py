"""Cases as data, small pages, and what must hold of any parsed page."""

import json
from pathlib import Path
from typing import Any

from pipeline.page.lines import PageLines, page_lines
from pipeline.page.pieces import Segments
from pipeline.page.segment import segment
from pipeline.records import Page
from pipeline.text.convert import convert
from pipeline.text.offsets import replay

CASES = Path(__file__).resolve().parent.parent / "cases"
SUBJECT = "仓库值班制度"
BODY = (
    "一、值班人员应当准时到岗，做好交接。",
    "二、发现问题及时报告，不得隐瞒。",
    "三、本制度自发布之日起施行。",
)


def cases(module: str, name: str) -> list[dict[str, Any]]:
    """The cases of a module: in_the_wild, synthetic, negative or known_failures."""
    found: list[dict[str, Any]] = json.loads((CASES / module / f"{name}.json").read_text("utf-8"))
    return found


def lines_of(lines: list[str], *, linked: bool = False, title: str = "", head: int = 1) -> PageLines:
    """Lines of one kind, as a page has them."""
    counts = [len(x) if linked else 0 for x in lines]
    return page_lines("\n".join(lines), (counts, [head] * len(lines)), title, from_html=False)


def segmented(lines: list[str]) -> tuple[Segments, list[list[str]]]:
    """The segments of a plain page, and its articles: heading first, then the lines of the body."""
    text = "\n".join(lines)
    parts = segment(lines_of(lines))
    articles: dict[int, list[str]] = {}
    for piece in parts.pieces:
        if piece.role == "article":
            own = articles.setdefault(piece.group, [""])
            if piece.heading:
                own[0] = text[piece.start : piece.end]
            else:
                own.append(text[piece.start : piece.end])
    return parts, [articles[k] for k in sorted(articles)]


def squash(text: str) -> str:
    """Text without white space."""
    return "".join(text.split())


def check_page(page: Page) -> None:
    """Assert what holds of every page: lines tile raw, clauses tile articles, ids and spans fit."""
    at = 0
    for number, line in enumerate(page.lines):
        assert line.line == number
        assert at <= line.raw_start <= line.raw_end <= len(page.raw)
        assert squash(page.raw[at : line.raw_start]) == "" or page.edits
        at = line.raw_end
        assert (line.reason is not None) == (line.role == "dropped")
        assert (line.article_id is not None) == (line.role == "article")
    if not page.edits:
        assert squash(page.raw[at:]) == ""
    canonical = convert(replay(page.raw, page.edits), "t2s")
    where = squash("".join(page.raw[x.raw_start : x.raw_end] for x in page.lines))
    assert squash(page.raw) == where or page.edits
    for article in page.articles:
        told = squash("".join((c.marker or "") + c.text for c in article.clauses))
        assert told == squash(article.text)
        assert article.article_id == f"{page.page.page_id}:{article.ordinal}"
        for clause in article.clauses:
            assert clause.clause_id == f"{article.article_id}/{clause.path}"
            assert article.raw_start <= clause.raw_start <= clause.raw_end <= article.raw_end
    for dropped in page.dropped:
        assert dropped.text in canonical
