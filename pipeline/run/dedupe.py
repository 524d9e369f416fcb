"""The stage that compares articles: corpus model, then pairs, clusters and what belongs to each article."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.dedup import deduplicate_articles
from pipeline.dedup.entry import SMALL_ROWS
from pipeline.dedup.model import CorpusModel, fit
from pipeline.run.articles import columns_of, compare_by_difference
from pipeline.run.columns import COMPARED
from pipeline.run.corpus import Run
from pipeline.run.emit import at, link_shards, page_shards, signature
from pipeline.run.segments import base_path
from pipeline.schema import TABLES
from pipeline.store.digest import rows_digest
from pipeline.store.generations import folder_of, state_of
from pipeline.store.model import read_model


def about_articles(run: Run) -> pa.Table:
    """Return what comparison needs to know of every article beside its text."""
    tables = []
    for name in sorted(run.segments):
        table = columns_of(run, name, ["article_id", "page_id", "n_clauses", "script"])
        owners = table.column("page_id").to_pylist()
        when = pa.array([run.origin[i].first for i in owners], pa.int64())
        table = table.append_column("captured_at", when.cast(pa.timestamp("us", tz="UTC")))
        repairs = _repairs(run, name)
        tables.append(table.append_column("n_repairs", pa.array([repairs[i] for i in owners], pa.int32())))
    return pa.concat_tables(tables) if tables else _NOTHING


_NOTHING = pa.table({"article_id": pa.array([], pa.string())})


def _pages(run: Run, name: str, column: str) -> Iterator[tuple[pa.ChunkedArray, pa.ChunkedArray]]:
    """Yield page ids and one more column of the pages of a segment, a file at a time."""
    for shard in at(run.shards["pages"], f"pages/part-{name}"):
        file = folder_of(run.out, run.generation + 1) / shard.path
        table = pq.ParquetFile(file).read(["page_id", column])
        yield table.column("page_id"), table.column(column)


def _repairs(run: Run, name: str) -> dict[str, int]:
    """Return how many repairs each page of a segment took."""
    counts: dict[str, int] = {}
    for ids, column in _pages(run, name, "repairs"):
        repairs, total = column.combine_chunks(), cast("Any", 0)
        for rule in range(repairs.type.num_fields):
            total = pc.add(total, pc.struct_field(repairs, rule))
        counts |= zip(ids.to_pylist(), total.to_pylist(), strict=True)
    return counts


def _sites(run: Run, name: str) -> dict[str, str | None] | None:
    """Return the site of each page of a segment, where tables are cut by site."""
    if not run.config.ingest.by_site:
        return None
    named = [zip(i.to_pylist(), s.to_pylist(), strict=True) for i, s in _pages(run, name, "site")]
    return {page_id: site for pairs in named for page_id, site in pairs}


def texts_of(run: Run) -> Iterator[pa.RecordBatch]:
    """Yield the ids and texts of all articles, a segment at a time, in the order of `about_articles`."""
    for name in sorted(run.segments):
        yield from columns_of(run, name, ["article_id", "text"]).to_batches()


def compare(run: Run) -> tuple[dict[str, pa.Table], CorpusModel]:
    """Return pairs, clusters and assignments of the articles, and the corpus model.

    The model of boilerplate shingles is fitted anew, or the stored one above `refit_below` pages.
    """
    about = about_articles(run)
    stored = None if run.refit else read_model(run.out / "model")
    if about.num_rows <= SMALL_ROWS:
        model = stored or fit(t for batch in texts_of(run) for t in batch.column("text").to_pylist())
        found = deduplicate_articles(about, run.config.dedup, model, texts_of(run))
    else:
        found, model = compare_by_difference(run, about, stored)
    return {"pairs": found.pairs, "clusters": found.clusters, "assignments": found.assignments}, model


def write_articles(run: Run, folder: Path) -> pa.Array:
    """Write table `articles`: linked where comparison says the same of all articles of a segment.

    Returns the ids of the articles that this run has made.
    """
    fresh = [pa.array([], pa.string())]
    listed = {
        name: columns_of(run, name, ["article_id"]).column("article_id") for name in sorted(run.segments)
    }
    every = pa.chunked_array([c for ids in listed.values() for c in ids.chunks], pa.string())
    places, start = pc.index_in(every, value_set=run.assignments.column("id").combine_chunks()), 0
    for name, ids in listed.items():
        place = f"articles/part-{name}"
        found = run.assignments.take(places.slice(start, len(ids))).drop_columns(["id"])
        start += len(ids)
        made_from = signature(name, rows_digest(found))
        linked = link_shards(run, folder, place, made_from)
        if not linked and len(ids):
            rows = columns_of(run, name, [c for c in TABLES["articles"].names if c not in COMPARED])
            for column in found.schema.names:
                rows = rows.append_column(column, found.column(column))
            rows = rows.select(TABLES["articles"].names).cast(TABLES["articles"])
            linked = page_shards(folder, place, rows, _sites(run, name), made_from)
        run.shards["articles"] += linked
        if base_path(state_of(run.out, run.generation + 1), name).exists():
            fresh += ids.chunks
    return pa.concat_arrays(fresh)
