"""The stages that write: a new generation beside the current one, then the commit."""

import ctypes
import dataclasses
import datetime
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import Config, ScrapeConfig, config_digest
from pipeline.records import SCHEMA_VERSION
from pipeline.run import across, dedupe, groups
from pipeline.run import emit as tables
from pipeline.run.changes import changes
from pipeline.run.corpus import Run, roots_of
from pipeline.run.digests import of_rows
from pipeline.run.pages import articles_left, without_page
from pipeline.run.read import read_otherwise
from pipeline.schema import TABLES
from pipeline.store import generations, state
from pipeline.store.digest import rows_digest
from pipeline.store.files import write_bytes, write_parquet
from pipeline.store.manifest import Shard, file_entry, table_entry, write_manifest
from pipeline.store.model import CLAUSE_SHINGLES, SHINGLES, model_table

COPIED = ("changes", "runs")


def same_program(run: Run) -> bool:
    """Say whether the current generation is of this code and configuration, and no more was asked for."""
    special = run.options.refit or run.options.retry or run.options.forget
    return bool(run.generation) and not special and run.manifest["digests"] == _digests(run)


def renewed(run: Run) -> list[str]:
    """Say what of the program is not as it was in the last run, and what that makes anew."""
    if not run.generation:
        return []
    before, now = run.manifest["digests"], _digests(run)
    anew = ["every file is read again"] if read_otherwise(run) else []
    if before["parse"] != now["parse"]:
        anew.append("every page is cut again")
    if before["dedup"] != now["dedup"]:
        anew.append("all articles and clauses are compared again")
    told = "configuration" if before["config"] != now["config"] else "program"
    return [f"the {told} has changed since generation {run.generation}: {', '.join(anew)}"] if anew else []


def unchanged(run: Run) -> bool:
    """Say whether the current generation already is what this run would write."""
    if run.options.refit or not run.generation or run.manifest["digests"] != _digests(run):
        return False
    if read_otherwise(run):
        return False
    folder = generations.state_of(run.out, run.generation)
    same = run.held and len(run.before) == len(run.records)
    if not same or rows_digest(run.before) != rows_digest(run.records):
        return False
    at_hand = pc.is_in(run.origin["page_id"], value_set=run.pages["page_id"].combine_chunks())
    retried = not pc.all(at_hand, min_count=0).as_py()
    files = state.read_files(folder)
    if not retried and (files is None or rows_digest(files) != rows_digest(run.files)):
        state.write_files(folder, run.files)  # same content under new times: nothing to read next time
    return not retried


def _digests(run: Run) -> dict[str, str]:
    return {
        "config": config_digest(_of_rows(run.config)),
        "code": run.digests.code,
        "parse": run.digests.parse,
        "dedup": run.digests.dedup,
    }


def _of_rows(config: Config) -> Config:
    """Return a configuration without what changes no row: processes, memory, what is kept, the crawler."""
    ingest = dataclasses.replace(
        config.ingest, workers=0, max_reject_rate=0.0, keep_generations=0, keep_runs=0
    )
    return dataclasses.replace(config, ingest=ingest, dedup=of_rows(config.dedup), scrape=ScrapeConfig())


def emit(run: Run) -> None:
    """Stage `emit`: write the state, the model and every table of the next generation that is left."""
    folder = generations.folder_of(run.out, run.generation + 1)
    kept = generations.state_of(run.out, run.generation + 1)
    state.write_files(kept, run.files)
    state.write_records(kept, run.records)
    state.write_pages(kept, run.pages)
    rejects = tables.rejects_table(run)
    shards, model_digest = _compare_and_write(run, folder, kept, rejects)
    _history(run, folder, shards)
    reasons = Counter(rejects["reason"].to_pylist())
    run.next_manifest = _manifest(run, folder, shards, model_digest, reasons) | {"files": run.json_files}


def _compare_and_write(
    run: Run, folder: Path, kept: Path, rejects: pa.Table
) -> tuple[dict[str, list[Shard]], str]:
    _give_back()  # of the pages that were finished: up to 300 MB
    compared, model = dedupe.compare(run)
    (folder / "model").mkdir()
    write_bytes(folder / "model" / "sites.json", _json(run.model))
    write_parquet(folder / "model" / SHINGLES, model_table(model), "model")
    run.assignments = compared.pop("assignments")
    fresh = dedupe.write_articles(run, folder)
    shards = run.shards
    compared |= {"alignments": across.alignments(run, fresh), "rejects": rejects}
    for name in list(compared):
        shards[name] = tables.whole_shards(run, folder, name, [compared.pop(name)])
    run.assignments = run.assignments.select(["canonical"])  # what is left to do is to count them
    del fresh
    _give_back()  # of the articles, before clauses take their place
    found, of_clauses = groups.clause_groups(run)
    _give_back()
    shards["clause_groups"] = tables.whole_shards(run, folder, "clause_groups", found)
    write_parquet(folder / "model" / CLAUSE_SHINGLES, model_table(of_clauses), "model")
    _account(run, shards)
    return tables.complete(folder, shards), f"{model.digest()} {of_clauses.digest()}"


def _give_back() -> None:
    """Give free memory back to the system: Arrow's, and what the C library keeps between things in use."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _rows(shards: list[Shard]) -> int:
    return sum(s.rows for s in shards)


def _account(run: Run, shards: dict[str, list[Shard]]) -> None:
    """Write down rows in, out and rejected of every stage."""
    records, live = len(run.records), len(run.pages)
    refused, lost = run.records["page_id"].null_count, without_page(run.pages)
    skipped = pc.sum(run.files["skipped"], min_count=0).as_py()
    counts = np.where(lost, 0, articles_left(run.pages))
    run.stages |= {
        "records": {
            "in": records + skipped,
            "out": live,
            "duplicates": records - refused - live,
            "skipped": skipped,
            "rejected": refused,
        },
        "pages": {"in": live, "out": _rows(shards["pages"]), "rejected": int(lost.sum())},
        "articles": {
            "in": int(counts.sum()),
            "out": _rows(shards["articles"]),
            "superseded": int(counts[~np.asarray(run.links["latest"])].sum()),
        },
        "dedup": {"in": run.assignments.num_rows, "out": _rows(shards["articles"]), "rejected": 0},
    }


def _manifest(
    run: Run, folder: Path, shards: dict[str, list[Shard]], model_digest: str, reasons: Counter[str]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "generation": run.generation + 1,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "roots": roots_of(run),
        "digests": _digests(run),
        "readers": _readers(run),
        "model": {
            "digest": tables.signature(run.model, model_digest),
            "fitted": run.generation + 1 if run.refit else run.manifest["model"]["fitted"],
            "files": {p.name: file_entry(p) for p in sorted((folder / "model").iterdir())},
        },
        "tables": {name: table_entry(shards[name]) for name in TABLES},
        "stages": run.stages,
        "rejects": dict(sorted(reasons.items())),
        "parsed": run.parsed,
        "seconds": run.seconds,
        "folders": _folders(run),
    }


def _readers(run: Run) -> dict[str, str]:
    """Return how the files of each root were read; those of others than RAW stay as they are."""
    scanned = {} if run.root is None else {run.root_id: run.digests.read}
    return dict(sorted((run.manifest.get("readers", {}) | scanned).items()))


def _folders(run: Run) -> dict[str, str | None]:
    """Return which site each folder of a table cut by site holds."""
    known = run.manifest.get("folders", {}) | {tables.site_folder(site): site for site in run.sites_written}
    used = {part for s in run.shards["pages"] for part in s.path.split("/")[1:-1]}
    return {folder: known[folder] for folder in sorted(used)}


def _history(run: Run, folder: Path, shards: dict[str, list[Shard]]) -> None:
    """Carry over as many feeds and records of runs as are kept, and add the feed of this one."""
    old, number = generations.folder_of(run.out, run.generation), run.generation + 1
    for name in COPIED:
        (folder / name).mkdir()
        if run.generation and (old / name).is_dir():
            for path in sorted((old / name).iterdir()):
                if int(path.stem) > number - run.config.ingest.keep_runs:
                    os.link(path, folder / name / path.name)
    feed = changes(old, folder, shards, run.remade, run.compared)
    write_parquet(folder / "changes" / f"{number:06d}.parquet", feed, "changes")


def commit(run: Run) -> None:
    """Stage `commit`: the manifest and the record of the run, then the one rename; the spool goes."""
    folder = generations.folder_of(run.out, run.generation + 1)
    record = {
        k: run.next_manifest[k] for k in ("generation", "created", "stages", "rejects", "parsed", "seconds")
    }
    write_bytes(folder / "runs" / f"{run.generation + 1:06d}.json", _json(record))
    write_manifest(folder, run.next_manifest)
    generations.commit(run.out, run.generation + 1, run.config.ingest.keep_generations)
    run.generation, run.manifest = run.generation + 1, run.next_manifest
    generations.drop_spool(run.out)
