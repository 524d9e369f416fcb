"""Reading ahead of the one who asks."""

from collections import deque
from collections.abc import Iterable, Iterator
from threading import Condition, Thread

import pyarrow as pa

AHEAD = 1 << 28  # bytes: as much text as is read while kernels load (.4 s); more would only take fresh memory


class _Shelf:
    """What was read and not yet asked for; `None` ends it, an error is raised by the one who asks."""

    def __init__(self) -> None:
        self.items: deque[pa.RecordBatch | BaseException | None] = deque()
        self.held, self.closed, self.changed = 0, False, Condition()

    def put(self, item: pa.RecordBatch | BaseException | None) -> bool:
        """Wait for room and add; say whether anybody still asks."""
        with self.changed:
            self.changed.wait_for(lambda: self.held < AHEAD or self.closed)
            self.items.append(item)
            self.held += item.nbytes if isinstance(item, pa.RecordBatch) else 0
            self.changed.notify_all()
            return not self.closed

    def take(self) -> pa.RecordBatch | BaseException | None:
        """Wait for the next and return it."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.items) > 0)
            item = self.items.popleft()
            self.held -= item.nbytes if isinstance(item, pa.RecordBatch) else 0
            self.changed.notify_all()
            return item

    def close(self) -> None:
        """Nobody asks any more."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()


def read_ahead(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give batches on, which a thread of its own asks for, up to `AHEAD` bytes before they are needed.

    What asking raises is raised here, after what came before it. The thread ends with the generator.

    >>> rows = pa.record_batch({"id": [1, 2]})
    >>> [len(batch) for batch in read_ahead([rows, rows])]
    [2, 2]
    """
    shelf = _Shelf()

    def read() -> None:
        try:
            for batch in batches:
                if not shelf.put(batch):
                    return
            shelf.put(None)
        except Exception as error:  # the one who asks raises it
            shelf.put(error)

    reader = Thread(target=read)
    reader.start()
    try:
        while (item := shelf.take()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        shelf.close()
        reader.join()
