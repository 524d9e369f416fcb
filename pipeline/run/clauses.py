"""The clauses of some pages as Arrow columns, from arrays of numbers: no object a clause.

Clauses tile their texts, so markers and own texts are taken from one buffer of UTF-8 by where they begin;
paths are joined level by level, ids from paths.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.clauses import nodes as nd
from pipeline.clauses.structure import clause_rows
from pipeline.config import Config
from pipeline.records import CLAUSE_FLAGS, CLAUSE_KINDS
from pipeline.run.laid import Bodies, Laid
from pipeline.run.strings import ids_of_texts, joined_strings, traditional_strings, utf8_of

Ints = NDArray[np.int32]
NOTHING_BETWEEN = pa.scalar("")
PATH_DOT, ID_SLASH = pa.scalar("."), pa.scalar("/")


class Clauses(NamedTuple):
    """All clauses of some pages by column of table `clauses`, of each page guide first.

    `texts` are those of the sections and articles; `kinds` are places in CLAUSE_KINDS; `flags` are bits
    (clauses/nodes.py); `owner` is the place of each clause's section or article among those of all pages;
    `counts` how many stand in each of these, `pages` how many on each page; `numbered` how many of kind
    `clause` in each section or article.
    """

    columns: dict[str, pa.Array]
    texts: pa.StringArray
    kinds: Ints
    flags: Ints
    owner: Ints
    counts: Ints
    pages: Ints
    numbered: Ints


def clause_columns(laid: Laid, config: Config) -> Clauses:
    """Return the clauses of some pages."""
    bodies, offsets = laid.bodies, laid.offsets
    rows, counts = clause_rows(bodies.texts, config.clauses)
    nodes = np.ascontiguousarray(rows.T)
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    by_page = _sums(counts, np.bincount(bodies.pages, minlength=len(laid.pages)))
    markers, own, texts = _texts(bodies.texts, nodes, counts)
    firsts, lasts = _places(bodies, nodes, counts)
    distinct = own.dictionary_encode()
    sizes = nodes[nd.LAST_CHAR] - nodes[nd.FIRST]
    columns = _ids(laid.ids, nodes, owner, counts) | {
        "level": pa.array(nodes[nd.LEVEL]),
        "kind": pa.array(CLAUSE_KINDS, pa.string()).take(pa.array(nodes[nd.KIND])),
        "marker": markers,
        "ordinal": pa.array(nodes[nd.ORDINAL], mask=nodes[nd.ORDINAL] < 0),
        "text": own,
        "text_hant": _hant_forms(laid, by_page, (distinct, lasts - sizes, lasts), config.page.hant),
        "raw_start": pa.array(offsets.starts(firsts, by_page)),
        "raw_end": pa.array(offsets.ends(lasts, by_page)),
        "text_id": ids_of_texts(distinct.dictionary).take(distinct.indices),
    }
    flags = nodes[nd.FLAGS]
    columns |= {name: pa.array((flags & 1 << bit) > 0) for bit, name in enumerate(CLAUSE_FLAGS)}
    numbered = _sums((nodes[nd.KIND] == 0).astype(np.int32), counts)
    return Clauses(columns, texts, nodes[nd.KIND], flags, owner, counts, by_page, numbered)


def _sums(values: Ints, counts: Sequence[int] | NDArray[np.int64] | Ints) -> Ints:
    """Return the sum of each run of so many values.

    >>> _sums(np.array([1, 2, 3], dtype=np.int32), [2, 0, 1]).tolist()
    [3, 0, 3]
    """
    total = np.concatenate(([0], np.cumsum(values)))
    ends = np.cumsum(counts, dtype=np.int64)
    found: Ints = (total[ends] - total[ends - counts]).astype(np.int32)
    return found


def _texts(bodies: Sequence[str], nodes: Ints, counts: Ints) -> tuple[pa.StringArray, ...]:
    """Return marker (null for none) and own text of each clause, and the texts of the bodies.

    Marker, what is left out, own text, what is left out of each clause tile the joined texts: they are one
    array of strings, of which every fourth is taken. Another begins with each body, and is passed over.
    """
    joined = "".join(bodies)
    begin = np.cumsum([0, *map(len, bodies)], dtype=np.int64)
    places = nodes[[nd.START, nd.BODY, nd.FIRST, nd.LAST_CHAR]] + np.repeat(begin[:-1], counts)
    before = np.concatenate(([0], np.cumsum(4 * counts, dtype=np.int64)))
    data, ends = utf8_of(joined, np.insert(places.T.ravel(), before, begin))
    opens = before + np.arange(len(before))
    tiles = joined_strings(data, np.delete(ends, opens[:-1]))
    at = np.arange(0, len(tiles), 4, dtype=np.int32)
    markers = tiles.take(pa.array(at, mask=nodes[nd.BODY] == nodes[nd.START]))
    return markers, tiles.take(pa.array(at + 2)), joined_strings(data, ends[opens])


def _places(bodies: Bodies, nodes: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Return where clauses begin and end in the canonical text of their page."""
    moved = np.repeat(bodies.starts, counts)
    firsts, lasts = nodes[nd.START] + moved, nodes[nd.END] + moved
    ends = np.cumsum(counts)
    for k, shifts in bodies.shifts.items():
        at, there = np.array(shifts, dtype=np.int32).T
        mine = slice(ends[k] - counts[k], ends[k])
        own, last = nodes[nd.START, mine], nodes[nd.END, mine]
        firsts[mine] = own + (there - at)[np.searchsorted(at, own, "right") - 1]
        inside = np.maximum(last - 1, own)
        lasts[mine] = last + (there - at)[np.searchsorted(at, inside, "right") - 1]
    return firsts, lasts


def _hant_forms(
    laid: Laid, by_page: Ints, clauses: tuple[pa.DictionaryArray, Ints, Ints], hant: str
) -> pa.StringArray:
    """Return `text_hant` of clauses, as `page.assemble` does: served, or generated for all pages.

    clauses: their texts, and where these begin and end on their pages.
    """
    texts, firsts, lasts = clauses
    forms = traditional_strings(texts.dictionary, hant)
    as_served = np.repeat([page.hant_origin == "served" for page in laid.pages], by_page)
    if not as_served.any():
        return forms.take(texts.indices)
    cut = _cut_from_repaired(laid, by_page, firsts, lasts)
    there = texts.indices.to_numpy().copy()
    there[as_served] = np.arange(len(cut)) + len(forms)
    return pa.concat_arrays([forms, pa.array(cut, pa.string())]).take(pa.array(there))


def _cut_from_repaired(laid: Laid, by_page: Ints, firsts: Ints, lasts: Ints) -> list[str]:
    """Return the clauses of pages that were served in Traditional as they were written."""
    found: list[str] = []
    pages = zip(laid.pages, laid.cuts.repaired, by_page, np.cumsum(by_page), strict=True)
    for page, repaired, count, end in pages:
        if page.hant_origin == "served":
            mine = slice(end - count, end)
            own = zip(firsts[mine].tolist(), lasts[mine].tolist(), strict=True)
            found += [repaired[first:last] for first, last in own]
    return found


def _ids(bodies: Sequence[str], nodes: Ints, owner: Ints, counts: Ints) -> dict[str, pa.Array]:
    """Return clause_id, path and parent_id of each clause; `bodies` are what the ids begin with."""
    begin = np.repeat(np.cumsum(counts, dtype=np.int32) - counts, counts)
    parents = nodes[nd.PARENT] + begin
    at_root = nodes[nd.PARENT] < 0
    paths = _paths(nodes, parents)
    prefixes = pa.array(bodies, pa.string()).take(pa.array(owner))
    ids = pc.binary_join_element_wise(prefixes, paths, ID_SLASH)
    return {"clause_id": ids, "path": paths, "parent_id": ids.take(pa.array(parents, mask=at_root))}


def _paths(nodes: Ints, parents: Ints) -> pa.StringArray:
    """Return the path of each clause, joined to that of its parent: level by level."""
    levels, positions = nodes[nd.LEVEL], pa.array(nodes[nd.POSITION]).cast(pa.string())
    place = np.empty(
        len(levels), dtype=np.int32
    )  # of each clause in the list of its level, then in that of all
    found: list[pa.StringArray] = []
    done = 0
    for level in range(1, int(levels.max(initial=0)) + 1):
        mine = np.flatnonzero(levels == level)
        here = positions.take(pa.array(mine))
        if level > 1:
            above = found[-1].take(pa.array(place[parents[mine]] - done))
            here = pc.binary_join_element_wise(above, here, PATH_DOT)
            done += len(found[-1])
        place[mine] = np.arange(len(mine), dtype=np.int32) + done
        found.append(here)
    every = pa.chunked_array(found, pa.string()).combine_chunks()
    return every.take(pa.array(place))
