import pytest

from pipeline.page.segment import segment

from .oracles import BODY, SUBJECT, lines_of

FIRST = [f"{SUBJECT}1", *BODY, f"{SUBJECT}2", *BODY]


def head(*lines: str) -> list[str]:
    """Role or reason of each line between title and first heading."""
    whole = [f"{SUBJECT}2篇", *lines, *FIRST]
    pieces = segment(lines_of(whole)).pieces[1 : len(lines) + 1]
    return [p.reason or f"{p.role}{p.group or ''}" for p in pieces]


@pytest.mark.parametrize(
    "heading", ["注意事项", f"{SUBJECT}包括哪些内容", f"{SUBJECT}怎么写", "书写格式", "重要性和意义"]
)
def test_a_guide_section(heading: str) -> None:
    assert head(heading, "一般包括：", "1. 目的明确。", "2. 条款具体。") == ["guide1"] * 4


def test_a_heading_that_no_word_betrays_but_a_list_behind_it() -> None:
    assert head("动笔之前", "请先想好：", "1. 写给谁。", "2. 管什么。") == ["guide1"] * 4


def test_an_introduction_ends_no_guide() -> None:
    lines = ["注意事项", "1. 目的明确。", "以下是小编整理的制度，欢迎参考。", "书写格式", "1. 标题。"]
    assert head(*lines) == ["guide1", "guide1", "introduction", "guide2", "guide2"]


def test_text_before_any_guide_heading_is_an_introduction() -> None:
    assert head("仓库是单位的重要部门。值班的好坏关系到物资的安全。") == ["introduction"]


@pytest.mark.parametrize("line", [SUBJECT, f"{SUBJECT}范文", f"《{SUBJECT}》", f"{SUBJECT}2篇"])
def test_a_title_said_again_is_a_field(line: str) -> None:
    assert head(line) == ["field"]


@pytest.mark.parametrize("word", ["目录", "本文目录", "【目录】", "目 录：", "导读"])
def test_contents(word: str) -> None:
    assert head(word, f"{SUBJECT}1", f"{SUBJECT}2") == ["contents"] * 3


def test_contents_without_a_word() -> None:
    assert head(f"{SUBJECT}1", f"{SUBJECT}2") == ["contents"] * 2


def test_a_line_with_a_colon_below_a_guides_heading_leads_into_its_list() -> None:
    lines = ["写值班制度要注意什么", "第一次动笔的人常犯三类错误：", "1. 内容空泛。", "2. 没有时限。"]
    assert head(*lines) == ["guide1"] * 4


@pytest.mark.parametrize(
    "line", ["讨论已关闭 不再接受投稿问题", "关注话题（4） 写内容", "办理步骤：已完结 当前环节：存档"]
)
def test_words_side_by_side_are_a_bar_and_no_guides_heading(line: str) -> None:
    told = "事由补充：科里明天要交一份，我从来没有动过笔，想请有经验的同事们帮一帮忙。"
    assert head(line, told)[1] == "introduction"


def test_a_question_with_a_blank_in_it_is_a_guides_heading() -> None:
    lines = ["门卫值班制度 怎么写", "一般包括：", "1. 目的明确。", "2. 条款具体。"]
    assert head(*lines) == ["guide1"] * 4


@pytest.mark.parametrize(
    "heading", ["写作思路", f"写{SUBJECT}前的准备", f"起草{SUBJECT}的步骤", "编写须知", "制度的种类"]
)
def test_headings_that_speak_of_writing(heading: str) -> None:
    assert head(heading, "先想清楚这份材料写给谁看。", "再列出提纲，分条写明。") == ["guide1"] * 3


@pytest.mark.parametrize(
    "line",
    [
        "AI写作助手，三秒成文",
        "#公文写作 #必备",
        "点击上方“公文写作小站”关注我们",
        "免费领取《写作宝典》电子书 >>",
    ],
)
def test_a_sites_own_words_of_writing_head_no_guide(line: str) -> None:
    told = "以下是小编整理的值班制度，欢迎参考。"
    assert "guide1" not in head(line, told)


def test_a_heading_without_a_line_is_none_and_sections_close_up() -> None:
    lines = ["书写格式", "以下是小编整理的制度，欢迎参考。", "写作技巧", "先列提纲，再分条写。"]
    assert head(*lines) == ["navigation", "introduction", "guide1", "guide1"]


def test_headings_with_colons_ask_and_the_next_line_leads() -> None:
    lines = [
        f"为什么要定{SUBJECT}：",
        "理由不外乎：",
        "1. 分清责任。",
        f"{SUBJECT}应该具备哪些要素：",
        "1. 时限。",
    ]
    assert head(*lines) == ["guide1"] * 3 + ["guide2"] * 2


def test_advice_right_below_its_heading_is_no_introduction() -> None:
    told = f"不少人写{SUBJECT}喜欢套用模板，读起来没有自己的东西。建议先列提纲，再动笔。"
    assert head(f"{SUBJECT}的写作技巧", told) == ["guide1", "guide1"]


@pytest.mark.parametrize("title", [f"精选{SUBJECT}2篇", f"实用的{SUBJECT}（2篇）", f"{SUBJECT}_2篇"])
def test_the_subject_behind_a_title_is_said_again(title: str) -> None:
    pieces = segment(lines_of([title, SUBJECT, *FIRST])).pieces
    assert pieces[1].role == "field"
