"""The addresses that a page or a sitemap names. Pure; lxml, without network or entity expansion."""

import re
import zlib
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin

from lxml import etree

MAX_LINKS = 5_000  # of one page; template portals have 100–400
MAX_SITEMAP_LINKS = 50_000  # of one file, sitemaps.org
MAX_ROW_CHARS = 200  # of the element around a link that still is one row of a list
GZIP_MAGIC = b"\x1f\x8b"

NEXT_WORDS = frozenset(
    {"下一页", "下一頁", "下页", "下頁", "后一页", "後一頁", "next", "next page", ">", "›", "»", ">>"}
)
ROW_DATE = re.compile(
    r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)"
)  # `2024-05-20`, `2024年5月20日`: yes
REFRESH = re.compile(r"url\s*=\s*['\"]?(?P<target>[^'\">\s]+)", re.IGNORECASE)  # `0;url=/m/`: yes; `30`: no
NO_PAGE = ("#", "javascript:", "mailto:", "tel:", "data:")
ROW_TAGS = frozenset({"li", "tr", "dd", "dt", "p", "div"})


@dataclass(frozen=True, slots=True)
class Link:
    """An absolute address that a page names; whether it leads to its next page; its day, if told."""

    url: str
    further: bool = False
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap file lists: pages, and further sitemap files."""

    pages: tuple[Link, ...] = ()
    sitemaps: tuple[str, ...] = ()


def page_links(html: str, url: str) -> tuple[Link, ...]:
    """Return the links of a page in document order, without repeats, at most MAX_LINKS.

    `further` is set by `rel=next` and by 下一页 and its like. `day` is the one date in the row (li, tr, …)
    around the link. `meta refresh` is a link; `nofollow` of a link or a page is obeyed. Cost: about 1 ms for
    50 KB.

    >>> page_links('<li><a href="1.html">甲</a> 2024-05-20</li><a href="?page=2">下一页</a>', "http://a.com/z/")
    ... # doctest: +NORMALIZE_WHITESPACE
    (Link(url='http://a.com/z/1.html', further=False, day=datetime.date(2024, 5, 20)),
     Link(url='http://a.com/z/?page=2', further=True, day=None))
    """
    root = _tree(html)
    if root is None:
        return ()
    base = _base(root, url)
    if _says_nofollow(root):
        return ()
    found: dict[str, Link] = {}
    for element in root.iter("a", "area", "link", "meta"):
        link = _link(element, base)
        if link is not None and (link.url not in found or link.further):
            found[link.url] = link
        if len(found) >= MAX_LINKS:
            break
    return tuple(found.values())


def _tree(html: str) -> etree._Element | None:
    if not html.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        return _joined(url, element.get("href", "")) or url
    return url


def _joined(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _link(element: etree._Element, base: str) -> Link | None:
    href = (element.get("href") or "").strip() if element.tag != "meta" else _refresh(element)
    relations = (element.get("rel") or "").lower().split()
    if not href or href.lower().startswith(NO_PAGE) or "nofollow" in relations:
        return None
    if element.tag == "link" and "next" not in relations:
        return None
    target = _joined(base, href)
    if target is None:
        return None
    words = "".join(element.itertext()).strip().lower()
    further = "next" in relations or words in NEXT_WORDS
    return Link(target.partition("#")[0], further, _row_date(element))


def _says_nofollow(root: etree._Element) -> bool:
    return any(
        "nofollow" in (meta.get("content") or "").lower()
        for meta in root.iter("meta")
        if (meta.get("name") or "").lower() == "robots"
    )


def _refresh(meta: etree._Element) -> str:
    """Return where a `meta refresh` leads, "" for any other meta."""
    match = (
        REFRESH.search(meta.get("content") or "") if meta.get("http-equiv", "").lower() == "refresh" else None
    )
    return match["target"] if match else ""


def _row_date(element: etree._Element) -> date | None:
    """Return the date in the row around a link, when there is exactly one and the row is short."""
    for parent in element.iterancestors(*ROW_TAGS):
        text = "".join(parent.itertext())
        dates = set(ROW_DATE.findall(text)) if len(text) <= MAX_ROW_CHARS else set()
        if len(dates) == 1 and len(parent.findall(".//a")) == 1:
            return _date(*dates.pop())
        return None
    return None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def sitemap_links(body: bytes, url: str, max_bytes: int) -> Sitemap:
    """Return what a sitemap lists: XML url set or index, or plain text; gzip-packed or not.

    At most `max_bytes` are unpacked. A file that is broken half-way gives what stands before the break.
    Entities are not expanded.

    >>> entry = b"<url><loc> http://a.com/1.html </loc><lastmod>2024-05-20T01:00:00Z</lastmod></url>"
    >>> sitemap_links(b"<urlset>" + entry + b"</urlset>", "http://a.com/sitemap.xml", 1000).pages
    (Link(url='http://a.com/1.html', further=False, day=datetime.date(2024, 5, 20)),)
    """
    body = unpacked(body, max_bytes)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = body.decode("utf-8", "replace").split()
        return Sitemap(tuple(Link(line) for line in lines[:MAX_SITEMAP_LINKS] if line.startswith("http")))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(body.lstrip(), parser)
    if root is None:
        return Sitemap()
    pages: list[Link] = []
    sitemaps: list[str] = []
    for entry in root.iter("{*}url", "{*}sitemap"):
        link = _entry(entry, url)
        if link is not None and etree.QName(entry).localname == "url":
            pages.append(link)
        elif link is not None:
            sitemaps.append(link.url)
    return Sitemap(tuple(pages[:MAX_SITEMAP_LINKS]), tuple(sitemaps[:MAX_SITEMAP_LINKS]))


def _entry(entry: etree._Element, base: str) -> Link | None:
    location = (entry.findtext("{*}loc") or "").strip()
    target = _joined(base, location) if location else None
    modified = ROW_DATE.search(entry.findtext("{*}lastmod") or "")
    return None if target is None else Link(target, day=_date(*modified.groups()) if modified else None)


def unpacked(body: bytes, max_bytes: int) -> bytes:
    """Return a gzip-packed body unpacked, cut at `max_bytes`; any other body as it is.

    >>> unpacked(zlib.compress(b"a" * 100, wbits=31), 10)
    b'aaaaaaaaaa'
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, max_bytes)
    except zlib.error:
        return b""
