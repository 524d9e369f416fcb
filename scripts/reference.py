"""Write docs/formats.md and docs/commands.md from the program itself.

usage: python scripts/reference.py [--check]
--check compares instead of writing and exits 1 where a file is out of date.
"""

import os
import subprocess
import sys
from pathlib import Path

from pipeline.records import SCHEMA_VERSION
from pipeline.schema import ASSIGNMENTS, CLOSED_SETS, KEYS, TABLES, describe

DOCS = Path(__file__).parent.parent / "docs"
WRITTEN_BY = "<!-- written by scripts/reference.py; do not edit -->\n\n"


def table_section(name: str) -> str:
    rows = ["| column | type | null | what |", "|---|---|---|---|"]
    for column in TABLES[name]:
        values = CLOSED_SETS.get((name, column.name))
        told = describe(column) + (f" (one of {', '.join(f'`{v}`' for v in values)})" if values else "")
        kind = str(column.type).replace("<", "\\<").replace("|", "\\|")
        rows.append(f"| `{column.name}` | {kind} | {'yes' if column.nullable else ''} | {told} |")
    return f"## `{name}`\nKey: {', '.join(f'`{k}`' for k in KEYS[name])}.\n\n" + "\n".join(rows) + "\n"


def formats() -> str:
    """The columns of every table."""
    head = f"# Formats: the tables of `{SCHEMA_VERSION}`\n\n{WRITTEN_BY}"
    told = "`fanwen schema [TABLE]` prints the same as JSON Schema. `fanwen dedup` writes `pairs`, "
    told += "`clusters` and "
    told += f"`assignments` ({', '.join(f'`{c.name}`' for c in ASSIGNMENTS)}), and beside them "
    told += "`shingles.parquet`, with which `fanwen explain --table` judges any pair.\n\n"
    return head + told + "\n".join(table_section(name) for name in TABLES)


def help_of(*command: str) -> str:
    environment = dict(os.environ, COLUMNS="100", TERM="dumb", NO_COLOR="1")
    words = [sys.executable, "-m", "pipeline", *command, "--help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout
    return "\n".join(
        line.rstrip() for line in told.replace("python -m pipeline", "fanwen").strip().splitlines()
    )


def command_names(overview: str) -> list[str]:
    listed = overview.split("Commands:\n", 1)[1]
    return [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]


def commands() -> str:
    """The help text of every command."""
    overview = help_of()
    parts = [f"# Commands\n\n{WRITTEN_BY}```text\n{overview}\n```\n"]
    parts += [f"## `fanwen {name}`\n```text\n{help_of(name)}\n```\n" for name in command_names(overview)]
    return "\n".join(parts)


def main() -> int:
    stale = []
    for name, text in (("formats.md", formats()), ("commands.md", commands())):
        path = DOCS / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_text("utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, "utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; run `python scripts/reference.py`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
