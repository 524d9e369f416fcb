"""`fanwen check`: an output folder held against the contract, from bytes of files to spans of rows.

Part by part: the files of one part hold all rows of the same pages, so memory stays that of one part.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.check_pages import page_problems
from pipeline.errors import ContractError
from pipeline.schema import CLOSED_SETS, KEYS, TABLES
from pipeline.store.digest import rows_digest
from pipeline.store.files import file_sha256
from pipeline.store.generations import opened
from pipeline.store.manifest import Shard, read_manifest, shards_of, table_entry

PAGE_TABLES = ("pages", "articles", "clauses", "edits", "lines")
MAX_PROBLEMS = 50  # what a reader looks at; the first ones say what is wrong
MANIFEST_KEYS = (
    "schema",
    "stages",
    "digests",
    "files",
    "model",
    "roots",
    "rejects",
)  # contract §4; `status` reads them
COLLECTED = {  # ids that other parts and tables refer to
    "pages": ("page_id",),
    "articles": ("article_id", "cluster_id", "family_id"),
}


def check(structured: str | Path = "structured") -> list[str]:
    """Return what is wrong with an output folder, nothing when it holds the contract.

    Held against the manifest and each other: files (present, no others, sha256), schemas, rows, digests of
    rows, required values and closed sets, keys, references between tables, counts of stages, edits,
    lines and clauses (tiling raw and article texts). Stops after `MAX_PROBLEMS`. Raises ContractError where
    there is none. Cost: about 1 ms a page.
    """
    out = opened(Path(structured))  # a run may commit meanwhile
    manifest = read_manifest(out)
    found: list[str] = []
    for problem in itertools.chain(_link_problems(Path(structured)), _problems(out, manifest)):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    return found


def require_valid(structured: str | Path = "structured") -> None:
    """Raise ContractError with the problems that `check` finds, if there are any."""
    found = check(structured)
    if found:
        more = "" if len(found) < MAX_PROBLEMS else f" (the first {MAX_PROBLEMS})"
        raise ContractError(
            f"{structured} breaks the contract in {len(found)} places{more}: "
            + "; ".join(found[:5])
            + f". Remove {structured} and run `fanwen ingest` to make it anew"
        )


def _link_problems(out: Path) -> Iterator[str]:
    yield from (f"{name} is missing" for name in TABLES if not (out / name).exists())


def _problems(out: Path, manifest: dict[str, Any]) -> Iterator[str]:
    absent = [key for key in MANIFEST_KEYS if key not in manifest]
    if absent:
        yield f"the manifest has no {', '.join(absent)}"
        return
    yield from _stage_problems(manifest)
    broken = list(_file_problems(out, manifest))
    yield from broken
    if broken:
        return
    ids: dict[str, list[Any]] = {name: [] for columns in COLLECTED.values() for name in columns}
    parts = sorted({_part(s) for name in PAGE_TABLES for s in shards_of(manifest, name)})
    for part in parts:
        tables = {name: _read_part(out, manifest, name, part) for name in PAGE_TABLES}
        for name, table in tables.items():
            yield from _value_problems(name, table)
        yield from page_problems(tables)
        for name, columns in COLLECTED.items():
            for column in columns:
                ids[column].append(tables[name].column(column).combine_chunks())
    yield from _reference_problems(out, manifest, {n: _joined(arrays) for n, arrays in ids.items()})


def _joined(arrays: list[Any]) -> Any:
    return pa.chunked_array(arrays or [pa.array([], pa.string())]).combine_chunks()


def _part(shard: Shard) -> str:
    return Path(shard.path).stem.split("-")[1]


def _read_part(out: Path, manifest: dict[str, Any], name: str, part: str) -> pa.Table:
    tables = [pq.ParquetFile(out / s.path).read() for s in shards_of(manifest, name) if _part(s) == part]
    return pa.concat_tables([TABLES[name].empty_table(), *tables])


def _stage_problems(manifest: dict[str, Any]) -> Iterator[str]:
    for name, counts in manifest["stages"].items():
        ways_out = sum(counts.get(k, 0) for k in ("out", "duplicates", "skipped", "superseded", "rejected"))
        if counts["in"] != ways_out:
            yield f"stage {name}: {counts['in']} in, {ways_out} out"


def _file_problems(out: Path, manifest: dict[str, Any]) -> Iterator[str]:
    for name, schema in TABLES.items():
        shards = shards_of(manifest, name)
        listed = {s.path for s in shards}
        for path in sorted((out / name).rglob("*")):
            shown = f"{name}/{path.relative_to(out / name).as_posix()}"
            if not path.is_dir() and shown not in listed:
                yield f"{shown} is not in the manifest"
        for shard in shards:
            yield from _shard_problems(out, shard, schema)
        entry, summed = manifest["tables"].get(name, {}), table_entry(shards)
        if (entry.get("rows"), entry.get("rows_digest")) != (summed["rows"], summed["rows_digest"]):
            yield f"{name}: rows or rows_digest in the manifest are not those of its files"
    of_model = {f"model/{name}": entry for name, entry in manifest["model"].get("files", {}).items()}
    for name, entry in {**manifest["files"], **of_model}.items():
        path = out / name
        if not path.is_file():
            yield f"{name} is missing"
        elif file_sha256(path) != entry["sha256"]:
            yield f"{name} does not have the sha256 of the manifest"


def _shard_problems(out: Path, shard: Shard, schema: pa.Schema) -> Iterator[str]:
    path = out / shard.path
    if not path.is_file():
        yield f"{shard.path} is missing"
        return
    if file_sha256(path) != shard.sha256:
        yield f"{shard.path} does not have the sha256 of the manifest"
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        yield f"{shard.path} cannot be read: {error}"
        return
    if not table.schema.equals(schema):
        yield f"{shard.path} does not have the schema of its table"
    elif table.num_rows != shard.rows:
        yield f"{shard.path} has {table.num_rows} rows, the manifest says {shard.rows}"
    elif rows_digest(table) != shard.rows_digest:
        yield f"{shard.path} does not have the rows_digest of the manifest"


def _value_problems(name: str, table: pa.Table) -> Iterator[str]:
    for field in table.schema:
        if not field.nullable and table.column(field.name).null_count:
            yield f"{name}.{field.name} holds nulls"
    for (owner, column), values in CLOSED_SETS.items():
        if owner != name:
            continue
        held = table.column(column)
        flat = pc.list_flatten(held) if pa.types.is_list(held.type) else held
        unknown = set(pc.unique(pc.drop_null(flat)).to_pylist()) - set(values)
        if unknown:
            yield f"{name}.{column} holds {sorted(unknown)[0]!r}, which is not in its closed set"
    keys = [c for c in KEYS[name] if c in table.schema.names]
    if name not in ("rejects", "alignments") and table.num_rows:
        rows = table.select(keys).group_by(keys).aggregate([]).num_rows
        if rows != table.num_rows:
            yield f"{name}: {table.num_rows - rows} rows repeat a key"


def _reference_problems(out: Path, manifest: dict[str, Any], ids: dict[str, Any]) -> Iterator[str]:
    articles = ids["article_id"]
    for column in ("page_id", "article_id"):
        repeated = len(ids[column]) - len(pc.unique(ids[column]))
        if repeated:
            yield f"{repeated} values of {column} stand in more than one part"
    yield from _missing("articles.cluster_id", ids["cluster_id"], articles)
    yield from _missing("articles.family_id", ids["family_id"], articles)
    whole = {
        name: _whole(out, manifest, name)
        for name in ("pairs", "clusters", "alignments", "clause_groups", "rejects")
    }
    for name, table in whole.items():
        yield from _value_problems(name, table)
    for column in ("left_id", "right_id"):
        yield from _missing(f"pairs.{column}", whole["pairs"].column(column), articles)
    if not pc.all(pc.less(whole["pairs"].column("left_id"), whole["pairs"].column("right_id"))).as_py() and (
        whole["pairs"].num_rows
    ):
        yield "pairs: left_id is not below right_id everywhere"
    yield from _missing("clusters.canonical_id", whole["clusters"].column("canonical_id"), articles)
    yield from _cluster_problems(whole["clusters"], ids["cluster_id"])
    yield from _alignment_problems(out, manifest, whole["alignments"])


def _whole(out: Path, manifest: dict[str, Any], name: str) -> pa.Table:
    tables = [pq.ParquetFile(out / s.path).read() for s in shards_of(manifest, name)]
    return pa.concat_tables([TABLES[name].empty_table(), *tables])


def _missing(what: str, values: Any, among: Any) -> Iterator[str]:
    present = pc.is_in(pc.drop_null(values), value_set=among)
    lost = len(present) - (pc.sum(present).as_py() or 0)
    if lost:
        yield f"{what}: {lost} rows refer to nothing"


def _cluster_problems(clusters: pa.Table, of_articles: Any) -> Iterator[str]:
    sizes = Counter(of_articles.to_pylist())
    told = dict(
        zip(clusters.column("cluster_id").to_pylist(), clusters.column("size").to_pylist(), strict=True)
    )
    real = {name: n for name, n in sizes.items() if n > 1}
    if told != real:
        wrong = sorted(k for k in told.keys() | real.keys() if told.get(k) != real.get(k))
        yield f"clusters: {len(wrong)} sizes are not those of the articles, {wrong[0]} first"


def _alignment_problems(out: Path, manifest: dict[str, Any], alignments: pa.Table) -> Iterator[str]:
    named = [alignments.column(c) for c in ("canonical_clause_id", "member_clause_id")]
    left = pc.unique(
        pc.drop_null(pa.chunked_array([c for column in named for c in column.chunks], pa.string()))
    )
    for shard in shards_of(manifest, "clauses"):
        if len(left):
            known = pq.ParquetFile(out / shard.path).read(["clause_id"]).column("clause_id")
            left = left.filter(pc.invert(pc.is_in(left, value_set=known)))
    if len(left):
        yield f"alignments: {len(left)} clauses are not in clauses, {left[0]} first"
