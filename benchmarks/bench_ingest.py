"""Ingest: bytes to Parquet, growth, memory, a run with nothing to do, and 1 % more pages.

usage: bench_ingest.py [--sizes 300,1000,3000] [--size-kb 50] [--peer-pages 200] [--corpus RAW --more RAW]
Pages are of our own making (scripts/make_pages.py), `--size-kb` KB each. Everything is CPU time of whole
processes with one worker, start-up included. `pages/cpu s` is pages per second and core, the growth exponent
the slope of log time over log pages. The peer, trafilatura in its own environment, merely extracts the text.
`--sizes 1000,10000,100000` is the run of docs/operations.md, half an hour; "" is none. `--corpus` and
`--more` are folders of pages made before, the second with what is added: they are the last size, and are
linked into a folder beside the first.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from harness import ROOT, TRAFILATURA, Piece, Run, grid, growth_exponent, interpreter, run_once

EXTRACTOR = Piece("trafilatura", (), TRAFILATURA)
SMALLEST_REFIT = "50000"  # pages; below it every ingest refits the corpus model
NEVER_REFIT = "0"
INGEST = """
import dataclasses, gc, json, resource, sys
from pipeline.__main__ import OBJECTS
gc.set_threshold(OBJECTS)  # as the command does
from pipeline.engine.lean import leave_pandas_out
leave_pandas_out()  # as the command does, too
from pipeline.config import Config, IngestConfig
from pipeline.run import ingest
if __name__ == "__main__":
    raw, out, below = sys.argv[1:]
    settings = dataclasses.replace(Config(), ingest=IngestConfig(workers=1, refit_below=int(below)))
    summary = ingest(raw, out, config=settings)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"items": summary.pages, "quality": {"parsed": summary.parsed}, "peak": peak_mb}))
"""
EXTRACT = """
import json, sys, time
from pathlib import Path
import trafilatura
pages = [p.read_bytes() for p in sorted(Path(sys.argv[1]).rglob("*.html"))[: int(sys.argv[2])]]
start = time.process_time()
found = sum(bool(trafilatura.extract(p)) for p in pages)
cpu_s = time.process_time() - start
print(json.dumps({"cpu_s": cpu_s, "items": len(pages), "quality": {"extracted": found}}))
"""


def make_pages(out: Path, count: int, start: int, size_kb: int) -> None:
    """Write pages `start` to `start + count` of the corpus of seed 1."""
    script = str(ROOT / "scripts" / "make_pages.py")
    options = ["--start", str(start), "--size-kb", str(size_kb)]
    run_once([sys.executable, script, str(count), str(out), *options])


def ingest(work: Path, below: str = SMALLEST_REFIT) -> Run:
    """One ingest of `work/raw` in a process of its own."""
    script = work / "ingest.py"
    script.write_text(INGEST)
    return run_once([sys.executable, str(script), str(work / "raw"), str(work / "out"), below])


def line(what: str, run: Run, whole: Run | None) -> list[str]:
    """One line of the table: CPU, wall, peak memory, pages per CPU second, parsed, share of the whole."""
    pages = run.said["items"]
    share = "" if whole is None else f"{run.cpu_s / whole.cpu_s:.3f}"
    parsed = str(run.said.get("quality", {}).get("parsed", "-"))
    cells = [f"{run.cpu_s:.1f}", f"{run.wall_s:.1f}", f"{run.peak_mb:.0f}", f"{pages / run.cpu_s:.0f}"]
    return [what, *cells, parsed, share]


def link_pages(out: Path, raw: Path) -> None:
    """Link the files of a folder of pages into `out/raw`."""
    shutil.copytree(raw, out / "raw", copy_function=os.link, dirs_exist_ok=True)


def measure(work: Path, first: Callable[[], None], more: Callable[[], None]) -> tuple[list[list[str]], Run]:
    """All runs over the pages that `first` puts into `work`, `more` more; the lines, and the whole ingest."""
    first()
    whole = ingest(work)
    lines = [line(f"{whole.said['items']:,} pages", whole, whole), line("  nothing new", ingest(work), whole)]
    more()
    lines.append(line("  1 % more, stored model", ingest(work, NEVER_REFIT), whole))
    return lines, whole


def measure_size(size: int, size_kb: int) -> tuple[list[list[str]], Run]:
    """All runs at one size, of pages made for it."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        return measure(
            work,
            lambda: make_pages(work, size, 0, size_kb),
            lambda: make_pages(work, max(1, size // 100), size, size_kb),
        )


def measure_corpus(raw: Path, more: Path) -> tuple[list[list[str]], Run]:
    """All runs over pages that were made before."""
    with tempfile.TemporaryDirectory(dir=raw.resolve().parent) as folder:
        work = Path(folder)
        return measure(work, lambda: link_pages(work, raw), lambda: link_pages(work, more))


def peer(pages: int, size_kb: int) -> list[str]:
    """Trafilatura over the same kind of pages."""
    with tempfile.TemporaryDirectory() as folder:
        make_pages(Path(folder), pages, 0, size_kb)
        python = str(interpreter(EXTRACTOR))
        found = run_once([python, "-c", EXTRACT, str(Path(folder) / "raw"), str(pages)])
    return line(f"trafilatura, {pages} pages extracted", found, None)


def main() -> None:
    """Read the options, run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="300,1000,3000", help="an empty word: none")
    parser.add_argument("--size-kb", type=int, default=50)
    parser.add_argument("--peer-pages", type=int, default=200, help="0: no peer")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--more", type=Path)
    o = parser.parse_args()
    head = ["ingest, one worker", "cpu s", "wall s", "peak MB", "pages/cpu s", "parsed", "of the whole"]
    wholes: list[Run] = []
    sizes = [int(size) for size in o.sizes.split(",") if size]
    made = (measure_size(size, o.size_kb) for size in sizes)
    last = (measure_corpus(o.corpus, o.more) for _ in range(1 if o.corpus else 0))
    for found, whole in chain(made, last):
        print(grid([head, *found]), flush=True)
        wholes.append(whole)
    if o.peer_pages:
        print(grid([head, peer(o.peer_pages, o.size_kb)]))
    if len(wholes) > 1:
        pages = [whole.said["items"] for whole in wholes]
        print(f"growth exponent {growth_exponent(pages, [whole.cpu_s for whole in wholes]):.2f}")


if __name__ == "__main__":
    main()
