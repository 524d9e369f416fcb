"""The Scrapy side: a scheduler that is our frontier, a spider that hands over answers, the wire as it was."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    StopDownload,
)
from scrapy.http import Response
from twisted.python.failure import Failure
from twisted.web.http import RESPONSES

from pipeline.scrape.answers import answered, unanswered, validators
from pipeline.scrape.archive import Exchange, Headers
from pipeline.scrape.frontier import Address
from pipeline.scrape.resolver import refusal_of
from pipeline.scrape.session import PAGE_KINDS, Session, server_of

TEXT_TYPE = re.compile(r"text/.+|application/(?:xhtml\+xml|xml|octet-stream)|.*html.*")  # `image/png`: no
POLL_S = 0.5  # how soon a pause notices that the crawl is being stopped


class StoppedError(IgnoreRequest):
    """The crawl ends while a request still waits for its turn."""


class SiteSpider(Spider):
    """Crawls the sites of a session. What is asked, and in which order, is the frontier's business."""

    name = "fanwen"

    def __init__(self, session: Session, **kwargs: Any) -> None:
        """Take the session; `crash` holds an error of ours that ended the crawl."""
        super().__init__(**kwargs)
        self.session = session
        self.crash: BaseException | None = None

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> "SiteSpider":
        """Make one that looks at the head of an answer before its body comes."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.head_came, signal=signals.headers_received)
        return spider

    def head_came(self, headers: Any, request: Request) -> None:
        """Break off a body that is no page: a picture, a film, a program under an address like a page's."""
        kind = (headers.get(b"Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        if request.meta["address"].kind in PAGE_KINDS and kind and not TEXT_TYPE.fullmatch(kind):
            request.meta["content_type"] = kind
            raise StopDownload(fail=True)

    async def start(self) -> AsyncIterator[Any]:
        """Give nothing: the scheduler has it all."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Hand over an answer."""
        assert response.request is not None  # Scrapy sets it before the callback
        address: Address = response.request.meta["address"]
        with self._turn(address):
            answered(self.session, address, _exchange(response.request), response.body)

    def failed(self, failure: Failure) -> None:
        """Hand over the reason of a request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        address: Address = request.meta["address"]
        with self._turn(address):
            if not isinstance(failure.value, StoppedError):
                reason, temporary = _reason(failure.value, request)
                unanswered(self.session, address, reason, temporary=temporary)

    @contextlib.contextmanager
    def _turn(self, address: Address) -> Any:
        """Free the host afterwards; an error of ours ends the crawl, with the frontier as it was."""
        try:
            yield
        except Exception as error:
            self.crash = error
            self.session.tally.stopped[server_of(address.host)] = "crash"
            asyncio.ensure_future(self.crawler.stop_async())  # noqa: RUF006  (the crawler keeps it)
        finally:
            self.session.busy.discard(server_of(address.host))


class FrontierScheduler(BaseScheduler):
    """Gives Scrapy one address of each free host at a time."""

    session: Session

    def open(self, spider: Any) -> None:
        """Take the session of the spider."""
        self.spider = spider
        self.session = spider.session

    def has_pending_requests(self) -> bool:
        """Say whether anything can still be asked in this run."""
        return self.session.pending()

    def enqueue_request(self, request: Request) -> bool:
        """Refuse: addresses enter through the frontier alone."""
        return False

    def next_request(self) -> Request | None:
        """Return the next request, conditional where a copy is kept."""
        address = self.session.next_address()
        if address is None:
            return None
        return Request(
            address.url,
            callback=self.spider.parse,
            errback=self.spider.failed,
            headers=validators(self.session, address),
            meta={"address": address, "download_slot": server_of(address.host)},
            dont_filter=True,
        )


class Pause:
    """Downloader middleware: waits until a host may be asked again after Retry-After or a failure."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> "Pause":
        """Make one, as Scrapy asks for it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Hold a request back."""
        host = request.meta["address"].host
        while (pause_s := self.crawler.spider.session.pause_s(host)) > 0:
            if not self.crawler.crawling:
                raise StoppedError
            await asyncio.sleep(min(pause_s, POLL_S))


class Wire:
    """Downloader middleware next to the wire: keeps the answer as it was sent, before it is unpacked."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep the answer for the archive."""
        request.meta["wire"] = response
        return response


def _exchange(request: Request) -> Exchange:
    wire: Response = request.meta["wire"]
    ended = request.meta.get("ended", time.time())
    seconds = request.meta.get("download_latency", 0.0)
    return Exchange(
        url=wire.url,
        request_headers=_headers(request.headers),
        status=wire.status,
        phrase=RESPONSES.get(wire.status, b"").decode("latin-1"),
        headers=_headers(wire.headers),
        body=wire.body,
        ip=str(wire.ip_address or ""),
        began=datetime.fromtimestamp(ended - seconds, UTC),
        seconds=seconds,
    )


def _headers(headers: Any) -> Headers:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _reason(error: BaseException | None, request: Request) -> tuple[str, bool]:
    """Return why there was no answer, in a word, and whether it may help to ask again."""
    refused = refusal_of(request.meta["address"].host)
    if refused:
        return refused, False
    if isinstance(error, StopDownload):
        return f"content_type ({request.meta['content_type']})", False
    if isinstance(error, IgnoreRequest):
        return "too_large_unpacked", False
    if isinstance(error, DownloadCancelledError):
        return "too_large", False
    if isinstance(error, DownloadTimeoutError):
        return "timeout", True
    return type(error).__name__, True
