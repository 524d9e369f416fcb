"""Why two articles of an output are, or are not, duplicates: measures, evidence, clauses side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.clauses.structure import structure
from pipeline.config import Config
from pipeline.dedup.align import Aligned, align, character_edits
from pipeline.dedup.explain import explain as explain_texts
from pipeline.dedup.frames import without_leaks
from pipeline.errors import InputError, UsageError
from pipeline.output import damage_told, open_output
from pipeline.records import Clause
from pipeline.schema import PAIRS
from pipeline.store.external import read_columns
from pipeline.store.model import read_model

ARTICLE_COLUMNS = (
    "article_id",
    "page_id",
    "heading",
    "text",
    "n_chars",
    "n_clauses",
    "script",
    "cluster_id",
    "canonical",
    "family_id",
)
PAIR_COLUMNS = tuple(PAIRS.names)
DIFFERENCES = ("layout_differs", "script_differs", "repairs_differ")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Two articles, how they are related, and where they differ.

    `pair` is the row of table `pairs` (`stored`), or made anew with the output's corpus model where the table
    does not hold it, with `in_order` and `replaced` as `dedup.explain` gives them. `clauses` has one entry a
    clause of either side.
    """

    left: dict[str, Any]
    right: dict[str, Any]
    pair: dict[str, Any]
    stored: bool
    clauses: list[dict[str, Any]]


def explain(
    left_id: str, right_id: str, structured: str | Path = "structured", config: Config | None = None
) -> Explanation:
    """Explain the relation of two articles, also of a pair that was rejected or never proposed.

    Raises InputError where there is no output, UsageError for an id that is not in it. Cost: a read of
    the two articles' row groups, and one comparison.
    """
    folder = open_output(structured).folder
    if left_id == right_id:
        raise UsageError(f"{left_id} is given twice: name two articles")
    first, second = sorted((left_id, right_id))
    articles = _rows(folder / "articles", "article_id", (first, second), ARTICLE_COLUMNS)
    by_id = {row["article_id"]: row for row in articles}
    for wanted in (first, second):
        if wanted not in by_id:
            raise UsageError(f"no article {wanted!r} in {structured}; ids are in {structured}/articles")
    stored = [
        p for p in _rows(folder / "pairs", "left_id", (first,), PAIR_COLUMNS) if p["right_id"] == second
    ]
    sides = by_id[first], by_id[second]
    made = _compare(*sides, folder / "model", config or Config())
    pair = {**made, **stored[0]} if stored else made
    clauses = [_clauses(folder, article_id) for article_id in (first, second)]
    return Explanation(*sides, pair=pair, stored=bool(stored), clauses=_side_by_side(*clauses))


@dataclass(frozen=True, slots=True)
class Source:
    """A table that was deduplicated: its file, the columns of texts and ids, the folder of what was found."""

    table: Path
    text: str
    id: str
    out: Path


def explain_rows(left_id: str, right_id: str, source: Source, config: Config | None = None) -> Explanation:
    """Explain the relation of two rows of a table after `fanwen dedup`, also of a pair that was rejected.

    Raises InputError where the table or what was found cannot be read, UsageError for an id that is not in
    it. Cost: a read of the table up to the second of the two rows, and one comparison.
    """
    if left_id == right_id:
        raise UsageError(f"{left_id} is given twice: name two rows")
    for name in ("pairs", "assignments"):
        if not (source.out / f"{name}.parquet").is_file():
            raise InputError(
                f"{source.out} has no {name}.parquet: run `fanwen dedup` with --out {source.out}"
            )
    first, second = sorted((left_id, right_id))
    texts = _texts_of(source, {first, second})
    for wanted in (first, second):
        if wanted not in texts:
            raise UsageError(f"no row with {source.id} {wanted!r} in {source.table}")
    structured = {name: structure(text) for name, text in texts.items()}
    left, right = (_row_of(source, name, texts[name], len(structured[name])) for name in (first, second))
    given = left["article_id"], right["article_id"]
    found = _rows(source.out / "pairs.parquet", "left_id", given, PAIR_COLUMNS)
    stored = [p for p in found if {p["left_id"], p["right_id"]} == set(given)]
    if stored and stored[0]["left_id"] != given[0]:  # whole numbers are not in the order of their digits
        left, right = right, left
    made = _compare(left, right, source.out, config or Config())
    clauses = [[_plain(clause) for clause in structured[str(row["article_id"])]] for row in (left, right)]
    pair = {**made, **stored[0]} if stored else made
    return Explanation(left, right, pair, stored=bool(stored), clauses=_side_by_side(*clauses))


def _texts_of(source: Source, wanted: set[str]) -> dict[str, str]:
    """Return the texts of rows without leaks of pinyin, as they were compared."""
    texts: dict[str, str] = {}
    for batch in read_columns(source.table, [source.id, source.text]):
        ids = batch.column(0).cast(pa.string()).to_pylist()
        for row in (row for row, name in enumerate(ids) if name in wanted):
            texts[ids[row]] = without_leaks(batch.column(1)[row].as_py() or "")
        if len(texts) == len(wanted):
            break
    return texts


def _row_of(source: Source, name: str, text: str, n_clauses: int) -> dict[str, Any]:
    """Return what an explanation says of a row: its text, and the cluster it is in."""
    table = source.out / "assignments.parquet"
    whole = pa.types.is_integer(pq.read_schema(table).field("id").type)
    rows = _rows(table, "id", (int(name) if whole else name,), ("id", "cluster_id", "canonical", "family_id"))
    if not rows:
        raise UsageError(f"no row with {source.id} {name!r} in {table}: was it made of another table?")
    told = {"heading": None, "text": text, "n_chars": len(text), "n_clauses": n_clauses, "script": None}
    return {"article_id": rows[0].pop("id"), **told, **rows[0]}


def _plain(clause: Clause) -> dict[str, Any]:
    return {name: getattr(clause, name) for name in ("clause_id", "path", "marker", "text")}


def _rows(
    table: Path, column: str, values: Sequence[str | int], columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    asked = [v for v in values if not isinstance(v, str) or v.encode("utf-8", "ignore").decode() == v]
    if not asked:
        return []
    with damage_told(table):
        found = pq.read_table(table, columns=list(columns), filters=[(column, "in", asked)])
    return list(found.to_pylist())


def _compare(left: dict[str, Any], right: dict[str, Any], models: Path, config: Config) -> dict[str, Any]:
    """Return the measures of a pair in the table's words, and what the table does not hold."""
    found = explain_texts(left["text"], right["text"], read_model(models), config.dedup)
    coverage_left, coverage_right = found["coverage"]
    names = ["relation", "accepted", "ratio", "jaccard", "slots", "reason", "rules", "in_order", "replaced"]
    names += ["sizes", "thresholds"]
    return {"left_id": left["article_id"], "right_id": right["article_id"]} | {
        **{name: found[name] for name in names},
        "coverage_left": coverage_left,
        "coverage_right": coverage_right,
        "layout_differs": _line_count(left) != _line_count(right),
        "script_differs": left["script"] != right["script"],
    }


def _line_count(article: dict[str, Any]) -> int:
    return sum(bool(line.strip()) for line in article["text"].split("\n"))


def _clauses(folder: Path, article_id: str) -> list[dict[str, Any]]:
    columns = ("clause_id", "path", "marker", "text")
    return _rows(folder / "clauses", "article_id", (article_id,), columns)


def _side_by_side(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> list[dict[str, Any]]:
    texts = [[c["text"] or c["marker"] or "" for c in side] for side in (left, right)]
    return [_side(row, left, right) for row in align(*texts)]


def _side(row: Aligned, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> dict[str, Any]:
    a = left[row.canonical] if row.canonical is not None else None
    b = right[row.member] if row.member is not None else None
    edits = character_edits(a["text"], b["text"]) if row.op == "changed" and a and b else []
    return {"op": row.op, "ratio": row.ratio, "left": a, "right": b, "edits": edits}


def explanation_lines(found: Explanation) -> list[str]:
    """Return an explanation for people, a line each."""
    pair = found.pair
    merged = found.left["cluster_id"] == found.right["cluster_id"]
    verdict = "one cluster" if merged else "not merged"
    lines = [_article_line("left ", found.left), _article_line("right", found.right)]
    lines.append(
        f"relation  {pair['relation'] if pair['accepted'] else 'none'} ({pair['reason']}): {verdict}"
    )
    covered = f"left {pair['coverage_left']:.2f}, right {pair['coverage_right']:.2f}"
    lines.append(f"measures  ratio {pair['ratio']:.1f}, jaccard {pair['jaccard']:.2f}, coverage {covered}")
    lines.append(f"order     {pair['in_order']:.2f} in one order, {pair['replaced']} units replaced at most")
    lines += _what_was_wanted(pair) if not merged else []
    differs = [name.split("_")[0] for name in DIFFERENCES if pair.get(name)]
    lines.append(f"differs   {', '.join(differs) or 'nothing beside the text'}")
    lines += [f"slot      {s['left']} ↔ {s['right']} ({s['n']} times)" for s in pair["slots"]]
    if not found.stored:
        lines.append("pairs     not in the table: between members, or too little in common")
    return lines + [_clause_line(row) for row in found.clauses]


def _what_was_wanted(pair: dict[str, Any]) -> list[str]:
    """Say what a pair that was not merged has missed: the thresholds beside the sizes."""
    wanted, sizes = pair["thresholds"], pair["sizes"]
    copies = (
        f"coverage {wanted['near']:.2f} and {wanted['near_other']:.2f}, jaccard {wanted['min_jaccard']:.2f}"
    )
    order = f"below {wanted['sure']:.2f} also {wanted['in_order']:.2f} in one order"
    order += f" and at most {wanted['replaced']} units replaced"
    return [
        f"wanted    of copies: {copies}; {order}",
        f"sizes     {sizes[0]} and {sizes[1]} units; held is what is covered to {wanted['held']:.2f} and"
        f" {wanted['longer']} times shorter",
    ]


def _article_line(side: str, row: dict[str, Any]) -> str:
    place = "canonical of" if row["canonical"] else "member of"
    size = f"{row['n_chars']} characters, {row['n_clauses']} clauses"
    name = row["heading"] or "(no heading)"
    return f"{side}     {row['article_id']}  {name}  {size}, {place} {row['cluster_id']}"


def _clause_line(row: dict[str, Any]) -> str:
    sign = {"same": "=", "changed": "~", "added": "+", "removed": "-", "moved": ">"}[row["op"]]
    shown = row["left"] or row["right"]
    text = f"{sign} {shown['path']:<8}{shown['marker'] or ''}{shown['text']}"
    if not row["edits"]:
        return text
    return text + "  " + " ".join(f"[{before or '∅'}→{after or '∅'}]" for before, after in row["edits"])
