"""The beam against a search that keeps every state: on short texts nothing better was thrown away."""

import random

import pytest

from pipeline.clauses import beam, search
from pipeline.clauses.candidates import sweep
from pipeline.clauses.interpreted import SCRATCH, boundary_rules
from pipeline.clauses.markers import STYLES, class_tables
from pipeline.clauses.scan import FIELDS, PAD

from .oracles import marker_rows

MARKS = ("一、", "二、", "三、", "（一）", "（二）", "1.", "2.", "第一条", "第二条", "第三条", "①")


def candidates_of(text: str) -> tuple[list[int], int]:
    out = [0] * (FIELDS * (len(text) + 1))
    codes = [ord(c) for c in text] + [0] * PAD
    count = sweep(codes, len(text), class_tables(), boundary_rules(), (out, [0] * SCRATCH))
    beam.look_ahead(out, count, [0] * (STYLES * beam.SEEN))
    return out, count


def best_score(cands: list[int], count: int, width: int) -> int:
    """The score of the best way through the candidates when `width` states are kept, pruning nothing else."""
    states = [[0] * search.STATE]
    states[0][search.TAKEN] = -1
    for c in range(count):
        out = []
        for state in states:
            moves = [0] * (search.MOVES * search.MOVE)
            n = beam.expand((state + [0] * search.STATE, cands, moves), 0, 1, c)
            for m in range(n):
                pair = state + [0] * search.STATE
                move = moves[m * search.MOVE : (m + 1) * search.MOVE]
                beam.apply((pair, cands, moves), 0, search.STATE, c, move)
                out.append(pair[search.STATE :])
        states = sorted(out, key=lambda s: -s[search.SCORE])[:width]
    return max(s[search.SCORE] for s in states)


@pytest.mark.parametrize("seed", range(25))
def test_the_beam_finds_the_best_way(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choice(MARKS) + "登记" + rng.choice("。；，") for _ in range(6))
    cands, count = candidates_of(text)
    assert best_score(cands, count, search.BEAM) == best_score(cands, count, 5000)


def test_gap_restart_doubled_misnumbered() -> None:
    flags = {text: [row[4] >> 4 & 7 for row in marker_rows(text)] for text in FLAGGED}
    assert flags == FLAGGED


FLAGGED = {
    "一、甲。二、乙。四、丙。五、丁。": [0, 0, search.GAP, 0],
    "一、甲。二、乙。一、丙。二、丁。": [0, 0, search.RESTART, 0],
    "一、甲。二、乙。二、丙。三、丁。": [0, 0, search.DOUBLED, 0],
    "一、甲。二、乙。九、丙。四、丁。": [0, 0, search.MISNUMBERED, 0],
}
