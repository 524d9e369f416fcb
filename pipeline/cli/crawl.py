"""The command that crawls."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import ConfigFile, SiteFiles, a_path, app, logger, settings_of


@app.command()
def scrape(
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL…", help="Where to begin.")] = None,
    sites: SiteFiles = None,
    into: Annotated[
        Path, typer.Option(parser=a_path, metavar="FOLDER", help="Folder for the WARC files.")
    ] = Path("raw"),
    contact: Annotated[
        str | None, typer.Option(help="Web or mail address of who runs this; required.")
    ] = None,
    max_pages: Annotated[int | None, typer.Option(min=1, help="Pages of this run; the next goes on.")] = None,
    since: Annotated[
        datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Leave out pages dated before.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="List what would be asked; ask nothing.")] = False,
    allow_private: Annotated[
        bool, typer.Option(help="The hosts given may be private; for intranets and tests.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Crawl politely into WARC; run again to go on after a stop, or to ask for changes."""
    from pipeline.config import override
    from pipeline.page.sites import shipped_sites
    from pipeline.scrape.command import ScrapeOptions, crawl, rules_of_sites, site_rules
    from pipeline.store.sites import load_sites

    settings = override(settings_of(config), "scrape", contact=contact).scrape
    given, shipped = (rules_of_sites(found, settings) for found in (load_sites(sites or []), shipped_sites()))
    options = ScrapeOptions(max_pages, since.date() if since else None, dry_run, allow_private)
    summary = crawl(site_rules(urls or [], given, shipped, settings), into, config=settings, options=options)
    for address in summary.frontier:
        typer.echo(address)
    for line in summary.lines() if not dry_run else ():
        logger.info("%s", line)
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)
