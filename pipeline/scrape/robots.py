"""robots.txt as RFC 9309 has it, with the Crawl-delay and Sitemap lines that sites really write."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

MAX_BYTES = 512_000  # RFC 9309 §2.5: at least 500 kibibytes
PRODUCT = "fanwen"  # the token that rules for us are written under


def origin_of(url: str) -> str:
    """Return scheme, host and port: what one robots.txt speaks for; "" for what is no address.

    >>> origin_of("https://a.com:8443/x?y")
    'https://a.com:8443'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Robots:
    """The answer to a request for robots.txt: its status, 0 for none at all, and its body."""

    status: int
    body: bytes = b""

    @cached_property
    def _rules(self) -> Any:
        from protego import Protego

        text = self.body[:MAX_BYTES].decode("utf-8", "replace") if 200 <= self.status < 300 else ""
        return Protego.parse(text.lstrip("\ufeff"))

    @property
    def reachable(self) -> bool:
        """False when the server failed: then nothing may be fetched (RFC 9309 §2.3.1.4)."""
        return 200 <= self.status < 500 and self.status != 429

    def allows(self, url: str) -> bool:
        r"""Say whether the rules let us fetch an address; a 4xx answer allows everything (§2.3.1.3).

        >>> Robots(200, b"User-agent: *\nDisallow: /private/").allows("http://a.com/private/1.html")
        False
        >>> Robots(404).allows("http://a.com/private/1.html")
        True
        """
        return self.reachable and bool(self._rules.can_fetch(url, PRODUCT))

    @property
    def delay_s(self) -> float:
        """Seconds between requests that the site asks for by Crawl-delay or Request-rate; else 0."""
        delay = float(self._rules.crawl_delay(PRODUCT) or 0)
        delay = delay if math.isfinite(delay) else 0.0  # `nan` is a number to Python
        rate = self._rules.request_rate(PRODUCT)
        return max(delay, rate.seconds / rate.requests if rate and rate.requests else 0.0)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of its Sitemap lines."""
        return tuple(self._rules.sitemaps)
