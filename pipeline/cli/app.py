"""The application: logging, exit codes, and what the commands share."""

import datetime
import errno
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from pipeline.errors import InputError, PipelineError, TemporaryError

if TYPE_CHECKING:
    from pipeline.config import Config

logger = logging.getLogger("fanwen")
T = TypeVar("T")
INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Group(TyperGroup):
    """Maps the tree of errors to exit codes, in one place."""

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()  # else a pipe that is closed is met when nobody catches it any more
        except PipelineError as error:
            logger.error("%s", error)
            raise typer.Exit(error.exit_code) from error
        except BrokenPipeError as error:  # the reader has seen enough: `fanwen rejects | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left goes nowhere
            raise typer.Exit from error
        except OSError as error:
            if error.errno not in FULL:
                raise
            logger.error("no space left for what is written: %s", error.filename or "standard output")
            raise typer.Exit(TemporaryError.exit_code) from error
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
        when = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        fields = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
        }
        told = {"run": record.run} if hasattr(record, "run") else {}
        return json.dumps(fields | told, ensure_ascii=False)


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


def a_path(value: str | Path) -> Path:
    """Return a path that was named; a variable that is not set in a script names none.

    Whether it can be read is for the command to find, which says so with exit code 5 (contract §2).
    """
    if not str(value):
        raise typer.BadParameter("an empty path")
    if "://" in str(value):  # pathlib would make a local folder `s3:` of it
        raise typer.BadParameter(f"{value} is a URL; a local path is needed (docs/operations.md)")
    return Path(value)


Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files; - is standard input.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", parser=a_path, metavar="FILE", help="TOML file over the defaults.")
]
SiteFiles = Annotated[
    list[Path] | None,
    typer.Option(
        parser=a_path, metavar="FILE", help="Site rules: a TOML file or a folder of them; more than once."
    ),
]


def read_text(path: str) -> str:
    """Read and decode a text, of standard input for `-`; raises InputError where it is none."""
    from pipeline.store.sniff import HEAD_BYTES, holds_text
    from pipeline.text.encoding import decode

    try:
        body = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if not holds_text(body[:HEAD_BYTES]):
        raise InputError(f"cannot read {path}: no text, but a picture, an archive or the like")
    return decode(body).text


def told(items: Iterable[T], give: Callable[[T], None]) -> int:
    """Give every item its turn; one that fails is told on stderr. Return the exit code, 0 if none failed."""
    code = 0
    for item in items:
        try:
            give(item)
        except InputError as error:
            logger.error("%s", error)
            code = error.exit_code
    return code


def each(items: Iterable[T], give: Callable[[T], None]) -> None:
    """Give every item its turn, and leave with the exit code of those that failed."""
    if code := told(items, give):
        raise typer.Exit(code)


def settings_of(path: Path | None) -> "Config":
    """Read the configuration that `--config` names."""
    from pipeline.config import load_config

    return load_config(path)


def print_json(value: dict[str, Any], indent: int | None = None) -> None:
    """Print an object as JSON in UTF-8, in a line or indented; lone surrogates, which that lacks, escaped."""
    try:
        line = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    except UnicodeEncodeError:
        line = json.dumps(value, indent=indent).encode()
    sys.stdout.buffer.write(line + b"\n")
