"""Sources by content: pages and containers, whole, broken and hostile."""

import gzip
import io
import json
import os
import socket
import stat
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.config import IngestConfig
from pipeline.store.containers import Record, Skipped
from pipeline.store.scan import Reject, SourceFile, printable, scan
from pipeline.store.sniff import kind_of
from pipeline.store.sources import read_source

HTML = "<!DOCTYPE html><html><body><p>一、准时到岗。</p></body></html>".encode()
CONFIG = IngestConfig(max_page_mb=1)
# warcio's writer leaves its temporary files to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def taken(path: Path) -> list[Record | Reject | Skipped]:
    (file,) = scan(str(path))
    assert isinstance(file, SourceFile)
    return list(read_source(file, CONFIG))


def told(path: Path) -> list[str]:
    """What a file gives, in short: `body`, `skipped` or the reason of a reject."""
    return [
        "body" if isinstance(f, Record) else "skipped" if isinstance(f, Skipped) else f.reason
        for f in taken(path)
    ]


def warc(path: Path, pages: list[tuple[str, bytes, str, str]], *, packed: bool = True) -> bytes:
    """A WARC of (url, body, status, type) responses."""
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=packed)
    writer.write_record(writer.create_warcinfo_record(path.name, {"software": "test"}))
    for url, body, status, kind in pages:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=headers,
                warc_headers_dict={"WARC-Date": "2024-11-20T08:00:00Z"},
            )
        )  # fmt: skip
    path.write_bytes(sink.getvalue())
    return sink.getvalue()


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.bin", "noending"])
def test_a_page_by_its_content(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(HTML)
    assert taken(tmp_path / name) == [Record(name, HTML)]


def test_a_packed_page(tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(HTML))
    assert taken(tmp_path / "a.html.gz") == [Record("a.html.gz", HTML)]


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_gives_its_pages_with_address_and_time(tmp_path: Path, packed: bool) -> None:
    pages = [
        ("http://a.example/1.html", HTML, "200 OK", "text/html; charset=gbk"),
        ("http://a.example/x.png", b"\x89PNG", "200 OK", "image/png"),
        ("http://a.example/gone", b"no", "404 Not Found", "text/html"),
        ("http://a.example/2.html", HTML + b" ", "200 OK", "text/html"),
    ]
    warc(tmp_path / "w.warc.gz", pages, packed=packed)
    found = taken(tmp_path / "w.warc.gz")
    bodies = [f for f in found if isinstance(f, Record)]
    assert [(r.url, r.body) for r in bodies] == [(p[0], p[1]) for p in pages if p[0].endswith("html")]
    assert {r.captured_at for r in bodies} == {1732089600000000}
    assert all(r.source.startswith("w.warc.gz@") for r in bodies)
    assert sum(isinstance(f, Skipped) for f in found) == 3


def test_a_warc_cut_anywhere_loses_no_record_before_the_cut(tmp_path: Path) -> None:
    pages = [(f"http://a.example/{n}.html", HTML + bytes([48 + n]), "200 OK", "text/html") for n in range(3)]
    for packed in (True, False):
        data = warc(tmp_path / "whole", pages, packed=packed)
        for cut in range(8, len(data), 37):  # less is a text like any other
            (tmp_path / "cut").write_bytes(data[:cut])
            found = taken(tmp_path / "cut")
            bodies = [f.body for f in found if isinstance(f, Record)]
            assert bodies == [p[1] for p in pages][: len(bodies)]
            assert found, cut


@pytest.mark.parametrize("packed", [False, True])
def test_a_warc_cut_anywhere_but_between_records_is_told(tmp_path: Path, packed: bool) -> None:
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=packed)
    ends = {0}
    for number in range(2):
        url = f"http://a.example/{number}.html"
        answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "a.example")], is_http_request=True)
        page = io.BytesIO(HTML)
        writer.write_record(writer.create_warc_record(url, "response", payload=page, http_headers=answer))
        ends.add(sink.tell())
        writer.write_record(writer.create_warc_record(url, "request", http_headers=asked))
        ends.add(sink.tell())
    whole = sink.getvalue()
    if not packed:  # what is missing is only the two line ends behind a record
        ends |= {end - n for end in ends for n in range(5)}
    silent = set()
    for cut in range(5, len(whole) + 1):  # before, it is no WARC yet
        (tmp_path / "a.warc").write_bytes(whole[:cut])
        if "corrupt" not in told(tmp_path / "a.warc"):
            silent.add(cut)
    assert silent == {end for end in ends if end > 0}


def test_a_zip_of_pages_and_what_must_not_be_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.html", HTML)
        archive.writestr("../../etc/passwd.html", HTML + b"2")
        archive.writestr("bomb.html", b"<p>" + b"0" * (3 << 20))
        archive.writestr("inner.zip", b"PK\x03\x04....")
        archive.writestr("doc.pdf", b"%PDF-1.7")
        archive.writestr("empty.html", b"")
    found = {f.source: f for f in taken(tmp_path / "z.zip")}
    assert isinstance(found["z.zip!/one.html"], Record)
    assert isinstance(found["z.zip!/../../etc/passwd.html"], Record)
    reasons = {name: f.reason for name, f in found.items() if isinstance(f, Reject)}
    assert reasons == {
        "z.zip!/bomb.html": "expands",
        "z.zip!/inner.zip": "nested_archive",
        "z.zip!/doc.pdf": "unknown_type",
        "z.zip!/empty.html": "empty",
    }
    assert sorted(p.name for p in tmp_path.iterdir()) == ["z.zip"]


def test_an_office_document_is_no_zip_of_pages(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<html></html>")
    assert told(tmp_path / "a.docx") == ["unknown_type"]


def test_an_encrypted_member(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a.html", HTML)
    data = bytearray((tmp_path / "z.zip").read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    (tmp_path / "z.zip").write_bytes(bytes(data))
    assert told(tmp_path / "z.zip") == ["encrypted"]


def test_mhtml(tmp_path: Path) -> None:
    text = (
        "From: <Saved>\r\nSnapshot-Content-Location: http://a.example/1.html\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n'
        "Content-Transfer-Encoding: base64\r\nContent-Location: http://a.example/1.html\r\n\r\n"
    )
    import base64

    (tmp_path / "a.mhtml").write_bytes(text.encode() + base64.b64encode(HTML) + b"\r\n--x--\r\n")
    assert taken(tmp_path / "a.mhtml") == [Record("a.mhtml", HTML, "http://a.example/1.html")]


def test_rows_of_parquet_and_json_lines(tmp_path: Path) -> None:
    rows = [
        {"html": HTML.decode(), "url": "http://a.example/1", "captured_at": "2024-11-20T08:00:00Z"},
        {"html": None, "url": None, "captured_at": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows) + "{broken\n", "utf-8")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    want = ("http://a.example/1", 1732089600000000, HTML)
    for name in ("a.parquet", "a.jsonl", "b.jsonl.gz"):
        first, second, *rest = taken(tmp_path / name)
        assert isinstance(first, Record)
        assert (first.source, (first.url, first.captured_at, first.body)) == (f"{name}#0", want)
        assert isinstance(second, Reject)
        assert [r.reason for r in rest] == ([] if name == "a.parquet" else ["corrupt"])


def test_rows_are_held_against_their_content(tmp_path: Path) -> None:
    values = [HTML, b"\xff\xd8\xff\xe0 a picture", gzip.compress(HTML), b"", None]
    pq.write_table(pa.table({"html": pa.array(values, pa.binary())}), tmp_path / "a.parquet")
    assert told(tmp_path / "a.parquet") == ["body", "unknown_type", "nested_archive", "empty", "empty"]
    rows = [HTML.decode(), 5, ["a"], float("nan"), "%PDF-1.7"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"html": r}) + "\n" for r in rows), "utf-8")
    found = taken(tmp_path / "a.jsonl")
    assert told(tmp_path / "a.jsonl") == ["body", "unknown_type", "unknown_type", "empty", "unknown_type"]
    assert [r.detail for r in found[1:3]] == ["`html` holds int, no text", "`html` holds list, no text"]


def test_tables_without_html_and_logs_are_one_reject(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "a.parquet")
    (tmp_path / "log.jsonl").write_text('{"url": "x", "status": 200}\n' * 5, "utf-8")
    assert told(tmp_path / "a.parquet") == told(tmp_path / "log.jsonl") == ["unknown_type"]


BROKEN = {
    "empty.html": (b"", "empty"),
    "pdf.html": (b"%PDF-1.7 <html>", "unknown_type"),
    "png.html": (b"\x89PNG\r\n\x1a\n", "unknown_type"),
    "binary.html": (bytes(range(32)) * 99, "unknown_type"),
    "script.py": (b"import os\n", "unknown_type"),
    "big.html": (b"<html>" + b"a" * (1 << 20), "too_large"),
    "cut.html.gz": (gzip.compress(HTML * 99)[:-20], "corrupt"),
    "torn.html.gz": (b"\x1f\x8b\x08\x00nonsense", "corrupt"),
    "bomb.html.gz": (gzip.compress(b"<html>" + b"0" * (4 << 20)), "expands"),
    "nothing.gz": (gzip.compress(b""), "empty"),
    "pdf.gz": (gzip.compress(b"%PDF-1.7"), "unknown_type"),
    "twice.gz": (gzip.compress(gzip.compress(HTML)), "nested_archive"),
    "torn.zip": (b"PK\x03\x04nonsense", "corrupt"),
    "torn.parquet": (b"PAR1nonsense", "corrupt"),
    "torn.mhtml": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "corrupt"),
    "archive.7z": (b"7z\xbc\xaf\x27\x1c", "unknown_type"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_gives_no_page_gives_a_reason(tmp_path: Path, name: str) -> None:
    data, reason = BROKEN[name]
    (tmp_path / name).write_bytes(data)
    assert told(tmp_path / name) == [reason]


def test_links_pipes_sockets_and_strange_names(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "deep").mkdir(parents=True)
    (tmp_path / "secret.html").write_bytes(HTML)
    (raw / "out.html").symlink_to(tmp_path / "secret.html")
    (raw / "deep" / "cycle").symlink_to(raw)
    os.mkfifo(raw / "pipe.html")
    (raw / ".hidden.html").write_bytes(HTML)
    names = [b"line\nbreak.html", b"\xff\xfe.html", "名".encode() * 83 + b".html", b"..a.html", b"%s{x}.html"]
    for name in names[:3] + names[4:]:
        (Path(os.fsdecode(os.fsencode(raw) + b"/" + name))).write_bytes(HTML + name)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        os.rename(tmp_path / "s", raw / "socket.html")
        found = list(scan(str(raw)))
    rejects = {f.source: f.reason for f in found if isinstance(f, Reject)}
    assert rejects == {
        "out.html": "symlink",
        "deep/cycle": "symlink",
        "pipe.html": "not_a_file",
        "socket.html": "not_a_file",
    }
    files = [f for f in found if isinstance(f, SourceFile)]
    assert len(files) == 4
    assert all(f.name.encode("utf-8") for f in files)
    assert all([type(r) for r in read_source(f, CONFIG)] == [Record] for f in files)


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(HTML)
    (file,) = scan(str(tmp_path / "a.html"))
    (tmp_path / "a.html").rename(tmp_path / "b.html")
    (tmp_path / "a.html").symlink_to(tmp_path / "b.html")
    assert [f.reason for f in read_source(file, CONFIG) if isinstance(f, Reject)] == ["unreadable"]


def test_globs(tmp_path: Path) -> None:
    for name in ("a1/x.html", "a2/y.html", "b/z.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(HTML)
    assert [f.name for f in scan(str(tmp_path / "a*/*.html"))] == ["a1/x.html", "a2/y.html"]


def test_kinds_of_text() -> None:
    assert kind_of("﻿一、".encode(), "a.txt") == "page"
    assert kind_of("一、".encode("utf-16"), "a.txt") == "page"
    assert kind_of("一、".encode("gbk"), "a.txt.gz") == "page"
    for codec in ("utf-16-le", "utf-16-be"):
        assert kind_of("一、准时到岗。\r\n二、着装整齐。\r\n".encode(codec), "a.txt") == "page"
        assert kind_of(HTML.decode().encode(codec), "a.bin") == "page"
    assert kind_of("MZ车间制度".encode(), "a.txt") == kind_of("ID3标签".encode(), "a.txt") == "page"
    assert kind_of(b"{}", "a.txt") == "jsonl"
    assert stat.S_ISREG(0o100644)


@given(st.lists(st.text("\\xf0\udcff\udcfe制a", max_size=7), min_size=2, max_size=9, unique=True))
def test_no_two_names_print_alike(names: list[str]) -> None:
    assert len({printable(name) for name in names}) == len(names)


def test_files_whose_names_differ_in_a_byte_and_its_escape_are_two(tmp_path: Path) -> None:
    for name in (b"\xff.html", rb"\xff.html"):
        (tmp_path / os.fsdecode(name)).write_bytes(HTML)
    assert sorted(f.name for f in scan(str(tmp_path))) == [r"\\xff.html", r"\xff.html"]
