"""Runs a crawl as users do, in a process of its own, and reads what it left."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One crawl a process: Twisted's reactor starts only once.
PROGRAM = """
import json, sys
from datetime import date
from pathlib import Path
from pipeline.config import ScrapeConfig
from pipeline.errors import PipelineError
from pipeline.scrape.command import ScrapeOptions, crawl, site_rules
from pipeline.scrape.rules import parse_rules
asked = json.loads(sys.argv[1])
config = ScrapeConfig(**({"contact": "tests@example.org"} | asked["config"]))
rules = [parse_rules(table, name, config=config) for name, table in asked["rules"].items()]
since = asked["options"].pop("since", None)
options = ScrapeOptions(since=date.fromisoformat(since) if since else None, **asked["options"])
try:
    sites = site_rules(asked["urls"], rules, (), config)
    summary = crawl(sites, Path(asked["into"]), config=config, options=options)
except PipelineError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
    sys.exit(error.exit_code)
print(json.dumps({"pages": summary.tally.pages, "requests": summary.tally.requests,
    "received_bytes": summary.tally.received_bytes, "outcomes": summary.tally.by_outcome,
    "stopped": summary.tally.stopped, "open_sites": summary.open_sites, "frontier": summary.frontier}))
sys.exit(summary.exit_code)
"""


@dataclass
class Ran:
    code: int
    told: dict[str, Any]
    stderr: str


def command(into: Path, **asked: Any) -> list[str]:
    whole = {"urls": [], "rules": {}, "config": {}, "options": {"allow_private": True}} | asked
    return [sys.executable, "-c", PROGRAM, json.dumps(whole | {"into": str(into)})]


def run(into: Path, **asked: Any) -> Ran:
    done = subprocess.run(command(into, **asked), capture_output=True, text=True, timeout=240, check=False)
    told = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    return Ran(done.returncode, told, done.stderr)


def start(into: Path, **asked: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(command(into, **asked), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def log(into: Path) -> list[dict[str, Any]]:
    path = into / ".crawl" / "fetches.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def site_table(url: str, **more: Any) -> dict[str, Any]:
    """The [crawl] table of the test site: patterns of its lists and articles, no delay worth the name."""
    table = {
        "start": [f"{url}/"],
        "lists": [r"^/$", r"^/[a-z]+/(list_\d+\.html)?$"],
        "articles": [r"^/[a-z]+/\d+\.html$"],
        "delay_s": 0.0,
        "backoff_s": 0.05,
    }
    return table | more
