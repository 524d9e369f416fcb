"""The stage that compares articles: corpus model, then pairs, clusters and what belongs to each article."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.dedup import deduplicate_articles
from pipeline.dedup.entry import SMALL_ROWS
from pipeline.dedup.model import CorpusModel, fit
from pipeline.run import build
from pipeline.run.corpus import Run
from pipeline.run.link import Link, Provenance
from pipeline.run.shards import parsed_path, read_parsed
from pipeline.store.files import write_parquet

SHINGLES = "shingles.parquet"
N_TEXTS = b"n_texts"


def articles_of(
    state: Path, parts: int, links: dict[str, Link], origin: dict[str, Provenance]
) -> Iterator[pa.Table]:
    """Yield the articles to compare, a part at a time."""
    for part in range(parts):
        parsed = read_parsed(parsed_path(state, part, parts), None)
        yield build.compared_articles(parsed, links, origin)


def fit_model(run: Run, articles: pa.Table) -> CorpusModel:
    """Return the model of boilerplate shingles: fitted anew, or the stored one above `refit_below` pages."""
    if not run.refit:
        return read_model(run.out / "model")
    if articles.num_rows <= SMALL_ROWS:
        return fit(articles.column("text").to_pylist())
    from pipeline.dedup.fast import fit_large
    from pipeline.dedup.intake import distinct_texts, fold_batches

    folded = fold_batches(articles.select(["article_id", "text"]).to_batches(), leaks=False)
    return fit_large(distinct_texts(folded, np.arange(articles.num_rows))[0])


def write_model(folder: Path, model: CorpusModel) -> None:
    """Store a model's shingles."""
    table = pa.table({"slot": pa.array(model.boilerplate, pa.uint32())})
    table = table.replace_schema_metadata({N_TEXTS: str(model.n_texts).encode()})
    write_parquet(folder / SHINGLES, table, "model")


def read_model(folder: Path) -> CorpusModel:
    """Return a stored model's shingles."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / SHINGLES)
    return CorpusModel(table.column("slot").to_numpy(), int(table.schema.metadata[N_TEXTS]))


def compare(run: Run, articles: pa.Table, model: CorpusModel) -> dict[str, pa.Table]:
    """Return pairs, clusters and assignments of the articles."""
    found = deduplicate_articles(articles, run.config.dedup, model)
    return {"pairs": found.pairs, "clusters": found.clusters, "assignments": found.assignments}
