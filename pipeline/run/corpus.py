"""The run under way: what was there before, what the sources hold now, and bodies read again."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import Config
from pipeline.errors import ContractError, InputError, TemporaryError
from pipeline.page.sites import Site
from pipeline.run.digests import Digests
from pipeline.run.link import LINKS
from pipeline.run.origin import ORIGIN
from pipeline.store import generations, state
from pipeline.store.containers import Record
from pipeline.store.manifest import Shard
from pipeline.store.remote import is_url, split_url, stat_url
from pipeline.store.scan import SourceFile, split_glob
from pipeline.store.sources import read_source
from pipeline.store.state import FILES, PAGES, RECORDS

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What one call of ingest asks for, beyond the configuration."""

    verify: bool = False  # read every file again, whatever its size and time say
    retry: bool = False  # take pages again that timed out or lost their worker
    refit: bool = False  # recompute the corpus model
    dry_run: bool = False  # say what would be done
    forget: tuple[str, ...] = ()  # roots whose rows are dropped


class Compared(NamedTuple):
    """A file of articles that stayed but for what comparison says: its path before and now, and rows.

    Rows of which it says something else, as they were and as they are.
    """

    before: str
    after: str
    gone: pa.Table
    come: pa.Table


@dataclass(slots=True)
class Run:
    """One ingest. The stages fill it in their order; nothing outside it is changed before the commit.

    From stage `features` on, `pages`, `origin` and, once there, `links` are of the same bodies, row by row.
    """

    out: Path
    root: str | None  # as given; None: no root is looked at (fit)
    root_id: str
    config: Config
    sites: tuple[Site, ...]
    options: Options
    digests: Digests
    progress: Progress
    generation: int = 0  # the current one; 0 = none
    held: bool = False  # the state of the current generation is there and can be read
    untouched: bool = False  # the scan found nothing new, changed or gone
    manifest: dict[str, Any] = field(default_factory=dict)
    changed: list[SourceFile] = field(default_factory=list)  # until they are read
    n_changed: int = 0
    vanished: list[str] = field(default_factory=list)
    seen: int = 0  # files and refused names under RAW
    paths: dict[tuple[str, str], str] = field(default_factory=dict)  # where names are not plain UTF-8
    files: pa.Table = field(default_factory=FILES.empty_table)
    records: pa.Table = field(default_factory=RECORDS.empty_table)
    before: pa.Table = field(default_factory=RECORDS.empty_table)  # the records of the last run
    pages: pa.Table = field(default_factory=PAGES.empty_table)  # every body whose cut is at hand
    origin: pa.Table = field(default_factory=ORIGIN.empty_table)  # every body of the sources
    segments: dict[str, Any] = field(default_factory=dict)  # of the last run (`run/segments.py`)
    model: dict[str, Any] = field(default_factory=dict)
    refit: bool = True
    links: pa.Table = field(default_factory=LINKS.empty_table)
    remade: set[str] = field(default_factory=set)  # pages that are not made as the last run made them
    shards: dict[str, list[Shard]] = field(default_factory=dict)  # files of the tables written so far
    sites_written: set[str | None] = field(default_factory=set)  # sites whose pages this run has written
    json_files: dict[str, dict[str, Any]] = field(default_factory=dict)  # their entries of the manifest
    standing: dict[str, list[Shard]] = field(default_factory=dict)  # files of the last generation, by place
    compared: list[Compared] = field(default_factory=list)
    assignments: Any = None  # Arrow table: what comparison says of each article
    next_manifest: dict[str, Any] = field(default_factory=dict)
    done: bool = False  # nothing is left to do
    parsed: int = 0
    stages: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def root_id(out: Path, root: str) -> str:
    """Return the name of a root in the state: its path from the folder that holds `out`, so both may move.

    >>> root_id(Path("/data/structured"), "/data/raw/")
    'raw'
    >>> root_id(Path("/data/structured"), "s3://bucket/raw/")
    's3://bucket/raw'
    """
    if is_url(root):
        return root.rstrip("/")
    return os.path.relpath(os.path.abspath(root), os.path.abspath(out.parent))


def root_path(out: Path, identity: str) -> str:
    """Return the path of a root from its name in the state."""
    if is_url(identity):
        return identity
    return os.path.normpath(os.path.join(os.path.abspath(out.parent), identity))


def page_id_of(body: bytes) -> str:
    """Return the id of a page: the first 32 hex digits of the sha256 of its body (contract §4)."""
    return hashlib.sha256(body).hexdigest()[:32]


def load_sources(run: Run) -> None:
    """Fill in the files and records of the last run; without a readable state, RAW is unseen.

    Raises ContractError where the rows of another root would be lost with the state.
    """
    folder = generations.state_of(run.out, run.generation)
    files, records = state.read_files(folder), state.read_records(folder)
    if files is not None and records is not None:
        run.held = True
        run.files, run.records, run.before = files, records, records
        return
    forgotten = {root_id(run.out, root) for root in run.options.forget}
    lost = sorted(set(run.manifest.get("roots", ())) - forgotten - {run.root_id})
    if lost:
        raise ContractError(
            f"{run.out}/.state cannot be read, so the rows of {', '.join(lost)} cannot be kept: "
            f"remove {run.out} and ingest every root anew, or ingest one and give --forget for the others"
        )


def forget(run: Run) -> None:
    """Drop the sources of the roots to be forgotten.

    Raises InputError for a root that is not in the output.
    """
    told = set(run.manifest.get("roots", ()))
    known = sorted({*roots_of(run), *told})
    for root in run.options.forget:
        identity = root_id(run.out, root)
        if identity not in known:
            raise InputError(f"no rows come from {root}; roots: {', '.join(known) or 'none'}")
        run.files, run.records = (
            rows.filter(pc.not_equal(rows["root"], identity)) for rows in (run.files, run.records)
        )


def roots_of(run: Run) -> list[str]:
    """Return the names of the roots from which files or refused names came, in order."""
    return sorted({root for rows in (run.files, run.records) for root in rows["root"].unique().to_pylist()})


def again(run: Run, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    """Read again the bodies named by page id, each once, file by file.

    Raises InputError when a root is gone, TemporaryError when a source has changed since it was scanned.
    """
    missing = set(wanted)
    homes: dict[tuple[str, str], set[str]] = defaultdict(set)
    placed: set[str] = set()
    asked = pc.is_in(run.records["page_id"], value_set=pa.array(wanted, pa.string()))
    found_in = run.records.select(["root", "name", "page_id"]).filter(asked)
    for root, name, page_id in zip(*(column.to_pylist() for column in found_in.columns), strict=True):
        if page_id not in placed:
            placed.add(page_id)
            homes[root, name].add(page_id)
    for (root, name), ids in sorted(homes.items()):
        for found in read_source(_source(run, root, name), run.config.ingest):
            if isinstance(found, Record) and (page_id := page_id_of(found.body)) in ids & missing:
                missing.discard(page_id)
                yield page_id, found.body
        if lost := ids & missing:
            raise TemporaryError(
                f"{len(lost)} pages of {name} under {root} have changed: run ingest {root} again"
            )


def _source(run: Run, root: str, name: str) -> SourceFile:
    base = str(split_glob(root_path(run.out, root))[0])
    path = base if os.path.isfile(base) else run.paths.get((root, name), os.path.join(base, name))
    try:
        if is_url(root):
            return stat_url(split_url(root)[0], name)
        info = os.stat(path)
    except OSError as error:
        raise InputError(
            f"{name} under {root} must be read again and is gone ({error.strerror}): "
            f"run ingest {root}, or ingest with --forget {root}"
        ) from error
    return SourceFile(name, path, info.st_size, info.st_mtime_ns)
