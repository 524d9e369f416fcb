"""JSON Lines made of pieces: those of the last generation copied byte for byte, new ones appended."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.store.checksum import Checksum

COPY_BYTES = 1 << 20
# What was copied leaves the cache of the file system: gigabytes of it would drive out what others read, and
# new pages of the cache cost several times what the copying of their bytes does.
COPIED_AT_ONCE = 1 << 25
# What a kernel says that cannot copy between these two files by itself (copy_file_range(2)).
NO_COPY = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)

Span = tuple[int, int, int]  # first byte, bytes, rows


class Joined:
    """A file under way; `add` and `copy` return [first byte, bytes, rows] of what they append."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._sum = Checksum()
        self._size = self._rows = 0
        self._begins: Path | None = None  # the file whose beginning this is so far

    def add(self, pieces: Iterable[bytes | memoryview], rows: int) -> list[int]:
        """Append some lines, whose bytes come in pieces."""
        start = self._size
        for data in pieces:
            self._put(data)
        self._rows += rows
        self._begins = None
        return [start, self._size - start, rows]

    def copy(self, path: Path, span: Span, state: str = "") -> list[int]:
        """Append a span of another file; `state` is that of its checksum behind the span, where known.

        What is copied from the beginning on, with states, is not read: the kernel copies it, and blocks of
        a file system that can share them are shared.
        """
        first, left, rows = span
        start = self._size
        begins = first == start and (not start or self._begins == path)
        self._begins = path if begins else None
        if begins and state and self.state() and self._copied(path, first, left):
            self._sum, self._size = Checksum(state), self._size + left
        else:
            self._read(path, first, left)
        self._rows += rows
        return [start, self._size - start, rows]

    def _copied(self, path: Path, first: int, left: int) -> bool:
        """Let the kernel append a span; False where it cannot: then nothing is appended."""
        self._file.flush()
        with path.open("rb") as source:
            ends, done = (source.fileno(), self._file.fileno()), 0
            while done < left:
                try:
                    more = os.copy_file_range(*ends, min(left - done, COPIED_AT_ONCE), first + done)
                except OSError as error:
                    if error.errno in NO_COPY and not done:
                        return False
                    raise
                if not more:
                    raise EOFError(f"{path} ends {left - done} bytes early")
                for end, start in zip(ends, (first + done, self._size + done), strict=True):
                    os.fdatasync(end)
                    os.posix_fadvise(end, start, more, os.POSIX_FADV_DONTNEED)
                done += more
        return True

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
        self._file.write(data)
        self._sum.update(data)
        self._size += len(data)

    def state(self) -> str:
        """Return the state of the checksum of all so far, "" where it cannot be told."""
        return self._sum.state()

    def close(self) -> dict[str, Any]:
        """Make the file durable and return its entry of the manifest."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return {"rows": self._rows, "sha256": self._sum.hexdigest(), "bytes": self._size}
