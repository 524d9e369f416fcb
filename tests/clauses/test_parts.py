import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clauses.interpreted import decide_interpreted
from pipeline.clauses.parts import (
    LABEL_CODES,
    LABEL_WORDS,
    announces,
    colon_end,
    ends_in_date,
    known_label,
    name_end,
)
from pipeline.clauses.scan import PAD
from pipeline.clauses.structure import structure

from . import twins
from .test_decide import texts

WORDS = [
    *LABEL_WORDS.split("|"),
    *"：:（）()\u3000 \n甲乙如下应由负责0年月日二〇x",
    "2024年",
    "1月1日",
    "值班员姓名",
    "、",
    "。",
    "\x85",
]
lines = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(c.kind, text[c.raw_start : c.raw_end]) for c in structure(text)]


def codes_of(text: str) -> list[int]:
    return [*map(ord, text), *[0] * PAD]


def test_labels_paragraphs_and_headings() -> None:
    assert kinds("值班制度\n岗位：值班员\n各部门：\n现将事项通知如下：\n一、登记。") == [
        ("heading", "值班制度"),
        ("label", "岗位：值班员"),
        ("paragraph", "各部门："),
        ("paragraph", "现将事项通知如下："),
        ("clause", "一、登记。"),
    ]


def test_a_field_with_a_sentence_is_a_paragraph() -> None:
    assert kinds("注意：请勿吸烟。\n一、登记。")[0][0] == "paragraph"


def test_labels_inside_one_line() -> None:
    assert kinds("岗位：值班员职责：一、登记。") == [
        ("label", "岗位：值班员"),
        ("label", "职责："),
        ("clause", "一、登记。"),
    ]


def test_a_date_is_no_heading() -> None:
    assert kinds("一、登记。\n某某公司\n2024年1月1日")[-1][0] == "paragraph"
    assert kinds("2024年值班制度\n一、登记。")[0][0] == "heading"
    assert kinds("某某公司\n二〇二四年十二月三十一日\n一、登记。")[1][0] == "paragraph"


def test_the_marker_of_a_label_ends_at_the_colon() -> None:
    assert [c.marker for c in structure("直接上级：经理")] == ["直接上级："]


@settings(max_examples=500, deadline=None)
@given(lines)
def test_names_asides_and_dates_are_those_of_the_patterns(line: str) -> None:
    codes, stop = codes_of(line), len(line)
    name = re.match(rf"{twins.NAME}(?![^\s：:，,。；;、！!?？“”《》()（）0-9])", line)
    assert name_end(codes, 0, stop) == (name.end() if name else 0)
    colon = re.match(twins.ASIDE + "[：:]", line)
    assert colon_end(codes, 0, stop) == (colon.end() if colon else 0)
    known = twins.INLINE_LABEL.match(line)
    assert known_label(codes, 0, stop, LABEL_CODES) == (known.end() if known else 0)
    if "\n" not in line:
        assert ends_in_date(codes, 0, stop) == (twins.DATE.search(line) is not None)
        named = line + "："
        assert announces(codes_of(named), 0, len(named)) == (twins.ANNOUNCES.search(named) is not None)


@pytest.mark.parametrize("given_texts", [texts, lines], ids=["markers", "labels"])
def test_nodes_are_those_of_the_twin(given_texts: st.SearchStrategy[str]) -> None:
    @settings(max_examples=400, deadline=None)
    @given(st.lists(given_texts, max_size=4).map("\n".join))
    def check(text: str) -> None:
        assert list(map(list, decide_interpreted(text))) == twins.nodes_of(text)

    check()
