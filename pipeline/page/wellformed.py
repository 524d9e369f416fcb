"""Well-formed HTML to blocks by the compiled kernel of `page/markup.py`: whatever it doubts is for a tree."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import unescape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.page import linewriter as lw
from pipeline.page.elements import ENTITIES, element_table, entity_table
from pipeline.page.layout import Layout
from pipeline.page.markup import read_markup
from pipeline.page.tags import STYLE_VALUE
from pipeline.text.encoding import POINTS_BEHIND
from pipeline.text.points import code_points, text_of

PAD = "\0" * POINTS_BEHIND  # so that the kernel may look ahead
SHORTEST_LINE = len("<p>a")  # of markup: there are no more lines than so many fit in
NO_NAMES = np.zeros(0, dtype=np.int32)


class Written(NamedTuple):
    """What stands on a page: its lines joined, by line links and heads as in `Blocks`, layout and title.

    And of its markup, how many tags may begin in it, and whether a stretch as long as a tag of as many
    attributes as may be has no end of one.
    """

    text: str
    linked: list[int]
    heads: list[int]
    layout: Layout
    title: str
    tags: int
    unended: bool


# What hides elements: which classes (`.x`) and ids (`#x`), and where the style attributes stand that do.
Hiding = tuple[Sequence[str], Sequence[int]]


@cache
def _tables() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.array(element_table(), dtype=np.int64), np.array(entity_table(), dtype=np.int64)


def read_well_formed(
    html: str,
    hidden_by: Callable[[Sequence[tuple[str, int]]], Hiding | None],
    points: NDArray[np.uint32] | None = None,
) -> Written | None:
    """Return the lines of a page whose markup leaves no doubt, None for any other.

    `hidden_by` tells what is hidden by the style sheets (at -1) and the style attributes (at their places)
    that may hide anything. `points` are the code points of `html` with four zeros behind, if anybody has
    them. 3 ns a character.
    """
    if "\r" in html:  # as a tree's reader does first
        html, points = html.replace("\r\n", "\n").replace("\r", "\n"), None
    codes = code_points(html + PAD) if points is None else points
    lines = len(html) // SHORTEST_LINE + 2
    room = np.empty(len(codes), dtype=np.uint32), np.empty(lines * lw.LINE, dtype=np.int32)
    state = _run(codes, room, ((), ()))
    if state is not None and state[lw.SPANS]:
        spans = state[lw.SPANS_AT : lw.SPANS_AT + 3 * state[lw.SPANS]].reshape(-1, 3).tolist()
        hiding = hidden_by([(html[a:b], a if kind == STYLE_VALUE else -1) for a, b, kind in spans])
        if hiding is None:
            return None
        if any(hiding):
            state = _run(codes, room, hiding)
    return None if state is None else _written(html, room, state[: lw.STACK].tolist())


def _run(codes: NDArray[np.uint32], room: tuple[Any, ...], hiding: Hiding) -> NDArray[np.int64] | None:
    named = [v for name in hiding[0] for v in (name[0] == "#", len(name) - 1, *map(ord, name[1:]))]
    asked = (
        np.array(named, dtype=np.int32) if named else NO_NAMES,
        np.array(hiding[1], dtype=np.int32) if hiding[1] else NO_NAMES,
    )
    state = np.empty(lw.STATES, dtype=np.int64)
    state[: lw.STACK] = 0
    state[lw.LINK] = state[lw.BOLD_LAST] = state[lw.TITLE_AT] = -1
    beyond_doubt = read_markup(codes, (*_tables(), asked), room, state) >= 0
    return state if beyond_doubt and state[lw.SPANS] <= lw.MAX_SPANS else None


def _written(html: str, room: tuple[Any, ...], state: list[int]) -> Written | None:
    title = html[state[lw.TITLE_AT] : state[lw.TITLE_END]] if state[lw.TITLE_AT] >= 0 else ""
    if "&" in title:
        if not set(AFTER_AMPERSAND.findall(title)) <= KNOWN_AFTER:
            return None
        title = unescape(title)
    if ODD.search(title):
        return None
    text = text_of(room[0][: max(0, state[lw.SIZE] - 1)])
    lines = room[1][: state[lw.LINES] * lw.LINE].reshape(-1, lw.LINE).T.tolist()
    layout = Layout(lines[3], lines[4])
    return Written(text, lines[1], lines[2], layout, title, state[lw.TAGS], bool(state[lw.UNENDED]))


AFTER_AMPERSAND = re.compile("&([a-z]*;?| )")
KNOWN_AFTER = {" ", *(name + ";" for name in ENTITIES)}
ODD = re.compile(f"[{chr(lw.FIRST_MARK)}-{chr(lw.LAST_MARK)}]")
