"""Pace: AutoThrottle with a floor for each host, jitter that only adds, delays that run from an answer."""

import random
import time
from time import monotonic
from typing import Any

from scrapy import Request, signals
from scrapy.extensions.throttle import AutoThrottle


class SiteThrottle(AutoThrottle):
    """Scrapy's AutoThrottle, made strict.

    Scrapy spaces the *sending* of requests, and its jitter takes off as much as it adds. Here the delay runs
    from the end of one answer to the next request, so the server never sees two requests closer than that;
    and it is never less than the site's rules and its robots.txt ask for. A host that an earlier run has
    asked waits one delay before its first request.
    """

    def __init__(self, crawler: Any) -> None:
        """Listen to requests entering and leaving the downloader."""
        super().__init__(crawler)
        self._pace: dict[str, float] = {}  # slot -> delay as AutoThrottle has it, without jitter
        crawler.signals.connect(self._entering, signal=signals.request_reached_downloader)
        crawler.signals.connect(self._leaving, signal=signals.request_left_downloader)

    def _entering(self, request: Request, spider: Any) -> None:
        """Set the delay before this request."""
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None:
            return
        session, address = spider.session, request.meta["address"]
        if key not in self._pace and session.frontier.host(key) is not None:
            slot.lastseen = monotonic()
        self._pace[key] = max(self._pace.get(key, 0.0), session.delay_s(address))
        jitter = session.rules[address.site].jitter
        slot.delay = self._pace[key] * (1 + random.uniform(0, jitter))  # noqa: S311  (no secret)

    def _leaving(self, request: Request, spider: Any) -> None:
        """Count the next delay from now."""
        _, slot = self._get_slot(request, spider)
        request.meta["ended"] = time.time()
        if slot is not None:
            slot.lastseen = monotonic()

    def _adjust_delay(self, slot: Any, latency: float, response: Any) -> None:
        """Let AutoThrottle adapt the pace itself, not the pace with jitter."""
        key = next(
            (key for key, known in self.crawler.engine.downloader.slots.items() if known is slot), None
        )
        if key is None:
            return
        slot.delay = self._pace.get(key, slot.delay)
        super()._adjust_delay(slot, latency, response)
        self._pace[key] = slot.delay
