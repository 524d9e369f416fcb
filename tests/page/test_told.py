"""What a site tells of each article, and what stands alone in prose or below a label."""

import pytest

from pipeline.page.told import told_of_article

from .oracles import segmented
from .test_edges import CLAUSES, SUBJECT, page

HEAD = ["当前位置：甲文网 > 讲稿 > 值班", f"{SUBJECT}3篇", "时间:2024-03-05"]
PROSE = (
    "那天夜里下着大雨，他一个人守在岗亭里，把每一位来访的人都登记得清清楚楚，没有漏掉一个。",
    "第二天清晨，接班的同事看见他的外套还在滴水，记录本却干干净净，一个字也没有洇开。",
    "从那以后，我再也没有抱怨过值班的辛苦，因为我知道有人比我更认真地对待这份平凡的工作。",
)


def three(
    above: str = "", behind: str = "", *, inside: str = "", texts: tuple[str, ...] = PROSE
) -> list[str]:
    """Three articles of one text each, with a line of the site above, in, and behind each."""
    out = list(HEAD)
    for n in (1, 2, 3):
        told = [above.format(n), texts[0], inside, *texts[1:], behind.format(n)]
        out += [f"{SUBJECT}{n}", *[line for line in told if line]]
    return out


@pytest.mark.parametrize("line", ["适合场合：机关、学校", "供稿会员：一叶知秋 {}天前", "浏览 {}20 次"])
@pytest.mark.parametrize("texts", [PROSE, CLAUSES], ids=["prose", "clauses"])
def test_what_is_told_below_every_heading(line: str, texts: tuple[str, ...]) -> None:
    assert [a[1:] for a in segmented(three(line, texts=texts))[1]] == [list(texts)] * 3


def test_measures_behind_every_text_are_told_though_they_look_like_a_clause() -> None:
    for line in ("一、重复率 {0}% 原创度 8{0}%", "一、重复率 {0}％ 原创度 8{0}％"):
        assert [a[1:] for a in segmented(three(behind=line))[1]] == [list(PROSE)] * 3


@pytest.mark.parametrize(
    "line", ["岗位：门卫", "各位领导、各位同事：", "尊敬的老师：", "文件编号：ZB-{}", "甲方：某某公司"]
)
def test_what_texts_begin_with_alike_stays(line: str) -> None:
    for n, article in enumerate(segmented(three(line))[1], 1):
        assert article[1] == line.format(n)


@pytest.mark.parametrize("line", ["此致 敬礼", "某某公司", "特此通知。", "谢谢大家！", "2024.3.{}"])
def test_what_texts_end_with_alike_stays(line: str) -> None:
    for n, article in enumerate(segmented(three(behind=line, texts=CLAUSES))[1], 1):
        assert article[-1] == line.format(n)


@pytest.mark.parametrize(
    "line",
    [
        "点击展开下一部分",
        "扫码进入读者群",
        "※ 更多模板请加群：12345 ※",
        "免费试用写作助手",
        "本文来自甲文网 www.jia.com",
    ],
)
def test_plain_lines_of_the_site_in_prose(line: str) -> None:
    assert [a[1:] for a in segmented(three(inside=line))[1]] == [list(PROSE)] * 3


@pytest.mark.parametrize(
    "line",
    ["简单说就是", "“同舟共济，守望相助”", "他说：“点个赞吧！”", "值班的意义", "再试一次"],
)
def test_short_lines_of_prose_stay(line: str) -> None:
    assert [a[1:] for a in segmented(three(inside=line))[1]] == [[PROSE[0], line, *PROSE[1:]]] * 3


@pytest.mark.parametrize(
    "tail",
    [
        ("第三，存在的不足", "少数人员记录不全。"),
        ("教学准备", "彩笔、卡纸和记录本。"),
        ("活动主题", "“平安校园，你我同行”"),
        ("让我们携手努力，守护好身边的每一个人！", "某某小学", "2015.3.24"),
        ("恭候您的光临！", "某某小学", "2012.12.12"),
    ],
)
def test_headings_and_calls_at_the_end_are_the_texts(tail: tuple[str, ...]) -> None:
    assert segmented(page(*tail))[1][1][-len(tail) :] == list(tail)


def test_names_below_a_label_between_texts() -> None:
    names = ("猜你喜欢：", "初中军训感想摘抄", "小区停车公示", "中秋节朗诵串词")
    lines = [*HEAD, f"{SUBJECT}1", *CLAUSES, *names, f"{SUBJECT}2", *CLAUSES, f"{SUBJECT}3", *CLAUSES]
    assert [a[1:] for a in segmented(lines)[1]] == [list(CLAUSES)] * 3


def test_what_is_told_below_the_last_heading_ends_nothing() -> None:
    lines = three("供稿会员：一叶知秋 上传时间：3天前")
    assert [a[1:] for a in segmented(lines)[1]] == [list(PROSE)] * 3


@pytest.mark.parametrize(
    "line", ["签名：慢慢来会比较快", "（本份由一位热心同事提供）", "重复率 {}% 原创度 9{}%"]
)
@pytest.mark.parametrize("texts", [PROSE, CLAUSES], ids=["prose", "clauses"])
def test_members_remarks_and_measures_below_every_heading(line: str, texts: tuple[str, ...]) -> None:
    assert [a[1:] for a in segmented(three(line.replace("{}", "3"), texts=texts))[1]] == [list(texts)] * 3


@pytest.mark.parametrize("line", ["签名：李某某", "（此页无正文）", "合格率 9{}% 到岗率 9{}%，均有提高。"])
def test_what_texts_end_with_in_brackets_stays(line: str) -> None:
    line = line.replace("{}", "3")
    for article in segmented(three(behind=line, texts=CLAUSES))[1]:
        assert article[-1] == line


@pytest.mark.parametrize("line", ["下面这份我也收着，看看吧。", "再来看一篇长的："])
def test_what_leads_to_the_next_text(line: str) -> None:
    lines = [*HEAD, f"{SUBJECT}1", *CLAUSES, line, f"{SUBJECT}2", *CLAUSES, f"{SUBJECT}3", *CLAUSES]
    assert [a[1:] for a in segmented(lines)[1]] == [list(CLAUSES)] * 3


@pytest.mark.parametrize("line", ["下面这份清单由值班员每天填写一次，交班时签字。", "下面几项由值班长负责。"])
def test_what_leads_to_a_list_or_ends_the_page_stays(line: str) -> None:
    assert segmented(page(line))[1][1][-1] == line
    lines = three(inside=line, texts=CLAUSES)
    assert all(line in article for article in segmented(lines)[1])


@pytest.mark.parametrize(
    "names",
    [
        ("门卫值班制度.docx", "岗亭巡查办法.pdf 免费阅览"),
        ("TOP1 小学生考勤制度", "TOP2 停电公告", "TOP3 试用期转正申请"),
        ("关于值班的请示（节选）", "前一站：食堂管理规定", "如何写好考勤制度？"),
    ],
)
def test_names_of_other_pages_behind_a_text_without_a_label(names: tuple[str, ...]) -> None:
    assert [a[1:] for a in segmented(page(*names))[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize(
    "tail",
    [("附件：", "值班登记制度", "岗亭巡查办法"), ("某某中学值班制度",), ("参考文件", "考勤办法", "奖惩规定")],
)
def test_names_of_documents_that_a_text_announces_stay(tail: tuple[str, ...]) -> None:
    assert segmented(page(*tail))[1][1][1:] == [*CLAUSES, *tail]


@pytest.mark.parametrize("line", ["==== 以上内容由系统转成 ====", "换一种写法试试 →"])
def test_a_rule_or_an_arrow_behind_a_text(line: str) -> None:
    assert [a[1:] for a in segmented(page(line))[1]] == [list(CLAUSES)] * 2


def test_a_number_to_call_for_service_is_the_sites_where_the_site_stands_above() -> None:
    phone = "客服热线：400-123-4567"
    assert segmented(page(phone))[1][1][-1] == phone
    lines = page("资料由会员自行上传，如有侵权请联系删除。", phone)
    assert [a[1:] for a in segmented(lines)[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize("said", [CLAUSES[-1], "".join(CLAUSES)], ids=["sentence", "whole text in one line"])
def test_a_text_between_two_lines_of_the_site_stays(said: str) -> None:
    lines = [*HEAD, f"{SUBJECT}1", *CLAUSES, f"{SUBJECT}2", "责任编辑：小王", f"各部门应当遵守。{said}"]
    lines += ["推荐阅读", f"{SUBJECT}3", *CLAUSES]
    assert segmented(lines)[1][1][1:] == [f"各部门应当遵守。{said}"]


@pytest.mark.parametrize("line", ["各位用户：", "全体会员："])
def test_who_is_spoken_to_below_a_heading_stays(line: str) -> None:
    assert [a[1] for a in segmented(three(line, texts=CLAUSES))[1]] == [line] * 3


@pytest.mark.parametrize("line", ["东桥电子科技", "滨河置业"])
def test_a_firm_that_signs_with_its_short_name_stays(line: str) -> None:
    assert segmented(page(line))[1][1][-1] == line


@pytest.mark.parametrize("texts", [PROSE, CLAUSES], ids=["prose", "clauses"])
def test_what_is_plainly_a_sites_and_repeated_inside_the_texts(texts: tuple[str, ...]) -> None:
    assert [a[1:] for a in segmented(three(inside="举报这条回答", texts=texts))[1]] == [list(texts)] * 3


@pytest.mark.parametrize("line", ["值班的意义", "一点感想", "以上条款双方确认"])
def test_headings_that_all_texts_have_inside_stay(line: str) -> None:
    assert [a[1:] for a in segmented(three(inside=line))[1]] == [[PROSE[0], line, *PROSE[1:]]] * 3


def test_names_of_other_pages_above_more_of_the_site() -> None:
    names = ("等您来补充：", "如何写好考勤制度？", "食堂管理规定有范本吗？", "全部评论 2", "下载客户端看更多")
    assert [a[1:] for a in segmented(page(*names))[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_numbered_notice_of_the_site_behind_the_clauses(number: str) -> None:
    tail = (
        "本资料由会员自行上传，如内容涉及侵权，请联系处理。",
        f"{number}、下载后如打不开，请换用其他软件阅读。",
        "客服热线：400-123-4567",
    )
    assert [a[1:] for a in segmented(page(*tail))[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize("line", ["承办部门：综合小组 页码：{}", "推荐于 {} 年前"])
def test_a_page_of_a_register_below_a_heading(line: str) -> None:
    assert [a[1:] for a in segmented(three(line, texts=CLAUSES))[1]] == [list(CLAUSES)] * 3


def test_who_must_pay_for_an_infringement_stays() -> None:
    line = "乙方交付的成果若侵犯他人权利，由乙方承担责任"
    assert segmented(page(line))[1][1][-1] == line


@pytest.mark.parametrize("line", ["——读《红岩》有感", "——在开学典礼上的讲话", "—写给明天的自己"])
def test_a_subtitle_is_the_authors(line: str) -> None:
    assert told_of_article(line) is None
