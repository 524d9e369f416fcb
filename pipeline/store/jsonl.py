"""JSON Lines made of pieces: those of the last generation copied byte for byte, new ones appended."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.store.appending import Appended
from pipeline.store.checksum import Checksum
from pipeline.store.copying import copy_beginning
from pipeline.store.files import COPY_BYTES

HOT_BYTES = 1 << 18  # a quarter of what a core's second cache holds

Span = tuple[int, int, int]  # first byte, bytes, rows


class Joined:
    """A file under way; `add` and `copy` return [first byte, bytes, rows] of what they append."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, Appended(path)
        self._sum = Checksum()
        self._size = self._rows = 0
        self._begins: Path | None = None  # the file of whose beginning, not copied yet, this consists

    def add(self, pieces: Iterable[bytes | memoryview], rows: int) -> list[int]:
        """Append some lines, whose bytes come in pieces."""
        self._begin()
        start = self._size
        for data in pieces:
            self._put(data)
        self._rows += rows
        return [start, self._size - start, rows]

    def copy(self, path: Path, span: Span, state: str = "") -> list[int]:
        """Append a span of another file; `state` is that of its checksum behind the span, where known.

        What is copied from the beginning on, with states, is copied at once in the end, and not hashed.
        """
        first, left, rows = span
        start = self._size
        begins = first == start and (not start or self._begins == path)
        if begins and state and self.state():
            self._begins, self._sum, self._size = path, Checksum(state), self._size + left
        else:
            self._begin()
            self._read(path, first, left)
        self._rows += rows
        return [start, self._size - start, rows]

    def _begin(self) -> None:
        """Copy what this begins with."""
        if self._begins is not None:
            copy_beginning(self._begins, self._path, self._size)
            self._begins = None
            self._file.go_on(self._size)

    def _read(self, path: Path, first: int, left: int) -> None:
        with path.open("rb") as source:
            source.seek(first)
            while left:
                data = source.read(min(left, COPY_BYTES))
                if not data:
                    raise EOFError(f"{path} ends {left} bytes early")
                self._put(data)
                left -= len(data)

    def _put(self, data: bytes | memoryview) -> None:
        """Append bytes, hashed a piece at a time and written while they are in the processor's cache."""
        view = memoryview(data)
        for start in range(0, len(view), HOT_BYTES):
            piece = view[start : start + HOT_BYTES]
            self._sum.update(piece)
            self._file.write(piece)
        self._size += len(view)

    def state(self) -> str:
        """Return the state of the checksum of all so far, "" where it cannot be told."""
        return self._sum.state()

    def close(self) -> dict[str, Any]:
        """Make the file durable and return its entry of the manifest."""
        try:
            self._begin()
        finally:
            self._file.close()
        return {"rows": self._rows, "sha256": self._sum.hexdigest(), "bytes": self._size}
