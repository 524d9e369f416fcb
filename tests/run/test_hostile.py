"""Two hundred hostile inputs in one folder: each is accounted for, the pages beside them come out whole."""

import gzip
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from small_corpora import digests, page, settings, write_pages

from pipeline.check import check
from pipeline.errors import TemporaryError
from pipeline.records import REJECT_REASONS
from pipeline.run import ingest
from pipeline.run.corpus import Options
from pipeline.store.manifest import status
from pipeline.store.scan import printable

PAGE = page(1)
STARVED = """
import resource, signal, sys
from small_corpora import settings
from pipeline.errors import TemporaryError
from pipeline.run import ingest
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    ingest(sys.argv[1], sys.argv[2], config=settings())
except TemporaryError as error:
    sys.exit(error.exit_code)
"""


def zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return sink.getvalue()


def warc(body: bytes, promised: int | None = None) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        f"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/1\r\n"
        f"Content-Length: {promised or len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


STRANGE_NAMES = (
    b"..x.html", b"...x", b"a\nb.html", b"\xff\xfe.html", b"$(id).html", b"%s{0}.html", b"-rf.html",
    b"'\";--.html", "名".encode() * 83 + b".html", b"\x1b[31m.html",
)  # fmt: skip
STRANGE_BODIES = {
    b"empty.html": b"",
    b"blank.html": b" \n\t ",
    b"tags.html": b"<html>" + b"<" * 5000,
    b"nested.html": b"<html>" + b"<div>" * 20_000 + "一、".encode(),
    b"nul.html": PAGE.replace(b"p>", b"p\0>"),
    b"brackets.txt": "（".encode() * 50_000,
    b"line.txt": "一、甲。".encode() * 10_000,
    b"entities.html": b"<html><p>" + b"&#x4e00;&nbsp;" * 20_000,
    b"attr.html": b'<html><p a="' + b"x" * 900_000,
    b"pdf.html": b"%PDF-1.7",
    b"elf.html": b"\x7fELF",
    b"bomb.html.gz": gzip.compress(b"<p>" + b"0" * (5 << 20)),
    b"bomb.zip": zipped({"a.html": b"<p>" + b"0" * (5 << 20)}),
    b"up.zip": zipped({"../../up.html": page(6)}),
    b"zip.zip": zipped({"inner.zip": zipped({"a.html": PAGE})}),
    b"big.html": b"<html>" + b"x" * (3 << 20),
    b"liar.warc": warc(b"x", promised=1 << 40),
    b"deep.jsonl": b'{"html": ' + b"[" * 50_000,
    b"rows.jsonl": b'{"html": "<p>\\ud800</p>"}\n' * 3,
    b"headers.mhtml": b"MIME-Version: 1.0\n" * 2000,
    b"utf16.html": PAGE.decode().encode("utf-16"),
    b"bidi.txt": "一、\u202e甲\u2066乙。".encode(),
}


def hostile() -> dict[bytes, bytes]:
    """Names and contents; names are bytes, since a file system allows all but / and NUL."""
    rng = random.Random(5)
    files: dict[bytes, bytes] = {}
    for cut in range(1, len(PAGE), len(PAGE) // 60):
        files[b"cut-%d.html" % cut] = PAGE[:cut]
    packed = gzip.compress(PAGE)
    for cut in range(2, len(packed), len(packed) // 20):
        files[b"cut-%d.html.gz" % cut] = packed[:cut]
    archive = zipped({"a.html": page(2), "b.html": page(3)})
    for cut in range(4, len(archive), len(archive) // 20):
        files[b"cut-%d.zip" % cut] = archive[:cut]
    whole = warc(page(4)) + warc(page(5))
    for cut in range(8, len(whole), len(whole) // 20):
        files[b"cut-%d.warc" % cut] = whole[:cut]
    for n in range(25):
        files[b"noise-%d.html" % n] = rng.randbytes(rng.randint(1, 3000))
        files[b"flipped-%d.html" % n] = bytes(b ^ (rng.random() < 0.02) * rng.randint(0, 255) for b in PAGE)
    for n, name in enumerate(STRANGE_NAMES):
        files[name] = page(100 + n)
    return files | STRANGE_BODIES


def test_every_hostile_input_is_accounted_for(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(200, 204))
    files = hostile()
    assert len(files) >= 200
    for name, data in files.items():
        (Path(os.fsdecode(os.fsencode(raw) + b"/" + name))).write_bytes(data)
    (raw / "cycle").symlink_to(raw)
    (raw / "outside.html").symlink_to(tmp_path / "secret.html")
    os.mkfifo(raw / "pipe")
    summary = ingest(raw, out, config=settings(max_page_mb=2, page_seconds=20.0))
    rejects, pages = pd.read_parquet(out / "rejects"), pd.read_parquet(out / "pages")
    sources = {s for row in pages.sources for s in row}
    told = {s.partition("!")[0].partition("#")[0].partition("@")[0] for s in {*rejects.source, *sources}}
    names = {printable(os.fsdecode(name)) for name in files if not name.startswith(b".")}
    assert names - told == set()
    assert len(told) == len(names) + 4 + 3
    assert set(rejects.reason) <= set(REJECT_REASONS)
    assert "parse_error" not in set(rejects.reason), rejects[rejects.reason == "parse_error"].detail.tolist()
    assert {f"020/{n:05d}.html" for n in range(200, 204)} <= sources
    assert check(out) == []
    assert summary.rejects == len(rejects) == sum(status(out)["rejects"].values())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "raw"]
    assert not ingest(raw, out, config=settings(max_page_mb=2, page_seconds=20.0)).changed


def test_a_page_that_takes_too_long_is_rejected_and_taken_again_on_demand(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(3))
    ingest(raw, out, config=settings(page_seconds=1e-6))
    rejects = pd.read_parquet(out / "rejects")
    assert set(rejects.reason) == {"timeout"}
    assert check(out) == []
    summary = ingest(raw, out, config=settings(page_seconds=1e-6), options=Options(retry=True))
    assert summary.parsed == 3
    assert ingest(raw, out, config=settings()).pages == 3


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "utf-16-le"])
def test_what_was_rejected_can_be_read(tmp_path: Path, codec: str) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    page = "<html><body><noscript>请开启脚本，以便阅读管理制度的正文内容</noscript></body></html>"
    (raw / "a.html").write_bytes(page.encode(codec))
    ingest(raw, out, config=settings())
    rejects = pd.read_parquet(out / "rejects")
    assert list(rejects.reason) == ["empty"]
    assert list(rejects.excerpt) == [page[:80]]


def test_a_full_disk_leaves_the_last_tables(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: a write beyond it fails as one without space does."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(4))
    ingest(raw, out, config=settings())
    before = digests(out)
    write_pages(raw, range(4, 40))
    done = subprocess.run(
        [sys.executable, "-c", STARVED, str(raw), str(out)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert done.returncode == TemporaryError.exit_code
    assert digests(out) == before
    assert check(out) == []
    ingest(raw, out, config=settings())
    ingest(raw, tmp_path / "fresh", config=settings())
    assert digests(out) == digests(tmp_path / "fresh")
    assert json.loads((out / "manifest.json").read_text())["generation"] == 2


@pytest.mark.long
def test_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    import multiprocessing
    import threading
    import time

    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(150))
    killed: list[int] = []

    def kill() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(killed) < 3:
            for worker in multiprocessing.active_children():
                if worker.pid and worker.pid not in killed:
                    time.sleep(2)
                    worker.kill()
                    killed.append(worker.pid)
            time.sleep(0.05)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    ingest(raw, out, config=settings(workers=2))
    ingest(raw, tmp_path / "fresh", config=settings())
    assert killed
    assert digests(out) == digests(tmp_path / "fresh")
