"""How kernels are compiled: once a machine, into numba's cache, without the interpreter lock."""

from collections.abc import Callable
from typing import Any

import numba


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function of arrays at its first call; cached beside the package or in the user's cache.

    Where neither can be written, the kernel is compiled anew by each process.
    """
    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # numba: "cannot cache function": no folder can be written
        return numba.njit(function, nogil=True, error_model="numpy")
