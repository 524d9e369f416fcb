"""What the next run need not find out again: files seen, records in them, what parsing each body gave.

Versioned: a state of another version, or one that cannot be read, counts as none. All of it is held by
column: there are as many rows as pages, and most runs change few.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline.store.files import write_batches

STATE_VERSION = "4"
FILES_NAME, RECORDS_NAME, PAGES_NAME = "files.arrow", "records.arrow", "pages.arrow"
VERSION_KEY = b"fanwen_state"


class FileState(NamedTuple):
    """A file as last read; `skipped` records of it are no pages. Unchanged = same size and mtime."""

    root: str
    name: str
    size: int
    mtime_ns: int
    skipped: int


class RecordState(NamedTuple):
    """A record of file `name`: a body (`page_id`) or a reject (`reason`); `captured_at` in µs since 1970."""

    root: str
    name: str
    source: str
    url: str | None
    captured_at: int | None
    page_id: str | None
    reason: str | None
    detail: str
    excerpt: str


FILES = pa.schema(
    [
        ("root", pa.string()),
        ("name", pa.string()),
        ("size", pa.int64()),
        ("mtime_ns", pa.int64()),
        ("skipped", pa.int32()),
    ]
)
RECORDS = pa.schema(
    [
        ("root", pa.string()),
        ("name", pa.string()),
        ("source", pa.string()),
        ("url", pa.string()),
        ("captured_at", pa.int64()),
        ("page_id", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("excerpt", pa.string()),
    ]
)
# A body as cut under `key`: what other pages need of it.
KEPT = pa.schema(
    [
        ("page_id", pa.string()),
        ("feature_key", pa.string()),  # of the cut without knowledge that gave its features
        ("key", pa.string()),
        ("reason", pa.string()),  # of a reject; null for a page
        ("detail", pa.string()),
        ("excerpt", pa.string()),
        ("site", pa.string()),
        ("url", pa.string()),
        ("n_articles", pa.int32()),
        ("left", pa.string()),  # characters that still look leaked
        ("bare", pa.list_(pa.string())),  # lines of an article that its site's boilerplate may eat up whole
    ]
)
# The same, and where its rows stand; in order of page ids.
PAGES = pa.schema(
    [
        *KEPT,
        pa.field("known", pa.string()),  # JSON of what its site knows for it
        pa.field("segment", pa.string()),  # the files that hold it: "" = the spool, or nowhere for a reject
        pa.field("finish_key", pa.string()),  # all that its rows were made from
        pa.field("lost", pa.string()),  # why it has none
    ]
)


def files_of(rows: Iterable[FileState]) -> pa.Table:
    """Return files by column."""
    return _table(FILES, list(rows))


def records_of(rows: Iterable[RecordState]) -> pa.Table:
    """Return records by column."""
    return _table(RECORDS, list(rows))


def _table(schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _write(folder: Path, name: str, table: pa.Table) -> None:
    table = table.combine_chunks().replace_schema_metadata({VERSION_KEY: STATE_VERSION.encode()})
    write_batches(folder / name, table.schema, table.to_batches())


def _read(folder: Path, name: str, schema: pa.Schema) -> pa.Table | None:
    try:
        table = pa.ipc.open_file(pa.memory_map(str(folder / name))).read_all()
        if (table.schema.metadata or {}).get(VERSION_KEY) != STATE_VERSION.encode():
            return None
        table.validate(full=True)  # a twentieth of what unpacking it would cost, were it packed
        return table.cast(schema).combine_chunks()
    except (OSError, ValueError, pa.ArrowException):  # what Arrow raises of what it cannot read
        return None


def write_files(folder: Path, files: pa.Table) -> None:
    """Write the files seen (`FILES`)."""
    _write(folder, FILES_NAME, files)


def write_records(folder: Path, records: pa.Table) -> None:
    """Write the records found (`RECORDS`)."""
    _write(folder, RECORDS_NAME, records)


def write_pages(folder: Path, pages: pa.Table) -> None:
    """Write what parsing gave (`PAGES`)."""
    _write(folder, PAGES_NAME, pages)


def read_files(folder: Path) -> pa.Table | None:
    """Return the files seen, None when there is no readable state. 1 ms for 100,000."""
    return _read(folder, FILES_NAME, FILES)


def read_records(folder: Path) -> pa.Table | None:
    """Return the records found, None when there is no readable state."""
    return _read(folder, RECORDS_NAME, RECORDS)


def read_pages(folder: Path) -> pa.Table | None:
    """Return what parsing gave, None when there is no readable state. 10 ms for 100,000."""
    return _read(folder, PAGES_NAME, PAGES)


def drop_derived(folder: Path) -> None:
    """Remove all of a state but the files and records, which only the sources of every root could tell."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in (FILES_NAME, RECORDS_NAME):
            path.unlink()
