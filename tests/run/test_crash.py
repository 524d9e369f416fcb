"""Runs that die: whenever it happens, what stands is whole, and the next run ends with the same rows."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from small_corpora import digests, settings, write_pages

from pipeline.check import check
from pipeline.run import ingest

HERE = Path(__file__).parent


def crashes(raw: Path, work: Path, points: str) -> list[dict[str, Any]]:
    command = [sys.executable, str(HERE / "crash_driver.py"), str(raw), str(work), points]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def changed_corpus(folder: Path) -> tuple[Path, Path]:
    """A corpus whose first state is ingested in `work/start`, and then grown, changed and cut."""
    raw, work = folder / "raw", folder / "work"
    write_pages(raw, range(8))
    ingest(raw, work / "start", config=settings())
    write_pages(raw, range(8, 11))
    write_pages(raw, [2], seed=7)
    (raw / "000" / "00003.html").unlink()
    return raw, work


def assert_all_survived(answers: list[dict[str, Any]], wanted: dict[str, Any], generations: set[int]) -> None:
    for answer in answers:
        assert answer["status"] == -signal.SIGKILL, answer
        if answer["found"]:
            assert answer["found"]["generation"] in generations
            assert not answer["found"]["problems"], answer
        assert {k: tuple(v) for k, v in answer["digests"].items()} == wanted
        assert not answer["problems"]
        assert len(answer["left"]) <= 2


def points(count: int, chosen: int) -> str:
    """`chosen` of the points 1..count, spread evenly, and all of the last 40: the commit and what follows."""
    spread = set(range(1, count, max(1, count // chosen)))
    return ",".join(map(str, sorted(spread)))


def test_a_first_ingest_killed_on_its_way(tmp_path: Path) -> None:
    raw, work = tmp_path / "raw", tmp_path / "work"
    write_pages(raw, range(6))
    work.mkdir()
    (whole,) = crashes(raw, work, "count")
    wanted = {k: tuple(v) for k, v in whole["digests"].items()}
    assert_all_survived(crashes(raw, work, points(whole["status"], 6)), wanted, {1})


def test_a_second_ingest_killed_on_its_way(tmp_path: Path) -> None:
    raw, work = changed_corpus(tmp_path)
    (whole,) = crashes(raw, work, "count")
    ingest(raw, tmp_path / "fresh", config=settings())
    assert {k: tuple(v) for k, v in whole["digests"].items()} == digests(tmp_path / "fresh")
    answers = crashes(raw, work, points(whole["status"], 6))
    assert_all_survived(answers, digests(tmp_path / "fresh"), {1, 2})


@pytest.mark.long
def test_killed_between_every_two_steps(tmp_path: Path) -> None:
    raw, work = changed_corpus(tmp_path)
    (whole,) = crashes(raw, work, "count")
    wanted = {k: tuple(v) for k, v in whole["digests"].items()}
    every = ",".join(map(str, range(1, whole["status"])))
    assert_all_survived(crashes(raw, work, every), wanted, {1, 2})


def killed_after(raw: Path, out: Path, seconds: float, workers: int) -> bool:
    """Start an ingest as a process of its own and kill it; False when it was done before."""
    code = (
        "import sys; from small_corpora import settings; from pipeline.run import ingest\n"
        "if __name__ == '__main__': print('ready', flush=True); ingest(sys.argv[1], sys.argv[2], "
        "config=settings(workers=int(sys.argv[3])))"
    )
    script = out.parent / "start.py"
    script.write_text(code)
    child = subprocess.Popen(
        [sys.executable, str(script), str(raw), str(out), str(workers)],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    alive = child.poll() is None
    child.kill()
    child.wait()
    child.stdout.close()
    return alive


def kill_at_random(tmp_path: Path, pages: int, kills: int, workers: int) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(pages))
    ingest(raw, tmp_path / "warm", config=settings(workers=workers))  # compiles what is not compiled yet
    started = time.monotonic()
    ingest(raw, tmp_path / "fresh", config=settings(workers=workers))
    whole_run = time.monotonic() - started
    rng = random.Random(pages)
    killed = 0
    for attempt in range(kills * 6):
        alive = killed_after(raw, out, rng.uniform(0, whole_run), workers)
        killed += alive
        if (out / "manifest.json").exists():
            assert not check(out)
        if killed >= kills:
            break
        if not alive or attempt % 4 == 3:
            shutil.rmtree(out, ignore_errors=True)
    assert killed >= kills
    ingest(raw, out, config=settings(workers=workers))
    assert digests(out) == digests(tmp_path / "fresh")
    assert not check(out)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    kill_at_random(tmp_path, pages=30, kills=2, workers=2)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    kill_at_random(tmp_path, pages=300, kills=50, workers=2)
