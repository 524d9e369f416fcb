r"""What may be fetched from a site, and what an address is: the `[crawl]` table of the site's TOML file.

```toml
[crawl]
start = ["https://www.example.com/zhidu/"]   # where to begin
hosts = ["www.example.com", "m.example.com"] # allow-list; without it the hosts of `start`
sitemaps = ["https://www.example.com/sitemap.xml"]
use_sitemap = true                           # also ask robots.txt for sitemaps, else /sitemap.xml
lists = ['^/zhidu/(list_\d+\\.html)?$']       # regular expressions, searched in path?query
articles = ['^/zhidu/\\d+\\.html$']
allow = []                                   # more that may be fetched; no pattern at all: everything
deny = ['/search']                           # wins over all
aliases = { "m.example.com" = "www.example.com" }
drop_parameters = ["ref"]                    # besides the tracking parameters that every site drops
delay_s = 2.0
jitter = 0.5
backoff_s = 30.0
max_pages = 5000
max_depth = 12
```
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pipeline.config import ScrapeConfig
from pipeline.errors import ConfigError
from pipeline.urls import canonical_url, host_of, url_key

DEFAULTS = ScrapeConfig()
MIN_DELAY_S = 1.0  # the politeness floor for hosts of the open net
MAX_URL_LENGTH = 2000  # longer ones are traps or broken links; sitemaps.org allows 2,048
MAX_REPEATED_SEGMENT = 3  # `/a/b/a/b/a/b`: relative links that resolve into themselves
# Files that are no pages: what a template site offers for download, and what its pages load.
FILE_TYPES = (
    r"7z|apk|avi|bmp|css|csv|docx?|exe|flv|gif|ico|iso|jpe?g|js|json|m4a|mp[34]|pdf|png|pptx?|psd|rar|rtf|svg"
    r"|swf|tar|ttf|wav|webm|webp|wmv|woff2?|wps|xlsx?|zip"
)
FILE_NAME = re.compile(rf"\.(?:{FILE_TYPES})$", re.IGNORECASE)  # `/a.docx`: yes; `/docx/1.html`: no
DATE_IN_PATH = re.compile(
    r"/(?P<y>20\d\d)[/_-]?(?P<m>0[1-9]|1[0-2])(?:[/_-]?(?P<d>0[1-9]|[12]\d|3[01]))?(?=[/_.-])"
)

# The number of a page in an address: `_2.html`, `-2.html`, `/page/2/`, `/p2/`, `?page=2`.
PAGE_SUFFIX = re.compile(
    r"[_-](\d{1,4})(?=(?:\.s?html?|\.php|\.aspx?)?$)"
)  # `/1_2.html`: yes; `/12.html`: no
PAGE_FOLDER = re.compile(r"/(?:page/?|p)(\d{1,4})/?$")  # `/zhidu/page/2/`: yes
PAGE_PARAMETER = re.compile(r"(?:^|&)(?:page|p|pn|paged|pageno|pageindex)=(\d{1,4})(?=&|$)", re.IGNORECASE)
LIST_FILE = re.compile(r"(?<=/)(?:index|list)(?:\.s?html?|\.php|\.aspx?)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CrawlRules:
    """Rules of one site. Patterns are searched in `path?query` of the canonical address."""

    site: str
    start: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    use_sitemap: bool = True
    lists: tuple[re.Pattern[str], ...] = ()
    articles: tuple[re.Pattern[str], ...] = ()
    allow: tuple[re.Pattern[str], ...] = ()
    deny: tuple[re.Pattern[str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    drop_parameters: tuple[str, ...] = ()
    delay_s: float = DEFAULTS.delay_s
    jitter: float = DEFAULTS.jitter
    backoff_s: float = DEFAULTS.backoff_s
    max_pages: int = DEFAULTS.max_pages
    max_depth: int = DEFAULTS.max_depth


@dataclass(frozen=True, slots=True)
class Decision:
    """What an address is (`list`, `article`, `page`), or why it is refused (docs/scrape.md)."""

    kind: str = "page"
    refused: str = ""


KNOWN_KEYS = tuple(f.name for f in fields(CrawlRules) if f.name != "site")
PATTERN_KEYS = ("lists", "articles", "allow", "deny")
NUMBER_KEYS = ("delay_s", "jitter", "backoff_s", "max_pages", "max_depth")


def parse_rules(
    table: Mapping[str, Any], site: str, *, where: str = "[crawl]", config: ScrapeConfig | None = None
) -> CrawlRules:
    r"""Read a `[crawl]` table; what it leaves out comes from `config`.

    Raises ConfigError for an unknown key, a value of the wrong type or off its range, a pattern that is no
    regular expression, and a table without a host.

    >>> table = {"start": ["https://www.example.com/zhidu/"], "articles": [r"/\d+\.html$"]}
    >>> rules = parse_rules(table, "例")
    >>> decide(rules, "https://www.example.com/zhidu/1.html").kind
    'article'
    >>> decide(rules, "https://www.example.com/about.html").refused
    'not_in_rules'
    """
    unknown = sorted(set(table) - set(KNOWN_KEYS))
    if unknown:
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(KNOWN_KEYS)}")
    values: dict[str, Any] = {name: getattr(config, name) for name in NUMBER_KEYS} if config else {}
    for name, value in table.items():
        values[name] = _value(name, value, f"{where}: {name}")
    rules = CrawlRules(site=site, **values)
    hosts = rules.hosts or tuple(dict.fromkeys(host_of(url) for url in (*rules.start, *rules.sitemaps)))
    if not hosts or not all(hosts):
        raise ConfigError(f"{where}: no host; give `start` or `hosts`")
    return replace(rules, hosts=hosts)


def rules_for_urls(urls: Sequence[str], config: ScrapeConfig) -> CrawlRules:
    """Return the generic rules for addresses of one host: everything on it, within the limits of `config`.

    >>> rules_for_urls(["https://www.example.com/zhidu/"], ScrapeConfig()).hosts
    ('www.example.com', 'example.com', 'm.example.com')
    """
    host = host_of(urls[0])
    bare = url_key(host).rstrip("/")
    names = dict.fromkeys((host,) if _is_literal(host) else (host, bare, f"www.{bare}", f"m.{bare}"))
    hosts = tuple(name for name in names if name == host or url_key(name).rstrip("/") == bare)
    return parse_rules({"start": list(urls), "hosts": list(hosts)[:3]}, host, config=config)


def _is_literal(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()


def _value(name: str, value: Any, where: str) -> Any:
    default = next(f.default for f in fields(CrawlRules) if f.name == name)
    if name == "aliases":
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            raise ConfigError(f"{where} must be a table of host = host, found {value!r}")
        return tuple((str(k).lower(), v.lower()) for k, v in value.items())
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{where} must be a list of strings, found {value!r}")
        return tuple(_pattern(item, where) for item in value) if name in PATTERN_KEYS else tuple(value)
    if default is MISSING or type(value) is type(default):
        return _in_range(name, value, where)
    if isinstance(default, float) and type(value) is int:
        return _in_range(name, float(value), where)
    raise ConfigError(f"{where} must be {type(default).__name__}, found {value!r}")


def _in_range(name: str, value: Any, where: str) -> Any:
    if name in NUMBER_KEYS and value < 0:
        raise ConfigError(f"{where} must not be negative, found {value!r}")
    return value


def _pattern(source: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except re.error as error:
        raise ConfigError(f"{where}: {source!r} is no regular expression: {error}") from error


def site_url(rules: CrawlRules, url: str) -> str:
    """Return the address under which the site is asked: canonical, its aliases and parameters applied.

    >>> table = {"hosts": ["a.com"], "aliases": {"m.a.com": "a.com"}, "drop_parameters": ["ref"]}
    >>> rules = parse_rules(table, "a")
    >>> site_url(rules, "http://m.a.com/1.html?ref=x&id=2")
    'http://a.com/1.html?id=2'
    """
    plain = canonical_url(url)
    host = host_of(plain)
    for alias, target in rules.aliases:
        if host == alias:
            plain = plain.replace(f"://{alias}", f"://{target}", 1)
    if rules.drop_parameters and "?" in plain:
        path, _, query = plain.partition("?")
        kept = [pair for pair in query.split("&") if pair.partition("=")[0] not in rules.drop_parameters]
        plain = f"{path}{'?' if kept else ''}{'&'.join(kept)}"
    return plain


def decide(rules: CrawlRules, url: str, *, continued: bool = False) -> Decision:
    """Say what a (canonical) address is to the rules, or why it is not fetched.

    `continued`: a further page of a list or an article that the rules let through; the patterns need
    not match it. Cost: a few µs and the patterns.
    """
    if not url.startswith(("http://", "https://")):
        return Decision(refused="not_http")
    if host_of(url) not in rules.hosts:
        return Decision(refused="host_not_allowed")
    parts = urlsplit(url)
    if len(url) > MAX_URL_LENGTH or _repeats(parts.path):
        return Decision(refused="trap")
    if FILE_NAME.search(parts.path):
        return Decision(refused="file_type")
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if any(pattern.search(target) for pattern in rules.deny):
        return Decision(refused="denied")
    return _kind(rules, target, continued)


def _kind(rules: CrawlRules, target: str, continued: bool) -> Decision:
    if any(pattern.search(target) for pattern in rules.articles):
        return Decision("article")
    if any(pattern.search(target) for pattern in rules.lists):
        return Decision("list")
    named = rules.articles or rules.lists or rules.allow
    if continued or not named or any(pattern.search(target) for pattern in rules.allow):
        return Decision()
    return Decision(refused="not_in_rules")


def _repeats(path: str) -> bool:
    segments = [segment for segment in path.split("/") if segment]
    words = {segment for segment in segments if not segment.isdigit()}
    return any(segments.count(word) >= MAX_REPEATED_SEGMENT for word in words)


def page_number(first: str, other: str) -> int | None:
    """Return N when `other` is page N of the list or article at `first`, by its address alone; else None.

    >>> page_number("http://a.com/zhidu/1.html", "http://a.com/zhidu/1_2.html")
    2
    >>> page_number("http://a.com/zhidu/", "http://a.com/zhidu/list_3.html")
    3
    >>> page_number("http://a.com/zhidu/1.html", "http://a.com/zhidu/2.html") is None
    True
    """
    if first == other or _unnumbered(first)[0] != _unnumbered(other)[0]:
        return None
    return _unnumbered(other)[1]


def _unnumbered(url: str) -> tuple[str, int | None]:
    """Split an address into what all pages of one list share, and the number."""
    path, _, query = url.partition("?")
    number: int | None = None
    for pattern in (PAGE_SUFFIX, PAGE_FOLDER):
        if match := pattern.search(path):
            number = int(match.group(1))
            path = path[: match.start()] + path[match.end() :]
            path += "/" if pattern is PAGE_FOLDER else ""
            break
    if match := PAGE_PARAMETER.search(query):
        number = int(match.group(1))
        query = (query[: match.start()] + query[match.end() :]).lstrip("&")
    return f"{LIST_FILE.sub('', path)}?{query}", number


def date_in_url(url: str) -> date | None:
    """Return the day that an address carries, `/2024/0520/1.html` or `/20240520/`; 28 where it gives no day.

    >>> date_in_url("http://a.com/2024/0520/1.html"), date_in_url("http://a.com/zhidu/202405201.html")
    (datetime.date(2024, 5, 20), None)
    """
    match = DATE_IN_PATH.search(url)
    if match is None:
        return None
    year, month = int(match["y"]), int(match["m"])
    try:
        return date(year, month, int(match["d"] or 28))
    except ValueError:
        return None
