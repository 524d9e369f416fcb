"""A parsed page to its JSON object (contract §3)."""

from typing import Any

from pipeline.records import (
    SCHEMA_VERSION,
    Article,
    Clause,
    Edit,
    Page,
    PageFields,
    Repaired,
    Unresolved,
)

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


def fields_object(page: PageFields) -> Row:
    """Return what a page says of itself, as it stands in its JSON object."""
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
        "page": fields_object(page.page),
        "guide": [
            {"heading": s.heading, "clauses": [clause_object(c) for c in s.clauses]} for s in page.guide
        ],
        "articles": [_article_object(a) for a in page.articles],
        "dropped": [{"reason": d.reason, "text": d.text} for d in page.dropped],
    }
