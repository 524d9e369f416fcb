"""What editors and posters say above a text, and how authors begin theirs."""

import pytest

from pipeline.page.introductions import opening_rows, opens_page

from .oracles import lines_of, segmented

OPENINGS = [
    "在平时的工作里，我们时常会用到值班制度，写好它并不容易。",
    "如今，越来越多的场合需要用到合同，签之前多看看总没错。",
    "随着时代的发展，工作总结的使用频率呈上升趋势，写的时候有什么讲究呢？",
    "时间过得真快，一转眼又到了要写年终总结的时候了。",
    "新学期开始了，我们是不是也该写一份教学计划了？",
    "检讨书属于一类特殊的应用文，不少同事一动笔就犯难。",
    "怎样写倡议书才合适，许多人感到无从下手。",
    "老师您好，我帮您找到一篇，您参考一下吧。",
    "我把去年用的贴出来给大家参考，需要的朋友自取。",
    "以下就是正文：",
    "第一次在论坛发帖，抛砖引玉，别笑话我。",
]
OWN = [
    "随着公司业务的发展，车辆管理制度的作用越来越突出。",
    "为规范合同的使用，维护公司利益，特制定本制度。",
    "本制度的适用范围越来越广，现修订如下。",
    "这份检讨书是我想了很久才写的。",
    "根据上级关于使用公文的要求，现将有关事项通知如下：",
    "我们每天都会接触形形色色的人。",
    "时光飞逝，又到了秋天收获的时候。",
    "各位老师，今天我抛砖引玉，谈几点看法。",
    "《红楼梦》是一种常见的文体写不出来的书。",
]
PROSE = [f"那年{n}月我在库房当班，夜里下着雨，门外的灯一直亮着，我记得很清楚。" for n in "一二三四五六七"]
TITLE = ["库房里的一夜", "时间：2024-03-05 阅读：75"]


@pytest.mark.parametrize("line", OPENINGS)
def test_openings_of_editors_and_posters(line: str) -> None:
    assert opens_page(line)
    assert segmented([*TITLE, line, *PROSE])[1] == [["", *PROSE]]


@pytest.mark.parametrize("line", OWN)
def test_openings_of_authors_stay(line: str) -> None:
    assert not opens_page(line)
    assert segmented([*TITLE, line, *PROSE])[1] == [["", line, *PROSE]]


def test_whatever_stands_above_an_editors_line_goes_with_it() -> None:
    lines = ["写东西这件事说难也难。", "下面是本站小编为大家收集的范文，欢迎阅读参考。"]
    assert segmented([*TITLE, *lines, *PROSE])[1] == [["", *PROSE]]


def test_a_reporter_who_says_xiaobian_takes_nothing_with_him() -> None:
    lines = [PROSE[0], "小编从公司了解到，夜班由三人轮流。", *PROSE[1:]]
    assert segmented([*TITLE, *lines])[1] == [["", *lines]]


@pytest.mark.parametrize("first", ["尊敬的各位领导：", "一、准时到岗，做好交接。", "本计划供各部门参考。"])
def test_nothing_is_taken_behind_the_first_words_of_a_text(first: str) -> None:
    lines = [first, "希望对大家有所帮助，欢迎参考。", *PROSE]
    assert opening_rows(lines_of(lines), range(3)) == range(0)


def test_the_first_of_many_without_its_number_begins_below_the_introduction() -> None:
    head = ["值班感想3篇", "时间：2024-03-05", OPENINGS[0]]
    texts = [[f"{p}第{n}次。" for p in PROSE[:4]] for n in "一二三"]
    page = [*head, *texts[0], "篇2：值班感想", *texts[1], "篇3：值班感想", *texts[2]]
    assert [a[1:] for a in segmented(page)[1]] == texts
