"""One text on a page: its name above it, and a guide above that."""

import pytest

from .oracles import BODY, SUBJECT, segmented

HEAD = (f"滨河幼儿园{SUBJECT}", "时间:2024-03-05 阅读：75")
GUIDE = (f"什么是{SUBJECT}", f"{SUBJECT}是单位为规范值班而写的文书。", "1、人人要守。", "2、长期有效。")


@pytest.mark.parametrize(
    "name",
    [
        f"滨河幼儿园{SUBJECT}",
        SUBJECT,
        f"第三中心小学{SUBJECT}",
        f"2023年滨河幼儿园{SUBJECT}",
    ],
)
def test_the_name_above_the_text_is_its_heading(name: str) -> None:
    assert segmented([*HEAD, name, *BODY])[1] == [[name, *BODY]]


@pytest.mark.parametrize("first", ["什么是值班", "常见错误", "值班制度的作用", "值班制度的作用："])
def test_a_guide_stands_above_the_name(first: str) -> None:
    guide = (first, "它有以下几条：", "1、人人要守。", "2、长期有效。", *GUIDE)
    found, articles = segmented([*HEAD, *guide, SUBJECT, *BODY])
    assert articles == [[SUBJECT, *BODY]]
    assert [p.group for p in found.pieces if p.role == "guide"] == [1] * 4 + [2] * 4


def test_a_text_without_its_name_has_no_heading() -> None:
    assert segmented([*HEAD, *BODY])[1] == [["", *BODY]]


def test_another_documents_name_inside_the_text_is_no_heading() -> None:
    inside = [*BODY[:2], f"附件：{SUBJECT}登记办法", "三、本制度自发布之日起施行。"]
    assert segmented([*HEAD, *inside])[1] == [["", *inside]]


def test_what_begins_with_the_name_is_no_contents() -> None:
    lines = [*HEAD, *GUIDE, f"{SUBJECT}的作用", "主要有：", "1、分清责任。", SUBJECT, *BODY]
    assert [p.group for p in segmented(lines)[0].pieces if p.role == "guide"] == [1] * 4 + [2] * 3


@pytest.mark.parametrize("label", ["内容摘要：", "[文章导读] ", "【导语】", "编者按："])
def test_a_summary_above_the_text_is_an_introduction(label: str) -> None:
    lines = [*HEAD, f"{label}一、值班人员应当准时到岗……", *BODY]
    found, articles = segmented(lines)
    assert articles == [["", *BODY]]
    assert [p.reason for p in found.pieces if p.role == "dropped"] == ["introduction"]


@pytest.mark.parametrize("name", ["滨河社新员工入职办理流程", "东桥超市采购工作汇报"])
def test_a_name_that_ends_as_the_page_is_called(name: str) -> None:
    assert segmented([name[3:] if name[0] == "滨" else name[4:], HEAD[1], name, *BODY])[1][0][0] == name


EDITOR = "工作中人人都离不开规矩，写得好不好大不一样。"


@pytest.mark.parametrize(
    "above", [[EDITOR], [EDITOR, "希望能帮到正在找的你。"], ["楼主：远山", "主题 12 帖子 340", EDITOR]]
)
def test_the_title_said_again_below_plain_sentences_is_the_heading(above: list[str]) -> None:
    title = f"滨河幼儿园{SUBJECT}"
    assert segmented([title, "时间:2024-03-05", *above, title, *BODY])[1] == [[title, *BODY]]


def test_the_title_said_again_behind_most_of_the_text_is_none() -> None:
    lines = [
        SUBJECT,
        "时间:2024-03-05",
        EDITOR * 3,
        EDITOR * 2,
        SUBJECT,
        "请各部门遵照执行，不得有误。",
        "谢谢。",
    ]
    assert segmented(lines)[1][0][0] == ""


@pytest.mark.parametrize("name", ["机房设备巡检制度", "《门卫交接制度》"])
def test_a_collection_that_shows_one_text_names_it(name: str) -> None:
    assert segmented([f"{SUBJECT}（多篇）", "时间:2024-03-05", name, *BODY])[1] == [[name, *BODY]]


def test_another_kind_of_paper_below_a_collections_title_is_no_name() -> None:
    assert segmented([f"{SUBJECT}（多篇）", "时间:2024-03-05", "考勤报告", *BODY])[1][0][0] == ""
