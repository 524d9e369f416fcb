"""Sources behind a URL (`s3://bucket/raw`, `gs://…`, `abfs://…`, `file://…`): listed and read in place.

The file systems of pyarrow come first; any other scheme is taken by fsspec where that is installed. Nothing
is written there: the commit of an output needs links and an atomic rename, which object stores do not have.
"""

import errno
import fnmatch
import io
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyarrow as pa

from pipeline.errors import InputError, TemporaryError
from pipeline.store.scan import GLOB_MARKS, SourceFile, printable

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

MARK = "://"
WHOLE_BYTES = (
    8 << 20
)  # up to here an object is read with one request; larger ones are containers, read in parts


def is_url(root: str) -> bool:
    """Say whether a root is a URL.

    >>> is_url("s3://bucket/raw"), is_url("raw/a://b")
    (True, False)
    """
    scheme, mark, _ = root.partition(MARK)
    return bool(mark) and scheme.isalnum()


@cache
def _file_system(url: str) -> "tuple[FileSystem, str]":
    """Return the file system of a URL and the path in it. Cached: a client holds its connections."""
    from pyarrow import fs

    try:
        return cast("tuple[FileSystem, str]", fs.FileSystem.from_uri(url))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise InputError(f"cannot read {url}: {error}; other schemes need the package fsspec") from error
    except OSError as error:  # a bucket's region is asked for at once
        raise _no_answer(url, error) from error
    try:
        other, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise InputError(f"cannot read {url}: {error}") from error
    return fs.PyFileSystem(fs.FSSpecHandler(other)), path


def _no_answer(url: str, error: OSError) -> InputError | TemporaryError:
    """Return the error of a store that cannot be listed; pyarrow has no class for a missing bucket."""
    if "NO_SUCH_BUCKET" in str(error) or "not found" in str(error):
        return InputError(f"cannot read {url}: there is no such bucket")
    return TemporaryError(f"cannot list {url}: {error}")


def split_url(url: str) -> tuple[str, str | None]:
    """Split a URL into the folder to list and the pattern its names must match, None for a plain folder.

    >>> split_url("s3://b/raw/2024*/a.html"), split_url("s3://b/raw/?endpoint_override=h:1")
    (('s3://b/raw', '2024*/a.html'), ('s3://b/raw?endpoint_override=h:1', None))
    """
    scheme, _, rest = url.partition(MARK)
    path, query = rest, ""
    if "=" in rest.rpartition("?")[2]:  # `?` is a mark of globs, too
        path, _, query = rest.rpartition("?")
    parts = path.rstrip("/").split("/")
    first = next((i for i, part in enumerate(parts) if any(m in part for m in GLOB_MARKS)), len(parts))
    base = scheme + MARK + "/".join(parts[:first]) + (f"?{query}" if query else "")
    return base, "/".join(parts[first:]) or None


def scan_url(url: str) -> Iterator[SourceFile]:
    """Yield every file under a URL, in order of names, as `scan` does for a folder, or the file it names.

    Raises InputError when nothing is there, TemporaryError when the store does not answer.
    """
    base, pattern = split_url(url)
    system, top = _file_system(base)
    try:
        found = _listed(system, top)
    except FileNotFoundError as error:
        raise InputError(f"cannot read {url}: nothing is there") from error
    except OSError as error:
        raise _no_answer(url, error) from error
    if found and found[0].path == top:
        base, top = _above(base), _above(top)
    for info in sorted(found, key=lambda each: each.path):
        name = info.path[len(top.rstrip("/")) + 1 :]
        hidden = any(part.startswith(".") for part in name.split("/"))
        if not info.is_file or hidden or not fnmatch.fnmatchcase(name, pattern or "*"):
            continue
        yield SourceFile(printable(name), url_of(base, name), info.size, info.mtime_ns or 0)


def _listed(system: "FileSystem", top: str) -> "list[FileInfo]":
    """Return what stands under a path, or the file itself; raises FileNotFoundError for neither."""
    from pyarrow import fs

    try:
        found: list[FileInfo] = system.get_file_info(fs.FileSelector(top, recursive=True))
    except (FileNotFoundError, NotADirectoryError):
        found = []
    if found:
        return found
    info = system.get_file_info(top)
    if info.type == fs.FileType.NotFound:
        raise FileNotFoundError(top)
    return [info] if info.is_file else []


def _above(url: str) -> str:
    """Return the folder of a file, by URL or path.

    >>> _above("s3://b/raw/a.html?region=x")
    's3://b/raw?region=x'
    """
    path, mark, query = url.partition("?")
    return path.rpartition("/")[0] + mark + query


def url_of(base: str, name: str) -> str:
    """Return the URL of a file by its name under a base.

    >>> url_of("s3://b/raw?region=x", "a/1.html")
    's3://b/raw?region=x#a/1.html'
    """
    return f"{base}#{name}"


def open_url(url: str) -> BinaryIO:
    """Open a file named by `url_of`. Raises OSError, TemporaryError when the store does not answer."""
    base, _, name = url.partition("#")
    system, top = _file_system(base)
    path = f"{top.rstrip('/')}/{name}"
    try:
        handle: Any = system.open_input_file(path)
        if handle.size() > WHOLE_BYTES:
            return cast("BinaryIO", handle)
        with handle:
            return io.BytesIO(handle.read())
    except (FileNotFoundError, PermissionError):
        raise
    except OSError as error:
        if "ACCESS_DENIED" in str(error):  # pyarrow has no class for it: this object's fault, not the store's
            raise PermissionError(errno.EACCES, "access denied", path) from error
        raise TemporaryError(f"cannot read {path}: {error}") from error


def stat_url(base: str, name: str) -> SourceFile:
    """Return a file under a base as it stands now. Raises FileNotFoundError."""
    system, top = _file_system(base)
    info = system.get_file_info(f"{top.rstrip('/')}/{name}")
    if not info.is_file and top.endswith(f"/{name}"):  # the root is the file
        base, info = _above(base), system.get_file_info(top)
    if not info.is_file:
        raise FileNotFoundError(errno.ENOENT, "nothing is there", name)
    return SourceFile(name, url_of(base, name), info.size, info.mtime_ns or 0)
