"""What new texts duplicate in an existing output, without ingesting them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.config import Config
from pipeline.dedup import deduplicate_articles
from pipeline.dedup.rules import EXACT, REASON_OF, REJECTED
from pipeline.errors import InputError
from pipeline.page.parse import parse_page
from pipeline.run.dedupe import read_model
from pipeline.store.external import read_columns
from pipeline.text.fold import text_id

NEW = "?"  # before the id of a new text: no article_id begins so, and it sorts after the digits of none
TABLES_ENDINGS = (".parquet", ".jsonl", ".ndjson", ".csv")
MIRRORED = {"contains": "contained", "contained": "contains"}


@dataclass(frozen=True, slots=True)
class Match:
    """What one new text duplicates: rows of (article_id, relation, accepted, ratio, jaccard), best first."""

    id: str
    matches: list[dict[str, Any]]


def texts_of(path: Path, text: str, id_column: str) -> Iterator[tuple[str, str]]:
    """Yield (id, text) of a table's rows, or of the articles of a page (id = path:ordinal).

    Raises InputError for what cannot be read, UsageError for a missing column.
    """
    if path.suffix in TABLES_ENDINGS:
        for batch in read_columns(path, [id_column, text]):
            ids, texts = (column.cast(pa.string()).to_pylist() for column in batch.columns)
            yield from ((i, t or "") for i, t in zip(ids, texts, strict=True))
        return
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    for article in parse_page(body).articles:
        yield f"{path}:{article.ordinal}", article.text


def match(
    texts: Iterable[tuple[str, str]], structured: str | Path = "structured", config: Config | None = None
) -> list[Match]:
    """Return what each (id, text) is related to among the articles of an output, by the same rules as ingest.

    The output's corpus model is used and nothing is written. Every article of the same key is named; near
    ones by their canonical. Raises InputError where there is no output. Cost: one comparison of the whole output,
    about 50 µs an article.
    """
    folder = Path(structured)
    if not (folder / "manifest.json").is_file():
        raise InputError(f"{folder} has no manifest.json: run `fanwen ingest RAW --out {folder}`")
    new = list(texts)
    known = pq.read_table(folder / "articles", columns=["article_id", "text", "text_id"])
    added = pa.table(
        {"article_id": [NEW + i for i, _ in new], "text": [t for _, t in new]}, schema=known.schema.remove(2)
    )
    both = pa.concat_tables([known.drop_columns(["text_id"]), added]).combine_chunks()
    settings = replace((config or Config()).dedup, all_pairs=True)
    pairs = deduplicate_articles(both, settings, read_model(folder / "model")).pairs
    of_new = _of_new(pairs)
    same = _same_key(known, new)
    return [Match(i, _best_first([*of_new.get(i, []), *same.get(text_id(t), [])])) for i, t in new]


def _best_first(matches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    distinct = {m["article_id"]: m for m in matches}
    return sorted(distinct.values(), key=lambda m: (-m["ratio"], m["article_id"]))


def _same_key(known: pa.Table, new: list[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Exact matches by text_id; an empty key equals nothing."""
    wanted = pa.array(sorted({text_id(t) for _, t in new} - {text_id("")}), pa.string())
    found: dict[str, list[dict[str, Any]]] = {}
    same = known.filter(pc.is_in(known["text_id"], value_set=wanted)).select(["article_id", "text_id"])
    measures = {"accepted": True, "ratio": 100.0, "jaccard": 1.0, "reason": REASON_OF[EXACT]}
    for row in same.to_pylist():
        match = {"article_id": row["article_id"], "relation": "exact"} | measures
        found.setdefault(row["text_id"], []).append(match)
    return found


def _of_new(pairs: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """Pairs of a new text with a known article, by new id; `relation` is of the new text to the article."""
    left, right = (pc.starts_with(pairs[c], NEW) for c in ("left_id", "right_id"))
    found: dict[str, list[dict[str, Any]]] = {}
    telling = pc.not_equal(pairs["reason"], REASON_OF[REJECTED])
    for row in pairs.filter(pc.and_(pc.xor(left, right), telling)).to_pylist():
        new_is_left = row["left_id"].startswith(NEW)
        new, old = (row["left_id"], row["right_id"]) if new_is_left else (row["right_id"], row["left_id"])
        relation = row["relation"] if new_is_left else MIRRORED.get(row["relation"], row["relation"])
        measures = {name: row[name] for name in ("accepted", "ratio", "jaccard", "reason")}
        found.setdefault(new.removeprefix(NEW), []).append(
            {"article_id": old, "relation": relation} | measures
        )
    return found
