"""`manifest.json`: what a complete generation holds, and the proof that it does."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ContractError, InputError
from pipeline.schema import TABLES
from pipeline.store.digest import add_digests
from pipeline.store.files import file_sha256, write_bytes

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of a table: path in the output, rows, sha256, digest of its rows, what it was made from."""

    path: str
    rows: int
    sha256: str
    rows_digest: str
    made_from: str


def read_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of an output folder.

    Raises InputError when there is no such folder or no run has ended there yet, ContractError when its
    manifest is gone or broken.
    """
    if not out.is_dir():
        raise InputError(f"no folder {out}: run `fanwen ingest RAW --out {out}`")
    path, again = out / MANIFEST, f"run `fanwen ingest RAW --out {out}`"
    try:
        manifest = json.loads(path.read_text("utf-8"))
        if not isinstance(manifest, dict) or "tables" not in manifest:
            raise ValueError("no tables")
    except FileNotFoundError as error:
        if not any((out / table).exists() for table in TABLES):
            raise InputError(f"{out} holds no tables yet: run `fanwen ingest RAW --out {out}`") from error
        raise ContractError(f"{path} is missing: remove {out} and {again}") from error
    except (OSError, ValueError) as error:
        raise ContractError(f"{path} is broken ({error}): remove {out} and {again}") from error
    return manifest


def status(structured: str | Path = "structured") -> dict[str, Any]:
    """Return what an output folder holds: generation, roots, rows by table, rejects by reason, last run.

    Raises InputError where there is no output, ContractError where its manifest is broken.
    """
    manifest = read_manifest(Path(structured))
    keys = ("generation", "created", "roots", "stages", "digests", "seconds", "rejects")
    return {k: manifest[k] for k in keys} | {
        "rows": {name: entry["rows"] for name, entry in manifest["tables"].items()}
    }


def shards_of(manifest: dict[str, Any], table: str) -> list[Shard]:
    """Return the files of a table."""
    entry = manifest.get("tables", {}).get(table, {})
    return [Shard(**shard) for shard in entry.get("files", ())]


def table_entry(shards: Iterable[Shard]) -> dict[str, Any]:
    """Return a table's entry of the manifest."""
    listed = list(shards)
    return {
        "rows": sum(s.rows for s in listed),
        "rows_digest": add_digests(s.rows_digest for s in listed),
        "files": [asdict(s) for s in listed],
    }


def file_entry(path: Path, rows: int | None = None) -> dict[str, Any]:
    """Return the entry of a file that is no table's."""
    entry: dict[str, Any] = {"sha256": file_sha256(path), "bytes": path.stat().st_size}
    return entry if rows is None else {"rows": rows, **entry}


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a generation, the last of its files."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    write_bytes(folder / MANIFEST, text.encode() + b"\n")
