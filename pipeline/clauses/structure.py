"""The public function: a text to its clauses."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipeline.clauses.decide import find_pieces
from pipeline.clauses.markers import BULLET, SEQUENCE
from pipeline.clauses.parts import BREAKS, Part, name_kinds, parts_of, split_labels
from pipeline.clauses.pieces import BROKEN
from pipeline.clauses.scan import LAST
from pipeline.clauses.search import RESTART
from pipeline.clauses.tree import hang, tails
from pipeline.config import ClausesConfig
from pipeline.records import Clause, ClauseFlag, ClauseKind

DEFAULT = ClausesConfig()
# Pieces, or lines of a page: above, the collector took a third of the time (docs/accuracy-clauses.md).
MANY = 10_000
OTHER_BREAKS = tuple("\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e")
# path, path of the parent, level, kind, marker, ordinal, own text, start, end, flags
ClauseRow = tuple[
    str, str | None, int, ClauseKind, str | None, int | None, str, int, int, tuple[ClauseFlag, ...]
]
NO_FLAGS: tuple[ClauseFlag, ...] = ()
FLAGGED = 7 << 4 | BROKEN  # bits of `packed` that give a clause a flag
FLAG_NAMES: tuple[tuple[ClauseFlag, ...], ...] = ((), ("gap",), ("restart",), ("doubled",), ("misnumbered",))


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


def emit(text: str, parts: list[Part], parents: list[int]) -> list[ClauseRow]:
    """Return the rows of parts whose parents are known."""
    size = len(parts)
    paths, levels = [""] * (size + 1), [0] * (size + 1)  # the last is the root's, whose index is -1
    children = [0] * (size + 1)
    latest: dict[int, int | None] = {}
    halves: set[int] = set()
    tail = tails(text, parts, parents)
    out: list[ClauseRow] = []
    for k, part in enumerate(parts):
        parent = parents[k]
        children[parent] = position = children[parent] + 1
        above = paths[parent] or None
        paths[k] = path = f"{above}.{position}" if above else str(position)
        levels[k] = level = levels[parent] + 1
        start, body, end, style = part.start, part.body, part.end, part.style
        ordinal, flags = None, NO_FLAGS
        if style >= 0:
            if part.packed & FLAGGED:
                flags = flags_of(part, parent in latest, parent, halves)
            if style == SEQUENCE and part.ordinal == LAST:
                ordinal = (latest.get(parent) or 0) + 1  # 最后 counts on from the one before
            elif style != BULLET:
                ordinal = part.ordinal
            latest[parent] = ordinal
        if k in tail:
            flags = (*flags, "tail")
        marker = text[start:body] if body > start else None
        out.append(
            (path, above, level, part.kind, marker, ordinal, text[body:end].strip(), start, end, flags)
        )
    return out


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
    (rows,) = clause_rows([text], config)
    return tuple(
        Clause(path, path, above, level, kind, marker, ordinal, own, start, end, flags)
        for path, above, level, kind, marker, ordinal, own, start, end, flags in rows
    )


def clause_rows(texts: Sequence[str], config: ClausesConfig = DEFAULT) -> list[list[ClauseRow]]:
    """Return what `structure` does for each of some texts, as tuples: a page makes records of them, with ids.

    >>> clause_rows(["一、甲。"])
    [[('1', None, 1, 'clause', '一、', 1, '甲。', 0, 4, ())]]
    """
    plain = [t.translate(BREAKS) if any(c in t for c in OTHER_BREAKS) else t for t in texts]
    found = find_pieces(plain, config.compile_above)
    out = []
    with collector_paused(many=sum(len(columns[0]) for columns in found) > MANY):
        for text, lines, columns in zip(texts, plain, found, strict=True):
            parts = split_labels(lines, parts_of(columns))
            name_kinds(lines, parts)
            out.append(emit(text, parts, hang(lines, parts)))
    return out
