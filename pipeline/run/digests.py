"""Digests of what the rows depend on besides the sources: code, libraries and configuration, by stage.

A changed digest makes the next run compute anew what depends on it, and nothing else.
"""

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.config import Config, DedupConfig
from pipeline.page.sites import Site

PACKAGE = Path(__file__).resolve().parent.parent
KERNELS = ("cut", "packed", "features", "rows", "clauses", "columns", "strings", "jsonlines")
PARSING = (
    *("text/", "page/", "clauses/", "data/", "emit.py", "records.py", "schema.py", "urls.py"),
    *(f"run/{name}.py" for name in KERNELS),
)
DEDUPLICATING = (
    *("dedup/", "text/", "data/"),
    *(
        f"run/{name}.py"
        for name in ("dedupe", "about", "articles", "across", "groups", "texts", "told", "drawn")
    ),
)
READING = tuple(
    f"store/{name}.py" for name in ("containers", "jsonl", "remote", "scan", "sniff", "sources", "warc")
)
READ_LIBRARIES = ("pyarrow", "warcio", "brotli")
PARSE_LIBRARIES = ("beautifulsoup4", "lxml", "opencc", "selectolax")
DEDUP_LIBRARIES = ("numba", "numpy", "rapidfuzz")


@dataclass(frozen=True, slots=True)
class Digests:
    """32 hex digits each: `read` for what files give, `parse` for a page, `dedup` for comparisons, `code`."""

    read: str
    parse: str
    dedup: str
    code: str


@cache
def _files() -> dict[str, bytes]:
    """Return the digest of every file of the package, by its path in it, in order of paths."""
    found = {}
    for folder, folders, names in os.walk(PACKAGE):
        if "__pycache__" in folders:  # numba keeps its kernels there
            folders.remove("__pycache__")
        for name in names:
            file = Path(folder, name)
            found[file.relative_to(PACKAGE).as_posix()] = hashlib.sha256(file.read_bytes()).digest()
    return dict(sorted(found.items()))


def _code(parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name, own in _files().items():
        if name.startswith(parts):
            digest.update(name.encode() + b"\0" + own)
    return digest.hexdigest()[:32]


def _versions(libraries: tuple[str, ...]) -> list[str]:
    found = []
    for name in libraries:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} missing")
    return found


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def of_rows(config: DedupConfig) -> DedupConfig:
    """Return a configuration without what changes no row: threads and memory."""
    return dataclasses.replace(config, workers=0, memory_mb=0)


def digests(config: Config, sites: tuple[Site, ...]) -> Digests:
    """Return the digests of this program under a configuration. About 10 ms, once."""
    sections = {name: dataclasses.asdict(getattr(config, name)) for name in ("repair", "page", "clauses")}
    told = (config.ingest.page_seconds, [repr(s) for s in sites])
    parse = _digest(_code(PARSING), _versions(PARSE_LIBRARIES), sections, told)
    dedup = _digest(
        _code(DEDUPLICATING), _versions(DEDUP_LIBRARIES), dataclasses.asdict(of_rows(config.dedup))
    )
    read = _digest(
        _code(READING), _versions(READ_LIBRARIES), config.ingest.max_page_mb, config.ingest.max_expansion
    )
    return Digests(
        read,
        parse,
        dedup,
        _digest(parse, dedup, _code(("",)), config.ingest.json_lines, config.ingest.by_site),
    )
