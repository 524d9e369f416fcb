"""The local engine: nothing is lost, whatever happens to a worker."""

import functools
import multiprocessing
import os
import signal
import time

import pyarrow as pa
import pytest

from pipeline.engine.local import Plan, map_batches
from pipeline.engine.shuffle import PARTS, columns, part_of, read_parts, shuffle, spill

SCHEMA = pa.schema([("n", pa.int64())])


def batches(numbers: range, size: int) -> list[pa.RecordBatch]:
    listed = list(numbers)
    return [
        pa.RecordBatch.from_pydict({"n": listed[i : i + size]}, SCHEMA) for i in range(0, len(listed), size)
    ]


def doubled(batch: pa.RecordBatch, deadly: int = -1, how: str = "kill") -> pa.RecordBatch:
    """Double every number; the deadly one kills, hangs or fails."""
    numbers = batch.column("n").to_pylist()
    if deadly in numbers:
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "hang":
            time.sleep(600)
        raise ValueError("a fault of the program")
    return pa.RecordBatch.from_pydict({"n": [2 * n for n in numbers]}, SCHEMA)


def lost(batch: pa.RecordBatch, reason: str) -> pa.RecordBatch:
    assert batch.num_rows == 1
    return pa.RecordBatch.from_pydict({"n": [-1 if reason == "worker_died" else -2]}, SCHEMA)


def mapped(kernel: functools.partial, plan: Plan) -> list[int]:
    found = map_batches(kernel, batches(range(20), 4), lost, plan)
    return sorted(n for batch in found for n in batch.column("n").to_pylist())


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_any_number_of_workers_gives_the_same(workers: int) -> None:
    assert mapped(functools.partial(doubled), Plan(workers, 60.0)) == [2 * n for n in range(20)]


def test_a_row_that_kills_its_worker_is_told_and_nothing_else_is_lost() -> None:
    found = mapped(functools.partial(doubled, deadly=9), Plan(2, 60.0))
    assert found == [-1, *(2 * n for n in range(20) if n != 9)]


def test_a_row_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engine.local.COMPILE_GRACE_S", 0.0)  # this kernel compiles nothing
    found = mapped(functools.partial(doubled, deadly=3, how="hang"), Plan(1, 0.5))
    assert found == [-2, *(2 * n for n in range(20) if n != 3)]


def test_a_fault_of_the_program_is_raised() -> None:
    with pytest.raises(ValueError, match="a fault of the program"):
        mapped(functools.partial(doubled, deadly=3, how="raise"), Plan(1, 60.0))


def test_a_map_that_is_left_leaves_no_process() -> None:
    stream = map_batches(functools.partial(doubled), batches(range(20), 4), lost, Plan(1, 60.0))
    next(stream)
    stream.close()
    assert multiprocessing.active_children() == []


def keyed(keys: list[str], value: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"key": keys, "value": [value] * len(keys)})


KEYS = [f"{i:02x}{i:02x}" for i in range(256)]


@pytest.mark.parametrize("parts", [1, 2, 16, 256])
def test_a_shuffle_gives_every_row_once_in_its_part(tmp_path, parts: int) -> None:
    stream = [keyed(KEYS[i::5], i) for i in range(5)]
    assert sum(b.num_rows for b in shuffle(iter(stream), "key", tmp_path, rows=60)) == 256
    found = dict(read_parts(tmp_path, "key", parts))
    assert list(found) == list(range(parts))
    rows = {part: [r for b in read for r in b.column("key").to_pylist()] for part, read in found.items()}
    assert all(part_of(key, parts) == part for part, keys in rows.items() for key in keys)
    assert sorted(key for keys in rows.values() for key in keys) == KEYS


def test_an_interrupted_shuffle_keeps_what_came(tmp_path) -> None:
    def stream():
        yield keyed(KEYS[:10], 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(shuffle(stream(), "key", tmp_path, rows=1000))
    assert sum(t.num_rows for t in columns(tmp_path, ["key"])) == 10


def test_a_file_that_cannot_be_read_is_removed(tmp_path) -> None:
    spill(tmp_path, "key", [keyed(KEYS[:3], 1)])
    (tmp_path / "00000000000000000000-1.cut").write_bytes(b"ARROW1 broken")
    assert [t.num_rows for t in columns(tmp_path, ["key"])] == [3]
    assert len(list(tmp_path.glob("*.cut"))) == 1


def test_parts_are_even() -> None:
    assert [part_of(key) for key in KEYS] == list(range(256))
    assert PARTS == 256
