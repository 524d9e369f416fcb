"""Whole crawls against a real local server: what is fetched, what is not, and what the log says."""

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from scrape.conftest import DELAY_S, LIMITS, Crawled, crawled
from scrape.crawling import log, run, site_table
from scrape.site_server import Answer, Server, Site, html


def test_every_allowed_page_is_fetched_exactly_once(troubled: Crawled) -> None:
    assert troubled.ran.code == 0, troubled.ran.stderr
    times = Counter(troubled.server.paths())
    wanted = troubled.server.site.article_paths() | troubled.server.site.list_paths()
    assert {path: times[path] for path in wanted} == dict.fromkeys(wanted, 1)


def test_nothing_disallowed_and_no_file_is_asked(troubled: Crawled) -> None:
    asked = troubled.server.paths()
    assert not [path for path in asked if path.startswith("/private/") or path.endswith(".png")]
    assert troubled.reasons("/private/1.html") == ["refused robots"]
    assert troubled.reasons("/private/9.html") == ["refused robots"]
    assert troubled.reasons("/logo.png") == ["refused file_type"]


def test_requests_are_never_closer_than_the_delay(troubled: Crawled) -> None:
    moments = [seen.when for seen in troubled.server.seen]
    assert min(b - a for a, b in pairwise(moments)) >= DELAY_S


def test_retry_after_is_obeyed(troubled: Crawled) -> None:
    first, second = (i for i, seen in enumerate(troubled.server.seen) if seen.path == "/zhidu/busy.html")
    seen = troubled.server.seen
    assert seen[first].status == 429
    assert seen[first + 1].when - seen[first].when >= 1.0  # the whole host is left alone
    assert seen[second].status == 200
    assert troubled.reasons("/zhidu/busy.html") == ["retry http_429", "stored"]


def test_failures_are_retried_and_given_up(troubled: Crawled) -> None:
    assert troubled.reasons("/zhidu/down.html") == ["retry http_503"] * 2 + ["stored"]
    assert troubled.reasons("/zhidu/broken.html") == ["retry http_500"] * 3 + ["failed http_500"]
    assert troubled.reasons("/zhidu/gone.html") == ["failed http_404"]
    assert troubled.reasons("/zhidu/slow.html") == ["stored"]
    assert troubled.reasons("/zhidu/stuck.html")[-1] == "failed timeout"


def test_redirects_end(troubled: Crawled) -> None:
    assert troubled.reasons("/zhidu/loop_a.html") == ["redirect"]
    assert troubled.reasons("/zhidu/loop_b.html") == ["redirect"]
    assert troubled.reasons("/zhidu/self.html") == ["redirect"] * 5 + ["failed redirect_loop"]
    assert troubled.reasons("/zhidu/moved.html") == ["redirect"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://10.0.0.1/admin", "private_address (private)"),
        ("http://169.254.169.254/latest/meta-data/", "private_address (link_local)"),
        ("http://[::ffff:127.0.0.1]/", "private_address (loopback)"),
        ("file:///etc/passwd", "not_http"),
        ("http://example.org/", "host_not_allowed"),
    ],
)
def test_unsafe_targets_of_redirects_are_refused(troubled: Crawled, target: str, reason: str) -> None:
    line = next(line for line in troubled.log if line["final_url"] == target)
    assert (line["outcome"], line["reason"]) == ("refused", reason)
    assert line["url"].startswith(troubled.server.url)  # the log tells where it was found


def test_bombs_and_giants_are_refused(troubled: Crawled) -> None:
    assert troubled.reasons("/zhidu/bomb.html") == ["refused too_large_unpacked"]
    assert troubled.reasons("/zhidu/huge.html") == ["refused too_large"]


def test_what_is_no_page_is_broken_off(troubled: Crawled) -> None:
    assert troubled.reasons("/zhidu/film.html") == ["refused content_type (video/mp4)"]
    assert troubled.reasons("ftp://10.0.0.2/x") == ["refused not_http"]
    assert troubled.reasons("/gone/") == ["failed http_404"]  # where a meta refresh leads


def test_an_endless_calendar_ends(troubled: Crawled) -> None:
    months = [path for path in troubled.server.paths() if path.startswith("/calendar/")]
    assert len(months) == 5  # max_depth


def test_the_user_agent_is_honest_and_nothing_else_is_told(troubled: Crawled) -> None:
    headers = [seen.headers for seen in troubled.server.seen]
    assert all(
        h["User-Agent"].startswith("fanwen/") and "tests@example.org" in h["User-Agent"] for h in headers
    )
    assert not any({"Cookie", "Authorization", "Referer"} & set(h) for h in headers)


def test_the_log_tells_all(troubled: Crawled) -> None:
    line = next(line for line in troubled.log if line["final_url"].endswith("/zhidu/1001.html"))
    assert line["outcome"] == "stored"
    assert line["robots"] == "allowed"
    assert len(line["sha256"]) == 64
    assert line["etag"]
    assert (troubled.into / line["file"]).is_file()
    assert line["offset"] > 0
    assert line["site"] == "范文站"


def test_a_second_crawl_costs_answers_without_bodies(tmp_path: Path) -> None:
    with Server(Site(20)) as server:
        table = site_table(server.url)
        first = run(tmp_path, rules={"站": table})
        before = len(server.seen)
        bodies = sum(seen.sent for seen in server.seen)
        second = run(tmp_path, rules={"站": table})
        again = server.seen[before:]
    assert first.told["pages"] == second.told["pages"]
    assert sum(seen.sent for seen in again) < 0.05 * bodies
    assert second.told["outcomes"]["unchanged"] == first.told["outcomes"]["stored"]
    assert {seen.path for seen in again} == {seen.path for seen in server.seen}


def test_without_validators_only_what_changed_is_stored_again(tmp_path: Path) -> None:
    site = Site(4)
    site.extra["/zhidu/1.html"] = lambda n: Answer(200, b"<p>old</p>" if n == 0 else b"<p>new</p>")
    with Server(site) as server:
        server.validators = False
        table = site_table(server.url)
        first = run(tmp_path, rules={"站": table})
        second = run(tmp_path, rules={"站": table})
    assert second.told["outcomes"]["unchanged"] == first.told["outcomes"]["stored"] - 1
    lines = [line for line in log(tmp_path) if line["final_url"].endswith("/zhidu/1.html")]
    assert [line["outcome"] for line in lines] == ["stored", "stored"]
    assert lines[0]["sha256"] != lines[1]["sha256"]


def test_generic_rules_follow_a_site_without_a_file(tmp_path: Path) -> None:
    with Server(Site(40)) as server:
        config = {"delay_s": 0.0, "backoff_s": 0.1}
        ran = run(tmp_path, urls=[f"{server.url}/"], config=config)
        wanted = server.site.article_paths() | server.site.list_paths()
        times = Counter(server.paths())
    assert ran.code == 0, ran.stderr
    assert {path: times[path] for path in wanted} == dict.fromkeys(wanted, 1)
    assert not [path for path in times if path.startswith("/private/")]


@pytest.mark.long  # test_session.py holds the same without a network
def test_max_pages_stops_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with Server(Site(16)) as server:
        table = site_table(server.url)
        first = run(tmp_path, rules={"站": table}, options={"allow_private": True, "max_pages": 7})
        assert (first.code, first.told["pages"], first.told["open_sites"]) == (0, 7, ["站"])
        second = run(tmp_path, rules={"站": table})
        times = Counter(server.paths())
    assert second.told["open_sites"] == []
    wanted = server.site.article_paths() | server.site.list_paths()
    assert {path: times[path] for path in wanted} == dict.fromkeys(wanted, 1)


@pytest.mark.long  # test_session.py holds the same without a network
def test_since_leaves_out_what_the_site_dates_before(tmp_path: Path) -> None:
    with Server(Site(16)) as server:
        table = site_table(server.url)
        options = {"allow_private": True, "since": "2024-06-01"}
        ran = run(tmp_path, rules={"站": table}, options=options)
    assert ran.told["outcomes"]["refused older_than_since"] >= 12
    assert not set(server.paths()) & {f"/hetong/{n}.html" for n in server.site.numbers("hetong")}


def test_dry_run_lists_the_frontier_and_asks_nothing(tmp_path: Path) -> None:
    with Server(Site(16)) as server:
        ran = run(
            tmp_path, rules={"站": site_table(server.url)}, options={"allow_private": True, "dry_run": True}
        )
    assert ran.code == 0
    assert ran.told["frontier"] == [f"queued\tlist\t0\t{server.url}/"]
    assert server.seen == []


@pytest.mark.long  # test_session.py holds the same without a network
def test_a_host_that_fails_again_and_again_is_stopped(tmp_path: Path) -> None:
    site = Site(0)
    site.extra = {f"/zhidu/{n}.html": lambda n: Answer(503, b"down") for n in range(9)}
    config = {"max_errors": 4}
    with Server(site) as server:
        table = site_table(server.url, backoff_s=0.05)
        ran = run(tmp_path, rules={"站": table}, config=config)
        failures = [seen for seen in server.seen if seen.status == 503]
    assert ran.code == 75
    assert ran.told["stopped"] == {"127.0.0.1": "errors"}
    assert ran.told["open_sites"] == ["站"]
    assert len(failures) == 4


def test_a_long_retry_after_stops_the_host_and_is_remembered(tmp_path: Path) -> None:
    site = Site(0)
    site.extra["/zhidu/1.html"] = lambda n: Answer(429, b"busy", {"Retry-After": "3600"})
    with Server(site) as server:
        ran = run(tmp_path, rules={"站": site_table(server.url)})
        asked = len(server.seen)
        again = run(tmp_path, rules={"站": site_table(server.url)})
        assert len(server.seen) == asked  # the next run still leaves it alone
    assert (ran.code, again.code) == (75, 75)
    assert ran.told["stopped"] == again.told["stopped"] == {"127.0.0.1": "retry_after"}


def test_robots_that_fail_forbid_everything(tmp_path: Path) -> None:
    site = Site(8)
    site.extra["/robots.txt"] = lambda n: Answer(503, b"down")
    with Server(site) as server:
        ran = run(tmp_path, rules={"站": site_table(server.url, backoff_s=0.05)})
    assert ran.code == 75
    assert set(server.paths()) == {"/robots.txt"}
    assert ran.told["stopped"] == {"127.0.0.1": "robots_unreachable"}


@pytest.mark.long  # test_session.py holds the same without a network
def test_absent_robots_allow_everything(tmp_path: Path) -> None:
    site = Site(0)
    site.extra = {"/robots.txt": lambda n: Answer(404, b""), "/zhidu/1.html": lambda n: html("好")}
    with Server(site) as server:
        ran = run(tmp_path, rules={"站": site_table(server.url)})
    assert ran.code == 0
    assert "/zhidu/1.html" in server.paths()
    assert "/sitemap.xml" in server.paths()


@pytest.mark.long  # test_session.py holds the same without a network
def test_a_server_that_is_not_there_is_temporary(tmp_path: Path) -> None:
    with Server(Site(4)) as server:
        url = server.url
    ran = run(tmp_path, rules={"站": site_table(url, backoff_s=0.05)})
    assert ran.code == 75, ran.stderr


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_all_of_it_holds_on_a_site_of_520_articles(tmp_path: Path) -> None:
    with crawled(tmp_path, 520) as site:
        test_every_allowed_page_is_fetched_exactly_once(site)
        test_nothing_disallowed_and_no_file_is_asked(site)
        test_requests_are_never_closer_than_the_delay(site)
        test_retry_after_is_obeyed(site)
        test_failures_are_retried_and_given_up(site)
        test_redirects_end(site)
        test_bombs_and_giants_are_refused(site)
        test_an_endless_calendar_ends(site)
        before, bodies = len(site.server.seen), sum(seen.sent for seen in site.server.seen)
        for path in [path for path in site.server.site.extra if "bomb" in path or "huge" in path]:
            del site.server.site.extra[path]
        again = run(tmp_path, rules={"范文站": site.table}, config=LIMITS)
        sent = sum(seen.sent for seen in site.server.seen[before:] if seen.status == 200)
    assert again.code == 0, again.stderr
    assert sent < 0.05 * bodies
    for path in tmp_path.glob("*.warc.gz"):
        done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=False)
        assert done.returncode == 0
