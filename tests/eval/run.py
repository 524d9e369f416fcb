"""Score the program and hold it to the pinned floors.

usage: run.py [--gold DIR] [--only TEXT] [--pin [--lower]]
Without --gold the gold is tests/gold, scored by scorers.py. With it, DIR is a folder of gold with the scripts
that score it beside it (DIR/../eval): these scripts are run and judge themselves. Exit 1 when a measure is
under its floor, or when tests/gold is not what its floors were pinned for; exit 5 when there is no gold.
--only TEXT  only the jobs whose name contains TEXT
--pin        raise the floors of tests/gold to what is measured now and record its digest; with --lower they
             may fall as well
"""

import argparse
import functools
import hashlib
import json
import math
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import scorers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OWN_GOLD = ROOT / "tests" / "gold"
FLOORS = HERE / "floors.json"
PROGRAM = (sys.executable, "-m", "pipeline")
OWN_ARTICLES = 3000
OWN_PAGES = 200
SLACK = {
    "dedup": 0.005,
    "ingest": 0.005,
}  # a handful of its 3,000 articles on the other side of a threshold is no loss
NO_GOLD = 5
MEASURE = re.compile(r"(\w+)=([0-9.eE+-]+)")
Floors = dict[str, float]


def digest(folder: Path) -> str:
    """A digest of every file of a folder, its names included."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def short_of(scores: scorers.Scores, floors: Floors) -> list[str]:
    """What falls short, in words. A measure that was not given counts as 0."""
    return [f"{k} {scores.get(k, 0.0):.4f} < {v}" for k, v in floors.items() if scores.get(k, 0.0) < v]


def tell(name: str, scores: scorers.Scores, floors: Floors) -> bool:
    """Print the scores of a job and what falls short; whether all floors hold."""
    print(f"{name}: " + " ".join(f"{k}={v:.4g}" for k, v in scores.items()), flush=True)
    short = short_of(scores, floors)
    if short:
        print("  FALLS SHORT: " + "; ".join(short), flush=True)
    return not short


# -- gold of our own


def own_jobs(gold: Path) -> dict[str, Callable[[], scorers.Scores]]:
    """Name -> scoring function over the gold of our own."""
    jobs: dict[str, Callable[[], scorers.Scores]] = {}
    for kind in ("clauses", "faulty"):
        for form in ("lines", "flat", "flat_t"):
            command = (*PROGRAM, "clauses")
            jobs[f"{kind}/{form}"] = functools.partial(scorers.score_clauses, gold / kind, form, command)
    jobs["pages"] = lambda: scorers.score_pages(gold / "pages", (*PROGRAM, "parse"))
    jobs["damage"] = lambda: scorers.score_damage(gold / "damage", (*PROGRAM, "repair"))
    jobs["dedup"] = own_dedup
    jobs["ingest"] = own_ingest
    return jobs


def own_dedup() -> scorers.Scores:
    """Scores on a corpus generated here and now."""
    with tempfile.TemporaryDirectory() as folder:
        made = (sys.executable, str(ROOT / "scripts" / "make_corpus.py"), str(OWN_ARTICLES), folder)
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        return scorers.score_dedup(Path(folder), (*PROGRAM, "dedup"))


def own_ingest() -> scorers.Scores:
    """Scores of a whole ingest of pages generated here and now."""
    with tempfile.TemporaryDirectory() as folder:
        made = (sys.executable, str(ROOT / "scripts" / "make_pages.py"), str(OWN_PAGES), folder)
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        return scorers.score_ingest(Path(folder), (*PROGRAM, "ingest"))


def pinned(old: Floors, scores: scorers.Scores, *, slack: float = 0.0, lower: bool) -> Floors:
    """Floors moved to the scores less `slack`, rounded down to four places; down only if asked for."""
    new = {k: math.floor((v - slack if v < 1 else v) * 10_000) / 10_000 for k, v in scores.items()}
    return new if lower else {k: max(v, old.get(k, 0.0)) for k, v in new.items()}


def run_own(only: str, *, pin: bool, lower: bool) -> int:
    """Score tests/gold; the exit code."""
    known: dict[str, Any] = json.loads(FLOORS.read_text("utf-8"))
    own, now = known["own"], digest(OWN_GOLD)
    held = pin or own["digest"] == now
    if not held:
        print("tests/gold has changed since its floors were pinned: run tests/eval/run.py --pin", flush=True)
    for name, job in own_jobs(OWN_GOLD).items():
        if only not in name:
            continue
        scores = job()
        if pin:
            own["floors"][name] = pinned(
                own["floors"].get(name, {}), scores, slack=SLACK.get(name, 0.0), lower=lower
            )
        held = tell(name, scores, own["floors"].get(name, {})) and held
    if pin:
        own["digest"] = now
        FLOORS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0 if held else 1


# -- gold of others, scored by their own scripts


def foreign_jobs(gold: Path, work: Path) -> Iterator[tuple[str, list[str], str]]:
    """(name, command without floors, word of the program) of every job whose gold or maker is there."""
    scripts = gold.resolve().parent / "eval"
    for group, forms in (("statutes", ("lines", "flat", "flat_t")), ("mixed", ("lines", "flat"))):
        for form in forms:
            folder = gold / "clauses" / group
            if (folder / form).is_dir():
                yield (
                    f"clauses/{group}/{form}",
                    [str(scripts / "clauses.py"), str(folder), "--form", form],
                    "clauses",
                )
    for name in ("pages", "html"):
        if (gold / name).is_dir():
            yield f"pages/{name}", [str(scripts / "pages.py"), str(gold / name)], "parse"
    if (gold / "damage").is_dir():
        yield "damage", [str(scripts / "repair.py"), str(gold / "damage")], "repair"
    if (scripts / "corpus.py").is_file():
        for name, options in json.loads(FLOORS.read_text("utf-8"))["shared"]["corpora"].items():
            yield (
                f"dedup/{name}",
                [str(scripts / "dedup.py"), str(work / name), *shlex.split(options)],
                "dedup",
            )


def run_foreign(gold: Path, only: str) -> int:
    """Run the scripts that stand beside a folder of gold; the exit code."""
    shared: dict[str, Any] = json.loads(FLOORS.read_text("utf-8"))["shared"]
    if shared["digest"] != digest(gold):
        print("note: not the gold the floors were pinned for", flush=True)
    ran = failed = 0
    with tempfile.TemporaryDirectory() as work:
        for name, command, word in foreign_jobs(gold, Path(work)):
            if only not in name:
                continue
            if word == "dedup":
                corpus, options = Path(command[1]), command[2:]
                command = command[:2]
                maker = [sys.executable, str(Path(command[0]).with_name("corpus.py")), *options, str(corpus)]
                subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)
            floors = [f"{k}={v}" for k, v in shared["floors"].get(name, {}).items()]
            program = shlex.join((*PROGRAM, word))
            argv = [sys.executable, *command, "--cmd", program, *(("--floor", *floors) if floors else ())]
            print(f"== {name}", flush=True)
            failed += subprocess.run(argv, cwd=ROOT).returncode != 0
            ran += 1
    print(f"{ran} jobs, {failed} short of their floors", flush=True)
    return NO_GOLD if not ran else 1 if failed else 0


def main() -> int:
    """Read the options; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--lower", action="store_true")
    o = parser.parse_args()
    if o.gold is None:
        return run_own(o.only, pin=o.pin, lower=o.lower)
    if not o.gold.is_dir():
        print(f"{o.gold}: no such folder", file=sys.stderr)
        return NO_GOLD
    return run_foreign(o.gold, o.only)


if __name__ == "__main__":
    sys.exit(main())
