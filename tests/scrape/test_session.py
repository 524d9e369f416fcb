"""The state of a run without a network: what is asked next, and what an answer does to it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import ScrapeConfig
from pipeline.scrape.answers import answered, retry_after_s, unanswered, validators
from pipeline.scrape.archive import Archive, Exchange
from pipeline.scrape.frontier import Address, Frontier
from pipeline.scrape.rules import parse_rules
from pipeline.scrape.session import Job, Session

CONFIG = ScrapeConfig(backoff_s=0.0, retries=1, max_errors=3, max_redirects=2)
TABLE = {
    "start": ["http://a.com/"],
    "hosts": ["a.com", "www.a.com"],
    "use_sitemap": False,
    "delay_s": 2.0,
    "backoff_s": 0.0,
}
NOW = datetime(2024, 5, 20, tzinfo=UTC)
PAGE = (("Content-Type", "text/html"), ("ETag", '"1"'))


OPENED: list[Frontier] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def session(folder: Path, job: dict[str, Any] | None = None, **table: Any) -> Session:
    (folder / ".crawl").mkdir(exist_ok=True)
    frontier = Frontier(folder / ".crawl" / "state.sqlite")
    OPENED.append(frontier)
    rules = parse_rules(TABLE | table, "甲", config=CONFIG)
    archive = Archive(folder, frontier.written(), 10_000_000)
    return Session(Job(folder, (rules,), CONFIG, **(job or {})), frontier, archive)


def give(run: Session, status: int = 200, body: bytes = b"", *headers: tuple[str, str]) -> str:
    """Answer the next request; return what was asked."""
    address = run.next_address()
    if address is None:
        return ""
    exchange = Exchange(address.url, [], status, "", list(headers or PAGE), body, "192.0.2.1", NOW, 0.1)
    answered(run, address, exchange, body)
    run.busy.clear()
    return address.url


def test_robots_comes_first_then_the_start_then_what_it_names(tmp_path: Path) -> None:
    run = session(tmp_path)
    assert give(run, 200, b"User-agent: *\nDisallow: /no") == "http://a.com/robots.txt"
    assert give(run, 200, b'<a href="1.html">1</a><a href="no">x</a>') == "http://a.com/"
    assert give(run) == "http://a.com/1.html"
    assert give(run) == ""
    assert not run.pending()
    assert run.finish() == ()
    assert run.tally.by_outcome["refused robots"] == 1


def test_one_request_a_server_and_www_is_no_other_server(tmp_path: Path) -> None:
    hosts = ["a.com", "www.a.com", "img.a.com"]
    run = session(tmp_path, start=[f"http://{host}/{host}.html" for host in hosts], hosts=hosts)
    asked = [run.next_address(), run.next_address()]
    assert {address.host for address in asked if address} == {"a.com", "img.a.com"}
    assert run.next_address() is None
    assert run.pending()
    run.busy.discard("a.com")
    assert run.next_address() == asked[0]  # its robots.txt is still to come


def test_spellings_of_one_page_are_one_page(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 404)
    links = b'<a href="http://www.a.com/1.html?utm_source=x">1</a>'
    links += b'<a href="/1.html#a">1</a><a href="index.html">0</a>'
    give(run, 200, links)
    assert len(run.frontier.queued("甲")) == 1


def test_a_redirect_to_another_spelling_is_followed_as_the_same_page(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 404)
    give(run, 301, b"", ("Location", "https://www.a.com/"))
    assert give(run, 404) == "https://www.a.com/robots.txt"  # another origin, another robots.txt
    assert give(run, 200, b"home") == "https://www.a.com/"
    assert give(run) == ""


def test_redirects_have_a_limit(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 404)
    for number in range(3):
        give(run, 302, b"", ("Location", f"/{number}.html"))
    assert give(run) == ""
    assert run.tally.by_outcome["failed redirect_loop"] == 1


def test_robots_may_move_within_the_site_only(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 301, b"", ("Location", "http://www.a.com/robots.txt"))
    assert give(run, 200, b"User-agent: *\nDisallow: /") == "http://www.a.com/robots.txt"
    assert give(run) == ""
    (tmp_path / "b").mkdir()
    away = session(tmp_path / "b")
    give(away, 301, b"", ("Location", "http://10.0.0.1/robots.txt"))
    assert give(away, 200, b"home") == "http://a.com/"  # as if there were none


def test_a_round_asks_again_with_validators_while_the_body_is_kept(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 404)
    give(run, 200, b'<a href="1.html">1</a>')
    give(run, 200, b"one")
    run.finish()
    again = session(tmp_path)
    give(again, 404)
    address = again.next_address()
    assert address
    assert validators(again, address) == {"If-None-Match": '"1"'}
    again.busy.clear()
    give(again, 304)
    assert [a.url for a in again.frontier.queued("甲")] == ["http://a.com/1.html"]  # links of the kept body
    for path in tmp_path.glob("*.warc.gz"):
        path.unlink()
    assert validators(again, replace(address, url="http://a.com/1.html")) == {}


def test_failures_stop_a_host_but_keep_its_addresses(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 404)
    give(run, 200, b'<a href="1.html">1</a><a href="2.html">2</a>')
    while (address := run.next_address()) is not None:
        unanswered(run, address, "timeout", temporary=True)
        run.busy.clear()
    assert run.tally.stopped == {"a.com": "errors"}
    assert run.finish() == ("甲",)
    assert len(run.frontier.queued("甲")) == 1


def test_the_pages_of_a_round_and_of_a_run_are_limited(tmp_path: Path) -> None:
    run = session(tmp_path, {"max_pages": 1})
    give(run, 404)
    give(run, 200, b'<a href="1.html">1</a>')
    assert (give(run), run.pending(), run.finish()) == ("", False, ("甲",))
    rest = session(tmp_path, max_pages=2)
    assert give(rest, 200, b'<a href="2.html">2</a>') == "http://a.com/1.html"
    assert (give(rest), rest.finish()) == ("", ())


def test_depth_counts_links_but_not_further_pages(tmp_path: Path) -> None:
    run = session(tmp_path, max_depth=1)
    give(run, 404)
    give(run, 200, b'<a href="list_2.html">2</a>')
    give(run, 200, b'<a href="list_3.html">3</a><a href="a/1.html">1</a>')
    queued = {a.url: (a.depth, a.chain) for a in run.frontier.queued("甲")}
    assert queued == {"http://a.com/list_3.html": (0, 2), "http://a.com/a/1.html": (1, 0)}


def test_since_goes_by_rows_and_addresses(tmp_path: Path) -> None:
    run = session(tmp_path, {"since": date(2024, 1, 1)})
    give(run, 404)
    rows = "<li><a href=1.html>1</a> 2023-05-20</li><li><a href=2.html>2</a> 2024-05-20</li>"
    give(run, 200, f"{rows}<a href=/2023/0101/3.html>3</a><a href=4.html>4</a>".encode())
    assert [a.url for a in run.frontier.queued("甲")] == ["http://a.com/2.html", "http://a.com/4.html"]


def test_a_private_literal_is_refused_unless_it_is_a_start(tmp_path: Path) -> None:
    table = {"start": ["http://10.0.0.1/"], "hosts": ["10.0.0.1", "10.0.0.2"]}
    run = session(tmp_path, {"private_hosts": frozenset({"10.0.0.1"})}, **table)
    give(run, 404)
    assert give(run, 200, b'<a href="http://10.0.0.2/">x</a>') == "http://10.0.0.1/"
    assert give(run) == ""
    assert run.tally.by_outcome["refused private_address (private)"] == 1


def test_the_delay_is_the_longer_of_rules_and_robots(tmp_path: Path) -> None:
    run = session(tmp_path)
    home = Address("a.com/", "http://a.com/", "甲", "a.com", "page")
    assert run.delay_s(home) == 2.0
    give(run, 200, b"User-agent: *\nCrawl-delay: 7")
    assert run.delay_s(home) == 7.0


def test_a_site_that_wants_ages_between_requests_is_left(tmp_path: Path) -> None:
    run = session(tmp_path)
    give(run, 200, b"User-agent: *\nCrawl-delay: 86400")
    assert give(run) == ""
    assert run.tally.stopped == {"a.com": "crawl_delay"}


def test_a_host_whose_robots_has_a_private_address_is_refused_whole(tmp_path: Path) -> None:
    run = session(tmp_path, start=["http://a.com/", "http://a.com/1.html"])
    robots = run.next_address()
    assert robots
    unanswered(run, robots, "private_address (loopback)", temporary=False)
    run.busy.clear()
    assert run.tally.by_outcome["refused private_address (loopback)"] == 2
    assert (run.pending(), run.finish(), run.tally.stopped) == (False, (), {})


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("//www.a.com/x", "http://www.a.com/x"),
        ("?page=2", "http://a.com/?page=2"),
        ("http://[bad", "http://[bad"),
        ("/\xe8\x8c\x83.html", "http://a.com/%E8%8C%83.html"),
        ("javascript:x", "javascript:x"),
        ("/caf\xe9", "http://a.com/caf%C3%A9"),
    ],
)
def test_any_location_is_followed_or_refused(tmp_path: Path, target: str, found: str) -> None:
    run = session(tmp_path)
    give(run, 404)
    give(run, 302, b"", ("Location", target))
    lines = (tmp_path / ".crawl" / "fetches.jsonl").read_text("utf-8")
    assert found in [a.url for a in run.frontier.queued("甲")] or f'"final_url": "{found}"' in lines


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0.0),
        (" 90 ", 90.0),
        ("Mon, 20 May 2024 00:02:00 GMT", 120.0),
        ("Sun, 19 May 2024 00:00:00 GMT", 0.0),
        ("Mon, 20 May 2024 08:02:00 +0800", 120.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(value: str, expected: float | None) -> None:
    assert retry_after_s(value, NOW) == expected


LOCATIONS = st.text(st.sampled_from("htp:/[]a.com?#%@\\ 127\x00\xe9"), max_size=20)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([200, 204, 301, 302, 304, 307, 400, 404, 410, 500]),
            LOCATIONS,
            st.binary(max_size=40).map(lambda body: b'<a href="1.html">1</a><a href="' + body + b'">2</a>'),
        ),
        max_size=6,
    )
)
@settings(max_examples=25, deadline=None)
def test_no_answer_breaks_a_run(answers: list[tuple[int, str, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        run = session(Path(folder))
        give(run, 404)
        for status, location, body in answers:
            give(
                run,
                status,
                body,
                ("Location", location),
                ("Content-Type", "text/html"),
                ("Retry-After", location),
            )
        run.finish()
        OPENED.pop().close()
