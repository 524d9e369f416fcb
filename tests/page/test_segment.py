from itertools import pairwise

import pytest

from pipeline.page.segment import segment

from .oracles import BODY, SUBJECT, cases, lines_of, segmented, squash

INTRO = "以下是小编为大家整理的仓库值班制度，欢迎参考阅读。"


def page(*inside: str, tail: tuple[str, ...] = ()) -> list[str]:
    first, second = [f"{SUBJECT}1", *BODY], [f"{SUBJECT}2", *BODY]
    return [f"{SUBJECT}2篇", "时间:2024-03-05", INTRO, *first, *inside, *second, *tail]


@pytest.mark.parametrize("case", cases("segment", "synthetic"), ids=lambda c: c["label"])
def test_lines_and_their_places(case: dict) -> None:
    text = "\n".join(case["input"])
    pieces = segment(lines_of(case["input"])).pieces
    assert [[text[p.start : p.end], p.reason or f"{p.role}{p.group or ''}"] for p in pieces] == case[
        "expected"
    ]


def test_every_line_has_exactly_one_place() -> None:
    lines = page("此处隐藏300个字……", "分享到：微信 微博 QQ空间", tail=("相关文章：", "甲制度3篇", "乙制度"))
    text = "\n".join(lines)
    pieces = segment(lines_of(lines)).pieces
    assert squash("".join(text[p.start : p.end] for p in pieces)) == squash(text)
    assert all(a.end <= b.start for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    "line",
    [
        "此处隐藏300个字……",
        "分享到：微信 微博 QQ空间",
        "推荐度：",
        "点击下载文档文档为doc格式",
        "第 3 页 共 9 页",
    ],
)
def test_the_sites_lines_inside_an_article_are_dropped_alone(line: str) -> None:
    assert [a[1:] for a in segmented(page(line))[1]] == [list(BODY), list(BODY)]


@pytest.mark.parametrize(
    "tail",
    [
        ("【仓库值班制度】相关文章：", "门卫制度", "保洁制度"),
        ("上一篇：门卫制度", "下一篇：保洁制度"),
        (f"{SUBJECT}2篇", "【第1篇】仓库值班制度一、值班人员应当准时到岗"),
        ("Copyright © 2024 某网 版权所有", "联系我们"),
        (f"{SUBJECT}3篇75人关注",),
    ],
)
def test_the_tail_belongs_to_no_article(tail: tuple[str, ...]) -> None:
    assert [a[1:] for a in segmented(page(tail=tail))[1]] == [list(BODY), list(BODY)]


def test_a_cue_between_the_clauses_of_the_last_article_does_not_end_it() -> None:
    lines = [*page()[:-2], "点击查看更多精彩内容>>", *BODY[1:], "相关推荐", "门卫制度"]
    assert segmented(lines)[1][-1][1:] == list(BODY)


def test_a_closing_paragraph_stays_with_the_last_article() -> None:
    closing = "值班人员应当与主管部门保持联系，做到发现问题不过夜。"
    assert segmented(page(tail=(closing, "推荐度：")))[1][1][-1] == closing


def test_an_introduction_that_alone_declares_the_count() -> None:
    lines = [SUBJECT, "时间:2024-03-05", "本站为大家精心准备了2篇，一起来看看吧！", *page()[3:]]
    assert segment(lines_of(lines)).declared == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("（完）", "footer"),
        ("THE END", "footer"),
        ("分类：管理制度", "footer"),
        ("上传者：小雨 时间：2024-01-02", "footer"),
        ("本文标题：仓库值班制度", "footer"),
        ("打赏", "navigation"),
        ("喜欢就收藏一下吧", "related"),
        ("暂无评论", "navigation"),
        ("以上就是本站为您整理的全部内容，希望对您有帮助！", "introduction"),
    ],
)
def test_the_sites_lines_at_the_end_of_an_article(line: str, reason: str) -> None:
    lines = page(line, tail=(line,))
    parts, articles = segmented(lines)
    assert [a[1:] for a in articles] == [list(BODY), list(BODY)]
    assert [p.reason for p in parts.pieces if "\n".join(lines)[p.start : p.end] == line] == [reason] * 2


@pytest.mark.parametrize(
    "line",
    [
        "某某公司行政部",
        "客服部",
        "投诉电话：12345",
        "留言簿",
        "2024年3月5日",
        "附：值班表",
        "总经理办公室",
    ],
)
def test_a_signature_stays_with_its_article(line: str) -> None:
    assert segmented(page(line))[1][0][-1] == line


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("小编推荐：保洁合同（通用8篇）", None),
        ("本文为您分享值班制度范文3篇，如果觉得不错请推荐给身边的朋友。", 3),
    ],
)
def test_a_count_of_another_page_is_not_declared(line: str, count: int | None) -> None:
    lines = [f"{SUBJECT}范文", "时间:2024-03-05", line, f"{SUBJECT}1", *BODY, f"{SUBJECT}2", *BODY]
    assert segment(lines_of(lines)).declared == count
