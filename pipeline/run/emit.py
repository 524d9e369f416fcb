"""The tables of a new generation: files written, and those that did not change linked from the old one."""

import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.run import build
from pipeline.run.corpus import Run
from pipeline.run.shards import parsed_path, read_parsed
from pipeline.schema import TABLES
from pipeline.store.digest import rows_digest
from pipeline.store.files import file_sha256, write_parquet
from pipeline.store.generations import folder_of
from pipeline.store.jsonl import json_lines
from pipeline.store.manifest import Shard, shards_of

WHOLE_ROWS = 1 << 20  # rows a file of the tables that deduplication gives


def signature(*parts: object) -> str:
    """Return a digest of what a shard is made from."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def write_shard(run: Run, folder: Path, place: str, made: tuple[str, Callable[[], pa.Table]]) -> Shard | None:
    """Write one file of a table at `place` (table/stem), or link the old one when it was made from the same.

    `made` is what it is made from, and how. Returns None when there are no rows.
    """
    (name, stem), (made_from, make) = place.split("/"), made
    for old in shards_of(run.manifest, name):
        if old.made_from == made_from and Path(old.path).name.startswith(stem + "-"):
            os.link(folder_of(run.out, run.generation) / old.path, folder / old.path)
            return old
    table = make()
    if not table.num_rows:
        return None
    digest = rows_digest(table)
    path = folder / name / f"{stem}-{digest[:8]}.parquet"
    write_parquet(path, table, name)
    return Shard(f"{name}/{path.name}", table.num_rows, file_sha256(path), digest, made_from)


def write_empty(folder: Path, name: str) -> Shard:
    """Write a table without rows, so that reading it gives its columns."""
    path = folder / name / "part-empty.parquet"
    write_parquet(path, TABLES[name].empty_table(), name)
    return Shard(f"{name}/{path.name}", 0, file_sha256(path), rows_digest(TABLES[name].empty_table()), "")


def page_shards(run: Run, folder: Path, state: Path, parts: int) -> dict[str, list[Shard]]:
    """Write the tables that are cut by page: pages, articles, clauses, edits and lines."""
    shards: dict[str, list[Shard]] = {n: [] for n in ("pages", "articles", "clauses", "edits", "lines")}
    for name in shards:
        (folder / name).mkdir()
    for part in range(parts):
        run.progress("emit", part, parts)
        parsed = read_parsed(parsed_path(state, part, parts), None)
        for name in shards:
            made = (_made_from(run, parsed, name), functools.partial(rows_of, run, parsed, name))
            if shard := write_shard(run, folder, f"{name}/part-{part:03d}", made):
                shards[name].append(shard)
    return shards


def rows_of(run: Run, parsed: pa.Table, name: str) -> pa.Table:
    """Return the rows of one of the five tables, sorted by page."""
    if name == "pages":
        return build.page_table(parsed, run.links, run.origin)
    if name == "articles":
        return _article_table(run, parsed)
    return build.nested_table(parsed, name, run.links)


def _article_table(run: Run, parsed: pa.Table) -> pa.Table:
    rows = build.latest_articles(parsed, run.links)
    place = pc.index_in(rows.column("article_id"), value_set=run.assignments.column("id"))
    found = run.assignments.take(place).drop_columns(["id"])
    for column in found.schema.names:
        rows = rows.append_column(column, found.column(column))
    return rows.select(TABLES["articles"].names).cast(TABLES["articles"])


def _made_from(run: Run, parsed: pa.Table, name: str) -> str:
    """Return the digest of all that decides the rows of a shard."""
    ids = parsed.column("page_id").to_pylist()
    places = [(k.first, k.offset, k.latest) for k in (run.links[i] for i in ids)]
    parts: list[object] = [run.digests.code, name, ids, parsed.column("key").to_pylist()]
    if name != "edits":
        parts.append(places)
    if name == "pages":
        parts.append([(o.sources, o.url, o.first) for o in (run.origin[i] for i in ids)])
    if name == "articles":
        rows = build.latest_articles(parsed, run.links).column("article_id")
        place = pc.index_in(rows, value_set=run.assignments.column("id"))
        parts.append(rows_digest(run.assignments.take(place)))
    return signature(*parts)


def whole_shards(run: Run, folder: Path, name: str, table: pa.Table) -> list[Shard]:
    """Write a table that belongs to no page, sorted, in files of `WHOLE_ROWS` rows."""
    (folder / name).mkdir()
    table = table.cast(TABLES[name])
    shards: list[Shard] = []
    for number, start in enumerate(range(0, table.num_rows, WHOLE_ROWS)):
        piece = table.slice(start, WHOLE_ROWS)
        made = (signature(run.digests.code, name, rows_digest(piece)), functools.partial(_given, piece))
        if shard := write_shard(run, folder, f"{name}/part-{number:03d}", made):
            shards.append(shard)
    return shards


def _given(table: pa.Table) -> pa.Table:
    return table


def complete(folder: Path, shards: dict[str, list[Shard]]) -> dict[str, list[Shard]]:
    """Give every table without rows its empty file."""
    return {name: listed or [write_empty(folder, name)] for name, listed in shards.items()}


def rejects_table(run: Run) -> pa.Table:
    """Return the rows of `rejects`: sources without a body and bodies without a page, a row a source."""
    rows: list[dict[str, Any]] = []
    for record in run.records:
        page = run.pages.get(record.page_id) if record.page_id else None
        if record.reason is not None:
            rows.append(
                _reject_row(record.source, None, "read", (record.reason, record.detail, record.excerpt))
            )
        elif page is not None and page.reason is not None:
            why = (page.reason, page.detail, page.excerpt)
            rows.append(_reject_row(record.source, page.page_id, "parse", why))
    rows.sort(key=lambda r: (r["source"], r["stage"], r["reason"], r["page_id"] or ""))
    return pa.Table.from_pylist(rows, schema=TABLES["rejects"])


def _reject_row(source: str, page_id: str | None, stage: str, why: tuple[str, str, str]) -> dict[str, Any]:
    return {"source": source, "page_id": page_id, "stage": stage} | dict(
        zip(("reason", "detail", "excerpt"), why, strict=True)
    )


def write_json_lines(folder: Path, state: Path, parts: int, run: Run) -> dict[str, int]:
    """Write `pages.jsonl` and `clauses.jsonl`, a part at a time; return their rows."""
    rows = {"pages.jsonl": 0, "clauses.jsonl": 0}
    with open(folder / "pages.jsonl", "wb") as pages, open(folder / "clauses.jsonl", "wb") as clauses:
        for part in range(parts):
            parsed = read_parsed(parsed_path(state, part, parts), None)
            for line in build.page_lines(parsed, run.links, run.origin):
                pages.write(line)
                rows["pages.jsonl"] += 1
            table = rows_of(run, parsed, "clauses")
            clauses.write(json_lines(table))
            rows["clauses.jsonl"] += table.num_rows
        for handle in (pages, clauses):
            handle.flush()
            os.fsync(handle.fileno())
    return rows
