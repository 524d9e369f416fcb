"""Where a title stands that neither `<title>` nor the markup says."""

import pytest

from pipeline.page.fields import read_fields

from .oracles import lines_of

TEXT = ("一、值班人员应当准时到岗，做好交接。", "二、发现问题及时报告，不得隐瞒。")


def title(*lines: str) -> str | None:
    """The title of a plain page."""
    return read_fields(lines_of([*lines, *TEXT])).title


@pytest.mark.parametrize(
    "between",
    [
        ["楼主：远山", "主题 12 帖子 340 积分 9021"],
        ["查看：33 回复：5"],
        ["跪求一份，明天开会要用，先谢谢各位了！"],
    ],
)
def test_what_a_forum_counts_and_pleads_is_no_title(between: list[str]) -> None:
    assert title("门卫值班制度", *between, "发表于 2015-3-20 12:55") == "门卫值班制度"


@pytest.mark.parametrize("said", ["让我们行动起来！", "2024 我们的行动"])
def test_a_title_may_cry_and_count(said: str) -> None:
    assert title("本站公告", said, "时间：2015-03-20") == said


def test_below_a_list_of_other_pages_the_line_above_the_date_is_the_title() -> None:
    others = ["本类热门文章", "会议记录5篇", "出纳岗位职责（通用8篇）", "述职报告范文"]
    assert title(*others, "门卫值班制度", "作者：佚名 时间：2015-03-20") == "门卫值班制度"


def test_without_such_a_list_the_line_with_a_count_is_the_title() -> None:
    assert title("门卫值班制度3篇", "远山文库", "时间：2015-03-20") == "门卫值班制度3篇"


@pytest.mark.parametrize("item", ["一、时间：2014年6月9日全天。", "（2）会议日期：2014-06-09"])
def test_the_date_of_a_clause_is_not_the_pages(item: str) -> None:
    found = read_fields(
        lines_of(["会议通知3篇", "2013-10-08 10:18 来源：网络", "会议通知", "各科室：", item, *TEXT])
    )
    assert found.updated == "2013-10-08"


def test_a_date_with_points_is_no_clause() -> None:
    assert read_fields(lines_of(["门卫值班制度", "2013.10.08 来源：网络", *TEXT])).updated == "2013-10-08"


def test_a_text_of_one_line_is_no_summary_above_a_field() -> None:
    whole = "（一）值班人员应当准时到岗。（二）发现问题及时报告。"
    found = read_fields(lines_of(["门卫值班制度", "时间：2015-03-20", whole, "责任编辑：远山"]))
    assert found.start == 2


def test_the_next_page_is_no_title_that_counts() -> None:
    assert title("仓库值班守则", "上一篇：防火通知", "下一篇：没有了") == "仓库值班守则"
