import pytest

from pipeline.clauses import markers as mk
from pipeline.clauses import shapes
from pipeline.clauses.candidates import match
from pipeline.clauses.digits import match_digits
from pipeline.clauses.markers import class_tables
from pipeline.clauses.scan import DAMAGED, PAD

TABLES = class_tables()


def shape(text: str, at: int = 0) -> tuple[int, int, int, int, int]:
    """End, style, ordinal, group and variant of the marker at a place."""
    row = [0] * shapes.ROW
    end = match([ord(c) for c in text] + [0] * PAD, at, TABLES, row)
    return (end, *row[:4])  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第十二条之三 甲", (6, mk.ARTICLE, 12, 3, 0)),
        ("第 3 章 甲", (5, mk.CHAPTER, 3, 0, 0)),
        ("第一分编 甲", (4, mk.SUBPART, 1, 0, 0)),
        ("第一，甲", (3, mk.FIRSTLY, 1, 0, 3)),
        ("（ 四 ）甲", (5, mk.CN_PAREN, 4, 0, 0)),
        ("(b)甲", (3, mk.LOWER, 2, 0, 5)),
        ("一 、甲", (3, mk.CN_DUN, 1, 0, 2)),
        ("（二核对", (2, mk.CN_PAREN, 2, 0, DAMAGED)),
        ("4.6.1 甲", (5, mk.DOTTED3, 1, 4006, 0)),
        ("2.0 甲", (3, mk.AR_DOT, 2, 0, 7)),
        ("1 、甲", (3, mk.AR_DOT, 1, 0, 2)),
        ("1.2015年", (2, mk.AR_DOT, 1, 0, 1)),
        ("1 总则", (1, mk.AR_DOT, 1, 0, 8)),
        ("1-2.甲", (4, mk.DASHED, 2, 1, 0)),
        ("㊿甲", (1, mk.CIRCLED, 50, 0, 6)),
        ("最后，甲", (3, mk.SEQUENCE, 99, 0, 0)),
    ],
)
def test_what_stands_there(text: str, expected: tuple[int, int, int, int, int]) -> None:
    assert shape(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "第一条件",
        "第一项目",
        "①②③",
        "2024.1",
        "1,200",
        "ab.",
        "——",
        "8:30",
        "（2013）",
        "第3、",
    ],
)
def test_nothing_stands_there(text: str) -> None:
    assert shape(text)[0] == 0


@pytest.mark.parametrize("text", ["B2、", "GB/T1、", "8:3、", "1.2、", "1、2、", "-3、", "第3、"])
def test_digits_that_belong_to_what_stands_before(text: str) -> None:
    row = [0] * shapes.ROW
    assert match_digits([ord(c) for c in text] + [0] * PAD, len(text) - 2, TABLES, row) == 0
