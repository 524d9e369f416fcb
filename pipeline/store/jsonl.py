"""JSON Lines made of pieces: those of the last generation copied byte for byte, new ones appended."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COPY_BYTES = 1 << 20


class Joined:
    """A file under way; `add` and `copy` return [first byte, bytes, rows] of what they append."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._size = self._rows = 0

    def add(self, pieces: Iterable[bytes | memoryview], rows: int) -> list[int]:
        """Append some lines, whose bytes come in pieces."""
        start = self._size
        for data in pieces:
            self._put(data)
        self._rows += rows
        return [start, self._size - start, rows]

    def copy(self, path: Path, span: tuple[int, int, int]) -> list[int]:
        """Append a span (first byte, bytes, rows) of another file."""
        first, left, rows = span
        start = self._size
        with path.open("rb") as source:
            source.seek(first)
            while left:
                data = source.read(min(left, COPY_BYTES))
                if not data:
                    raise EOFError(f"{path} ends {left} bytes early")
                self._put(data)
                left -= len(data)
        self._rows += rows
        return [start, self._size - start, rows]

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)

    def close(self) -> dict[str, Any]:
        """Make the file durable and return its entry of the manifest."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return {"rows": self._rows, "sha256": self._digest.hexdigest(), "bytes": self._size}
