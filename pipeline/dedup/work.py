"""How kernels are run: over ranges of texts, in threads (they hold no lock), within a bound of memory.

Every step is a function of the set of texts, which stand in the order of a hash, so that ranges, threads and
the order of rows change nothing.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup.arrays import Texts
from pipeline.dedup.costs import Costs
from pipeline.dedup.measures import Memory
from pipeline.dedup.parameters import Parameters, parameters_for

T = TypeVar("T")
PAGE = 1 << 16  # bytes that reading one text maps at least: Linux maps what is cached around a page, 64 KB
SHARES = 8  # ranges a thread: components differ in cost, and the last thread should not be waited for


class Room(Protocol):
    """Units that lie outside of memory: `release` gives back what pages of them are held."""

    units: NDArray[np.uint16]
    budget: int  # bytes of pages that may be held

    def release(self) -> None:
        """Give back the pages."""


@dataclass(frozen=True, slots=True)
class Work:
    """How to work: settings, threads, and the room of the keys outside of memory. Changes no row.

    `touched` are the bytes that reading all texts once brings into memory; `costs` takes what is used up.
    `memory` is of the pairs of texts, where what they measure is kept from run to run.
    """

    config: DedupConfig
    workers: int = 1
    room: Room | None = None
    touched: int = 0
    costs: Costs = field(default_factory=Costs)
    memory: Memory | None = None

    def chosen(self) -> Parameters:
        """Return how much is compared, by what the settings ask for."""
        return parameters_for(self.config.jaccard, self.config.recall)

    def on(self, texts: Texts) -> "Work":
        """Return the same for given texts."""
        return replace(self, touched=int(texts.length.sum()) * 2 + len(texts) * PAGE)

    def parts(self) -> int:
        """Return into how many ranges work on all texts is cut: so many that a round stays in the budget."""
        if self.room is None:
            return self.workers
        return self.workers * (1 + self.touched // self.room.budget)

    def cut(self, count: int) -> list[tuple[int, int]]:
        """Cut as many equal things into ranges."""
        return ranges(count, max(1, min(self.parts(), count)))

    def cut_by(self, edges: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Cut things of different cost into ranges; `edges` are the costs of all before each, and the sum."""
        count = len(edges) - 1
        parts = self.parts() * (1 if self.workers == 1 else SHARES)
        wanted = np.linspace(0, edges[-1], max(1, min(parts, count)) + 1)
        cuts = np.unique(np.searchsorted(edges, wanted))
        cuts[0], cuts[-1] = 0, count
        return list(pairwise(np.unique(cuts).tolist()))

    def give_back(self) -> None:
        """Give back the pages of the room, where there is one."""
        if self.room is not None:
            self.room.release()

    def each(self, call: Callable[[tuple[int, int]], T], parts: list[tuple[int, int]]) -> list[T]:
        """Call a kernel for each range, in order of ranges; one worker needs no thread."""

        def one(part: tuple[int, int]) -> T:
            made = call(part)
            self.give_back()
            return made

        if self.workers == 1 or len(parts) == 1:
            return [one(part) for part in parts]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(one, parts))


def ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut 0 .. count into ranges of nearly one size.

    >>> ranges(5, 2)
    [(0, 2), (2, 5)]
    """
    return list(pairwise(count * i // parts for i in range(parts + 1)))


def fill(run: Callable[[int, Any], tuple[int, int]], count: int, out: NDArray[Any]) -> NDArray[Any]:
    """Run a kernel until `count` things are done; it takes the first of them and the array to fill.

    It returns how many it has done and how much it has filled; it stops where the next might not fit. An
    array that is too small for one is doubled. Returns all that was filled, the array's front where one call
    is enough.
    """
    found, done = [out[:0]], 0
    while done < count:
        more, n = run(done, out)
        if more == count:
            return out[:n]
        found.append(out[:n].copy())
        if more == 0:
            out = np.empty((2 * len(out), *out.shape[1:]), dtype=out.dtype)
        done += more
    return joined(found)


def joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    """Join arrays and empty their list: each is given back once it is copied, so memory holds them once.

    >>> joined([np.array([1, 2]), np.array([3])]).tolist()
    [1, 2, 3]
    """
    if len(pieces) == 1:
        return pieces.pop()
    out = np.empty((sum(map(len, pieces)), *pieces[0].shape[1:]), dtype=pieces[0].dtype)
    at = 0
    pieces.reverse()
    while pieces:
        piece = pieces.pop()
        out[at : at + len(piece)] = piece
        at += len(piece)
    return out
