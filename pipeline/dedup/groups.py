"""Groups of equal and near-equal clauses over the corpus: clauses are compared as articles are."""

import dataclasses

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import DedupConfig
from pipeline.dedup.entry import deduplicate_articles
from pipeline.schema import CLAUSE_GROUPS

# Units of the key, 4..: shorter clauses ("立即上报。") are equal or different; one changed character in seven
# leaves no shingle of four whole.
MIN_CLAUSE_CHARS = 8
# 0–100. Clauses are short: with the coverage that makes two articles one, 由财务部负责登记 and
# 由保卫处负责清扫 would be one clause. At 80 every fifth character may differ.
MIN_RATIO = 80.0


MIN_CLAUSES = 2  # a clause that stands once in the corpus is no group


def count_part(clauses: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Count the clauses of one part: by text_id, and the sites that each stands on.

    `clauses` has text_id, text, clause_id, article_id and site; an article's clauses stand in one part.
    Returns (text_id, text, n_clauses, n_articles) and distinct (text_id, site).
    """
    counted = clauses.group_by("text_id").aggregate(
        [("text", "min"), ("clause_id", "count"), ("article_id", "count_distinct")]
    )
    sites = clauses.select(["text_id", "site"]).drop_null().group_by(["text_id", "site"]).aggregate([])
    return counted.rename_columns(["text_id", "text", "n_clauses", "n_articles"]), sites


def group_clauses(parts: list[tuple[pa.Table, pa.Table]], config: DedupConfig) -> pa.Table:
    """Return the table `clause_groups` from the counts of all parts: groups of two clauses or more.

    The rows are a function of the set of clauses and `config`. `group_id` is the smallest text_id of a
    group: a clause and those near it (ratio from `MIN_RATIO`). Cost: as for as many articles.
    """
    if not parts:
        return CLAUSE_GROUPS.empty_table()
    counted = pa.concat_tables(part for part, _ in parts).group_by("text_id")
    texts = counted.aggregate([("text", "min"), ("n_clauses", "sum"), ("n_articles", "sum")])
    texts = texts.rename_columns(["text_id", "text", "n_clauses", "n_articles"]).sort_by("text_id")
    sites = (
        pa.concat_tables(part for _, part in parts)
        .group_by("text_id")
        .aggregate([("site", "count_distinct")])
    )
    place = pc.index_in(texts["text_id"], value_set=sites["text_id"].combine_chunks())
    columns = {
        "text_id": texts["text_id"],
        "group_id": _groups(texts, config),
        "text": texts["text"],
        "n_clauses": texts["n_clauses"],
        "n_articles": texts["n_articles"],
        "n_sites": pc.fill_null(sites["site_count_distinct"].take(place), 0),
    }
    table = pa.table(columns).cast(CLAUSE_GROUPS)
    sizes = table.group_by("group_id").aggregate([("n_clauses", "sum")])
    groups = sizes.filter(pc.greater_equal(sizes["n_clauses_sum"], MIN_CLAUSES))["group_id"]
    return table.filter(pc.is_in(table["group_id"], value_set=groups.combine_chunks()))


def _groups(texts: pa.Table, config: DedupConfig) -> pa.ChunkedArray:
    """Return the group of each text, in the order of `texts`."""
    settings = dataclasses.replace(config, min_chars=MIN_CLAUSE_CHARS, all_pairs=False)
    compared = texts.select(["text_id", "text"]).rename_columns(["article_id", "text"])
    found = deduplicate_articles(compared.combine_chunks(), settings).assignments
    near = pc.fill_null(pc.greater_equal(found["ratio"], MIN_RATIO), True)
    group = pc.if_else(near, found["cluster_id"], found["id"])
    return group.take(pc.index_in(texts["text_id"], value_set=found["id"].combine_chunks()))
