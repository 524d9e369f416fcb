"""The public function: a text to its clauses."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.clauses.decide import BROKEN, find_markers
from pipeline.clauses.markers import SEQUENCE, is_numbered
from pipeline.clauses.parts import BREAKS, Part, cut, name_kinds, split_labels
from pipeline.clauses.scan import LAST
from pipeline.clauses.search import RESTART
from pipeline.clauses.tree import hang, tails
from pipeline.config import ClausesConfig
from pipeline.records import Clause, ClauseFlag, ClauseKind

DEFAULT = ClausesConfig()
MANY = 10_000  # markers; above, the collector took a third of the time of the tree (docs/accuracy-clauses.md)
OTHER_BREAKS = tuple("\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e")
# path, path of the parent, level, kind, marker, ordinal, own text, start, end, flags
ClauseRow = tuple[
    str, str | None, int, ClauseKind, str | None, int | None, str, int, int, tuple[ClauseFlag, ...]
]
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


def ordinal_of(part: Part, before: int | None) -> int | None:
    """Return the ordinal of a part, None for all that is not numbered; 最后 counts on from the one before."""
    if part.style < 0 or not is_numbered(part.style):
        return None
    if part.style == SEQUENCE and part.ordinal == LAST:
        return (before or 0) + 1
    return part.ordinal


def emit(text: str, parts: list[Part], parents: list[int]) -> list[ClauseRow]:
    """Return the rows of parts whose parents are known."""
    paths: list[str] = []
    levels: list[int] = []
    children = [0] * (len(parts) + 1)
    latest: dict[int, int | None] = {}
    halves: set[int] = set()
    tail = tails(text, parts, parents)
    out = []
    for k, part in enumerate(parts):
        parent = parents[k]
        children[parent] = position = children[parent] + 1
        above = None if parent < 0 else paths[parent]
        path = str(position) if above is None else f"{above}.{position}"
        level = 1 if parent < 0 else levels[parent] + 1
        paths.append(path)
        levels.append(level)
        start, body, end = part.start, part.body, part.end
        flag = (part.packed >> 4) & 7
        if flag == RESTART and parent not in latest:
            flag = 0  # a list that begins again under an owner of its own is no restart
        flags = FLAG_NAMES[flag]
        if part.packed & BROKEN and parent not in latest:
            halves.add(parent)  # a list written 一） throughout
        elif part.packed & BROKEN and parent not in halves:
            flags = (*flags, "damaged_marker")
        if k in tail:
            flags = (*flags, "tail")
        ordinal = ordinal_of(part, latest.get(parent))
        if part.style >= 0:
            latest[parent] = ordinal
        marker = text[start:body] if body > start else None
        own = text[body:end].strip()
        out.append((path, above, level, part.kind, marker, ordinal, own, start, end, flags))
    return out


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
    return tuple(
        Clause(path, path, above, level, kind, marker, ordinal, own, start, end, flags)
        for path, above, level, kind, marker, ordinal, own, start, end, flags in clause_rows(text, config)
    )


def clause_rows(text: str, config: ClausesConfig = DEFAULT) -> list[ClauseRow]:
    """Return what `structure` does, as tuples: a record costs 1.6 µs, and a page makes its own, with its ids.

    >>> clause_rows("一、甲。")
    [('1', None, 1, 'clause', '一、', 1, '甲。', 0, 4, ())]
    """
    plain = text.translate(BREAKS) if any(c in text for c in OTHER_BREAKS) else text
    rows = find_markers(plain, config.compile_above)
    with collector_paused(many=len(rows) > MANY):
        parts = split_labels(plain, cut(plain, rows))
        name_kinds(plain, parts)
        return emit(text, parts, hang(plain, parts))
