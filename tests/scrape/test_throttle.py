"""Pace: the server's own clock tells how far apart requests were."""

from itertools import pairwise
from pathlib import Path

from scrape.crawling import run, site_table
from scrape.site_server import Answer, Server, Site, html


def gaps(server: Server) -> list[float]:
    return [later.when - seen.when for seen, later in pairwise(server.seen)]


def test_the_delay_of_the_rules_holds_and_jitter_only_adds(tmp_path: Path) -> None:
    with Server(Site(8)) as server:
        run(tmp_path, rules={"站": site_table(server.url, delay_s=0.1, jitter=1.0)})
        found = gaps(server)
    assert min(found) >= 0.1
    assert max(found) > 0.12  # some of it is chance


def test_a_slow_server_is_asked_more_slowly(tmp_path: Path) -> None:
    site = Site(0)
    slow = {"Content-Type": "text/html"}
    site.extra = {f"/zhidu/{n}.html": lambda n: Answer(200, b"late", slow, wait_s=0.2) for n in range(6)}
    site.extra["/robots.txt"] = lambda n: html("")
    with Server(site) as server:
        run(tmp_path, rules={"站": site_table(server.url, use_sitemap=False, jitter=0.0)})
        articles = [seen for seen in server.seen if seen.path in site.extra and seen.path != "/robots.txt"]
    waits = [later.when - seen.when - 0.2 for seen, later in pairwise(articles)]
    assert min(waits) >= 0.15  # AutoThrottle: as long again as the answer took


def test_a_resumed_crawl_waits_before_its_first_request(tmp_path: Path) -> None:
    with Server(Site(8)) as server:
        table = site_table(server.url, delay_s=0.6)
        options = {"allow_private": True, "max_pages": 2}
        run(tmp_path, rules={"站": table}, options=options)
        before = len(server.seen)
        run(tmp_path, rules={"站": table}, options=options)
        assert len(server.seen) > before
        assert min(gaps(server)) >= 0.6
