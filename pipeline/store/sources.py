"""Records out of one source file: a page, or every page in a container; what gives none becomes a reject."""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from pipeline.config import IngestConfig
from pipeline.errors import PipelineError
from pipeline.records import RejectReason
from pipeline.store.containers import (
    MIB,
    READERS,
    Found,
    Record,
    expansion_problem,
    mhtml_record,
    read_jsonl,
)
from pipeline.store.remote import is_url, open_url
from pipeline.store.scan import Reject, SourceFile
from pipeline.store.sniff import HEAD_BYTES, Kind, kind_of

DETAIL_CHARS = 200
RECORD_BYTES = 200  # what one that is no page costs in the tables
ONE_READ = MIB  # bytes of a file that are read at once, to see what it is: of a page that is all


def read_source(file: SourceFile, config: IngestConfig) -> Iterator[Found]:
    """Yield the records of a file, each once, in the order they stand.

    Never raises for what the file holds: that becomes a reject (`REJECT_REASONS`). Memory: one record at a
    time, of at most `max_page_mb`. Raises TemporaryError where a store does not answer.
    """
    try:
        yield from _bounded(file, _read(file, config), config)
    except PipelineError:
        raise
    except Exception as error:  # one file must not end a run of 100,000
        yield Reject(file.name, "parse_error", f"{type(error).__name__}: {error}"[:DETAIL_CHARS])


def read_named(path: str, config: IngestConfig) -> Iterator[Found]:
    """Yield the records of a file that a command names, `-` for standard input, as `read_source` does.

    But a link is followed, a text is a page whatever its name and size, and an empty file is an empty page.
    What cannot be read at all is a reject `unreadable`.
    """
    try:
        with _seekable(path) as handle:
            head = handle.read(HEAD_BYTES)
            kind = kind_of(head, "")
            if kind in ("page", "empty"):
                yield Record(path, head + handle.read())
                return
            file = SourceFile(path, path, handle.seek(0, io.SEEK_END), 0)
            handle.seek(len(head))
            yield from _bounded(file, _records(file, handle, head, config), config)
    except OSError as error:
        yield Reject(path, "unreadable", error.strerror or "cannot be read")


def _seekable(path: str) -> BinaryIO:
    """Open a file, or hold in memory what comes out of a pipe."""
    if path == "-":
        return io.BytesIO(sys.stdin.buffer.read())
    handle = open(path, "rb", buffering=0)  # noqa: SIM115  (the caller closes it)
    if handle.seekable():
        return handle
    with handle:
        return io.BytesIO(handle.read())


def _bounded(file: SourceFile, records: Iterator[Found], config: IngestConfig) -> Iterator[Found]:
    """Yield the records of a file until they are together more than `max_expansion` times as large as it is.

    So are rows of one dictionary, members that overlap, equal lines packed.
    """
    nothing, size = True, 0
    for found in records:
        nothing = False
        size += len(found.body) if isinstance(found, Record) else RECORD_BYTES
        if expansion_problem(size, max(1, file.size), config) == "expands":
            yield Reject(file.name, "expands", f"{file.size} bytes give {size} or more")
            return
        yield found
    if nothing:
        yield Reject(file.name, "empty", "a container without a single whole record")


def _read(file: SourceFile, config: IngestConfig) -> Iterator[Found]:
    try:
        with open_url(file.path) if is_url(file.path) else _opened(file.path) as handle:
            head = handle.read(max(HEAD_BYTES, file.size + 1) if file.size < ONE_READ else HEAD_BYTES)
            yield from _records(file, handle, head, config)
    except OSError as error:
        yield Reject(file.name, "unreadable", error.strerror or "cannot be read")


def _records(file: SourceFile, handle: BinaryIO, head: bytes, config: IngestConfig) -> Iterator[Found]:
    """Yield the records of an open file, of which `head` has been read."""
    kind = kind_of(head[:HEAD_BYTES], file.name)
    if kind in ("page", "mhtml"):
        body = _whole(file, handle, head, config.max_page_mb * MIB + 1)
        yield from _single(file, body, kind, config)
    elif kind == "empty":
        yield Reject(file.name, "empty", "0 bytes")
    elif kind == "other":
        yield Reject(file.name, "unknown_type", "neither HTML, text nor a container of pages")
    else:
        handle.seek(0)
        yield from _container(file, handle, kind, config)


def _opened(path: str) -> BinaryIO:
    """Open a file without a buffer, which a page read whole needs not."""
    return open(path, "rb", buffering=0, opener=_no_links)


def _container(file: SourceFile, handle: BinaryIO, kind: Kind, config: IngestConfig) -> Iterator[Found]:
    """Yield the records of a container, which is read in small pieces."""
    with io.BufferedReader(handle) if isinstance(handle, io.FileIO) else handle as pieces:
        if kind == "gzip":
            yield from _gzip(file, pieces, config)
        else:
            yield from (_read_warc if kind == "warc" else READERS[kind])(file, pieces, config)


def _read_warc(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    from pipeline.store.warc import read_warc  # with warcio, which few runs need

    yield from read_warc(file, handle, config)


def _whole(file: SourceFile, handle: BinaryIO, head: bytes, most: int) -> bytes:
    """Read on behind a file's head, up to `most` bytes; room for so many would be taken afresh every time."""
    body, known = head, min(most, file.size + 1)
    while more := handle.read((known if len(body) < known else most) - len(body)):  # it may have grown
        body += more
    return body


def _no_links(path: str, flags: int) -> int:
    # A file that became a link or a pipe since the scan is neither followed nor waited for.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _single(file: SourceFile, body: bytes, kind: str, config: IngestConfig) -> Iterator[Record | Reject]:
    if len(body) > config.max_page_mb * MIB:
        yield Reject(file.name, "too_large", f"more than {config.max_page_mb} MiB")
    elif kind == "mhtml":
        yield mhtml_record(file.name, body)
    else:
        yield Record(file.name, body)


def _gzip(file: SourceFile, handle: BinaryIO, config: IngestConfig) -> Iterator[Found]:
    try:
        with gzip.open(handle) as unpacked:
            head = unpacked.read(HEAD_BYTES)
            kind = kind_of(head, file.name)
            if kind == "warc":
                handle.seek(0)
                yield from _read_warc(file, handle, config)
                return
            if kind in ("page", "mhtml"):
                body = head + unpacked.read(config.max_page_mb * MIB + 1)
                problem = expansion_problem(len(body), file.size, config)
                if problem:
                    yield Reject(file.name, problem, f"{file.size} bytes packed give {len(body)} or more")
                    return
                yield from _single(file, body, kind, config)
                return
            if kind == "jsonl":
                unpacked.seek(0)
                yield from read_jsonl(file, unpacked, config)
                return
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Reject(file.name, "corrupt", f"gzip: {error}")
        return
    reason: RejectReason = "empty" if kind == "empty" else "nested_archive"
    reason = "unknown_type" if kind == "other" else reason
    yield Reject(file.name, reason, f"gzip of {kind}")
