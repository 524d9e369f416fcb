"""An output folder opened for reading: one attribute a table, each a pandas DataFrame."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import ContractError, InputError
from pipeline.schema import TABLES
from pipeline.store.generations import opened


@contextmanager
def damage_told(table: Path) -> Iterator[None]:
    """Raise ContractError for what goes wrong as a table is read: files gone or broken, columns missing."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0]
        raise ContractError(f"{table} is damaged ({what}): see `fanwen check`") from error


class Output:
    """The tables of one output folder as they stood when it was opened, read when asked for.

    `Output(path).clauses` reads the table `clauses` with pandas. Reading costs the size of the table, each
    time. All tables are of one generation: that of `folder`. Runs after the next remove it
    (`ingest.keep_generations`); then reading raises InputError: open the output again.
    """

    __slots__ = ("folder", "path")

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, opened(path)

    def __getattr__(self, table: str) -> Any:
        if table not in TABLES:
            raise AttributeError(f"no table {table!r}; tables: {', '.join(TABLES)}")
        import pandas

        if not self.folder.exists():
            raise InputError(f"{self.folder} is gone: open {self.path} again")
        with damage_told(self.folder / table):
            return pandas.read_parquet(self.folder / table, columns=TABLES[table].names)

    def __dir__(self) -> list[str]:
        return ["folder", "path", *TABLES]

    def __repr__(self) -> str:
        return f"<fanwen output {self.path}: {', '.join(TABLES)}>"


def open_output(path: str | Path = "structured") -> Output:
    """Open the output of `fanwen ingest` for reading.

    Raises InputError where there is no complete output.

    >>> open_output("nowhere")
    Traceback (most recent call last):
    pipeline.errors.InputError: nowhere has no manifest.json: run `fanwen ingest RAW --out nowhere`
    """
    folder = Path(path)
    if not (folder / "manifest.json").is_file():
        raise InputError(f"{folder} has no manifest.json: run `fanwen ingest RAW --out {folder}`")
    return Output(folder)
