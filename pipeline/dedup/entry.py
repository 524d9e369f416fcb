"""The two ways in: any table with a text column, and the articles of an ingest."""

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.config import DedupConfig
from pipeline.dedup import plain
from pipeline.dedup.frames import (
    Ints,
    batches_of,
    check_ids,
    codes,
    distinct_plain,
    fold_plain,
    order_of,
    preference,
    whole_numbers,
)
from pipeline.dedup.model import CorpusModel, fit_texts
from pipeline.dedup.tables import Articles, Deduplication, build
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.dedup.work import Room

SMALL_ROWS = plain.SMALL
# Short texts (clauses) have few shingles in common: 600 of 60 characters take 0.6 s, as long as the kernels
# take to load, and a hundredth of what compiling them takes on a fresh machine.
SMALL_SHORT_ROWS = 600
SMALL_BYTES = 150_000


def deduplicate(
    frame: Any,
    text: str = "text",
    id: str = "id",  # noqa: A002 - the contract's name
    config: DedupConfig | None = None,
) -> Deduplication:
    """Find the near-duplicates of a table.

    `frame` is a pandas frame, an Arrow table or a RecordBatchReader; `text` and `id` name its columns. Ids
    are strings or whole numbers, unique, and keep their type in the tables; a null text is an empty
    one. The result does not depend on the order of rows or batches. Pinyin leaks in the texts are
    folded away. Raises UsageError for a missing column, a repeated or missing id. Cost: about 40 µs an
    article.

    >>> rows = pa.table({"id": ["a", "b"], "text": ["第一条 总则" * 9, "第一條總則。" * 9]})
    >>> deduplicate(rows).pairs.select(["left_id", "right_id", "relation"]).to_pylist()
    [{'left_id': 'a', 'right_id': 'b', 'relation': 'exact'}]
    """
    return deduplicate_batches(batches_of(frame, [id, text]), config or DedupConfig())


def deduplicate_batches(
    batches: Iterable[pa.RecordBatch], config: DedupConfig, room: "Room | None" = None
) -> Deduplication:
    """Find the near-duplicates of a stream of record batches whose first column is id, the second text.

    `room`, where given, holds the keys outside of memory; it changes no row.
    """
    return _deduplicate(batches, None, config, None, room)


def deduplicate_articles(
    table: pa.Table,
    config: DedupConfig | None = None,
    model: CorpusModel | None = None,
    texts: Iterable[pa.RecordBatch] | None = None,
) -> Deduplication:
    """Find the near-duplicates among the articles of an ingest.

    `table` has `article_id` (unique) and `text` (canonical form), and may have `page_id`, `n_clauses`,
    `n_repairs`, `captured_at`, `script` and `layout` (any value whose inequality is another layout; left out,
    the text's line breaks are looked at). `texts`, where given, streams `article_id` and `text` in the order
    of `table`, which then needs no `text`. The rows are a function of the set of articles, `config` and
    `model`; without a model one is fitted. Raises UsageError for a missing column or a repeated id.
    """
    missing = {"article_id", *(() if texts else ("text",))} - set(table.column_names)
    if missing:
        raise UsageError(f"no column {missing.pop()!r}; columns: {', '.join(table.column_names)}")
    batches = texts or table.select(["article_id", "text"]).to_batches()
    return _deduplicate(batches, table, config or DedupConfig(), model)


def _deduplicate(
    batches: Iterable[pa.RecordBatch],
    table: pa.Table | None,
    config: DedupConfig,
    model: CorpusModel | None,
    room: "Room | None" = None,
) -> Deduplication:
    """Take the plain engine where the rows are few, the kernels else; `table` holds further columns."""
    held, stream, leaks = [], iter(batches), table is None
    for batch in stream:
        held.append(batch)
        if not _few(held):
            return _with_kernels(_chain(held, stream), table, config, model, room)
    folded = fold_plain(held, leaks=leaks)
    articles = described_articles(table, folded.ids, folded.length, folded.layout)
    texts, articles.text[:] = distinct_plain(folded, articles.preferred)
    fitted = model or fit_texts(texts)
    return replace(build(articles, texts, plain.relate(texts, fitted.mask(), config)), model=fitted)


def _few(held: list[pa.RecordBatch]) -> bool:
    """Say whether the rows so far are compared sooner than the kernels are loaded."""
    rows = sum(map(len, held))
    return rows <= SMALL_ROWS or (
        rows <= SMALL_SHORT_ROWS and sum(b.column(1).nbytes for b in held) <= SMALL_BYTES
    )


def _chain(held: list[pa.RecordBatch], stream: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
    yield from held
    yield from stream


def _with_kernels(
    batches: Iterable[pa.RecordBatch],
    table: pa.Table | None,
    config: DedupConfig,
    model: CorpusModel | None,
    room: "Room | None",
) -> Deduplication:
    from pipeline.dedup import fast
    from pipeline.dedup.intake import distinct_texts, fold_batches
    from pipeline.dedup.work import Work

    work = Work(config, config.workers or os.cpu_count() or 1, room)
    with work.costs.stage("folding"):
        folded = fold_batches(work.costs.reading(batches), work, leaks=table is None)
    if room is not None:
        work.costs.count("bytes spilled", folded.units.nbytes)
    with work.costs.stage("distinct"):
        articles = described_articles(table, folded.ids, folded.length, folded.layout)
        texts, articles.text[:] = distinct_texts(folded, articles.preferred)
    if room is not None:
        room.release()
    with work.costs.stage("model"):
        fitted = model or fast.fit_large(texts, work)
    related = fast.relate(texts, fitted, work)
    with work.costs.stage("tables"):
        return replace(build(articles, texts, related), costs=work.costs, model=fitted)


def described_articles(table: pa.Table | None, ids: pa.Array, lengths: Ints, layout: Ints) -> Articles:
    """Describe the rows: what orders them, and what tells them apart beside the key.

    Raises UsageError where an id is missing or stands twice.
    """
    names = set(table.column_names) if table is not None else set()
    count = len(ids)

    def number(column: str) -> Ints:
        if table is None or column not in names:
            return np.zeros(count, dtype=np.int64)
        return whole_numbers(table[column].fill_null(0))

    def code(column: str, default: Ints) -> Ints:
        return codes(table[column]) if table is not None and column in names else default

    name = order_of((ids, "ascending"))
    check_ids(ids, name)
    age = name
    if table is not None and "captured_at" in names:
        age = order_of((table["captured_at"], "ascending"), (ids, "ascending"))
    repairs, zero = number("n_repairs"), np.zeros(count, dtype=np.int64)
    return Articles(
        ids=ids,
        text=np.zeros(count, dtype=np.int64),
        age=age,
        name=name,
        preferred=preference(number("n_clauses"), lengths, repairs, age),
        layout=code("layout", layout),
        script=code("script", zero),
        repairs=repairs,
        page=code("page_id", np.arange(count)),
    )
