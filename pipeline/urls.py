"""Addresses of pages: one canonical spelling to fetch, one key to compare. Pure; no network.

`canonical_url` keeps what a server needs (scheme, host, order of parameters) and drops what it ignores;
`url_key` drops also what tells apart only copies of a page: the scheme, `www.` and `m.`, an index file name,
the order of parameters. Spelling follows RFC 3986 §6.2.2 (case, percent-encoding, dot segments) and, for what
people really write into `href`, WHATWG URL §4.4 (back slashes, tabs and line breaks inside an address).
"""

import re
from urllib.parse import SplitResult, urlsplit

# Parameters that say where a visitor came from. Google Analytics and Ads (utm_*, gclid, …), Facebook, Bing,
# Yandex, Mailchimp; Baidu Tongji (hm*) and its click id (bd_vid); Alibaba (spm, scm); WeChat (from, nsukey,
# share_*). The last line: session ids of PHP and Java.
TRACKING_NAMES = frozenset(
    re.split(
        r"\s+",
        "gclid gclsrc dclid gbraid wbraid fbclid msclkid yclid mc_cid mc_eid igshid "
        "hmsr hmpl hmcu hmkw hmci hmmd bd_vid spm scm nsukey isappinstalled "
        "phpsessid jsessionid",
    )
)
TRACKING_PREFIXES = ("utm_", "share_", "aspsessionid")
# `from` may well be a real parameter; WeChat's own values of it are not.
TRACKING_VALUES = frozenset({("from", "timeline"), ("from", "singlemessage"), ("from", "groupmessage")})

DEFAULT_PORTS = {"http": 80, "https": 443}

# `…/1234_2.html`, `…?page=3`: later pages of one list; `…/1234.html`, `…/2024_11_20.html`: not.
LATER_PAGE = re.compile(r"(?<=/)(?P<first>[^/_?]+)_(?:[2-9]|[1-4]\d)(?P<end>\.[a-z]{3,5})$", re.IGNORECASE)
LATER_QUERY = re.compile(r"(?P<sep>[?&])(?:page|p|pn)=(?:[2-9]|[1-4]\d)(?=&|$)")

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*(?=:)")  # `http`: yes; `1http`, `例`: no
HOST_AND_PORT = re.compile(r"[^/?#:]+:\d+(?:[/?#]|$)")  # `example.com:8080/a`: yes; `mailto:a`: no
COPY_LABEL = re.compile(
    r"(?:www|m|wap|mip|3g)\.(?=[^.]+\.)"
)  # `m.example.com`: yes; `m.com`, `mm.example.com`: no
PUBLIC_SECOND_LEVEL = re.compile(r"(?:com|net|org|gov|edu|ac|co)\.[a-z]{2}")  # `com.cn`: yes; `fanwen.cn`: no
INDEX_FILE = re.compile(
    r"(?<=/)(?:index|default)\.(?:s?html?|php|aspx?|jsp)\Z", re.IGNORECASE
)  # not `/my-index.html`
SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?#;]*", re.IGNORECASE)  # `/a;jsessionid=1F`: yes
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")  # `%e4`: yes; `%zz`: no
BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")  # the % of `100%`: yes; of `%20`: no
LINE_BREAKS_AND_TABS = re.compile(r"[\t\r\n]")
UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
# What may stand unescaped in a path or query (RFC 3986 §3.3, §3.4), besides unreserved.
KEPT = frozenset("!$&'()*+,;=:@/?%[]|")
PLAIN = re.compile("[" + re.escape("".join(sorted(UNRESERVED | KEPT))) + "]*")  # a/b?c=1, not a b


def canonical_url(url: str) -> str:
    """Return the one spelling under which a page is fetched.

    Lower-case scheme and host, no user name, no default port, no fragment, no tracking parameters, no session
    id; percent-encoding and dot segments normalised, non-ASCII as UTF-8 escapes. An address without a scheme
    is taken as `http`. What is not http(s), or cannot be read, comes back stripped of blanks. Never raises.
    Idempotent. Cost: about 10 µs.

    >>> canonical_url(" HTTP://User:pw@WWW.Example.com:80/a/../b/%7ex.html?utm_source=wx&id=3#top ")
    'http://www.example.com/b/~x.html?id=3'
    >>> canonical_url("mailto:a@example.com")
    'mailto:a@example.com'
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    query = "&".join(_parameters(parts.query))
    return f"{parts.scheme}://{_authority(parts)}{_path(parts.path)}{'?' + query if query else ''}"


def url_key(url: str) -> str:
    """Return the key under which two addresses are one page.

    What `canonical_url` drops does not count; nor do the scheme, `www.`, `m.`, `wap.`, `mip.`, `3g.` before
    a host, a trailing `index.html` (and its like) and the order of parameters. Never raises. Idempotent: the
    key of a key is itself. Cost: about 12 µs.

    >>> url_key("https://m.example.com/zhidu/index.html?b=2&a=1&from=timeline")
    'example.com/zhidu/?a=1&b=2'
    >>> url_key("http://www.example.com:80/zhidu/?a=1&b=2") == url_key("example.com/zhidu/?a=1&b=2")
    True
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    host = _authority(parts).removesuffix(":80").removesuffix(":443")  # whichever scheme stood before
    while (bare := COPY_LABEL.sub("", host, count=1)) != host and not PUBLIC_SECOND_LEVEL.fullmatch(bare):
        host = bare
    path = INDEX_FILE.sub("", _path(parts.path))
    query = "&".join(sorted(_parameters(parts.query), key=lambda pair: pair.partition("=")[0]))
    return f"{host}{path}{'?' + query if query else ''}"


def host_of(url: str) -> str:
    """Return the host of an http(s) address, lower case, without port; "" when there is none.

    >>> host_of("https://M.Example.com:8443/a")
    'm.example.com'
    """
    parts = _split(url)
    return "" if parts is None else _hostname(parts)


def _split(url: str) -> SplitResult | None:
    """Return the parts of an http(s) address; None for anything else."""
    cleaned = LINE_BREAKS_AND_TABS.sub("", url.strip())
    scheme = SCHEME.match(cleaned)
    if scheme is None or HOST_AND_PORT.match(cleaned):
        cleaned = "http://" + cleaned.lstrip("/\\")
    elif scheme.group().lower() not in DEFAULT_PORTS:
        return None
    before, question, query = cleaned.partition("?")
    try:
        parts = urlsplit(before.replace("\\", "/") + question + query)
        _ = parts.port  # urlsplit reads the port only when asked, and raises then
    except ValueError:
        return None
    return parts if parts.hostname and _hostname(parts) else None


def _hostname(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _authority(parts: SplitResult) -> str:
    host = _hostname(parts)
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _path(path: str) -> str:
    return _without_dots(_escaped(SESSION_IN_PATH.sub("", path))) or "/"


def _parameters(query: str) -> list[str]:
    return [_escaped(pair) for pair in query.split("&") if pair and not is_tracking(pair)]


def is_tracking(pair: str) -> bool:
    """Say whether a `name=value` of a query only tells where the visitor came from.

    >>> [is_tracking(pair) for pair in ("utm_source=a", "from=timeline", "from=2024", "id=3")]
    [True, True, False, False]
    """
    name, _, value = pair.lower().partition("=")
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES) or (name, value) in TRACKING_VALUES


def _escaped(text: str) -> str:
    """Escape what must be escaped and nothing else; upper-case the escapes."""
    text = ESCAPE.sub(_normal_escape, BARE_PERCENT.sub("%25", text))
    if PLAIN.fullmatch(text):
        return text
    return "".join(char if char in UNRESERVED or char in KEPT else _escape(char) for char in text)


def _normal_escape(match: re.Match[str]) -> str:
    char = chr(int(match.group(1), 16))
    return char if char in UNRESERVED else match.group().upper()


def _escape(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986 §5.2.4); `..` above the root is dropped."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def first_page_of(url: str) -> str | None:
    """Return the `url_key` of the first page where `url` is a later page of a list, else None.

    >>> first_page_of("http://a.example/zd/1234_2.html"), first_page_of("http://a.example/zd/1234.html")
    ('a.example/zd/1234.html', None)
    """
    path, mark, query = url.partition("?")
    match = LATER_PAGE.search(path) if "_" in path else None
    if match:
        return url_key(path[: match.start()] + match["first"] + match["end"] + mark + query)
    match = LATER_QUERY.search(url) if "=" in url else None
    if match:
        return url_key((url[: match.start()] + match["sep"] + url[match.end() :].lstrip("&")).rstrip("?&"))
    return None
