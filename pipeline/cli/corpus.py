"""Commands on an output folder and on whole corpora."""

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import ConfigFile, SiteFiles, a_path, app, logger, print_json, settings_of, told
from pipeline.cli.progress import shown_progress
from pipeline.engine.lean import leave_pandas_out, run_lean

if TYPE_CHECKING:
    from pipeline.run import IngestSummary

REJECTS_ABOVE_RATE = 3  # exit code: finished, but too many sources were rejected (contract §2)


class Engine(StrEnum):
    """Where the kernels run."""

    local = "local"


class Pairs(StrEnum):
    """Which pairs are written."""

    canonical = "canonical"
    all = "all"


Structured = Annotated[
    Path, typer.Argument(parser=a_path, metavar="STRUCTURED", help="Folder that ingest writes.")
]
Tables = Annotated[Path, typer.Option(parser=a_path, metavar="FOLDER", help="Where the tables go.")]
Given = Annotated[Path, typer.Argument(parser=a_path, metavar="TABLE", help="Parquet, JSON Lines or CSV.")]
Found = Annotated[
    Path,
    typer.Option(
        parser=a_path, metavar="FOLDER", help="Folder for pairs, clusters and assignments (.parquet)."
    ),
]
Deduplicated = Annotated[
    Path | None,
    typer.Option(
        parser=a_path,
        metavar="TABLE",
        help="A table that was deduplicated; --in is then the --out of `dedup`.",
    ),
]
In = Annotated[Path, typer.Option("--in", parser=a_path, metavar="FOLDER", help="Folder that ingest writes.")]
Against = Annotated[Path, typer.Option(parser=a_path, metavar="FOLDER", help="Folder that ingest writes.")]
Forget = Annotated[
    list[str] | None, typer.Option(metavar="ROOT", help="Drop the rows of this root; more than once.")
]
Retry = Annotated[bool, typer.Option(help="Take pages again that timed out or lost their worker.")]
JsonLines = Annotated[bool, typer.Option("--json/--no-json", help="Write pages.jsonl, clauses.jsonl.")]
BySite = Annotated[
    bool | None, typer.Option("--by-site/--no-by-site", help="Cut the tables into a folder a site.")
]


def _told(summary: "IngestSummary", out: Path) -> None:
    what = f"{summary.pages} pages, {summary.articles} articles, {summary.clusters} clusters of duplicates"
    state = f"generation {summary.generation}" if summary.changed else "nothing has changed"
    went = f", {summary.sources['vanished']} vanished" if summary.sources["vanished"] else ""
    message = "%s: %s; %d parsed, %d rejected%s; %s"
    record = {"run": dataclasses.asdict(summary)}  # in a log of JSON
    logger.info(message, out, what, summary.parsed, summary.rejects, went, state, extra=record)
    if summary.above_reject_rate:
        logger.error("rejects are %.1f %% of the sources: see `fanwen rejects`", summary.reject_rate * 100)
        raise typer.Exit(REJECTS_ABOVE_RATE)


@app.command()
def ingest(
    raw: Annotated[str, typer.Argument(metavar="RAW", help="Folder, file or glob of sources.")] = "raw",
    out: Tables = Path("structured"),
    workers: Annotated[int | None, typer.Option(min=0, help="Processes; 0 = one a core.")] = None,
    engine: Annotated[Engine, typer.Option(help="Where the work runs.")] = Engine.local,
    config: ConfigFile = None,
    sites: SiteFiles = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would be done; write nothing.")] = False,
    verify: Annotated[bool, typer.Option(help="Read every file again, whatever its time says.")] = False,
    retry: Retry = False,
    forget: Forget = None,
    json_lines: JsonLines = True,
    by_site: BySite = None,
    max_reject_rate: Annotated[float | None, typer.Option(min=0, max=1, help="Above: exit 3.")] = None,
) -> None:
    """Bring the tables into step with the sources: new added, changed replaced, vanished removed."""
    from pipeline.config import override

    run_lean()
    from pipeline.run import Options
    from pipeline.run import ingest as run_ingest
    from pipeline.store.sites import load_sites

    given = {
        "workers": workers,
        "max_reject_rate": max_reject_rate,
        "json_lines": json_lines,
        "by_site": by_site,
    }
    settings = override(settings_of(config), "ingest", **given)
    options = Options(verify=verify, retry=retry, dry_run=dry_run, forget=tuple(forget or ()))
    with shown_progress(logger) as progress:
        summary = run_ingest(
            raw, out, config=settings, sites=load_sites(sites or []), options=options, progress=progress
        )
    if dry_run:
        counts = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in summary.sources.items())
        logger.info("%s: would take sources: %s; nothing written", out, counts)
    else:
        _told(summary, out)


@app.command()
def fit(out: Structured = Path("structured"), config: ConfigFile = None) -> None:
    """Recompute the corpus model from all pages, and the rows that depend on it."""
    run_lean()
    from pipeline.run import fit as run_fit

    _told(run_fit(out, config=settings_of(config)), out)


@app.command()
def status(out: Structured = Path("structured")) -> None:
    """Print what an output folder holds: roots, rows, rejects, the last run."""
    leave_pandas_out()
    from pipeline.store.manifest import status as status_of

    print_json(status_of(out), indent=2)


@app.command()
def report(
    out: Structured = Path("structured"),
    target: Annotated[
        Path, typer.Option("--out", parser=a_path, metavar="FILE", help="The HTML file to write.")
    ] = Path("report.html"),
) -> None:
    """Write a self-contained HTML report of the tables."""
    from pipeline.report.report import write_report

    logger.info("wrote %s", write_report(out, target))


@app.command()
def check(out: Structured = Path("structured")) -> None:
    """Hold the tables against the contract: schema, references, counts, digests, edits, lines."""
    leave_pandas_out()
    from pipeline.check import require_valid

    require_valid(out)
    logger.info("%s holds the contract", out)


@app.command()
def rejects(out: Structured = Path("structured")) -> None:
    """Print what was rejected and why, one JSON object a line."""
    from pipeline.output import open_output

    table = open_output(out).rejects
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        print_json(row)


@app.command()
def dedup(
    table: Given,
    text: Annotated[str, typer.Option(help="Column of the texts.")],
    id_column: Annotated[str, typer.Option("--id", help="Column of the ids.")],
    out: Found,
    pairs: Annotated[Pairs, typer.Option(help="all: every verified pair.")] = Pairs.canonical,
    workers: Annotated[int | None, typer.Option(min=0, help="Threads; 0 = one a core.")] = None,
    memory_mb: Annotated[int | None, typer.Option(min=0, help="MB; above, keys go to disk. 0 = any.")] = None,
    config: ConfigFile = None,
) -> None:
    """Find the near-duplicates of any table."""
    from pipeline.config import override
    from pipeline.dedup_table import dedup_table

    given = {"workers": workers, "memory_mb": memory_mb, "all_pairs": True if pairs is Pairs.all else None}
    settings = override(settings_of(config), "dedup", **given).dedup
    found = dedup_table(table, text, id_column, out, settings)
    sizes = (found.assignments.num_rows, found.clusters.num_rows, found.pairs.num_rows)
    logger.info("%d texts, %d clusters of duplicates, %d pairs: %s", *sizes, out)
    if len(found.costs.cpu_s) > 1:  # of few texts only the writing is counted
        logger.info("CPU-seconds: %s", found.costs.told(found.assignments.num_rows))
    if found.hot:
        logger.info("%d times a text met a hot band, which is not followed to its end", found.hot)


@app.command()
def explain(
    left: Annotated[str, typer.Argument(metavar="ID", help="article_id, or an id of the table.")],
    right: Annotated[str, typer.Argument(metavar="ID", help="article_id, or an id of the table.")],
    structured: In = Path("structured"),
    table: Deduplicated = None,
    text: Annotated[str, typer.Option(help="Column of the table's texts.")] = "text",
    id_column: Annotated[str, typer.Option("--id", help="Column of the table's ids.")] = "id",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    config: ConfigFile = None,
) -> None:
    """Say why two articles, or two rows of a table, are or are not duplicates."""
    leave_pandas_out()
    from pipeline.explain import Source, explain_rows, explanation_lines
    from pipeline.explain import explain as run_explain

    settings = settings_of(config)
    if table is None:
        found = run_explain(left, right, structured, settings)
    else:
        found = explain_rows(left, right, Source(table, text, id_column, structured), settings)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        typer.echo("\n".join(explanation_lines(found)))


@app.command()
def match(
    paths: Annotated[list[str], typer.Argument(metavar="TABLE|PATH", help="Tables, or pages; - is stdin.")],
    against: Against = Path("structured"),
    text: Annotated[str, typer.Option(help="Column of a table's texts.")] = "text",
    id_column: Annotated[str, typer.Option("--id", help="Column of a table's ids.")] = "id",
    config: ConfigFile = None,
) -> None:
    """Print what new texts duplicate, one JSON object a text, without ingesting them."""
    leave_pandas_out()
    from pipeline.match import asked_in, texts_of
    from pipeline.match import match as run_match

    settings = settings_of(config)
    new: list[tuple[str, str]] = []
    code = told(asked_in(paths, settings), lambda asked: new.extend(texts_of(asked, text, id_column)))
    for found in run_match(new, against, settings):
        print_json({"id": found.id, "matches": found.matches})
    if code:
        raise typer.Exit(code)
