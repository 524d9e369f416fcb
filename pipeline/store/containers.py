"""Pages out of containers: zip, MHTML, and Parquet or JSON Lines with a column `html`.

Nothing is ever unpacked to disk, so no name in an archive can lead anywhere. Every member is read
against limits of size and expansion; what breaks is a reject of that member, or of the rest of the container.
"""

import contextlib
import datetime
import json
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, BinaryIO

from pipeline.config import IngestConfig
from pipeline.errors import InputError
from pipeline.records import RejectReason
from pipeline.store.scan import Reject, SourceFile, printable
from pipeline.store.sniff import HEAD_BYTES, kind_of

MIB = 1 << 20
EXPANSION_FREE_BYTES = MIB  # below this any expansion is harmless
CHUNK_BYTES = 1 << 16
ROWS_A_READ = 16  # of a Parquet file: each may hold a page of 32 MiB, told once in a dictionary
FIRST_ROWS = 100  # of a file of JSON Lines: one of which none can be read holds something else
TICKS = {"s": (1_000_000, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}  # µs of a unit of Arrow
OFFICE_MEMBERS = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")  # OOXML, ODF and EPUB, Java
# What the library of mail raises on broken headers, and where parts stand in parts a thousand deep.
BROKEN_MESSAGE = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
BROKEN_MEMBER = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError),
)
ZIP_ENCRYPTED, ZIP_UTF8 = 0x1, 0x800


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


def pages_among(found: Found) -> Iterator[Record]:
    """Yield what was found where it is a page; a reject is raised as InputError, what is skipped is none."""
    if isinstance(found, Reject):
        raise InputError(f"cannot read {found.source}: {found.detail}")
    if isinstance(found, Record):
        yield found


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


# What readers of tables can show: pandas and Python end with the year 9999.
FIRST_MOMENT, LAST_MOMENT = _microseconds(datetime.datetime.min), _microseconds(datetime.datetime.max)


def parse_time(value: object) -> int | None:
    """Return a moment in µs since 1970 UTC from ISO 8601 or WARC-Date; None for anything else.

    >>> parse_time("2024-11-20T08:00:00Z"), parse_time("yesterday")
    (1732089600000000, None)
    """
    if not isinstance(value, str):
        return None
    try:
        when = _microseconds(datetime.datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError):
        return None
    return when if FIRST_MOMENT <= when <= LAST_MOMENT else None


def address(value: object) -> str | None:
    r"""Return what a container gives as a page's address: text that UTF-8 can hold, or None.

    >>> address(" http://a.example/\ud800 "), address(b""), address(5)
    ('http://a.example/\\ud800', None, None)
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    if not isinstance(value, str):
        return None
    return value.strip().encode("utf-8", "backslashreplace").decode() or None


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
    """Return the page saved in an MHTML file, transfer encoding removed.

    It is the HTML part that the file says to start with (RFC 2387 §3.2), else the first; others are frames.
    """
    try:
        message = message_from_bytes(body, policy=policy.default)
        parts = [p for p in message.walk() if p.get_content_type() == "text/html"]
        start = str(message.get_param("start") or "").strip()
        part = next((p for p in parts if start and str(p.get("Content-ID")).strip() == start), None)
        part = part or next(iter(parts), None)
        page = part.get_payload(decode=True) if part is not None else None
        url = (part and part.get("Content-Location")) or message.get("Snapshot-Content-Location")
    except BROKEN_MESSAGE as error:
        return Reject(source, "corrupt", f"MHTML: {type(error).__name__}")
    if not isinstance(page, bytes):
        return Reject(source, "corrupt", "MHTML without an HTML part")
    return Record(source, page, address(url))


def checked(record: Record) -> Found:
    """Hold a body from a container against its content, as a file of its own would be."""
    kind = kind_of(record.body[:HEAD_BYTES], "")
    if kind == "page":
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
    """Return a member's name. One not said to be UTF-8 is so or in the code page of a Chinese Windows."""
    name = member.filename
    if not member.flag_bits & ZIP_UTF8:
        packed = name.encode("cp437", "replace")  # as zipfile has decoded it
        for encoding in ("utf-8", "gb18030"):
            with contextlib.suppress(UnicodeDecodeError):
                name = packed.decode(encoding)
                break
    return printable(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def _is_left_alone(name: str) -> bool:
    """Say whether a member is one of those that a folder leaves alone: hidden, or what macOS adds.

    >>> _is_left_alone("a/.b/c.html"), _is_left_alone("__MACOSX/._a.html"), _is_left_alone("../a.html")
    (True, True, False)
    """
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(p.startswith(".") and p.strip(".") for p in parts)


def _member(source: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, config: IngestConfig) -> Found:
    if _is_left_alone(member.filename):
        return Skipped(source, "hidden")
    if stat.S_ISLNK(member.external_attr >> 16):
        return Reject(source, "symlink", "links are not followed")
    if member.flag_bits & ZIP_ENCRYPTED:
        return Reject(source, "encrypted", "needs a password")
    if problem := expansion_problem(member.file_size, max(1, member.compress_size), config):
        return Reject(source, problem, f"{member.compress_size} bytes packed give {member.file_size}")
    try:
        with archive.open(member) as stream:
            body = read_limited(stream, member.file_size)
    except BROKEN_MEMBER as error:
        return Reject(source, "corrupt", f"zip member: {type(error).__name__}")
    kind = kind_of(body[:HEAD_BYTES], source)
    if kind == "other":
        return Reject(source, "unknown_type", "neither HTML nor text")
    return checked(Record(source, body))


def read_parquet(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    """Yield the column `html` of a Parquet file, with `url` and `captured_at` where given.

    source = `<file>#<row>`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = 0
    try:
        table = pq.ParquetFile(pa.PythonFile(handle, mode="r"))
        kinds = {f.name: f.type for f in table.schema_arrow if f.name in ("html", "url", "captured_at")}
        if not _holds_text(kinds.get("html")):
            yield Reject(file.name, "unknown_type", "Parquet without a column `html` of text or bytes")
            return
        if _expands(table.metadata, config):
            yield Reject(file.name, "expands", "a column is packed more than ingest.max_expansion times")
            return
        for batch in table.iter_batches(ROWS_A_READ, columns=list(kinds)):
            given = dict(zip(batch.schema.names, batch.columns, strict=True))
            bodies, nothing = _texts(given["html"]), [None] * len(batch)
            urls = _texts(given["url"]) if _holds_text(kinds.get("url")) else nothing
            times = _times(given["captured_at"]) if "captured_at" in given else nothing
            for html, url, when in zip(bodies, urls, times, strict=True):
                yield _row(f"{file.name}#{row}", html, url, when, config)
                row += 1
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        yield Reject(file.name, "corrupt", f"Parquet after {row} rows: {type(error).__name__}")


def _expands(metadata: Any, config: IngestConfig) -> bool:
    """Say whether a column of a Parquet file unpacks to too much: Arrow would unpack a row of any size."""
    return any(
        expansion_problem(column.total_uncompressed_size, max(1, column.total_compressed_size), config)
        == "expands"
        for group in map(metadata.row_group, range(metadata.num_row_groups))
        for column in map(group.column, range(group.num_columns))
        if column.path_in_schema in ("html", "url", "captured_at")
    )


def _holds_text(kind: Any) -> bool:
    """Say whether an Arrow type holds text or bytes, as they stand or by a dictionary."""
    import pyarrow.types as of

    plain = kind.value_type if kind is not None and of.is_dictionary(kind) else kind
    texts = of.is_string, of.is_large_string, of.is_string_view
    every = *texts, of.is_binary, of.is_large_binary, of.is_binary_view, of.is_fixed_size_binary
    return plain is not None and any(holds(plain) for holds in every)


def _texts(column: Any) -> list[bytes | None]:
    """Return the values of a column of text as bytes, which need be no UTF-8."""
    import pyarrow as pa

    return list(column.cast(pa.large_binary()).to_pylist())


def _times(column: Any) -> list[int | None]:
    """Return a column of times or of text as µs since 1970 UTC; None for what is no time."""
    import pyarrow as pa

    if _holds_text(column.type):
        return [parse_time((text or b"").decode("ascii", "replace")) for text in _texts(column)]
    if not pa.types.is_timestamp(column.type):
        return [None] * len(column)
    times, below = TICKS[column.type.unit]
    moments = [None if n is None else n * times // below for n in column.cast(pa.int64()).to_pylist()]
    return [n if n is not None and FIRST_MOMENT <= n <= LAST_MOMENT else None for n in moments]


def read_jsonl(file: SourceFile, handle: Any, config: IngestConfig) -> Iterator[Found]:
    """Yield the `html` of each JSON line, with `url` and `captured_at` where given; source = `<file>#<line>`.

    A file whose first row has no `html` (a log, a table), or of whose first rows none is JSON, is rejected.
    """
    limit, none = config.max_page_mb * MIB, True
    for number in range(1 << 62):
        line = handle.readline(limit + 1)
        if not line:
            return
        if line.isspace():
            continue
        source = f"{file.name}#{number}"
        if len(line) > limit:
            yield Reject(file.name, "too_large", f"line {number + 1} is longer than {config.max_page_mb} MiB")
            return
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            if none and number == FIRST_ROWS:
                yield Reject(file.name, "unknown_type", f"none of the first {FIRST_ROWS} lines is JSON")
                return
            yield Reject(source, "corrupt", "not JSON")
            continue
        none = False
        if not number and not (isinstance(values, dict) and "html" in values):
            yield Reject(file.name, "unknown_type", "JSON Lines without `html`")
            return
        row = values if isinstance(values, dict) else {}
        yield _row(source, row.get("html"), row.get("url"), parse_time(row.get("captured_at")), config)


def _row(source: str, html: object, url: object, captured_at: int | None, config: IngestConfig) -> Found:
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    if body is None or body == b"" or body != body:  # NaN is how pandas writes a missing text
        return Reject(source, "empty", "no `html` in this row")
    if not isinstance(body, bytes):
        return Reject(source, "unknown_type", f"`html` holds {type(html).__name__}, no text")
    if len(body) > config.max_page_mb * MIB:
        return Reject(source, "too_large", f"more than {config.max_page_mb} MiB")
    return checked(Record(source, body, address(url), captured_at))


READERS = {"zip": read_zip, "parquet": read_parquet, "jsonl": read_jsonl}
