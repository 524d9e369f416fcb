"""Ingest: bytes to Parquet, growth, memory, a run with nothing to do, and 1 % more pages.

usage: bench_ingest.py [--sizes 300,1000,3000] [--size-kb 50] [--rounds 3] [--corpus RAW --more RAW]
Pages are of our own making (scripts/make_pages.py), `--size-kb` KB each. Everything is CPU time of whole
processes with one worker, start-up included. `pages/cpu s` is pages per second and core, the growth exponent
the slope of log time over log pages. `make bench AREA=ingest SIZES=1000,10000,100000` is the whole run, three
quarters of an hour; "" is none. `--corpus` and `--more` are folders of pages made before, the second with
what is added: they are the last size, and are linked into a folder beside the first; without `--more` nothing
is added.

The peer, trafilatura in its own environment, merely extracts the text of `--peer-pages` pages, drawn evenly
over the last size, its start-up and the reading of files left out. It has its turn before and after each of
`--rounds` more ingests of all pages, and its pages per CPU second are those of both turns: the speed of a
shared machine changes within minutes.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness import ROOT, TRAFILATURA, Piece, Run, grid, growth_exponent, interpreter, run_once

EXTRACTOR = Piece("trafilatura", (), TRAFILATURA)
SMALLEST_REFIT = "50000"  # pages; below it every ingest refits the corpus model
NEVER_REFIT = "0"
HEAD = ["ingest, one worker", "cpu s", "wall s", "peak MB", "pages/cpu s", "parsed", "of the whole"]
TURNS = ["ingest, pages/cpu s", "trafilatura, pages/cpu s", "times as many"]
INGEST = """
import dataclasses, gc, json, resource, sys
from pipeline.__main__ import OBJECTS
gc.set_threshold(OBJECTS)  # as the command does
from pipeline.engine.lean import run_lean
run_lean()  # as the command does, too
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
files, count = sorted(p for p in Path(sys.argv[1]).rglob("*") if p.is_file()), int(sys.argv[2])
pages = [files[k * len(files) // count].read_bytes() for k in range(count)]
start = time.process_time()
found = sum(bool(trafilatura.extract(p)) for p in pages)
cpu_s = time.process_time() - start
print(json.dumps({"cpu_s": cpu_s, "items": len(pages), "quality": {"extracted": found}}))
"""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What lays pages out in a folder, what adds some to them, and where that folder is to be."""

    lay_out: Callable[[Path], None]
    add: Callable[[Path], None] | None
    beside: Path | None = None


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


def measure(work: Path, corpus: Corpus) -> tuple[list[list[str]], Run]:
    """All runs over a corpus, laid out in `work`; the lines, and the whole ingest."""
    corpus.lay_out(work)
    whole = ingest(work)
    lines = [line(f"{whole.said['items']:,} pages", whole, whole), line("  nothing new", ingest(work), whole)]
    if corpus.add:
        corpus.add(work)
        lines.append(line("  1 % more, stored model", ingest(work, NEVER_REFIT), whole))
    return lines, whole


def extract(work: Path, pages: int) -> Run:
    """Trafilatura over some of the pages in `work`."""
    return run_once([str(interpreter(EXTRACTOR)), "-c", EXTRACT, str(work / "raw"), str(pages)])


def take_turns(work: Path, pages: int, rounds: int) -> list[list[str]]:
    """Whole ingests of the pages in `work`, with the peer before and after each; the lines."""
    found, before = [], extract(work, pages)
    for _ in range(rounds):
        shutil.rmtree(work / "out")
        whole, after = ingest(work), extract(work, pages)
        ours = whole.said["items"] / whole.cpu_s
        theirs = 2 * pages / (before.said["cpu_s"] + after.said["cpu_s"])
        found.append([f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.2f}"])
        before = after
    return found


def of_size(size: int, size_kb: int) -> Corpus:
    """A corpus of so many pages, and of 1 % more."""
    more = partial(make_pages, count=max(1, size // 100), start=size, size_kb=size_kb)
    return Corpus(partial(make_pages, count=size, start=0, size_kb=size_kb), more)


def made_before(raw: Path, more: Path | None) -> Corpus:
    """A corpus of folders of pages."""
    beside = raw.resolve().parent
    return Corpus(partial(link_pages, raw=raw), partial(link_pages, raw=more) if more else None, beside)


def main() -> None:
    """Read the options, run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", default=os.environ.get("SIZES", "300,1000,3000"), help="an empty word: none"
    )
    parser.add_argument("--size-kb", type=int, default=50)
    parser.add_argument("--peer-pages", type=int, default=300, help="of a turn of the peer")
    parser.add_argument("--rounds", type=int, default=3, help="0: no peer")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--more", type=Path)
    o = parser.parse_args()
    corpora = [of_size(int(size), o.size_kb) for size in o.sizes.split(",") if size]
    if o.corpus:
        corpora.append(made_before(o.corpus, o.more))
    wholes: list[Run] = []
    for corpus in corpora:
        with tempfile.TemporaryDirectory(dir=corpus.beside) as folder:
            found, whole = measure(Path(folder), corpus)
            print(grid([HEAD, *found]), flush=True)
            wholes.append(whole)
            if o.rounds and corpus is corpora[-1]:
                print(grid([TURNS, *take_turns(Path(folder), o.peer_pages, o.rounds)]))
    if len(wholes) > 1:
        pages = [whole.said["items"] for whole in wholes]
        print(f"growth exponent {growth_exponent(pages, [whole.cpu_s for whole in wholes]):.2f}")


if __name__ == "__main__":
    main()
