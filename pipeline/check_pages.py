"""What `fanwen check` asks of each page: edits replay, lines cover raw, clauses tile their article."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unicodedata import category

import pyarrow as pa

from pipeline.records import Edit
from pipeline.text.offsets import replay

Rows = list[dict[str, Any]]


def page_problems(tables: dict[str, pa.Table]) -> Iterator[str]:
    """Yield what is wrong with the pages of one part; `tables` are its five tables cut by page."""
    grouped = {name: _by_page(tables[name]) for name in ("articles", "clauses", "edits", "lines")}
    pages = tables["pages"].select(["page_id", "latest", "n_articles", "raw_text"]).to_pylist()
    known = {page["page_id"] for page in pages}
    for name, rows in grouped.items():
        for stray in sorted(rows.keys() - known):
            yield f"{name}: rows of page {stray}, which is not in pages"
    for page in pages:
        i = page["page_id"]
        mine = {name: rows.get(i, []) for name, rows in grouped.items()}
        for problem in _one_page(page, mine):
            yield f"page {i}: {problem}"


def _by_page(table: pa.Table) -> dict[str, Rows]:
    rows: dict[str, Rows] = defaultdict(list)
    for row in table.to_pylist():
        rows[row["page_id"]].append(row)
    return rows


def _one_page(page: dict[str, Any], rows: dict[str, Rows]) -> Iterator[str]:
    expected = page["n_articles"] if page["latest"] else 0
    if len(rows["articles"]) != expected:
        yield f"{len(rows['articles'])} articles, n_articles says {page['n_articles']}"
    yield from _edit_problems(page["raw_text"], rows["edits"])
    yield from _line_problems(page, rows["lines"], {a["article_id"] for a in rows["articles"]})
    yield from _clause_problems(page["raw_text"], rows)


def _edit_problems(raw: str, edits: Rows) -> Iterator[str]:
    ordered = sorted(edits, key=lambda e: (e["raw_start"], e["raw_end"]))
    try:
        replay(raw, [Edit(e["raw_start"], e["raw_end"], e["replacement"], e["rule"]) for e in ordered])
    except ValueError as error:
        yield f"edits do not replay: {error}"


def _visible(text: str) -> bool:
    """Say whether a text shows anything: more than white space, controls and format characters."""
    return any(category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp") for c in text)


def _line_problems(page: dict[str, Any], lines: Rows, articles: set[str]) -> Iterator[str]:
    raw, at = page["raw_text"], 0
    for line in sorted(lines, key=lambda n: n["line"]):
        start, end = line["raw_start"], line["raw_end"]
        if not at <= start <= end <= len(raw):
            yield f"line {line['line']} at {start}..{end} overlaps the one before or leaves the text"
            return
        if _visible(raw[at:start]):
            yield f"characters {at}..{start} stand in no line"
            return
        if line["article_id"] is not None and line["article_id"] not in articles:
            yield f"line {line['line']} names article {line['article_id']}, which the page does not have"
        if line["role"] == "article" and line["article_id"] is None and page["latest"]:
            yield f"line {line['line']} belongs to no article"
        if (line["role"] == "dropped") != (line["reason"] is not None):
            yield f"line {line['line']}: a dropped line has a reason, and only that"
        at = end
    if _visible(raw[at:]):
        yield f"characters {at}..{len(raw)} stand in no line"


def _clause_problems(raw: str, rows: dict[str, Rows]) -> Iterator[str]:
    by_article: dict[str | None, Rows] = defaultdict(list)
    ids = {c["clause_id"] for c in rows["clauses"]}
    for clause in rows["clauses"]:
        by_article[clause["article_id"]].append(clause)
        if not 0 <= clause["raw_start"] <= clause["raw_end"] <= len(raw):
            yield f"clause {clause['clause_id']} leaves the text"
        if clause["parent_id"] is not None and clause["parent_id"] not in ids:
            yield f"clause {clause['clause_id']} hangs under {clause['parent_id']}, which is not there"
    for article in rows["articles"]:
        clauses = by_article.pop(article["article_id"], [])
        said = "".join((c["marker"] or "") + c["text"] for c in clauses)
        if "".join(said.split()) != "".join(article["text"].split()):
            yield f"the clauses of article {article['article_id']} do not tile its text"
        if article["n_chars"] != len(article["text"]):
            yield f"article {article['article_id']} has {len(article['text'])} characters, not n_chars"
        if not 0 <= article["raw_start"] <= article["raw_end"] <= len(raw):
            yield f"article {article['article_id']} leaves the text"
    by_article.pop(None, None)
    for stray in by_article:
        yield f"clauses of article {stray}, which the page does not have"
