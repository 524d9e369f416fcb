"""Configuration: frozen dataclasses, defaults in code; a TOML file overrides; the digest names the result.

Each section belongs to one part of the pipeline. A field's comment gives unit, range and source. An unknown
key is an error that lists the known ones.
"""

import dataclasses
import hashlib
import json
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from pipeline.errors import ConfigError, InputError

T = TypeVar("T")

# Lowest and highest value (None: any) of fields; what lies outside would reject every page, and an ingest
# would drop the tables for a slip of the pen.
RANGES: dict[tuple[str, str], tuple[float, float | None]] = {
    ("page", "max_bytes"): (1, 1 << 30),
    ("page", "max_lines"): (1, None),
    ("page", "max_depth"): (1, 10_000),
    ("clauses", "compile_above"): (0, None),
    ("dedup", "min_chars"): (4, None),
    ("dedup", "jaccard"): (0.1, 0.9),
    ("dedup", "recall"): (0.5, 0.9999),
    ("dedup", "workers"): (0, 1_024),
    ("dedup", "memory_mb"): (0, None),
    ("ingest", "workers"): (0, 1_024),
    ("ingest", "refit_below"): (0, None),
    ("ingest", "max_reject_rate"): (0, 1),
    ("ingest", "max_page_mb"): (1, 1_024),  # 2 GB are the most that a batch of Arrow can hold
    ("ingest", "page_seconds"): (0.001, 86_400),
    ("ingest", "max_expansion"): (1, None),
    ("ingest", "keep_generations"): (2, None),
    ("ingest", "keep_runs"): (1, None),
}
HANT = ("s2t", "s2tw", "s2hk", "s2twp", "none")  # contract §1


@dataclass(frozen=True, slots=True)
class RepairConfig:
    """Which repair rules run. Names are those of the edits."""

    leak: bool = True
    byte_shift: bool = True
    a1_insert: bool = True
    lead_loss: bool = True
    stray_mark: bool = True
    blank: bool = True
    invisible: bool = True


@dataclass(frozen=True, slots=True)
class PageConfig:
    """Limits of one page, and the conversion of what it gives."""

    hant: str = "s2t"  # OpenCC config of text_hant: s2t, s2tw, s2hk, s2twp or none
    max_bytes: int = 32 << 20  # bytes of a body; pages of text sites have some 50 KB (docs/accuracy-page.md)
    max_lines: int = 300_000  # visible lines of a page; real ones have some hundreds
    # Elements open at once, 1..10,000; a deeper page is read without a tree, since lexbor is quadratic in it
    # (0.16 s at 10,000, 17 s at 100,000). Pages of scripts/make_pages.py have 8.
    max_depth: int = 3_000


@dataclass(frozen=True, slots=True)
class ClausesConfig:
    """The search for clauses."""

    compile_above: int = 20_000  # characters; shorter texts are searched without loading the compiled kernels


@dataclass(frozen=True, slots=True)
class DedupConfig:
    """Limits of deduplication. The rules of relations are fixed (pipeline/dedup/rules.py)."""

    min_chars: int = 30  # units of the key, 4..; below, texts compare exactly only
    jaccard: float = 0.3  # 0.1..0.9; pairs as similar as this are to be proposed
    recall: float = 0.908  # 0.5..0.9999, with this probability: 85 bands of 3, 255 of a signature's 256 bins
    workers: int = 0  # threads; 0 = one a core; changes no row
    memory_mb: int = 0  # MB, 0 = no bound; above it the keys are spilled to disk; changes no row
    all_pairs: bool = False  # every verified pair in `pairs`, not only canonicals'


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """The main job."""

    workers: int = 0  # processes; 0 = one a core
    refit_below: int = 50_000  # pages; below, every ingest refits the corpus model (contract §4)
    max_reject_rate: float = 0.5  # share of sources, 0..1; above, exit code 3
    max_page_mb: int = (
        32  # MiB of one page's body, any encoding removed; the web's heaviest pages stay below 10
    )
    page_seconds: float = (
        30.0  # wall time of one page; 50 KB take 5 ms, so only pathological input comes here
    )
    max_expansion: int = 200  # expanded / packed size of an archive member; text packs 5- to 30-fold
    keep_generations: int = 2  # 2..; the current one and those before it, for readers that hold one
    keep_runs: int = (
        1_000  # 1..; feeds (`changes/`) and records (`runs/`) of so many runs: six weeks of hours
    )
    json_lines: bool = True  # write pages.jsonl and clauses.jsonl beside the tables
    by_site: bool = False  # cut the tables of pages into a folder a site (docs/operations.md)


@dataclass(frozen=True, slots=True)
class ScrapeConfig:
    """The crawler. A site's `[crawl]` table overrides what bears the same name there."""

    contact: str = ""  # address of a page or a mailbox, sent in the user agent; required (RFC 9110 §10.1.5)
    delay_s: float = 1.0  # seconds between the end of an answer and the next request to its host; ≥ 1
    jitter: float = 0.5  # share of the delay added at random, 0..1; never taken off
    timeout_s: float = 30.0  # for one request, connection and body together
    max_body_bytes: int = 8_388_608  # of one body, packed or unpacked; 150 × the 53 KB page of facts §4
    max_redirects: int = 5  # hops; RFC 9309 §2.3.1.2 asks for at least five
    max_depth: int = 12  # links from a start; ends endless calendars, pages of a list count as one step
    max_pages: int = 20_000  # pages of a site in one round
    retries: int = 3  # more tries of an address after 429, 5xx and broken connections
    backoff_s: float = 30.0  # first pause after 429 or 503 without Retry-After; doubles each time
    max_wait_s: float = 900.0  # a longer Retry-After stops the host until a later run
    max_errors: int = 8  # failures of a host in a row that stop it
    warc_bytes: int = 536_870_912  # a WARC file is closed above this; half of the customary 1 GB


@dataclass(frozen=True, slots=True)
class Config:
    """All sections."""

    repair: RepairConfig = field(default_factory=RepairConfig)
    page: PageConfig = field(default_factory=PageConfig)
    clauses: ClausesConfig = field(default_factory=ClausesConfig)
    dedup: DedupConfig = field(default_factory=DedupConfig)
    ingest: IngestConfig = field(default_factory=IngestConfig)
    scrape: ScrapeConfig = field(default_factory=ScrapeConfig)


def _override(cls: type[T], values: dict[str, Any], where: str) -> T:
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(known)) or 'none'}")
    hints = get_type_hints(cls)
    out: dict[str, Any] = {}
    for name, value in values.items():
        kind = hints[name]
        if dataclasses.is_dataclass(kind):
            if not isinstance(value, dict):
                raise ConfigError(f"{where}: {name} is a table, found {value!r}")
            out[name] = _override(kind, value, f"{where}: [{name}]")  # type: ignore[arg-type]
        elif kind is float and type(value) is int:
            out[name] = float(value)
        elif type(value) is not kind:
            raise ConfigError(f"{where}: {name} must be {kind.__name__}, found {value!r}")
        elif kind is int and not -(1 << 63) <= value < 1 << 63:  # TOML 1.0 §Integer
            raise ConfigError(f"{where}: {name} must be a number of 64 bits, found {value!r}")
        else:
            out[name] = value
    return cls(**out)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8-sig"))  # editors of Windows begin a file with a mark


def load_config(path: Path | None = None) -> Config:
    """Read a TOML file over the defaults; None gives the defaults.

    Raises InputError when the file cannot be read, ConfigError when it is not TOML or has an unknown key or a
    value of the wrong type or off its range.

    >>> load_config().page.hant
    's2t'
    """
    if path is None:
        return Config()
    try:
        values = _toml(path)
    except OSError as error:
        raise InputError(f"cannot read config {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    config = _override(Config, values, str(path))
    _require_ranges(config, str(path))
    return config


def _require_ranges(config: Config, where: str) -> None:
    for (section, name), (low, high) in RANGES.items():
        value = getattr(getattr(config, section), name)
        if not (low <= value and (high is None or value <= high)):
            span = f"at least {low}" if high is None else f"{low} to {high}"
            raise ConfigError(f"{where}: [{section}]: {name} must be {span}, found {value!r}")
    if config.page.hant not in HANT:
        raise ConfigError(
            f"{where}: [page]: hant must be one of {', '.join(HANT)}, found {config.page.hant!r}"
        )


def override(config: Config, section: str, **values: Any) -> Config:
    """Return `config` with values of one section replaced; None leaves a value as it is.

    Raises ConfigError for a value off its range.

    >>> override(Config(), "ingest", workers=2, max_reject_rate=None).ingest.workers
    2
    """
    given = {name: value for name, value in values.items() if value is not None}
    changed = dataclasses.replace(config, **{section: dataclasses.replace(getattr(config, section), **given)})
    _require_ranges(changed, "options")
    return changed


def config_digest(config: Config) -> str:
    """Return 32 hex digits that change whenever a value does."""
    plain = json.dumps(dataclasses.asdict(config), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def describe_config(path: Path | None = None) -> list[tuple[str, object, str]]:
    """Return (`section.key`, value, where it came from) of every value, in order of declaration.

    >>> [row for row in describe_config() if row[0] == "page.hant"]
    [('page.hant', 's2t', 'default')]
    """
    config = load_config(path)
    given = _toml(path) if path else {}
    rows: list[tuple[str, object, str]] = []
    for section in fields(config):
        part = getattr(config, section.name)
        for item in fields(part):
            named = item.name in given.get(section.name, {})
            origin = str(path) if named else "default"
            rows.append((f"{section.name}.{item.name}", getattr(part, item.name), origin))
    return rows
