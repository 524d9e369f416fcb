"""The WARC files and the fetch log: append only, cut back to what was promised when a run begins.

Each exchange is built in memory and written by one call, so a crash leaves whole records; what a kill left
behind the promised length (see `frontier.py`) is cut off by the next run. File names carry time and chance,
never an address.
"""

import io
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

LOG_NAME = ".crawl/fetches.jsonl"  # ingest passes over what begins with a dot
NOT_MODIFIED_PROFILE = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"  # ISO 28500:2017 §6.7.3

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they went over the wire, transfer encoding removed."""

    url: str
    request_headers: Headers
    status: int
    phrase: str
    headers: Headers
    body: bytes  # content encoding kept
    ip: str
    began: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Original:
    """The record that a revisit refers to."""

    url: str
    captured_at: str
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record was written."""

    file: str
    offset: int
    payload_digest: str


def warc_date(moment: datetime) -> str:
    """Return a WARC-Date: UTC, to the microsecond (WARC 1.1 §5.4).

    >>> warc_date(datetime(2024, 5, 20, 1, 2, 3, tzinfo=UTC))
    '2024-05-20T01:02:03.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Archive:
    """Writes into one folder; `lengths` says how far each file has grown since it was last asked."""

    def __init__(self, folder: Path, promised: Mapping[str, int], max_bytes: int) -> None:
        """Cut the files of earlier runs back to what was promised; open nothing yet."""
        self.folder = folder
        self._max_bytes = max_bytes
        self._grown: dict[str, int] = {}
        self._file = ""
        self._length = 0
        for name, length in promised.items():
            _cut(folder / name, length)
        self._log_length = (folder / LOG_NAME).stat().st_size if (folder / LOG_NAME).exists() else 0

    def new_name(self) -> str | None:
        """Return the name of the file that the next record opens; None when it goes into the open one.

        The caller promises length 0 for it first, so that a crash between the two leaves no orphan.
        """
        if self._file and self._length < self._max_bytes:
            return None
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self._file, self._length = f"fanwen-{moment}-{secrets.token_hex(4)}.warc.gz", 0
        return self._file

    def store(self, exchange: Exchange, about: Mapping[str, Any]) -> Place:
        """Write response, request and metadata records of an exchange."""
        writer, out = self._writer()
        head = _http_head(exchange)
        response = writer.create_warc_record(
            exchange.url,
            "response",
            payload=io.BytesIO(exchange.body),
            length=len(exchange.body),
            warc_headers_dict=_dated(exchange),
            http_headers=head,
        )
        return self._write_all(writer, out, response, exchange, about)

    def revisit(self, exchange: Exchange, original: Original, about: Mapping[str, Any]) -> Place:
        """Write a revisit record instead of a body that is kept already."""
        writer, out = self._writer()
        record = writer.create_revisit_record(
            exchange.url,
            original.payload_digest,
            original.url,
            original.captured_at,
            http_headers=_http_head(exchange),
            warc_headers_dict=_dated(exchange),
        )
        if exchange.status == 304:
            record.rec_headers.replace_header("WARC-Profile", NOT_MODIFIED_PROFILE)
        return self._write_all(writer, out, record, exchange, about)

    def log(self, line: Mapping[str, Any]) -> None:
        """Append one line to the fetch log."""
        data = json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        _append(self.folder / LOG_NAME, data)
        self._log_length += len(data)
        self._grown[LOG_NAME] = self._log_length

    def lengths(self) -> dict[str, int]:
        """Return the new lengths of the files that have grown, once."""
        grown, self._grown = self._grown, {}
        return grown

    def read_body(self, file: str, offset: int) -> bytes | None:
        """Return the body of a response record, content encoding removed; None when the file is gone."""
        from warcio.archiveiterator import ArchiveIterator

        try:
            with (self.folder / file).open("rb") as stream:
                stream.seek(offset)
                record = next(iter(ArchiveIterator(stream)), None)
                return None if record is None else record.content_stream().read()
        except OSError:
            return None

    def has(self, file: str) -> bool:
        """Say whether a file of the archive is still there."""
        return (self.folder / file).is_file()

    def _writer(self) -> tuple[Any, io.BytesIO]:
        from warcio.warcwriter import WARCWriter

        out = io.BytesIO()
        writer = WARCWriter(out, gzip=True, warc_version="1.1")
        if self._length == 0:
            info = {
                "software": f"fanwen {version('fanwen')}",
                "format": "WARC File Format 1.1",
                "robots": "obey",
            }
            writer.write_record(writer.create_warcinfo_record(self._file, info))
        return writer, out

    def _write_all(
        self, writer: Any, out: io.BytesIO, record: Any, exchange: Exchange, about: Mapping[str, Any]
    ) -> Place:
        offset = self._length + out.tell()
        writer.write_record(record)
        told = {"WARC-Concurrent-To": record.rec_headers.get_header("WARC-Record-ID"), **_dated(exchange)}
        writer.write_record(_request_record(writer, exchange, told))
        fields = "".join(f"{name}: {value}\r\n" for name, value in about.items() if value != "").encode()
        writer.write_record(
            writer.create_warc_record(
                exchange.url,
                "metadata",
                payload=io.BytesIO(fields),
                length=len(fields),
                warc_headers_dict=told,
            )
        )
        data = out.getvalue()
        _append(self.folder / self._file, data)
        self._length += len(data)
        self._grown[self._file] = self._length
        return Place(self._file, offset, record.rec_headers.get_header("WARC-Payload-Digest"))


def _dated(exchange: Exchange) -> dict[str, str]:
    address = {"WARC-IP-Address": exchange.ip} if exchange.ip else {}
    return {"WARC-Date": warc_date(exchange.began), **address}


def _http_head(exchange: Exchange) -> Any:
    """Return the head of the answer; its transfer encoding is gone, so its length is that of the body."""
    from warcio.statusandheaders import StatusAndHeaders

    headers = [
        (name, value)
        for name, value in exchange.headers
        if name.lower() not in ("transfer-encoding", "content-length", "connection")
    ]
    headers.append(("Content-Length", str(len(exchange.body))))
    return StatusAndHeaders(f"{exchange.status} {exchange.phrase}", headers, protocol="HTTP/1.1")


def _request_record(writer: Any, exchange: Exchange, told: dict[str, str]) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    _, _, rest = exchange.url.partition("://")
    host, slash, path = rest.partition("/")
    head = StatusAndHeaders(
        f"GET {slash}{path} HTTP/1.1", [("Host", host), *exchange.request_headers], is_http_request=True
    )
    return writer.create_warc_record(exchange.url, "request", warc_headers_dict=told, http_headers=head)


def _append(path: Path, data: bytes) -> None:
    """Append by one write and see it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _cut(path: Path, length: int) -> None:
    try:
        if path.stat().st_size > length:
            os.truncate(path, length)
        if length == 0:
            path.unlink()
    except FileNotFoundError:
        return
