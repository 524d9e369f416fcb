import gzip
import zlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.scrape.links import MAX_LINKS, page_links, sitemap_links, unpacked

BASE = "http://a.com/zhidu/"


def urls(html: str) -> list[str]:
    return [link.url for link in page_links(html, BASE)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="1.html">甲</a>', ["http://a.com/zhidu/1.html"]),
        ("<A HREF=' /2.html '>乙</A>", ["http://a.com/2.html"]),
        ('<base href="/x/"><a href="1.html">甲</a>', ["http://a.com/x/1.html"]),
        ('<a href="1.html#p">甲</a><a href="1.html">甲</a>', ["http://a.com/zhidu/1.html"]),
        ('<a href="#top">顶</a><a href="javascript:void(0)">x</a><a href="">y</a><a>z</a>', []),
        ('<a href="mailto:a@b.cn">信</a><a href="DATA:text/html,x">d</a>', []),
        ('<a rel="nofollow" href="1.html">甲</a>', []),
        ('<a href="http://[bad/">坏</a><a href="2.html">好</a>', ["http://a.com/zhidu/2.html"]),
        ('<map><area href="3.html"></map>', ["http://a.com/zhidu/3.html"]),
        (
            '<link rel="stylesheet" href="x.css"><link rel="next" href="p2.html">',
            ["http://a.com/zhidu/p2.html"],
        ),
        ('<!-- <a href="hidden.html">x</a> -->', []),
        ("<script>document.write('<a href=\"js.html\">x</a>')</script>", []),
        ('<meta http-equiv="Refresh" content="0; URL=/m/">', ["http://a.com/m/"]),
        ('<meta http-equiv="refresh" content="30"><meta name="x" content="url=/m/">', []),
        ('<meta name="robots" content="index,NOFOLLOW"><a href="1.html">甲</a>', []),
        ("<p>没有链接", []),
        ("", []),
    ],
)
def test_page_links(html: str, expected: list[str]) -> None:
    assert urls(html) == expected


@pytest.mark.parametrize("words", ["下一页", " 下一頁 ", "<b>下页</b>", "Next", "›", ">>"])
def test_the_way_to_the_next_page(words: str) -> None:
    (link,) = page_links(f'<a href="p2.html">{words}</a>', BASE)
    assert link.further


@pytest.mark.parametrize("words", ["下一篇", "上一页", "2", "关于下一页的说明"])
def test_what_is_no_way_to_the_next_page(words: str) -> None:
    (link,) = page_links(f'<a href="p2.html">{words}</a>', BASE)
    assert not link.further


def test_the_date_of_a_row_is_its_links_date() -> None:
    rows = '<li><a href="1.html">甲2019年制度</a><span>2024-05-20</span></li><li><a href="2.html">乙</a></li>'
    assert [link.day for link in page_links(f"<ul>{rows}</ul>", BASE)] == [date(2024, 5, 20), None]
    two = '<p>2024-05-20 <a href="1.html">甲</a> 2023-01-01</p>'
    two += '<p>2024-05-20<a href="2.html">a</a><a href="3.html">b</a></p>'
    assert [link.day for link in page_links(two, BASE)] == [None, None, None]


def test_a_page_of_links_is_cut() -> None:
    assert len(urls("".join(f'<a href="{n}.html">x</a>' for n in range(MAX_LINKS + 50)))) == MAX_LINKS


@given(st.text())
def test_any_text_gives_links_or_none(html: str) -> None:
    assert isinstance(page_links(html, BASE), tuple)


def test_a_sitemap_index_and_a_packed_sitemap() -> None:
    index = b"<sitemapindex><sitemap><loc>/s1.xml.gz</loc></sitemap></sitemapindex>"
    assert sitemap_links(index, BASE, 1000).sitemaps == ("http://a.com/s1.xml.gz",)
    packed = gzip.compress(b"<urlset><url><loc>http://a.com/1.html</loc></url></urlset>")
    assert [link.url for link in sitemap_links(packed, BASE, 1000).pages] == ["http://a.com/1.html"]


def test_broken_and_hostile_sitemaps_give_what_they_can() -> None:
    broken = b"<urlset><url><loc>http://a.com/1.html</loc></url><url><loc>http://a.com/2"
    assert sitemap_links(broken, BASE, 1000).pages[0].url == "http://a.com/1.html"
    entity = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>'
    )
    assert not any("root" in link.url for link in sitemap_links(entity, BASE, 1000).pages)
    assert sitemap_links(b"", BASE, 1000).pages == ()
    assert sitemap_links(b"<html>404</html>", BASE, 1000).pages == ()
    assert len(sitemap_links(b"http://a.com/1.html\nhttp://a.com/2.html\n", BASE, 1000).pages) == 2


def test_unpacking_stops_at_its_limit() -> None:
    assert len(unpacked(gzip.compress(b"\0" * 10_000_000), 1000)) == 1000
    assert unpacked(b"\x1f\x8bnot gzip", 1000) == b""
    assert unpacked(zlib.compress(b"a"), 10) == zlib.compress(b"a")


@given(st.binary(max_size=200))
def test_any_bytes_give_a_sitemap_or_none(body: bytes) -> None:
    assert isinstance(sitemap_links(b"<" + body, BASE, 1000).pages, tuple)
    assert isinstance(sitemap_links(b"<urlset><url><loc>" + body, BASE, 1000).pages, tuple)
    assert isinstance(sitemap_links(body, BASE, 1000).pages, tuple)
