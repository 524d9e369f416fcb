import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clauses.markers import class_tables
from pipeline.clauses.numerals import ENCLOSED, format_numeral, parse_numeral
from pipeline.clauses.scan import PAD, read_group, read_numeral

from .oracles import cases


@pytest.mark.parametrize(
    "case", cases("numerals", "in_the_wild") + cases("numerals", "negative"), ids=lambda c: c["input"]
)
def test_cases(case: dict) -> None:
    assert parse_numeral(case["input"]) == case["expected"]


@given(st.integers(1, 99_999_999))
def test_written_and_read_again(value: int) -> None:
    assert parse_numeral(format_numeral(value)) == value
    assert parse_numeral(format_numeral(value, "arabic")) == value


@pytest.mark.parametrize("system", ["circled", "parenthesised", "full_stop", "ideograph", "black", "roman"])
def test_enclosed_both_ways(system: str) -> None:
    last = max(first + count - 1 for _, first, count in ENCLOSED[system])
    for value in range(1, last + 1):
        assert parse_numeral(format_numeral(value, system)) == value  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="end before"):
        format_numeral(last + 1, system)  # type: ignore[arg-type]


def test_out_of_range() -> None:
    with pytest.raises(ValueError, match="range"):
        format_numeral(0)


@given(st.text(alphabet="零〇一二三四五六七八九两十百千廿卅", min_size=1, max_size=6))
def test_kernel_reads_what_the_public_function_reads(text: str) -> None:
    codes = [ord(c) for c in text] + [0] * PAD
    value = read_group(codes, 0, len(text), class_tables())
    assert (None if value < 0 else value) == parse_numeral(text)


def test_kernel_reads_full_width_digits() -> None:
    codes = [ord(c) for c in "１２．"] + [0] * PAD
    assert read_numeral(codes, 0, class_tables()) == (12, 2)
