"""Tables that follow from clauses and clusters: alignments of members, groups of equal clauses."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.align import alignment_rows
from pipeline.schema import TABLES
from pipeline.text.fold import text_id

Tables = Callable[[], Iterator[pa.Table]]  # the rows of `clauses`, a part at a time
MIN_CLAUSES = 2  # a clause that stands once is no group
FLUSH_ROWS = 100_000  # alignment rows held as Python objects


def alignments(clauses: Tables, assignments: pa.Table, clusters: pa.Table) -> pa.Table:
    """Return where each member of a cluster differs from its canonical, members in order of their ids.

    Memory: the clauses of all articles that stand in clusters.
    """
    heads = dict(
        zip(
            clusters.column("cluster_id").to_pylist(),
            clusters.column("canonical_id").to_pylist(),
            strict=True,
        )
    )
    clustered = pc.is_in(assignments.column("cluster_id"), value_set=clusters.column("cluster_id"))
    members = assignments.filter(clustered).select(["id", "cluster_id"]).to_pylist()
    texts = _texts_of(clauses, pa.array([m["id"] for m in members], pa.string()))
    schema, tables = TABLES["alignments"], []
    waiting: list[dict[str, object]] = []
    for member in members:
        mine, head = texts[member["id"]], texts[heads[member["cluster_id"]]]
        if [text for _, text in mine] != [text for _, text in head]:
            waiting += alignment_rows(head, mine, member["id"])
        if len(waiting) >= FLUSH_ROWS:
            tables.append(pa.Table.from_pylist(waiting, schema=schema))
            waiting = []
    return pa.concat_tables([*tables, pa.Table.from_pylist(waiting, schema=schema)])


def _texts_of(clauses: Tables, wanted: pa.Array) -> dict[str, list[tuple[str, str]]]:
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in clauses():
        rows = table.filter(pc.is_in(table.column("article_id"), value_set=wanted))
        columns = (rows.column(c).to_pylist() for c in ("article_id", "clause_id", "text", "marker"))
        for article, clause, text, marker in zip(*columns, strict=True):
            texts[article].append((clause, text or marker or ""))
    return texts


def clause_groups(clauses: Tables, sites: dict[str, str | None]) -> pa.Table:
    """Return the clauses that stand more than once over the corpus, in order of `text_id`.

    `sites` is each page's site. Equal means equal keys; the text shown is the first in order of code points.
    """
    parts, homes = [], []
    for table in clauses():
        rows = table.select(["text_id", "text", "article_id", "page_id"])
        site = pa.array([sites[i] for i in rows.column("page_id").to_pylist()], pa.string())
        rows = rows.append_column("site", site).filter(pc.not_equal(rows.column("text_id"), text_id("")))
        grouped = rows.group_by("text_id").aggregate(
            [("text", "min"), ("text", "count"), ("article_id", "count_distinct")]
        )
        parts.append(grouped)
        homes.append(rows.select(["text_id", "site"]).group_by(["text_id", "site"]).aggregate([]))
    if not parts:
        return TABLES["clause_groups"].empty_table()
    return _summed(pa.concat_tables(parts), pa.concat_tables(homes))


def _summed(parts: pa.Table, homes: pa.Table) -> pa.Table:
    whole = parts.group_by("text_id").aggregate(
        [("text_min", "min"), ("text_count", "sum"), ("article_id_count_distinct", "sum")]
    )
    whole = whole.filter(pc.greater_equal(whole.column("text_count_sum"), MIN_CLAUSES)).sort_by("text_id")
    known = homes.filter(pc.is_in(homes.column("text_id"), value_set=whole.column("text_id")))
    sites = _sites(known)
    ids = whole.column("text_id")
    columns: dict[str, Any] = {
        "text_id": ids,
        "group_id": ids,
        "text": whole.column("text_min_min"),
        "n_clauses": whole.column("text_count_sum"),
        "n_articles": whole.column("article_id_count_distinct_sum"),
        "n_sites": pa.array([sites[i] for i in ids.to_pylist()], pa.int32()),
    }
    names = TABLES["clause_groups"].names
    return pa.Table.from_arrays([columns[n] for n in names], names=names).cast(TABLES["clause_groups"])


def _sites(homes: pa.Table) -> Counter[str]:
    """Count the distinct sites of each text; pages without a known site count for none."""
    distinct = homes.group_by(["text_id", "site"]).aggregate([])
    found: Counter[str] = Counter()
    for text, site in zip(
        distinct.column("text_id").to_pylist(), distinct.column("site").to_pylist(), strict=True
    ):
        found[text] += site is not None
    return found
