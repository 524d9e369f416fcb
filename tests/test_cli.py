"""The command line as a user meets it: real processes, real files, exit codes of contract §2."""

import gzip
import json
import os
import pty
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

SAMPLE = Path(__file__).parent.parent / "raw" / "sample"


def fanwen(*words: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120)


def objects(done: subprocess.CompletedProcess[bytes]) -> list[dict]:
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from pipeline.cli import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "Usage" in done.stdout
    assert not loaded & {"numba", "pandas", "pyarrow", "numpy", "opencc", "bs4", "selectolax", "duckdb"}


def test_status_imports_nothing_of_a_run() -> None:
    code = "import sys; from pipeline.cli import run; run(['status', 'nowhere']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "pipeline.store.manifest" in loaded
    assert not loaded & {"pipeline.run", "pipeline.page", "pandas", "numba"}


def test_one_page_parses_without_compiling_a_kernel() -> None:
    code = f"import sys; from pipeline.cli import run; run(['parse', {str(SAMPLE / 'front-desk.txt')!r}])"
    code += "; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert json.loads(done.stdout)["articles"]
    assert "numba" not in done.stderr.split()


def test_parse_gives_an_object_a_file_in_order_and_reads_stdin() -> None:
    paths = sorted(SAMPLE.iterdir())[::-1]
    found = objects(fanwen("parse", *paths))
    assert [o["source"] for o in found] == [str(p) for p in paths]
    assert all(o["schema"] == "fanwen/1" for o in found)
    piped = objects(fanwen("parse", "-", stdin=paths[0].read_bytes()))
    assert piped[0]["page"] == found[0]["page"]


def test_parse_reads_what_ingest_reads(tmp_path: Path) -> None:
    page = (SAMPLE / "canteen.html").read_bytes()
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(page))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/y.html", page)
        archive.writestr("z.jpg", b"\xff\xd8\xff\xe0")
    (tmp_path / "rows.jsonl").write_text(
        json.dumps({"html": page.decode(), "url": "http://a.example/1"}), "utf-8"
    )
    (tmp_path / "utf16.html").write_bytes(page.decode().encode("utf-16-le"))
    (plain,) = objects(fanwen("parse", SAMPLE / "canteen.html"))
    for name, inside in (("a.html.gz", ""), ("rows.jsonl", "#0")):
        (found,) = objects(fanwen("parse", tmp_path / name))
        assert found["source"] == str(tmp_path / name) + inside
        assert found["articles"] == plain["articles"]
    assert objects(fanwen("parse", tmp_path / "utf16.html"))[0]["page"]["title"] == plain["page"]["title"]
    done = fanwen("parse", tmp_path / "a.zip")
    assert done.returncode == 5
    assert f"cannot read {tmp_path}/a.zip!/z.jpg: ".encode() in done.stderr
    assert json.loads(done.stdout)["source"] == f"{tmp_path}/a.zip!/x/y.html"
    piped = objects(fanwen("parse", "-", stdin=(tmp_path / "rows.jsonl").read_bytes()))
    assert [o["page"]["url"] for o in piped] == ["http://a.example/1"]


@pytest.mark.parametrize("command", ["parse", "clauses", "repair", "convert"])
def test_a_picture_is_no_text(tmp_path: Path, command: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)))
    (tmp_path / "a.txt").write_text("一、甲。", "utf-8")
    done = fanwen(command, tmp_path / "photo.jpg", tmp_path / "a.txt")
    assert done.returncode == 5
    assert f"cannot read {tmp_path}/photo.jpg".encode() in done.stderr
    assert "甲".encode() in done.stdout


def test_clauses_are_spans_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("总则\n一、甲。\n二、乙：（一）丙；（二）丁。\n", "utf-8")
    (answer,) = objects(fanwen("clauses", path))
    text = path.read_text("utf-8")
    for c in answer["clauses"]:
        assert text[c["raw_start"] : c["raw_end"]].strip() == (c["marker"] or "") + c["text"]
    assert [c["ordinal"] for c in answer["clauses"]] == [None, 1, 2, 1, 2]


def test_repair_tells_every_edit() -> None:
    text = (
        "前台應(yīng)當(dāng)負責(zé)對來訪人員進行規(guī)范登記，應(yīng)當(dāng)負責(zé)數(shù)據(jù)，" * 4
    )
    (answer,) = objects(fanwen("repair", "-", stdin=text.encode()))
    assert "(" not in answer["text"]
    assert {e["rule"] for e in answer["edits"]} == {"leak"}


def test_convert_keeps_every_byte_that_it_does_not_convert() -> None:
    done = fanwen("convert", "--config", "s2t", "-", stdin="后台\r\n  规范\n".encode())
    assert done.stdout.decode() == "後臺\r\n  規範\n"
    assert fanwen("convert", "--config", "x2y", "-", stdin=b"a").returncode == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["parse", "no/such/file"], 5, "cannot read no/such/file"),
        (["clauses", "no/such/file"], 5, "No such file"),
        (["schema", "nothing"], 2, "no table 'nothing'; tables: pages"),
        (["parse"], 2, "Missing argument"),
        (["nonsense"], 2, "No such command"),
        (["config", "--config", "no.toml"], 5, "cannot read config"),
        (["check", "no/such/folder"], 5, "no folder no/such/folder"),
        (["status", "no/such/folder"], 5, "no folder no/such/folder"),
    ],
)
def test_what_goes_wrong_is_told_and_coded(words: list[str], code: int, told: str) -> None:
    done = fanwen(*words)
    assert done.returncode == code
    assert told in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[page]\nhant = "xx"\n', "hant must be one of s2t"),
        ("[page]\nmax_lines = 0\n", "max_lines must be at least 1"),
        ("[page]\nmax_depth = 10001\n", "max_depth must be 1 to 10000, found 10001"),
        ("[ingest]\nmax_reject_rate = 7\n", "max_reject_rate must be 0 to 1"),
        ("[ingest]\npage_seconds = inf\n", "page_seconds must be 0.001 to 86400"),
        ("[ingest]\npage_seconds = nan\n", "page_seconds must be 0.001 to 86400"),
        ("[dedup]\nmin_chars = -5\n", "min_chars must be at least 4"),
        ("[ingest]\nmax_page_mb = 4096\n", "max_page_mb must be 1 to 1024"),
        (f"[ingest]\nkeep_runs = {10**20}\n", "keep_runs must be a number of 64 bits"),
    ],
)
def test_a_value_off_its_range_stops_before_any_page(tmp_path: Path, toml: str, told: str) -> None:
    settings = tmp_path / "c.toml"
    settings.write_text(toml, "utf-8")
    done = fanwen("ingest", SAMPLE, "--out", tmp_path / "out", "--config", settings)
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words", [["rejects", "OUT"], ["config"], ["schema"], ["parse", SAMPLE / "canteen.html"]]
)
def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path, words: list[object]) -> None:
    if "OUT" in words:
        (tmp_path / "raw").mkdir()
        for number in range(700):
            (tmp_path / "raw" / f"{number}.bin").write_bytes(b"\0\1\2\3")
        assert fanwen("ingest", tmp_path / "raw", "--out", tmp_path / "out").returncode == 3
    command = [
        sys.executable,
        "-m",
        "pipeline",
        *(str(tmp_path / "out") if w == "OUT" else str(w) for w in words),
    ]
    read, write = os.pipe()
    os.close(read)  # as `| head` does, sooner or later
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (75, b"no space left for what is written: standard output\n")


@pytest.mark.parametrize(
    ("raw", "out", "told"),
    [("", "out", "empty path"), ("raw", "./raw/", "cannot hold both"), (b"\xff", "out", "UTF-8")],
)
def test_paths_that_would_harm(tmp_path: Path, raw: str | bytes, out: str, told: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("一、甲", "utf-8")
    command = [sys.executable, "-m", "pipeline", "ingest", raw, "--out", out]
    done = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert told in done.stderr
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.txt", "raw"]


def test_names_where_python_takes_every_name_for_ascii(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "甲.html").write_bytes((SAMPLE / "canteen.html").read_bytes())
    env = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "pipeline", "ingest", "raw", "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert pq.read_table(tmp_path / "out" / "pages")["sources"].to_pylist() == [["甲.html"]]


def test_a_terminal_shows_how_far_the_work_is(tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    words = ["ingest", str(SAMPLE), "--out", str(tmp_path / "out"), "--workers", "1"]
    shown = b""
    with subprocess.Popen([sys.executable, "-m", "pipeline", *words], stderr=end) as running:
        os.close(end)
        with suppress(OSError):  # Linux: nobody has the other end open any more
            while part := os.read(terminal, 4096):
                shown += part
    os.close(terminal)
    assert running.returncode == 0, shown.decode()
    assert b"finish" in shown
    assert "6 pages" in shown.decode()


def test_an_interrupt_before_the_command_line_has_begun() -> None:
    code = (
        "import signal, sys; from pipeline.__main__ import main; "
        "signal.signal(signal.SIGALRM, signal.default_int_handler); "
        "signal.setitimer(signal.ITIMER_REAL, 0.002); sys.exit(main())"  # typer takes .1 s to import
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (done.returncode, done.stderr) == (130, b"")


def test_a_process_without_standard_output_works(tmp_path: Path) -> None:
    command = f"{sys.executable} -m pipeline ingest {SAMPLE} --out {tmp_path}/out --workers 1 >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert int((tmp_path / "out" / ".lock").read_text()) > 0  # its own, not what was meant for the output


def test_a_terminal_that_has_not_all_signs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert fanwen("ingest", SAMPLE, "--out", out, "--workers", 1).returncode == 0
    ids = pq.read_table(out / "articles")["article_id"].to_pylist()[:2]
    for words in (["explain", *ids, "--in", out], ["status", out]):
        command = [sys.executable, "-m", "pipeline", *map(str, words)]
        env = os.environ | {"PYTHONIOENCODING": "latin-1"}
        done = subprocess.run(command, capture_output=True, env=env)
        assert done.returncode == 0, done.stderr.decode()
    assert fanwen("explain", b"\xff".decode("utf-8", "surrogateescape"), ids[0], "--in", out).returncode == 2


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("an empty path", ["ingest", str(SAMPLE), "--out", ""]),  # a variable that is not set
        ("an empty path", ["dedup", "a.csv", "--text", "t", "--id", "i", "--out", ""]),
        ("an empty path", ["report", "--out", ""]),
        ("an empty path", ["scrape", "http://a.example/", "--into", "", "--contact", "a@b.example"]),
        ("an empty path", ["check", ""]),
        ("is a URL; a local path", ["ingest", str(SAMPLE), "--out", "s3://bucket/structured"]),
        ("is a URL; a local path", ["dedup", "a.csv", "--text", "t", "--id", "i", "--out", "s3://bucket/a"]),
        ("is a URL; a local path", ["check", "s3://bucket/structured"]),
    ],
)
def test_what_is_no_local_path_makes_no_folder(tmp_path: Path, told: str, words: list[str]) -> None:
    command = [sys.executable, "-m", "pipeline", *words]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, text=True)
    assert (done.returncode, told in done.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


def test_dedup_into_a_file_is_told_before_the_work(tmp_path: Path) -> None:
    table, taken = tmp_path / "a.csv", tmp_path / "taken"
    table.write_text("id,text\n1,a\n", "utf-8")
    taken.write_text("", "utf-8")
    done = fanwen("dedup", table, "--text", "text", "--id", "id", "--out", taken)
    assert done.returncode == 5
    assert done.stderr.decode().startswith("cannot write to")


def test_match_reads_stdin_and_check_misses_nothing_of_the_manifest(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert fanwen("ingest", SAMPLE, "--out", out, "--workers", 1).returncode == 0
    page = (SAMPLE / "canteen.html").read_bytes()
    matched = objects(fanwen("match", "-", "--against", out, stdin=page))
    assert matched[0]["id"] == "-:1"
    assert matched[0]["matches"][0]["relation"] == "exact"
    done = fanwen("match", SAMPLE / "missing.html", out / "articles", "--id", "article_id", "--against", out)
    assert (done.returncode, b"missing.html" in done.stderr) == (5, True)  # what can be read is answered
    assert len(done.stdout.splitlines()) == pq.read_table(out / "articles").num_rows
    path = out / "manifest.json"
    whole = json.loads(path.read_text("utf-8"))
    for key in ("stages", "digests", "schema", "roots"):
        path.write_text(json.dumps({k: v for k, v in whole.items() if k != key}), "utf-8")
        done = fanwen("check", out)
        assert (done.returncode, key in done.stderr.decode()) == (4, True)
    path.write_text(json.dumps(whole), "utf-8")
    (out / "model" / "sites.json").unlink()
    assert fanwen("check", out).returncode == 4


def test_an_unreadable_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("一、甲。\n", "utf-8")
    done = fanwen("clauses", tmp_path / "none.txt", good)
    assert done.returncode == 5
    assert json.loads(done.stdout)["source"] == str(good)


def test_logs_are_json_on_request() -> None:
    done = fanwen("--log-format", "json", "parse", "no/such/file")
    line = json.loads(done.stderr.splitlines()[0])
    assert "cannot read" in line["message"]
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)


def test_the_last_line_of_a_json_log_is_the_record_of_the_run(tmp_path: Path) -> None:
    words = ("--log-format", "json", "ingest", SAMPLE, "--out", tmp_path / "out")
    first, second = (json.loads(fanwen(*words).stderr.splitlines()[-1])["run"] for _ in range(2))
    assert (first["changed"], first["pages"], first["sources"]["new_or_changed"]) == (True, 6, 6)
    assert {"scan", "read", "finish", "commit"} <= set(first["seconds"])
    assert (second["changed"], second["generation"], second["parsed"]) == (False, 1, 0)


def test_a_dry_run_counts_and_writes_no_table(tmp_path: Path) -> None:
    out = tmp_path / "structured"
    done = fanwen("ingest", SAMPLE, "--out", out, "--dry-run")
    assert done.returncode == 0
    n = len(list(SAMPLE.iterdir()))
    assert f"{n} new or changed" in done.stderr.decode()
    assert not out.exists()


def test_what_is_no_file_and_what_has_gone_are_counted(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    for name in ("a.txt", "b.txt"):
        (raw / name).write_text(f"{name}值班制度\n一、准时到岗。\n二、做好记录。\n", "utf-8")
    (raw / "link.txt").symlink_to("a.txt")
    told = fanwen("ingest", raw, "--out", out, "--dry-run").stderr.decode()
    assert "3 seen, 2 new or changed, 0 unchanged, 1 refused, 0 vanished" in told
    assert "vanished" not in fanwen("ingest", raw, "--out", out, "--workers", 1).stderr.decode()
    (raw / "b.txt").unlink()
    told = fanwen("ingest", raw, "--out", out, "--dry-run").stderr.decode()
    assert "2 seen, 0 new or changed, 1 unchanged, 1 refused, 1 vanished" in told
    assert "1 rejected, 1 vanished;" in fanwen("ingest", raw, "--out", out, "--workers", 1).stderr.decode()
