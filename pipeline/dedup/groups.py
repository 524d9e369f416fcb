"""Groups of equal and near-equal clauses over the corpus: candidates as of articles, decided by the ratio."""

import os
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup import plain
from pipeline.dedup.arrays import Texts
from pipeline.dedup.entry import SMALL_SHORT_ROWS
from pipeline.dedup.frames import distinct_plain, fold_plain
from pipeline.dedup.work import Work
from pipeline.schema import CLAUSE_GROUPS

# Units of the key, 4..: shorter clauses ("立即上报。") are equal or different; one changed character in seven
# leaves no shingle of four whole.
MIN_CLAUSE_CHARS = 8
# 0–100. Clauses are short: with the coverage that makes two articles one, 由财务部负责登记 and
# 由保卫处负责清扫 would be one clause, and measuring it takes eight times as long. At 80 every fifth
# character may differ.
MIN_RATIO = 80.0


Ints = NDArray[np.int64]
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


def _groups(texts: pa.Table, config: DedupConfig) -> pa.Array:
    """Return the group of each text, in the order of `texts`, which is that of their text_id."""
    batches = texts.select(["text_id", "text"]).combine_chunks().to_batches()
    count, work = texts.num_rows, Work(config, config.workers or os.cpu_count() or 1)
    if count <= SMALL_SHORT_ROWS:
        folded, of_row = distinct_plain(fold_plain(batches, leaks=False), np.arange(count))
    else:
        from pipeline.dedup.intake import distinct_texts, fold_batches

        folded, of_row = distinct_texts(fold_batches(batches, work, leaks=False), np.arange(count))
    left, right = near_pairs(folded, work)
    row_of = np.empty(len(folded), dtype=np.int64)
    row_of[of_row] = np.arange(count)
    group = stars(row_of[left], row_of[right], count)
    first = np.full(count, count, dtype=np.int64)
    np.minimum.at(first, group, np.arange(count))
    return texts["text_id"].combine_chunks().take(pa.array(first[group]))


def near_pairs(texts: Texts, work: Work) -> tuple[Ints, Ints]:
    """Return the pairs of texts of a ratio from `MIN_RATIO`, those of short texts left out.

    All pairs are looked at where texts are few, else those that meet in a band of their signatures, a band at
    a time: memory is that of the pairs of one band.
    """
    judged = np.flatnonzero(texts.length >= MIN_CLAUSE_CHARS)
    if len(texts) <= SMALL_SHORT_ROWS:
        left, right = np.triu_indices(len(judged), 1)
        return _near(texts, judged[left], judged[right], partial(plain.ratios, texts))

    from pipeline.dedup.fast import ratios

    work = work.on(texts)
    found = [_near(texts, *pairs, partial(ratios, texts, work=work)) for pairs in _pairs(texts, judged, work)]
    left, right = (np.concatenate(side) for side in zip(*found, strict=True))
    return left, right


def _pairs(texts: Texts, judged: Ints, work: Work) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs that first meet in each band of their signatures and may be near."""
    from pipeline.dedup import candidates, fast, near
    from pipeline.dedup.components import texts_of

    sketches = fast.sketch_all(texts, fast.bitmap_of(fast.fit_large(texts, work)), work)
    parities = np.empty((len(texts), near.WORDS), np.uint64)
    near.write_parities(texts.units, (texts.begin, texts.length), parities)
    words = (np.empty(len(judged), np.uint64), np.empty(len(judged), np.uint64))
    room = (*words, np.empty((1 << candidates.DIGIT) + 1, np.int64))
    pairs, chosen = np.empty(fast.FIRST_PAIRS, np.uint64), work.chosen()
    given = (sketches.signatures, (parities, texts.length), judged)
    for band in range(chosen.bands):
        limits = (chosen.likely, int(100 - MIN_RATIO))
        n = near.near_in_band(*given, band, limits, room, pairs)
        if n > len(pairs):
            pairs = np.empty(2 * n, np.uint64)
            n = near.near_in_band(*given, band, limits, room, pairs)
        yield texts_of(pairs[:n])


def _near(
    texts: Texts, left: Ints, right: Ints, measure: Callable[[Ints, Ints], NDArray[np.float64]]
) -> tuple[Ints, Ints]:
    """Return those of some pairs whose ratio is `MIN_RATIO` or more."""
    a, b = texts.length[left], texts.length[right]
    # the ratio is at most twice the shorter length over both
    likely = 200.0 * np.minimum(a, b) >= MIN_RATIO * (a + b)
    left, right = left[likely], right[likely]
    near = measure(left, right) >= MIN_RATIO
    return left[near], right[near]


def stars(left: Ints, right: Ints, count: int) -> Ints:
    """Return the centre of each of `count` nodes: the node with most neighbours takes them, and so on.

    Ties go to the lower number. Nobody is in a group but beside its centre: there is no chaining.

    >>> stars(np.array([0, 1, 2]), np.array([1, 2, 3]), 5).tolist()
    [1, 1, 1, 3, 4]
    """
    ends = np.concatenate((left, right))
    others = np.concatenate((right, left))
    order = np.argsort(ends, kind="stable")
    others = others[order].tolist()
    degree = np.bincount(ends, minlength=count)
    starts = np.concatenate(([0], np.cumsum(degree))).tolist()
    centre = np.full(count, -1, dtype=np.int64).tolist()
    linked = np.flatnonzero(degree)
    for node in linked[np.argsort(-degree[linked], kind="stable")].tolist():
        if centre[node] < 0:
            centre[node] = node
            for other in others[starts[node] : starts[node + 1]]:
                if centre[other] < 0:
                    centre[other] = node
    found = np.array(centre, dtype=np.int64)
    return np.where(found < 0, np.arange(count), found)
