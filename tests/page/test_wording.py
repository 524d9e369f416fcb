"""Lines that stand in none of the lists from which the table was made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.page.wording import UNKNOWN, _weights, codes_of, pairs_of, reads_like_a_site, weigh_wording

SITES = (
    "资料来自会员分享，版权属于原作者",
    "点此把这份范文存到手机",
    "看了又看的范文",
    "想看更多同类文章请点这里",
    "喜欢就分享给朋友吧",
    "文中观点与本站无关，请读者自行判断",
)
TEXTS = (
    "请假人应当在返岗当日到人事部销假。",
    "文件下载后应当核对版本",
    "用户反馈的问题由客服组长汇总",
    "稿件由编辑部统一收发",
    "网络管理员每周检查一次网站内容",
    "会员档案",
    "以上条款双方确认无误",
    "以上各项请各部门遵照执行。",
    "附件下载地址由信息中心另行通知。",
    "关注重点人群，做好记录。",
    "感谢领导和同事们一年来的关心与支持",
    "本方案由安全科负责解释",
    "图书馆联系电话",
    "合同签订地点：某市某区",
    "欢迎新员工加入我们的团队",
    "本文件一式三份，分别由三方保存",
    "收藏品登记簿",
    "推荐优秀员工参加外部培训",
    "大家要互相学习，共同进步。",
    "请大家自觉遵守，互相监督。",
    "版权合同由法务部审核",
    "广告投放方案",
    "微信群管理",
    "上传时间以系统记录为准。",
    "打印机使用登记",
)


@pytest.mark.parametrize("line", SITES)
def test_new_words_of_a_site(line: str) -> None:
    assert reads_like_a_site(line)


@pytest.mark.parametrize("line", TEXTS)
def test_lines_of_documents_about_the_same_things(line: str) -> None:
    assert not reads_like_a_site(line)


def test_a_line_without_letters_says_nothing() -> None:
    assert weigh_wording("2024-01-02 12:30") == 0.0
    assert pairs_of("3.5%") == []


def weigh_pair_by_pair(line: str) -> float:
    """The twin of `weigh_wording` for a line that nobody speaks."""
    table, pairs, total = _weights(), pairs_of(line), 0.0
    for pair in pairs:
        listed = table.get(*codes_of(pair))
        alone = UNKNOWN + table.chars.get(ord(pair[0]), 0.0) + table.chars.get(ord(pair[1]), 0.0)
        total += alone if listed is None else listed
    return total / len(pairs) if pairs else 0.0


@given(st.text(st.sampled_from("顶一下载文档会员制度龘龥丕3 (。a^$"), max_size=40))
def test_a_line_weighs_what_its_pairs_do(line: str) -> None:
    assert weigh_wording(line) == weigh_pair_by_pair(line)


def test_short_lines_need_more() -> None:
    assert reads_like_a_site("我要评论")
    assert weigh_wording("版权归属") > 0.3
    assert not reads_like_a_site("版权归属")
