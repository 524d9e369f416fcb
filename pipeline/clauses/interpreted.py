"""From a text to its nodes without compiling: the way of short texts, and the twin of the compiled one."""

from collections.abc import Sequence

from pipeline.clauses.beam import BEAM_STATES, SEEN, look_ahead, run_beam
from pipeline.clauses.candidates import sweep
from pipeline.clauses.markers import FIRST_TRIGGER, MARKERS, STYLES, class_tables
from pipeline.clauses.nodes import NODE, write_nodes
from pipeline.clauses.parts import LABEL_CODES, PART
from pipeline.clauses.pieces import PIECE, write_pieces
from pipeline.clauses.scan import FIELDS, PAD
from pipeline.clauses.search import BEAM, MOVE, MOVES
from pipeline.clauses.shapes import ROW

Columns = Sequence[list[int]]  # the numbers of nodes.py by column
SCRATCH = 3 + ROW  # context and row of candidates.sweep


def boundary_rules() -> list[int]:
    """Return the weakest boundary of each style, from the table."""
    rules = [0] * STYLES
    for marker in MARKERS:
        rules[marker.style] = marker.before
    return rules


def cut_interpreted(text: str) -> tuple[list[int], list[int], int]:
    """Return the code points of a text, its pieces and how many there are, without compiling anything."""
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
    return codes, out, write_pieces(codes, len(text), (cands, count, picked), out, 0)


def decide_interpreted(text: str) -> Columns:
    """Return a row for each clause, by column, without compiling anything.

    >>> decide_interpreted("目的一、安全。二、质量。")[:3]
    [[0, 2, 7], [0, 4, 9], [2, 7, 12]]
    """
    codes, pieces, total = cut_interpreted(text)
    most = total + most_labels(text)
    ones = [0] * (most + 1)
    room = [0] * (most * PART), ones, ones[:], ones + ones, ones[:]
    out = [0] * (most * NODE)
    count = write_nodes((codes, LABEL_CODES), pieces, total, room, out)
    return [out[column : count * NODE : NODE] for column in range(NODE)]


def most_labels(text: str) -> int:
    """Return how many labels a text holds at most: each has a colon."""
    return text.count(":") + text.count("：")
