"""What one page adds to the corpus model (contract §4), from a page cut without knowledge of it."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from pipeline.page.assemble import CutColumns
from pipeline.page.boilerplate import MAX_LINE, boilerplate_candidates, page_lines
from pipeline.text.points import text_of
from pipeline.text.repair.headed import Headed, LeakCounts, count_occurrences, split_leaks

BRACKETS = "(（"  # in front of every leak (`text/repair/headed.py`)
CORE_CHARS = 12  # of sha256 in hex: 48 bits, one collision in 20 million articles of a site


class EdgeLines(NamedTuple):
    """The canonical lines of a page that may be its site's, each once, in order.

    `kept` and `dropped` count: lines that the page keeps, and those that it drops already or has as heading
    of its guide. `near` do not, but stand near an edge. `edges` are the counted lines at an article's edge,
    each behind `CORE_CHARS` of a hash of its middle, so that the copies of one article count once.
    """

    kept: list[str]
    dropped: list[str]
    near: list[str]
    edges: list[str]


class Features(NamedTuple):
    """What a page adds to the counts of its `site`, as it names it.

    `leaks`: leak counts of its raw text (`pack_counts`), None where it has no Traditional text. `left`:
    characters that still look leaked after repair.
    """

    site: str | None
    leaks: str | None
    left: str
    lines: EdgeLines


def features(cut: CutColumns) -> Features:
    """Return what a page adds to the counts of its site. Linear; about 10 ns a character."""
    site, raw, repaired = cut.told.fields.site, cut.texts.raw, cut.texts.repaired.text
    plain = repaired == cut.texts.canonical and not any(bracket in raw for bracket in BRACKETS)
    if plain or not cut.texts.telling:
        return Features(site, None, "", _edge_lines(cut))  # nothing Traditional, nothing like a leak
    headed = cut.texts.headed or split_leaks(raw)
    left = ""
    if any(char and pinyin for char, pinyin in headed.told):
        left = "".join(sorted({char for char, pinyin in split_leaks(repaired).told if char and pinyin}))
    return Features(site, pack_counts(headed) or None, left, _edge_lines(cut))


def pack_counts(headed: Headed) -> str:
    """Return as text what `headed.count_leaks` counts of one that was split at its leaks.

    >>> pack_counts(split_leaks("客戶服務(wù)"))
    '務,wù,1;務,,1;戶,,1'
    """
    codes, counts = count_occurrences(headed)
    few = counts < 10  # nearly all
    written = np.full((np.count_nonzero(few), len("務,,1;")), ord(","), dtype=np.uint32)
    written[:, 0], written[:, 3], written[:, 4] = codes[few], counts[few] + ord("0"), ord(";")
    leaks = sorted(f"{char},{pinyin},{n};" for (char, pinyin), n in headed.told.items())
    often = sorted(
        f"{chr(c)},,{n};" for c, n in zip(codes[~few].tolist(), counts[~few].tolist(), strict=True)
    )
    return "".join((*leaks, text_of(written.ravel()), *often))[:-1]


def unpack_counts(packed: Mapping[str, int]) -> LeakCounts:
    """Return the sum of counts that `pack_counts` packed, of which each entry stands in so many.

    >>> unpack_counts(Counter('務,,4;務,wù,3;務,,4'.split(";")))["務", ""]
    8
    """
    counts: LeakCounts = Counter()
    for entry, times in packed.items():
        char, pinyin, n = entry.split(",")
        counts[char, pinyin] += int(n) * times
    return counts


def _edge_lines(cut: CutColumns) -> EdgeLines:
    lines = page_lines(cut)
    counted = boilerplate_candidates(lines)
    loose = lines.guide.union(*[(body.near[0], body.near[-1]) for body in lines.bodies])
    fixed = lines.dropped | (lines.guide_headings - loose)
    others = set().union(*[body.near for body in lines.bodies]) - counted
    edges = {
        _core(inner) + line
        for near, inners in lines.bodies
        for line, inner in ((near[0], inners[0]), (near[-1], inners[1]))
        if line in counted
    }
    near = [line for line in others if 0 < len(line) <= MAX_LINE]
    return EdgeLines(*map(sorted, (counted - fixed, counted & fixed, near, edges)))


def _core(line: str) -> str:
    """Return the hash of a line in the middle of an article, by which copies of the article are known."""
    return sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:CORE_CHARS]
