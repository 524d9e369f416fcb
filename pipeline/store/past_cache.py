"""Files read and written past the cache of the file system where it has a way, as usual where it has none."""

import contextlib
import errno
import fcntl
import mmap
import os
from collections.abc import Callable
from pathlib import Path

BLOCK = 4096  # what addresses, places and sizes are multiples of, for such transfers (open(2), O_DIRECT)
PAST_CACHE: int = getattr(os, "O_DIRECT", 0)  # Linux has it, macOS has not

Transfer = Callable[[int, list[memoryview], int], int]  # `os.preadv` or `os.pwritev`


def open_past_cache(path: Path, flags: int) -> int:
    """Open a file with the flags of `os.open`. Raises OSError."""
    try:
        return os.open(path, flags | os.O_CLOEXEC | PAST_CACHE, 0o666)
    except OSError as error:
        if error.errno != errno.EINVAL or not PAST_CACHE:
            raise
    return os.open(path, flags | os.O_CLOEXEC, 0o666)


def make_room(size: int) -> mmap.mmap:
    """Return memory for such transfers; addresses of a mapping are multiples of blocks.

    In huge pages, where the system has them: it looks up every page of a transfer, so a GB of both ways costs
    .03 CPU-s instead of .15.
    """
    room = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with contextlib.suppress(OSError):  # a kernel that was built without them
            room.madvise(mmap.MADV_HUGEPAGE)
    return room


def transfer(move: Transfer, handle: int, view: memoryview, at: int) -> int:
    """Move bytes between `view` and place `at` of an open file; return how many. Raises OSError.

    Where the file system refuses these blocks, the file goes through its cache from now on.
    """
    try:
        return move(handle, [view], at)
    except OSError as error:
        flags = fcntl.fcntl(handle, fcntl.F_GETFL)
        if error.errno != errno.EINVAL or not flags & PAST_CACHE:
            raise
    fcntl.fcntl(handle, fcntl.F_SETFL, flags & ~PAST_CACHE)
    return move(handle, [view], at)
