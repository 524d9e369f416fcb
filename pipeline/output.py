"""An output folder opened for reading: one attribute a table, each a pandas DataFrame."""

from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.schema import TABLES
from pipeline.store.generations import opened


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

        try:
            return pandas.read_parquet(self.folder / table)
        except FileNotFoundError as error:
            raise InputError(f"{self.folder / table} is gone: open {self.path} again") from error

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
