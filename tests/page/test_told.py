"""What a site tells of each article, and what stands alone in prose or below a label."""

import pytest

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


@pytest.mark.parametrize("line", ["点击展开下一部分", "扫码进入读者群", "※ 更多模板请加群：12345 ※"])
def test_plain_lines_of_the_site_in_prose(line: str) -> None:
    assert [a[1:] for a in segmented(three(inside=line))[1]] == [list(PROSE)] * 3


@pytest.mark.parametrize("line", ["简单说就是", "“同舟共济，守望相助”", "他说：“点个赞吧！”", "值班的意义"])
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
