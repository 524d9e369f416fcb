"""A large file that grows at its end, past the cache of the file system where it has a way.

What this run does not read again need not stand in the cache: a new page of it costs up to 1.5 µs, as much as
hashing what it holds.
"""

import os
from pathlib import Path

from pipeline.store.past_cache import BLOCK, make_room, open_past_cache, transfer

AT_ONCE = 1 << 22  # bytes a transfer: of 1 MB the calls take twice the time


class Appended:
    """A file under way; `write` appends, and from `close` on it is durable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = open_past_cache(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._room = make_room(AT_ONCE)
        self._done = self._waiting = 0  # bytes that stand in the file, and behind them in `_room`

    def write(self, data: memoryview) -> None:
        """Append some bytes. Raises OSError where the disk is full, now or by the next call."""
        while len(data):
            fitting = min(len(data), AT_ONCE - self._waiting)
            self._room[self._waiting : self._waiting + fitting] = data[:fitting]
            self._waiting += fitting
            data = data[fitting:]
            if self._waiting == AT_ONCE:
                self._transfer(AT_ONCE)
                self._done, self._waiting = self._done + AT_ONCE, 0

    def go_on(self, size: int) -> None:
        """Go on behind the first `size` bytes, which others have written into this file."""
        with self._path.open("rb") as file:
            self._done = size - size % BLOCK
            file.seek(self._done)
            rest = file.read(size - self._done)
        self._room[: len(rest)] = rest
        self._waiting = len(rest)

    def close(self) -> None:
        """Make all that was written durable."""
        try:
            if self._waiting:
                self._transfer(-(-self._waiting // BLOCK) * BLOCK)
            os.ftruncate(self._handle, self._done + self._waiting)  # its last block was a whole one
            os.fsync(self._handle)
        finally:
            os.close(self._handle)
            self._room.close()

    def _transfer(self, size: int) -> None:
        """Write the first `size` bytes of the room, whole blocks, behind those that stand in the file."""
        written = 0
        while written < size:
            with memoryview(self._room)[written:size] as view:
                written += transfer(os.pwritev, self._handle, view, self._done + written)
