"""The memory of a crawl: what is queued, done and refused, in one SQLite file that survives a kill.

A *round* is one visit of a site. It stays open until nothing is queued; the next run then opens a new one,
in which every address is asked again, with the validators of its last copy. An address in flight is still
`queued` here: killed, it is asked again. One transaction moves an address from queued to done, files its
links and marks how far the archive and the fetch log have grown; a resume cuts off what stands behind.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from pipeline.errors import ContractError

VERSION = 1
# What is asked first. Articles before lists: a crawl that is cut short should hold articles.
PRIORITY = {"sitemap": 0, "continuation": 1, "article": 2, "page": 3, "list": 4}

TABLES = """
CREATE TABLE IF NOT EXISTS site (site TEXT PRIMARY KEY, round INTEGER NOT NULL, finished INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS address (
  key TEXT PRIMARY KEY, url TEXT NOT NULL, site TEXT NOT NULL, host TEXT NOT NULL, kind TEXT NOT NULL,
  depth INTEGER NOT NULL, chain INTEGER NOT NULL, via TEXT NOT NULL, found TEXT NOT NULL,
  hops INTEGER NOT NULL, tries INTEGER NOT NULL, priority INTEGER NOT NULL, round INTEGER NOT NULL,
  state TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS next_address ON address (site, state, host, priority);
CREATE TABLE IF NOT EXISTS copy (
  url TEXT PRIMARY KEY, etag TEXT NOT NULL, last_modified TEXT NOT NULL, sha256 TEXT NOT NULL,
  payload_digest TEXT NOT NULL, captured_at TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS robots (
  origin TEXT PRIMARY KEY, site TEXT NOT NULL, round INTEGER NOT NULL, status INTEGER NOT NULL,
  body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS host (host TEXT PRIMARY KEY, pause_until REAL NOT NULL, failures INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS written (file TEXT PRIMARY KEY, length INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Address:
    """One address to ask: as it is asked now, and the way to it."""

    key: str  # url_key: two addresses of one key are one page
    url: str
    site: str
    host: str
    kind: str  # robots, sitemap, list, article, continuation, page
    depth: int = 0  # links from a start; further pages of a list or article do not count
    chain: int = 0  # further pages in a row
    via: str = ""  # the page that names it
    found: str = ""  # the address as found, before redirects
    hops: int = 0  # redirects followed
    tries: int = 0  # failed attempts


@dataclass(frozen=True, slots=True)
class Copy:
    """The last body that an exact address gave, and where it is kept."""

    url: str
    etag: str
    last_modified: str
    sha256: str
    payload_digest: str
    captured_at: str
    file: str
    offset: int


ADDRESS = ", ".join(f.name for f in fields(Address))
COPY = ", ".join(f.name for f in fields(Copy))


class Frontier:
    """The state of all sites crawled into one folder."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; a ContractError when another version wrote it."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            self._db.close()
            raise ContractError(f"{path} is crawl state of version {version}, not {VERSION}; move it away")
        self._db.executescript(TABLES)
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside one step: all of it is kept, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def open_round(self, site: str) -> int:
        """Return the number of the site's open round; opens the next one when the last is finished."""
        row = self._db.execute("SELECT round, finished FROM site WHERE site = ?", (site,)).fetchone()
        number = 1 if row is None else row[0] + row[1]
        self._db.execute("INSERT OR REPLACE INTO site VALUES (?, ?, 0)", (site, number))
        return int(number)

    def finish_round(self, site: str) -> None:
        """Close the site's round; what is still queued (over a limit) is forgotten."""
        with self.transaction():
            self._db.execute("UPDATE address SET state = 'left' WHERE site = ? AND state = 'queued'", (site,))
            self._db.execute("UPDATE site SET finished = 1 WHERE site = ?", (site,))

    def add(self, address: Address, round_number: int, refused: str = "") -> bool:
        """Queue an address (or file it as refused) unless this round knows its key; say if it was new."""
        known = self._db.execute("SELECT site, round FROM address WHERE key = ?", (address.key,)).fetchone()
        if known == (address.site, round_number):
            return False
        marks = ", ".join("?" * (len(fields(Address)) + 4))
        state = "refused" if refused else "queued"
        values = (*astuple(address), PRIORITY[address.kind], round_number, state, refused)
        self._db.execute(
            f"INSERT OR REPLACE INTO address ({ADDRESS}, priority, round, state, reason) VALUES ({marks})",  # noqa: S608
            values,
        )
        return True

    def settle(self, address: Address, state: str, reason: str = "") -> None:
        """Take an address out of the queue: `done`, `failed` or `refused`."""
        self._db.execute(
            "UPDATE address SET state = ?, reason = ? WHERE key = ?", (state, reason, address.key)
        )

    def change(self, address: Address) -> None:
        """Store a queued address again, with another url (a redirect to the same page), hops or tries."""
        self._db.execute(
            "UPDATE address SET url = ?, host = ?, hops = ?, tries = ? WHERE key = ?",
            (address.url, address.host, address.hops, address.tries, address.key),
        )

    def following(self, site: str, host: str) -> Address | None:
        """Return the next queued address of a host."""
        row = self._db.execute(
            f"SELECT {ADDRESS} FROM address WHERE site = ? AND state = 'queued' AND host = ?"  # noqa: S608
            " ORDER BY priority, rowid LIMIT 1",
            (site, host),
        ).fetchone()
        return None if row is None else Address(*row)

    def queued_hosts(self, site: str) -> tuple[str, ...]:
        """Return the hosts of a site that still have something queued."""
        rows = self._db.execute(
            "SELECT DISTINCT host FROM address WHERE site = ? AND state = 'queued' ORDER BY host", (site,)
        )
        return tuple(row[0] for row in rows)

    def queued(self, site: str) -> tuple[Address, ...]:
        """Return all that is queued of a site, in the order in which it will be asked."""
        rows = self._db.execute(
            f"SELECT {ADDRESS} FROM address WHERE site = ? AND state = 'queued' ORDER BY priority, rowid",  # noqa: S608
            (site,),
        )
        return tuple(Address(*row) for row in rows)

    def counts(self, site: str, round_number: int) -> dict[tuple[str, str, str], int]:
        """Return the number of addresses of a round by (kind, state, reason)."""
        rows = self._db.execute(
            "SELECT kind, state, reason, count(*) FROM address WHERE site = ? AND round = ? GROUP BY 1, 2, 3",
            (site, round_number),
        )
        return {(kind, state, reason): number for kind, state, reason, number in rows}

    def keep_copy(self, copy: Copy) -> None:
        """Remember the last body of an address."""
        self._db.execute("INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(copy))

    def copy_of(self, url: str) -> Copy | None:
        """Return the last body that an exact address gave."""
        row = self._db.execute(f"SELECT {COPY} FROM copy WHERE url = ?", (url,)).fetchone()  # noqa: S608
        return None if row is None else Copy(*row)

    def keep_robots(self, origin: str, site: str, round_number: int, answer: tuple[int, bytes]) -> None:
        """Remember the robots.txt of an origin, for this round."""
        self._db.execute(
            "INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?)", (origin, site, round_number, *answer)
        )

    def robots_of(self, origin: str, site: str, round_number: int) -> tuple[int, bytes] | None:
        """Return status and body of an origin's robots.txt when this round has asked for it."""
        row = self._db.execute(
            "SELECT status, body FROM robots WHERE origin = ? AND site = ? AND round = ?",
            (origin, site, round_number),
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def keep_host(self, host: str, pause_until: float, failures: int) -> None:
        """Remember until when (seconds since 1970) a host is left alone, and its failures in a row."""
        self._db.execute("INSERT OR REPLACE INTO host VALUES (?, ?, ?)", (host, pause_until, failures))

    def host(self, host: str) -> tuple[float, int] | None:
        """Return what `keep_host` remembered; None for a host never asked."""
        row = self._db.execute("SELECT pause_until, failures FROM host WHERE host = ?", (host,)).fetchone()
        return None if row is None else (row[0], row[1])

    def mark_written(self, lengths: dict[str, int]) -> None:
        """Remember how many bytes of each file are promised."""
        self._db.executemany("INSERT OR REPLACE INTO written VALUES (?, ?)", list(lengths.items()))

    def written(self) -> dict[str, int]:
        """Return how many bytes of each file are promised."""
        return dict(self._db.execute("SELECT file, length FROM written"))


def moved(address: Address, url: str, key: str, host: str) -> Address:
    """Return an address after a redirect: asked elsewhere, found where it was found."""
    found = address.found or address.url
    return replace(
        address, key=key, url=url, host=host, via=address.url, found=found, hops=address.hops + 1, tries=0
    )
