"""The pieces of a page into its record: articles, guide, dropped lines, all with spans in raw."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.clauses.structure import structure
from pipeline.config import Config
from pipeline.page.segment import Piece, Segments
from pipeline.records import (
    RULE_NAMES,
    Article,
    Clause,
    Dropped,
    Edit,
    HantOrigin,
    Line,
    Page,
    PageFields,
    PageFlag,
    Repaired,
    Script,
    Section,
)
from pipeline.text.convert import ScriptEvidence, convert_lines, detect_script
from pipeline.text.offsets import OffsetMap
from pipeline.urls import url_key

# `…/1234_2.html`, `…?page=3`: later pages of one list; `…/1234.html`, `…/2024_11_20.html`: not.
LATER_PAGE = re.compile(
    r"(?P<first>[^/_?]*[^/_?\d]?\d*)_(?P<n>[2-9]|[1-4]\d)(?P<end>\.[a-z]{3,5})$", re.IGNORECASE
)
LATER_QUERY = re.compile(r"(?P<sep>[?&])(?:page|p|pn)=(?P<n>[2-9]|[1-4]\d)(?=&|$)")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from: its id, address, encoding and how the encoding was found."""

    page_id: str
    url: str | None
    encoding: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The text forms of a page and the way back from `canonical` (and repaired) to `raw`."""

    raw: str
    repaired: Repaired
    canonical: str
    offsets: OffsetMap


def assemble(origin: Origin, texts: Texts, parts: Segments, config: Config) -> Page:
    """Build the record of a page from its pieces. Cost: mostly that of `structure` on every article."""
    leaks = sum(e.rule == "leak" for e in texts.repaired.edits)
    script = detect_script(texts.repaired.text, texts.canonical, leaks)
    articles = _articles(origin, texts, parts, config, script)
    guide = _guide(origin, texts, parts, config)
    articles, guide = _with_hant(articles, guide, texts, script, config.page.hant)
    fields = _fields(origin, texts, parts, script, len(articles))
    return Page(
        page=fields,
        guide=guide,
        articles=articles,
        dropped=tuple(
            Dropped(p.reason or "navigation", texts.canonical[p.start : p.end])
            for p in parts.pieces
            if p.role == "dropped"
        ),
        lines=_lines(origin.page_id, texts, parts.pieces),
        raw=texts.raw,
        edits=texts.repaired.edits,
        unresolved=texts.repaired.unresolved,
    )


def _lines(page_id: str, texts: Texts, pieces: Sequence[Piece]) -> tuple[Line, ...]:
    start, end = texts.offsets.start, texts.offsets.end
    return tuple(
        Line(
            k,
            start(p.start),
            end(p.end),
            p.role,
            p.reason,
            f"{page_id}:{p.group}" if p.role == "article" else None,
        )
        for k, p in enumerate(pieces)
    )


def _groups(pieces: Sequence[Piece], role: str) -> dict[int, list[Piece]]:
    groups: dict[int, list[Piece]] = {}
    for p in pieces:
        if p.role == role:
            groups.setdefault(p.group, []).append(p)
    return groups


def _articles(
    origin: Origin, texts: Texts, parts: Segments, config: Config, script: ScriptEvidence
) -> tuple[Article, ...]:
    out = []
    for ordinal, pieces in _groups(parts.pieces, "article").items():
        article_id = f"{origin.page_id}:{ordinal}"
        heading = " ".join(texts.canonical[p.start : p.end] for p in pieces if p.heading)
        body = [p for p in pieces if not p.heading]
        text, clauses = _structured(texts, body, f"{article_id}/", config)
        first, last = (body[0].start, body[-1].end) if body else (pieces[-1].end, pieces[-1].end)
        out.append(
            Article(
                article_id=article_id,
                ordinal=ordinal,
                heading=heading,
                title=parts.titles[ordinal - 1] or parts.subject,
                text=text,
                clauses=clauses,
                raw_start=texts.offsets.start(first) if body else texts.offsets.end(first),
                raw_end=texts.offsets.end(last),
                script=_script_of(texts, first, last, script),
            )
        )
    return tuple(out)


def _script_of(texts: Texts, first: int, last: int, page: ScriptEvidence) -> Script:
    """Return the script of a part; that of the page unless the page is mixed."""
    if page.script != "mixed":
        return page.script
    return detect_script(texts.repaired.text[first:last], texts.canonical[first:last]).script


def _guide(origin: Origin, texts: Texts, parts: Segments, config: Config) -> tuple[Section, ...]:
    out = []
    for number, pieces in _groups(parts.pieces, "guide").items():
        heading = " ".join(texts.canonical[p.start : p.end] for p in pieces if p.heading)
        body = [p for p in pieces if not p.heading]
        _, clauses = _structured(texts, body, f"{origin.page_id}:g{number}/", config)
        out.append(Section(heading, clauses))
    return tuple(out)


def _structured(
    texts: Texts, body: Sequence[Piece], prefix: str, config: Config
) -> tuple[str, tuple[Clause, ...]]:
    """Return the text of some pieces and its clauses, with their ids and their spans in raw."""
    own: list[int] = []  # where each piece begins in the text
    parts: list[str] = []
    size = 0
    for p in body:
        own.append(size)
        parts.append(texts.canonical[p.start : p.end])
        size += p.end - p.start + 1
    text = "\n".join(parts)
    start, end = texts.offsets.start, texts.offsets.end
    out = []
    for c in structure(text, config.clauses):
        a, b = bisect_right(own, c.raw_start) - 1, bisect_right(own, max(c.raw_end - 1, c.raw_start)) - 1
        first = body[a].start - own[a] + c.raw_start
        last = body[b].start - own[b] + c.raw_end
        parent = None if c.parent is None else prefix + c.parent
        out.append(
            replace(c, clause_id=prefix + c.path, parent=parent, raw_start=start(first), raw_end=end(last))
        )
    return text, tuple(out)


def _with_hant(
    articles: tuple[Article, ...],
    guide: tuple[Section, ...],
    texts: Texts,
    script: ScriptEvidence,
    hant: str,
) -> tuple[tuple[Article, ...], tuple[Section, ...]]:
    """Set `text_hant` of every clause: cut from what was served, or generated in one pass over all texts."""
    every = [c for a in articles for c in a.clauses] + [c for s in guide for c in s.clauses]
    if script.hant_origin == "served":
        forms = _served(every, texts)
    elif hant == "none":
        forms = [""] * len(every)
    else:
        forms = convert_lines([c.text for c in every], hant)
    done = iter([replace(c, text_hant=form) for c, form in zip(every, forms, strict=True)])
    return (
        tuple(replace(a, clauses=tuple(next(done) for _ in a.clauses)) for a in articles),
        tuple(replace(s, clauses=tuple(next(done) for _ in s.clauses)) for s in guide),
    )


def _served(clauses: Sequence[Clause], texts: Texts) -> list[str]:
    """Find each clause's text in the canonical form, after the last one, and cut it from repaired."""
    out, at = [], 0
    for c in clauses:
        found = texts.canonical.find(c.text, at) if c.text else -1
        if found < 0:
            found = texts.canonical.find(c.text) if c.text else -1
        out.append(texts.repaired.text[found : found + len(c.text)] if found >= 0 else c.text)
        at = found + len(c.text) if found >= 0 else at
    return out


def first_page_of(url: str) -> str | None:
    """Return the `url_key` of the first page where `url` is a later page of a list, else None.

    >>> first_page_of("http://a.example/zd/1234_2.html"), first_page_of("http://a.example/zd/1234.html")
    ('a.example/zd/1234.html', None)
    """
    path, mark, query = url.partition("?")
    match = LATER_PAGE.search(path)
    if match and match["first"]:
        return url_key(path[: match.start()] + match["first"] + match["end"] + mark + query)
    match = LATER_QUERY.search(url)
    if match:
        return url_key((url[: match.start()] + match["sep"] + url[match.end() :].lstrip("&")).rstrip("?&"))
    return None


def _fields(
    origin: Origin, texts: Texts, parts: Segments, script: ScriptEvidence, n_articles: int
) -> PageFields:
    repairs: dict[str, int] = dict.fromkeys(RULE_NAMES, 0)
    last: Edit | None = None
    for e in texts.repaired.edits:
        # Edits that touch mend one place: a byte shift takes out the pinyin and rewrites what follows.
        repairs[e.rule] += last is None or last.end < e.start or last.rule != e.rule
        last = e
    repairs["unresolved"] = len(texts.repaired.unresolved)
    continues = first_page_of(origin.url) if origin.url else None
    flags: list[PageFlag] = []
    if parts.declared is not None and parts.declared != n_articles and continues is None:
        flags.append("count_mismatch")
    if "cut" in origin.evidence or any(p.reason == "hidden_gap" for p in parts.pieces):
        flags.append("truncated")
    if continues is not None:
        flags.append("continued")
    fields = parts.fields
    hant_origin: HantOrigin = script.hant_origin
    return PageFields(
        page_id=origin.page_id,
        url=origin.url,
        site=fields.site,
        title=fields.title,
        breadcrumb=fields.breadcrumb,
        updated=fields.updated,
        views=fields.views,
        declared_articles=parts.declared,
        author=fields.author,
        script=script.script,
        hant_origin=hant_origin,
        encoding=origin.encoding,
        flags=tuple(flags),
        repairs=repairs,
        continues=continues,
    )
