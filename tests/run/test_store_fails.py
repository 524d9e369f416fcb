"""A store that does not answer, or breaks off: exit code 75 within a minute, and nothing is lost."""

import gzip
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from s3_server import Store
from small_corpora import digests, page, settings, write_pages

from pipeline.check import check
from pipeline.errors import InputError, TemporaryError, UsageError
from pipeline.run import ingest
from pipeline.store import remote

PAGES = 6


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    """A store of pages, and of one WARC of 9 MB, which is read in parts."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(remote, "SILENT_S", 1.0)
    monkeypatch.setattr(remote, "TRIES", 2)
    remote._file_system.cache_clear()
    raw = tmp_path / "raw"
    write_pages(raw, range(PAGES))
    (raw / "big.warc.gz").write_bytes(big_warc())
    names = [p for p in raw.rglob("*") if p.is_file()]
    with Store({f"bucket/raw/{p.relative_to(raw).as_posix()}": p.read_bytes() for p in names}) as held:
        yield held
    remote._file_system.cache_clear()


def big_warc() -> bytes:
    """Two pages, and between them 9 MB of a picture."""
    noise = random.Random(1).randbytes(9 << 20)
    parts = [(page(90), "text/html"), (noise, "image/png"), (page(91), "text/html")]
    records = b""
    for number, (body, kind) in enumerate(parts):
        http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
            f"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/{number}\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        ).encode()
        records += gzip.compress(head + http + b"\r\n\r\n", 1)
    return records


def test_a_store_gives_the_rows_of_a_folder(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ingest(store.url("bucket/raw"), out, config=settings())
    ingest(tmp_path / "raw", tmp_path / "plain", config=settings())
    assert digests(out) == digests(tmp_path / "plain")
    of_parts = [line for line in store.asked if line.startswith("GET") and "big.warc" in line]
    assert len(of_parts) <= 1 + (10 << 20) // remote.PART_BYTES  # not one for every few KB
    assert not ingest(store.url("bucket/raw"), out, config=settings()).changed


@pytest.mark.parametrize("mode", ["silent", "reset", "busy", "broken"])
@pytest.mark.parametrize("after", [0, 4])
def test_what_fails_is_temporary_and_the_next_run_goes_on(
    store: Store, tmp_path: Path, mode: str, after: int
) -> None:
    out, url = tmp_path / "out", store.url("bucket/raw")
    ingest(store.url("bucket/raw/000"), out, config=settings())
    before = digests(out)
    store.fails(mode, after)
    with pytest.raises(TemporaryError, match="cannot read" if after else "cannot list"):
        ingest(url, out, config=settings())
    assert digests(out) == before
    assert check(out) == []
    store.fails("well")
    ingest(url, out, config=settings())
    assert check(out) == []


@pytest.mark.parametrize("mode", ["torn", "busy", "reset"])
def test_a_container_that_breaks_off_on_its_way_is_no_reject(store: Store, tmp_path: Path, mode: str) -> None:
    url = store.url("bucket/raw/big.warc.gz")
    ingest(url, tmp_path / "out", config=settings())
    reads = [number for number, line in enumerate(store.asked) if line.startswith("GET /bucket/raw/")]
    assert len(reads) > 2
    for after in reads:
        store.fails(mode, after)
        with pytest.raises(TemporaryError, match=r"cannot read bucket/raw/big\.warc\.gz"):
            ingest(url, tmp_path / "other", config=settings())
    store.fails("well")
    ingest(url, tmp_path / "other", config=settings())
    assert digests(tmp_path / "other") == digests(tmp_path / "out")


def test_what_may_not_be_read_is_an_input_that_is_missing_or_a_reject(store: Store, tmp_path: Path) -> None:
    store.fails("denied")
    with pytest.raises(InputError, match="ACCESS_DENIED"):
        ingest(store.url("bucket/raw"), tmp_path / "out", config=settings())
    store.fails("denied", after=1)
    found = ingest(store.url("bucket/raw"), tmp_path / "out", config=settings())
    assert (found.pages, found.rejects) == (0, PAGES + 1)
    store.fails("well")
    assert ingest(store.url("bucket/raw"), tmp_path / "out", config=settings()).pages == PAGES + 2


def test_a_password_in_a_url_is_refused(store: Store, tmp_path: Path) -> None:
    url = store.url("key:secret@bucket/raw")
    with pytest.raises(UsageError, match="password") as caught:
        ingest(url, tmp_path / "out", config=settings())
    assert "secret" not in str(caught.value)
    assert not any("secret" in p.read_text("utf-8", "replace") for p in tmp_path.glob("out/**/*.json"))


@pytest.mark.long
def test_the_command_ends_within_a_minute(store: Store, tmp_path: Path) -> None:
    store.fails("silent")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "ingest", store.url("bucket/raw"), "--out", tmp_path / "out"],
        env={**os.environ}, capture_output=True, text=True, timeout=90,  # without limits: minutes
    )  # fmt: skip
    assert done.returncode == 75
    assert done.stderr.startswith("cannot list s3://bucket/raw")
