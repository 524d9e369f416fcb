"""The corpus model's knowledge of sites (contract §4): leak tables and lines, from counts that add up.

Strata: the counts come from parses without knowledge, so what a page is parsed with never feeds back.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from pipeline.run.features import unpack_counts
from pipeline.store.state import PageState
from pipeline.text.repair.leaks import fit_table

MIN_BODIES = (
    20  # contract §4 (issue 4): a line of a site stands on at least max(20, 5 %) of its distinct bodies
)
MIN_SHARE = 0.05

SiteModel = dict[str, dict[str, Any]]  # site -> {"leaks": {character: pinyin}, "boilerplate": [line, …]}


def power_of_two_below(n: int) -> int:
    """Return the largest power of two up to `n` (0 for 0), so that thresholds move rarely.

    >>> [power_of_two_below(n) for n in (0, 1, 7, 8)]
    [0, 1, 4, 8]
    """
    return 1 << (n.bit_length() - 1) if n else 0


def fit_sites(pages: Iterable[PageState]) -> SiteModel:
    """Return what the pages say of their sites, in order of names; sites without knowledge are left out."""
    leaks: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    lines: dict[str, Counter[str]] = defaultdict(Counter)
    bodies: Counter[str] = Counter()
    for page in pages:
        if page.site is None or page.reason is not None:
            continue
        bodies[page.site] += 1
        if page.leaks:
            leaks[page.site].update(unpack_counts(page.leaks))
        lines[page.site].update({line[1:] for line in page.edge_lines if line[0] != "="})
    model: SiteModel = {}
    for site in sorted(bodies):
        table = fit_table(leaks[site]) if site in leaks else {}
        least = max(MIN_BODIES, math.ceil(MIN_SHARE * power_of_two_below(bodies[site])))
        often = sorted(line for line, n in lines[site].items() if n >= least)
        if table or often:
            model[site] = {"leaks": dict(sorted(table.items())), "boilerplate": often}
    return model


def knowledge_for(model: SiteModel, pages: Iterable[PageState]) -> dict[str, str]:
    """Return, by page id, what its site knows that could change the page: JSON of SiteKnowledge.

    Only characters that still look leaked after the page's own repair, and only lines that the page keeps at
    an edge: a page that needs nothing is not parsed twice.
    """
    lines = {site: frozenset(known["boilerplate"]) for site, known in model.items()}
    found: dict[str, str] = {}
    for page in pages:
        if page.site not in model or page.reason is not None:
            continue
        table = model[page.site]["leaks"]
        leaks = {char: table[char] for char in page.left if char in table}
        known = lines[page.site]
        here = sorted({line[1:] for line in page.edge_lines if line[0] != "-"} & known)
        if leaks or any(line[0] == "+" and line[1:] in known for line in page.edge_lines):
            found[page.page_id] = json.dumps(
                {"leaks": leaks, "boilerplate": here}, ensure_ascii=True, sort_keys=True
            )
    return found
