"""Commands on pages and texts: they read the files named, and keep nothing."""

import json
import sys
from typing import Annotated

import typer

from pipeline.cli.app import ConfigFile, Paths, SiteFiles, app, each, print_json, read_text, settings_of
from pipeline.errors import InputError, UsageError


@app.command()
def parse(
    paths: Paths,
    sites: SiteFiles = None,
    config: ConfigFile = None,
) -> None:
    """Print one JSON object per page (contract §3), one per line, in input order; no corpus model."""
    from pipeline.emit import page_object
    from pipeline.page.parse import parse_page
    from pipeline.store.containers import Found, pages_among
    from pipeline.store.sites import load_sites
    from pipeline.store.sources import read_named

    settings, rules = settings_of(config), load_sites(sites or [])

    def give(found: Found) -> None:
        for record in pages_among(found):
            try:
                page = parse_page(record.body, record.url, config=settings, sites=rules)
            except InputError as error:
                raise InputError(f"{record.source}: {error}") from error
            print_json(page_object(record.source, page))

    each((found for path in paths for found in read_named(path, settings.ingest)), give)


@app.command()
def clauses(
    paths: Paths,
    repaired: Annotated[bool, typer.Option("--repair", help="Repair damage first.")] = False,
    config: ConfigFile = None,
) -> None:
    """Print the clauses of plain texts, one JSON object per file."""
    from pipeline.clauses.structure import structure
    from pipeline.emit import clause_object
    from pipeline.text.repair import repair as repair_text

    settings = settings_of(config)

    def give(path: str) -> None:
        text = read_text(path)
        if repaired:
            text = repair_text(text, settings.repair).text
        found = [clause_object(c) for c in structure(text, settings.clauses)]
        print_json({"source": path, "clauses": found})

    each(paths, give)


@app.command()
def repair(paths: Paths, config: ConfigFile = None) -> None:
    """Print the repaired text and every edit, one JSON object per file."""
    from pipeline.emit import repaired_object
    from pipeline.text.repair import repair as repair_text

    settings = settings_of(config)
    each(paths, lambda path: print_json(repaired_object(path, repair_text(read_text(path), settings.repair))))


@app.command()
def convert(
    paths: Paths,
    opencc: Annotated[str, typer.Option("--config", help="OpenCC config: t2s, s2t, s2tw, s2twp …")] = "t2s",
) -> None:
    """Print converted text."""
    from pipeline.text.convert import convert as convert_text

    def give(path: str) -> None:
        sys.stdout.buffer.write(convert_text(read_text(path), opencc).encode("utf-8", "surrogatepass"))

    each(paths, give)


@app.command()
def schema(
    table: Annotated[str | None, typer.Argument(help="A table; all of them when left out.")] = None,
) -> None:
    """Print the JSON Schema (2020-12) of the records."""
    from pipeline.schema import TABLES, table_json_schema

    if table is not None and table not in TABLES:
        raise UsageError(f"no table {table!r}; tables: {', '.join(TABLES)}")
    shown = table_json_schema(table) if table else {name: table_json_schema(name) for name in TABLES}
    print_json(shown, indent=2)


@app.command("config")
def show_config(config: ConfigFile = None) -> None:
    """Print every configuration value and where it came from."""
    from pipeline.config import describe_config

    for key, value, origin in describe_config(config):
        typer.echo(f"{key} = {json.dumps(value, ensure_ascii=False)}  # {origin}")
