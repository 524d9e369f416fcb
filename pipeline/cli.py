"""The command line: read options, call one function, print, exit code. No logic.

Data goes to stdout, everything else to stderr. Heavy imports stand inside the commands, so `--help` is quick.
"""

import json
import logging
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline.errors import InputError, PipelineError, UsageError

if TYPE_CHECKING:
    from pipeline.config import Config

logger = logging.getLogger("fanwen")
INTERRUPTED = 130


class _Group(TyperGroup):
    """Maps the tree of errors to exit codes, in one place."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            logger.error("%s", error)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as stop:
            logger.error("interrupted; state is kept, the same command goes on")
            raise typer.Exit(INTERRUPTED) from stop


app = typer.Typer(
    name="fanwen",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Chinese template-site pages into a clean, deduplicated, clause-level dataset.",
)


class LogFormat(StrEnum):
    """How log lines look on stderr."""

    plain = "plain"
    json = "json"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        return json.dumps(fields, ensure_ascii=False)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"fanwen {version('fanwen')}")
        raise typer.Exit


@app.callback()
def _root(
    log_format: Annotated[LogFormat, typer.Option(help="Log lines on stderr.")] = LogFormat.plain,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if log_format is LogFormat.json else logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)


Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files; - is standard input.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="TOML file over the defaults.")]


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _read_text(path: str) -> str:
    from pipeline.text.encoding import decode

    return decode(_read(path)).text


def _each(paths: list[str], give: Callable[[str], None]) -> None:
    """Give every path its turn; one that fails is told on stderr and decides the exit code at the end."""
    failed: PipelineError | None = None
    for path in paths:
        try:
            give(path)
        except InputError as error:
            logger.error("%s", error)
            failed = error
    if failed:
        raise typer.Exit(failed.exit_code)


def _config(path: Path | None) -> "Config":
    from pipeline.config import load_config

    return load_config(path)


def _print_line(value: dict[str, Any]) -> None:
    """Print one JSON object as one line; lone surrogates, which UTF-8 cannot hold, as escapes."""
    try:
        line = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        line = json.dumps(value).encode()
    sys.stdout.buffer.write(line + b"\n")


@app.command()
def parse(
    paths: Paths,
    sites: Annotated[
        list[Path] | None, typer.Option(help="Site rules: a TOML file or a folder of them.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Print one JSON object per page (contract §3), one per line, in input order; no corpus model."""
    from pipeline.emit import page_object
    from pipeline.page.parse import parse_page
    from pipeline.store.sites import load_sites

    settings, rules = _config(config), load_sites(sites or [])

    def give(path: str) -> None:
        try:
            page = parse_page(_read(path), config=settings, sites=rules)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        _print_line(page_object(path, page))

    _each(paths, give)


@app.command()
def clauses(
    paths: Paths,
    repaired: Annotated[bool, typer.Option("--repair", help="Repair damage first.")] = False,
    config: ConfigFile = None,
) -> None:
    """Print the clauses of plain texts, one JSON object per file."""
    from pipeline.clauses.structure import structure
    from pipeline.emit import clause_object
    from pipeline.text.repair import repair as repair_text

    settings = _config(config)

    def give(path: str) -> None:
        text = _read_text(path)
        if repaired:
            text = repair_text(text, settings.repair).text
        found = [clause_object(c) for c in structure(text, settings.clauses)]
        _print_line({"source": path, "clauses": found})

    _each(paths, give)


@app.command()
def repair(paths: Paths, config: ConfigFile = None) -> None:
    """Print the repaired text and every edit, one JSON object per file."""
    from pipeline.emit import repaired_object
    from pipeline.text.repair import repair as repair_text

    settings = _config(config)
    _each(
        paths, lambda path: _print_line(repaired_object(path, repair_text(_read_text(path), settings.repair)))
    )


@app.command()
def convert(
    paths: Paths,
    opencc: Annotated[str, typer.Option("--config", help="OpenCC config: t2s, s2t, s2tw, s2twp …")] = "t2s",
) -> None:
    """Print converted text."""
    from pipeline.text.convert import convert as convert_text

    def give(path: str) -> None:
        sys.stdout.buffer.write(convert_text(_read_text(path), opencc).encode("utf-8", "surrogatepass"))

    _each(paths, give)


@app.command()
def schema(
    table: Annotated[str | None, typer.Argument(help="A table; all of them when left out.")] = None,
) -> None:
    """Print the JSON Schema (2020-12) of the records."""
    from pipeline.schema import TABLES, table_json_schema

    if table is not None and table not in TABLES:
        raise UsageError(f"no table {table!r}; tables: {', '.join(TABLES)}")
    shown = table_json_schema(table) if table else {name: table_json_schema(name) for name in TABLES}
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))


@app.command("config")
def show_config(config: ConfigFile = None) -> None:
    """Print every configuration value and where it came from."""
    from pipeline.config import describe_config

    for key, value, origin in describe_config(config):
        typer.echo(f"{key} = {json.dumps(value, ensure_ascii=False)}  # {origin}")


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        app(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()
        return 0
    return 0
