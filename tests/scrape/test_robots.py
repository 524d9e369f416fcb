import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.scrape.robots import MAX_BYTES, Robots, origin_of

URL = "http://a.com/private/1.html"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/\n", False),
        ("User-agent: *\nDisallow: /private/\nAllow: /private/1\n", True),  # the longer rule wins
        ("User-agent: *\nDisallow: /\n\nUser-agent: fanwen\nDisallow:\n", True),  # the group that names us
        ("User-agent: FanWen\nDisallow: /\n\nUser-agent: *\nDisallow:\n", False),
        ("User-agent: *\nDisallow: /*.html$\n", False),
        ("User-agent: *\nDisallow:\n", True),
        ("\ufeffUser-agent: *\r\nDisallow: /private/\r\n", False),
        ("<html>404</html>", True),
        ("", True),
    ],
)
def test_rules(text: str, allowed: bool) -> None:
    assert Robots(200, text.encode()).allows(URL) is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (403, True), (410, True), (429, False), (500, False), (503, False), (0, False)],
)
def test_an_answer_that_is_no_robots_file(status: int, allowed: bool) -> None:
    assert Robots(status, b"User-agent: *\nDisallow: /").allows(URL) is allowed


def test_the_delay_is_what_the_site_asks_for() -> None:
    assert Robots(200, b"User-agent: *\nCrawl-delay: 2.5").delay_s == 2.5
    assert Robots(200, b"User-agent: *\nRequest-rate: 1/5").delay_s == 5.0
    assert Robots(200, b"User-agent: *\nCrawl-delay: soon").delay_s == 0.0
    assert Robots(200, b"User-agent: *\nCrawl-delay: nan").delay_s == 0.0
    assert Robots(200, b"User-agent: *\nCrawl-delay: -3").delay_s == 0.0
    assert Robots(200, b"User-agent: other\nCrawl-delay: 9").delay_s == 0.0


def test_sitemaps_and_size() -> None:
    assert Robots(200, b"Sitemap: http://a.com/s.xml").sitemaps == ("http://a.com/s.xml",)
    late = b"#" * MAX_BYTES + b"\nUser-agent: *\nDisallow: /"
    assert Robots(200, late).allows(URL)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_asked(body: bytes) -> None:
    robots = Robots(200, body)
    assert robots.allows(URL) in (True, False)
    assert robots.delay_s >= 0


def test_one_origin_a_scheme_host_and_port() -> None:
    assert origin_of("http://a.com/x") != origin_of("https://a.com/x")
    assert origin_of("http://a.com:81/x") == "http://a.com:81"
