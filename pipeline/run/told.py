"""The clauses of a segment's articles as they are aligned, in the state: where each stands, and its text.

`clauses-<segment>.arrow` has a row for each article. A text is named by its row in the counts of the segment,
where one wording of each key stands: it is keys that are aligned. So what is read of a segment that stays is
what some articles need, where it is mapped; out of a file of the table, all would be unpacked.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.tables import indices, rows_of
from pipeline.run.segments import read_arrow, write_arrow
from pipeline.text.fold import text_id

CLAUSE = pa.struct(
    [
        ("path", pa.string()),
        ("text", pa.int32()),  # row of the counts; null where the text has no key
        ("label", pa.string()),  # the marker of a clause without a text, else ""
    ]
)
CLAUSES = pa.schema([("article_id", pa.string()), ("clauses", pa.list_(CLAUSE))])
# Of a clause to be aligned: its article by number; `told` is a text of its key or, of a label without, its
# marker.
TOLD = pa.schema(
    [("article", pa.int32()), ("path", pa.string()), ("text_id", pa.string()), ("told", pa.string())]
)
READ = ["article_id", "path", "marker", "text", "text_id"]
NOTHING = text_id("")


def write_clauses(kept: Path, name: str, clauses: pa.Table) -> None:
    """Write down the clauses of the articles of a segment, whose counts stand; those of guides not.

    `clauses` has the columns `READ` of the table.
    """
    counted = read_arrow(_counts(kept, name), ["text_id"])["text_id"].combine_chunks()
    label = pc.if_else(pc.equal(clauses["text"], ""), pc.fill_null(clauses["marker"], ""), "")
    text = pc.index_in(clauses["text_id"], value_set=counted)
    rows = pa.table([clauses["article_id"], clauses["path"], text, label], ["article_id", *CLAUSE.names])
    rows = rows.filter(pc.is_valid(rows["article_id"])).combine_chunks()
    owners = rows["article_id"]
    first = np.flatnonzero(_fresh(owners))
    listed = pa.StructArray.from_arrays(
        [rows[field.name].combine_chunks() for field in CLAUSE], fields=list(CLAUSE)
    )
    ends = rows_of(np.append(first, len(owners)))
    columns = [owners.take(indices(first)), pa.ListArray.from_arrays(ends, listed)]
    write_arrow(clauses_path(kept, name), pa.table(columns, schema=CLAUSES))


def clauses_path(kept: Path, name: str) -> Path:
    """Return the file of the clauses of a segment's articles in a state folder."""
    return kept / f"clauses-{name}.arrow"


def _counts(kept: Path, name: str) -> Path:
    return kept / f"counts-{name}.arrow"


def _fresh(owners: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Tell of clauses which begin an article."""
    fresh = np.ones(len(owners), np.bool_)
    fresh[1:] = np.asarray(pc.not_equal(owners[1:], owners[:-1]))
    return fresh


def told_clauses(kept: Path, name: str, ids: pa.Array) -> pa.Table:
    """Return the clauses (`TOLD`) of those of some articles, numbered in order, that a segment holds."""
    table = read_arrow(clauses_path(kept, name))
    row = pc.index_in(ids, value_set=table["article_id"].combine_chunks())  # there are few: a small table
    if row.null_count == len(row):
        return TOLD.empty_table()
    number = rows_of(np.flatnonzero(np.asarray(row.is_valid())))
    listed = table["clauses"].take(row.drop_null()).combine_chunks()
    article = number.take(pc.list_parent_indices(listed))
    path, text, label = listed.flatten().flatten()
    texts = read_arrow(_counts(kept, name), ["text_id", "text"]).take(text)
    told = pc.coalesce(texts["text"], label)
    return pa.table([article, path, pc.fill_null(texts["text_id"], NOTHING), told], schema=TOLD)
