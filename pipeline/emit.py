"""A parsed page to its JSON object (contract §3) and to the rows of the tables (contract §4)."""

import datetime
from collections.abc import Iterable
from typing import Any

from pipeline.records import CLAUSE_FLAGS, Article, Clause, Edit, Page, PageFields, Repaired, Unresolved
from pipeline.schema import SCHEMA_VERSION

Row = dict[str, Any]


def clause_object(clause: Clause) -> Row:
    """Return the JSON object of one clause, keys in the contract's order."""
    return {
        "clause_id": clause.clause_id,
        "path": clause.path,
        "parent": clause.parent,
        "level": clause.level,
        "kind": clause.kind,
        "marker": clause.marker,
        "ordinal": clause.ordinal,
        "text": clause.text,
        "text_hant": clause.text_hant,
        "raw_start": clause.raw_start,
        "raw_end": clause.raw_end,
        "flags": list(clause.flags),
    }


def repaired_object(source: str, repaired: Repaired) -> Row:
    """Return the JSON object of `fanwen repair`: spans are of the input."""
    return {
        "source": source,
        "text": repaired.text,
        "edits": [_edit_object(e) for e in repaired.edits],
        "unresolved": [_unresolved_object(u) for u in repaired.unresolved],
    }


def _edit_object(edit: Edit) -> Row:
    return {"start": edit.start, "end": edit.end, "replacement": edit.replacement, "rule": edit.rule}


def _unresolved_object(span: Unresolved) -> Row:
    return {"start": span.start, "end": span.end, "rule": span.rule}


def _fields_object(page: PageFields) -> Row:
    return {
        "page_id": page.page_id,
        "url": page.url,
        "site": page.site,
        "title": page.title,
        "breadcrumb": list(page.breadcrumb),
        "updated": page.updated,
        "views": page.views,
        "declared_articles": page.declared_articles,
        "author": page.author,
        "script": page.script,
        "hant_origin": page.hant_origin,
        "encoding": page.encoding,
        "flags": list(page.flags),
        "continues": page.continues,
        "repairs": dict(page.repairs),
    }


def _article_object(article: Article) -> Row:
    return {
        "article_id": article.article_id,
        "ordinal": article.ordinal,
        "heading": article.heading,
        "title": article.title,
        "script": article.script,
        "text": article.text,
        "raw_start": article.raw_start,
        "raw_end": article.raw_end,
        "clauses": [clause_object(c) for c in article.clauses],
    }


def page_object(source: str, page: Page) -> Row:
    """Return the JSON object of one page (contract §3), as `fanwen parse` and `pages.jsonl` give it."""
    return {
        "schema": SCHEMA_VERSION,
        "source": source,
        "page": _fields_object(page.page),
        "guide": [
            {"heading": s.heading, "clauses": [clause_object(c) for c in s.clauses]} for s in page.guide
        ],
        "articles": [_article_object(a) for a in page.articles],
        "dropped": [{"reason": d.reason, "text": d.text} for d in page.dropped],
    }


def clause_rows(
    clauses: Iterable[Clause], page_id: str, article_id: str | None, section: str | None
) -> Iterable[Row]:
    """Yield the rows of table `clauses`; one of `article_id` and `section` (of a guide) is given.

    `text_id` is left to the caller, who hashes whole columns at once.
    """
    for c in clauses:
        row: Row = {
            "clause_id": c.clause_id,
            "article_id": article_id,
            "page_id": page_id,
            "section": section,
            "path": c.path,
            "parent_id": c.parent,
            "level": c.level,
            "kind": c.kind,
            "marker": c.marker,
            "ordinal": c.ordinal,
            "text": c.text,
            "text_hant": c.text_hant,
            "raw_start": c.raw_start,
            "raw_end": c.raw_end,
        }
        row.update((flag, flag in c.flags) for flag in CLAUSE_FLAGS)
        yield row


def page_rows(page: Page) -> dict[str, list[Row]]:
    """Return one page's rows of `pages`, `articles`, `clauses`, `edits` and `lines`.

    Columns that need more than the page are left to the caller: sources, url_key, captured_at and latest of
    `pages`; text_id and the columns of deduplication.
    """
    fields = page.page
    clauses: list[Row] = []
    for section in page.guide:
        clauses += clause_rows(section.clauses, fields.page_id, None, section.heading)
    for article in page.articles:
        clauses += clause_rows(article.clauses, fields.page_id, article.article_id, None)
    return {
        "pages": [_page_row(page)],
        "articles": [_article_row(a, fields.page_id) for a in page.articles],
        "clauses": clauses,
        "edits": [
            {
                "page_id": fields.page_id,
                "raw_start": e.start,
                "raw_end": e.end,
                "replacement": e.replacement,
                "rule": e.rule,
            }
            for e in page.edits
        ],
        "lines": [
            {
                "page_id": fields.page_id,
                "line": n.line,
                "raw_start": n.raw_start,
                "raw_end": n.raw_end,
                "role": n.role,
                "reason": n.reason,
                "article_id": n.article_id,
            }
            for n in page.lines
        ],
    }


def _page_row(page: Page) -> Row:
    fields = page.page
    return {
        "page_id": fields.page_id,
        "url": fields.url,
        "site": fields.site,
        "title": fields.title,
        "breadcrumb": list(fields.breadcrumb),
        "updated": datetime.date.fromisoformat(fields.updated[:10]) if fields.updated else None,
        "views": fields.views,
        "declared_articles": fields.declared_articles,
        "n_articles": len(page.articles),
        "script": fields.script,
        "hant_origin": fields.hant_origin,
        "encoding": fields.encoding,
        "flags": list(fields.flags),
        "repairs": dict(fields.repairs),
        "continues": fields.continues,
        "author": fields.author,
        "raw_text": page.raw,
    }


def _article_row(article: Article, page_id: str) -> Row:
    return {
        "article_id": article.article_id,
        "page_id": page_id,
        "ordinal": article.ordinal,
        "heading": article.heading,
        "title": article.title,
        "text": article.text,
        "n_chars": len(article.text),
        "n_clauses": sum(c.kind == "clause" for c in article.clauses),
        "script": article.script,
        "raw_start": article.raw_start,
        "raw_end": article.raw_end,
    }
