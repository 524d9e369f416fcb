"""The local engine: kernels in a pool of processes that survives the death of a worker.

Not `concurrent.futures`: there one dead worker fails every task in flight and the pool with it, and a task
that hangs cannot be stopped. Here each worker has one batch and a pipe of its own, so the batch it died of is
known.
"""

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Literal

import pyarrow as pa

from pipeline.engine.lean import run_lean
from pipeline.errors import EngineError

Kernel = Callable[[pa.RecordBatch], pa.RecordBatch]
Loss = Literal["timeout", "worker_died"]
OnLoss = Callable[[pa.RecordBatch, Loss], pa.RecordBatch]

START_GRACE_S = 120.0  # a new worker imports the libraries, .5 to 2 s of CPU, while others use the processors
COMPILE_GRACE_S = 300.0  # and its first batch compiles kernels, 60 to 90 s of CPU on a fresh machine
FIRST_BATCH_FACTOR = (
    3.0  # once one worker has answered its first batch, others may take so many times as long
)
MAX_SLOW_ROWS = 3  # rows of one batch that may take all their time; with more the batch goes on row by row
MAX_EARLY_DEATHS = 3  # workers that die before their first batch: the machine cannot start them


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run a map: `workers` processes (0 = in this one), `row_seconds` of wall time for one row."""

    workers: int
    row_seconds: float


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    batch: pa.RecordBatch | None = None
    deadline: float = 0.0
    ready_at: float | None = None  # None until it has told that it has started
    answered: bool = False


def map_batches(
    kernel: Kernel, batches: Iterable[pa.RecordBatch], on_loss: OnLoss, plan: Plan
) -> Iterator[pa.RecordBatch]:
    """Yield `kernel(batch)` for every batch, in any order, streaming: a worker has one batch at a time.

    A batch whose worker dies or hangs is tried again row by row; a row that kills its worker again comes out
    as `on_loss(row, reason)`. The kernel itself must give up on a row after `row_seconds`; a worker is killed
    where it does not. An exception out of the kernel is a fault of the program and is raised here. Raises
    EngineError when no worker can be started.
    """
    if plan.workers == 0:
        yield from (_undisturbed(kernel, batch) for batch in batches)
        return
    pool = _Pool(kernel, on_loss, plan)
    try:
        yield from pool.run(iter(batches))
    finally:
        pool.close()


class _Pool:
    """Workers, each with a pipe; a class because they are state that must be closed."""

    def __init__(self, kernel: Kernel, on_loss: OnLoss, plan: Plan) -> None:
        self._kernel, self._on_loss, self._plan = kernel, on_loss, plan
        self._again: list[pa.RecordBatch] = []  # single rows whose batch was lost
        self._workers: list[_Worker] = []
        self._early_deaths = 0
        self._first_batch_s: float | None = None  # the longest first batch that was answered

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        following = next(batches, None)
        while True:
            while (following or self._again) and (worker := self._idle()):
                if self._again:
                    self._send(worker, self._again.pop())
                else:
                    self._send(worker, following)
                    following = next(batches, None)
            busy = [w for w in self._workers if w.batch is not None]
            if not busy and not following and not self._again:
                return
            yield from self._collect(busy)

    def _idle(self) -> _Worker | None:
        for worker in self._workers:
            if worker.batch is None:
                return worker
        if len(self._workers) >= self._plan.workers:
            return None
        context = multiprocessing.get_context("spawn")  # fork copies the locks of Arrow's threads as they are
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(self._kernel, there), daemon=True)
        with _no_interrupt(), _no_script():
            process.start()
        there.close()
        self._workers.append(_Worker(process, here))
        return self._workers[-1]

    def _send(self, worker: _Worker, batch: pa.RecordBatch) -> None:
        worker.batch = batch
        worker.deadline = time.monotonic() + self._allowed(worker, batch)
        try:
            worker.pipe.send(_written(batch))
        except OSError:  # dead already: the wait below will say so
            return

    def _allowed(self, worker: _Worker, batch: pa.RecordBatch) -> float:
        """Return the seconds from now on until a worker counts as hanging."""
        if worker.ready_at is None:
            return START_GRACE_S
        slow_rows = min(batch.num_rows + 1, MAX_SLOW_ROWS)
        usual: float = self._plan.row_seconds * slow_rows + batch.num_rows
        if worker.answered:
            return usual
        # Without a cache that it can write to every worker compiles: as long as the first one took.
        first = self._first_batch_s
        return usual + (COMPILE_GRACE_S if first is None else FIRST_BATCH_FACTOR * first)

    def _collect(self, busy: list[_Worker]) -> Iterator[pa.RecordBatch]:
        first = min(w.deadline for w in busy)
        ready = wait([w.pipe for w in busy], timeout=max(0.0, first - time.monotonic()))
        for worker in busy:
            if worker.pipe in ready:
                yield from self._receive(worker)
            elif time.monotonic() > worker.deadline:
                yield from self._lost(worker, "timeout")

    def _receive(self, worker: _Worker) -> Iterator[pa.RecordBatch]:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._lost(worker, "worker_died")
            return
        if answer == READY and worker.batch is not None:
            worker.ready_at = time.monotonic()
            worker.deadline = worker.ready_at + self._allowed(worker, worker.batch)
            return
        if not worker.answered and worker.ready_at is not None:
            took = time.monotonic() - worker.ready_at
            self._first_batch_s = max(took, self._first_batch_s or 0.0)
        worker.batch, worker.answered, self._early_deaths = None, True, 0
        if isinstance(answer, Exception):
            raise answer
        yield _read(answer)

    def _lost(self, worker: _Worker, reason: Loss) -> Iterator[pa.RecordBatch]:
        batch, answered = worker.batch, worker.answered
        self._workers.remove(worker)
        _stop(worker)
        if batch is None:
            return
        if not answered and reason == "worker_died":
            self._early_deaths += 1
            if self._early_deaths > MAX_EARLY_DEATHS and batch.num_rows > 1:
                raise EngineError(
                    f"{self._early_deaths} workers died before their first batch: is memory short?"
                )
        if batch.num_rows > 1:
            self._again += [batch.slice(i, 1) for i in range(batch.num_rows)]
        elif _second_try(batch):
            yield self._on_loss(batch, reason)
        else:
            self._again.append(_marked(batch))

    def close(self) -> None:
        for worker in self._workers:
            _stop(worker)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep Ctrl-C from a worker as it starts: it inherits what is blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _no_script() -> Iterator[None]:
    """Keep the caller's script from a worker, in which `multiprocessing` would run it again.

    A script that calls `pipeline.ingest` without `if __name__ == "__main__":` would begin another run in each
    worker, and one that was piped to the interpreter would not be found. Nothing that is sent needs it.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


TRIED = b"tried"
READY = b"ready"  # what a worker sends first: it has imported all that its kernel needs


def _second_try(batch: pa.RecordBatch) -> bool:
    return TRIED in (batch.schema.metadata or {})


def _marked(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.replace_schema_metadata({**(batch.schema.metadata or {}), TRIED: b"1"})


def _stop(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()


def _written(batch: pa.RecordBatch) -> bytes:
    """Return a batch as bytes: of a slice its own rows alone; a pickle holds all that it is cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _read(written: bytes) -> pa.RecordBatch:
    return pa.ipc.open_stream(written).read_next_batch()


def _undisturbed(kernel: Kernel, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Run a kernel without the collector of cycles, which would look through all that the process holds.

    A batch makes tens of thousands of objects and few cycles; a tenth of the time was spent looking for them.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        return kernel(batch)
    finally:
        if on:
            gc.enable()


def _serve(kernel: Kernel, pipe: Connection) -> None:
    """Answer batches until the pipe closes; the parent's Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    run_lean()
    parent = os.getppid()
    try:
        pipe.send(READY)
    except OSError:
        return
    while os.getppid() == parent:
        try:
            batch = _read(pipe.recv())
        except (EOFError, OSError):
            return
        try:
            answer: object = _written(_undisturbed(kernel, batch))
        except Exception as error:  # carried to the parent, which raises it
            answer = error
        try:
            pipe.send(answer)
        except OSError:
            return
