"""Speed of repair and conversion, in CPU time of one core, beside plain passes over the same text.

usage: python benchmarks/bench_text.py [--rounds 7]
Texts are of our own writing: clean Simplified, clean Traditional, Traditional with a leak list through GBK
bytes. MB are of UTF-8. `ratio` is the time over that of the baseline named: one `str.translate` pass, or
OpenCC alone.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "text"), str(ROOT / "scripts")]

from byte_damage import clean_text, draw_damage  # noqa: E402

from pipeline.text.convert import TOFU_RISK, convert, convert_lines  # noqa: E402
from pipeline.text.repair import repair  # noqa: E402

N_PAGES = 40
N_LINES = 60  # about 3,000 characters a page
N_LEAKING = 16  # characters of the page; a leak every 55 bytes, as on the source page


def cpu_seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median CPU time of one call."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return median(times)


def megabytes(texts: list[str]) -> float:
    """Return the size in UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def show(name: str, texts: list[str], seconds: float, baseline: tuple[str, float]) -> None:
    """Print one line of the table."""
    speed, ratio = megabytes(texts) / seconds, seconds / baseline[1]
    print(f"{name:34} {speed:8.1f} MB/s   ratio {ratio:6.2f} to {baseline[0]}")


def bench_repair(rounds: int) -> None:
    """Compare repair with one translate pass over the same pages."""
    table = str.maketrans("務业（）", "务業()")
    hant = [clean_text(random.Random(seed), N_LINES) for seed in range(N_PAGES)]
    pages = {
        "repair, clean Simplified": [convert(text) for text in hant],
        "repair, clean Traditional": hant,
        "repair, leaks and shifts": [
            draw_damage(s, {"leak"}, N_LINES, n_leaking=N_LEAKING)[1].text for s in range(N_PAGES)
        ],
        "repair, leaks, marks and blanks": [
            draw_damage(s, {"leak", "stray_mark", "blank"}, N_LINES, n_leaking=N_LEAKING)[1].text
            for s in range(N_PAGES)
        ],
    }
    for name, texts in pages.items():
        baseline = cpu_seconds(lambda texts=texts: [t.translate(table) for t in texts], rounds)
        seconds = cpu_seconds(lambda texts=texts: [repair(t) for t in texts], rounds)
        show(name, texts, seconds, ("str.translate", baseline))


def bench_convert(rounds: int) -> None:
    """Compare conversion with OpenCC called alone, by page and by clause."""
    import opencc

    alone = opencc.OpenCC("t2s", include_tofu_risk_dictionaries=TOFU_RISK)
    pages = [clean_text(random.Random(seed), N_LINES) for seed in range(N_PAGES)]
    clauses = [line for page in pages for line in page.split("\n")] * 2
    by_page = cpu_seconds(lambda: [alone.convert(t) for t in pages], rounds)
    show(
        "convert t2s, by page",
        pages,
        cpu_seconds(lambda: [convert(t) for t in pages], rounds),
        ("opencc", by_page),
    )
    by_clause = cpu_seconds(lambda: [alone.convert(t) for t in clauses], rounds)
    show(
        "convert_lines t2s, each line twice",
        clauses,
        cpu_seconds(lambda: convert_lines(clauses), rounds),
        ("opencc", by_clause),
    )


def main() -> None:
    """Run both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    bench_repair(rounds)
    bench_convert(rounds)


if __name__ == "__main__":
    main()
