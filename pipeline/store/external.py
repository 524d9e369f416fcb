"""Tables that are not ours: Parquet, JSON Lines or CSV read in batches; files written whole."""

import io
import itertools
import json
import mmap
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.errors import InputError, UsageError

READ_AHEAD = (
    1 << 22
)  # bytes of a column read at once: else a row group's whole column is held, 1.4 GB of a million texts
MOST_SPILLED = 1 << 40  # bytes of a sparse file: an address range, no disk
FIRST_RECORDS = 1000  # of JSON Lines, by which the types of columns are told
BATCH_ROWS = 2048  # 2 MB of text; larger batches cost page faults (docs/accuracy-dedup.md)


def _missing(path: Path, wanted: Sequence[str], there: Sequence[str]) -> None:
    for name in wanted:
        if name not in there:
            raise UsageError(f"{path} has no column {name!r}; columns: {', '.join(there)}")


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=READ_AHEAD) as file:
        _missing(path, columns, file.schema_arrow.names)
        for batch in file.iter_batches(BATCH_ROWS, columns=list(columns), use_threads=False):
            yield batch.select(list(columns))


def _fields_of(path: Path, columns: Sequence[str]) -> pa.Schema:
    """Return the types of columns by the first records of a JSON Lines file: whole numbers or strings.

    Other fields, of whatever shape, are not read at all.
    """
    seen: dict[str, object] = {}
    with pa.input_stream(str(path)) as stream, io.TextIOWrapper(stream, encoding="utf-8-sig") as lines:
        for line in itertools.islice(filter(str.strip, lines), FIRST_RECORDS):
            record = json.loads(line)
            if not isinstance(record, dict):
                raise InputError(f"cannot read {path}: a line holds {type(record).__name__}, not an object")
            seen |= {k: v for k, v in record.items() if v is not None or k not in seen}
            if all(seen.get(name) is not None for name in columns):
                break
    if not seen:
        raise InputError(f"cannot read {path}: it is empty")
    _missing(path, columns, list(seen))
    for name in columns:
        if not isinstance(seen[name], str | int | None):
            raise UsageError(
                f"{path}: column {name!r} holds {type(seen[name]).__name__}, no strings or numbers"
            )
    return pa.schema([(n, pa.int64() if isinstance(seen[n], int) else pa.string()) for n in columns])


def _jsonl(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    from pyarrow import json as arrow_json

    options = arrow_json.ReadOptions(use_threads=False, block_size=1 << 22)
    try:
        fields = _fields_of(path, columns)
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}") from error
    parse = arrow_json.ParseOptions(explicit_schema=fields, unexpected_field_behavior="ignore")
    for batch in arrow_json.open_json(path, read_options=options, parse_options=parse):
        yield batch.select(list(columns))


def _csv(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv

    with csv.open_csv(
        path,
        read_options=csv.ReadOptions(use_threads=False, block_size=1 << 22),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ) as reader:
        _missing(path, columns, reader.schema.names)
        for batch in reader:
            yield batch.select(list(columns))


PACKED = (".gz", ".bz2", ".zst")  # told by the suffix; Parquet is packed within
READERS = {".parquet": _parquet, ".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv}


def is_table(path: Path) -> bool:
    """Say whether `read_columns` takes a path for a table: a folder, or a file by its ending.

    >>> is_table(Path("a.csv.gz")), is_table(Path("a.html"))
    (True, False)
    """
    return path.is_dir() or _kind_of_table(path) in READERS


def _kind_of_table(path: Path) -> str:
    packed = path.suffix.lower() in PACKED
    return (Path(path.stem) if packed else path).suffix.lower()


def read_columns(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Read columns of a table in batches, in the order asked for; the kind of file is told by its suffix.

    Parquet, JSON Lines (.jsonl, .ndjson) and CSV with a header are read, the latter two also packed
    (.csv.gz); a folder of Parquet files is read in the order of its names. An empty field of CSV is
    null. Memory: one batch (Parquet: one row group's columns). Raises InputError where the file is
    missing or broken, UsageError for an unknown suffix or a missing column.
    """
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise InputError(f"no table at {path}")
    for file in files:
        packed = file.suffix.lower() in PACKED
        reader = READERS.get(_kind_of_table(file))
        if reader is None or (packed and reader is _parquet):
            raise UsageError(f"{file}: unknown kind of table; known: {', '.join(READERS)}")
        try:
            yield from reader(file, columns)
        except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
            raise InputError(f"cannot read {file}: {error}") from error


class SpilledUnits:
    """Room for keys in a mapped file without a name; released pages are written by the system.

    `budget` is how many bytes of pages a user may hold before it should call `release`.
    """

    def __init__(self, folder: Path, budget: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.truncate(MOST_SPILLED)
            self._map = mmap.mmap(file.fileno(), MOST_SPILLED)
        self._map.madvise(mmap.MADV_RANDOM)  # texts are read in the order of a hash
        if hasattr(mmap, "MADV_NOHUGEPAGE"):  # Linux: else a page that is read maps up to 2 MB around it
            self._map.madvise(mmap.MADV_NOHUGEPAGE)
        self.units: NDArray[np.uint16] = np.frombuffer(self._map, dtype=np.uint16)
        self.budget = budget

    def release(self) -> None:
        """Give the pages back to the system; what they hold stays."""
        self._map.madvise(mmap.MADV_DONTNEED)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a Parquet file whole or not at all: temporary name, fsync, rename. Makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            pq.write_table(table, out, compression="zstd", compression_level=1)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
