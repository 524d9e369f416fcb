"""One run of the crawler: what to ask next, how long to wait, what is written and remembered. No network.

Scrapy asks `next_address`, sends the request, and hands the answer to `answers.py`; both sides meet here.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.config import ScrapeConfig
from pipeline.scrape.archive import Archive, Exchange, Original, Place, warc_date
from pipeline.scrape.frontier import Address, Frontier
from pipeline.scrape.robots import Robots, origin_of
from pipeline.scrape.rules import CrawlRules, decide, site_url
from pipeline.scrape.safety import literal_address, refused_address
from pipeline.urls import host_of, url_key

logger = logging.getLogger("fanwen")
PAGE_KINDS = frozenset({"list", "article", "continuation", "page"})
PROGRESS_S = 30.0  # between two lines of progress


def server_of(host: str) -> str:
    """Return the name under which a host and its `www.` and `m.` copies are paced: most often one machine.

    >>> server_of("m.example.com"), server_of("127.0.0.1")
    ('example.com', '127.0.0.1')
    """
    return url_key(host).rstrip("/")


@dataclass(frozen=True, slots=True)
class Job:
    """What one run is asked to do."""

    into: Path
    rules: tuple[CrawlRules, ...]
    config: ScrapeConfig
    since: date | None = None
    max_pages: int | None = None  # of this run, all sites together
    private_hosts: frozenset[str] = frozenset()  # may have addresses that are not global


@dataclass(slots=True)
class Tally:
    """What one run did."""

    requests: int = 0
    pages: int = 0  # bodies of pages, new or unchanged
    received_bytes: int = 0  # of bodies, as sent
    by_outcome: Counter[str] = field(
        default_factory=Counter
    )  # "200", "304", "refused robots", "failed http_404"
    stopped: dict[str, str] = field(default_factory=dict)  # server -> why


class Session:
    """The state of one run, over the state of all runs."""

    def __init__(self, job: Job, frontier: Frontier, archive: Archive) -> None:
        """Open a round of each site and queue its starts."""
        self.job = job
        self.frontier = frontier
        self.archive = archive
        self.tally = Tally()
        self.rules = {rules.site: rules for rules in job.rules}
        self.rounds = {site: frontier.open_round(site) for site in self.rules}
        self.round_pages = {site: self._pages_done(site) for site in self.rules}
        self.busy: set[str] = set()  # servers that are being asked
        self.asked_robots: dict[str, Address] = {}  # origin -> the request for its robots.txt, while it runs
        self._robots: dict[str, Robots] = {}
        self._told = time.monotonic()
        for rules in job.rules:
            self._queue_starts(rules)

    def _pages_done(self, site: str) -> int:
        counts = self.frontier.counts(site, self.rounds[site])
        return sum(n for (kind, state, _), n in counts.items() if state == "done" and kind in PAGE_KINDS)

    def _queue_starts(self, rules: CrawlRules) -> None:
        with self.frontier.transaction():
            for url in rules.sitemaps:
                self.frontier.add(self.address(rules, url, "sitemap"), self.rounds[rules.site])
            for url in rules.start:
                kind = decide(rules, site_url(rules, url), continued=True).kind
                self.frontier.add(self.address(rules, url, kind), self.rounds[rules.site])

    def address(self, rules: CrawlRules, url: str, kind: str) -> Address:
        """Return the address of a site as it will be asked."""
        plain = site_url(rules, url)
        return Address(key=url_key(plain), url=plain, site=rules.site, host=host_of(plain), kind=kind)

    # What to ask next

    def next_address(self) -> Address | None:
        """Return the next address to ask, of a host that is not being asked; None when there is none now."""
        for site in self.rules:
            for host in self._free_hosts(site):
                if self.pause_s(host) > self.job.config.max_wait_s:  # told by an earlier run
                    self.stop_host(host, "retry_after")
                elif (address := self._next_of(site, host)) is not None:
                    self.busy.add(server_of(host))
                    return address
        return None

    def pending(self) -> bool:
        """Say whether anything is being asked or could be."""
        return bool(self.busy) or any(self._free_hosts(site) for site in self.rules)

    def _free_hosts(self, site: str) -> tuple[str, ...]:
        if self.full(site) or self.limit_reached():
            return ()
        hosts = self.frontier.queued_hosts(site)
        closed = self.busy | set(self.tally.stopped)
        return tuple(host for host in hosts if server_of(host) not in closed)

    def full(self, site: str) -> bool:
        """Say whether a site's round holds as many pages as its rules allow."""
        return self.round_pages[site] >= self.rules[site].max_pages

    def limit_reached(self) -> bool:
        """Say whether this run has as many pages, in hand or on the way, as it may have."""
        limit = self.job.max_pages
        return limit is not None and self.tally.pages + len(self.busy) >= limit

    def _next_of(self, site: str, host: str) -> Address | None:
        while (address := self.frontier.following(site, host)) is not None:
            origin = origin_of(address.url)
            robots = self.robots(address)
            refused = self.refusal(address)
            if not refused and robots is None:
                return self.asked_robots.setdefault(origin, self._robots_address(address))
            refused = refused or ("" if robots is None or robots.allows(address.url) else "robots")
            if not refused and self.delay_s(address) > self.job.config.max_wait_s:
                self.stop_host(host, "crawl_delay")
                return None
            if not refused:
                return address
            self.refuse(address, refused)
        return None

    def _robots_address(self, address: Address) -> Address:
        url = f"{origin_of(address.url)}/robots.txt"
        return Address(key="", url=url, site=address.site, host=address.host, kind="robots", found=url)

    def robots(self, address: Address) -> Robots | None:
        """Return the robots.txt that speaks for an address, when this round has it."""
        origin = origin_of(address.url)
        if origin not in self._robots:
            kept = self.frontier.robots_of(origin, address.site, self.rounds[address.site])
            if kept is None:
                return None
            self._robots[origin] = Robots(*kept)
        return self._robots[origin]

    def refusal(self, address: Address) -> str:
        """Return why the rules or the net's safety refuse an address, "" when they do not."""
        literal = literal_address(address.host)
        if literal and address.host not in self.job.private_hosts and (reason := refused_address(literal)):
            return f"private_address ({reason})"
        named = address.depth == 0 or address.chain > 0 or address.hops > 0 or address.kind == "sitemap"
        return decide(self.rules[address.site], address.url, continued=named).refused

    # How long to wait

    def delay_s(self, address: Address) -> float:
        """Return the seconds that must lie between an answer of a host and the next request to it."""
        robots = self.robots(address)
        return max(self.rules[address.site].delay_s, robots.delay_s if robots else 0.0)

    def pause_s(self, host: str) -> float:
        """Return the seconds that a host is still to be left alone after a failure."""
        known = self.frontier.host(server_of(host))
        return max(0.0, known[0] - time.time()) if known else 0.0

    def worked(self, host: str) -> None:
        """Note an answer that is no failure."""
        known = self.frontier.host(server_of(host))
        if known is None or known[1]:
            self.frontier.keep_host(server_of(host), 0.0, 0)

    def troubled(self, address: Address, asked_s: float | None) -> None:
        """Note a failure of a host: pause it, longer each time, or stop it for this run."""
        config, host = self.job.config, server_of(address.host)
        known = self.frontier.host(host)
        failures = (known[1] if known else 0) + 1
        backoff_s = self.rules[address.site].backoff_s * 2 ** (failures - 1)
        pause_s = min(backoff_s, config.max_wait_s) if asked_s is None else asked_s
        if pause_s > config.max_wait_s:
            self.stop_host(host, "retry_after")
        elif failures >= config.max_errors:
            self.stop_host(host, "errors")
        stopped = host in self.tally.stopped
        self.frontier.keep_host(host, time.time() + pause_s, 0 if stopped else failures)

    def stop_host(self, host: str, reason: str) -> None:
        """Ask nothing more of a host in this run; what is queued stays."""
        server = server_of(host)
        self.tally.stopped[server] = reason
        logger.warning("%s: stopped (%s); what is queued stays for the next run", server, reason)

    # What is written

    def refuse(self, address: Address, reason: str) -> None:
        """Take an address out of the queue without asking it."""
        self.tell(address, {"outcome": "refused", "reason": reason})
        with self.frontier.transaction():
            self.frontier.settle(address, "refused", reason)
            self.frontier.mark_written(self.archive.lengths())

    def refuse_host(self, asked: Address, reason: str) -> None:
        """Refuse all that is queued of a host."""
        while (address := self.frontier.following(asked.site, asked.host)) is not None:
            self.refuse(address, reason)

    def add(self, address: Address, refused: str = "") -> None:
        """Queue a new address or file it as refused (inside a transaction)."""
        if self.frontier.add(address, self.rounds[address.site], refused) and refused:
            self.tell(address, {"outcome": "refused", "reason": refused})

    def store(self, address: Address, exchange: Exchange, original: Original | None = None) -> Place:
        """Write an exchange into the archive; as a revisit when its body is kept already."""
        name = self.archive.new_name()
        if name is not None:
            self.frontier.mark_written({name: 0})
        about = {
            "site": address.site,
            "kind": address.kind,
            "via": address.via,
            "hopsFromSeed": address.depth,
            "redirects": address.hops,
            "fetchTimeMs": round(exchange.seconds * 1000),
            "robots": self.robots_word(address),
        }
        if original is None:
            return self.archive.store(exchange, about)
        return self.archive.revisit(exchange, original, about)

    def robots_word(self, address: Address) -> str:
        """Return the robots decision for the log."""
        robots = self.robots(address)
        if address.kind == "robots" or robots is None:
            return "not_asked"
        return "allowed" if robots.allows(address.url) else "disallowed"

    def tell(self, address: Address, more: Mapping[str, Any]) -> None:
        """Write a line of the fetch log and count it."""
        line = {
            "when": warc_date(datetime.now(UTC)),
            "site": address.site,
            "url": address.found or address.url,
            "final_url": address.url,
            "kind": address.kind,
            "via": address.via,
            "depth": address.depth,
            "robots": self.robots_word(address),
            **more,
        }
        self.archive.log(line)
        word = f"{line['outcome']} {line['reason']}".strip()
        self.tally.by_outcome[word] += 1
        if time.monotonic() - self._told > PROGRESS_S:
            self._told = time.monotonic()
            logger.info("%d pages, %d requests", self.tally.pages, self.tally.requests)

    def finish(self) -> tuple[str, ...]:
        """Close the rounds that are through; return the sites that have more to ask."""
        open_sites = []
        for site in self.rules:
            if self.full(site) or not self.frontier.queued_hosts(site):
                self.frontier.finish_round(site)
            else:
                open_sites.append(site)
        return tuple(open_sites)

    def remember_robots(self, address: Address, robots: Robots) -> None:
        """Keep the robots.txt of an origin for this round (inside a transaction)."""
        origin = origin_of(address.found)
        self.asked_robots.pop(origin, None)
        self._robots[origin] = robots
        answer = (robots.status, robots.body)
        self.frontier.keep_robots(origin, address.site, self.rounds[address.site], answer)

    def retry_robots(self, address: Address) -> None:
        """Ask for a robots.txt again, at the same place or where it has moved."""
        self.asked_robots[origin_of(address.found)] = replace(address)
