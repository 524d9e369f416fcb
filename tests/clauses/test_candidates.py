import pytest

from pipeline.clauses import markers as mk
from pipeline.clauses.candidates import after_field, boundary_at, closing_of, sweep
from pipeline.clauses.interpreted import SCRATCH, boundary_rules
from pipeline.clauses.markers import class_tables
from pipeline.clauses.scan import BOUNDARY, END, FIELDS, GAIN, PAD, START, Ints

TABLES = class_tables()


def codes(text: str) -> list[int]:
    return [ord(c) for c in text] + [0] * PAD


def candidates(text: str) -> list[Ints]:
    out = [0] * (FIELDS * (len(text) + 1))
    count = sweep(codes(text), len(text), TABLES, boundary_rules(), (out, [0] * SCRATCH))
    return [out[k * FIELDS : (k + 1) * FIELDS] for k in range(count)]


BOUNDARIES = {
    mk.LINE: ("", "甲\n", "甲\n　　"),
    mk.STOP: ("甲。", "甲； "),
    mk.COLON: ("甲：", "甲。”", "甲."),
    mk.COMMA: ("甲，", "（甲）"),
    mk.NONE: ("甲", "3."),
}


@pytest.mark.parametrize(("boundary", "before"), [(b, t) for b, texts in BOUNDARIES.items() for t in texts])
def test_boundaries(boundary: int, before: str) -> None:
    assert boundary_at(codes(before + "一、"), len(before), TABLES) == boundary


def test_candidates_and_their_gains() -> None:
    found = candidates("甲。一、乙，二、丙三、丁")
    assert [(c[START], c[END], c[BOUNDARY]) for c in found] == [
        (2, 4, mk.STOP),
        (6, 8, mk.COMMA),
        (9, 11, mk.NONE),
    ]
    assert found[0][GAIN] > found[1][GAIN] > found[2][GAIN]


def test_references_cost_or_are_none() -> None:
    given, referred = candidates("甲。第三条 乙。第四条和丙")
    assert referred[GAIN] < given[GAIN]
    assert candidates("依照第（一）项、前款（二）项") == []


def test_quotations_and_titles() -> None:
    text = "“甲：（一）乙。”《一、总则》"
    (inside,) = candidates(text)
    assert inside[GAIN] < 0
    assert closing_of(codes(text), 0, len(text), 100, TABLES) == text.index("”")
    assert closing_of(codes("“甲“乙”"), 0, 6, 100, TABLES) == 0


def test_a_field_before_a_list() -> None:
    text = "甲。\n任职要求：\n1、"
    assert after_field(codes(text), text.index("1"), -1, TABLES) == 2
    assert after_field(codes("任职要求：\n1、"), 6, -1, TABLES) == 1
    assert after_field(codes("甲。\n1、"), 3, -1, TABLES) == 0
