import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import Config, PageConfig
from pipeline.errors import InputError
from pipeline.page.blocks import without_scripts
from pipeline.page.parse import PageReject, Served, finish_page, parse_page, read_pages

from .oracles import BODY, SUBJECT, check_page

SAMPLES = Path(__file__).resolve().parents[2] / "raw" / "sample"
HTML = (
    f"<html><head><title>{SUBJECT}2篇_某网</title></head><body><div><a href=/>首页</a></div>"
    f"<h1>{SUBJECT}2篇</h1><p>时间:2024-03-05</p><h2>{SUBJECT}1</h2>"
    + "".join(f"<p>{x}</p>" for x in BODY)
    + f"<h2>{SUBJECT}2</h2><p>{''.join(BODY)}</p><p>分享到：微信 微博 QQ空间 &copy;</p></body></html>"
)
PIECES = [
    *(
        f"{SUBJECT}1",
        f"{SUBJECT} 篇2",
        f"第3篇 {SUBJECT}",
        f"{SUBJECT}3篇",
        "目录",
        "注意事项",
        "推荐度：",
        "时间:2024-03-05",
    ),
    *(
        "当前位置：某网 > 制度",
        "分享到：微信 微博 QQ空间",
        "以下是小编整理的制度，欢迎参考。",
        "此处隐藏30个字",
        "岗位：",
        "　",
        "",
    ),
    *BODY,
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_order_of_lines_gives_a_sound_page(lines: list[str]) -> None:
    check_page(parse_page("\n".join(lines)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_sound_page(body: bytes) -> None:
    check_page(parse_page(body))


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_a_page_cut_anywhere(codec: str) -> None:
    body = HTML.encode(codec, "xmlcharrefreplace")
    for end in range(0, len(body), 7):
        check_page(parse_page(body[:end]))
    assert len(parse_page(body).articles) == 2


def test_the_flat_article_has_the_clauses_of_the_other() -> None:
    first, second = parse_page(HTML).articles
    assert [(c.marker, c.text) for c in first.clauses] == [(c.marker, c.text) for c in second.clauses]


def test_limits_reject_with_a_reason() -> None:
    small = Config(page=PageConfig(max_bytes=10, max_lines=2))
    with pytest.raises(PageReject) as caught:
        parse_page("x" * 11, config=small)
    assert (caught.value.reason, isinstance(caught.value, InputError)) == ("page_too_large", True)
    with pytest.raises(PageReject, match="too_many_lines"):
        parse_page("a\nb\nc", config=small)


def test_a_page_nested_deeper_than_the_limit_keeps_its_text() -> None:
    flat = Config(page=PageConfig(max_depth=2))
    deep = HTML.replace("<body>", "<body>" + "<div>" * 9)
    assert [a.text for a in parse_page(deep, config=flat).articles] == [
        a.text for a in parse_page(HTML).articles
    ]


@pytest.mark.parametrize(
    "body",
    [b"<" * 200_000, b"<div>" * 50_000, b"<p>" + b"&amp;" * 100_000, b"\0" * 100_000, b"\xff" * 100_000],
    ids=["angles", "nested", "entities", "NUL", "noise"],
)
def test_hostile_pages(body: bytes) -> None:
    check_page(parse_page(body))


def test_bytes_and_str_are_one_page() -> None:
    assert parse_page(HTML) == parse_page(HTML.encode())
    assert parse_page("a\ud800").page.page_id


def test_traditional_form_is_cut_from_what_was_served() -> None:
    page = parse_page("倉庫值班制度\n一、值班人員應當準時到崗，並且遵守單位的規範，以後不再重複。")
    clause = page.articles[0].clauses[0]
    assert (page.page.script, page.page.hant_origin) == ("hant", "served")
    assert clause.text_hant == "值班人員應當準時到崗，並且遵守單位的規範，以後不再重複。"
    assert clause.text == "值班人员应当准时到岗，并且遵守单位的规范，以后不再重复。"


def test_traditional_form_is_generated_or_left_out() -> None:
    text = "仓库值班制度\n一、值班人员应当准时到岗，遵守制度。"
    clause = parse_page(text).articles[0].clauses[0]
    assert clause.text_hant == "值班人員應當準時到崗，遵守制度。"
    none = parse_page(text, config=Config(page=PageConfig(hant="none")))
    assert none.articles[0].clauses[0].text_hant == ""


def test_a_date_beside_a_linked_source_is_the_pages() -> None:
    text = "六月二十七日下午，园区物业部在东门组织停水演练，各值班小组准时到场。"
    about = '<div>2019-09-11 01:53 来源：<a href="/">园区周报</a> <a href="/z">举报</a></div>'
    body = f"<h1>园区举行停水演练</h1>{about}<p>{text}</p><p>{text}</p>"
    assert parse_page(body).page.updated == "2019-09-11"
    listed = "".join(f'<li><a href="/{k}">园区通知第{k}号的内容</a> 2019-09-1{k}</li>' for k in range(1, 9))
    assert parse_page(f"<h1>园区通知</h1><ul>{listed}</ul>").page.updated is None


def test_a_date_behind_the_texts() -> None:
    clauses = [f"{n}、值班人员按照{n}号清单逐项检查，并做好记录。" for n in range(1, 4)]
    lines = ["仓库值班制度2篇", "仓库值班制度1", *clauses, "仓库值班制度2", *clauses]
    tail = ["分享到：微信 微博 QQ空间", "编辑于 2024-03-05 12:33", "匿名用户 2025-01-01 10:00"]
    assert parse_page("\n".join([*lines, *tail]).encode()).page.updated == "2024-03-05"
    assert parse_page("\n".join([*lines, tail[0], "留言", "抢沙发", tail[2]]).encode()).page.updated is None


def test_a_breadcrumb_between_title_and_date() -> None:
    clauses = "".join(f"<p>{n}、值班人员按照{n}号清单逐项检查，并做好记录。</p>" for n in range(1, 4))
    place = "<p>当前位置：甲文网 > 制度 > 仓库值班制度</p>"
    head = f"<title>仓库值班制度3篇-甲文网</title><h1>仓库值班制度3篇</h1>{place}"
    page = parse_page(f"{head}<p>更新：2024-03-05 大小：20K</p><h3>仓库值班制度1</h3>{clauses}".encode()).page
    assert (page.updated, page.breadcrumb) == ("2024-03-05", ("甲文网", "制度", "仓库值班制度"))


def test_pages_read_side_by_side_are_read_as_each_alone() -> None:
    bodies = [f.read_bytes() for f in sorted(SAMPLES.iterdir()) if f.is_file()]
    odd = ["一、服務(wù)。\n二、乾坤\U00020bb7。", "", "會\ud800議 甲 乙 丙 丁\n\n 說明", "\U0001f600\n計畫"]
    bodies += [text.encode("utf-8", "surrogatepass") for text in odd]
    addresses = [f"http://a.example/{n}.html" for n in range(len(bodies))]
    served = [
        Served(without_scripts(body), url, hashlib.sha256(body).hexdigest()[:32])
        for body, url in zip(bodies, addresses, strict=True)
    ]
    assert len(served) > 9
    assert list(map(finish_page, read_pages(served))) == list(map(parse_page, bodies, addresses))


def test_a_page_without_its_scripts_is_the_same_page() -> None:
    body = HTML.replace("<p>时间", "<script src='x'>if (a<b) c();</script><p>时间").encode()
    body += b"<script>/* <!-- */ x</script><p>y</p>"
    once = without_scripts(body)
    assert len(once) < len(body)
    assert without_scripts(once) == once
