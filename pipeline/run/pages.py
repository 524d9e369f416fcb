"""Bodies whose cut is at hand, by column (`store/state.py: PAGES`), in order of page ids.

A run looks at all of them and changes few: so there is no object a page.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.arrays import places_in
from pipeline.run.strings import ids_as_bytes
from pipeline.store.state import KEPT, PAGES

AS_CUT = {"known": None, "segment": "", "finish_key": "", "lost": None}  # of a page that was just cut

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


def with_cuts(pages: pa.Table, cuts: Sequence[pa.Table]) -> pa.Table:
    """Return the pages with those cut since (`KEPT`), the oldest first.

    Of a page the last cut counts; one under the keys of the cut at hand is the same, which stays.
    """
    fresh = pa.concat_tables([KEPT.empty_table(), *cuts]).cast(KEPT)
    if not fresh.num_rows:
        return pages
    for name, value in AS_CUT.items():
        fresh = fresh.append_column(PAGES.field(name), _repeated(value, fresh.num_rows))
    both = pa.concat_tables([pages, fresh])
    order = pc.sort_indices(both["page_id"].combine_chunks())  # it is stable
    keys = both.select(["page_id", "feature_key", "key"]).take(order)
    page = begins(keys["page_id"])
    cut = np.flatnonzero(page | begins(keys["feature_key"]) | begins(keys["key"]))
    last = cut[np.append(page[cut[1:]], True)]
    return both.take(order.take(pa.array(last))).combine_chunks()


def _repeated(value: str | None, rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string()) if value is None else pa.array([value] * rows, pa.string())


def begins(column: pa.ChunkedArray | pa.Array) -> Mask:
    """Return which values, none of them null, are not as the one before.

    >>> begins(pa.array(["a", "a", "b"])).tolist(), begins(pa.array([], pa.string())).tolist()
    ([True, False, True], [])
    """
    other = np.asarray(pc.not_equal(column.slice(1), column.slice(0, max(0, len(column) - 1))))
    return np.append(True, other.astype(np.bool_))[: len(column)]


def with_values(table: pa.Table, name: str, rows: Rows, values: Sequence[Any] | pa.Array) -> pa.Table:
    """Return a table with other values in some rows of a column.

    >>> with_values(pa.table({"n": [1, 2, 3]}), "n", np.array([2, 0]), [30, None])["n"].to_pylist()
    [None, 2, 30]
    """
    if not len(rows):
        return table
    column = table[name]
    both = pa.concat_arrays([*column.chunks, pa.array(values, column.type)])
    places = np.arange(len(column))
    places[rows] = len(column) + np.arange(len(rows))
    return table.set_column(
        table.schema.get_field_index(name), table.schema.field(name), both.take(pa.array(places))
    )


def find(ids: pa.Array | pa.ChunkedArray, among: pa.ChunkedArray) -> tuple[Rows, Mask]:
    """Return the row of each page id in a column of them in order, and whether it is there.

    The row of one that is not there means nothing. .1 µs an id.
    """
    rows, found = places_in(ids_as_bytes(among), ids_as_bytes(ids))
    return np.where(found, rows, 0), found


def has(column: pa.ChunkedArray | pa.Array, value: str) -> Mask:
    """Return which values of a column are this one; null is not.

    >>> has(pa.array(["a", None, "b"]), "a").tolist()
    [True, False, False]
    """
    return np.asarray(pc.fill_null(pc.equal(column, value), False)).astype(np.bool_)


def unlike(left: pa.ChunkedArray | pa.Array, right: pa.ChunkedArray | pa.Array) -> Mask:
    """Return which values of two columns are there in both and not the same.

    >>> unlike(pa.array(["a", None, "b"]), pa.array(["a", "a", "c"])).tolist()
    [False, False, True]
    """
    return np.asarray(pc.fill_null(pc.not_equal(left, right), False)).astype(np.bool_)


def is_there(column: pa.ChunkedArray | pa.Array) -> Mask:
    """Return which values of a column are not null."""
    return np.asarray(column.is_valid()).astype(np.bool_)


def without_page(pages: pa.Table) -> Mask:
    """Return which bodies give no page: the cut was rejected, or their rows were lost."""
    return is_there(pages["reason"]) | is_there(pages["lost"])


def articles_left(pages: pa.Table) -> Rows:
    """Return how many articles each page has when the lines that its site is known for are dropped."""
    left = np.asarray(pages["n_articles"]).astype(np.int64)
    bare = np.asarray(pc.fill_null(pc.list_value_length(pages["bare"]), 0)) > 0
    rows = np.flatnonzero(bare & is_there(pages["known"]))
    told = pages.select(["bare", "known"]).take(pa.array(rows))
    for row, lines, known in zip(rows, *(column.to_pylist() for column in told.columns), strict=True):
        left[row] -= set(lines).issubset(json.loads(known)["boilerplate"])
    return left
