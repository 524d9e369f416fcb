"""`ingest`: the stages in their order, from the lock to the commit."""

import functools
import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import Config, load_config
from pipeline.errors import InputError, UsageError
from pipeline.page.sites import Site, shipped_sites
from pipeline.run import corpus, read
from pipeline.run.corpus import Options, Progress, Run
from pipeline.run.digests import digests
from pipeline.run.finish import finish
from pipeline.run.generation import commit, emit, renewed, same_program, unchanged
from pipeline.run.link import link
from pipeline.run.model import KEPT_OF_PAGES, fit_sites, knowledge_for
from pipeline.run.origin import provenance
from pipeline.run.pages import has, with_values
from pipeline.run.segments import DamagedStateError, load_pages, page_features
from pipeline.store import generations, state
from pipeline.store.files import full_disk_is_temporary
from pipeline.store.lock import locked
from pipeline.store.manifest import read_manifest
from pipeline.store.remote import is_url
from pipeline.store.scan import printable

logger = logging.getLogger("fanwen")
NOTHING_SPECIAL = Options()


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the main job: what it reads and writes, in words, and the function that does it."""

    name: str
    reads: str
    writes: str
    run: Callable[[Run], None]


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What an ingest did. `changed` False: the sources and the program are those of the last run."""

    generation: int
    changed: bool
    pages: int
    articles: int
    clusters: int
    rejects: int
    parsed: int
    sources: dict[str, int]  # seen, new_or_changed, unchanged, refused (no file to read), vanished
    seconds: dict[str, float]  # wall time of each stage that ran
    reject_rate: float
    above_reject_rate: bool


def ingest(
    raw: str | Path | None = "raw",
    structured: str | Path = "structured",
    *,
    config: Config | None = None,
    sites: tuple[Site, ...] = (),
    options: Options = NOTHING_SPECIAL,
    progress: Progress = lambda stage, done, total: None,
) -> IngestSummary:
    """Bring `structured` into step with the sources under `raw`: a folder, a file or a glob.

    New sources are added, changed ones replaced, vanished ones removed; rows of other roots stay. The tables
    are a pure function of the set of live bodies, their provenance, config, code and corpus model. `sites`
    come before the shipped site rules. `progress(stage, done, total)` is called now and then.

    Raises InputError when `raw` cannot be read, TemporaryError when another run holds `structured` or the
    disk is full, ContractError when `structured` is not an output of this program, UsageError when it is a
    URL. Whatever is raised, and whenever the process dies, the last complete tables stand and the next run
    goes on from there.
    """
    _require_paths(raw, str(structured))
    out = Path(structured)
    settings = config or load_config()
    rules = (*sites, *shipped_sites())
    begin = functools.partial(
        Run,
        out=out,
        root=None if raw is None else str(raw),
        root_id="" if raw is None else corpus.root_id(out, str(raw)),
        config=settings,
        sites=rules,
        options=options,
        digests=digests(settings, rules),
        progress=progress,
    )
    new = options.dry_run and not out.exists()  # nothing to lock, and nothing is written
    with full_disk_is_temporary(out), nullcontext() if new else locked(out):
        try:
            return _locked_ingest(begin())
        except DamagedStateError as error:
            logger.warning("%s: what it held is found out again", error)
            state.drop_derived(generations.state_of(out, generations.current(out)))
            return _locked_ingest(begin())


def _require_paths(raw: str | Path | None, out: str) -> None:
    """Raise UsageError where one of the folders is not named, both are one, or a name cannot be written."""
    if is_url(out):
        raise UsageError(f"{out}: an output is a local folder; copy it out when it is written")
    if not out or (raw is not None and not str(raw)):
        raise UsageError("an empty path: name the folder of the sources and that of the output")
    if raw is not None and os.path.realpath(raw) == os.path.realpath(out):
        raise UsageError(f"{out} cannot hold both the sources and the output: give another --out")
    if raw is not None and any("\ud800" <= char <= "\udfff" for char in str(raw)):
        raise UsageError(
            f"{printable(str(raw))}: a name that is not UTF-8, which no table can hold: rename it"
        )


def _locked_ingest(run: Run) -> IngestSummary:
    _open(run)
    for stage in STAGES:
        started = time.perf_counter()
        stage.run(run)
        run.seconds[stage.name] = round(time.perf_counter() - started, 3)
        if run.done:
            break
    return _summary(run)


def _open(run: Run) -> None:
    if run.options.dry_run:
        run.generation = generations.current(run.out)
    else:
        run.generation = generations.recover(run.out, run.config.ingest.keep_generations)
    if run.generation:
        run.manifest = read_manifest(run.out)
    corpus.load_sources(run)
    corpus.forget(run)


def _find_changes(run: Run) -> None:
    """Stage `scan`: what has changed under RAW; a dry run ends here."""
    read.find_changes(run)
    for what in renewed(run):
        logger.info("%s", what)
    run.done = run.options.dry_run or (run.untouched and same_program(run))
    if not run.done:
        load_pages(run)
        read.load_spool(run)


def _settle(run: Run) -> None:
    """Stage `settle`: nothing changed, nothing to do."""
    run.origin = provenance(run.records)
    run.done = unchanged(run)


def _features(run: Run) -> None:
    """Stage `features`: every live body cut with this code, whatever the corpus knows of it."""
    read.cut_missing(run, read.feature_keys(run), _leaks(run))
    live = pc.is_in(run.pages["page_id"], value_set=run.origin["page_id"].combine_chunks())
    run.pages = run.pages.filter(live).combine_chunks()


def _leaks(run: Run) -> dict[str, str]:
    """Return the leak tables that sites lend to pages, as JSON by page id; most lend none."""
    told = run.pages["known"].unique().drop_null().to_pylist()  # the same for many
    tables = {known: json.loads(known)["leaks"] for known in told}
    lent = {known: json.dumps(table, sort_keys=True) for known, table in tables.items() if table}
    pages = run.pages.select(["page_id", "known"])
    pages = pages.filter(pc.is_in(pages["known"], value_set=pa.array(lent, pa.string())))
    return {i: lent[known] for i, known in zip(*(c.to_pylist() for c in pages.columns), strict=True)}


def _model(run: Run) -> None:
    """Stage `model`: what the sites' pages say of their site; refitted below `refit_below` pages."""
    path = run.out / "model" / "sites.json"
    stored = json.loads(path.read_text("utf-8")) if path.is_file() else None
    run.refit = run.options.refit or run.origin.num_rows < run.config.ingest.refit_below or stored is None
    run.model = fit_sites(functools.partial(page_features, run)) if run.refit else stored or {}
    old = stored or {}
    changed = {site for site in run.model.keys() | old.keys() if run.model.get(site) != old.get(site)}
    of_changed = np.asarray(pc.is_in(run.pages["site"], value_set=pa.array(changed, pa.string())))
    asked = has(run.pages["segment"], "") | of_changed
    found = knowledge_for(run.model, page_features(run, KEPT_OF_PAGES, asked)) if asked.any() else {}
    ids = run.pages["page_id"].filter(pa.array(asked)).to_pylist()
    run.pages = with_values(run.pages, "known", np.flatnonzero(asked), list(map(found.get, ids)))


def _parse(run: Run) -> None:
    """Stage `parse`: the pages to which their site lends a leak table, cut with it.

    And those that were cut with one and are lent none any more.
    """
    known = run.pages["known"]
    read.cut_missing(run, run.pages["feature_key"], _leaks(run))
    run.pages = with_values(run.pages, "known", np.arange(len(known)), known.combine_chunks())


def _link(run: Run) -> None:
    """Stage `link`: captures of one address, continued lists of articles."""
    run.links = link(run.pages, run.origin)


STAGES = (
    Stage("scan", "RAW, state", "files that changed", _find_changes),
    Stage("read", "files that changed", "records, pages cut", read.read_changed),
    Stage("settle", "records, manifest", "whether there is anything to do", _settle),
    Stage("features", "bodies", "pages cut, features", _features),
    Stage("model", "features", "model/sites.json", _model),
    Stage("parse", "bodies, leak tables", "pages cut", _parse),
    Stage("link", "records, pages cut", "places of pages", _link),
    Stage("finish", "pages cut, places", "tables by page, JSON Lines", finish),
    Stage("emit", "articles, clauses", "state, model, all other tables", emit),
    Stage("commit", "a complete generation", "the current generation", commit),
)


def _summary(run: Run) -> IngestSummary:
    rows = {name: entry["rows"] for name, entry in run.manifest.get("tables", {}).items()}
    records = run.manifest.get("stages", {}).get("records", {"in": 0})["in"]
    share = rows.get("rejects", 0) / max(1, records)
    return IngestSummary(
        generation=run.generation,
        changed=not run.done,
        pages=rows.get("pages", 0),
        articles=rows.get("articles", 0),
        clusters=rows.get("clusters", 0),
        rejects=rows.get("rejects", 0),
        parsed=run.parsed,
        sources={
            "seen": run.seen,
            "new_or_changed": run.n_changed,
            "unchanged": run.seen - run.n_changed - run.stages["scan"]["rejected"],
            "refused": run.stages["scan"]["rejected"],
            "vanished": len(run.vanished),
        },
        seconds=run.seconds,
        reject_rate=share,
        above_reject_rate=share > run.config.ingest.max_reject_rate,
    )


def fit(structured: str | Path = "structured", *, config: Config | None = None) -> IngestSummary:
    """Recompute the corpus model from all pages, and the rows that depend on it.

    Only pages that the new model changes are read again. Raises what `ingest` raises, InputError where there
    is no output.
    """
    if not generations.current(Path(structured)):
        raise InputError(f"{structured} holds no tables: run `fanwen ingest RAW --out {structured}`")
    return ingest(None, structured, config=config, options=Options(refit=True))
