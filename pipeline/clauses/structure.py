"""The public function: a text to its clauses."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import NamedTuple

from pipeline.clauses.decide import find_pieces
from pipeline.clauses.markers import BULLET, SEQUENCE
from pipeline.clauses.parts import BREAKS, Part, name_kinds, parts_of, split_labels
from pipeline.clauses.pieces import BROKEN
from pipeline.clauses.scan import LAST
from pipeline.clauses.search import RESTART
from pipeline.clauses.tree import hang, tails
from pipeline.config import ClausesConfig
from pipeline.records import NO_HANT, Clause, ClauseFlag, ClauseKind, from_columns

DEFAULT = ClausesConfig()
# Pieces, or lines of a page: above, the collector took a third of the time (docs/accuracy-clauses.md).
MANY = 10_000
OTHER_BREAKS = tuple("\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e")
NO_FLAGS: tuple[ClauseFlag, ...] = ()
FLAGGED = 7 << 4 | BROKEN  # bits of `packed` that give a clause a flag
FLAG_NAMES: tuple[tuple[ClauseFlag, ...], ...] = ((), ("gap",), ("restart",), ("doubled",), ("misnumbered",))


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


def emit(text: str, parts: list[Part], parents: list[int]) -> ClauseColumns:
    """Return the clauses of parts whose parents are known."""
    if not parts:
        return ClauseColumns(*repeat((), len(ClauseColumns._fields)))
    starts, bodies, ends, _, _, _, kinds = zip(*parts, strict=True)
    paths, levels = place(parents)
    ordinals, flags = number(parts, parents)
    for k in tails(text, parts, parents):
        flags[k] = (*flags[k], "tail")
    return ClauseColumns(
        paths=paths,
        parents=[paths[parent] if parent >= 0 else None for parent in parents],
        levels=levels,
        kinds=kinds,
        markers=[text[a:b] if b > a else None for a, b in zip(starts, bodies, strict=True)],
        ordinals=ordinals,
        own=[text[a:b].strip() for a, b in zip(bodies, ends, strict=True)],
        starts=starts,
        ends=ends,
        flags=flags,
    )


def place(parents: list[int]) -> tuple[list[str], list[int]]:
    """Return path and level of each part. `parents` stand before their children, −1 is the root.

    >>> place([-1, 0, 0, -1])
    (['1', '1.1', '1.2', '2'], [1, 2, 2, 1])
    """
    paths: list[str] = []
    levels: list[int] = []
    children = [0] * (len(parents) + 1)  # the last is the root's, whose index is -1
    for parent in parents:
        children[parent] = position = children[parent] + 1
        if parent < 0:
            paths.append(str(position))
            levels.append(1)
        else:
            paths.append(f"{paths[parent]}.{position}")
            levels.append(levels[parent] + 1)
    return paths, levels


def number(parts: list[Part], parents: list[int]) -> tuple[list[int | None], list[tuple[ClauseFlag, ...]]]:
    """Return ordinal and flags of each part."""
    ordinals: list[int | None] = [None] * len(parts)
    flags = [NO_FLAGS] * len(parts)
    latest: dict[int, int | None] = {}
    halves: set[int] = set()
    for k, (_, _, _, style, ordinal, packed, _) in enumerate(parts):
        if style < 0:
            continue
        parent = parents[k]
        if packed & FLAGGED:
            flags[k] = flags_of(parts[k], parent in latest, parent, halves)
        if style == SEQUENCE and ordinal == LAST:
            ordinals[k] = (latest.get(parent) or 0) + 1  # 最后 counts on from the one before
        elif style != BULLET:
            ordinals[k] = ordinal
        latest[parent] = ordinals[k]
    return ordinals, flags


def flags_of(part: Part, goes_on: bool, parent: int, halves: set[int]) -> tuple[ClauseFlag, ...]:
    """Return the flags of a numbered part.

    goes_on: its list has members already; halves: the parents of lists written 一）, to which it may add.
    """
    flag = part.flag
    if flag == RESTART and not goes_on:
        flag = 0  # a list that begins again under an owner of its own is no restart
    flags = FLAG_NAMES[flag]
    if part.packed & BROKEN and not goes_on:
        halves.add(parent)  # a list written 一） throughout
    elif part.packed & BROKEN and parent not in halves:
        flags = (*flags, "damaged_marker")
    return flags


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
    joined = "\n".join(texts)
    odd = any(c in joined for c in OTHER_BREAKS)
    plain = [text.translate(BREAKS) for text in texts] if odd else texts
    found = find_pieces(plain, config.compile_above)
    out = []
    with collector_paused(many=sum(len(columns[0]) for columns in found) > MANY):
        for text, lines, columns in zip(texts, plain, found, strict=True):
            parts = split_labels(lines, parts_of(columns))
            name_kinds(lines, parts)
            out.append(emit(text, parts, hang(lines, parts)))
    return out
