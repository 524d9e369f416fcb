"""The stage that compares articles: corpus model, then pairs, clusters and what belongs to each article."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dedup import deduplicate_articles
from pipeline.dedup.entry import SMALL_ROWS
from pipeline.dedup.model import CorpusModel, fit
from pipeline.dedup.tables import booleans, indices
from pipeline.run.about import ABOUT, about_articles, columns_of, pages_of
from pipeline.run.articles import compare_by_difference
from pipeline.run.changes import COMPARED as TOLD
from pipeline.run.changes import unlike_rows
from pipeline.run.columns import COMPARED, made_schema
from pipeline.run.corpus import Compared, Run
from pipeline.run.emit import link_files, new_shard, old_shards, page_shards, spliced_shard
from pipeline.run.segments import base_path, damaged
from pipeline.schema import TABLES
from pipeline.store.digest import replaced
from pipeline.store.generations import folder_of, state_of
from pipeline.store.manifest import Shard
from pipeline.store.model import read_model
from pipeline.store.splice import UnfitError, head_of, spliced
from pipeline.store.thrift import Struct


def _sites(run: Run, name: str) -> dict[str, str | None] | None:
    """Return the site of each page of a segment, where tables are cut by site."""
    if not run.config.ingest.by_site:
        return None
    named = [zip(i.to_pylist(), s.to_pylist(), strict=True) for i, s in pages_of(run, name, "site")]
    return {page_id: site for pairs in named for page_id, site in pairs}


def texts_of(run: Run) -> Iterator[pa.RecordBatch]:
    """Yield the ids and texts of all articles, a segment at a time, in the order of `about_articles`."""
    for name in sorted(run.segments):
        yield from columns_of(run, name, ["article_id", "text"]).to_batches()


def compare(run: Run) -> tuple[dict[str, pa.Table], CorpusModel]:
    """Return pairs, clusters and assignments of the articles, these in their order, and the corpus model.

    The model of boilerplate shingles is fitted anew, or the stored one above `refit_below` pages.
    """
    stored = None if run.refit else read_model(run.out / "model")
    names = sorted(run.segments)
    if sum(len(columns_of(run, name, ["article_id"])) for name in names) <= SMALL_ROWS:
        about = pa.concat_tables([ABOUT.empty_table(), *(about_articles(run, name) for name in names)])
        model = stored or fit(t for batch in texts_of(run) for t in batch.column("text").to_pylist())
        found = deduplicate_articles(about, run.config.dedup, model, texts_of(run))
    else:
        found, model = compare_by_difference(run, stored)
    assignments = found.assignments.take(indices(found.rows))
    return {"pairs": found.pairs, "clusters": found.clusters, "assignments": assignments}, model


def write_articles(run: Run, folder: Path) -> pa.Array:
    """Write table `articles`: linked where comparison says the same of all articles of a file.

    Returns the ids of the articles that this run has made.
    """
    fresh = [pa.array([], pa.string())]
    listed = {
        name: columns_of(run, name, ["article_id"]).column("article_id") for name in sorted(run.segments)
    }
    every = pa.chunked_array([c for ids in listed.values() for c in ids.chunks], pa.string())
    if not run.assignments["id"].equals(every):
        raise damaged(state_of(run.out, run.generation), ValueError("its keys are of other articles"))
    compared = pa.schema([TABLES["articles"].field(c) for c in COMPARED])
    said, head = run.assignments.select(COMPARED).cast(compared), head_of(TABLES["articles"], "articles")
    start = 0
    for name, ids in listed.items():
        found = said.slice(start, len(ids))
        start += len(ids)
        rows = columns_of(run, name, list(made_schema("articles").names))
        if old_shards(run, f"articles/part-{name}"):
            run.shards["articles"] += _compared_again(run, folder, name, (rows, found), head)
        elif len(ids):
            fresh += ids.chunks
            rows = _with_compared(rows, found)
            run.shards["articles"] += page_shards(folder, f"articles/part-{name}", rows, _sites(run, name))
    return pa.concat_arrays(fresh)


def _with_compared(rows: pa.Table, found: pa.Table) -> pa.Table:
    """Return rows of articles with what comparison says of them."""
    for column in COMPARED:
        rows = rows.append_column(column, found.column(column))
    return rows.select(TABLES["articles"].names).cast(TABLES["articles"])


def _compared_again(
    run: Run, folder: Path, name: str, rows: tuple[pa.Table, pa.Table], head: Struct
) -> list[Shard]:
    """Return the files of a segment that stays.

    rows: its articles as they were made, and what comparison says of them now.
    """
    shards: list[Shard] = []
    files, start = old_shards(run, f"articles/part-{name}"), 0
    if sum(old.rows for old in files) != len(rows[0]):
        raise damaged(base_path(state_of(run.out, run.generation), name), ValueError("it has other rows"))
    for old in files:
        mine = rows[0].slice(start, old.rows), rows[1].slice(start, old.rows)
        shards += _file_again(run, folder, old, mine, head)
        start += old.rows
    return shards


def _file_again(
    run: Run, folder: Path, old: Shard, rows: tuple[pa.Table, pa.Table], head: Struct
) -> list[Shard]:
    """Return the file that one of the last generation becomes: itself, or another with other columns.

    Only rows of which comparison says something else are hashed, and only what it says is written.
    """
    made, now = rows
    source = pa.memory_map(str(folder_of(run.out, run.generation) / old.path))
    before = pq.ParquetFile(source).read(list(COMPARED)).select(COMPARED)
    unlike = booleans(unlike_rows(before, now))
    if not unlike.true_count:
        return link_files(run, folder, [old])
    gone, come = (_with_compared(made.filter(unlike), side.filter(unlike)) for side in (before, now))
    place, digest = old.path.rpartition("-")[0], replaced(old.rows_digest, gone, come)
    try:
        pieces = spliced(memoryview(source.read_buffer()), now, "articles", head)
        shards = [spliced_shard(folder, place, pieces, old.rows, digest)]
    except UnfitError:
        shards = new_shard(folder, place, _with_compared(made, now), "", digest)
    run.compared.append(Compared(old.path, shards[0].path, gone.select(TOLD), come.select(TOLD)))
    return shards
