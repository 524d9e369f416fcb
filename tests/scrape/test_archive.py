import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.scrape.archive import LOG_NAME, Archive, Exchange, Original

ABOUT = {"site": "范文站", "kind": "article", "via": ""}
WHEN = datetime(2024, 5, 20, 1, 2, 3, tzinfo=UTC)


def exchange(body: bytes, status: int = 200, url: str = "http://a.com/1.html") -> Exchange:
    headers = [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"), ("X-Odd", "caf\xe9")]
    return Exchange(url, [("User-Agent", "fanwen")], status, "OK", headers, body, "192.0.2.1", WHEN, 0.5)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    (tmp_path / ".crawl").mkdir()
    return Archive(tmp_path, {}, max_bytes=100_000)


def stored(archive: Archive, body: bytes) -> tuple[str, int]:
    archive.new_name()
    place = archive.store(exchange(body), ABOUT)
    return place.file, place.offset


def records(path: Path) -> list[tuple[str, str, bytes]]:
    with path.open("rb") as stream:
        return [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI") or "", r.content_stream().read())
            for r in ArchiveIterator(stream, check_digests="raise")
        ]


def checked(path: Path) -> int:
    class Arguments:
        inputs = (str(path),)
        verbose = False

    return int(Checker(Arguments()).process_all())


def test_an_exchange_is_a_response_a_request_and_what_is_known_of_it(archive: Archive) -> None:
    file, offset = stored(archive, b"<p>body</p>")
    found = records(archive.folder / file)
    assert [kind for kind, _, _ in found] == ["warcinfo", "response", "request", "metadata"]
    assert found[1][2] == b"<p>body</p>"
    assert "site: 范文站" in found[3][2].decode()
    assert archive.read_body(file, offset) == b"<p>body</p>"
    assert checked(archive.folder / file) == 0


def test_a_packed_body_is_kept_packed_and_read_unpacked(archive: Archive) -> None:
    archive.new_name()
    whole = exchange(gzip.compress(b"<p>body</p>"))
    whole.headers.append(("Content-Encoding", "gzip"))
    place = archive.store(whole, ABOUT)
    assert archive.read_body(place.file, place.offset) == b"<p>body</p>"
    assert checked(archive.folder / place.file) == 0


def test_every_record_is_a_member_of_its_own(archive: Archive) -> None:
    places = [stored(archive, f"<p>{n}</p>".encode()) for n in range(5)]
    for number, (file, offset) in enumerate(places):
        assert archive.read_body(file, offset) == f"<p>{number}</p>".encode()


@pytest.mark.parametrize(
    ("status", "profile"), [(304, "server-not-modified"), (200, "identical-payload-digest")]
)
def test_an_unchanged_body_is_a_revisit(archive: Archive, status: int, profile: str) -> None:
    archive.new_name()
    first = archive.store(exchange(b"same"), ABOUT)
    original = Original("http://a.com/1.html", "2024-05-20T01:02:03.000000Z", first.payload_digest)
    place = archive.revisit(exchange(b"", status), original, ABOUT)
    with (archive.folder / place.file).open("rb") as stream:
        revisit = next(r for r in ArchiveIterator(stream) if r.rec_type == "revisit")
    assert revisit.rec_headers.get_header("WARC-Profile").endswith(profile)
    assert revisit.rec_headers.get_header("WARC-Refers-To-Target-URI") == "http://a.com/1.html"
    assert revisit.rec_headers.get_header("WARC-Payload-Digest") == first.payload_digest
    assert checked(archive.folder / place.file) == 0


def test_files_are_rotated_and_named_without_the_address(archive: Archive) -> None:
    files = {stored(archive, random.Random(n).randbytes(60_000))[0] for n in range(4)}
    assert len(files) == 2
    assert all(name.startswith("fanwen-20") and "a.com" not in name for name in files)


def test_what_was_not_promised_is_cut_off(archive: Archive, tmp_path: Path) -> None:
    file, offset = stored(archive, b"one")
    archive.log({"a": 1})
    promised = archive.lengths()
    assert archive.lengths() == {}
    later = archive.store(exchange(b"two"), ABOUT)
    archive.log({"a": 2})
    with (tmp_path / file).open("ab") as stream:
        stream.write(b"\x1f\x8btorn")
    again = Archive(tmp_path, promised, max_bytes=100_000)
    assert again.read_body(file, offset) == b"one"
    assert again.read_body(file, later.offset) is None
    assert len(records(tmp_path / file)) == 4
    assert [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()] == [{"a": 1}]


def test_a_file_that_was_only_announced_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "fanwen-x.warc.gz").write_bytes(b"torn")
    Archive(tmp_path, {"fanwen-x.warc.gz": 0, "fanwen-gone.warc.gz": 10}, max_bytes=1)
    assert not list(tmp_path.glob("*.warc.gz"))


def test_a_body_that_is_gone_is_none(archive: Archive) -> None:
    assert archive.read_body("fanwen-gone.warc.gz", 0) is None
    assert not archive.has("fanwen-gone.warc.gz")
