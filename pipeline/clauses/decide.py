"""From a text to its markers: interpreted for short texts, compiled for long ones, with the same answer."""

import sys
from dataclasses import dataclass
from typing import Any

from pipeline.clauses.beam import BEAM_STATES, SEEN, look_ahead, run_beam
from pipeline.clauses.candidates import sweep
from pipeline.clauses.markers import FIRST_TRIGGER, MARKERS, STYLES, class_tables
from pipeline.clauses.scan import END, FIELDS, ORDINAL, PAD, START, STYLE
from pipeline.clauses.search import BEAM, MOVE, MOVES
from pipeline.records import ClauseFlag

FLAG_NAMES: tuple[tuple[ClauseFlag, ...], ...] = ((), ("gap",), ("restart",), ("doubled",), ("misnumbered",))
SCRATCH = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A marker decided on: code points [start, end), style, ordinal as written, depth of its list, flags."""

    start: int
    end: int
    style: int
    ordinal: int
    depth: int
    flags: tuple[ClauseFlag, ...]


def boundary_rules() -> list[int]:
    """Return the weakest boundary of each style, from the table."""
    rules = [0] * STYLES
    for marker in MARKERS:
        rules[marker.style] = marker.before
    return rules


def decide_interpreted(text: str) -> list[tuple[int, ...]]:
    """Return (start, end, style, ordinal, packed depth and flag) of each marker, without compiling anything.

    >>> [row[:4] for row in decide_interpreted("目的一、安全。二、质量。")]
    [(2, 4, 9, 1), (7, 9, 9, 2)]
    """
    tables = class_tables()
    classes = tables[0]
    codes = [ord(c) for c in text]
    places = sum(classes[code] >= FIRST_TRIGGER for code in codes if code < 65536)
    codes += [0] * PAD
    cands = [0] * (places * FIELDS)
    count = sweep(codes, len(text), tables, boundary_rules(), (cands, [0] * SCRATCH))
    look_ahead(cands, count, [0] * (STYLES * SEEN))
    picked = [0] * count
    if count:
        run_beam(([0] * BEAM_STATES, cands, [0] * (MOVES * MOVE)), count, [0] * (count * BEAM), picked)
    return [
        (cands[b + START], cands[b + END], cands[b + STYLE], cands[b + ORDINAL], pick)
        for b, pick in zip(range(0, count * FIELDS, FIELDS), picked, strict=True)
        if pick
    ]


def find_markers(text: str, compile_above: int) -> list[Found]:
    """Return the markers of a text in order.

    compile_above: texts longer than this, and every text once numba is loaded anyway, go through the compiled form.

    >>> [(m.start, m.ordinal, m.depth) for m in find_markers("一、甲：（一）乙；（二）丙。二、丁。", 1000)]
    [(0, 1, 0), (4, 1, 1), (9, 2, 1), (14, 2, 0)]
    """
    rows: Any
    if len(text) > compile_above or "numba" in sys.modules:
        from pipeline.clauses.compiled import decide_compiled

        rows = decide_compiled(text)
    else:
        rows = decide_interpreted(text)
    return [
        Found(start, end, style, n, (pick & 15) - 1, FLAG_NAMES[pick >> 4])
        for start, end, style, n, pick in rows
    ]
