"""What the next run need not find out again: files seen, records in them, what parsing each body gave.

Versioned: a state of another version, or one that cannot be read, counts as none.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.store.files import write_parquet

STATE_VERSION = "1"
VERSION_KEY = b"fanwen_state"


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as last read; `skipped` records of it are no pages. Unchanged = same size and mtime."""

    root: str
    name: str
    size: int
    mtime_ns: int
    skipped: int


@dataclass(frozen=True, slots=True)
class RecordState:
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
    """A body as parsed under `key`: what other pages and the corpus model need of it.

    `feature_key` is the key of the parse without knowledge that gave `leaks` and `edge_lines`.
    """

    page_id: str
    key: str
    feature_key: str
    reason: str | None
    detail: str
    excerpt: str
    site: str | None
    continues: str | None
    n_articles: int
    url: str | None
    leaks: str | None
    left: str
    edge_lines: tuple[str, ...] = field(default=())


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
PAGES = pa.schema(
    [
        ("page_id", pa.string()),
        ("key", pa.string()),
        ("feature_key", pa.string()),  # the same, of a parse without knowledge; null with knowledge
        ("reason", pa.string()),  # of a reject; null for a page
        ("detail", pa.string()),
        ("excerpt", pa.string()),
        ("site", pa.string()),
        ("continues", pa.string()),
        ("n_articles", pa.int32()),
        ("url", pa.string()),
        ("leaks", pa.string()),
        ("left", pa.string()),
        ("edge_lines", pa.list_(pa.string())),
    ]
)
Rows = list[FileState] | list[RecordState] | list[PageState]


def _write(folder: Path, name: str, schema: pa.Schema, rows: Iterable[object]) -> None:
    listed = list(zip(*(astuple(r) for r in rows), strict=True)) or [()] * len(schema)  # type: ignore[call-overload]
    arrays = [pa.array(values, kind) for values, kind in zip(listed, schema.types, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=schema.with_metadata({VERSION_KEY: STATE_VERSION.encode()}))
    write_parquet(folder / f"{name}.parquet", table, name)


def _read(folder: Path, name: str) -> list[tuple[object, ...]] | None:
    try:
        table = pq.ParquetFile(folder / f"{name}.parquet").read()
    except (OSError, pa.ArrowInvalid):
        return None
    if (table.schema.metadata or {}).get(VERSION_KEY) != STATE_VERSION.encode():
        return None
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


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
    return None if rows is None else [FileState(*row) for row in rows]  # type: ignore[arg-type]


def read_records(folder: Path) -> list[RecordState] | None:
    """Return the records found, None when there is no readable state."""
    rows = _read(folder, "records")
    return None if rows is None else [RecordState(*row) for row in rows]  # type: ignore[arg-type]


def read_pages(folder: Path) -> list[PageState] | None:
    """Return what parsing gave, None when there is no readable state."""
    rows = _read(folder, "pages")
    return None if rows is None else [PageState(*row) for row in rows]  # type: ignore[arg-type]
