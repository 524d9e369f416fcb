"""Files written whole or not at all: temporary name, fsync, rename."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import TemporaryError

# Rows of one row group: DuckDB, Polars and Spark parallelise over groups, and DuckDB advises 100,000 to
# 1,000,000. Page texts of that many rows would not fit a reader's memory, hence fewer for wide tables.
ROW_GROUP_ROWS = 131_072
WIDE_ROW_GROUP_ROWS = 2_048
WIDE_TABLES = ("pages",)
ZSTD_LEVEL = 1  # level 3 packs page texts 4 % better and takes 1.6 times as long (docs/operations.md)
# Columns whose values hardly repeat: a dictionary of them takes a quarter of the time and saves no byte.
DISTINCT = frozenset({"clause_id", "text_id", "text", "text_hant", "raw_text"})
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
COPY_BYTES = 1 << 20


@contextmanager
def full_disk_is_temporary(folder: Path) -> Iterator[None]:
    """Turn "no space left" into TemporaryError, which says that the last complete tables stand.

    >>> with full_disk_is_temporary(Path("x")):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    pipeline.errors.TemporaryError: no space left for x; the last complete tables stand: free some and retry
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise TemporaryError(
                f"no space left for {folder}; the last complete tables stand: free some and retry"
            ) from error
        raise


def reserve(handle: int, size: int) -> None:
    """Give an empty, open file its `size` bytes: a full disk shows here, not as a signal where it is mapped.

    macOS has no call for it: there zeros are written.
    """
    allocate = getattr(os, "posix_fallocate", None)
    if allocate and size:
        allocate(handle, 0, size)
        return
    for start in range(0, size, COPY_BYTES):
        os.pwrite(handle, bytes(min(COPY_BYTES, size - start)), start)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, make it durable and give it its name.

    A failing `write` leaves nothing behind. Raises what `write` raises.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        handle = os.open(temporary, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write a small file atomically."""
    write_atomically(path, lambda temporary: _fill(temporary, data))


def _fill(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def write_pieces(path: Path, pieces: Sequence[memoryview]) -> str:
    """Write a file of which the pieces are at hand atomically, and return its sha256, 64 hex digits."""
    digest = hashlib.sha256()

    def write(temporary: Path) -> None:
        with temporary.open("wb") as handle:
            for piece in pieces:
                digest.update(piece)
                handle.write(piece)

    write_atomically(path, write)
    return digest.hexdigest()


def write_parquet(path: Path, table: pa.Table, name: str) -> None:
    """Write one shard of table `name` atomically: zstd, dictionaries, statistics, sized groups."""
    write_atomically(path, lambda temporary: _encode(temporary, table, name))


def parquet_bytes(table: pa.Table, name: str) -> pa.Buffer:
    """Return the bytes that `write_parquet` writes: a whole file of what may be columns of a table alone."""
    sink = pa.BufferOutputStream()
    _encode(sink, table, name)
    return sink.getvalue()


def _encode(to: Path | pa.NativeFile, table: pa.Table, name: str) -> None:
    pq.write_table(
        table,
        to,
        row_group_size=WIDE_ROW_GROUP_ROWS if name in WIDE_TABLES else ROW_GROUP_ROWS,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=[
            leaf for field in table.schema if field.name not in DISTINCT for leaf in _leaves(field)
        ],
        write_statistics=True,
    )


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write batches of a table of the state, those without rows too, all or nothing.

    As they lie in memory: packing them takes three times as long as writing what it saves, and what is
    mapped is read where it is looked at, and no more of it.
    """

    def write(to: Path) -> None:
        with pa.OSFile(str(to), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    write_atomically(path, write)


def _leaves(field: pa.Field) -> Iterator[str]:
    """Yield the names that Parquet gives to the columns of a field.

    >>> list(_leaves(pa.field("slots", pa.list_(pa.struct([("left", pa.string()), ("n", pa.int32())])))))
    ['slots.list.element.left', 'slots.list.element.n']
    """
    kind, prefix = field.type, f"{field.name}."
    if pa.types.is_list(kind):
        kind, prefix = kind.value_type, f"{field.name}.list.element."
        if not pa.types.is_struct(kind):
            yield prefix.rstrip(".")
    elif not pa.types.is_struct(kind):
        yield field.name
    if pa.types.is_struct(kind):
        yield from (prefix + leaf for child in kind for leaf in _leaves(child))


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, 64 hex digits. About 1 GB/s."""
    with path.open("rb", buffering=0) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
