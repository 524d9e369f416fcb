"""From a text to its pieces: interpreted for short texts, compiled for long ones, with the same answer."""

import sys
from collections.abc import Sequence

from pipeline.clauses.beam import BEAM_STATES, SEEN, look_ahead, run_beam
from pipeline.clauses.candidates import sweep
from pipeline.clauses.markers import FIRST_TRIGGER, MARKERS, STYLES, class_tables
from pipeline.clauses.pieces import PIECE, write_pieces
from pipeline.clauses.scan import FIELDS, PAD
from pipeline.clauses.search import BEAM, MOVE, MOVES
from pipeline.clauses.shapes import ROW

Columns = Sequence[
    list[int]
]  # the numbers of pieces.py by column: starts, bodies, ends, styles, ordinals, packed
SCRATCH = 3 + ROW  # context and row of candidates.sweep


def boundary_rules() -> list[int]:
    """Return the weakest boundary of each style, from the table."""
    rules = [0] * STYLES
    for marker in MARKERS:
        rules[marker.style] = marker.before
    return rules


def decide_interpreted(text: str) -> Columns:
    """Return a row for each piece, by column, without compiling anything.

    >>> decide_interpreted("目的一、安全。二、质量。")[:3]
    [[0, 2, 7], [0, 4, 9], [2, 7, 12]]
    """
    tables = class_tables()
    classes = tables[0]
    codes = [ord(c) for c in text]
    places = sum(classes[code] >= FIRST_TRIGGER for code in codes if code < 65536)
    codes += [0] * PAD
    cands = [0] * (places * FIELDS)
    count = sweep(codes, len(text), tables, boundary_rules(), (cands, [0] * SCRATCH))
    picked = [0] * count
    if count:
        look_ahead(cands, count, [0] * (STYLES * SEEN))
        run_beam(([0] * BEAM_STATES, cands, [0] * (MOVES * MOVE)), count, [0] * (count * BEAM), picked)
    out = [0] * ((count + text.count("\n") + 1) * PIECE)
    total = write_pieces(codes, len(text), (cands, count, picked), out, 0)
    return [out[column : total * PIECE : PIECE] for column in range(PIECE)]


def find_pieces(texts: Sequence[str], compile_above: int) -> list[Columns]:
    """Return a row for each piece of each text, in order, by column.

    compile_above: where a text is longer than this, and wherever numba is loaded anyway, the compiled form is
    taken, with one call for all texts. The line breaks of texts are line feeds.

    >>> (columns,) = find_pieces(["一、（一）乙。二、丙。"], 99)
    >>> [(start, n, packed % 16 - 1) for start, _, _, _, n, packed in zip(*columns)]
    [(0, 1, 0), (2, 1, 1), (7, 2, 0)]
    """
    if "numba" in sys.modules or max(map(len, texts), default=0) > compile_above:
        from pipeline.clauses.compiled import decide_compiled

        return decide_compiled(texts)
    return [decide_interpreted(text) for text in texts]
