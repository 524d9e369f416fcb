from hypothesis import given
from hypothesis import strategies as st

from pipeline.clauses import markers as mk
from pipeline.clauses.markers import class_tables
from pipeline.clauses.scan import (
    PAD,
    chinese_end,
    class_at,
    digits_end,
    read_digits,
    read_numeral,
    skip_blanks,
)

TABLES = class_tables()


def codes(text: str) -> list[int]:
    return [ord(c) for c in text] + [0] * PAD


def test_classes() -> None:
    wanted = {
        "第": mk.DI,
        "一": mk.CN_DIGIT,
        "十": mk.CN_UNIT,
        "７": mk.DIGIT,
        "①": mk.ENCLOSED_NUMERAL,
        "仓": mk.OTHER,
    }
    for character, kind in wanted.items():
        assert class_at(codes(character), 0, TABLES) == kind
    assert class_at(codes("😀"), 0, TABLES) == mk.OTHER


def test_runs_end_where_their_class_ends() -> None:
    assert chinese_end(codes("二十三、"), 0, TABLES) == 3
    assert digits_end(codes("１2年"), 0, TABLES) == 2
    assert skip_blanks(codes("  　甲"), 0, TABLES) == 3


@given(st.integers(0, 9999))
def test_digits_are_read(value: int) -> None:
    text = str(value)
    assert read_digits(codes(text), 0, len(text), TABLES) == value
    assert read_numeral(codes(text + "、"), 0, TABLES) == (value, len(text))


def test_no_digits_or_too_many() -> None:
    assert read_digits(codes("12345"), 0, 5, TABLES) == -1
    assert read_numeral(codes("甲"), 0, TABLES)[0] == -1
