"""Groups of equal and near-equal clauses over the corpus: candidates as of articles, decided by the ratio."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup import plain
from pipeline.dedup.arrays import Texts
from pipeline.dedup.entry import SMALL_SHORT_ROWS
from pipeline.dedup.frames import distinct_plain, fold_plain, whole_numbers
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.work import Work
from pipeline.schema import CLAUSE_GROUPS

# Units of the key, 4..: shorter clauses ("立即上报。") are equal or different; one changed character in seven
# leaves no shingle of four whole.
MIN_CLAUSE_CHARS = 8
# 0–100. Clauses are short: with the coverage that makes two articles one, 由财务部负责登记 and
# 由保卫处负责清扫 would be one clause, and measuring it takes eight times as long. At 80 every fifth
# character may differ.
MIN_RATIO = 80.0
MIN_CLAUSES = 2  # a clause that stands once in the corpus is no group

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of near texts, as places in the order of all text_ids, and the model that they were found with.

    `found_with` tells whether other pairs can be added to them: "" where all pairs were looked at.
    """

    left: Ints
    right: Ints
    model: CorpusModel
    found_with: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the last run knew: where each of its texts stands now, those that are gone, and its near pairs.

    A text that is gone stands behind all others, in the order of `gone`.
    """

    place: Ints
    gone: pa.Array
    near: Near


COUNTS = pa.schema(
    [
        ("text_id", pa.string()),
        ("text", pa.string()),
        ("n_clauses", pa.int64()),
        ("n_articles", pa.int64()),
    ]
)
SITES = pa.schema([("text_id", pa.string()), ("site", pa.string())])
TEXTS = COUNTS.append(pa.field("n_sites", pa.int64()))
Reading = Callable[[], Iterable[pa.Table]]


def count_part(clauses: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Count the clauses of one part: by text_id, and the sites that each stands on.

    `clauses` has text_id, text, clause_id, article_id and site; an article's clauses stand in one part.
    Returns (text_id, text, n_clauses, n_articles) and distinct (text_id, site), both in order of text_id.
    """
    counted = clauses.group_by("text_id").aggregate(
        [("text", "min"), ("clause_id", "count"), ("article_id", "count_distinct")]
    )
    sites = clauses.select(["text_id", "site"]).drop_null().group_by(["text_id", "site"]).aggregate([])
    counted = counted.rename_columns(COUNTS.names).cast(COUNTS)
    return counted.sort_by("text_id"), sites.select(SITES.names).cast(SITES).sort_by("text_id")


def add_parts(counts: Iterable[pa.Table], sites: Iterable[pa.Table]) -> pa.Table:
    """Return the distinct texts of several parts in order of text_id, with sums (`TEXTS`)."""
    counted = pa.concat_tables([COUNTS.empty_table(), *counts]).group_by("text_id")
    sums = counted.aggregate([("text", "min"), ("n_clauses", "sum"), ("n_articles", "sum")])
    texts = sums.rename_columns(COUNTS.names).sort_by("text_id")
    listed = pa.concat_tables([SITES.empty_table(), *sites]).group_by("text_id")
    standing = listed.aggregate([("site", "count_distinct")])
    place = pc.index_in(texts["text_id"], value_set=standing["text_id"].combine_chunks())
    n_sites = pc.fill_null(standing["site_count_distinct"].take(place), 0)
    return texts.append_column("n_sites", n_sites).cast(TEXTS)


def known_texts(before: Iterable[pa.Table], now: Iterable[pa.Table], near: Near) -> Known:
    """Hold the texts of the last run against those of now: tables of `TEXTS`, cut at the same text_ids."""
    places, gone, count = [], [], 0
    pairs = list(zip(before, now, strict=True))
    for old, new in pairs:
        at = pc.index_in(old["text_id"], value_set=new["text_id"].combine_chunks())
        places.append(whole_numbers(pc.add(pc.fill_null(at, -1 - count), count)))
        gone.append(old["text"].filter(pc.is_null(at)))
        count += new.num_rows
    place = np.concatenate([*places, np.zeros(0, dtype=np.int64)])
    left = np.flatnonzero(place < 0)
    place[left] = count + np.arange(len(left))
    chunks = [chunk for column in gone for chunk in column.chunks]
    return Known(place, pa.chunked_array(chunks, pa.string()).combine_chunks(), near)


def group_clauses(
    texts: Reading, config: DedupConfig, model: CorpusModel | None = None, known: Known | None = None
) -> tuple[pa.Table, Near]:
    """Return the table `clause_groups` from all distinct texts: groups of two clauses or more.

    `texts` is called several times and gives tables of `TEXTS` in order of text_id. The rows are a function
    of the set of clauses, `config` and `model`, which is fitted where there is none; `known` changes none:
    with it, only texts that came or went are compared. `group_id` is the smallest text_id of a group: a
    clause and those near it (ratio from `MIN_RATIO`). The pairs are for the next run.
    """
    counts = [np.zeros(0, dtype=np.int64), *(whole_numbers(part["n_clauses"]) for part in texts())]
    n_clauses, work = np.concatenate(counts), Work(config, config.workers or os.cpu_count() or 1)
    if len(n_clauses) <= SMALL_SHORT_ROWS:
        near = _compared(texts, work)
    else:
        near = _brought_up(texts, len(n_clauses), work, model, known)
    first = _groups(near, len(n_clauses))
    sizes = np.bincount(first, weights=n_clauses, minlength=len(first))
    kept = sizes[first] >= MIN_CLAUSES
    return _grouped(texts, first, kept), near


def _grouped(texts: Reading, first: Ints, kept: NDArray[np.bool_]) -> pa.Table:
    """Return the rows of the texts to be kept; `first` is the place of the text that names the group."""
    named = [part["text_id"] for part in texts()]
    ids = pa.chunked_array(
        [chunk for column in named for chunk in column.chunks], pa.string()
    ).combine_chunks()
    made, start = [CLAUSE_GROUPS.empty_table()], 0
    for part in texts():
        mine = slice(start, start + part.num_rows)
        rows = part.filter(pa.array(kept[mine]))
        groups = ids.take(pa.array(first[mine][kept[mine]]))
        made.append(rows.append_column("group_id", groups).select(CLAUSE_GROUPS.names).cast(CLAUSE_GROUPS))
        start = mine.stop
    return pa.concat_tables(made)


def _groups(near: Near, count: int) -> Ints:
    """Return the first text of the group of each of `count` texts."""
    group = stars(near.left, near.right, count)
    first = np.full(count, count, dtype=np.int64)
    np.minimum.at(first, group, np.arange(count))
    return first[group]


def _numbered(texts: Reading, gone: pa.Array | None = None) -> Iterator[pa.RecordBatch]:
    """Yield texts for folding; numbers take the place of ids, which nobody asks for."""
    chunks = (chunk for part in texts() for chunk in part["text"].chunks)
    for chunk in chunks if gone is None else chain(chunks, [gone]):
        yield pa.record_batch([pa.nulls(len(chunk), pa.int32()), chunk], ["id", "text"])


def _compared(texts: Reading, work: Work) -> Near:
    """Return the near pairs of few texts: all are looked at."""
    keys = fold_plain(_numbered(texts), leaks=False)
    folded, of_row = distinct_plain(keys, np.arange(len(keys.length)))
    judged = np.flatnonzero(folded.length >= MIN_CLAUSE_CHARS)
    left, right = np.triu_indices(len(judged), 1)
    pairs = near_ones(folded, judged[left], judged[right], partial(plain.ratios, folded))
    row_of = np.argsort(of_row)
    return Near(row_of[pairs[0]], row_of[pairs[1]], CorpusModel(np.zeros(0, np.uint32), len(row_of)), "")


def _brought_up(
    texts: Reading, count: int, work: Work, model: CorpusModel | None, known: Known | None
) -> Near:
    """Return the near pairs of `count` texts: those known of texts that stay, and those that changed."""
    from pipeline.dedup import fast
    from pipeline.dedup.components import keys_of, texts_of
    from pipeline.dedup.intake import distinct_texts, fold_batches
    from pipeline.dedup.meetings import LAST, NOW
    from pipeline.dedup.near import changed_pairs

    folded = fold_batches(_numbered(texts, known and known.gone), work, leaks=False)
    every, of_row = distinct_texts(folded, np.arange(len(folded.length)))
    del folded
    row_of = np.argsort(of_row)
    standing = np.where(row_of < count, NOW, 0).astype(np.uint8)
    model = model or fast.fit_large(_those(every, standing > 0), work)
    bitmap = fast.bitmap_of(model)
    found_with = hashlib.sha256(bitmap.tobytes()).hexdigest()[:32]
    old = np.zeros(0, dtype=np.uint64)
    if known is not None and known.near.found_with == found_with:
        at = of_row[known.place]
        standing[at] |= LAST
        old = keys_of(at[known.near.left], at[known.near.right])
    gained, lost = changed_pairs(every, standing, bitmap, work)
    left, right = texts_of(old)
    stay = (standing[left] & standing[right] & NOW > 0) & ~np.isin(old, lost)
    left, right = texts_of(np.concatenate((old[stay], gained)))
    return Near(row_of[left], row_of[right], model, found_with)


def _those(texts: Texts, wanted: NDArray[np.bool_]) -> Texts:
    return Texts(texts.units, texts.begin[wanted], texts.length[wanted], texts.rank[wanted])


def near_ones(
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
    degree = np.bincount(left, minlength=count) + np.bincount(right, minlength=count)
    linked = np.flatnonzero(degree)
    linked = linked[np.argsort(-degree[linked], kind="stable")]
    if count <= SMALL_SHORT_ROWS:
        return _settled(linked, left, right, count)
    from pipeline.dedup.components import keys_of
    from pipeline.dedup.graph import neighbours
    from pipeline.dedup.near import settle_stars

    centre = np.full(count, -1, dtype=np.int64)
    settle_stars(linked, *neighbours(keys_of(left, right), count), centre)
    return np.where(centre < 0, np.arange(count), centre)


def _settled(linked: Ints, left: Ints, right: Ints, count: int) -> Ints:
    """Return the centres of few nodes; twin of `near.settle_stars`."""
    beside: dict[int, list[int]] = {node: [] for node in linked.tolist()}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        beside[one].append(other)
        beside[other].append(one)
    centre = list(range(count))
    free = set(beside)
    for node in beside:
        if node in free:
            for other in free.intersection(beside[node]):
                centre[other] = node
            free -= {node, *beside[node]}
    return np.array(centre, dtype=np.int64)
