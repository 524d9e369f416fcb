"""What the program's own processes leave out and keep: no pandas, and memory that was used before."""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# Arrow's allocator gives back what was free for so long (ms): a batch takes .2 s, and what is free for
# several is not needed soon. Never giving back took 2.4 GB for 100,000 pages.
FREE_FOR_MS = "10000"
# glibc's numbers for `mallopt`, and what it is given (bytes). Arrays of a batch have up to some 10 MB: above
# its default of 128 KB each is mapped anew and zeroed page by page. 32 MB is the most that glibc takes.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_FREE = 64 << 20
MAPPED_FROM = 32 << 20


class _NoPandas(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("left out", name=fullname)
        return None


def leave_pandas_out() -> None:
    """Let Arrow find, at its first array, that there is no pandas; without this it imports it, 0.2 to 0.4 s.

    Arrow asks once whether an argument could be a Series, and again where it is to make a DataFrame: that
    still works. So for processes that hand no Series to Arrow: the program's own, not a caller's.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(finder)


def keep_freed_memory() -> None:
    """Let the allocators keep what they were given back: else a run asks the system for the same pages again.

    10,276 pages meet 150,000 page faults instead of 260,000 to 320,000: .3 to .6 of 2.4 CPU seconds in the
    system; the peak grows by 15 to 45 MB. Arrow's allocator looks at its variable when it is loaded, so this
    comes first; workers inherit it. A C library without `mallopt` stays as it is.
    """
    import ctypes  # not by commands that need none of this

    os.environ.setdefault("MIMALLOC_PURGE_DELAY", FREE_FOR_MS)
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(M_MMAP_THRESHOLD, MAPPED_FROM)
        tune(M_TRIM_THRESHOLD, KEPT_FREE)


def run_lean() -> None:
    """Set up a process of the program's own that ingests: before anything of Arrow is imported."""
    keep_freed_memory()
    leave_pandas_out()
