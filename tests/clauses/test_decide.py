import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.clauses.decide import find_nodes
from pipeline.clauses.interpreted import decide_interpreted

from .documents import NESTS, grow, write
from .oracles import marker_rows, matching_rows, value_of

MARKS = """
第一条 第二条 第三条之一 第一章 第二章 一、 二、 三． （一） （二） (3) 1. 2、 3) ① ② ❶ ⑴ 1.1 1.2.3 2-1.
A. b) Ⅱ、 第一、 第二， 一是 二是 首先， 其次， 最后， ● - 岗位： 职责： “ ” 《 》 。 ； ： ， 规定
第（一）项 前款 项 条 3.5% 2024年 😀 总则 十一、 廿一、 1
1)、 (1). 1.1） A.1 (i) (ii) ⅰ ⅱ， I. II. 甲、 乙、 ㈠ ㈡、 1： 2： 1.0.1 第一讲 第二步： 第一课时 第三章：
附件一 附录A 步骤一： 问2： 方案A： 突破口一： 突破口二：
"""
PIECES = (*MARKS.split(), "\n", "\n\n", " ", "　", "\r\n", "\x00", "\ud800")
COMPILED = 0  # characters above which the compiled form is taken
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=200, deadline=None)
@given(texts)
@example("一、")
def test_compiled_equals_interpreted(text: str) -> None:
    assert find_nodes([text], COMPILED) == [decide_interpreted(text)]


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, max_size=5))
def test_texts_of_one_call_do_not_touch(several: list[str]) -> None:
    assert find_nodes(several, COMPILED) == [decide_interpreted(text) for text in several]


@pytest.mark.parametrize("nest", NESTS, ids=lambda n: n[0])
def test_compiled_equals_interpreted_on_documents(nest: tuple[str, ...]) -> None:
    import random

    for seed in range(20):
        text, _ = write(grow(random.Random(seed), nest), "")
        assert find_nodes([text], COMPILED) == [decide_interpreted(text)]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_every_marker_matches_its_row(text: str) -> None:
    end = 0
    for start, stop, style, ordinal, _ in marker_rows(text):
        assert end <= start < stop <= len(text)
        end = stop
        marker = text[start:stop]
        assert style in matching_rows(marker), marker
        if marker[0] in "第（(一二三十" and marker[1] not in "是i":
            assert value_of(marker) == ordinal


def test_numbers_and_depths() -> None:
    text = "一、甲：（一）乙；（二）丙。二、丁。"
    assert find_nodes([text], 10) == [decide_interpreted(text)]
    assert [(start, n, packed % 16 - 1) for start, _, _, n, packed in marker_rows(text)] == [
        (0, 1, 0),
        (4, 1, 1),
        (9, 2, 1),
        (14, 2, 0),
    ]
