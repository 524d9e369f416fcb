"""Addresses that are not global are refused at connect time, however they are spelled."""

from pathlib import Path

from scrape.crawling import log, run, site_table
from scrape.site_server import Answer, Server, Site, html, redirect

SPELLINGS = ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "[::1]"]


def test_no_spelling_of_a_private_address_is_connected_to(tmp_path: Path) -> None:
    with Server(Site(4)) as server:
        urls = [f"http://{host}:{server.port}/" for host in SPELLINGS]
        ran = run(tmp_path, urls=urls, options={}, config={"backoff_s": 0.05})
        assert server.seen == []
    assert ran.code == 0, ran.stderr
    refused = {line["final_url"]: line["reason"] for line in log(tmp_path)}
    assert refused == dict.fromkeys(urls, "private_address (loopback)")


def test_a_redirect_to_a_name_with_a_private_address_is_refused_at_connect_time(tmp_path: Path) -> None:
    site = Site(0)
    with Server(site) as server:
        site.extra = {
            "/zhidu/1.html": lambda n: redirect(f"http://localhost:{server.port}/secret.html"),
            "/secret.html": lambda n: html("秘密"),
            "/robots.txt": lambda n: Answer(404, b""),
        }
        # localhost is on the allow-list, but it is no start, so it may not have a private address.
        table = site_table(server.url, hosts=["127.0.0.1", "localhost"], backoff_s=0.05)
        run(tmp_path, rules={"站": table})
        hosts = {seen.host for seen in server.seen}
    assert hosts == {f"127.0.0.1:{server.port}"}
    assert "private_address (loopback)" in {line["reason"] for line in log(tmp_path)}
