"""A template site on a real local HTTP server: lists, pages of lists, continued articles, traps and failures.

Everything a page holds is computed from its number, so any number of servers give the same site.
"""

import bisect
import gzip
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

COLUMNS = ("zhidu", "zhize", "fangan", "hetong")
ROWS = 20  # articles on one list page
STAMP = 1_716_163_200  # 2024-05-20
CLAUSES = (
    "一、各部门应当按时上报计划。",
    "二、物资进出必须登记。",
    "三、损坏照价赔偿。",
    "四、本制度自发布之日起执行。",
)


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass
class Seen:
    when: float
    path: str
    host: str
    headers: dict[str, str]
    status: int
    sent: int


def article_html(column: str, number: int, part: int, parts: int) -> str:
    body = "".join(f"<p>{clause}（{column}第{number}号第{part}页）</p>" for clause in CLAUSES * 6)
    pages = "".join(
        f'<a href="{number}{"" if n == 1 else f"_{n}"}.html">{n}</a>'
        for n in range(1, parts + 1)
        if parts > 1
    )
    further = f'<a href="{number}_{part + 1}.html">下一页</a>' if part < parts else ""
    return (
        f'<html><head><meta charset="utf-8"><title>{column}{number}</title></head><body>'
        f'<a href="/">首页</a><a href="./">栏目</a><h1>管理制度第{number}号</h1>{body}'
        f'<div class="pages">{pages}{further}</div>'
        f'<a href="{number + 1}.html?utm_source=related">相关</a></body></html>'
    )


class Site:
    """The pages of a site, by path."""

    def __init__(self, articles: int = 520, crawl_delay_s: float = 0.0) -> None:
        self.articles = articles
        self.crawl_delay_s = crawl_delay_s
        self.extra: dict[str, Callable[[int], Answer]] = {}  # path -> answer to the nth request, n from 0

    def numbers(self, column: str) -> range:
        per_column = self.articles // len(COLUMNS)
        first = 1000 * (COLUMNS.index(column) + 1)
        return range(first, first + per_column)

    def parts(self, number: int) -> int:
        return 3 if number % 10 == 5 else 1

    def article_paths(self) -> set[str]:
        paths = set()
        for column in COLUMNS:
            for number in self.numbers(column):
                paths.add(f"/{column}/{number}.html")
                paths |= {f"/{column}/{number}_{n}.html" for n in range(2, self.parts(number) + 1)}
        return paths

    def list_paths(self) -> set[str]:
        paths = {"/"}
        for column in COLUMNS[:-1]:
            pages = -(-len(self.numbers(column)) // ROWS)
            paths |= {f"/{column}/"} | {f"/{column}/list_{n}.html" for n in range(2, pages + 1)}
        return paths

    def answer(self, path: str, count: int, base: str) -> Answer:
        if path in self.extra:
            return self.extra[path](count)
        if path == "/robots.txt":
            delay = f"Crawl-delay: {self.crawl_delay_s}\n" if self.crawl_delay_s else ""
            text = f"User-agent: *\n{delay}Disallow: /private/\nSitemap: {base}/sitemap.xml\n"
            return Answer(body=text.encode(), headers={"Content-Type": "text/plain"})
        if path == "/sitemap.xml":
            return self.sitemap(base)
        if path == "/":
            links = "".join(f'<a href="/{column}/">{column}</a>' for column in COLUMNS[:-1])
            more = "".join(f'<a href="{extra}">更多</a>' for extra in sorted(self.extra))
            return html(f'{links}<a href="/private/1.html">内部</a>{more}<a href="/logo.png">图</a>')
        column, _, name = path.strip("/").partition("/")
        if column == "calendar":
            month = int(name or 0)
            return html(f'<a href="/calendar/{month + 1}">后一月</a>')
        if column in COLUMNS:
            return self.in_column(column, name.removesuffix(".html"))
        if column == "private":
            return html("不应被访问")
        return Answer(404, b"no such page")

    def in_column(self, column: str, name: str) -> Answer:
        if column != COLUMNS[-1] and (name == "" or name.startswith("list_")):
            return self.list_page(column, int(name.removeprefix("list_") or 1))
        number, _, part = name.partition("_")
        if not number.isdigit() or int(number) not in self.numbers(column):
            return Answer(404, b"no such article")
        text = article_html(column, int(number), int(part or 1), self.parts(int(number)))
        # One column lies about its charset, as template sites do.
        return Answer(
            body=text.encode("gb18030" if column == "zhize" else "utf-8"),
            headers={"Content-Type": "text/html"},
        )

    def list_page(self, column: str, page: int) -> Answer:
        numbers = self.numbers(column)[(page - 1) * ROWS : page * ROWS]
        if not numbers:
            return Answer(404, b"no such list")
        rows = "".join(
            f'<li><a href="/{column}/{n}.html">第{n}号</a><span>2024-05-20</span></li>' for n in numbers
        )
        last = -(-len(self.numbers(column)) // ROWS)
        further = f'<a href="/{column}/list_{page + 1}.html">下一页</a>' if page < last else ""
        return html(f'<ul>{rows}</ul><a href="/private/{page}.html">内部</a>{further}')

    def sitemap(self, base: str) -> Answer:
        column = COLUMNS[-1]
        entries = "".join(
            f"<url><loc>{base}/{column}/{n}.html</loc><lastmod>2024-05-20</lastmod></url>"
            for n in self.numbers(column)
        )
        text = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        return Answer(body=text.encode(), headers={"Content-Type": "application/xml"})


def html(body: str) -> Answer:
    page = f"<html><head><title>范文</title></head><body>{body}</body></html>"
    return Answer(body=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def redirect(target: str, status: int = 302) -> Answer:
    return Answer(status, b"", {"Location": target})


def bomb(size: int) -> Answer:
    return Answer(
        body=gzip.compress(b"\0" * size), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"}
    )


class Server:
    """A site behind a real socket on 127.0.0.1; `seen` is its access log."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.seen: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self.validators = True  # ETag and Last-Modified
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # one packet an answer
        disable_nagle_algorithm = True

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            when = time.monotonic()
            path = urlsplit(self.path).path
            count = server.counts[path]
            server.counts[path] += 1
            answer = server.site.answer(path, count, server.url)
            if answer.wait_s:
                time.sleep(answer.wait_s)
            self.give(when, answer)

        def give(self, when: float, answer: Answer) -> None:
            headers, status, body = dict(answer.headers), answer.status, answer.body
            if server.validators and status == 200:
                tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                headers |= {"ETag": tag, "Last-Modified": formatdate(STAMP, usegmt=True)}
                if self.headers.get("If-None-Match") == tag:
                    status, body = 304, b""
            seen = Seen(when, self.path, self.headers.get("Host", ""), dict(self.headers), status, len(body))
            bisect.insort(server.seen, seen, key=lambda other: other.when)  # in the order of arrival
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    return Handler
