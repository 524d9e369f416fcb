"""What new texts duplicate in an existing output, without ingesting them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.config import Config
from pipeline.dedup.match import match as match_texts
from pipeline.dedup.rules import EXACT, REASON_OF
from pipeline.output import damage_told, open_output
from pipeline.page.parse import parse_page
from pipeline.store.containers import Found, pages_among
from pipeline.store.external import is_table, read_columns
from pipeline.store.model import read_model
from pipeline.store.sources import read_named
from pipeline.text.fold import text_id

ASKED = pa.schema([("id", pa.string()), ("text", pa.string())])
SHOWN = ("article_id", "relation", "ratio", "jaccard", "coverage", "coverage_article", "reason")


@dataclass(frozen=True, slots=True)
class Match:
    """What one new text duplicates: rows of the names in `SHOWN`, best first.

    `coverage` is the share of the new text that the article has, `coverage_article` the other way round.
    """

    id: str
    matches: list[dict[str, Any]]


def asked_in(paths: Iterable[str], config: Config | None = None) -> Iterator[Path | Found]:
    """Yield the tables among paths, and what stands in the pages and containers (- is stdin).

    A table is a folder of Parquet files, or a file that ends as one (.parquet, .jsonl, .csv, .csv.gz …).
    """
    for path in paths:
        if is_table(Path(path)):
            yield Path(path)
        else:
            yield from read_named(path, (config or Config()).ingest)


def texts_of(asked: Path | Found, text: str, id_column: str) -> Iterator[tuple[str, str]]:
    """Yield (id, text) of a table's rows, or of the articles of a page (id = source:ordinal).

    Raises InputError for what cannot be read, UsageError for a missing column.
    """
    if isinstance(asked, Path):
        for batch in read_columns(asked, [id_column, text]):
            ids, texts = (column.cast(pa.string()).to_pylist() for column in batch.columns)
            yield from ((i, t or "") for i, t in zip(ids, texts, strict=True))
        return
    for record in pages_among(asked):
        for article in parse_page(record.body, record.url).articles:
            yield f"{record.source}:{article.ordinal}", article.text


def match(
    texts: Iterable[tuple[str, str]], structured: str | Path = "structured", config: Config | None = None
) -> list[Match]:
    """Return what each (id, text) is related to among the articles of an output, by the same rules as ingest.

    The output's corpus model is used and nothing is written. Every article of the same key is named, of
    near ones one of each key. Raises InputError where there is no output. Cost: one comparison of the whole
    output, about 50 µs an article.
    """
    folder = open_output(structured).folder
    new = list(texts)
    with damage_told(folder / "articles"):
        known = pq.read_table(folder / "articles", columns=["article_id", "text", "text_id"])
    asked = pa.table({"id": [i for i, _ in new], "text": [t for _, t in new]}, schema=ASKED)
    related = match_texts(asked, known, read_model(folder / "model"), (config or Config()).dedup)
    near: dict[str, list[dict[str, Any]]] = {}
    for row in related.to_pylist():
        near.setdefault(row["id"], []).append({name: row[name] for name in SHOWN})
    same = _same_key(known, new)
    return [Match(i, _best_first([*near.get(i, []), *same.get(text_id(t), [])])) for i, t in new]


def _best_first(matches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    distinct = {m["article_id"]: m for m in matches}
    return sorted(distinct.values(), key=lambda m: (-m["ratio"], m["article_id"]))


def _same_key(known: pa.Table, new: list[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Exact matches by text_id; an empty key equals nothing."""
    wanted = pa.array(sorted({text_id(t) for _, t in new} - {text_id("")}), pa.string())
    found: dict[str, list[dict[str, Any]]] = {}
    same = known.filter(pc.is_in(known["text_id"], value_set=wanted)).select(["article_id", "text_id"])
    measures = {"ratio": 100.0} | dict.fromkeys(("jaccard", "coverage", "coverage_article"), 1.0)
    for row in same.to_pylist():
        match = {"article_id": row["article_id"], "relation": "exact", "reason": REASON_OF[EXACT]} | measures
        found.setdefault(row["text_id"], []).append(match)
    return found
