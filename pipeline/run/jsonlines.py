"""A page as its line of `pages.jsonl`, its clauses as lines of `clauses.jsonl`.

The same as `json.dumps` of `emit.page_object` and of the rows of table `clauses`, each text quoted once.
"""

import json
from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from pipeline.emit import fields_object
from pipeline.records import CLAUSE_FLAGS, SCHEMA_VERSION, Clause, Page

Texts = Iterator[tuple[str, str]]


class JsonLines(NamedTuple):
    """The line of a page and those of its clauses, each with its line break, and how many these are."""

    page: str
    clauses: str
    n_clauses: int


def json_lines(page: Page, source: str, texts: Texts) -> JsonLines:
    """Return the lines of one page; `texts` gives text_hant and text_id of its clauses, guide first."""
    lines: list[str] = []
    page_id = page.page.page_id
    guide = []
    for section in page.guide:
        owner = f'"article_id": null, "page_id": "{page_id}", "section": {quoted(section.heading)}'
        objects = _clauses(section.clauses, owner, texts, lines)
        guide.append(f'{{"heading": {quoted(section.heading)}, "clauses": [{objects}]}}')
    articles = []
    for article in page.articles:
        owner = f'"article_id": "{article.article_id}", "page_id": "{page_id}", "section": null'
        objects = _clauses(article.clauses, owner, texts, lines)
        articles.append(
            f'{{"article_id": "{article.article_id}", "ordinal": {article.ordinal}, '
            f'"heading": {quoted(article.heading)}, "title": {quoted(article.title)}, '
            f'"script": "{article.script}", "text": {quoted(article.text)}, '
            f'"raw_start": {article.raw_start}, "raw_end": {article.raw_end}, "clauses": [{objects}]}}'
        )
    dropped = [f'{{"reason": "{d.reason}", "text": {quoted(d.text)}}}' for d in page.dropped]
    fields = json.dumps(fields_object(page.page), ensure_ascii=False)
    line = (
        f'{{"schema": "{SCHEMA_VERSION}", "source": {quoted(source)}, "page": {fields}, '
        f'"guide": [{", ".join(guide)}], "articles": [{", ".join(articles)}], '
        f'"dropped": [{", ".join(dropped)}]}}\n'
    )
    return JsonLines(line, "".join(lines), len(lines))


def _clauses(clauses: Sequence[Clause], owner: str, texts: Texts, lines: list[str]) -> str:
    """Return the objects of some clauses as they stand in their page; add their lines to `lines`."""
    objects = []
    no_flags = _flags(())
    for c in clauses:
        clause_id, path, parent, level, kind, marker, ordinal, text, start, end, flags, *_ = c
        hant, text_id = next(texts)
        head = f'{{"clause_id": "{clause_id}", '
        above = "null" if parent is None else f'"{parent}"'
        told = (
            f'"level": {level}, "kind": "{kind}", "marker": {"null" if marker is None else quoted(marker)}, '
            f'"ordinal": {"null" if ordinal is None else ordinal}, "text": {quoted(text)}, '
            f'"text_hant": {quoted(hant)}, "raw_start": {start}, "raw_end": {end}, '
        )
        listed = "[]" if not flags else json.dumps(flags)
        objects.append(f'{head}"path": "{path}", "parent": {above}, {told}"flags": {listed}}}')
        lines.append(
            f'{head}{owner}, "path": "{path}", "parent_id": {above}, {told}'
            f'{_flags(flags) if flags else no_flags}"text_id": "{text_id}"}}\n'
        )
    return ", ".join(objects)


def _flags(flags: Sequence[str]) -> str:
    return "".join(f'"{flag}": {"true" if flag in flags else "false"}, ' for flag in CLAUSE_FLAGS)
