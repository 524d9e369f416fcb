import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.config import ScrapeConfig
from pipeline.errors import ConfigError, TemporaryError, UsageError
from pipeline.page.sites import Site as SiteFile
from pipeline.scrape.command import crawl, rules_of_sites, site_rules
from pipeline.scrape.rules import parse_rules
from pipeline.store.lock import locked
from scrape.crawling import run, site_table
from scrape.site_server import Server, Site

CONFIG = ScrapeConfig(contact="you@example.org")
SITE = parse_rules({"start": ["https://a.com/zhidu/"], "hosts": ["a.com", "www.a.com"]}, "甲")


def test_an_address_goes_to_its_site() -> None:
    (site,) = site_rules(["http://www.a.com/x.html"], [SITE], (), CONFIG)
    assert site.start == ("https://a.com/zhidu/", "http://www.a.com/x.html")


def test_a_known_site_brings_its_rules_but_not_its_starts() -> None:
    (site,) = site_rules(["http://www.a.com/x.html"], (), [SITE], CONFIG)
    assert (site.site, site.start) == ("甲", ("http://www.a.com/x.html",))
    (other,) = site_rules(["http://b.com/"], (), [SITE], CONFIG)
    assert other.site == "b.com"


@pytest.mark.parametrize(
    "urls",
    [[], ["mailto:a@b.cn"], ["file:///etc/passwd"], ["http://"], ["foo"], ["/etc/passwd"], ["sites/a.toml"]],
)
def test_nothing_to_crawl_is_said(urls: list[str]) -> None:
    with pytest.raises(UsageError):
        site_rules(urls, (), (), CONFIG)


def test_a_site_file_without_hosts_is_no_site_to_crawl() -> None:
    assert rules_of_sites([SiteFile("乙网")], CONFIG) == ()
    (rules,) = rules_of_sites([SiteFile("甲网", ("a.com",), crawl={"delay_s": 3.0})], CONFIG)
    assert (rules.site, rules.hosts, rules.delay_s) == ("甲网", ("a.com",), 3.0)


def test_impoliteness_is_refused(tmp_path: Path) -> None:
    hasty = parse_rules({"start": ["https://a.com/"], "delay_s": 0.2}, "甲")
    with pytest.raises(ConfigError, match="--allow-private"):
        crawl([hasty], tmp_path, config=CONFIG)
    with pytest.raises(ConfigError, match="--contact"):
        crawl([SITE], tmp_path)


def test_two_crawls_into_one_folder_are_refused(tmp_path: Path) -> None:
    with locked(tmp_path / ".crawl"):
        code = f"""
from pathlib import Path
from pipeline.errors import TemporaryError
from pipeline.scrape.command import crawl, site_rules
from pipeline.config import ScrapeConfig
config = ScrapeConfig(contact="you@example.org")
try:
    crawl(site_rules(["http://a.com/"], (), (), config), Path({str(tmp_path)!r}), config=config)
except TemporaryError as error:
    raise SystemExit(error.exit_code)
"""
        assert (
            subprocess.run([sys.executable, "-c", code], check=False).returncode == TemporaryError.exit_code
        )


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    code = f"""
import sys
sys.modules["scrapy"] = None
from pathlib import Path
from pipeline.config import ScrapeConfig
from pipeline.errors import EngineError
from pipeline.scrape.command import crawl, site_rules
config = ScrapeConfig(contact="you@example.org")
try:
    crawl(site_rules(["http://a.com/"], (), (), config), Path({str(tmp_path)!r}), config=config)
except EngineError as error:
    raise SystemExit(str(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'fanwen[scrape]'" in done.stderr


def test_the_command_line_crawls_and_sums_up(tmp_path: Path) -> None:
    with Server(Site(4)) as server:
        table = site_table(server.url)
        lines = [f"{name} = {value!r}" for name, value in table.items()]
        site = tmp_path / "site.toml"
        site.write_text('name = "范文站"\n[crawl]\n' + "\n".join(lines), "utf-8")
        words = [
            "scrape",
            "--sites",
            site,
            "--into",
            tmp_path / "raw",
            "--allow-private",
            "--contact",
            "a@b.cn",
        ]
        command = [sys.executable, "-m", "pipeline", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        listed = subprocess.run([*command, "--dry-run"], capture_output=True, text=True, check=False)
        assert listed.stdout == f"queued\tlist\t0\t{server.url}/\n"
    assert "stored" in done.stderr
    assert len(list((tmp_path / "raw").glob("*.warc.gz"))) == 1


def test_two_sites_are_crawled_side_by_side(tmp_path: Path) -> None:
    sites = [Site(8), Site(8)]
    for site in sites:
        site.crawl_delay_s = 0.05
    with Server(sites[0]) as first, Server(sites[1]) as second:
        tables = {"甲": site_table(first.url), "乙": site_table(second.url.replace("127.0.0.1", "localhost"))}
        ran = run(tmp_path, rules=tables)
        assert ran.code == 0, ran.stderr
        both = sorted(
            [(seen.when, "甲") for seen in first.seen] + [(seen.when, "乙") for seen in second.seen]
        )
    changes = sum(a != b for (_, a), (_, b) in pairwise(both))
    assert changes > 4  # neither waits for the other
