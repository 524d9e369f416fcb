import pytest

from pipeline.page.counts import declared_count
from pipeline.page.fields import read_fields
from pipeline.page.lines import page_lines
from pipeline.page.parse import parse_page

from .oracles import cases, lines_of


@pytest.mark.parametrize(
    "case", [*cases("fields", "synthetic"), *cases("fields", "negative")], ids=lambda c: c["label"]
)
def test_fields(case: dict) -> None:
    fields = read_fields(lines_of(case["input"], title=case.get("title", "")))
    found = {name: getattr(fields, name) for name in case["expected"]}
    found = {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}
    assert found == case["expected"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(
            ("制度3篇", 3),
            ("制度（通用4篇）", 4),
            ("制度【推荐5篇】", 5),
            ("制度锦集【6篇】", 6),
            ("合集五篇", 5),
        ),
        *(("本文共12篇", 12), ("（5篇范文）", 5), ("制度两篇", 2), ("精选十五篇", 15), ("制度精选２篇", 2)),
        *(("第3篇 制度", None), ("篇幅较长", None), ("制度", None), ("3篇幅", None), ("第十二篇", None)),
        *(("写好一篇好报告不难", None), ("上一篇：防火通知", None), ("以上5篇", 5), ("一篇范文", 1)),
    ],
)
def test_declared_counts(text: str, count: int | None) -> None:
    assert declared_count(text) == count


def test_a_heading_element_that_numbers_an_article_is_no_title_beside_the_line_of_the_title() -> None:
    body = "".join(
        f"<h2>篇{k}：值班制度</h2><p>一、准时到岗，做好交接。</p><p>二、做好记录。</p>" for k in "一二"
    )
    html = f"<title>值班制度优秀范文2篇|甲文网</title><b>值班制度优秀范文2篇</b><p>时间：2024-03-05</p>{body}"
    found = parse_page(f"<html><body>{html}</body></html>")
    assert found.page.title == "值班制度优秀范文2篇"
    assert [a.heading for a in found.articles] == ["篇一：值班制度", "篇二：值班制度"]


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("招标采购办法参考三份", 3),
        ("读书笔记三则", 3),
        ("岗位说明书5例（精选）", 5),
        ("3份岗亭值守制度", 3),
        ("精选5个值班制度范本", 5),
        ("值班制度（4个版本）", 4),
        ("关于颁发门卫须知等四个文件的通知", 4),
        ("关于财务科等三个部门搬迁的通知", None),
        ("门卫须知（共4份附件）", 4),
        ("门卫须知（一式4份附件）", None),
        ("关于共享三份文件夹的说明", None),
        ("合同一式两份", None),
        ("两份合同引起的纠纷", None),
        ("第3份合同", None),
        ("一份检讨书", None),
        ("学生守则", None),
        ("十则故事心得", None),
    ],
)
def test_a_count_of_pieces_in_a_title(title: str, count: int | None) -> None:
    assert declared_count(title, title=True) == count


def test_the_line_of_the_title_above_the_date_goes_before_names_of_articles_in_heading_elements() -> None:
    body = "".join(
        f"<h2>{k}值班制度</h2><p>一、准时到岗，做好交接。</p><p>二、做好记录。</p>"
        for k in ("东桥小学", "滨河中学")
    )
    html = f"<title>值班制度汇总2篇</title><b>值班制度汇总2篇</b><p>2024/03/05 点击：12</p>{body}"
    found = parse_page(f"<html><body>{html}</body></html>")
    assert found.page.title == "值班制度汇总2篇"
    assert [a.heading for a in found.articles] == ["东桥小学值班制度", "滨河中学值班制度"]


def test_minutes_to_read_are_no_views() -> None:
    lines = ["当前位置：甲网 > 制度", "值班制度3篇", "时间：2024-03-05 阅读 2 分钟", "第1篇"]
    assert read_fields(lines_of(lines)).views is None


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("作者：老周 | 发布：2007年3月5日 | 修订：2009年4月6日", "2009-04-06"),
        ("发布时间：2007-03-05 更新时间：2008-03-05", "2008-03-05"),
        ("发布时间：2007-03-05 归档：2009-04-06", "2007-03-05"),
        ("发布时间：2007-03-05 修订：2009-13-06", "2007-03-05"),
    ],
)
def test_a_day_of_revision_beside_that_of_publication(line: str, when: str) -> None:
    assert read_fields(lines_of(["当前位置：甲网 > 制度", "值班制度3篇", line, "第1篇"])).updated == when


@pytest.mark.parametrize(
    ("menu", "expected"),
    [
        ("甲文馆 制度 合同 总结", ("甲文馆", "规定")),
        ("制度 合同 总结 计划", ()),
    ],
)
def test_two_items_of_which_the_first_begins_a_menu(menu: str, expected: tuple[str, ...]) -> None:
    lines = [menu, "甲文馆>规定", "宿舍值班须知3篇", "2021-05-20 21:30:47", "宿舍值班须知 篇1", "一、准时。"]
    page = page_lines("\n".join(lines), ([0] * 6, [1] * 6), lines[2], from_html=True)
    assert read_fields(page).breadcrumb == expected


@pytest.mark.parametrize(
    ("title", "count"),
    [
        *(
            ("值班制度（8个）", 8),
            ("值班制度（范本6个）", 6),
            ("值班制度（四种）", 4),
            ("值班制度（共5个范本）", 5),
        ),
        *(("值班制度（试行3个月）", None), ("三个部门的值班制度", None), ("值班制度（两个办法）", None)),
    ],
)
def test_counts_in_other_words(title: str, count: int | None) -> None:
    assert declared_count(title, title=True) == count
