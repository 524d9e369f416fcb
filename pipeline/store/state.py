"""What the next run need not find out again: files seen, records in them, what parsing each body gave.

Versioned: a state of another version, or one that cannot be read, counts as none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.store.files import write_parquet

STATE_VERSION = "3"
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


@dataclass(slots=True)
class PageState:
    """A body as cut under `key`: what other pages need of it, and where its rows stand.

    `feature_key` is the key of the cut without knowledge that gave its features. `left` are characters that
    still look leaked, `bare` the lines of an article that its site's boilerplate may eat up whole. `known` is
    JSON of what its site knows for it, `segment` the files that hold it ("" = the spool, or nowhere for a
    reject), `finish_key` all that its rows were made from, `lost` why it has none.
    """

    page_id: str
    feature_key: str
    key: str
    reason: str | None
    detail: str
    excerpt: str
    site: str | None
    url: str | None
    n_articles: int
    left: str
    bare: tuple[str, ...] = ()
    known: str | None = None
    segment: str = ""
    finish_key: str = ""
    lost: str | None = None


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
KEPT = pa.schema(
    [
        ("page_id", pa.string()),
        ("feature_key", pa.string()),
        ("key", pa.string()),
        ("reason", pa.string()),  # of a reject; null for a page
        ("detail", pa.string()),
        ("excerpt", pa.string()),
        ("site", pa.string()),
        ("url", pa.string()),
        ("n_articles", pa.int32()),
        ("left", pa.string()),
        ("bare", pa.list_(pa.string())),
    ]
)
PAGES = pa.schema(
    [
        *KEPT,
        pa.field("known", pa.string()),
        pa.field("segment", pa.string()),
        pa.field("finish_key", pa.string()),
        pa.field("lost", pa.string()),
    ]
)


def _write(folder: Path, name: str, schema: pa.Schema, rows: Iterable[object]) -> None:
    listed = list(rows)
    arrays = [pa.array(list(map(attrgetter(field.name), listed)), field.type) for field in schema]
    table = pa.Table.from_arrays(arrays, schema=schema.with_metadata({VERSION_KEY: STATE_VERSION.encode()}))
    write_parquet(folder / f"{name}.parquet", table, name)


def _read(folder: Path, name: str) -> list[tuple[object, ...]] | None:
    try:
        table = pq.ParquetFile(folder / f"{name}.parquet").read()
    except (OSError, pa.ArrowInvalid):
        return None
    if (table.schema.metadata or {}).get(VERSION_KEY) != STATE_VERSION.encode():
        return None
    seen: dict[object, object] = {}  # what many rows say alike is held once
    columns = ([seen.setdefault(v, v) for v in _values(column)] for column in table.columns)
    return list(zip(*columns, strict=True))


def _values(column: pa.ChunkedArray) -> list[object]:
    values = column.to_pylist()
    return [tuple(v or ()) for v in values] if pa.types.is_list(column.type) else values


def write_files(folder: Path, rows: Iterable[FileState]) -> None:
    """Write the files seen."""
    _write(folder, "files", FILES, rows)


def write_records(folder: Path, rows: Iterable[RecordState]) -> None:
    """Write the records found."""
    _write(folder, "records", RECORDS, rows)


def write_pages(folder: Path, rows: Iterable[PageState]) -> None:
    """Write what parsing gave."""
    _write(folder, "pages", PAGES, rows)


def read_files(folder: Path) -> list[FileState] | None:
    """Return the files seen, None when there is no readable state."""
    rows = _read(folder, "files")
    return None if rows is None else list(map(FileState._make, rows))


def read_records(folder: Path) -> list[RecordState] | None:
    """Return the records found, None when there is no readable state."""
    rows = _read(folder, "records")
    return None if rows is None else list(map(RecordState._make, rows))


def read_pages(folder: Path) -> list[PageState] | None:
    """Return what parsing gave, None when there is no readable state."""
    rows = _read(folder, "pages")
    return None if rows is None else [PageState(*row) for row in rows]  # type: ignore[arg-type]


def drop_derived(folder: Path) -> None:
    """Remove all of a state but the files and records, which only the sources of every root could tell."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in ("files.parquet", "records.parquet"):
            path.unlink()
