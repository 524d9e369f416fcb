"""A text that goes on behind a line of the site, and one that does not."""

import pytest

from pipeline.page.continued import ends_texts, goes_on

from .oracles import lines_of, segmented

SAID = [
    "那天的风很大，我们沿着河边一直走到天黑才回来。",
    "后来我常常想起这件事，觉得吃过的苦一切都值得。",
]
AWAY = ["点击查看更多感想相关内容↓↓↓", ">>继续阅读更多感想", "更多感想范文 →", "查看更多范文"]
NAMED = ["小编推荐：感谢信模板下载", "【编辑推荐】安全守则范文"]


@pytest.mark.parametrize("line", [*AWAY, *NAMED])
def test_sentences_right_behind_a_line_that_leads_away(line: str) -> None:
    page = lines_of(["一句话。", line, *SAID])
    assert not ends_texts(page, 1, {1: "related"})


@pytest.mark.parametrize(
    "behind",
    [
        ["某某制度范文", *SAID],  # the name of another page
        [SAID[0], "某某制度范文"],
        ["以下是小编整理的感想，欢迎大家阅读参考。", SAID[0]],
        ["本站资料来自网络，版权归原作者所有，请勿转载。", SAID[0]],
        [],
    ],
)
def test_other_lines_behind_it(behind: list[str]) -> None:
    page = lines_of(["一句话。", AWAY[0], *behind])
    assert ends_texts(page, 1, {1: "related"})


@pytest.mark.parametrize("label", ["相关推荐：", "【感想】相关文章：", "猜你喜欢", "上一篇：某某制度范文"])
def test_the_name_of_a_list_leads_nowhere(label: str) -> None:
    assert ends_texts(lines_of(["一句话。", label, *SAID]), 1, {1: "related"})


@pytest.mark.parametrize(
    ("above", "below", "on"),
    [
        ("三、活动时间", "四、活动地点", True),
        ("（1）领导致辞", "（2）分组竞赛", True),
        ("第三条 领用", "第四条 归还", True),
        ("③巡查", "④登记", True),
        ("三、活动时间", "五、活动地点", False),
        ("3、活动时间", "四、活动地点", False),
        ("三、活动时间", "1、某某制度", False),
        ("某某活动", "2、某某制度", False),
    ],
)
def test_a_heading_that_counts_on(above: str, below: str, *, on: bool) -> None:
    page = lines_of([above, "操场", "查看更多", "晚上七点", below, "操场"])
    assert goes_on(page, 2) == on


def test_texts_go_on_behind_teasers() -> None:
    plan = [
        "一、活动主题",
        "共创未来",
        "二、活动时间",
        "三、活动地点",
        "操场",
        "四、活动内容",
        "（一）签到。",
    ]
    head = ["活动方案2篇", "时间：2024-03-05", "活动方案1", *plan, "活动方案2"]
    first, second = segmented([*head, *plan[:4], AWAY[0], *plan[4:], "相关推荐", "某某制度"])[1]
    assert first[1:] == second[1:] == plan
    prose = ["活动感想1", *SAID, *SAID, "活动感想2", SAID[1], AWAY[1], *SAID, "感谢大家！"]
    articles = segmented(["活动感想2篇", "时间：2024-03-05", *prose, "相关推荐", "某某制度"])[1]
    assert articles[1][1:] == [SAID[1], *SAID, "感谢大家！"]


def test_a_text_that_is_signed_behind_teasers() -> None:
    letter = ["敬爱的老师：", "您好！", *SAID, *SAID, "此致", "敬礼！", "申请人：张三", "2018年8月"]
    head = ["入社申请", "时间：2021-07-26 阅读：75"]
    aside, teaser = "看完这篇申请，你有什么收获？欢迎在评论区留言。", "【编辑推荐】申请书汇编15篇"
    lines = [*letter[:2], aside, *letter[2:8], teaser, *letter[8:], "上一篇：甲", "下一篇：乙"]
    assert segmented([*head, *lines])[1] == [["", *letter]]


def test_dates_of_other_pages_sign_nothing() -> None:
    page = lines_of(
        ["一句话。", "相关文章：", "门卫值班制度", "2018年8月5日", "保洁值班制度", "2018年8月6日"]
    )
    assert ends_texts(page, 1, {1: "related"})


def test_a_school_signs_as_a_company_does() -> None:
    notice = ["各班级：", *SAID, *SAID, "特此通知。", "乙地小学", "2017年9月"]
    tail = ["扫一扫在手机打开当前页", "上一条：甲", "下一条：乙"]
    assert segmented(["关于体检的通知", "时间：2017-09-02", *notice, *tail])[1] == [["", *notice]]


def test_blanks_to_fill_in_stay_behind_an_advertisement() -> None:
    lease = [f"第{n}条 双方按照清单交接，各自保管一份。" for n in "一二三四五"]
    signed = ["出租方：＿＿＿＿", "承租方：＿＿＿＿", "日期：＿＿＿＿"]
    tail = ["广告：一键生成合同，点击体验", *signed, "上一篇：甲", "下一篇：乙"]
    articles = segmented(["房屋租赁合同", "时间：2024-03-05 阅读：75", *lease, *tail])[1]
    assert articles == [["", *lease, *signed]]
