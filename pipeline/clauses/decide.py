"""From a text to its markers: interpreted for short texts, compiled for long ones, with the same answer."""

import sys
from collections.abc import Sequence

from pipeline.clauses.beam import BEAM_STATES, SEEN, look_ahead, run_beam
from pipeline.clauses.candidates import sweep
from pipeline.clauses.markers import FIRST_TRIGGER, LINE, MARKERS, STYLES, class_tables
from pipeline.clauses.scan import BOUNDARY, END, FIELDS, ORDINAL, PAD, START, STYLE
from pipeline.clauses.search import BEAM, MOVE, MOVES, is_broken
from pipeline.clauses.shapes import ROW

Row = tuple[
    int, int, int, int, int
]  # start, end, style, ordinal as written, depth + 1 + 16 * flag + AT_LINE + BROKEN
AT_LINE = 128  # set where the marker stands at a line start
BROKEN = 256  # set where the marker has lost a bracket or its stop
SCRATCH = 3 + ROW  # context and row of candidates.sweep


def boundary_rules() -> list[int]:
    """Return the weakest boundary of each style, from the table."""
    rules = [0] * STYLES
    for marker in MARKERS:
        rules[marker.style] = marker.before
    return rules


def decide_interpreted(text: str) -> list[Row]:
    """Return a row for each marker, without compiling anything.

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
    if count == 0:
        return []
    look_ahead(cands, count, [0] * (STYLES * SEEN))
    picked = [0] * count
    run_beam(([0] * BEAM_STATES, cands, [0] * (MOVES * MOVE)), count, [0] * (count * BEAM), picked)
    return [
        (
            cands[b + START],
            cands[b + END],
            cands[b + STYLE],
            cands[b + ORDINAL],
            pick + AT_LINE * (cands[b + BOUNDARY] == LINE) + BROKEN * is_broken(cands, b // FIELDS),
        )
        for b, pick in zip(range(0, count * FIELDS, FIELDS), picked, strict=True)
        if pick
    ]


def find_markers(texts: Sequence[str], compile_above: int) -> list[list[Row]]:
    """Return a row for each marker of each text, in order.

    compile_above: where a text is longer than this, and wherever numba is loaded anyway, the compiled form is
    taken, with one call for all texts.

    >>> (rows,) = find_markers(["一、（一）乙。二、丙。"], 99)
    >>> [(start, n, packed % 16 - 1) for start, _, _, n, packed in rows]
    [(0, 1, 0), (2, 1, 1), (7, 2, 0)]
    """
    if "numba" in sys.modules or max(map(len, texts), default=0) > compile_above:
        from pipeline.clauses.compiled import decide_compiled

        return decide_compiled(texts)
    return [decide_interpreted(text) for text in texts]
