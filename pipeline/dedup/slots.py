"""Template siblings: the same skeleton, the differences consistent substitutions of names (contract §5).

Two keys are laid side by side at the shingles that are unique in both; what stands between are changes. Where
changes that recur as the same substitution are half of all substitutions, on either side, the texts are
siblings. What was added, dropped or replaced by the sentence says nothing of names and is left aside, so that
statutes of two cities are siblings though a tenth of their provisions differ.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.rules import IN_ORDER, REPLACED, SHINGLE, Slot

LONGEST_SLOT: Final = 30  # units; the longest name of an organisation in ORGS-like lists has 20
RECURS: Final = 2  # times that one substitution stands at least
RECUR_IN_ALL: Final = 3  # times that recurring substitutions stand together
MADE_OF_SLOTS: Final = 0.5  # share of the substituted units, on either side (docs/accuracy-dedup.md)
SKELETON: Final = 0.5  # share of either text that is unchanged
NUMERALS: Final = frozenset("〇零一二三四五六七八九十百两0123456789①②③④⑤⑥⑦⑧⑨⑩")
# Hanzi of modal verbs, negations, prepositions, conjunctions, particles, and of the verbs and adverbs of duty
# that a rewriter exchanges: 应当 → 须, 负责 → 承担 is wording. Names of posts, places and things have others.
WORDING: Final = frozenset(
    "应当须必要需可能得不准禁严止许勿或和与及并且同而将把由对向给为的之地了着若如则即"
    "按照依据凡其该此请使让被负责承担履行经影响妨碍时认真用心妥善稳完整齐全确保证做到"
    "包括含有提出予逐切实主动积极尽快立马加强落贯彻"
)

Marks = NDArray[np.bool_] | None
Change = tuple[int, int, int, int]  # left start, left end, right start, right end


def _unique(units: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for i in range(len(units) - SHINGLE + 1):
        shingle = units[i : i + SHINGLE]
        places[shingle] = -1 if shingle in places else i
    return places


def rising(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence that rises on both sides (patience sorting)."""
    tails: list[int] = []
    tail_at: list[int] = []
    before = [-1] * len(found)
    for at, (_, j) in enumerate(found):
        k = bisect_left(tails, j)
        before[at] = tail_at[k - 1] if k else -1
        if k == len(tails):
            tails.append(j)
            tail_at.append(at)
        else:
            tails[k], tail_at[k] = j, at
    chain, at = [], tail_at[-1] if tail_at else -1
    while at >= 0:
        chain.append(found[at])
        at = before[at]
    return chain[::-1]


def anchors(left: str, right: str) -> list[tuple[int, int]]:
    """Return the places in left and right of the shingles that are unique in both, by their place in left."""
    places = _unique(right)
    return [(i, places[s]) for s, i in _unique(left).items() if i >= 0 and places.get(s, -1) >= 0]


def arrangement(left: str, right: str) -> tuple[float, int]:
    """Return which share of the anchors stands in one order, and the longest passage replaced by another.

    >>> arrangement("甲方负责保管印章" * 1 + "每月五日前支付租金", "每月五日前支付租金" + "甲方负责保管印章")
    (0.5454545454545454, 0)
    """
    found = anchors(left, right)
    replaced = max((min(b - a, d - c) for a, b, c, d in changes(left, right)), default=0)
    return len(rising(found)) / len(found) if found else 0.0, replaced


def are_apart(left: str, right: str) -> bool:
    """Tell whether two keys that are mostly covered are no copies: in another order, a passage replaced."""
    ordered, replaced = arrangement(left, right)
    return ordered < IN_ORDER or replaced > REPLACED


def changes(left: str, right: str) -> list[Change]:
    """Return the places where two keys differ, common ends trimmed, in order and apart.

    Keys are strings of UTF-16 units (a rare character is two). Cost: one dictionary of each key's shingles.

    >>> changes("甲方负责保管印章", "乙方负责保管印章")
    [(0, 1, 0, 1)]
    """
    found: list[Change] = []
    at_left = at_right = 0
    for i, j in [*rising(anchors(left, right)), (len(left), len(right))]:
        if i < at_left or j < at_right:
            continue
        end_left, end_right = i, j
        while at_left < end_left and at_right < end_right and left[at_left] == right[at_right]:
            at_left, at_right = at_left + 1, at_right + 1
        while at_left < end_left and at_right < end_right and left[end_left - 1] == right[end_right - 1]:
            end_left, end_right = end_left - 1, end_right - 1
        if at_left < end_left or at_right < end_right:
            found.append((at_left, end_left, at_right, end_right))
        at_left, at_right = i, j
        while at_left < len(left) and at_right < len(right) and left[at_left] == right[at_right]:
            at_left, at_right = at_left + 1, at_right + 1
    return found


def _is_year(text: str, start: int, end: int) -> bool:
    while start and text[start - 1] in "0123456789":
        start -= 1
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return end - start == 4 and text[start:end].isdecimal() and text[start : start + 2] in ("19", "20")


def is_numbering(left: str, right: str, change: Change) -> bool:
    """Tell whether a change is one of numerals alone, years excepted: clause numbers move by themselves.

    >>> is_numbering("三甲", "四甲", (0, 1, 0, 1)), is_numbering("2023年", "2024年", (3, 4, 3, 4))
    (True, False)
    """
    a, b, c, d = change
    if not (NUMERALS.issuperset(left[a:b]) and NUMERALS.issuperset(right[c:d])):
        return False
    return not (_is_year(left, a, b) and _is_year(right, c, d))


def is_wording(left: str, right: str, change: Change) -> bool:
    """Tell whether a change is one of function words alone: a rewording, no name.

    >>> is_wording("应当登记", "须登记", (0, 2, 0, 1)), is_wording("甲市", "乙市", (0, 1, 0, 1))
    (True, False)
    """
    a, b, c, d = change
    return WORDING.issuperset(left[a:b]) and WORDING.issuperset(right[c:d])


def telling(left: str, right: str) -> list[Change]:
    """Return the changes that may be of names: neither numbering nor wording."""
    found = changes(left, right)
    return [c for c in found if not is_numbering(left, right, c) and not is_wording(left, right, c)]


def substitutions(found: Sequence[Change]) -> list[Change]:
    """Return the changes that put one short string for another."""
    return [(a, b, c, d) for a, b, c, d in found if 0 < b - a <= LONGEST_SLOT and 0 < d - c <= LONGEST_SLOT]


def lost(spans: Sequence[tuple[int, int]], boilerplate: Marks) -> tuple[int, int]:
    """Return how many changed units count, and how many do not: boilerplate in long changes."""
    left_out = 0
    if boilerplate is not None:
        left_out = sum(int(boilerplate[a:b].sum()) for a, b in spans if b - a > LONGEST_SLOT)
    return sum(b - a for a, b in spans) - left_out, left_out


def _recurring(left: str, right: str, found: Sequence[Change]) -> list[Slot]:
    counted = Counter((left[a:b], right[c:d]) for a, b, c, d in substitutions(found))
    slots = [Slot(a, b, n) for (a, b), n in counted.items() if n >= RECURS]
    return sorted(slots, key=lambda s: (-s.n, s.left, s.right))


def slots_of(left: str, right: str) -> list[Slot]:
    """Return the recurring substitutions between two keys, whether or not they make them siblings.

    >>> slots_of("甲公司应当负责，由甲公司支付", "乙公司应当负责，由乙公司支付")
    [Slot(left='甲', right='乙', n=2)]
    """
    return _recurring(left, right, telling(left, right))


def find_slots(left: str, right: str, boilerplate: tuple[Marks, Marks] = (None, None)) -> list[Slot]:
    """Return the substitutions that make two keys template siblings, most frequent first; else none.

    `boilerplate` marks the units of either key that are corpus boilerplate.

    >>> city = "甲市城管部门巡查公园；由乙市财政局拨付经费，其他事项报甲市人民政府备案，甲市另有规定的除外"
    >>> [(s.left, s.right, s.n) for s in find_slots(city, city.replace("甲", "丙"))]
    [('甲', '丙', 3)]
    """
    found = telling(left, right)
    gone, spare_left = lost([c[:2] for c in found], boilerplate[0])
    come, spare_right = lost([c[2:] for c in found], boilerplate[1])
    slots = _recurring(left, right, found)
    of_left, of_right = sum(len(s.left) * s.n for s in slots), sum(len(s.right) * s.n for s in slots)
    enough = sum(s.n for s in slots) >= RECUR_IN_ALL
    short = substitutions(found)
    substituted, by = sum(c[1] - c[0] for c in short), sum(c[3] - c[2] for c in short)
    made = of_left >= MADE_OF_SLOTS * substituted and of_right >= MADE_OF_SLOTS * by
    whole_left, whole_right = len(left) - spare_left, len(right) - spare_right
    same = whole_left - gone >= SKELETON * whole_left and whole_right - come >= SKELETON * whole_right
    return slots if enough and made and same else []
