"""What stands under RAW: every file found once, in order of names; what cannot be taken becomes a reject.

Symbolic links are never followed: what they name inside RAW is read where it stands, and what they name
outside was not asked for. So there are no cycles. Names that begin with a dot are left alone.
"""

import fnmatch
import os
import re
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import InputError
from pipeline.records import RejectReason

GLOB_MARKS = "*?["
CURRENT, GENERATIONS = ".current", ".generations"  # what an output has beside its tables
MAX_DEPTH = 200  # folders in folders; PATH_MAX of Linux holds at most 2,048 of them


class SourceFile(NamedTuple):
    """A file under RAW: `name` relative to RAW with `/`, printable; size in bytes, mtime in ns."""

    name: str
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Reject:
    """A source that gives no page, and why."""

    source: str
    reason: RejectReason
    detail: str
    excerpt: str = ""
    page_id: str | None = None
    stage: str = "read"


LIKE_BYTES = re.compile(
    "\\\\+(?=x[0-9a-f]{2}|[\udc80-\udcff])"
)  # what `printable` writes, or comes before it


def printable(name: str) -> str:
    r"""Return a file name that UTF-8 can hold: undecodable bytes become `\xNN`.

    No two names become the same: backslashes that could be taken for such a byte are doubled.

    >>> printable("a\udcff.html"), printable(r"a\xff.html")
    ('a\\xff.html', 'a\\\\xff.html')
    """
    if "\\" in name:
        name = LIKE_BYTES.sub(lambda run: 2 * run[0], name)
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def split_glob(root: str) -> tuple[Path, str | None]:
    """Split a root into the folder to scan and the pattern its names must match, None for a plain path.

    >>> split_glob("raw/2024*/a.html")
    (PosixPath('raw'), '2024*/a.html')
    >>> split_glob("raw")
    (PosixPath('raw'), None)
    """
    if not any(mark in root for mark in GLOB_MARKS) or os.path.exists(root):
        return Path(root), None
    parts = Path(root).parts
    first = next(i for i, part in enumerate(parts) if any(mark in part for mark in GLOB_MARKS))
    return Path(*parts[:first]), "/".join(parts[first:])


def scan(root: str) -> Iterator[SourceFile | Reject]:
    """Yield every file under `root` (a folder, a file or a glob), names in order within each folder.

    An output of this program below it is no source and is passed over. Raises InputError when the root does
    not exist, cannot be listed or is such an output. About 10 µs a file.
    """
    base, pattern = split_glob(root)
    try:
        mode = base.stat().st_mode
        if not stat.S_ISDIR(mode):
            yield _entry(printable(base.name), str(base), base.stat())
            return
        os.scandir(base).close()
    except OSError as error:
        raise InputError(
            f"cannot read {root}: {error.strerror}; sources are a folder, a file, a glob or a URL"
        ) from error
    if is_output(str(base)):
        raise InputError(f"{root} is an output of fanwen, not a folder of sources")
    if pattern is None:
        yield from _walk(str(base))
        return
    for found in _walk(str(base)):
        name = found.name if isinstance(found, SourceFile) else found.source
        if fnmatch.fnmatchcase(name, pattern):
            yield found


def is_output(folder: str) -> bool:
    """Say whether a folder is an output of this program, complete or of a run that died."""
    return os.path.islink(os.path.join(folder, CURRENT)) or os.path.isdir(os.path.join(folder, GENERATIONS))


def _walk(base: str) -> Iterator[SourceFile | Reject]:
    waiting: list[tuple[str, str, int]] = [(base, "", 0)]
    while waiting:
        folder, prefix, depth = waiting.pop()
        if depth and is_output(folder):
            continue
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            yield _unreadable(prefix, error)
            continue
        try:
            below = yield from _listed(handle, (folder, prefix, depth))
        finally:
            os.close(handle)
        waiting += reversed(below)


def _listed(
    handle: int, where: tuple[str, str, int]
) -> Generator[SourceFile | Reject, None, list[tuple[str, str, int]]]:
    """Yield what is listed in an open folder, in order of names, and return the folders in it.

    By its handle, for the system walks the path of a file anew for each that is named by it.
    """
    folder, prefix, depth = where
    below: list[tuple[str, str, int]] = []
    try:
        with os.scandir(handle) as listing:
            entries = sorted(listing, key=attrgetter("name"))
    except OSError as error:
        yield _unreadable(prefix, error)
        return below
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name, path = prefix + printable(entry.name), f"{folder}/{entry.name}"
        if not entry.is_dir(follow_symlinks=False):
            yield _taken(entry, name, path)
        elif depth < MAX_DEPTH:
            below.append((path, name + "/", depth + 1))
        else:
            yield Reject(name, "unreadable", f"more than {MAX_DEPTH} folders deep")
    return below


def _unreadable(prefix: str, error: OSError) -> Reject:
    return Reject(prefix.rstrip("/"), "unreadable", f"folder: {error.strerror}")


def _taken(entry: "os.DirEntry[str]", name: str, path: str) -> SourceFile | Reject:
    try:
        return _entry(name, path, entry.stat(follow_symlinks=False))
    except OSError as error:
        return Reject(name, "unreadable", error.strerror or "cannot be read")


def _entry(name: str, path: str, info: os.stat_result) -> SourceFile | Reject:
    if stat.S_ISREG(info.st_mode):
        return SourceFile(name, path, info.st_size, info.st_mtime_ns)
    if stat.S_ISLNK(info.st_mode):
        return Reject(name, "symlink", "links are not followed")
    return Reject(name, "not_a_file", "neither a file nor a folder")
