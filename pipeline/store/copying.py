"""The beginning of a large file copied into a new one, past the cache of the file system where it has a way.

Gigabytes of it would drive out of the cache what others read, and new pages of the cache cost several times
what copying their bytes does.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.store.files import reserve
from pipeline.store.past_cache import BLOCK, make_room, open_past_cache, transfer

FICLONE = 0x40049409  # ioctl_ficlonerange(2): blocks of the source become those of the target too
AT_ONCE = 1 << 23


def copy_beginning(source: Path, target: Path, size: int) -> None:
    """Make `target` a copy of the first `size` bytes of `source`. Raises EOFError where these are fewer."""
    if source.stat().st_size < size:
        raise EOFError(f"{source} ends {size - source.stat().st_size} bytes early")
    if _cloned(source, target, size):
        return
    _copy(source, target, size)


def _cloned(source: Path, target: Path, size: int) -> bool:
    """Let both files share their blocks; False where the file system cannot."""
    with source.open("rb") as old, target.open("wb") as new:
        try:
            fcntl.ioctl(new.fileno(), FICLONE, old.fileno())
        except OSError:
            return False
        new.truncate(size)
    return True


def _copy(source: Path, target: Path, size: int) -> None:
    whole, done = size - size % BLOCK, 0
    with (
        _opened(source, os.O_RDONLY) as old,
        _opened(target, os.O_WRONLY) as new,
        make_room(AT_ONCE) as room,
    ):
        reserve(new, size)
        while done < whole:
            with memoryview(room)[: min(AT_ONCE, whole - done)] as view:
                read = transfer(os.preadv, old, view, done) // BLOCK * BLOCK
            with memoryview(room)[:read] as view:
                if not read or transfer(os.pwritev, new, view, done) != read:
                    raise OSError(errno.EIO, f"cannot be copied from byte {done} on", str(source))
            done += read
    with source.open("rb") as rest, target.open("r+b") as end:
        rest.seek(whole)
        end.seek(whole)
        end.write(rest.read(size - whole))
        end.truncate(size)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    handle = open_past_cache(path, flags)
    try:
        yield handle
    finally:
        os.close(handle)
