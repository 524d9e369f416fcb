"""What an answer means: a page, an unchanged page, a redirect, a robots.txt, a failure. No network."""

import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from pipeline.scrape.archive import Exchange, Original, Place, warc_date
from pipeline.scrape.frontier import Address, Copy, moved
from pipeline.scrape.links import Link, page_links, sitemap_links
from pipeline.scrape.robots import Robots, origin_of
from pipeline.scrape.rules import CrawlRules, date_in_url, decide, page_number, site_url
from pipeline.scrape.session import PAGE_KINDS, Session
from pipeline.urls import host_of, url_key

REDIRECTS = frozenset({301, 302, 303, 307, 308})
TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})
MAX_FURTHER_PAGES = 500  # of one list or article; a list of 20 rows a page then names 10,000 articles
MAX_SITEMAP_DEPTH = 3  # an index may not name an index (sitemaps.org); some do
SECONDS = re.compile(r"\d{1,7}")
REFUSALS = ("private_address", "too_large", "content_type")  # ours, not the server's


def answered(session: Session, address: Address, exchange: Exchange, body: bytes) -> None:
    """File an answer. `body` is the body with its content encoding removed."""
    session.tally.requests += 1
    session.tally.received_bytes += len(exchange.body)
    if exchange.status in TEMPORARY:
        return _trouble(session, address, exchange)
    session.worked(address.host)
    target = _header(exchange, "location") if exchange.status in REDIRECTS else ""
    if target:
        return _redirected(session, address, exchange, target)
    if address.kind == "robots":
        return _robots(session, address, exchange, body)
    if exchange.status == 304:
        return _unchanged(session, address, exchange)
    if 200 <= exchange.status < 300:
        return _body(session, address, exchange, body)
    place = session.store(address, exchange)
    _tell(session, address, exchange, f"failed http_{exchange.status}", _at(place))
    return _settle(session, address, "failed", f"http_{exchange.status}")


def unanswered(session: Session, address: Address, reason: str, *, temporary: bool) -> None:
    """File a request that got no answer, or one that was broken off for `reason`."""
    session.tally.requests += 1
    if temporary:
        session.troubled(address, None)
        return _again(session, address, reason)
    if address.kind == "robots":
        return _no_robots(session, address, reason)
    outcome = "refused" if reason.startswith(REFUSALS) else "failed"
    session.tell(address, {"outcome": outcome, "reason": reason})
    return _settle(session, address, outcome, reason)


def validators(session: Session, address: Address) -> dict[str, str]:
    """Return the headers that make a request conditional, when the last body is still in the archive."""
    copy = session.frontier.copy_of(address.url)
    if copy is None or not session.archive.has(copy.file):
        return {}
    headers = {"If-None-Match": copy.etag, "If-Modified-Since": copy.last_modified}
    return {name: value for name, value in headers.items() if value}


def retry_after_s(value: str, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (a number or an HTTP date); None when it says nothing.

    >>> retry_after_s("120", datetime.now(UTC)), retry_after_s("soon", datetime.now(UTC))
    (120.0, None)
    >>> retry_after_s("Mon, 20 May 2024 00:01:00 GMT", datetime(2024, 5, 20, tzinfo=UTC))
    60.0
    """
    if SECONDS.fullmatch(value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _header(exchange: Exchange, name: str) -> str:
    return next((value.strip() for key, value in exchange.headers if key.lower() == name), "")


def _tell(
    session: Session, address: Address, exchange: Exchange, outcome: str, more: Mapping[str, Any]
) -> None:
    word, _, reason = outcome.partition(" ")
    line = {
        "outcome": word,
        "reason": reason,
        "status": exchange.status,
        "captured_at": warc_date(exchange.began),
        "etag": _header(exchange, "etag"),
        "last_modified": _header(exchange, "last-modified"),
        "bytes": len(exchange.body),
        "seconds": round(exchange.seconds, 3),
    }
    session.tell(address, line | dict(more))


def _at(place: Place, sha256: str = "") -> dict[str, Any]:
    return {"sha256": sha256, "file": place.file, "offset": place.offset}


def _settle(session: Session, address: Address, state: str, reason: str = "") -> None:
    with session.frontier.transaction():
        session.frontier.settle(address, state, reason)
        session.frontier.mark_written(session.archive.lengths())


def _trouble(session: Session, address: Address, exchange: Exchange) -> None:
    place = session.store(address, exchange)
    session.troubled(address, retry_after_s(_header(exchange, "retry-after"), datetime.now(UTC)))
    _tell(session, address, exchange, f"retry http_{exchange.status}", _at(place))
    _again(session, address, f"http_{exchange.status}")


def _again(session: Session, address: Address, reason: str) -> None:
    """Queue an address once more, or give it up."""
    again = replace(address, tries=address.tries + 1)
    given_up = again.tries > session.job.config.retries
    if address.kind == "robots":
        return _no_robots(session, address, reason) if given_up else session.retry_robots(again)
    if given_up:
        session.tell(address, {"outcome": "failed", "reason": reason})
        return _settle(session, address, "failed", reason)
    with session.frontier.transaction():
        session.frontier.change(again)
        session.frontier.mark_written(session.archive.lengths())
    return None


def _no_robots(session: Session, address: Address, reason: str) -> None:
    """Without robots.txt nothing of the origin may be asked; a later run tries again."""
    session.asked_robots.pop(origin_of(address.found), None)
    if reason.startswith("private_address"):
        return session.refuse_host(address, reason)
    session.tell(address, {"outcome": "failed", "reason": f"robots_unreachable ({reason})"})
    session.frontier.mark_written(session.archive.lengths())
    session.stop_host(address.host, "robots_unreachable")
    return None


def _robots(session: Session, address: Address, exchange: Exchange, body: bytes) -> None:
    place = session.store(address, exchange)
    robots = Robots(exchange.status, body)
    _tell(session, address, exchange, "robots", _at(place))
    rules = session.rules[address.site]
    with session.frontier.transaction():
        session.remember_robots(address, robots)
        if rules.use_sitemap and not rules.sitemaps:
            origin = origin_of(address.found)
            for url in robots.sitemaps or (f"{origin}/sitemap.xml",):
                _add(session, session.address(rules, url, "sitemap"))
        session.frontier.mark_written(session.archive.lengths())


def _redirected(session: Session, address: Address, exchange: Exchange, target: str) -> None:
    rules = session.rules[address.site]
    url = site_url(rules, _joined(address.url, target))
    there = moved(address, url, url_key(url), host_of(url))
    place = session.store(address, exchange)
    too_many = there.hops > session.job.config.max_redirects
    _tell(session, address, exchange, "failed redirect_loop" if too_many else "redirect", _at(place))
    if address.kind == "robots":
        return _robots_moved(session, address, there, too_many)
    if too_many:
        return _settle(session, address, "failed", "redirect_loop")
    if there.key == address.key:
        return _same_page_elsewhere(session, address, there)
    with session.frontier.transaction():
        session.frontier.settle(address, "done", "redirect")
        _add(session, there)
        session.frontier.mark_written(session.archive.lengths())
    return None


def _joined(base: str, target: str) -> str:
    """Return where a Location leads; servers write UTF-8 into it, and things that are no address at all."""
    with contextlib.suppress(UnicodeError):
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _same_page_elsewhere(session: Session, address: Address, there: Address) -> None:
    """Follow a redirect between spellings of one page: http to https, with or without `www.`."""
    refused = session.refusal(there)
    if refused:
        return session.refuse(there, refused)
    with session.frontier.transaction():
        session.frontier.change(there)
        session.frontier.mark_written(session.archive.lengths())
    return None


def _robots_moved(session: Session, address: Address, there: Address, too_many: bool) -> None:
    """Follow the redirect of a robots.txt within the site's hosts; elsewhere it counts as absent."""
    if not too_many and not session.refusal(there):
        return session.retry_robots(replace(there, key="", host=address.host))
    with session.frontier.transaction():
        session.remember_robots(address, Robots(404))
        session.frontier.mark_written(session.archive.lengths())
    return None


def _add(session: Session, address: Address) -> None:
    session.add(address, session.refusal(address))


def _unchanged(session: Session, address: Address, exchange: Exchange) -> None:
    copy = session.frontier.copy_of(address.url)
    body = session.archive.read_body(copy.file, copy.offset) if copy else None
    if copy is None or body is None:
        place = session.store(address, exchange)
        _tell(session, address, exchange, "failed http_304", _at(place))
        return _settle(session, address, "failed", "http_304")
    place = session.store(address, exchange, _original(copy))
    _tell(session, address, exchange, "unchanged", _at(place, copy.sha256))
    return _through(session, address, body)


def _original(copy: Copy) -> Original:
    return Original(copy.url, copy.captured_at, copy.payload_digest)


def _body(session: Session, address: Address, exchange: Exchange, body: bytes) -> None:
    sha256 = hashlib.sha256(body).hexdigest()
    known = session.frontier.copy_of(address.url)
    same = known is not None and known.sha256 == sha256 and session.archive.has(known.file)
    place = session.store(address, exchange, _original(known) if known and same else None)
    _tell(session, address, exchange, "unchanged" if same else "stored", _at(place, sha256))
    file, offset, digest = place.file, place.offset, place.payload_digest
    captured_at = warc_date(exchange.began)
    if known and same:
        file, offset, digest = known.file, known.offset, known.payload_digest
        captured_at = known.captured_at
    etag, modified = _header(exchange, "etag"), _header(exchange, "last-modified")
    copy = Copy(address.url, etag, modified, sha256, digest, captured_at, file, offset)
    _through(session, address, body, copy)


def _through(session: Session, address: Address, body: bytes, copy: Copy | None = None) -> None:
    """Close an address whose body is at hand, and queue what the body names."""
    if address.kind in PAGE_KINDS:
        session.tally.pages += 1
        session.round_pages[address.site] += 1
    with session.frontier.transaction():
        if copy is not None:
            session.frontier.keep_copy(copy)
        session.frontier.settle(address, "done")
        if address.kind == "sitemap":
            _queue_sitemap(session, address, body)
        else:
            _queue_links(session, address, body)
        session.frontier.mark_written(session.archive.lengths())


def _queue_sitemap(session: Session, address: Address, body: bytes) -> None:
    rules = session.rules[address.site]
    listed = sitemap_links(body, address.url, session.job.config.max_body_bytes)
    for url in listed.sitemaps if address.chain < MAX_SITEMAP_DEPTH else ():
        below = session.address(rules, url, "sitemap")
        _add(session, replace(below, chain=address.chain + 1, via=address.url))
    for link in listed.pages:
        _queue(session, address, link)


def _queue_links(session: Session, address: Address, body: bytes) -> None:
    for link in page_links(_text(body), address.url):
        _queue(session, address, link)


def _text(body: bytes) -> str:
    """Decode for the sake of links and 下一页 alone: addresses are ASCII, so a wrong guess costs little."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _queue(session: Session, parent: Address, link: Link) -> None:
    """Queue a link, or file it as refused; too deep ones are left out, for a shorter way may lead there."""
    rules = session.rules[parent.site]
    address = _placed(rules, parent, session.address(rules, link.url, "page"), link)
    if address.depth > rules.max_depth or address.chain > MAX_FURTHER_PAGES:
        session.tally.by_outcome["left too_deep"] += 1
        return
    refused = session.refusal(address)
    day = link.day or date_in_url(address.url)
    since = session.job.since
    if not refused and since and day and day < since and address.kind != "list":
        refused = "older_than_since"
    session.add(address, refused)


def _placed(rules: CrawlRules, parent: Address, address: Address, link: Link) -> Address:
    """Give a found address its kind, its depth, and its place in a chain of further pages."""
    kind = decide(rules, address.url, continued=True).kind
    number = page_number(parent.url, address.url)
    same_host = address.host == parent.host
    if same_host and parent.kind in ("article", "continuation") and number is not None:
        return replace(
            address, kind="continuation", via=parent.url, depth=parent.depth, chain=parent.chain + 1
        )
    if same_host and parent.kind in ("list", "page") and (link.further or number is not None):
        kind = parent.kind if kind == "page" else kind
        return replace(address, kind=kind, via=parent.url, depth=parent.depth, chain=parent.chain + 1)
    return replace(address, kind=kind, via=parent.url, depth=parent.depth + 1)
