"""Write the report: one HTML file that needs nothing beside it."""

import json
import os
from pathlib import Path

from pipeline.errors import ContractError, InputError
from pipeline.report import figures
from pipeline.store.generations import opened


def render(out: Path) -> str:
    """Return the report of an output folder as HTML.

    Every string of a page is escaped: page text is hostile. Raises InputError where there is no complete
    output, ContractError where its manifest cannot be read. Cost: one read of the columns shown.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    structured = opened(out)  # a run may commit meanwhile
    try:
        manifest = json.loads((structured / "manifest.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{out} has no manifest.json: run `fanwen ingest RAW --out {out}`") from error
    except ValueError as error:
        raise ContractError(f"{out}/manifest.json is not JSON: see `fanwen check`") from error
    environment = Environment(
        loader=PackageLoader("pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rejects = figures.read(structured, "rejects", ["source", "stage", "reason", "detail"])
    return str(
        environment.get_template("report.html").render(
            folder=out.name,
            manifest=manifest,
            sizes=figures.table_sizes(manifest),
            sites=figures.site_rows(structured),
            charts=_charts(structured),
            clusters=figures.clusters(structured),
            popular=figures.popular_clauses(structured),
            rejects=rejects.head(figures.TOP_ROWS).to_dict("records"),
            n_rejects=len(rejects),
        )
    )


def _charts(structured: Path) -> list[tuple[str, list[figures.Bar]]]:
    pages = figures.read(structured, "pages", ["script", "encoding", "flags"])
    lines = figures.read(structured, "lines", ["role", "reason"])
    pairs = figures.read(structured, "pairs", ["relation", "accepted", "ratio"])
    ratios = pairs["ratio"][pairs["accepted"]] // 5 * 5
    return [
        ("Repairs by rule", figures.repair_bars(structured)),
        ("Script as served", figures.bars(pages["script"].value_counts())),
        ("Encoding", figures.bars(pages["encoding"].value_counts())),
        ("Page flags", figures.bars(pages["flags"].explode().dropna().value_counts())),
        ("Where the lines went", figures.bars(lines["role"].value_counts())),
        ("Why lines were dropped", figures.bars(lines["reason"].dropna().value_counts())),
        ("Relations of pairs", figures.bars(pairs["relation"].value_counts())),
        ("Ratio of accepted pairs, from", figures.bars(ratios.astype(int).value_counts())),
    ]


def write_report(structured: str | Path, out: str | Path) -> Path:
    """Write the report of `structured` to the file `out`, atomically; return its path."""
    target = Path(out)
    text = render(Path(structured))
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_text(text, "utf-8")
        os.replace(partial, target)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from error
    return target
