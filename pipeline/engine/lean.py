"""A process that needs no pandas does not import it."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


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
