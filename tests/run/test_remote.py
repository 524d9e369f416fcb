"""Sources behind a URL, and roots that hold an output: the same rows as from a plain folder."""

import io
import os
import random
import shutil
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from small_corpora import digests, page, settings, write_pages

from pipeline.check import check
from pipeline.errors import InputError, TemporaryError
from pipeline.run import ingest
from pipeline.run.corpus import Options
from pipeline.store.remote import PART_BYTES, WHOLE_BYTES, open_url, scan_url, stat_url, url_of
from pipeline.store.scan import SourceFile, scan

ROWS = ("articles", "clauses", "pages", "pairs", "lines")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write_pages(tmp_path / "raw", range(6))
    (tmp_path / "raw" / ".hidden.html").write_bytes(page(99))
    return tmp_path / "raw"


def test_a_url_lists_what_its_folder_lists(raw: Path) -> None:
    found = [f for f in scan_url(raw.as_uri()) if isinstance(f, SourceFile)]
    plain = [f for f in scan(str(raw)) if isinstance(f, SourceFile)]
    assert [(f.name, f.size) for f in found] == [(f.name, f.size) for f in plain]
    for far, near in zip(found, plain, strict=True):
        with open_url(far.path) as handle:
            assert handle.read() == Path(near.path).read_bytes()
    assert [f.name for f in scan_url(raw.as_uri() + "/000/*1.html")] == ["00001.html"]
    (one,) = scan_url(raw.as_uri() + "/000/00001.html")
    with open_url(one.path) as handle:
        assert (one.name, handle.read()) == ("00001.html", page(1))
    assert stat_url(raw.as_uri() + "/000/00001.html", one.name) == one
    with pytest.raises(InputError, match="nothing is there"):
        list(scan_url((raw / "nowhere").as_uri()))
    with pytest.raises(InputError, match="cannot read"):
        list(scan_url("nosuchscheme://bucket/raw"))


def test_a_url_gives_the_rows_of_its_folder_run_after_run(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ingest(raw.as_uri(), out, config=settings())
    assert check(out) == []
    assert not ingest(raw.as_uri() + "/", out, config=settings()).changed
    write_pages(raw, [7])
    (raw / "000" / "00003.html").unlink()
    assert ingest(raw.as_uri(), out, config=settings()).parsed == 1
    ingest(raw, tmp_path / "plain", config=settings())
    assert digests(out) == digests(tmp_path / "plain")
    ingest(raw, out, config=settings(), options=Options(forget=(raw.as_uri(),)))
    assert digests(out) == digests(tmp_path / "plain")


def test_any_file_system_of_fsspec_is_read(raw: Path, tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.put(str(raw / "000"), "/raw/000", recursive=True)
    ingest("memory://raw", tmp_path / "far", config=settings())
    ingest(raw, tmp_path / "plain", config=settings())
    assert digests(tmp_path / "far") == digests(tmp_path / "plain")


class Gone(Exception):
    """As clients have their own: no OSError."""


class Flaky(MemoryFileSystem):
    protocol = "flaky"
    failing: tuple[str, ...] = ()

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.replace("flaky://", "memory://"))

    def _open(self, path: str, *words: object, **named: object) -> object:
        if "open" in self.failing:
            raise Gone("connection lost")
        return super()._open(path, *words, **named)

    def find(self, path: str, *words: object, **named: object) -> object:
        if "find" in self.failing:
            raise Gone("connection lost")
        return super().find(path, *words, **named)


@pytest.mark.parametrize("step", ["open", "find"])
def test_what_a_client_of_fsspec_raises_is_temporary(
    raw: Path, tmp_path: Path, monkeypatch, step: str
) -> None:
    fsspec.register_implementation("flaky", Flaky, clobber=True)
    fsspec.filesystem("flaky").put(str(raw / "000"), "/sheets/000", recursive=True)
    monkeypatch.setattr(Flaky, "failing", (step,))
    with pytest.raises(TemporaryError, match="connection lost"):
        ingest("flaky://sheets", tmp_path / "out", config=settings())
    monkeypatch.setattr(Flaky, "failing", ())
    assert ingest("flaky://sheets", tmp_path / "out", config=settings()).pages == 6


def test_an_output_below_its_root_is_no_source(raw: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(raw)
    ingest(".", "sub", config=settings())
    before = digests(raw / "sub")
    assert not ingest(".", "sub", config=settings()).changed
    shutil.copytree(raw / "sub", raw / "other", symlinks=True)
    (raw / "000" / "00001.html").rename("moved.html")
    ingest(".", "sub", config=settings())
    assert {n: d for n, d in digests(raw / "sub").items() if n != "pages"} == {
        n: d for n, d in before.items() if n != "pages"
    }
    with pytest.raises(InputError, match="is an output of fanwen"):
        ingest(os.fspath(raw / "other"), tmp_path / "out", config=settings())


def test_an_object_read_in_parts_reads_as_its_bytes_wherever_one_goes(tmp_path: Path) -> None:
    content = random.Random(3).randbytes(WHOLE_BYTES + PART_BYTES // 2)
    (tmp_path / "large.bin").write_bytes(content)
    plain, rng = io.BytesIO(content), random.Random(4)
    with open_url(url_of(f"file://{tmp_path}", "large.bin")) as parts:
        assert isinstance(parts, io.BufferedReader)
        for _ in range(60):
            if rng.random() < 0.6:
                place = rng.choice((rng.randrange(len(content)), len(content) - rng.randrange(1, 5000)))
                assert parts.seek(place) == plain.seek(place)
            size = rng.choice((1, 4096, PART_BYTES, len(content)))
            assert parts.read(size) == plain.read(size)
            assert parts.tell() == plain.tell()
