"""The corpus model's knowledge of sites (contract §4): leak tables and lines, from counts that add up.

Strata: the counts come from pages cut without knowledge, so what a page is cut with never feeds back.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.run.features import CORE_CHARS, EdgeLines, unpack_counts
from pipeline.store.digest import lanes_for, row_lanes
from pipeline.text.repair.leaks import fit_table

MIN_BODIES = (
    20  # contract §4 (issue 4): a line of a site stands on at least max(20, 5 %) of its distinct bodies
)
MIN_SHARE = 0.05
# Of the pages with a line at an article's edge, so many articles must differ: copies of one popular article
# bring their last paragraph along, a line of the site ends articles of all kinds.
MIN_DISTINCT = 0.5
# What a page says of its site (`run/features.py`), as columns of strings; lines are joined.
FEATURES = ("page_id", "site", "leaks", "left", *EdgeLines._fields)
COUNTED = ("kept", "dropped")
KEPT_OF_PAGES = ("page_id", "site", "left", "kept", "near")

SiteModel = dict[str, dict[str, Any]]  # site -> {"leaks": {character: pinyin}, "boilerplate": [line, …]}
Reading = Callable[[Sequence[str]], Iterable[pa.Table]]  # some columns of `FEATURES` -> tables of all pages
Words = NDArray[np.uint64]
Ints = NDArray[np.int64]


def power_of_two_below(n: int) -> int:
    """Return the largest power of two up to `n` (0 for 0), so that thresholds move rarely.

    >>> [power_of_two_below(n) for n in (0, 1, 7, 8)]
    [0, 1, 4, 8]
    """
    return 1 << (n.bit_length() - 1) if n else 0


class _Told(NamedTuple):
    """What some pages tell of lines: for each line that counts, for each one at an edge of an article.

    A line is told apart by half the digest of its site and itself, what it stands at by that of its core.
    """

    lines: Words
    sites: NDArray[np.int32]  # places in `bodies`
    edges: Words
    pages: Ints
    cores: Words


def fit_sites(features: Reading) -> SiteModel:
    """Return what the pages say of their sites, in order of names; sites without knowledge are left out.

    `features` is called twice: the first time the digests of lines are counted, the second time the lines to
    be known are looked up, so that memory is 12 bytes a line.
    """
    bodies: Counter[str] = Counter()
    leaks: dict[str, Counter[str]] = defaultdict(Counter)
    told = []
    for table in features(("site", "leaks", *COUNTED, "edges")):
        table, before = table.filter(table["site"].is_valid()), bodies.total()
        bodies.update(table["site"].to_pylist())
        for site, packed in zip(*(table[name].to_pylist() for name in ("site", "leaks")), strict=True):
            if packed:
                leaks[site].update(packed.split(";"))
        told.append(_told(table, bodies, before))
    known = _look_up(features, _known(told, bodies)) if told else {}
    model: SiteModel = {}
    for site in sorted(bodies):
        fitted = fit_table(unpack_counts(leaks[site])) if site in leaks else {}
        if fitted or site in known:
            model[site] = {"leaks": dict(sorted(fitted.items())), "boilerplate": sorted(known.get(site, ()))}
    return model


def _told(table: pa.Table, bodies: Counter[str], before: int) -> _Told:
    """Return what pages tell of lines, of which `before` came before."""
    site = table["site"].combine_chunks().dictionary_encode()
    number = np.asarray(pc.index_in(table["site"], value_set=pa.array(bodies, pa.string())))
    lines, rows = _lines(table, COUNTED)
    entries, at = _lines(table, ("edges",))
    edges = pc.utf8_slice_codeunits(entries, CORE_CHARS)
    return _Told(
        _digests(site, rows, lines),
        number[rows],
        _digests(site, at, edges),
        at + before,
        _digests(site, at, entries),
    )


def _lines(table: pa.Table, names: Sequence[str]) -> tuple[pa.Array, Ints]:
    """Return the lines in some columns of a table, and the row of each."""
    joined = pc.binary_join_element_wise(*(table[name].combine_chunks() for name in names), "\n")
    lists = pc.split_pattern(joined, "\n")
    lines, rows = lists.flatten(), pc.list_parent_indices(lists)
    there = pc.not_equal(lines, "")
    return lines.filter(there), np.asarray(rows.filter(there)).astype(np.int64)


def _digests(site: pa.Array, rows: Ints, lines: pa.Array) -> Words:
    batch = pa.record_batch([site.take(pa.array(rows)), lines], ["site", "line"])
    return row_lanes(batch, lanes_for(len(batch)))[:, 0]


def _known(told: list[_Told], bodies: Counter[str]) -> Ints:
    """Return which of the lines that count are to be known, the first of each, in order."""
    lines, sites, edges, pages, cores = map(np.concatenate, zip(*told, strict=True))
    every, first, counts = np.unique(lines, return_index=True, return_counts=True)
    stands = counts - _distinct(every, edges, pages) + _distinct(every, edges, cores)
    least = [max(MIN_BODIES, math.ceil(MIN_SHARE * power_of_two_below(n))) for n in bodies.values()]
    often = counts >= np.array(least)[sites[first]]
    return np.sort(first[often & (stands >= np.maximum(MIN_BODIES, counts * MIN_DISTINCT))])


def _distinct(every: Words, edges: Words, others: NDArray[Any]) -> Ints:
    """Return of how many others each line stands at the edge."""
    order = np.lexsort((others, edges))
    edges, others = edges[order], others[order]
    new = np.append(True, (edges[1:] != edges[:-1]) | (others[1:] != others[:-1]))[: len(edges)]
    return np.bincount(np.searchsorted(every, edges[new]), minlength=len(every))


def _look_up(features: Reading, places: Ints) -> dict[str, list[str]]:
    """Return lines by site from their places among all that count."""
    found: dict[str, list[str]] = defaultdict(list)
    start = 0
    for table in features(("site", *COUNTED)) if len(places) else ():
        table = table.filter(table["site"].is_valid())
        lines, rows = _lines(table, COUNTED)
        mine = places[slice(*np.searchsorted(places, (start, start + len(lines))))] - start
        sites = table["site"].take(pa.array(rows[mine])).to_pylist()
        for site, line in zip(sites, lines.take(pa.array(mine)).to_pylist(), strict=True):
            found[site].append(line)
        start += len(lines)
    return found


def knowledge_for(model: SiteModel, pages: Iterable[pa.Table]) -> dict[str, str]:
    """Return, by page id, what its site knows that could change the page: JSON of leaks and boilerplate.

    Only characters that still look leaked after the page's own repair, and only lines that the page keeps at
    an edge: a page that needs nothing has no entry. `pages` have the columns `KEPT_OF_PAGES`.
    """
    lines = {site: frozenset(known["boilerplate"]) for site, known in model.items()}
    found: dict[str, str] = {}
    rows = (zip(*(table[name].to_pylist() for name in KEPT_OF_PAGES), strict=True) for table in pages)
    for page_id, site, left, *joined in chain.from_iterable(rows):
        if site not in model:
            continue
        kept, near = (each.split("\n") if each else [] for each in joined)
        table, known = model[site]["leaks"], lines[site]
        leaks = {char: table[char] for char in left if char in table}
        if leaks or not known.isdisjoint(kept):
            here = sorted(known.intersection(chain(kept, near)))
            found[page_id] = json.dumps(
                {"leaks": leaks, "boilerplate": here}, ensure_ascii=True, sort_keys=True
            )
    return found
