from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scrape.crawling import Ran, log, run, site_table
from scrape.site_server import Answer as A
from scrape.site_server import Server, Site, bomb, redirect


def troubled_site(base: Site) -> Site:
    """The template site with everything that goes wrong on real ones; all of it linked from the home page."""
    page = {"Content-Type": "text/html; charset=utf-8"}
    base.extra |= {
        "/zhidu/slow.html": lambda n: A(body=b"late", headers=page, wait_s=0.3),
        "/zhidu/stuck.html": lambda n: A(body=b"never", headers=page, wait_s=5),
        "/zhidu/gone.html": lambda n: A(404, b"gone"),
        "/zhidu/busy.html": lambda n: (
            A(429, b"busy", {"Retry-After": "1"}) if n == 0 else A(200, b"at last", page)
        ),
        "/zhidu/down.html": lambda n: A(503, b"down") if n < 2 else A(200, b"up again", page),
        "/zhidu/broken.html": lambda n: A(500, b"broken"),
        "/zhidu/loop_a.html": lambda n: redirect("/zhidu/loop_b.html"),
        "/zhidu/loop_b.html": lambda n: redirect("/zhidu/loop_a.html"),
        "/zhidu/self.html": lambda n: redirect("/zhidu/self.html"),
        "/zhidu/moved.html": lambda n: redirect("/zhidu/1001.html", 301),
        "/zhidu/to_private.html": lambda n: redirect("http://10.0.0.1/admin"),
        "/zhidu/to_metadata.html": lambda n: redirect("http://169.254.169.254/latest/meta-data/"),
        "/zhidu/to_mapped.html": lambda n: redirect("http://[::ffff:127.0.0.1]/"),
        "/zhidu/to_file.html": lambda n: redirect("file:///etc/passwd"),
        "/zhidu/to_forbidden.html": lambda n: redirect("/private/9.html"),
        "/zhidu/away.html": lambda n: redirect("http://example.org/"),
        "/zhidu/bomb.html": lambda n: bomb(30_000_000),
        "/zhidu/huge.html": lambda n: A(body=b"x" * 3_000_000, headers=page),
        "/zhidu/film.html": lambda n: A(body=b"MOOV" * 1000, headers={"Content-Type": "video/mp4"}),
        "/zhidu/refresh.html": lambda n: A(
            body=b'<meta http-equiv="refresh" content="0;url=/gone/">', headers=page
        ),
        "/zhidu/to_ftp.html": lambda n: A(body=b'<a href="ftp://10.0.0.2/x">x</a>', headers=page),
        "/calendar/0": lambda n: A(body=b'<a href="/calendar/1">next month</a>', headers=page),
    }
    return base


class Crawled:
    """One crawl of the troubled site, looked at by many tests."""

    def __init__(self, server: Server, into: Path, ran: Ran, table: dict[str, Any]) -> None:
        self.server, self.into, self.ran, self.table = server, into, ran, table
        self.log = log(into)

    def reasons(self, path: str) -> list[str]:
        """The outcomes of an address, in order."""
        found = [line for line in self.log if line["final_url"].endswith(path)]
        return [f"{line['outcome']} {line['reason']}".strip() for line in found]


DELAY_S = 0.04  # what its robots.txt asks for
LIMITS = {"max_body_bytes": 1_000_000, "timeout_s": 1.0, "retries": 2, "max_depth": 5}


@contextmanager
def crawled(into: Path, articles: int) -> Iterator[Crawled]:
    """Crawl a troubled site of so many articles; the server stays up."""
    with Server(troubled_site(Site(articles, crawl_delay_s=DELAY_S))) as server:
        table = site_table(server.url, articles=[r"^/[a-z]+/[a-z_\d]+\.html$"], allow=[r"^/calendar/"])
        ran = run(into, rules={"范文站": table}, config=LIMITS)
        yield Crawled(server, into, ran, table)


@pytest.fixture(scope="session")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with crawled(tmp_path_factory.mktemp("troubled"), 40) as site:
        yield site
