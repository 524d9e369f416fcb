"""The public function: a text to its clauses."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import compress, repeat
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.clauses.decide import find_nodes, find_rows
from pipeline.clauses.interpreted import Columns
from pipeline.clauses.nodes import TAIL
from pipeline.config import ClausesConfig
from pipeline.records import CLAUSE_FLAGS, CLAUSE_KINDS, NO_HANT, Clause, ClauseFlag, ClauseKind, from_columns

if TYPE_CHECKING:
    from pipeline.clauses.decide import Rows

DEFAULT = ClausesConfig()
# Pieces, or lines of a page: above, the collector took a third of the time (docs/accuracy-clauses.md).
MANY = 10_000
BREAKS: Final = str.maketrans(dict.fromkeys("\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e", "\n"))
OTHER_BREAKS = tuple(map(chr, BREAKS))
# By the bits of a node (nodes.py), which stand in the order of CLAUSE_FLAGS.
FLAGS: tuple[tuple[ClauseFlag, ...], ...] = tuple(
    tuple(compress(CLAUSE_FLAGS, map(int, f"{bits:06b}"[::-1]))) for bits in range(2 * TAIL)
)


class ClauseColumns(NamedTuple):
    """The clauses of a text by column, in document order: all of a Clause but ids and Traditional form.

    `parents` are paths; `starts` and `ends` code points of the text.
    """

    paths: Sequence[str]
    parents: Sequence[str | None]
    levels: Sequence[int]
    kinds: Sequence[ClauseKind]
    markers: Sequence[str | None]
    ordinals: Sequence[int | None]
    own: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    flags: Sequence[tuple[ClauseFlag, ...]]


@contextmanager
def collector_paused(*, many: bool) -> Iterator[None]:
    """Keep the garbage collector from walking the growing tree again and again: no cycle can arise here."""
    pause = many and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def emit(text: str, nodes: Columns) -> ClauseColumns:
    """Return the clauses of a text from its nodes."""
    starts, bodies, ends, firsts, lasts, kinds, parents, levels, positions, ordinals, flags = nodes
    paths = paths_of(parents, positions)
    above: list[str | None] = [*paths, None]  # the last for -1
    return ClauseColumns(
        paths=paths,
        parents=list(map(above.__getitem__, parents)),
        levels=levels,
        kinds=list(map(CLAUSE_KINDS.__getitem__, kinds)),
        markers=[text[a:b] if b > a else None for a, b in zip(starts, bodies, strict=True)],
        ordinals=[None if ordinal < 0 else ordinal for ordinal in ordinals],
        own=[text[a:b] for a, b in zip(firsts, lasts, strict=True)],
        starts=starts,
        ends=ends,
        flags=list(map(FLAGS.__getitem__, flags)),
    )


def paths_of(parents: Sequence[int], positions: Sequence[int]) -> list[str]:
    """Return the path of each node. `parents` stand before their children, −1 is the root.

    >>> paths_of([-1, 0, 0, -1], [1, 1, 2, 2])
    ['1', '1.1', '1.2', '2']
    """
    paths: list[str] = []
    add = paths.append
    for parent, position in zip(parents, positions, strict=True):
        add(f"{position}" if parent < 0 else f"{paths[parent]}.{position}")
    return paths


def structure(text: str, config: ClausesConfig = DEFAULT) -> tuple[Clause, ...]:
    """Return the tree of clauses of a text, in document order.

    text: canonical text of any length, in lines or in one unbroken line; Traditional works as well. Spans are
    code points of it; the own texts with their markers tile it up to white space. clause_id is the path,
    text_hant is empty. Never raises on any string. Cost: linear; 15 million characters a
    second above config.compile_above, 0.7 million below. Source: docs/accuracy-clauses.md.

    >>> [(c.path, c.marker, c.ordinal, c.text) for c in structure("一、甲：（一）乙。二、丙。")]
    [('1', '一、', 1, '甲：'), ('1.1', '（一）', 1, '乙。'), ('2', '二、', 2, '丙。')]
    >>> structure("")
    ()
    """
    (found,) = clause_columns([text], config)
    return tuple(from_columns(Clause, found.paths, *found, repeat(NO_HANT), repeat(0)))


def clause_columns(texts: Sequence[str], config: ClausesConfig = DEFAULT) -> list[ClauseColumns]:
    """Return what `structure` does for each of some texts, by column: a page makes records of them, with ids.

    >>> found = clause_columns(["一、甲。"])[0]
    >>> found.paths, found.markers, found.ordinals, found.own
    (['1'], ['一、'], [1], ['甲。'])
    """
    found = clause_nodes(texts, config)
    with collector_paused(many=sum(len(nodes[0]) for nodes in found) > MANY):
        return [emit(text, nodes) for text, nodes in zip(texts, found, strict=True)]


def clause_nodes(texts: Sequence[str], config: ClausesConfig = DEFAULT) -> list[Columns]:
    """Return the clauses of each of some texts as numbers, by column (nodes.py)."""
    return find_nodes(with_feeds(texts), config.compile_above)


def clause_rows(texts: Sequence[str], config: ClausesConfig = DEFAULT) -> "tuple[Rows, Rows]":
    """Return the clauses of some texts as rows of numbers (nodes.py), and how many each text has."""
    return find_rows(with_feeds(texts), config.compile_above)


def with_feeds(texts: Sequence[str]) -> Sequence[str]:
    """Return texts with line feeds in place of all other line breaks."""
    joined = "\n".join(texts)
    odd = any(c in joined for c in OTHER_BREAKS)
    return [text.translate(BREAKS) for text in texts] if odd else texts
