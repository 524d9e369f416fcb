"""What new texts duplicate among existing articles, with nothing ingested (`fanwen match`)."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import DedupConfig
from pipeline.dedup.entry import deduplicate_articles
from pipeline.dedup.frames import strings
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.tables import integers
from pipeline.errors import UsageError
from pipeline.text.fold import text_id

NEW = "new "  # before the text_id of a new text; no article_id has a blank
KEPT = ("relation", "ratio", "jaccard")


def match(
    new: pa.Table, existing: pa.Table, model: CorpusModel | None = None, config: DedupConfig | None = None
) -> pa.Table:
    """Return what each new text is related to among the existing articles.

    `new` has `id` and `text`, `existing` has `article_id` and `text`, both canonical. Rows: `id`,
    `article_id`, `relation` (of the new text to it), `ratio`, `jaccard`, `coverage` of the new text
    and `coverage_article`, `reason`; the best first for each id; a text without relations has none. With the
    stored `model` of the existing corpus the answer is the one an ingest would give. Raises UsageError for a
    missing column. Cost: that of deduplicating the existing articles, 40 µs each.
    """
    for table, columns in ((new, ("id", "text")), (existing, ("article_id", "text"))):
        missing = [c for c in columns if c not in table.column_names]
        if missing:
            raise UsageError(f"no column {missing[0]!r}; columns: {', '.join(table.column_names)}")
    texts = {NEW + text_id(text): text for text in strings(new["text"].combine_chunks()).to_pylist() if text}
    both = pa.concat_tables(
        [
            _table(list(texts), list(texts.values()), 0),
            _table(
                strings(existing["article_id"].combine_chunks()),
                strings(existing["text"].combine_chunks()),
                1,
            ),
        ]
    )
    found = deduplicate_articles(both, replace(config or DedupConfig(), all_pairs=True), model)
    return _of_new(new, _turned(found.pairs))


def _table(ids: pa.Array | list[str], texts: pa.Array | list[str], clauses: int) -> pa.Table:
    """Existing articles are given more clauses, so that of equal texts one of them stands for all."""
    return pa.table(
        {
            "article_id": pa.array(ids, pa.string()) if isinstance(ids, list) else ids,
            "text": pa.array(texts, pa.string()) if isinstance(texts, list) else texts,
            "n_clauses": integers(np.full(len(ids), clauses)),
        }
    )


def _turned(pairs: pa.Table) -> dict[str, list[dict[str, object]]]:
    """Return the accepted pairs of a new text with an existing one, by new text, seen from the new one."""
    other = {"contains": "contained", "contained": "contains"}
    rows: dict[str, list[dict[str, object]]] = {}
    for pair in pairs.filter(pc.field("accepted")).to_pylist():
        left_new, right_new = pair["left_id"].startswith(NEW), pair["right_id"].startswith(NEW)
        if left_new == right_new:
            continue
        mine, theirs = ("left", "right") if left_new else ("right", "left")
        row = {"article_id": pair[f"{theirs}_id"], **{name: pair[name] for name in KEPT}}
        if right_new:
            row["relation"] = other.get(pair["relation"], pair["relation"])
        row["coverage"], row["coverage_article"] = pair[f"coverage_{mine}"], pair[f"coverage_{theirs}"]
        row["reason"] = pair["reason"]
        rows.setdefault(pair[f"{mine}_id"], []).append(row)
    return rows


def _of_new(new: pa.Table, related: dict[str, list[dict[str, object]]]) -> pa.Table:
    kinds = [("id", pa.string()), ("article_id", pa.string()), ("relation", pa.string())]
    kinds += [(name, pa.float64()) for name in ("ratio", "jaccard", "coverage", "coverage_article")]
    rows: list[dict[str, object]] = []
    texts = strings(new["text"].combine_chunks()).to_pylist()
    for name, text in zip(strings(new["id"].combine_chunks()).to_pylist(), texts, strict=True):
        mine = related.get(NEW + text_id(text), []) if text else []
        rows += [{"id": name, **row} for row in sorted(mine, key=_best_first)]
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds, ("reason", pa.string())]))


def _best_first(row: dict[str, object]) -> tuple[bool, float, str]:
    return (row["relation"] != "exact", -float(str(row["ratio"])), str(row["article_id"]))
