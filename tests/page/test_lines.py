import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.page.lines import (
    DATED,
    GROUPS,
    NUMBERED,
    NUMBERS,
    letters,
    page_lines,
    rows_saying,
    rows_showing,
)

from .oracles import lines_of

LINES = ["第1篇 值班制度", "一、准时到岗。", "第2篇 值班制度"]


@given(st.lists(st.text(st.sampled_from("甲乙 　\t。"), max_size=6), max_size=8))
def test_starts_lead_back_to_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    page = page_lines(text, ([0] * len(lines), [1] * len(lines)), "", from_html=False)
    assert page.texts == [x.strip() for x in lines if x.strip()]
    assert [text[a:b] for a, b in zip(page.starts, page.ends, strict=True)] == page.texts


def test_last_characters_and_lines_in_links() -> None:
    page = page_lines("甲。\n\n 乙丙 \n丁", ([0, 0, 2, 1], [1] * 4), "", from_html=True)
    assert page.lasts == "。丙丁"
    assert page.linked == [1, 2]


def test_rows_are_found_by_words_and_by_what_they_may_show() -> None:
    page = lines_of(LINES)
    assert rows_saying(page, ["值班", ""], 1) == {2}
    assert rows_saying(page, ["值班"], 9) == set()
    assert list(rows_showing(page, DATED)) == [0, 1, 2]  # any may, before anybody has looked
    page.shown = [[]] * 3 + [[0, 2]] + [[]] * (GROUPS - 4)
    assert [list(rows_showing(page, DATED, *part)) for part in ((0,), (1,), (0, 2), (9,))] == [
        [0, 2],
        [2],
        [0],
        [],
    ]


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("3", 3),
        ("03", 3),
        ("３", 3),
        ("三", 3),
        ("十二", 12),
        ("九十九", 99),
        ("两", 2),
        ("③", 3),
        ("Ⅳ", 4),
        ("X", 10),
    ],
)
def test_numerals(numeral: str, number: int) -> None:
    assert NUMBERS[numeral] == number


@pytest.mark.parametrize("line", ["一、总则", "1. 总则", "第一条 总则", "（一）总则", "①总则", "第二章 总则"])
def test_lines_that_open_a_numbered_clause(line: str) -> None:
    assert NUMBERED.match(line)


@pytest.mark.parametrize("line", ["总则", "一致同意", "2024年3月", "第一", "3篇"])
def test_lines_that_do_not(line: str) -> None:
    assert not NUMBERED.match(line)


def test_letters_leave_punctuation_out() -> None:
    assert letters("《值班》 篇1：") == "值班篇1"
