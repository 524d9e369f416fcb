"""From a text to its nodes: interpreted for short texts, compiled for long ones, with the same answer."""

import sys
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pipeline.clauses.interpreted import Columns, decide_interpreted
from pipeline.clauses.nodes import NODE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int32]


def find_nodes(texts: Sequence[str], compile_above: int) -> list[Columns]:
    """Return a row for each clause of each text, in order, by column.

    compile_above: where a text is longer than this, and wherever numba is loaded anyway, the compiled form is
    taken, with one call for all texts. The line breaks of texts are line feeds.

    >>> (columns,) = find_nodes(["一、（一）乙。二、丙。"], 99)
    >>> [(start, level, ordinal) for start, *_, level, _, ordinal, _ in zip(*columns)]
    [(0, 1, 1), (2, 2, 1), (7, 1, 2)]
    """
    if not _compiles(texts, compile_above):
        return [decide_interpreted(text) for text in texts]
    rows, counts = find_rows(texts, compile_above)
    columns = rows.T.tolist()
    edges = accumulate(counts.tolist(), initial=0)
    return [[column[a:b] for column in columns] for a, b in pairwise(edges)]


def find_rows(texts: Sequence[str], compile_above: int) -> "tuple[Rows, Rows]":
    """Return what `find_nodes` does as an array of rows, and how many rows each text has."""
    import numpy as np

    if _compiles(texts, compile_above):
        from pipeline.clauses.compiled import decide_compiled

        return decide_compiled(texts)
    found = [decide_interpreted(text) for text in texts]
    rows = [np.array(columns, dtype=np.int32).reshape(NODE, -1).T for columns in found]
    counts = np.array([len(each) for each in rows], dtype=np.int32)
    return np.concatenate([np.zeros((0, NODE), dtype=np.int32), *rows]), counts


def _compiles(texts: Sequence[str], compile_above: int) -> bool:
    return "numba" in sys.modules or max(map(len, texts), default=0) > compile_above
