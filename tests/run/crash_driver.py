"""Runs ingests that die: `crash_driver.py RAW WORK POINTS` kills one at each point, then lets another finish.

POINTS: "count", or numbers separated by commas. A point is the n-th event of the audit hook that
changes the file system (open for writing, mkdir, link, symlink, rename, remove, rmtree; no fsync). The
child is forked from this process, which has imported everything and started no thread. Prints JSON: for each
point the generation found after the kill, whether its tables were whole, and the digests after the next run.
"""

import json
import os
import signal
import sys
from pathlib import Path

from small_corpora import digests, settings

from pipeline.check import check
from pipeline.run import ingest

EVENTS = {"os.mkdir", "os.link", "os.symlink", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}


class Fuse:
    """Counts changes of the file system, and kills this process at one of them."""

    def __init__(self, point: int | None) -> None:
        self.left, self.count = point, 0

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
        if event in EVENTS or writes:
            self.count += 1
            if self.count == self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def forked(raw: Path, out: Path, point: int | None) -> int:
    """Ingest in a child that dies at `point`; None counts the points. Return the count, or -signal."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            fuse = Fuse(point)
            sys.addaudithook(fuse)
            ingest(raw, out, config=settings())
            os.write(write, str(fuse.count).encode())
        finally:
            os._exit(0)
    os.close(write)
    _, status = os.waitpid(child, 0)
    said = os.read(read, 32)
    os.close(read)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else int(said)


def main(raw: Path, work: Path, points: str) -> None:
    """Run every point."""
    answers = []
    for point in [None] if points == "count" else [int(p) for p in points.split(",")]:
        out = work / f"out-{point}"
        if (work / "start").is_dir():
            os.system(f"cp -a {work / 'start'} {out}")
        status = forked(raw, out, point)
        found = None
        if (out / "manifest.json").exists():
            found = {"generation": json.loads((out / "manifest.json").read_text())["generation"]}
            found["problems"] = check(out)
        forked(raw, out, None)
        left = sorted(p.name for p in (out / ".generations").iterdir())
        answers.append(
            {"point": point, "status": status, "found": found, "digests": digests(out), "left": left}
            | {"problems": check(out)}
        )
        os.system(f"rm -rf {out}")
    print(json.dumps(answers))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
