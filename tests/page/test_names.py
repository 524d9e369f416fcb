"""Texts told apart by names of papers alone, fewer than are declared or of other words than the title's."""

import pytest

from .oracles import BODY, segmented

PROSE = (
    "三年前的春天我走进这间车间，师傅递给我一把扳手，什么也没有说。",
    "从那天起我每天第一个到，最后一个走，慢慢懂得了什么是责任。",
    "路还很长，我愿意和大家一起走下去。",
)


def headings(title: str, *names: str, body: tuple[str, ...] = BODY) -> list[str]:
    """Headings of a page that shows each name with a text below."""
    lines = [title, "时间:2024-03-05", *(line for name in names for line in (name, *body))]
    return [own[0] for own in segmented(lines)[1]]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("演讲稿（最新3篇）", ["安全在我身边演讲稿", "岗位上的青春演讲稿", "我与书香演讲稿"]),
        ("放假通知范文2篇", ["关于召开消防演练会议的通知", "关于清查库存物资的通知"]),
        ("车辆管理实施细则2篇", ["城北中学车辆管理办法", "车辆停放规定"]),
        ("校园新闻稿3篇", ["◆消防讲座新闻稿◆", "◆读书月新闻稿◆", "◆读书月新闻稿◆"]),
        ("会议通知3篇", ["会议通知", "会议通知", "会议通知"]),
    ],
)
@pytest.mark.parametrize("body", [BODY, PROSE])
def test_names_of_the_pages_kind(title: str, names: list[str], body: tuple[str, ...]) -> None:
    assert headings(title, *names, body=body) == names


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("演讲稿2篇", ["附：消防安全承诺", "特此通知"]),
        ("会议通知2篇", ["关于会议的几点说明", "特此通知"]),
        ("仓库值班制度2篇", ["车辆停放规定", "公司请假流程"]),  # nothing of the title's matter
    ],
)
def test_other_lines_are_no_names(title: str, names: list[str]) -> None:
    assert headings(title, *names, body=PROSE) == [""]


@pytest.mark.parametrize("form", ["★{}★", "【{}】", "▲{}"])
def test_a_page_that_goes_on_shows_fewer_than_it_declares(form: str) -> None:
    names = [form.format(x) for x in ("网络管理员岗位职责", "网络管理员岗位职责")]
    assert headings("网络管理员岗位职责（11篇）", *names) == names


def test_plain_names_fewer_than_declared_are_none() -> None:
    assert len(headings("网络管理员岗位职责（11篇）", *["网络管理员岗位职责"] * 2, body=PROSE)) == 1


def test_a_teaser_behind_the_title_said_again_is_no_text() -> None:
    title = "网络管理员岗位职责（11篇）"
    names = ["★网络管理员岗位职责★"] * 2
    lines = [
        title,
        *(x for name in names for x in (name, *BODY)),
        title,
        "★网络管理员岗位职责★一、准时到岗。",
    ]
    assert [own[0] for own in segmented(lines)[1]] == names


def test_a_name_above_another_is_the_heading_but_in_contents() -> None:
    lines = ["会议通知2篇", "会议通知", *BODY, "会议通知", "关于举办运动会的通知", *BODY]
    assert [own[0] for own in segmented(lines)[1]] == ["会议通知", "会议通知"]


def test_the_last_two_letters_tell_the_kind_where_the_count_is_met() -> None:
    names = ["简单的运输合同", "个人房屋租赁合同", "装修工程承包合同"]
    assert headings("服务合同范文(优选3篇)", *names) == names
    assert headings("服务合同范文(优选5篇)", *names, body=PROSE) == [""]


def test_one_name_above_three_texts_of_more() -> None:
    assert headings("停电应急预案_11篇", *["停电应急预案"] * 3) == ["停电应急预案"] * 3


def test_the_name_of_a_paper_below_its_heading_makes_no_table_of_contents() -> None:
    names = ["★值班办法（试行）★", "★门卫值班细则★"]
    lines = ["值班管理办法2篇", names[0], "值班办法（试行）", *BODY, names[1], *BODY]
    assert [own[0] for own in segmented(lines)[1]] == names


def test_a_box_that_shows_the_text_again_is_no_second_text() -> None:
    title = "村庄垃圾处理的调查报告"
    lines = [title, "时间:2024-03-05", title, *BODY, title, f"{title}一、值班人员应当准时到岗……"]
    assert [own[0] for own in segmented(lines)[1]] == [title]
