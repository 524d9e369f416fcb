"""Pages out of containers: WARC, zip, MHTML, and Parquet or JSON Lines with a column `html`.

Nothing is ever unpacked to disk, so no name in an archive can lead anywhere. Every member is read
against limits of size and expansion; what breaks is a reject of that member, or of the rest of the container.
"""

import datetime
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, BinaryIO

from pipeline.config import IngestConfig
from pipeline.records import RejectReason
from pipeline.store.scan import Reject, SourceFile, printable
from pipeline.store.sniff import HEAD_BYTES, kind_of

MIB = 1 << 20
EXPANSION_FREE_BYTES = MIB  # below this any expansion is harmless
CHUNK_BYTES = 1 << 16
ROWS_A_READ = 256
OFFICE_MEMBERS = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")  # OOXML, ODF and EPUB, Java
PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "")
PAGE_RECORDS = ("response", "resource")  # ISO 28500 §6
OTHER_RECORDS = ("warcinfo", "request", "metadata", "revisit", "conversion", "continuation")
ZIP_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Record:
    """One body as it was served, transfer encoding removed. `captured_at` in µs since 1970 UTC."""

    source: str
    body: bytes
    url: str | None = None
    captured_at: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record of a container that is no page and no fault: a redirect, a picture, a revisit."""

    source: str
    why: str


Found = Record | Reject | Skipped


def expansion_problem(size: int, packed: int, config: IngestConfig) -> RejectReason | None:
    """Say what is wrong with a member of `size` bytes that took `packed` bytes in its archive, if anything.

    >>> expansion_problem(10_000_000, 10_000, IngestConfig())
    'expands'
    >>> expansion_problem(50_000, 9_000, IngestConfig()) is None
    True
    """
    if size > EXPANSION_FREE_BYTES and size > packed * config.max_expansion:
        return "expands"
    return "too_large" if size > config.max_page_mb * MIB else None


def _microseconds(when: datetime.datetime) -> int:
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    return (when - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(microseconds=1)


def parse_time(value: object) -> int | None:
    """Return a moment in µs since 1970 UTC from a datetime, ISO 8601 or WARC-Date; None for anything else.

    >>> parse_time("2024-11-20T08:00:00Z"), parse_time("yesterday")
    (1732089600000000, None)
    """
    if isinstance(value, datetime.datetime):
        return _microseconds(value)
    if not isinstance(value, str):
        return None
    try:
        return _microseconds(datetime.datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError):
        return None


def read_limited(stream: Any, limit: int) -> bytes:
    """Read a stream to its end, or to one byte more than `limit`."""
    parts: list[bytes] = []
    size = 0
    while size <= limit:
        part = stream.read(min(CHUNK_BYTES, limit + 1 - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def mhtml_record(source: str, body: bytes) -> Record | Reject:
    """Return the page saved in an MHTML file: its first HTML part, transfer encoding removed."""
    message = message_from_bytes(body, policy=policy.default)
    try:
        part = next((p for p in message.walk() if p.get_content_type() == "text/html"), None)
        page = part.get_payload(decode=True) if part is not None else None
    except (
        ValueError,
        LookupError,
        AttributeError,
        IndexError,
        TypeError,
    ) as error:  # email on broken headers
        return Reject(source, "corrupt", f"MHTML: {type(error).__name__}")
    if part is None or not isinstance(page, bytes):
        return Reject(source, "corrupt", "MHTML without an HTML part")
    url = part.get("Content-Location") or message.get("Snapshot-Content-Location")
    return Record(source, page, str(url).strip() if url else None)


def read_warc(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    """Yield the HTML and text responses (status 200) of a WARC, packed or not; source = `<file>@<offset>`."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    records = ArchiveIterator(handle, no_record_parse=False, arc2warc=False)
    read = 0
    try:
        for record in records:
            source = f"{file.name}@{records.offset}"  # get_record_offset() reads the record away
            if record.rec_type not in PAGE_RECORDS:
                yield _no_page(source, record.rec_type)
                continue
            yield _response(source, record, config)
            read += 1
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, LookupError, AttributeError) as error:
        yield Reject(file.name, "corrupt", f"WARC breaks off after {read} responses: {type(error).__name__}")


def _no_page(source: str, kind: str | None) -> Found:
    if kind in OTHER_RECORDS:
        return Skipped(source, kind)
    return Reject(source, "corrupt", "the header of the record is truncated")


def _response(source: str, record: Any, config: IngestConfig) -> Found:
    limit = config.max_page_mb * MIB
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    skipped = _skipped(record.http_headers, url)
    body = read_limited(record.content_stream(), limit)
    if record.raw_stream.limit > 0 and len(body) <= limit:
        return Reject(source, "corrupt", "the record promises more than the file holds")
    if skipped is not None:
        return Skipped(source, skipped)
    if len(body) > limit:
        return Reject(source, "too_large", f"more than {config.max_page_mb} MiB")
    packed = int(record.rec_headers.get_header("Content-Length") or 0)
    if record.http_headers is not None and expansion_problem(len(body), packed, config):
        return Reject(source, "expands", f"{packed} bytes packed give {len(body)}")
    return _checked(Record(source, body, url or None, parse_time(record.rec_headers.get_header("WARC-Date"))))


def _skipped(headers: Any, url: str) -> str | None:
    """Say why a whole response is no page, None where it may be one."""
    if headers is not None:
        if headers.get_statuscode() != "200":
            return f"status {headers.get_statuscode()}"
        kind = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in PAGE_TYPES:
            return str(kind)
    return "robots.txt" if url.endswith("/robots.txt") else None  # text, but no page


def _checked(record: Record) -> Found:
    """Hold a body from a container against its content, as a file of its own would be."""
    kind = kind_of(record.body[:HEAD_BYTES], "")
    if kind in ("page", "jsonl"):
        return record
    if kind == "mhtml":
        return mhtml_record(record.source, record.body)
    if kind == "empty":
        return Reject(record.source, "empty", "0 bytes")
    reason: RejectReason = "unknown_type" if kind in ("other", "parquet") else "nested_archive"
    return Reject(record.source, reason, f"holds {kind}")


def read_zip(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    """Yield the pages of a zip; source = `<file>!/<member>`. An office document is no zip of pages."""
    try:
        with zipfile.ZipFile(handle) as archive:
            members = archive.infolist()
            if any(m.filename in OFFICE_MEMBERS for m in members):
                yield Reject(file.name, "unknown_type", "an office document or a program")
                return
            if not members:
                yield Reject(file.name, "empty", "zip without members")
            for member in members:
                if not member.is_dir():
                    yield _member(f"{file.name}!/{_zip_name(member)}", archive, member, config)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, LookupError) as error:
        yield Reject(file.name, "corrupt", f"zip: {type(error).__name__}")


def _zip_name(member: zipfile.ZipInfo) -> str:
    return printable(member.filename.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def _member(source: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, config: IngestConfig) -> Found:
    if member.flag_bits & ZIP_ENCRYPTED:
        return Reject(source, "encrypted", "needs a password")
    if problem := expansion_problem(member.file_size, max(1, member.compress_size), config):
        return Reject(source, problem, f"{member.compress_size} bytes packed give {member.file_size}")
    try:
        with archive.open(member) as stream:
            body = read_limited(stream, member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        return Reject(source, "corrupt", f"zip member: {type(error).__name__}")
    kind = kind_of(body[:HEAD_BYTES], source)
    if kind == "other":
        return Reject(source, "unknown_type", "neither HTML nor text")
    return _checked(Record(source, body))


def read_parquet(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    """Yield the column `html` of a Parquet file, with `url` and `captured_at` where given.

    source = `<file>#<row>`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = 0
    try:
        table = pq.ParquetFile(pa.PythonFile(handle, mode="r"))
        names = [n for n in ("html", "url", "captured_at") if n in table.schema_arrow.names]
        if "html" not in names:
            yield Reject(file.name, "unknown_type", "Parquet without a column `html`")
            return
        for batch in table.iter_batches(ROWS_A_READ, columns=names):
            for values in batch.to_pylist():
                yield _row(f"{file.name}#{row}", values, config)
                row += 1
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        yield Reject(file.name, "corrupt", f"Parquet after {row} rows: {type(error).__name__}")


def read_jsonl(file: SourceFile, handle: Any, config: IngestConfig) -> Iterator[Found]:
    """Yield the `html` of each JSON line, with `url` and `captured_at` where given; source = `<file>#<line>`.

    A file whose first row has no `html` (a log, a table) is one reject.
    """
    limit = config.max_page_mb * MIB
    for number in range(1 << 62):
        line = handle.readline(limit + 1)
        if not line:
            return
        source = f"{file.name}#{number}"
        if len(line) > limit:
            yield Reject(file.name, "too_large", f"line {number + 1} is longer than {config.max_page_mb} MiB")
            return
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            yield Reject(source, "corrupt", "not JSON")
            continue
        if not number and not (isinstance(values, dict) and "html" in values):
            yield Reject(file.name, "unknown_type", "JSON Lines without `html`")
            return
        yield _row(source, values if isinstance(values, dict) else {}, config)


def _row(source: str, values: dict[str, Any], config: IngestConfig) -> Found:
    html, url = values.get("html"), values.get("url")
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    if not isinstance(body, bytes) or not body:
        return Reject(source, "empty", "no `html` in this row")
    if len(body) > config.max_page_mb * MIB:
        return Reject(source, "too_large", f"more than {config.max_page_mb} MiB")
    return Record(source, body, url if isinstance(url, str) else None, parse_time(values.get("captured_at")))


READERS = {"warc": read_warc, "zip": read_zip, "parquet": read_parquet, "jsonl": read_jsonl}
