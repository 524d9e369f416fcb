"""What a run costs, stage by stage: seconds of processor time, and what was counted on the way."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU-seconds of each stage over all threads, and counts: candidates of either channel, bytes spilled.

    >>> costs = Costs()
    >>> with costs.stage("bands"):
    ...     costs.count("candidates", 2)
    >>> list(costs.cpu_s), costs.counts
    (['bands'], {'candidates': 2})
    """

    cpu_s: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the processor time of a block to a stage, less that of stages within it."""
        start = time.process_time() - sum(self.cpu_s.values())
        try:
            yield
        finally:
            spent = time.process_time() - sum(self.cpu_s.values()) - start
            self.cpu_s[name] = self.cpu_s.get(name, 0.0) + spent

    @contextmanager
    def aside(self, name: str) -> Iterator[None]:
        """Add the processor time of a block to a stage of its own, in a thread beside that of the stage."""
        start = time.thread_time()
        try:
            yield
        finally:
            self.cpu_s[name] = self.cpu_s.get(name, 0.0) + time.thread_time() - start

    def count(self, name: str, number: int) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + number

    def reading(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Give the batches on; what it takes to get them is the stage `reading`, in the thread that asks."""
        stream = iter(batches)
        while True:
            with self.aside("reading"):
                batch = next(stream, None)
            if batch is None:
                return
            yield batch

    def told(self, articles: int) -> str:
        """Say it in a line.

        >>> Costs({"bands": 1.25}, {"candidates": 3}).told(2)
        'bands 1.25 s; candidates 1.5 an article'
        """
        stages = " · ".join(f"{name} {seconds:.3g}" for name, seconds in self.cpu_s.items())
        counts = [
            f"{name} {number / max(articles, 1):.3g} an article" for name, number in self.counts.items()
        ]
        return "; ".join([f"{stages} s", *counts])
