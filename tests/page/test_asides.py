"""Lines of the site between paragraphs, in other words than the rules were found on; and authors' own."""

import pytest

from pipeline.page.asides import votes_beside
from pipeline.page.cues import cue_rows, drop_reason

from .oracles import lines_of, segmented

ASIDES = [
    "读完这篇值班守则，大家有哪些想法？快来评论区聊聊吧！",
    "有疑问请在文末留言区写下来",
    "更多劳动合同请上甲文文库查阅。",
    "想要更多演讲稿，可以到甲文网搜索",
    "提醒：本篇内容只供参考，切勿原样照抄。",
    "以上模板仅供参考，使用前请结合自身情况修改。",
    "以上是值班制度的全部内容，若您觉得有用，就分享给身边的朋友吧。",
    "看过《值班制度》的网友还看了",
    "记得给公众号加星标，精彩不错过",
    "满意答案",
    "小雨同学 回答于 2019-10-11",
    "本答案由网友推荐 赞 3 踩 0",
    "其它答案（5）",
    "同类问题",
    "码字辛苦，觉得有帮助就采纳吧",
    "如有疑问可以再问我哦",
    "下载了文档的朋友请给个五星",
    "感谢楼主分享！",
    "个人签名：山高路远，慢慢走",
    "本文由甲文网小编搜集整理，转载请联系我们",
    "【甲文网 www.abc.com 原创首发】",
    "【1】【2】【3】下一页",
    "上一页 1 2 … 9 末页",
    "教师招聘备考讲义免费领取",
    "编辑倾情推荐：请假条的写法｜感谢信模板",
    "小编特别推荐：月度工作计划表",
]
OWN = [
    "打开评论区，看到的却是谩骂。",
    "请家长在联系册上留言。",
    "更多信息请登录学校官网查询。",
    "今后我们要向公众提供更多优质服务。",
    "学习兄弟单位的经验，切勿照搬照抄。",
    "觉得这本书不错，就推荐给你的朋友吧！",
    "看了《红岩》的同学还写了日记。",
    "仓库按星标准管理。",
    "如蒙采纳，请批示。",
    "以上建议，望领导采纳。",
    "教师对不懂的问题要追问。",
    "顾客给好评的，奖励十元",
    "签名：张三",
    "签名：____ 2014年5月",
    "本文由张教授撰写",
    "（详见 www.abc.gov.cn）",
    "第一页 1",
    "下一页填写姓名",
    "回答问题要完整",
    "他回答于我，我很高兴",
    "宣传册免费领取",
    "考试用品免费领取，不得转让。",
    "老师精心推荐：《红岩》《朝花夕拾》",
    "编辑部特别推荐人：李某",
    "小编制单位：甲县",
    "主办：校团委 承办：学生会",
]


@pytest.mark.parametrize("line", ASIDES)
def test_what_sites_say_between_paragraphs(line: str) -> None:
    assert drop_reason(line) is not None
    assert 0 in cue_rows(lines_of([line]), 0)


@pytest.mark.parametrize("line", OWN)
def test_what_authors_say_of_the_same_things(line: str) -> None:
    assert drop_reason(line) is None


def test_votes_and_their_numbers_are_one_box() -> None:
    lines = ["顶一下", "（3）", "60.0%", "踩一下", "(2)", "40.0%", "上一篇：甲"]
    assert sorted(cue_rows(lines_of(lines), 0)) == list(range(7))
    assert votes_beside(["顶岗人员", "3", "踩点"], range(3)) == set()


def test_who_keeps_a_site_stands_right_above_its_code() -> None:
    hosts = ["主办单位：乙县人民政府", "承办：乙县大数据局　技术支持：丙公司"]
    lines = [
        "三、活动由团委举办。",
        "主办：校团委",
        "承办：学生会",
        "2024年3月5日",
        *hosts,
        "网站标识码：6201230001",
    ]
    assert sorted(cue_rows(lines_of(lines), 0)) == [4, 5, 6]
    assert cue_rows(lines_of([*lines[:-1], "网站标识码由网信办编制，应当放在页面底部。"]), 0) == {}
    assert sorted(cue_rows(lines_of([*lines[:3], "乙县ICP备1号"]), 0)) == [3]


def test_numbers_of_a_table_are_no_votes() -> None:
    assert cue_rows(lines_of(["顶棚", "(3)", "85.0%", "踩踏事故"]), 0) == {}


def article(*behind: str, between: str = "") -> list[str]:
    """Return what is left of the second of two texts of prose, with lines in and behind it."""
    said = [f"这是我写下的第{n}段经历，那天的风很大，我一直记到现在。" for n in "一二三四五六"]
    texts = ["我的感想篇1", *said, "我的感想篇2", *said[:3], *([between] if between else []), *said[3:]]
    return segmented(["我的感想2篇", "时间：2024-03-05", *texts, *behind])[1][1][1:]


@pytest.mark.parametrize("line", ASIDES)
def test_an_aside_ends_no_text_of_prose(line: str) -> None:
    own = article()
    if not line.startswith(("本答案", "其它答案", "同类", "看过")):  # behind which other pages come
        assert article(between=line) == own
    assert article(line) == own


@pytest.mark.parametrize(
    "signed",
    [
        ("甲文大酒店", "二〇一九年九月"),
        ("乙地民俗馆", "2019年9月3日"),
        ("丙村", "20xx年xx月xx日"),
        ("丁店", "____年__月__日"),
    ],
)
def test_who_signs_and_when_stays_above_lines_of_the_site(signed: tuple[str, str]) -> None:
    assert article(*signed, "感谢楼主分享！", "上一篇：甲")[-2:] == list(signed)
    between = article(signed[0], "满意答案", signed[1], "上一篇：甲")
    assert between[-2:] == list(signed)
