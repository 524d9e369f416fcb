"""The stage that compares articles: corpus model, then pairs, clusters and what belongs to each article."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.dedup import deduplicate_articles
from pipeline.dedup.model import CorpusModel, fit
from pipeline.run import build
from pipeline.run.corpus import Run
from pipeline.run.link import Link, Provenance
from pipeline.run.shards import parsed_path, read_parsed
from pipeline.schema import TABLES
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


def fit_model(run: Run, articles: Iterator[pa.Table]) -> CorpusModel:
    """Return the model of boilerplate shingles: fitted anew, or the stored one above `refit_below` pages."""
    if run.refit:
        return fit(text for table in articles for text in table.column("text").to_pylist())
    return read_model(run.out / "model")


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


def compare(run: Run, articles: Iterator[pa.Table], model: CorpusModel) -> dict[str, pa.Table]:
    """Return the tables that comparison gives, and `assignments`."""
    table = pa.concat_tables(articles).combine_chunks()
    found = deduplicate_articles(table, run.config.dedup, model)
    return {
        "pairs": found.pairs,
        "clusters": found.clusters,
        "alignments": TABLES["alignments"].empty_table(),
        "clause_groups": TABLES["clause_groups"].empty_table(),
        "assignments": found.assignments,
    }
