"""Measure pieces of work side by side: ours and the peers', each peer in a pinned environment of its own.

A piece is a command. It is run as a child process, several times, in rounds in which every piece has
its turn, so that a busy machine disturbs all of them alike. Compared are CPU seconds; shown are medians
and the median of the ratios within a round. A piece may print, as the last line of its stdout, one JSON
object: `cpu_s` (the part to be compared, start-up left out), `items` (how many things it did),
`quality` (any name -> number).

Nothing here asserts a time. Cost: the pieces' own.
"""

import gc
import hashlib
import json
import math
import os
import selectors
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".bench"
# Of more than one benchmark: an environment is made anew when its requirements change.
TRAFILATURA = ("trafilatura==2.3.1", "lxml_html_clean==0.4.6")


@dataclass(frozen=True, slots=True)
class Piece:
    """A named piece of work: `argv` after the interpreter, and the pinned requirements of its environment.

    No requirements: the environment of the program itself.
    """

    name: str
    argv: tuple[str, ...]
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a piece. `said` is the JSON object it printed last, or empty; `told` is its stderr."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    said: dict[str, Any] = field(default_factory=dict)
    told: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """All runs of one piece, and its CPU time over the first piece's, as the median over the rounds."""

    name: str
    runs: tuple[Run, ...]
    ratio: float

    def median(self, measure: str) -> float:
        """The median of `cpu_s`, `wall_s` or `peak_mb`."""
        return float(statistics.median(getattr(run, measure) for run in self.runs))

    @property
    def said(self) -> dict[str, Any]:
        """What the last run printed."""
        return self.runs[-1].said


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The interpreter of `.bench/<name>/`, a pinned environment, made when missing or pinned otherwise.

    Uses uv where it is installed, else venv and pip. Raises CalledProcessError when the installation fails.
    """
    unpinned = [r for r in requirements if "==" not in r and "@" not in r]
    if unpinned:
        raise ValueError(f"pin {', '.join(unpinned)} with ==")
    home = ENVIRONMENTS / name
    python, stamp = home / "bin" / "python", home / "pinned"
    pinned = hashlib.sha256("\n".join([sys.version, *requirements]).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text("utf-8") == pinned:
        return python
    shutil.rmtree(home, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(home)]
        install = [uv, "pip", "install", "--quiet", "--python", str(python), *requirements]
    else:
        make = [sys.executable, "-m", "venv", str(home)]
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *requirements,
        ]
    for command in (make, install):
        subprocess.run(command, check=True)
    stamp.write_text(pinned, "utf-8")
    return python


def interpreter(piece: Piece) -> Path:
    """The interpreter a piece runs in."""
    return environment(piece.name, piece.requirements) if piece.requirements else Path(sys.executable)


def run_once(command: Sequence[str]) -> Run:
    """Run a command and measure it as the system does: CPU with all its waited children, and peak memory.

    The peak is that of its largest single process, and no less than this process had when it was made: Linux
    hands that on. A piece that prints `peak_mb` (`own_peak_mb`) is believed instead. Raises RuntimeError with
    the end of stderr when it fails.
    """
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    out, error = child.stdout, child.stderr
    if out is None or error is None:
        raise RuntimeError("no pipes")
    with out, error:
        said, told = _drain(out.fileno(), error.fileno())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {child.returncode}\n{told[-2000:]}")
    values = last_json(said)
    cpu = float(values.get("cpu_s", usage.ru_utime + usage.ru_stime))
    return Run(cpu, wall, float(values.get("peak_mb", usage.ru_maxrss / 1024)), values, told)


def own_peak_mb() -> float:
    """The peak memory of the calling process since it began its program; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _drain(out: int, error: int) -> tuple[str, str]:
    """Everything a child writes to two pipes, read as it comes."""
    kept: dict[int, list[bytes]] = {out: [], error: []}
    with selectors.DefaultSelector() as selector:
        for fd in kept:
            selector.register(fd, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 65536)
                kept[key.fd].append(data)
                if not data:
                    selector.unregister(key.fd)
    texts = [b"".join(parts).decode("utf-8", "replace") for parts in kept.values()]
    return texts[0], texts[1]


def last_json(text: str) -> dict[str, Any]:
    """The JSON object in the last line of a text, or an empty one."""
    lines = text.strip().splitlines()
    try:
        value = json.loads(lines[-1]) if lines else {}
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def compare(pieces: Sequence[Piece], *, rounds: int = 3, warm: int = 1) -> list[Row]:
    """Run all pieces in interleaved rounds. The first piece is the one the ratios are taken against."""
    commands = [[str(interpreter(piece)), *piece.argv] for piece in pieces]
    for _ in range(warm):
        for command in commands:
            run_once(command)
    runs: list[list[Run]] = [[] for _ in pieces]
    for turn in range(rounds):
        for k in range(len(pieces)):
            at = (k + turn) % len(pieces)
            runs[at].append(run_once(commands[at]))
    first = runs[0]
    return [
        Row(
            p.name,
            tuple(rs),
            statistics.median(b.cpu_s / max(a.cpu_s, 1e-9) for a, b in zip(first, rs, strict=True)),
        )
        for p, rs in zip(pieces, runs, strict=True)
    ]


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call in this process, the collector of garbage switched off."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        if was_on:
            gc.enable()


def paired(works: Sequence[Callable[[], object]], *, rounds: int = 5) -> list[tuple[float, float]]:
    """(median CPU seconds, median ratio to the first) of functions called in turn in this process.

    Each is called once before, to warm up.
    """
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for turn in range(rounds):
        for k in range(len(works)):
            at = (k + turn) % len(works)
            times[at].append(cpu_seconds(works[at]))
    first = times[0]
    ratios = ([b / max(a, 1e-9) for a, b in zip(first, ts, strict=True)] for ts in times)
    return [(statistics.median(ts), statistics.median(rs)) for ts, rs in zip(times, ratios, strict=True)]


def growth_exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The exponent k of seconds ~ sizes**k: slope of the least-squares line through the logarithms."""
    xs, ys = [math.log(s) for s in sizes], [math.log(max(t, 1e-9)) for t in seconds]
    return statistics.linear_regression(xs, ys).slope


def linear_and_square(sizes: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """(a, b) of seconds = a·N + b·N², by least squares on the relative errors; b is what hurts at size."""
    rows = [(1.0, n, t / n) for n, t in zip(sizes, seconds, strict=True)]  # t/N = a + b·N
    line = statistics.linear_regression([n for _, n, _ in rows], [y for _, _, y in rows])
    return line.intercept, line.slope


def table(rows: Sequence[Row], *, unit: str = "items") -> str:
    """The rows as text: medians, ratio to the first, items per CPU second, and the quality told."""
    names = sorted({name for row in rows for name in row.said.get("quality", {})})
    head = ["piece", "cpu s", "wall s", "peak MB", "ratio", f"{unit}/cpu s", *names]
    lines = [head]
    for row in rows:
        items, quality = row.said.get("items"), row.said.get("quality", {})
        cpu = row.median("cpu_s")
        speed = f"{items / max(cpu, 1e-9):,.0f}" if items else "-"
        told = [f"{quality[n]:.4g}" if n in quality else "-" for n in names]
        cells = [
            f"{cpu:.2f}",
            f"{row.median('wall_s'):.2f}",
            f"{row.median('peak_mb'):.0f}",
            f"{row.ratio:.2f}",
        ]
        lines.append([row.name, *cells, speed, *told])
    return grid(lines)


def grid(lines: Sequence[Sequence[str]]) -> str:
    """Cells as aligned columns, the first to the left, numbers to the right."""
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    out = []
    for line in lines:
        cells = [
            c.ljust(w) if k == 0 else c.rjust(w) for k, (c, w) in enumerate(zip(line, widths, strict=True))
        ]
        out.append("  ".join(cells).rstrip())
    return "\n".join(out)
