"""The function behind `fanwen scrape`: one crawl, its summary and its exit code."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import ScrapeConfig
from pipeline.errors import ConfigError, EngineError, UsageError
from pipeline.scrape.archive import Archive
from pipeline.scrape.frontier import Frontier
from pipeline.scrape.rules import MIN_DELAY_S, CrawlRules, parse_rules, rules_for_urls, site_url
from pipeline.scrape.session import Job, Session, Tally
from pipeline.scrape.settings import scrapy_settings, user_agent
from pipeline.store.lock import locked
from pipeline.urls import host_of, url_key

if TYPE_CHECKING:
    from pipeline.page.sites import Site

logger = logging.getLogger("fanwen")
STATE_FOLDER = ".crawl"  # in the raw folder: state.sqlite, fetches.jsonl, .lock
OK, TEMPORARY, INTERRUPTED = 0, 75, 130


@dataclass(frozen=True, slots=True)
class ScrapeOptions:
    """What the command line chooses.

    `max_pages`: of this run. `since`: leave out pages known to be older. `dry_run`: ask nothing, list the
    frontier. `allow_private`: the hosts of the start addresses may have private addresses and short delays.
    """

    max_pages: int | None = None
    since: date | None = None
    dry_run: bool = False
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """What one run did, and how it ended."""

    exit_code: int  # 0, 75 (hosts stopped, more to ask), 130 (interrupted, state kept)
    tally: Tally
    open_sites: tuple[str, ...]  # sites whose round has more to ask; the same command goes on
    frontier: tuple[str, ...]  # of a dry run: one line an address, in the order of asking
    seconds: float

    def lines(self) -> list[str]:
        """Return the summary for people: totals, then outcomes by number."""
        tally = self.tally
        did = f"{tally.pages} pages, {tally.requests} requests, {tally.received_bytes} bytes"
        head = f"{did}, {self.seconds:.0f} s"
        outcomes = [f"  {number:>7}  {word}" for word, number in tally.by_outcome.most_common()]
        stopped = [f"  stopped  {host}: {why}" for host, why in sorted(tally.stopped.items())]
        more = [f"  open     {site}: run again to go on" for site in self.open_sites]
        return [head, *outcomes, *stopped, *more]


def crawl(
    sites: Sequence[CrawlRules],
    into: Path,
    *,
    config: ScrapeConfig | None = None,
    options: ScrapeOptions | None = None,
) -> CrawlSummary:
    """Crawl sites (see `site_rules`) into WARC under `into`; go on where the last run into it stopped.

    Once a process, for Twisted's reactor starts only once. Raises ConfigError without a contact or with a
    delay under a second, EngineError without the extra `scrape`, TemporaryError while another crawl holds the
    folder. Cost: one request a `delay_s` and host.
    """
    config, options = config or ScrapeConfig(), options or ScrapeOptions()
    starts = {host_of(url) for site in sites for url in (*site.start, *site.sitemaps)}
    private_hosts = frozenset(starts if options.allow_private else ())
    job = Job(into, tuple(sites), config, options.since, options.max_pages, private_hosts)
    _check(job, options)
    began = time.monotonic()
    with _opened(into) as frontier:
        archive = Archive(into, frontier.written(), config.warc_bytes)
        session = Session(job, frontier, archive)
        if options.dry_run:
            return CrawlSummary(OK, session.tally, (), _frontier_lines(session), 0.0)
        interrupted = _run(session)
        open_sites = session.finish()
    code = INTERRUPTED if interrupted else TEMPORARY if session.tally.stopped and open_sites else OK
    return CrawlSummary(code, session.tally, open_sites, (), time.monotonic() - began)


def _is_file_name(url: str, host: str) -> bool:
    """Say whether what is given as an address looks like a file or a slip: no scheme, no port, no domain.

    >>> [_is_file_name(u, u.partition("/")[0]) for u in ("sites/a.toml", "a.toml", "a.com/b", "localhost:80")]
    [True, True, False, False]
    """
    return ":" not in url and ("." not in host or url.endswith(".toml"))


def site_rules(
    urls: Sequence[str], rules: Sequence[CrawlRules], known: Sequence[CrawlRules], config: ScrapeConfig
) -> tuple[CrawlRules, ...]:
    """Return the rules of each site to crawl.

    An address belongs to the site of `rules`, else of `known`, that lists its host; else it gets generic
    rules. Sites of `rules` bring their own starts, those of `known` only what `urls` name.

    >>> urls = ["http://a.com/1.html", "http://www.a.com/", "http://b.com/"]
    >>> [site.start for site in site_rules(urls, (), (), ScrapeConfig())]
    [('http://a.com/1.html', 'http://www.a.com/'), ('http://b.com/',)]
    """
    sites = [*rules, *(replace(site, start=(), sitemaps=()) for site in known)]
    strangers: dict[str, list[str]] = {}
    for url in urls:
        host = host_of(url)
        if not host or _is_file_name(url, host):
            raise UsageError(f"{url!r} is no http(s) address; the rules of a site are given with --sites")
        index = next((i for i, site in enumerate(sites) if host in site.hosts), None)
        if index is None:
            strangers.setdefault(url_key(host), []).append(url)
        else:
            plain = site_url(sites[index], url)
            sites[index] = replace(sites[index], start=tuple(dict.fromkeys((*sites[index].start, plain))))
    sites += [rules_for_urls(group, config) for group in strangers.values()]
    sites = [site for site in sites if site.start or site.sitemaps]
    if not sites:
        raise UsageError("nothing to crawl: give a URL, or --sites with a [crawl] table that has a start")
    return tuple(sites)


def rules_of_sites(sites: Iterable["Site"], config: ScrapeConfig) -> tuple[CrawlRules, ...]:
    """Return the crawl rules of site files; a site that names no host anywhere is left out.

    Raises ConfigError for a `[crawl]` table that is wrong.

    >>> from pipeline.page.sites import Site
    >>> site = Site("甲网", hosts=("a.example",), crawl={"start": ["https://a.example/zhidu/"]})
    >>> rules_of_sites([site, Site("乙网")], ScrapeConfig())[0].hosts
    ('a.example',)
    """
    found = []
    for site in sites:
        hosts = dict.fromkeys((*site.hosts, *(host_of(url) for url in site.crawl.get("start", ()))))
        table = {"hosts": list(hosts)} | dict(site.crawl)
        if table["hosts"]:
            found.append(parse_rules(table, site.name, where=f"{site.name}: [crawl]", config=config))
    return tuple(found)


def _check(job: Job, options: ScrapeOptions) -> None:
    if not options.dry_run:
        user_agent(job.config.contact)
    for rules in job.rules:
        if rules.delay_s < MIN_DELAY_S and not options.allow_private:
            raise ConfigError(
                f"{rules.site}: delay_s is {rules.delay_s}; under {MIN_DELAY_S} s only with --allow-private"
            )


@contextmanager
def _opened(into: Path) -> Iterator[Frontier]:
    """Hold the folder for one crawl and open its state."""
    folder = into / STATE_FOLDER
    with locked(folder):
        frontier = Frontier(folder / "state.sqlite")
        try:
            yield frontier
        finally:
            frontier.close()


def _frontier_lines(session: Session) -> tuple[str, ...]:
    lines = []
    for site in session.rules:
        for address in session.frontier.queued(site):
            refused = session.refusal(address)
            state = f"refused {refused}" if refused else "queued"
            lines.append(f"{state}\t{address.kind}\t{address.depth}\t{address.url}")
    return tuple(lines)


def _run(session: Session) -> bool:
    """Run Scrapy until nothing is left to ask; return whether it was interrupted."""
    try:
        from scrapy.crawler import AsyncCrawlerProcess

        from pipeline.scrape.spider import SiteSpider
    except ImportError as error:
        raise EngineError(f"{error.name} is missing; pip install 'fanwen[scrape]'") from error
    settings = scrapy_settings(session.job.config, session.job.private_hosts)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(SiteSpider)
    crawling = process.crawl(crawler, session=session)
    process.start()
    crawling.result()  # raises what kept the crawl from starting
    crash = getattr(crawler.spider, "crash", None)
    if crash is not None:
        raise crash
    return bool(crawler.stats and crawler.stats.get_value("finish_reason") == "shutdown")
