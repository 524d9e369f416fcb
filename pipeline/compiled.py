"""How kernels are compiled: once a machine, into numba's cache on disk, without the interpreter lock.

numba's cache looks at the file of the entry point alone. Here the key of a cached kernel holds a fingerprint
of everything the kernel calls or reads, so that an upgrade never runs yesterday's machine code.
"""

import fcntl
import gc
import hashlib
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from types import CodeType, ModuleType
from typing import Any

import numba
import numba.extending
from llvmlite.binding import parse_assembly
from numba.core import cgutils
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager
from numba.core.typed_passes import (
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.typing.templates import infer_global
from numba.core.untyped_passes import (
    FixupArgs,
    GenericRewrites,
    IRProcessing,
    ReconstructSSA,
    TranslateByteCode,
)

PACKAGE = __name__.split(".")[0]
# No array is made in a kernel: what it needs is handed in. numba then counts no references, which makes
# kernels faster (docs/accuracy-clauses.md) and halves the time of compiling them (docs/accuracy-dedup.md).
OPTIONS: Any = {"_nrt": False, "error_model": "numpy"}


def parts_of(function: Any, seen: set[int]) -> Iterator[str]:
    """Yield a function's code, the constants it reads, and the same of all functions of ours it calls."""
    plain = inspect.unwrap(getattr(function, "py_func", function))
    if id(plain) in seen:
        return
    seen.add(id(plain))
    for code in _codes(plain.__code__):
        constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
        yield repr((plain.__module__, plain.__qualname__, code.co_code, constants, code.co_names))
        rooms = [plain.__globals__]
        rooms += [vars(m) for m in map(plain.__globals__.get, code.co_names) if _is_ours(m)]
        for name in code.co_names:
            for value in (room[name] for room in rooms if name in room):
                if isinstance(value, int | float | str | tuple):
                    yield repr((plain.__qualname__, name, value))
                elif getattr(value, "__module__", "").startswith(PACKAGE) and callable(value):
                    yield repr((plain.__qualname__, name, value.__module__, value.__qualname__))
                    yield from parts_of(value, seen)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code, then that of the comprehensions and functions within."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _is_ours(value: object) -> bool:
    return isinstance(value, ModuleType) and value.__name__.startswith(PACKAGE)


def fingerprint(function: Any) -> str:
    """Return 16 hex digits that change with the code or a constant of a kernel or of anything it calls.

    >>> fingerprint(_is_ours) != fingerprint(fingerprint)
    True
    """
    text = "\n".join(sorted(parts_of(function, set())))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class _EntryPoint(CompileResultCacheImpl):
    """What the cache keeps of a kernel: its machine code, without what serves to build it into others.

    numba keeps the bitcode too, and the environments of all that a kernel calls. Python alone calls kernels,
    and none makes an object: without these the 32 kernels of an ingest load in .06 s, with them in .21.
    """

    def reduce(self, cres: Any) -> Any:
        """Return what is written; in the bitcode's place stands the name by which Python finds the kernel."""
        libdata, described, *rest, _ = super().reduce(cres)  # type: ignore[no-untyped-call]
        name, kind, (machine_code, _) = libdata
        entry = parse_assembly(f'define void @"{described.llvm_cpython_wrapper_name}"() {{ ret void }}')
        return (name, kind, (machine_code, entry.as_bitcode())), described, *rest, ()


class KernelCache(FunctionCache):
    """numba's cache of one function on disk, with the fingerprint in the key."""

    _impl_class = _EntryPoint

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process compile what is kept in this folder: it waits, then loads what it would make.

        The workers of an ingest all come to a kernel at once, and would each take a core to compile it.
        """
        handle = -1
        with suppress(OSError):  # without a lock each compiles for itself
            self._impl.locator.ensure_cache_path()
            path = os.path.join(self.cache_path, "kernels.lock")
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(handle, fcntl.LOCK_EX)  # the system lets go of it when its holder dies
        try:
            yield
        finally:
            if handle >= 0:
                os.close(handle)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load compiled code, without all that numba needs to compile (.2 s): it loads that when it must."""
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        key: tuple[Any, ...] = super()._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        return (*key, fingerprint(self._py_func))


class _Part(JITCodeLibrary):
    """LLVM's code of a function that kernels alone call: it is neither optimized nor made machine code.

    numba does both for each function with all it calls, so for the innermost once more at each level above.
    Here they are done once, for the kernel: a third of the time of compiling (docs/operations.md).
    """

    def finalize(self) -> None:
        """Let it be built into others as it is."""
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0, numba's word for a function that Python cannot call."""
        return 0

    @property
    def codegen(self) -> Any:
        """Return itself: numba asks for it to set the environment."""
        return self

    def set_env(self, env_name: str, env: Any) -> None:
        """Leave out the environment, with which objects of Python would be made."""

    def below(self) -> Iterator[JITCodeLibrary]:
        """Yield the code of all that it calls."""
        for library in self._linking_libraries:
            yield library
            if isinstance(library, _Part):
                yield from library.below()


class _Kernel(_Part):
    """The machine code of a kernel, with all its parts built in."""

    get_pointer_to_function = JITCodeLibrary.get_pointer_to_function
    codegen = JITCodeLibrary.codegen

    def finalize(self) -> None:
        """Build in the parts of all levels, which hold only themselves; optimize; make machine code."""
        self._linking_libraries = list(dict.fromkeys(self.below()))
        super(_Part, self).finalize()  # type: ignore[no-untyped-call]


# What numba does to a function, without the 17 passes that look for what no kernel holds, such as closures,
# comprehensions, sums of whole arrays and lists of several types. Without them, overloads and wrappers for C
# the 155 functions of clauses took 16 CPU seconds to compile, with them 21 to 24.
PASSES: tuple[Any, ...] = (
    TranslateByteCode,
    FixupArgs,
    IRProcessing,
    GenericRewrites,
    ReconstructSSA,
    NopythonTypeInference,
    PreLowerStripPhis,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
)


class _Compiler(CompilerBase):
    """numba's compiler, with only those passes that a kernel needs."""

    def define_pipelines(self) -> list[Any]:
        """Return the one way of compiling."""
        passes: Any
        passes = PassManager("kernel")  # type: ignore[no-untyped-call]
        for each in PASSES:
            passes.add_pass(each, each.__name__)
        passes.finalize()
        return [passes]


class _PartCompiler(_Compiler):
    """numba's compiler of a function that kernels alone call."""

    def __init__(self, typing: Any, target: Any, _library: Any, *rest: Any) -> None:
        library = _Part(target.codegen(), "part")  # type: ignore[no-untyped-call]
        super().__init__(typing, target, library, *rest)  # type: ignore[no-untyped-call]


class _KernelCompiler(_Compiler):
    """numba's compiler of a kernel."""

    def __init__(self, typing: Any, target: Any, _library: Any, *rest: Any) -> None:
        library = _Kernel(target.codegen(), "kernel")  # type: ignore[no-untyped-call]
        library.enable_object_caching()  # type: ignore[no-untyped-call]
        super().__init__(typing, target, library, *rest)  # type: ignore[no-untyped-call]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function of arrays at its first call; cached beside the package or in the user's cache.

    Where neither can be written, the kernel is compiled anew by each process.
    """
    outer: Any = {"nogil": True, "no_cfunc_wrapper": True, **OPTIONS}
    compiled: Any = numba.njit(function, pipeline_class=_KernelCompiler, **outer)
    with suppress(RuntimeError):  # numba: "cannot cache function": no folder can be written
        cache = KernelCache(function)  # type: ignore[no-untyped-call]
        compiled._cache, compiled.compile = cache, partial(_compile_alone, cache, compiled.compile)
    return compiled


def _compile_alone(cache: KernelCache, load_or_compile: Callable[[Any], Any], signature: Any) -> Any:
    on = gc.isenabled()
    gc.disable()  # a tenth of the time of compiling went into looking for cycles
    try:
        with cache.alone():
            return load_or_compile(signature)
    finally:
        if on:
            gc.enable()


def part(function: Callable[..., Any]) -> Any:
    """Make a function callable from kernels alone: uncached, without what Python needs to call it."""
    return _made_part(function, numba.types.unliteral)


def inlined(function: Callable[..., Any]) -> Any:
    """Make a function part of the code that calls it: a call copies the headers of all arrays, 15 ns."""
    return _made_part(function, numba.types.unliteral, forceinline=True)


def callable_from_kernels(function: Callable[..., Any]) -> Any:
    """Let kernels call a function of Python by its name, as if it were `inlined`.

    To Python it stays what it is, and as in Python, integers of all kinds are given to it as one kind.
    Returns what must be kept for as long as kernels are compiled.
    """
    made = _made_part(function, _widened, forceinline=True)
    infer_global(function, numba.types.Dispatcher(made))  # type: ignore[no-untyped-call]
    return made


def _made_part(function: Callable[..., Any], general: Callable[[Any], Any], **more: Any) -> Any:
    more |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **OPTIONS}
    compiled: Any = numba.njit(function, pipeline_class=_PartCompiler, **more)
    described = compiled.get_call_template

    def get_call_template(kinds: Any, names: Any) -> Any:
        """Describe a call; numba would compile it for the number 0, say, and again for any."""
        return described(list(map(general, kinds)), names)

    compiled.get_call_template = get_call_template
    return compiled


def _widened(kind: Any) -> Any:
    """Return the type of 64 bits for one of integers, or of tuples of them; else the type itself."""
    kind = numba.types.unliteral(kind)  # type: ignore[no-untyped-call]
    if isinstance(kind, numba.types.Tuple | numba.types.UniTuple):
        return numba.types.BaseTuple.from_types([_widened(each) for each in kind.types])  # type: ignore[no-untyped-call]
    return numba.types.int64 if isinstance(kind, numba.types.Integer) else kind


def written(returns: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a function that writes LLVM's code callable from kernels, with a result of this type of numba's.

    It is given LLVM's builder and its arguments: integers as 64 bits, of an array the address of its first
    item; it returns the result, None where that is "void".
    """

    def made(write: Callable[..., Any]) -> Any:
        def describe(_typing: Any, *kinds: Any) -> tuple[Any, Callable[..., Any]]:
            def put(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                arguments = map(partial(_argument, context, builder), signature.args, values)
                result = write(builder, *arguments)
                return context.get_dummy_value() if result is None else result

            return getattr(numba.types, returns)(*kinds), put

        return numba.extending.intrinsic(wraps(write)(describe))

    return made


def _argument(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, numba.types.Array):
        return cgutils.create_struct_proxy(kind)(context, builder, value).data  # type: ignore[no-untyped-call]
    return context.cast(builder, value, kind, numba.types.int64)
