"""Enough of S3 on a loopback port: buckets of objects, listed and read; and a store that fails in many ways.

Every object is of the same moment.
"""

import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

MOMENT = 1_716_163_200  # 2024-05-20
ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>as the test wants it</Message></Error>"
FAILURES = {"busy": (503, "SlowDown"), "broken": (500, "InternalError"), "denied": (403, "AccessDenied")}


class Store(ThreadingHTTPServer):
    """A store of `objects` (bucket/key -> bytes).

    `mode`: well, silent, reset, torn (a body breaks off) or one of `FAILURES`. `after` requests it begins.
    """

    daemon_threads = True

    def __init__(self, objects: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.objects, self.mode, self.after = objects, "well", 0
        self.asked: list[str] = []
        self.closing = threading.Event()

    def url(self, path: str) -> str:
        """Return the URL of a folder as fanwen takes it."""
        return f"s3://{path}?endpoint_override=127.0.0.1:{self.server_port}&scheme=http&region=x"

    def fails(self, mode: str, after: int = 0) -> None:
        """Let the store fail from now on, or after so many requests."""
        self.mode, self.after = mode, after
        self.asked.clear()

    def __enter__(self) -> "Store":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        mode = self.server.mode if len(self.server.asked) > self.server.after else "well"
        if mode == "silent":
            self.server.closing.wait(120)
        elif mode == "reset":
            self.close_connection = True
        elif mode in FAILURES:
            status, code = FAILURES[mode]
            self._answer(status, ERROR.format(code).encode())
        else:
            self._served(torn=mode == "torn")

    do_HEAD = do_GET

    def _served(self, *, torn: bool) -> None:
        url = urlsplit(self.path)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        if not key:
            self._answer(200, self._listing(bucket, parse_qs(url.query)))
            return
        body = self.server.objects.get(f"{bucket}/{key}")
        if body is None:
            self._answer(404, ERROR.format("NoSuchKey").encode())
            return
        span, status = self.headers.get("Range"), 200
        more = {}
        if span:
            first, last = (int(n) for n in span.removeprefix("bytes=").split("-"))
            more["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            body, status = body[first : last + 1], 206
        self._answer(status, body, more, torn=torn)

    def _listing(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        prefix = query.get("prefix", [""])[0]
        rows = "".join(
            f"<Contents><Key>{escape(quote(name.partition('/')[2]))}</Key><Size>{len(body)}</Size>"
            f"<LastModified>{time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(MOMENT))}</LastModified>"
            '<ETag>"0"</ETag></Contents>'
            for name, body in sorted(self.server.objects.items())
            if name.startswith(f"{bucket}/{prefix}")
        )
        return (
            "<?xml version='1.0'?><ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
            f"<Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><EncodingType>url</EncodingType>"
            f"<IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        ).encode()

    def _answer(
        self, status: int, body: bytes, more: dict[str, str] | None = None, *, torn: bool = False
    ) -> None:
        self.send_response(status)
        headers = {"Content-Length": str(len(body)), "Last-Modified": formatdate(MOMENT, usegmt=True)}
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if torn else body)
        self.close_connection = self.close_connection or torn
