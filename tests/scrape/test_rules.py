from typing import Any

import pytest

from pipeline.config import ScrapeConfig
from pipeline.errors import ConfigError
from pipeline.scrape.rules import date_in_url, decide, page_number, parse_rules, rules_for_urls, site_url

TABLE: dict[str, Any] = {
    "start": ["https://www.a.com/zhidu/"],
    "hosts": ["www.a.com", "a.com"],
    "lists": [r"^/zhidu/(list_\d+\.html)?$"],
    "articles": [r"^/zhidu/\d+\.html$"],
    "allow": [r"^/about"],
    "deny": [r"[?&]sort=", r"^/zhidu/666\.html"],
}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.a.com/zhidu/", "list"),
        ("https://a.com/zhidu/list_2.html", "list"),
        ("https://www.a.com/zhidu/12.html", "article"),
        ("https://www.a.com/about.html", "page"),
        ("https://www.a.com/zhidu/666.html", "denied"),
        ("https://www.a.com/zhidu/?sort=new", "denied"),
        ("https://www.a.com/other.html", "not_in_rules"),
        ("https://b.com/zhidu/12.html", "host_not_allowed"),
        ("https://www.a.com.evil.com/zhidu/12.html", "host_not_allowed"),
        ("https://evil-a.com/zhidu/12.html", "host_not_allowed"),
        ("ftp://www.a.com/zhidu/12.html", "not_http"),
        ("file:///etc/passwd", "not_http"),
        ("https://www.a.com/about/form.DOCX", "file_type"),
        ("https://www.a.com/about/" + "x" * 2000, "trap"),
        ("https://www.a.com/about/a/b/a/b/a/b", "trap"),
    ],
)
def test_decide(url: str, expected: str) -> None:
    decision = decide(parse_rules(TABLE, "甲"), url)
    assert (decision.refused or decision.kind) == expected


def test_further_pages_need_no_pattern_but_no_rule_is_lifted() -> None:
    rules = parse_rules(TABLE, "甲")
    assert decide(rules, "https://a.com/zhidu/12_2.html", continued=True).refused == ""
    assert decide(rules, "https://a.com/zhidu/12_2.html?sort=a", continued=True).refused == "denied"
    assert decide(rules, "https://b.com/zhidu/12_2.html", continued=True).refused == "host_not_allowed"


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ("http://a.com/z/1.html", "http://a.com/z/1_2.html", 2),
        ("http://a.com/z/1_2.html", "http://a.com/z/1_3.html", 3),
        ("http://a.com/z/1.html", "http://a.com/z/1-12.shtml", None),
        ("http://a.com/z/1.html", "http://a.com/z/2.html", None),
        ("http://a.com/z/1.html", "http://a.com/z/2_2.html", None),
        ("http://a.com/z/1.html", "http://b.com/z/1_2.html", None),
        ("http://a.com/z/", "http://a.com/z/list_2.html", 2),
        ("http://a.com/z/", "http://a.com/z/index_4.html", 4),
        ("http://a.com/z/list_5_2.html", "http://a.com/z/list_5_3.html", 3),
        ("http://a.com/z/", "http://a.com/z/page/7/", 7),
        ("http://a.com/z/?c=1", "http://a.com/z/?c=1&page=2", 2),
        ("http://a.com/z/?page=2&c=1", "http://a.com/z/?page=3&c=1", 3),
        ("http://a.com/z/?c=1", "http://a.com/z/?c=2&page=2", None),
        ("http://a.com/z/1.html", "http://a.com/z/1.html", None),
    ],
)
def test_page_number(first: str, other: str, expected: int | None) -> None:
    assert page_number(first, other) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.com/2024/0520/1.html", "2024-05-20"),
        ("http://a.com/2024-05-20/1.html", "2024-05-20"),
        ("http://a.com/20240520/1.html", "2024-05-20"),
        ("http://a.com/2024/05/1.html", "2024-05-28"),
        ("http://a.com/2024/0230/1.html", "None"),
        ("http://a.com/zhidu/20240520123.html", "None"),
        ("http://a.com/zhidu/1.html", "None"),
    ],
)
def test_date_in_url(url: str, expected: str) -> None:
    assert str(date_in_url(url)) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strat": []}, "unknown key 'strat'; known: start"),
        ({"lists": ["("]}, "is no regular expression"),
        ({"lists": "^/$"}, "must be a list of strings"),
        ({"delay_s": "2"}, "must be float"),
        ({"delay_s": -1}, "must not be negative"),
        ({"max_pages": True}, "must be int"),
        ({"aliases": ["m.a.com"]}, "must be a table"),
        ({"start": [], "hosts": []}, "no host"),
        ({"start": ["mailto:a@b.cn"], "hosts": []}, "no host"),
    ],
)
def test_wrong_tables_say_what_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_rules(TABLE | change, "甲")


def test_what_a_table_leaves_out_comes_from_the_configuration() -> None:
    config = ScrapeConfig(delay_s=7.0, max_depth=3)
    rules = parse_rules(TABLE | {"delay_s": 2}, "甲", config=config)
    assert (rules.delay_s, rules.max_depth, rules.max_pages) == (2.0, 3, config.max_pages)


def test_aliases_and_parameters_are_those_of_the_site() -> None:
    change = {"aliases": {"m.a.com": "www.a.com"}, "drop_parameters": ["ref"]}
    rules = parse_rules(TABLE | change, "甲")
    assert site_url(rules, "https://m.a.com/zhidu/1.html?ref=a&id=2") == "https://www.a.com/zhidu/1.html?id=2"
    assert site_url(rules, "https://mm.a.com/1.html?ref=a") == "https://mm.a.com/1.html"


def test_generic_rules_stay_on_the_host_and_its_copies() -> None:
    assert rules_for_urls(["https://m.a.com/1.html"], ScrapeConfig()).hosts == (
        "m.a.com",
        "a.com",
        "www.a.com",
    )
    assert rules_for_urls(["http://10.0.0.1:81/"], ScrapeConfig()).hosts == ("10.0.0.1",)
    assert rules_for_urls(["http://[::1]:81/"], ScrapeConfig()).hosts == ("::1",)
