"""Summaries above a text: what repeats its beginning."""

import pytest

from .oracles import segmented
from .test_told import HEAD, PROSE

TEXT = ("尊敬的老师：", *PROSE)
CUT = "".join(TEXT)[:50]
SINGLE = ["门卫的一夜", "时间:2024-03-05 阅读：75"]


@pytest.mark.parametrize(
    "line", [f"{CUT}...", f"{CUT}……", f"核心提示：{CUT}...", f"【内容简介】{CUT}…[详细]"]
)
def test_one_that_breaks_off(line: str) -> None:
    found, articles = segmented([*SINGLE, line, *TEXT])
    assert articles == [["", *TEXT]]
    assert [p.reason for p in found.pieces if p.role == "dropped"] == ["introduction"]


@pytest.mark.parametrize("label", ["摘要：", "【导读】", "核心提示: "])
def test_one_that_bears_a_label(label: str) -> None:
    assert segmented([*SINGLE, f"{label}{PROSE[0]}", *PROSE])[1] == [["", *PROSE]]


def test_the_name_above_it_goes_with_it() -> None:
    lines = [*HEAD, "文档介绍", f"{CUT}...", f"{HEAD[1][:-2]}1", *TEXT, f"{HEAD[1][:-2]}2", *PROSE]
    found, articles = segmented(lines)
    assert [a[1:] for a in articles] == [list(TEXT), list(PROSE)]
    assert not [p for p in found.pieces if p.role == "guide"]


@pytest.mark.parametrize(
    "first",
    [
        f"{PROSE[0][:-1]}……",  # said again by the second text
        f"{PROSE[2][:30]}……",  # of a text that goes on otherwise
        "夜很深了……",
        f"地点：{PROSE[1][:10]}",
    ],
)
def test_lines_of_the_text_stay(first: str) -> None:
    name = HEAD[1][:-2]
    texts = ([first, "记下这些。", PROSE[1], "我想了很久。", *PROSE[1:]], [first, PROSE[1]])
    lines = [*HEAD, f"{name}1", *texts[0], f"{name}2", *texts[1]]
    assert [a[1:] for a in segmented(lines)[1]] == list(texts)


@pytest.mark.parametrize("name", [[SINGLE[0]], []])
@pytest.mark.parametrize("end", ["…", "......", "……[全文]"])
def test_one_in_a_box_behind_the_text(name: list[str], end: str) -> None:
    box = [*name, f"{CUT}{end}", "推荐度：", "点击下载文档"]
    assert segmented([*SINGLE, *TEXT, *box])[1] == [["", *TEXT]]


def test_a_refrain_and_a_sentence_that_dies_away_stay_behind_the_text() -> None:
    refrain = f"{PROSE[0][:-1]}，那一夜我走了很远很远的路……"
    lines = [refrain, *PROSE[1:], refrain, "我还想起那一夜走过的路，和路边的灯火，还有很多很多说不出来的话……"]
    assert segmented([*SINGLE, *lines])[1] == [["", *lines]]
