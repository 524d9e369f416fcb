"""Letters and speeches: who signs them, to whom they speak, how they end."""

import pytest

from pipeline.page.parse import parse_page
from pipeline.page.persons import greets, names_person, names_publisher

from .oracles import segmented
from .test_edges import CLAUSES, SUBJECT
from .test_told import HEAD, PROSE

SINGLE = ["门卫的一夜", "2024-03-05 来源：网络"]
BEHIND = ["相关文章", "班主任工作计划5篇", "护士个人总结范文"]


@pytest.mark.parametrize("line", ["李小雨", "病人家属：周海涛", "宏达机械厂厂长 王建国"])
def test_names(line: str) -> None:
    assert names_person(line)
    assert not names_publisher(line)


@pytest.mark.parametrize(
    "line", ["责任编辑：周海涛", "来源：方圆网", "编辑 李小雨 校对 王建国", "王建国同志的先进事迹"]
)
def test_other_lines_name_nobody(line: str) -> None:
    assert not names_person(line)


@pytest.mark.parametrize("line", ["尊敬的领导：", "各位业主：", "同学们：", "全体离退休老同志：", "王老师:"])
def test_greetings(line: str) -> None:
    assert greets(line)


@pytest.mark.parametrize("line", ["要注意以下几点：", "岗位职责：", "甲方：", "同学们要做到：", "各位"])
def test_other_lines_greet_nobody(line: str) -> None:
    assert not greets(line)


@pytest.mark.parametrize(
    "tail",
    [
        ("好人一生平安！", "病人家属：周海涛"),
        ("如果您还有不满意的地方，请随时联系我们。", "甜心蛋糕房"),
        ("请您多保重身体，常回单位看看。", "祝您健康长寿！"),
    ],
)
def test_a_letter_speaks_to_its_reader_beside_texts_that_do_not(tail: tuple[str, ...]) -> None:
    letter = ["尊敬的领导：", *PROSE, *tail]
    lines = [*HEAD, f"{SUBJECT}1", *CLAUSES, f"{SUBJECT}2", *CLAUSES, f"{SUBJECT}3", *letter]
    assert segmented([*lines, "以上就是小编整理的全部内容，希望对您有所帮助。"])[1][2][1:] == letter


def test_what_the_site_says_to_its_readers_below_a_letter_goes() -> None:
    letter = ["尊敬的领导：", *PROSE]
    lines = [*HEAD, f"{SUBJECT}1", *CLAUSES, f"{SUBJECT}2", *CLAUSES, f"{SUBJECT}3", *letter]
    assert segmented([*lines, "感谢阅读，您的支持是我们最大的动力。"])[1][2][1:] == letter


@pytest.mark.parametrize(
    "text",
    [
        (*PROSE, "愿你眼里有光，脚下有路", "青春不散场，友谊天长地久"),
        (*PROSE, "甜心蛋糕房"),
        ("祖国啊，", "你是黄河的浪，", "你是长江的歌，", "我愿做一粒种子，", "在春天，", "开出小小的花。"),
    ],
)
def test_short_lines_at_the_end_of_a_texts_element(text: tuple[str, ...]) -> None:
    body = "".join(f"<p>{x}</p>" for x in text)
    tail = "".join(f"<p>{x}</p>" for x in BEHIND)
    page = parse_page(f"<h1>{SINGLE[0]}</h1><p>{SINGLE[1]}</p><div>{body}</div><div>{tail}</div>")
    assert page.articles[0].text == "\n".join(text)


@pytest.mark.parametrize("line", ["编辑 李小雨 校对 王建国", "图片均来自网络"])
def test_lines_of_the_site_at_the_end_of_a_texts_element(line: str) -> None:
    body = "".join(f"<p>{x}</p>" for x in (*PROSE, line))
    page = parse_page(f"<h1>{SINGLE[0]}</h1><p>{SINGLE[1]}</p><div>{body}</div><div>{BEHIND[1]}</div>")
    assert page.articles[0].text == "\n".join(PROSE)


def test_a_speaker_who_welcomes_his_listeners_is_no_introduction() -> None:
    text = ["各位游客，大家好！欢迎来到翠屏山风景区。", *PROSE]
    assert segmented([*SINGLE, *text])[1] == [["", *text]]


def test_the_day_of_a_meeting_is_not_the_pages() -> None:
    page = parse_page("\n".join([*SINGLE, "时间：2023年1月2日下午", "地点：三楼会议室", *PROSE]))
    assert (page.page.updated, page.articles[0].text[:2]) == ("2024-03-05", "时间")


def test_a_page_that_was_published_in_the_evening() -> None:
    lines = [SINGLE[0], "发表于 2013年1月10日 晚上九点多　分类：随笔", *PROSE]
    assert parse_page("\n".join(lines)).page.updated == "2013-01-10"
