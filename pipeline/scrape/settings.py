"""Scrapy's settings, as a polite archive needs them: all that differs from Scrapy's defaults (facts §7)."""

import re
from importlib.metadata import version
from typing import Any

from pipeline.config import ScrapeConfig
from pipeline.errors import ConfigError

# A page or a mailbox where a webmaster finds a person.
CONTACT = re.compile(r"https?://[^\s()<>]+\.[^\s()<>]+|(?:mailto:)?[^\s()<>@]+@[^\s()<>@]+\.[^\s()<>@]+")


# Done by the frontier, or unwanted: no cookies, no credentials, no proxy between the check and the host.
OFF = (
    "robotstxt.RobotsTxtMiddleware",
    "retry.RetryMiddleware",
    "redirect.RedirectMiddleware",
    "redirect.MetaRefreshMiddleware",
    "offsite.OffsiteMiddleware",
    "cookies.CookiesMiddleware",
    "httpauth.HttpAuthMiddleware",
    "httpproxy.HttpProxyMiddleware",
)


def user_agent(contact: str) -> str:
    """Return the honest user agent. Raises ConfigError when the contact is no web or mail address.

    >>> user_agent("crawler@example.org").partition(" ")[2]
    '(+crawler@example.org)'
    """
    if not CONTACT.fullmatch(contact):
        raise ConfigError(
            f"a crawler must say who runs it: contact is {contact!r}; give --contact or [scrape] contact, "
            "a web or mail address, for example --contact you@example.org"
        )
    return f"fanwen/{version('fanwen')} (+{contact})"


def scrapy_settings(config: ScrapeConfig, private_hosts: frozenset[str]) -> dict[str, Any]:
    """Return the settings of one crawl; `private_hosts` may have addresses that are not global.

    Raises ConfigError when there is no contact.
    """
    here, theirs = "pipeline.scrape", "scrapy.downloadermiddlewares"
    return {
        "USER_AGENT": user_agent(config.contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Language": "zh-CN,zh;q=0.9,zh-TW;q=0.8,en;q=0.3",
            "Accept-Encoding": "gzip, deflate",  # what every reader of WARC unpacks
        },
        "SCHEDULER": f"{here}.spider.FrontierScheduler",
        "DOWNLOADER_MIDDLEWARES": {
            f"{here}.spider.Pause": 10,
            f"{here}.spider.Wire": 595,  # nearer to the wire than HttpCompression (590)
            **{f"{theirs}.{name}": None for name in OFF},
        },
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            f"{here}.throttle.SiteThrottle": 0,
        },
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY_JITTER": 0,  # SiteThrottle adds its own
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": 0,
        "DOWNLOAD_TIMEOUT": config.timeout_s,
        "DOWNLOAD_MAXSIZE": config.max_body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "HTTPERROR_ALLOW_ALL": True,  # every answer is filed
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,  # the fetch log says what happened; errors of ours are raised
        "LOG_INSTALL_ROOT_HANDLER": False,
        "TWISTED_DNS_RESOLVER": f"{here}.resolver.PublicResolver",
        "FANWEN_PRIVATE_HOSTS": sorted(private_hosts),
    }
