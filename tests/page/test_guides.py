"""Sections of a guide behind a text, or between two."""

import pytest

from pipeline.page.segment import segment

from .oracles import BODY, SUBJECT, lines_of, segmented

KIND = SUBJECT[-2:]
ADVICE = ("动笔之前先列提纲，照搬别人的范文最不可取。",)
LISTED = ("一般由三部分组成：", "1. 标题：写清单位和事由。", "2. 正文：分条写明。", "3. 落款：写上日期。")
PROSE = (
    "我是三月里来的，师傅把钥匙交给我，说库房就是家。",
    "从那天起我每晚都去看一遍，生怕哪里没有锁好。",
    "一年过去，我要谢谢大家，也请大家继续监督我。",
)


def roles(lines: list[str]) -> list[str]:
    """Role of each line, guides with their number."""
    return [
        f"{p.role}{p.group if p.role in ('guide', 'article') else ''}"
        for p in segment(lines_of(lines)).pieces
    ]


@pytest.mark.parametrize(
    "heading",
    [
        f"{SUBJECT}的格式",
        f"写{SUBJECT}的注意事项",
        f"{KIND}写作要领",
        f"如何写{SUBJECT}？",
        f"什么是{KIND}",
        f"{KIND}包括哪些内容",
        f"{SUBJECT}怎么写？",
        f"{KIND}的书写要求",
        "【写作指导】",
    ],
)
@pytest.mark.parametrize("told", [ADVICE, LISTED])
def test_a_guide_between_two_texts_and_behind_the_last(heading: str, told: tuple[str, ...]) -> None:
    guide = [heading, *told]
    lines = [f"{SUBJECT}2篇", f"{SUBJECT}1", *BODY, *guide, f"{SUBJECT}2", *BODY, *guide]
    section = len(guide)
    assert roles(lines) == [
        "field",
        *["article1"] * 4,
        *["guide1"] * section,
        *["article2"] * 4,
        *["guide2"] * section,
    ]


@pytest.mark.parametrize("body", [BODY, PROSE])
def test_a_guide_behind_the_one_text_of_a_page(body: tuple[str, ...]) -> None:
    told, articles = segmented([SUBJECT, "时间:2024-03-05", *body, f"{KIND}的写法", *LISTED])
    assert articles == [["", *body]]
    assert [p.group for p in told.pieces if p.role == "guide"] == [1] * 5


def test_a_plain_heading_is_known_by_what_it_leads_to() -> None:
    lines = [SUBJECT, "时间:2024-03-05", *BODY, "注意事项", f"动笔写{SUBJECT}时要注意：", *LISTED[1:]]
    assert roles(lines)[-5:] == ["guide1"] * 5


def test_sections_above_the_surest_one_bear_plainer_names() -> None:
    lines = [SUBJECT, "时间:2024-03-05", *BODY, "基本要求", *ADVICE, f"什么是{KIND}", *ADVICE]
    assert roles(lines)[-4:] == ["guide1", "guide1", "guide2", "guide2"]


def test_sections_are_counted_on_from_those_above_the_texts() -> None:
    above = ["书写格式", "1. 标题居中。", "2. 落款写日期。"]
    lines = [f"{SUBJECT}2篇", *above, f"{SUBJECT}1", *BODY, f"{KIND}的写法", *ADVICE, f"{SUBJECT}2", *BODY]
    assert [p.group for p in segment(lines_of(lines)).pieces if p.role == "guide"] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    "inside",
    [
        ["注意事项", "1. 夜里不得离岗。", "2. 钥匙不得外借。"],  # a section of the text
        ["填写格式", "四、登记表逐项填写，字迹清楚。", "五、交接双方签字。"],  # whose list goes on
        ["登记格式如下：", "时间、姓名、事由。"],
        ["附件：仓库登记表填写要求"],
        ["合同的格式", "一律采用单位印制的文本。", "由办公室保管。"],  # of another kind, and no advice
        ["写得清楚，做得到位，人人有责。"],
    ],
)
def test_what_speaks_of_writing_within_a_text_stays(inside: list[str]) -> None:
    lines = [f"{SUBJECT}2篇", f"{SUBJECT}1", *BODY, *inside, f"{SUBJECT}2", *BODY]
    assert "guide1" not in roles(lines)


@pytest.mark.parametrize("title", ["值班制度怎么写", "公文写作基本知识", "值班制度的格式"])
def test_a_page_about_writing_is_a_text(title: str) -> None:
    said = ("写制度之前要先想清楚为谁而写，管哪些事。", "文字要平实，开头说明缘由，结尾写明日期。")
    assert "guide1" not in roles([title, "时间:2024-03-05", *said, f"{KIND}的写法", *LISTED])


def test_a_collection_whose_title_asks_has_texts_and_a_guide() -> None:
    lines = [f"{SUBJECT}怎么写（2篇）", f"{SUBJECT}1", *BODY, f"{SUBJECT}2", *BODY, f"{KIND}的写法", *LISTED]
    assert roles(lines)[-5:] == ["guide1"] * 5


@pytest.mark.parametrize("name", ["某某岗位职责怎么写？", "劳动合同范文怎么写"])
def test_names_of_other_pages_that_ask_are_no_guide(name: str) -> None:
    lines = [
        f"{SUBJECT}2篇",
        f"{SUBJECT}1",
        *BODY,
        f"{SUBJECT}2",
        *BODY,
        name,
        "培训心得怎么写？",
        "通知怎么写？",
    ]
    assert "guide1" not in roles(lines)


def test_lines_of_the_site_in_and_behind_a_guide_are_dropped() -> None:
    site = "以上就是小编整理的内容，欢迎收藏本站。"
    lines = [f"{SUBJECT}2篇", f"{SUBJECT}1", *BODY, f"{SUBJECT}2", *BODY, f"{KIND}的写法", *LISTED, site]
    assert roles(lines)[-6:] == ["guide1"] * 5 + ["dropped"]


@pytest.mark.parametrize(
    "call",
    [["征文格式要求", "1. 题材不限，字数在一千字以内。", "2. 标题用黑体，正文用仿宋。", "3. 稿件发至邮箱。"]],
)
def test_what_a_call_for_papers_asks_stays(call: list[str]) -> None:
    lines = ["征文通知2篇", "征文通知1", *BODY, *call, "征文通知2", *BODY]
    assert "guide1" not in roles(lines)


def test_what_stands_behind_a_guide_is_the_text_shown_again() -> None:
    lines = [SUBJECT, "时间:2024-03-05", *PROSE, f"什么是{KIND}", *ADVICE, SUBJECT, f"{PROSE[0]}{PROSE[1]}"]
    assert roles(lines)[-4:] == ["guide1", "guide1", "dropped", "dropped"]


LETTER = ("1. 称呼：顶格写。", "2. 结尾：写上祝语。", "3. 署名：写在右下角。")


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        (f"为什么要制定{KIND}", ("无规矩不成方圆，人人都要知道自己该管什么。", "规矩不在多，在于照着做。")),
        (f"为何要建立{SUBJECT}？", ("出了事总要找得到人。",)),
        (f"{KIND}的注意事项", ("1. 条目不宜太多。", "2. 责任要落到人。")),
        (
            f"制定{KIND}时的注意事项",
            ("免得日后争执，先要想好这些：", "1. 听一听大家的意见。", "2. 管得到才写进去。"),
        ),
        ("信件的格式", ("写信的时候要注意格式：", *LETTER)),
    ],
)
def test_who_speaks_of_such_papers_from_outside(heading: str, told: tuple[str, ...]) -> None:
    guide = [heading, *told]
    lines = [f"{SUBJECT}2篇", f"{SUBJECT}1", *BODY, *guide, f"{SUBJECT}2", *BODY, *guide]
    size = len(guide)
    assert roles(lines)[5 : 5 + size] == ["guide1"] * size
    assert roles(lines)[-size:] == ["guide2"] * size


@pytest.mark.parametrize(
    "inside",
    [
        ["值班的注意事项", "1. 夜里不得离岗。", "2. 钥匙不得外借。"],  # of what the text is about
        ["签订合同的注意事项", "1. 由办公室审核。", "2. 原件存档。"],  # of papers of another kind
        ["为什么要值班", "库房里放着全厂的家当，夜里不能没有人。"],
        ["为什么要签订责任书", "签了字，心里就多一份责任。"],
        ["四、制度的注意事项", "夜里值班的人另行登记。"],  # an item of the text's own
        ["注意事项", "值班时要注意：", "1. 夜里不得离岗。", "2. 钥匙不得外借。"],
    ],
)
def test_what_a_text_itself_heeds_and_asks_stays(inside: list[str]) -> None:
    lines = [f"{SUBJECT}2篇", f"{SUBJECT}1", *BODY, *inside, f"{SUBJECT}2", *BODY]
    assert "guide1" not in roles(lines)
