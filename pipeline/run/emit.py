"""Files of tables: written, or linked from the last generation where their rows did not change."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.run.corpus import Run
from pipeline.run.pages import without_page
from pipeline.schema import TABLES
from pipeline.store.digest import rows_digest
from pipeline.store.files import file_sha256, write_parquet, write_pieces
from pipeline.store.generations import folder_of
from pipeline.store.manifest import Shard, shards_of

# Rows a file of the tables that deduplication gives: 20 MB, and 300 MB while the digest of its rows is made.
WHOLE_ROWS = 1 << 18


def signature(*parts: object) -> str:
    """Return a digest of what a shard is made from."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def at(shards: Iterable[Shard], place: str) -> list[Shard]:
    """Return the files at `place` (table/stem), whichever site's folder they stand in."""
    return [shard for shard in shards if _place_of(shard) == place]


def _place_of(shard: Shard) -> str:
    table, _, path = shard.path.partition("/")
    return f"{table}/{path.rpartition('/')[2].rpartition('-')[0]}"


def old_shards(run: Run, place: str) -> list[Shard]:
    """Return the files of the last generation at `place`."""
    if not run.standing:  # asked for each segment and table: looked through once
        for shard in (s for table in TABLES for s in shards_of(run.manifest, table)):
            run.standing.setdefault(_place_of(shard), []).append(shard)
    return run.standing.get(place, [])


def link_shards(run: Run, folder: Path, place: str, made_from: str | None = None) -> list[Shard]:
    """Link the files of the last generation at `place`, those made from `made_from` where it is given."""
    return link_files(run, folder, [s for s in old_shards(run, place) if made_from in (None, s.made_from)])


def link_files(run: Run, folder: Path, shards: list[Shard]) -> list[Shard]:
    """Link files of the last generation, and return them."""
    for old in shards:
        (folder / old.path).parent.mkdir(exist_ok=True)
        os.link(folder_of(run.out, run.generation) / old.path, folder / old.path)
    return shards


def new_shard(
    folder: Path, place: str, table: pa.Table, made_from: str, digest: str | None = None
) -> list[Shard]:
    """Write the file of a table at `place`; none when there are no rows. `digest` is theirs, where known."""
    if not table.num_rows:
        return []
    digest = digest or rows_digest(table)
    path = _path(folder, place, digest)
    write_parquet(path, table, place.split("/")[0])
    shown = path.relative_to(folder).as_posix()
    return [Shard(shown, table.num_rows, file_sha256(path), digest, made_from)]


def spliced_shard(folder: Path, place: str, pieces: Sequence[memoryview], rows: int, digest: str) -> Shard:
    """Write the file of a table at `place` of which the pieces are at hand; `digest` is that of its rows."""
    path = _path(folder, place, digest)
    return Shard(path.relative_to(folder).as_posix(), rows, write_pieces(path, pieces), digest, "")


def _path(folder: Path, place: str, digest: str) -> Path:
    """Return where a file of a table is to be written; its folder is there."""
    path = folder / f"{place}-{digest[:8]}.parquet"
    path.parent.mkdir(exist_ok=True)
    return path


def page_shards(
    folder: Path, place: str, table: pa.Table, sites: Mapping[str, str | None] | None
) -> list[Shard]:
    """Write the files of a table cut by page: one, or one in the folder of each site, which `sites` tells."""
    if sites is None:
        return new_shard(folder, place, table, "")
    name, stem = place.split("/")
    shards = []
    for each, rows in cut_by_site(table, sites):
        shards += new_shard(folder, f"{name}/{each}/{stem}", rows, "")
    return shards


def cut_by_site(table: pa.Table, sites: Mapping[str, str | None]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the folder of each site that rows are of, in order, and these rows."""
    folders = pa.array([site_folder(sites[i]) for i in table.column("page_id").to_pylist()], pa.string())
    for each in sorted(folders.unique().to_pylist()):
        yield each, table.filter(pc.equal(folders, each))


def site_folder(site: str | None) -> str:
    """Return the folder of a site: no word of a page becomes a path; the manifest says which is whose.

    >>> site_folder("管理者范文网"), site_folder(None)
    ('site-b69dcfb2', 'site-none')
    """
    return "site-none" if site is None else f"site-{hashlib.sha256(site.encode()).hexdigest()[:8]}"


def write_empty(folder: Path, name: str) -> Shard:
    """Write a table without rows, so that reading it gives its columns."""
    path = folder / name / "part-empty.parquet"
    write_parquet(path, TABLES[name].empty_table(), name)
    return Shard(f"{name}/{path.name}", 0, file_sha256(path), rows_digest(TABLES[name].empty_table()), "")


def whole_shards(run: Run, folder: Path, name: str, tables: Iterable[pa.Table]) -> list[Shard]:
    """Write a table that belongs to no page, sorted, which comes in parts, in files of `WHOLE_ROWS` rows."""
    (folder / name).mkdir()
    shards: list[Shard] = []
    for number, piece in enumerate(_pieces(table.cast(TABLES[name]) for table in tables)):
        place, digest = f"{name}/part-{number:03d}", rows_digest(piece)
        made_from = signature(run.digests.code, name, digest)
        shards += link_shards(run, folder, place, made_from) or new_shard(
            folder, place, piece, made_from, digest
        )
    return shards


def _pieces(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows of tables in pieces of `WHOLE_ROWS`; the last one may have less."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        while sum(t.num_rows for t in held) >= WHOLE_ROWS:
            whole = pa.concat_tables(held)
            yield whole.slice(0, WHOLE_ROWS)
            held = [whole.slice(WHOLE_ROWS)]
            del whole
    if any(table.num_rows for table in held):
        yield pa.concat_tables(held)


def complete(folder: Path, shards: dict[str, list[Shard]]) -> dict[str, list[Shard]]:
    """Give every table without rows its empty file."""
    return {name: listed or [write_empty(folder, name)] for name, listed in shards.items()}


def rejects_table(run: Run) -> pa.Table:
    """Return the rows of `rejects`: sources without a body and bodies without a page, a row a source."""
    rows: list[dict[str, Any]] = []
    lost = {page.pop("page_id"): tuple(page.values()) for page in lost_pages(run).to_pylist()}
    for record in _without_rows(run.records, lost).to_pylist():
        if record["reason"] is not None:
            why = (record["reason"], record["detail"], record["excerpt"])
            rows.append(_reject_row(record["source"], None, "read", why))
        else:
            page_id = record["page_id"]
            rows.append(_reject_row(record["source"], page_id, "parse", lost[page_id]))
    rows.sort(key=lambda r: (r["source"], r["stage"], r["reason"], r["page_id"] or ""))
    return pa.Table.from_pylist(rows, schema=TABLES["rejects"])


def lost_pages(run: Run) -> pa.Table:
    """Return the bodies that give no page, with reason, detail and excerpt."""
    pages = run.pages.filter(pa.array(without_page(run.pages)))
    why = pc.coalesce(pages["reason"], pages["lost"])
    return pages.select(["page_id", "reason", "detail", "excerpt"]).set_column(1, "reason", why)


def _without_rows(records: pa.Table, lost: Iterable[str]) -> pa.Table:
    """Return the records that are rejects, and those of some bodies."""
    theirs = pc.is_in(records["page_id"], value_set=pa.array(list(lost), pa.string()))
    return records.filter(pc.or_(records["reason"].is_valid(), theirs))


def _reject_row(source: str, page_id: str | None, stage: str, why: tuple[str, str, str]) -> dict[str, Any]:
    return {"source": source, "page_id": page_id, "stage": stage} | dict(
        zip(("reason", "detail", "excerpt"), why, strict=True)
    )
