import pytest

from pipeline.errors import ConfigError
from pipeline.page.parse import parse_page
from pipeline.page.sites import Site, match_site, shipped_sites

RULES = """
name = "甲网"
hosts = ["a.example"]
recognise = ['甲网欢迎您']
[fields]
title = { selector = "div.t" }
breadcrumb = { selector = "#path" }
updated = { selector = "em", pattern = '入库(\\d{4}-\\d\\d-\\d\\d)' }
author = { pattern = '录入员 (.+)' }
[content]
selector = "div.main"
[drop]
advert = ['某某酒.*']
[crawl]
delay_s = 1
"""
PAGE = """<html><title>x</title><body><p>值班名单</p>
<div id=path>甲网 &gt; 制度</div><div class=t>门卫管理制度</div>
<em>入库2024-03-05</em><p>录入员 小雨</p>
<div class=main><p>门卫人员二十四小时值班，不得擅自离岗，离岗应当请假。</p>
<p>某某酒好喝</p><p>外来人员登记后方可进入。</p></div>
<p>本页由机器生成，欢迎常来看看，天天都有新的内容。</p></body></html>"""


def test_the_rules_of_a_site_come_first() -> None:
    site = Site.parse(RULES, "a.toml")
    page = parse_page(PAGE, "http://www.a.example/1.html", sites=[site])
    fields = page.page
    assert (fields.site, fields.title, fields.updated, fields.author) == (
        "甲网",
        "门卫管理制度",
        "2024-03-05",
        "小雨",
    )
    assert fields.breadcrumb == ("甲网", "制度")
    assert (
        page.articles[0].text
        == "门卫人员二十四小时值班，不得擅自离岗，离岗应当请假。\n外来人员登记后方可进入。"
    )
    assert ("advert", "某某酒好喝") in [(d.reason, d.text) for d in page.dropped]
    assert site.crawl == {"delay_s": 1}


def test_a_site_is_known_by_host_or_by_its_own_words() -> None:
    site = Site.parse(RULES, "a.toml")
    assert match_site("a.example", [], [site]) is site
    assert match_site("m.a.example", [], [site]) is site
    assert match_site("ba.example", [], [site]) is None
    assert match_site("", ["甲网欢迎您"], [site]) is site
    assert match_site("", ["甲网欢迎您来"], [site]) is None


def test_rules_that_find_nothing_leave_the_generic_way() -> None:
    site = Site.parse(
        'name = "甲网"\nhosts = ["a.example"]\n[fields]\ntitle = { selector = ".none" }', "a.toml"
    )
    page = parse_page(
        "<h1>门卫制度</h1><p>一、门卫人员二十四小时值班，不得擅自离岗。</p>", "http://a.example", sites=[site]
    )
    assert page.page.title == "门卫制度"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not valid TOML"),
        ('hosts = ["a"]', "name is missing"),
        ('name = "a"\nhots = []', "unknown key 'hots'"),
        ('name = "a"\nhosts = "b"', "hosts must be a list"),
        ('name = "a"\nhosts = [1]', "list of strings"),
        ('name = "a"\nrecognise = ["("]', "no regular expression"),
        ('name = "a"\n[fields]\ncolour = { selector = "p" }', "unknown field 'colour'"),
        ('name = "a"\n[fields]\ntitle = "p"', "table of selector"),
        ('name = "a"\n[fields]\ntitle = { selector = "p[" }', "no CSS selector"),
        ('name = "a"\n[fields]\nviews = { pattern = "x" }', "one group"),
        ('name = "a"\n[content]\nxpath = "//p"', "knows only `selector`"),
        ('name = "a"\n[drop]\nboring = ["x"]', "drop.boring"),
    ],
)
def test_a_broken_file_is_a_clear_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"b\.toml") as caught:
        Site.parse(text, "b.toml")
    assert message in str(caught.value)


def test_shipped_sites_are_sound() -> None:
    assert shipped_sites()
    assert all(site.name for site in shipped_sites())
