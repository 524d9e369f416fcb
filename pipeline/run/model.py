"""The corpus model's knowledge of sites (contract §4): leak tables and lines, from counts that add up.

Strata: the counts come from pages cut without knowledge, so what a page is cut with never feeds back.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, chain, compress
from typing import Any, NamedTuple

import numpy as np

from pipeline.run.features import CORE_CHARS, unpack_counts
from pipeline.text.repair.leaks import fit_table

MIN_BODIES = (
    20  # contract §4 (issue 4): a line of a site stands on at least max(20, 5 %) of its distinct bodies
)
MIN_SHARE = 0.05
# Of the pages with a line at an article's edge, so many articles must differ: copies of one popular article
# bring their last paragraph along, a line of the site ends articles of all kinds.
MIN_DISTINCT = 0.5

SiteModel = dict[str, dict[str, Any]]  # site -> {"leaks": {character: pinyin}, "boilerplate": [line, …]}


class PageFeatures(NamedTuple):
    """What a page says of its site (`run/features.py`)."""

    page_id: str
    site: str | None
    leaks: str | None
    left: str
    kept: list[str]  # and the rest of `features.EdgeLines`
    dropped: list[str]
    near: list[str]
    edges: list[str]


def power_of_two_below(n: int) -> int:
    """Return the largest power of two up to `n` (0 for 0), so that thresholds move rarely.

    >>> [power_of_two_below(n) for n in (0, 1, 7, 8)]
    [0, 1, 4, 8]
    """
    return 1 << (n.bit_length() - 1) if n else 0


def fit_sites(pages: Callable[[], Iterable[PageFeatures]]) -> SiteModel:
    """Return what the pages say of their sites, in order of names; sites without knowledge are left out.

    `pages` is called twice: the first time the hashes of lines are counted, the second time the lines that
    may be frequent, so that memory is 8 bytes a line.
    """
    often = iter(_often(pages()))
    leaks: dict[str, Counter[str]] = defaultdict(Counter)
    lines: dict[str, Counter[str]] = defaultdict(Counter)
    stands: dict[tuple[str, str], set[str]] = defaultdict(set)
    bodies: Counter[str] = Counter()
    for page in pages():
        if page.site is None:
            continue
        site = page.site
        bodies[site] += 1
        if page.leaks:
            leaks[site].update(page.leaks.split(";"))
        counted = set(compress(chain(page.kept, page.dropped), next(often)))
        lines[site].update(counted)
        for core, line in _stands(page, counted):
            stands[site, line].add(core)
    model: SiteModel = {}
    for site in sorted(bodies):
        table = fit_table(unpack_counts(leaks[site])) if site in leaks else {}
        least = max(MIN_BODIES, math.ceil(MIN_SHARE * power_of_two_below(bodies[site])))
        known = sorted(
            line
            for line, n in lines[site].items()
            if n >= least and len(stands[site, line]) >= max(MIN_BODIES, n * MIN_DISTINCT)
        )
        if table or known:
            model[site] = {"leaks": dict(sorted(table.items())), "boilerplate": known}
    return model


def _stands(page: PageFeatures, counted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the counted lines with what they stand at: articles by their middle, else the page itself."""
    at_edge = set()
    for entry in page.edges if counted else ():
        core, line = entry[:CORE_CHARS], entry[CORE_CHARS:]
        if line in counted:
            at_edge.add(line)
            yield core, line
    for line in counted - at_edge:
        yield page.page_id, line


def _often(pages: Iterable[PageFeatures]) -> Iterator[list[bool]]:
    """Yield, for each page of a site, which of its counted lines may stand on `MIN_BODIES` pages of it.

    Lines are told apart by their hashes, of this process alone.
    """
    hashes = [
        np.fromiter(map(hash, chain(p.kept, p.dropped)), dtype=np.int64) ^ hash(p.site)
        for p in pages
        if p.site is not None
    ]
    sizes = list(map(len, hashes))
    every = np.concatenate([np.zeros(0, dtype=np.int64), *hashes])
    _, place, counts = np.unique(every, return_inverse=True, return_counts=True)
    often = (counts >= MIN_BODIES)[place].tolist()
    for end, size in zip(accumulate(sizes), sizes, strict=True):
        yield often[end - size : end]


def knowledge_for(model: SiteModel, pages: Iterable[PageFeatures]) -> dict[str, str]:
    """Return, by page id, what its site knows that could change the page: JSON of leaks and boilerplate.

    Only characters that still look leaked after the page's own repair, and only lines that the page keeps at
    an edge: a page that needs nothing has no entry.
    """
    lines = {site: frozenset(known["boilerplate"]) for site, known in model.items()}
    found: dict[str, str] = {}
    for page in pages:
        if page.site not in model:
            continue
        table = model[page.site]["leaks"]
        leaks = {char: table[char] for char in page.left if char in table}
        known = lines[page.site]
        here = sorted(known.intersection(chain(page.kept, page.near)))
        if leaks or not known.isdisjoint(page.kept):
            found[page.page_id] = json.dumps(
                {"leaks": leaks, "boilerplate": here}, ensure_ascii=True, sort_keys=True
            )
    return found
