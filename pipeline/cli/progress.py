"""Progress of long work: a rich bar on a terminal, a log line now and then elsewhere."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOG_EVERY_S = 10.0  # seconds between two lines of a log that nobody watches

Progress = Callable[[str, int, int | None], None]


@contextmanager
def shown_progress(logger: logging.Logger) -> Iterator[Progress]:
    """Give a function that shows (stage, done, total); total None where it is not known."""
    if sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _log_lines(logger)


def _log_lines(logger: logging.Logger) -> Progress:
    told = [time.monotonic()]

    def show(stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - told[0] >= LOG_EVERY_S:
            told[0] = now
            logger.info("%s: %d%s", stage, done, f" of {total}" if total is not None else "")

    return show


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
    from rich.progress import Progress as Bar
    from rich.progress import TimeRemainingColumn as Remaining
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")  # none before the second step

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), Remaining())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show
