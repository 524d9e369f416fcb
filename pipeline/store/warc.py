"""Pages out of WARC files (ISO 28500), packed or not, in the way they were served.

What is wrong with one record is a reject of that record; warcio finds where the next begins. It is asked for
no more: it eats the first lines of an answer without a header, is stopped by encodings it does not know, and
keeps headers of any length.
"""

import re
import zlib
from collections.abc import Iterator
from importlib import import_module
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from pipeline.config import IngestConfig
from pipeline.records import RejectReason
from pipeline.store.containers import (
    CHUNK_BYTES,
    MIB,
    Found,
    Record,
    Skipped,
    address,
    checked,
    expansion_problem,
    parse_time,
    read_limited,
)
from pipeline.store.scan import Reject, SourceFile

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "")
PAGE_RECORDS = ("response", "resource")  # ISO 28500 §6
OTHER_RECORDS = ("warcinfo", "request", "metadata", "revisit", "conversion", "continuation")
HTTP = StatusAndHeadersParser(("HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/2", "HTTP/3"))
HEADER_BYTES = MIB  # servers and browsers stop at 8 to 256 KB
HEADER_END = re.compile(rb"\r?\n\r?\n")
CONTENT_LENGTH = re.compile(rb"^content-length:\s*(\d{1,18})\s*$", re.IGNORECASE | re.MULTILINE)
BETWEEN_RECORDS = b"\r\n\0 "  # ISO 28500 §4: two line ends; some writers pad
GZIP_MARK = b"\x1f\x8b"
GZIP, ZLIB, BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS  # windows of zlib
BROKEN = (ArchiveLoadFailed, EOFError, zlib.error, ValueError, LookupError, AttributeError)


class _Lines(DecompressingBufferedReader):  # type: ignore[misc]
    """A reader that ends at headers of more than `HEADER_BYTES`, which a few packed bytes can promise."""

    read_in_lines = 0

    def read(self, length: int | None = None) -> bytes:
        self.read_in_lines = 0
        return bytes(super().read(length))

    def readline(self, length: int | None = None) -> bytes:
        line = super().readline(length or HEADER_BYTES)
        self.read_in_lines += len(line)
        if self.read_in_lines > HEADER_BYTES:
            raise ArchiveLoadFailed("a header without end")
        return bytes(line)


class _Loader(ArcWarcRecordLoader):  # type: ignore[misc]
    """A loader that takes addresses as they are: mending them, warcio writes to stderr."""

    def _ensure_target_uri_format(self, rec_headers: Any) -> str:
        return rec_headers.get_header("WARC-Target-URI") or ""


class _Records(ArchiveIterator):  # type: ignore[misc]
    """The records of a file, their content as it stands; says nothing on stderr."""

    INC_RECORD = ""

    def __init__(self, handle: BinaryIO) -> None:
        super().__init__(handle, no_record_parse=True, arc2warc=False)
        self.reader, self.loader = _Lines(self.fh), _Loader(arc2warc=False)


class _UnreadableError(Exception):
    """A content encoding that cannot be undone."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read_warc(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    """Yield the HTML and text responses (status 200) of a WARC, packed or not; source = `<file>@<offset>`."""
    records, read = _Records(handle), 0
    begin, found = 0, None
    try:
        for record in records:
            begin = records.offset  # get_record_offset() reads the record away
            found = _found(f"{file.name}@{begin}", record, config)
            yield found
            read += record.rec_type in PAGE_RECORDS
        told = found is None or (isinstance(found, Reject) and found.reason == "corrupt")
        if not told and _breaks_off(handle, begin):
            yield Reject(file.name, "corrupt", f"WARC breaks off in the record at {begin} or behind it")
    except BROKEN as error:
        why = type(error).__name__
        if "non-chunked gzip" in str(error):
            why = "packed as a whole, not record by record: unpack it"
        yield Reject(file.name, "corrupt", f"WARC breaks off after {read} responses: {why}")


def _found(source: str, record: Any, config: IngestConfig) -> Found:
    if record.rec_type in PAGE_RECORDS:
        return _page(source, record, config)
    if record.rec_type in OTHER_RECORDS:
        return Skipped(source, record.rec_type)
    return Reject(source, "corrupt", "the header of the record is truncated or says no type of record")


def _breaks_off(handle: BinaryIO, begin: int) -> bool:
    """Say whether a file ends within its last record, or behind it with a piece of another.

    warcio, to which that is an end like any other, found the record at `begin`.
    """
    handle.seek(begin)
    if handle.read(len(GZIP_MARK)) == GZIP_MARK:
        rest = _behind_member(handle, begin)
    else:
        rest = _behind_record(handle, begin)
    return rest is None or bool(rest.strip(BETWEEN_RECORDS))


def _behind_member(handle: BinaryIO, begin: int) -> bytes | None:
    """Return what follows a packed record, a few bytes of it; None where the record is not whole."""
    handle.seek(begin)
    machine = zlib.decompressobj(GZIP)
    while not machine.eof:
        packed = machine.unconsumed_tail or handle.read(CHUNK_BYTES)
        if not packed:
            return None
        machine.decompress(packed, MIB)
    return machine.unused_data + handle.read(CHUNK_BYTES)


def _behind_record(handle: BinaryIO, begin: int) -> bytes | None:
    """Return what follows a record that is not packed, a few bytes of it; None where it is not whole."""
    handle.seek(begin)
    head = HEADER_END.search(lines := handle.read(HEADER_BYTES))
    length = head and CONTENT_LENGTH.search(lines, 0, head.end())
    if head is None or length is None:
        return None
    end = begin + head.end() + int(length[1])
    return None if handle.seek(0, SEEK_END) < end else _read_at(handle, end)


def _read_at(handle: BinaryIO, place: int) -> bytes:
    handle.seek(place)
    return handle.read(CHUNK_BYTES)


def _page(source: str, record: Any, config: IngestConfig) -> Found:
    limit = config.max_page_mb * MIB
    url = _address(record.rec_headers.get_header("WARC-Target-URI"))
    block = read_limited(record.raw_stream, limit + HEADER_BYTES)
    try:
        headers, payload = _answer(block) if record.rec_type == "response" else (None, block)
    except StatusAndHeadersParserException:
        return Reject(source, "corrupt", "an answer of no known version of HTTP")
    skipped = _skipped(record, headers, url or "")
    if len(block) <= limit + HEADER_BYTES and getattr(record.raw_stream, "limit", 0) > 0:
        return Reject(source, "corrupt", "the record promises more than the file holds")
    if skipped is not None:
        return Skipped(source, skipped)
    try:
        body = payload if headers is None else _unpacked(payload, headers, limit)
    except _UnreadableError as error:
        return Reject(source, error.reason, str(error))
    if len(body) > limit:
        return Reject(source, "too_large", f"more than {config.max_page_mb} MiB")
    if expansion_problem(len(body), max(1, len(block)), config):
        return Reject(source, "expands", f"{len(block)} bytes packed give {len(body)}")
    return checked(Record(source, body, url, parse_time(record.rec_headers.get_header("WARC-Date"))))


def _address(told: str | None) -> str | None:
    """Return a record's address; wget 1.19 put it in brackets, and some crawlers leave blanks in it.

    >>> _address("<http://a.example/a b>"), _address(None)
    ('http://a.example/a%20b', None)
    """
    return address((told or "").strip().removeprefix("<").removesuffix(">").replace(" ", "%20"))


def _answer(block: bytes) -> tuple[Any, bytes]:
    """Part an answer of HTTP into its header and what follows; one without a header has none."""
    if not block.startswith(b"HTTP/"):
        return None, block
    stream = BytesIO(block)
    headers = HTTP.parse(stream)
    return headers, block[stream.tell() :]


def _skipped(record: Any, headers: Any, url: str) -> str | None:
    """Say why a whole response is no page, None where it may be one."""
    if headers is not None and headers.get_statuscode() != "200":
        return f"status {headers.get_statuscode()}"
    told = record.content_type if headers is None else headers.get_header("Content-Type")
    kind = (told or "").partition(";")[0].strip().lower()
    if kind not in PAGE_TYPES and not (headers is None and kind == "application/http"):
        return kind
    return "robots.txt" if url.endswith("/robots.txt") else None  # text, but no page


def _unpacked(payload: bytes, headers: Any, limit: int) -> bytes:
    """Undo the encodings of an answer, up to one byte more than `limit`. Raises _UnreadableError."""
    if (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        payload = ChunkedDataReader(BytesIO(payload)).read()
    for coding in reversed((headers.get_header("Content-Encoding") or "").lower().split(",")):
        name = coding.strip().removeprefix("x-")
        if name == "gzip" and payload.startswith(GZIP_MARK):  # else it only says so
            payload = _inflated(payload, GZIP, limit)
        elif name == "deflate" and payload:
            # RFC 9110 §8.4.1.2: within zlib, but some servers leave that away
            payload = _inflated(payload, ZLIB if payload[0] & 0x0F == zlib.DEFLATED else BARE, limit)
        elif name == "br":
            payload = _unbrotlied(payload, limit)
        elif name in ("zstd", "compress", "dcb", "dcz"):
            raise _UnreadableError("unsupported", f"Content-Encoding: {name}")
    return payload


def _inflated(data: bytes, window: int, limit: int) -> bytes:
    machine = zlib.decompressobj(window)
    try:
        body = machine.decompress(data, limit + 1)
    except zlib.error as error:
        raise _UnreadableError("corrupt", f"Content-Encoding: {error}") from error
    if not machine.eof and len(body) <= limit:
        raise _UnreadableError("corrupt", "Content-Encoding: the packed answer breaks off")
    return body


def _unbrotlied(data: bytes, limit: int) -> bytes:
    try:
        brotli: Any = import_module("brotli")
        machine = brotli.Decompressor()
        body, more = b"", data
        while len(body) <= limit and not machine.is_finished():
            part = machine.process(more, output_buffer_limit=limit + 1)
            if not part and not more:
                raise _UnreadableError("corrupt", "Content-Encoding: the packed answer breaks off")
            body, more = body + part, b""
    except (ImportError, TypeError, AttributeError) as error:  # of brotli 1.2: a limit of what it gives
        raise _UnreadableError(
            "unsupported", "Content-Encoding: br needs the package brotli >= 1.2"
        ) from error
    except brotli.error as error:
        raise _UnreadableError("corrupt", f"Content-Encoding: br: {error}") from error
    return body
