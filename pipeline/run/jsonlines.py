"""Pages as their lines of `pages.jsonl`, their clauses as lines of `clauses.jsonl`.

The same as `json.dumps` of `emit.page_object` and of the rows of table `clauses`, but the objects of all
clauses of some pages are joined together from the columns of that table: 1 µs a clause, where writing each by
itself takes 3 µs.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, compress, pairwise
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.clauses.structure import FLAGS
from pipeline.emit import fields_object
from pipeline.page.pieces import DROPPED, REASONS
from pipeline.records import CLAUSE_FLAGS, CLAUSE_KINDS, SCHEMA_VERSION, PageFields
from pipeline.run.clauses import NOTHING_BETWEEN, Clauses
from pipeline.run.laid import Laid
from pipeline.run.strings import bytes_of

BETWEEN = ", "  # the members of a list
FIELDS = json.JSONEncoder(ensure_ascii=False).encode
QUOTE, BACKSLASH, FIRST_PLAIN = ord('"'), ord("\\"), 0x20  # JSON escapes these two, and all below the last


class JsonLines(NamedTuple):
    """The lines of some pages in UTF-8, with their line breaks: a value a page in each column.

    `clauses` has those of its clauses, of which there are so many: `n_clauses`.
    """

    pages: pa.BinaryArray
    clauses: pa.BinaryArray
    n_clauses: list[int]


class Pieces(NamedTuple):
    """What the lines of pages are put together from, in order.

    The headings of the sections; the objects of the clauses of each section or article; of each article what
    stands before them; and the objects of the dropped lines of each page.
    """

    sections: Iterator[str]
    clauses: Iterator[memoryview]
    openings: Iterator[memoryview]
    dropped: Iterator[memoryview]


def json_lines(laid: Laid, articles: pa.StructArray, clauses: Clauses) -> JsonLines:
    """Return the lines of some pages, whose articles and clauses are these. 2 µs a clause, 20 µs a page."""
    told, parents = _told(clauses), _in_quotes(clauses.columns["parent_id"])
    pieces = Pieces(
        compress(laid.bodies.headings, (~laid.bodies.is_article).tolist()),
        _runs(_objects(clauses, parents, told), clauses.counts, len(BETWEEN)),
        _runs(_openings(articles), np.ones(len(articles), dtype=np.int32), 0),
        _dropped(laid),
    )
    sources = [place.sources[0] for place in laid.places]
    counts = zip(*(laid.numbers(articles=of).tolist() for of in (False, True)), strict=True)
    written = [_page(*page, pieces) for page in zip(laid.pages, sources, counts, strict=True)]
    lines = _lines(clauses, parents, told, laid)
    ends = np.frombuffer(lines.buffers()[1], dtype=np.int32)[np.concatenate(([0], np.cumsum(clauses.pages)))]
    return JsonLines(_in_one(written), _binary(ends, lines.buffers()[2]), clauses.pages.tolist())


def _in_one(pages: Sequence[Sequence[bytes | memoryview]]) -> pa.BinaryArray:
    """Return the parts of each page as one value."""
    ends = np.cumsum([0, *(sum(map(len, parts)) for parts in pages)], dtype=np.int32)
    return _binary(ends, pa.py_buffer(b"".join(chain.from_iterable(pages))))


def _binary(ends: NDArray[np.int32], data: pa.Buffer) -> pa.BinaryArray:
    return pa.Array.from_buffers(pa.binary(), len(ends) - 1, [None, pa.py_buffer(ends), data])


def _page(page: PageFields, source: str, counts: tuple[int, ...], pieces: Pieces) -> list[bytes | memoryview]:
    """Return the line of a page in parts, among them the next of `pieces`.

    counts: how many sections its guide has, and how many articles it has.
    """
    n_sections, n_articles = counts
    fields = FIELDS(fields_object(page))
    head = f'{{"schema": "{SCHEMA_VERSION}", "source": {quoted(source)}, "page": {fields}, "guide": ['
    parts: list[bytes | memoryview] = [head.encode()]
    for k in range(n_sections):
        opening = f'{BETWEEN if k else ""}{{"heading": {quoted(next(pieces.sections))}, "clauses": ['
        parts += (opening.encode(), next(pieces.clauses), b"]}")
    parts.append(b'], "articles": [')
    for k in range(n_articles):
        parts += (b", " if k else b"", next(pieces.openings), next(pieces.clauses), b"]}")
    parts += (b'], "dropped": [', next(pieces.dropped), b"]}\n")
    return parts


def _openings(articles: pa.StructArray) -> pa.StringArray:
    """Return the object of each article up to its clauses."""
    text = {
        name: _escaped(articles.field(name)) for name in ("article_id", "heading", "title", "script", "text")
    }
    number = {name: articles.field(name).cast(pa.string()) for name in ("ordinal", "raw_start", "raw_end")}
    return _joined(
        *('{"article_id": "', text["article_id"], '", "ordinal": ', number["ordinal"], ', "heading": "'),
        *(text["heading"], '", "title": "', text["title"], '", "script": "', text["script"], '", "text": "'),
        *(text["text"], '", "raw_start": ', number["raw_start"], ', "raw_end": ', number["raw_end"]),
        ', "clauses": [',
    )


def _dropped(laid: Laid) -> Iterator[memoryview]:
    """Yield the objects of the dropped lines of each page."""
    pieces = laid.cuts.pieces
    is_dropped = pieces.roles == DROPPED
    mine, own = np.flatnonzero(is_dropped), np.concatenate(([0], np.cumsum(is_dropped)))
    ends = np.cumsum(pieces.counts)
    reasons = pa.array([reason or "navigation" for reason in REASONS]).take(pa.array(pieces.reasons[mine]))
    texts = _escaped(pa.array(laid.lines.of(mine), pa.string()))
    objects = _joined('{"reason": "', reasons, '", "text": "', texts, '"}' + BETWEEN)
    return _runs(objects, own[ends] - own[ends - pieces.counts], len(BETWEEN))


def _runs(
    strings: pa.StringArray, counts: NDArray[np.int32] | NDArray[np.int64], without: int
) -> Iterator[memoryview]:
    """Yield the bytes of so many strings at a time, without so many behind the last."""
    _, ends = bytes_of(strings)
    data = memoryview(strings.buffers()[2] or b"")
    for start, end in pairwise(ends[np.concatenate(([0], np.cumsum(counts)))].tolist()):
        yield data[start : max(start, end - without)]


def _joined(*parts: pa.Array | str) -> pa.StringArray:
    """Join columns and fixed strings row by row; a null is written as JSON does."""
    return pc.binary_join_element_wise(
        *parts, NOTHING_BETWEEN, null_handling="replace", null_replacement="null"
    )


def _in_quotes(values: pa.StringArray) -> pa.StringArray:
    """Quote strings; a null stays."""
    return pc.binary_join_element_wise('"', _escaped(values), '"', NOTHING_BETWEEN)


def _escaped(values: pa.StringArray) -> pa.StringArray:
    """Escape what JSON escapes: all strings at once, which are one buffer."""
    data, ends = bytes_of(values)
    special = np.flatnonzero((data < FIRST_PLAIN) | (data == QUOTE) | (data == BACKSLASH))
    if not len(special):
        return values
    written = data.tobytes()
    for code in sorted(
        {*data[special].tolist()}, key=lambda code: code != BACKSLASH
    ):  # which escapes begin with
        written = written.replace(bytes((code,)), quoted(chr(code))[1:-1].encode())
    grown = np.concatenate(([0], np.cumsum(_growth().take(data.take(special)))))
    moved = ends + grown.take(special.searchsorted(ends)).astype(np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(values), [_validity(values), pa.py_buffer(moved), pa.py_buffer(written)]
    )


def _validity(values: pa.StringArray) -> pa.Buffer | None:
    """Return which strings of a column are not null, None where all are."""
    return pc.is_valid(values).buffers()[1] if values.null_count else None


@cache
def _growth() -> NDArray[np.int32]:
    """Return by code how many bytes more a character takes as JSON escapes it."""
    return np.array([len(quoted(chr(code))) - len('"a"') for code in range(0x80)], dtype=np.int32)


def _told(clauses: Clauses) -> pa.StringArray:
    """Return what the object and the line of each clause have in common."""
    columns = clauses.columns
    ordinals = columns["ordinal"].cast(pa.string())
    return _joined(
        *(_levels(clauses), _in_quotes(columns["marker"]), ', "ordinal": ', ordinals),
        *(', "text": "', _escaped(columns["text"]), '", "text_hant": "', _escaped(columns["text_hant"])),
        *('", "raw_start": ', columns["raw_start"].cast(pa.string())),
        *(', "raw_end": ', columns["raw_end"].cast(pa.string()), ", "),
    )


def _levels(clauses: Clauses) -> pa.StringArray:
    """Return the members up to the marker of each clause: each level and kind written once."""
    levels, n_kinds = np.asarray(clauses.columns["level"]), len(CLAUSE_KINDS)
    written = [
        f'"level": {level}, "kind": "{kind}", "marker": '
        for level in range(levels.max(initial=0) + 1)
        for kind in CLAUSE_KINDS
    ]
    return pa.array(written, pa.string()).take(pa.array(levels * n_kinds + clauses.kinds))


def _objects(clauses: Clauses, parents: pa.StringArray, told: pa.StringArray) -> pa.StringArray:
    """Return the objects of clauses as they stand in their page, `BETWEEN` behind each."""
    columns = clauses.columns
    return _joined(
        *('{"clause_id": "', columns["clause_id"], '", "path": "', columns["path"], '", "parent": '),
        *(parents, ", ", told, _by_flags(clauses, _listed)),
    )


def _lines(clauses: Clauses, parents: pa.StringArray, told: pa.StringArray, laid: Laid) -> pa.StringArray:
    """Return the lines of clauses."""
    columns = clauses.columns
    return _joined(
        *('{"clause_id": "', columns["clause_id"], _owners(clauses, laid), columns["path"]),
        *('", "parent_id": ', parents, ", ", told),
        *(_by_flags(clauses, _members), '"text_id": "', columns["text_id"], '"}\n'),
    )


def _by_flags(clauses: Clauses, write: Callable[[Sequence[str]], str]) -> pa.StringArray:
    """Write the flags of each clause, each combination once."""
    return pa.array([write(flags) for flags in FLAGS], pa.string()).take(pa.array(clauses.flags))


def _listed(flags: Sequence[str]) -> str:
    return f'"flags": {json.dumps(flags)}}}{BETWEEN}'


def _members(flags: Sequence[str]) -> str:
    return "".join(f'"{flag}": {"true" if flag in flags else "false"}, ' for flag in CLAUSE_FLAGS)


def _owners(clauses: Clauses, laid: Laid) -> pa.StringArray:
    """Return, for each clause, what its line says between its id and its path: where it stands."""
    bodies, page_ids = laid.bodies, laid.page_ids
    told = zip(laid.ids, bodies.headings, bodies.pages.tolist(), bodies.is_article.tolist(), strict=True)
    owners = [
        f'", "article_id": "{body}", "page_id": "{page_ids[page]}", "section": null, "path": "'
        if is_article
        else f'", "article_id": null, "page_id": "{page_ids[page]}", "section": {quoted(heading)}, "path": "'
        for body, heading, page, is_article in told
    ]
    return pa.array(owners, pa.string()).take(pa.array(clauses.owner))
