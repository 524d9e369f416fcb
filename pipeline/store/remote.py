"""Sources behind a URL (`s3://bucket/raw`, `gs://…`, `abfs://…`, `file://…`): listed and read in place.

The file systems of pyarrow come first; any other scheme is taken by fsspec where that is installed. Nothing
is written there: the commit of an output needs links and an atomic rename, which object stores do not have.
"""

import errno
import fnmatch
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyarrow as pa

from pipeline.errors import InputError, TemporaryError, UsageError
from pipeline.store.scan import GLOB_MARKS, SourceFile, printable

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

MARK = "://"
WHOLE_BYTES = 8 << 20  # up to here an object is read with one request; larger ones in parts
PART_BYTES = 4 << 20  # of one request, which takes 50 ms: readers of archives ask for 16,000 at a time
# A store that accepts and is silent costs 4 times 10 s and pauses of up to 10 s together. Arrow's own limits
# are 31 tries: 6 s where a store says that it is busy, 100 s where it is silent; with Google's 15 minutes.
CONNECT_S, SILENT_S, TRIES, GOOGLE_S = 5.0, 10.0, 4, 40
UNCOPIED = ("tls_verify_certificates", "tls_ca_dir_path", "smart_defaults")  # options S3FileSystem has not
REFUSED = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "UNRECOGNIZED_CLIENT")
PASSWORD = re.compile(r"^[^/@]*:[^/@]*@")  # `key:secret@bucket/raw`: yes; `bucket/a:b@c`, `user@host`: no


def is_url(root: str) -> bool:
    """Say whether a root is a URL.

    >>> is_url("s3://bucket/raw"), is_url("raw/a://b")
    (True, False)
    """
    scheme, mark, _ = root.partition(MARK)
    return bool(mark) and scheme.isalnum()


@cache
def _file_system(url: str) -> "tuple[FileSystem, str]":
    """Return the file system of a URL and the path in it. Cached: a client holds its connections.

    Raises UsageError for a URL with a password: roots are written to the manifest.
    """
    from pyarrow import fs

    scheme, _, rest = url.partition(MARK)
    if PASSWORD.match(rest):
        raise UsageError(
            f"a URL of {scheme} with a password in it: the manifest would tell it; "
            "leave it to the environment or to the configuration of the store's client"
        )
    try:
        system, path = fs.FileSystem.from_uri(_limited(url))
        return _patient(system, url), path
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


def _limited(url: str) -> str:
    """Return a URL that says how long Google's client goes on, which is told it in no other way.

    >>> _limited("gs://b/raw"), _limited("s3://b/raw?region=x")
    ('gs://b/raw?retry_limit_seconds=40', 's3://b/raw?region=x')
    """
    if not url.startswith(("gs://", "gcs://")) or "retry_limit_seconds=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}retry_limit_seconds={GOOGLE_S}"


def _patient(system: "FileSystem", url: str) -> "FileSystem":
    """Return a file system with our limits of time and tries, where it is one of S3."""
    from pyarrow import fs

    if system.type_name != "s3" or any(f"{option}=" in url for option in UNCOPIED):
        return system
    _, (options,) = system.__reduce__()  # as it is pickled: all that the URL said, and no other way tells it
    tries = fs.AwsStandardS3RetryStrategy(max_attempts=TRIES)
    limits = {"connect_timeout": CONNECT_S, "request_timeout": SILENT_S, "retry_strategy": tries}
    return cast("FileSystem", fs.S3FileSystem(**options | limits))


def _no_answer(url: str, error: Exception) -> InputError | TemporaryError:
    """Return the error of a store that cannot be listed; pyarrow has no class for a missing bucket."""
    if "NO_SUCH_BUCKET" in str(error) or "not found" in str(error):
        return InputError(f"cannot read {url}: there is no such bucket")
    if any(told in str(error) for told in REFUSED) or isinstance(error, (PermissionError, ValueError)):
        return InputError(f"cannot read {url}: {error}")
    return TemporaryError(f"cannot list {url}: {error}")


@contextmanager
def _answering(path: str) -> Iterator[None]:
    """Turn the errors of a store, of any class, into TemporaryError, but for those of one object: OSError."""
    try:
        yield
    except (FileNotFoundError, PermissionError, TemporaryError):
        raise
    except Exception as error:
        if "ACCESS_DENIED" in str(error):  # pyarrow has no class for it: this object's fault, not the store's
            raise PermissionError(errno.EACCES, "access denied", path) from error
        raise TemporaryError(f"cannot read {path}: {str(error) or type(error).__name__}") from error


class _Parts(io.RawIOBase):
    """An object read in parts. A store that breaks off is no fault of the object: TemporaryError.

    The last part stays at hand: whether a WARC breaks off is seen by going back to its last record.
    """

    def __init__(self, handle: Any, path: str) -> None:
        self._handle, self._path = handle, path
        self._begin, self._part = 0, b""

    def readinto(self, buffer: Any) -> int:
        behind = self._handle.tell() - self._begin
        if 0 <= behind < len(self._part):
            data = self._part[behind : behind + len(buffer)]
            self._handle.seek(len(data), io.SEEK_CUR)
        else:
            with _answering(self._path):
                data = self._handle.read(len(buffer))
            if data:
                self._begin, self._part = self._handle.tell() - len(data), data
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._handle.seek(offset, whence))

    def tell(self) -> int:
        return int(self._handle.tell())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._handle.close()
        super().close()


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
    except Exception as error:  # what the packages of fsspec raise has no common class
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
    with _answering(path):
        handle: Any = system.open_input_file(path)
        if handle.size() > WHOLE_BYTES:
            return cast("BinaryIO", io.BufferedReader(_Parts(handle, path), PART_BYTES))
        with handle:
            return io.BytesIO(handle.read())


def stat_url(base: str, name: str) -> SourceFile:
    """Return a file under a base as it stands now.

    Raises FileNotFoundError, TemporaryError when the store does not answer.
    """
    system, top = _file_system(base)
    with _answering(base):
        info = system.get_file_info(f"{top.rstrip('/')}/{name}")
        if not info.is_file and top.endswith(f"/{name}"):  # the root is the file
            base, info = _above(base), system.get_file_info(top)
    if not info.is_file:
        raise FileNotFoundError(errno.ENOENT, "nothing is there", name)
    return SourceFile(name, url_of(base, name), info.size, info.mtime_ns or 0)
