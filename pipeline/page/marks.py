"""Where the clauses of a list may begin: every form of marker, told by its style."""

import re
from typing import NamedTuple

from pipeline.page.lines import NUMERAL
from pipeline.page.numbers import number_kind, ordinal_of

# `一、`, `1.`, `（一）`, `第一条`, `第1章`, `①`, `⑴`, `㈠`: yes; `1.5`, `2021`, `第1篇`, `一处`: no
MARK = re.compile(
    rf"(?<![0-9０-９一二三四五六七八九十.．第])(?P<open>[（(\[【〔]?)\s*+(?P<nth>第?)\s*+(?P<n>{NUMERAL}|[⑴-⒇⒈-⒛]|[A-J](?=[、.．]))"
    r"\s*+(?P<close>[)）\]】〕]|[条章节编款项]|[、.．，,：:](?!\d)|)\s*+"
)
STOPS = frozenset("、.．，,：:")
WEAK_STOPS = frozenset("，,：:")  # `1，`, `第一，`: yes; `之一，`: no
OWN_SIGN = frozenset("①⑴⒈㈠❶")  # kinds of numbers that are markers by themselves


class Marker(NamedTuple):
    """A place where a numbered clause may begin; `style` is equal for all members of a list."""

    start: int
    end: int
    ordinal: int
    style: tuple[str, str, str]


def first_clause(text: str) -> int:
    """Return where the first clause of a list may begin in a text, -1 for nowhere.

    >>> first_clause("值班制度一、总则"), first_clause("2021年值班制度")
    (4, -1)
    """
    for match in MARK.finditer(text):
        if (marker := marker_of(match)) is not None and marker.ordinal == 1:
            return marker.start
    return -1


def markers(line: str, first: int) -> list[Marker]:
    """Return the places from `first` on at which a clause may begin."""
    return [m for match in MARK.finditer(line, first) if (m := marker_of(match)) is not None]


def marker_of(match: re.Match[str]) -> Marker | None:
    """Return what a match of MARK is, None where no clause begins."""
    mark, nth, run, close = match.group("open", "nth", "n", "close")
    kind = number_kind(run)
    bracket = close != "" and close in ")）]】〕"
    if (not close and kind not in OWN_SIGN) or (close in WEAK_STOPS and not nth and kind != "1"):
        return None
    if (mark and not bracket) or (nth and (mark or bracket)):
        return None
    form = ")" if bracket else "." if close in STOPS else close
    return Marker(match.start(), match.end(), ordinal_of(run), (("(" if mark else "") + nth, kind, form))
