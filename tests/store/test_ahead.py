"""Batches read ahead are those that would have been read, errors come where they would have come."""

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from pipeline.store import ahead
from pipeline.store.ahead import read_ahead


def batches(count: int, given: list[int]) -> Iterator[pa.RecordBatch]:
    for number in range(count):
        given.append(number)
        yield pa.record_batch({"id": [number] * 100})


@pytest.mark.parametrize("bound", [1, 2000, 1 << 20])
def test_batches_come_in_their_order_and_no_more_are_read_than_are_bound_to_be(
    bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "AHEAD", bound)
    given: list[int] = []
    for number, batch in enumerate(read_ahead(batches(20, given))):
        assert batch.column(0).to_pylist() == [number] * 100
        assert (
            len(given) <= number + 3 + bound // 800
        )  # the one held, one that waits for room, one in between
    assert given == list(range(20))


def test_an_error_comes_after_what_was_read_before_it() -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches(3, [])
        raise OSError("torn")

    stream = read_ahead(broken())
    assert [len(next(stream)) for _ in range(3)] == [100] * 3
    with pytest.raises(OSError, match="torn"):
        next(stream)


def test_the_thread_ends_when_nobody_asks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "AHEAD", 1)
    running = threading.active_count()
    given: list[int] = []
    stream = read_ahead(batches(1000, given))
    next(stream)
    stream.close()
    assert threading.active_count() == running
    assert len(given) < 5
