"""The command line: read options, call one function, print, exit code. No logic.

Data goes to stdout, everything else to stderr. Heavy imports stand inside the commands, so `--help` is quick.
"""

from pipeline.cli import corpus, crawl, texts  # noqa: F401  (registers the commands)
from pipeline.cli.app import app


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        app(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
