"""Containers as crawlers, browsers, Windows and nobody in good faith write them: what is whole comes out.

Each was tried by hand first; before, one address or time ended a run, and one odd record a WARC.
"""

import base64
import gzip
import io
import json
import quopri
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import brotli
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.config import IngestConfig
from pipeline.store.containers import READERS, Found, Record, Skipped
from pipeline.store.scan import SourceFile, scan
from pipeline.store.sources import read_source
from pipeline.store.warc import HEADER_BYTES

PAGE = "<html><body><p>一、准时到岗。</p></body></html>".encode()
CONFIG = IngestConfig(max_page_mb=1)


def found(path: Path, data: bytes | None = None, config: IngestConfig = CONFIG) -> list[Found]:
    if data is not None:
        path.write_bytes(data)
    (file,) = scan(str(path))
    assert isinstance(file, SourceFile)
    return list(read_source(file, config))


def told(records: list[Found]) -> list[str]:
    """What each record gives, in short."""
    words = []
    for r in records:
        if isinstance(r, Record):
            words.append("page" if PAGE in r.body else "other")
        else:
            words.append(r.why if isinstance(r, Skipped) else r.reason)
    return words


def record(block: bytes, kind: str = "response", told_type: str = "application/http", **more: Any) -> bytes:
    length = more.get("length", len(block))
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        "WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/1\r\n"
        f"Content-Type: {told_type}\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def answer(body: bytes, headers: str = "", status: str = "HTTP/1.1 200 OK") -> bytes:
    return f"{status}\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    pieces = (body[at : at + 20] for at in range(0, len(body), 20))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


CODINGS = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
CHUNKED, GZIP = "Transfer-Encoding: chunked\r\n", "Content-Encoding: gzip\r\n"
RECORDS = {
    "chunked": (record(answer(chunked(PAGE), CHUNKED)), "page"),
    "chunked, in capitals": (record(answer(chunked(PAGE), CHUNKED.replace("chunked", "Chunked"))), "page"),
    "said to be chunked": (record(answer(PAGE, CHUNKED)), "page"),
    "gzip": (record(answer(gzip.compress(PAGE), GZIP)), "page"),
    "gzip, chunked": (record(answer(chunked(gzip.compress(PAGE)), GZIP + CHUNKED)), "page"),
    "said to be gzip": (record(answer(PAGE, GZIP)), "page"),
    "gzip cut": (record(answer(gzip.compress(PAGE)[:-12], GZIP)), "corrupt"),
    "gzip twice": (
        record(answer(gzip.compress(gzip.compress(PAGE)), "Content-Encoding: gzip, x-gzip\r\n")),
        "page",
    ),
    "gzip bomb": (record(answer(gzip.compress(bytes(9 << 20)), GZIP)), "too_large"),
    "deflate": (record(answer(zlib.compress(PAGE), "Content-Encoding: deflate\r\n")), "page"),
    "deflate, bare": (record(answer(zlib.compress(PAGE)[2:-4], "Content-Encoding: deflate\r\n")), "page"),
    "deflate, broken": (record(answer(b"\xff" * 99, "Content-Encoding: deflate\r\n")), "corrupt"),
    "br": (record(answer(brotli.compress(PAGE), "Content-Encoding: br\r\n")), "page"),
    "br bomb": (record(answer(brotli.compress(bytes(9 << 20)), "Content-Encoding: br\r\n")), "too_large"),
    "br cut": (record(answer(brotli.compress(PAGE)[:-5], "Content-Encoding: br\r\n")), "corrupt"),
    "br, broken": (record(answer(b"\xff" * 99, "Content-Encoding: br\r\n")), "corrupt"),
    "zstd": (record(answer(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd\r\n")), "unsupported"),
    "an encoding of no meaning": (record(answer(PAGE, "Content-Encoding: utf-8\r\n")), "page"),
    "no header": (record(PAGE), "page"),
    "no fields": (record(b"HTTP/1.0 200\r\n\r\n" + PAGE), "page"),
    "HTTP/2": (record(answer(PAGE, status="HTTP/2 200")), "page"),
    "HTTP/4": (record(answer(PAGE, status="HTTP/4 200")), "corrupt"),
    "gone": (record(answer(PAGE, status="HTTP/1.1 404 Not Found")), "status 404"),
    "resource": (record(PAGE, "resource", "text/html"), "page"),
    "resource, a picture": (record(b"\x89PNG\r\n", "resource", "image/png"), "image/png"),
    "a name looked up": (record(b"a.example. 1 IN A", "response", "text/dns"), "text/dns"),
    "revisit": (record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit"), "revisit"),
    "conversion": (record(b"text", "conversion", "text/plain"), "conversion"),
    "of no type": (record(b"text", "banana"), "corrupt"),
    "JSON": (record(answer(b'{"a": 1}')), "nested_archive"),
}


@pytest.mark.parametrize("packed", [False, True])
def test_a_record_is_judged_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str], packed: bool) -> None:
    whole = (each if not packed else gzip.compress(each) for each, _ in RECORDS.values())
    got = told(found(tmp_path / "a.warc", b"".join(whole)))
    assert dict(zip(RECORDS, got, strict=True)) == {name: wanted for name, (_, wanted) in RECORDS.items()}
    assert capfd.readouterr() == ("", "")


def test_what_breaks_a_warc_is_told_and_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = record(answer(PAGE))
    as_one = found(tmp_path / "one.warc.gz", gzip.compress(good * 2))
    assert told(as_one) == ["page", "corrupt"]
    assert "unpack it" in as_one[1].detail
    assert told(found(tmp_path / "b.warc", good + b"garbage\r\n\r\n" + good)) == ["page", "corrupt"]
    assert told(found(tmp_path / "c.warc", record(answer(PAGE), length=20) + good))[-1] == "corrupt"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("line", [b"a" * (64 << 20), b"a: b\r\n" * (8 << 20)], ids=["one line", "lines"])
def test_a_header_without_end_is_not_held(tmp_path: Path, line: bytes) -> None:
    assert told(found(tmp_path / "a.warc.gz", gzip.compress(b"WARC/1.0\r\n" + line, 1))) == ["corrupt"]
    assert HEADER_BYTES == 1 << 20


def zipped(members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return sink.getvalue()


def test_members_of_a_zip(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.html")
    link.external_attr = 0o120777 << 16
    members = [
        ("__MACOSX/._a.html", b"\0\5\x16\7"), (".hidden.html", PAGE), ("d/.x/a.html", PAGE),
        (link, b"/etc/passwd"), ("r.jsonl", b'{"html": "a"}'), ("..\\..\\up.html", PAGE),
        ("a/../../b.html", PAGE),
    ]  # fmt: skip
    got = found(tmp_path / "a.zip", zipped(members))
    assert told(got) == ["hidden", "hidden", "hidden", "symlink", "nested_archive", "page", "page"]


def test_a_member_whose_packing_is_broken(tmp_path: Path) -> None:
    for number, method in enumerate((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", method) as archive:
            archive.writestr("a.html", PAGE)
        data = bytearray(sink.getvalue())
        data[50:60] = b"\xff" * 10
        assert told(found(tmp_path / f"{number}.zip", bytes(data))) == ["corrupt"]


def test_an_address_is_taken_in_silence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    odd = record(answer(PAGE)).replace(b"http://a.example/1", b"<http://a.example/1 2>")
    (got,) = found(tmp_path / "a.warc", odd)
    assert (got.url, capfd.readouterr()) == ("http://a.example/1%202", ("", ""))


def test_names_of_a_chinese_windows(tmp_path: Path) -> None:
    name = "制度.html"
    for number, encoding in enumerate(("gbk", "utf-8")):
        data = zipped([("X" * len(name.encode(encoding)), PAGE)])
        data = data.replace(b"X" * len(name.encode(encoding)), name.encode(encoding))
        (got,) = found(tmp_path / f"{number}.zip", data)
        assert got.source == f"{number}.zip!/{name}"


def test_what_is_no_page_though_one_is_in_it(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for n in range(2):
            member = tarfile.TarInfo(f"{n}.html")
            member.size = len(PAGE)
            archive.addfile(member, io.BytesIO(PAGE))
    row = {"html": PAGE.decode()}
    for name, data in {
        "a.tar": sink.getvalue(),
        "a.tgz": gzip.compress(sink.getvalue()),
        "array.json": json.dumps([row]).encode(),
        "pretty.json": json.dumps(row, indent=1).encode(),
    }.items():
        assert told(found(tmp_path / name, data)) == ["unknown_type"], name


PAGES = [PAGE.decode(), PAGE.decode() + "二"]
COLUMNS = {
    "bytes": pa.array([p.encode() for p in PAGES]),
    "large": pa.array(PAGES, pa.large_string()),
    "dictionary": pa.array(PAGES).dictionary_encode(),
    "view": pa.array(PAGES).cast(pa.string_view()),
    "large bytes": pa.array([p.encode() for p in PAGES], pa.large_binary()),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_texts_of_parquet_in_every_form(tmp_path: Path, name: str) -> None:
    pq.write_table(pa.table({"html": COLUMNS[name]}), tmp_path / "a.parquet")
    assert [r.body.decode() for r in found(tmp_path / "a.parquet")] == PAGES


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        (pa.array([10**15, None, 9 * 10**18], pa.timestamp("us")), [10**15, None, None]),
        (pa.array([1, -(10**15), 10**15], pa.timestamp("ms")), [1000, None, None]),
        (pa.array([1999, -1, 0], pa.timestamp("ns", "Asia/Shanghai")), [1, -1, 0]),
        (
            pa.array(["2024-11-20T08:00:00Z", "nope", "0001-01-01T00:00:00+14:00"]),
            [1732089600000000, None, None],
        ),
        (pa.array([1, 2, 3]), [None] * 3),
    ],
)
def test_times_of_parquet(tmp_path: Path, times: pa.Array, wanted: list[int | None]) -> None:
    columns = {"html": [PAGE] * 3, "captured_at": times, "url": [1, 2, 3]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert [(r.captured_at, r.url) for r in found(tmp_path / "a.parquet")] == [(w, None) for w in wanted]


def test_columns_that_hold_no_text(tmp_path: Path) -> None:
    for number, column in enumerate(([1, 2], [["a"], ["b"]])):
        pq.write_table(pa.table({"html": column}), tmp_path / f"{number}.parquet")
        assert told(found(tmp_path / f"{number}.parquet")) == ["unknown_type"]


def test_a_row_of_parquet_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    rows = pa.array([b"<html>" + bytes(64 << 20)] * 40).dictionary_encode()
    pq.write_table(pa.table({"html": rows}), tmp_path / "a.parquet", compression="zstd")
    assert told(found(tmp_path / "a.parquet")) == ["expands"]


def mhtml(parts: list[tuple[str, bytes]], more: str = "") -> bytes:
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"{more}\r\n\r\n'.encode()
    return head + b"".join(b"--B\r\n%b\r\n\r\n%b\r\n" % (h.encode(), b) for h, b in parts) + b"--B--\r\n"


def test_parts_of_mhtml(tmp_path: Path) -> None:
    html = "Content-Type: text/html\r\nContent-Location: http://a.example/"
    frame, main = (f"{html}1\r\nContent-ID: <1>", b"<p>x"), (f"{html}2\r\nContent-ID: <2>", PAGE)
    got = found(tmp_path / "a.mhtml", mhtml([frame, main], '; start="<2>"'))
    assert [(r.body, r.url) for r in got] == [(PAGE, "http://a.example/2")]
    assert told(found(tmp_path / "b.mhtml", mhtml([main, frame]))) == ["page"]
    assert told(found(tmp_path / "c.mhtml", mhtml([("Content-Type: text/css", b"a{}")]))) == ["corrupt"]
    coded = [(f"{html}\r\nContent-Transfer-Encoding: {c}", e(PAGE)) for c, e in CODINGS.items()]
    assert [r.body.strip() for part in coded for r in found(tmp_path / "d.mhtml", mhtml([part]))] == [
        PAGE
    ] * 2
    deep = b"<p>x"
    for n in range(2000):
        deep = b'Content-Type: multipart/related; boundary="%d"\r\n\r\n--%d\r\n%b' % (n, n, deep)
    assert told(found(tmp_path / "e.mhtml", b"MIME-Version: 1.0\r\n" + deep)) == ["corrupt"]


def test_what_nobody_thought_of_is_a_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a case that was forgotten")

    monkeypatch.setitem(READERS, "zip", fails)
    (got,) = found(tmp_path / "a.zip", zipped([("a.html", PAGE)]))
    assert (got.reason, got.detail) == ("parse_error", "RuntimeError: a case that was forgotten")


def test_lines_of_json(tmp_path: Path) -> None:
    row = json.dumps({"html": PAGE.decode()}).encode()
    lines = [
        b"",
        row,
        b" \t",
        b"{",
        b'{"html": NaN}',
        b"null",
        row.replace(b"}", b', "url": "http://a/\\ud800"}'),
        b"",
    ]
    got = found(tmp_path / "a.jsonl", b"\r\n".join(lines))
    assert told(got) == ["page", "corrupt", "empty", "empty", "page"]
    assert got[-1].url == "http://a/\\ud800"
    assert got[-1].source == "a.jsonl#6"
    assert told(found(tmp_path / "b.jsonl", b"no row\n" * 9999)) == ["corrupt"] * 100 + ["unknown_type"]


def test_what_a_file_gives_is_bounded_by_its_size(tmp_path: Path) -> None:
    rows = gzip.compress((json.dumps({"html": PAGE.decode() * 50}) + "\n").encode() * 20_000)
    pq.write_table(
        pa.table({"html": pa.array([PAGE * 50] * 20_000)}), tmp_path / "a.parquet", compression="zstd"
    )
    for path, data in ((tmp_path / "a.jsonl.gz", rows), (tmp_path / "a.parquet", None)):
        got = told(found(path, data, IngestConfig(max_expansion=20)))
        assert (got[0], got[-1]) == ("page", "expands")
        assert len(got) < 20_000
