"""Deduplication beside its peers, in one run on one corpus of folded texts; and how its cost grows.

usage: python benchmarks/bench_dedup.py [texts.parquet truth.parquet] [--rounds 3]
       python benchmarks/bench_dedup.py --sizes 10000,100000,1000000 [--rounds 3] [--memory-mb 0]
Each peer runs in a process and a pinned environment of its own. Without files a corpus of 4,000 articles is
made. Prints CPU seconds, articles a CPU-second, peak memory, F1 of pairs and adjusted Rand index, and ratios
to the first line. --sizes: instead, runs the whole command on tables of these numbers of texts, or on those
named (Parquet with `id` and `text`), fits seconds = a·N + b·N², and prints candidates and spilled bytes an
article. Asserts nothing.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path

import harness
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.text.fold import comparison_key

CHILD = str(Path(__file__).with_name("dedup_peers.py"))
PEERS = {
    "fanwen": (),
    "rensa": ("rensa==0.5.0",),
    "gaoya": ("gaoya==0.2.2",),
    "datasketch": ("datasketch==2.0.0",),
    "datatrove": ("datatrove==0.10.1", "xxhash==3.5.0", "regex==2026.11.19", "tokenizers==0.23.3"),
}
SHORTEST = 5  # units; peers have no shingle below
FEW = 700  # texts: enough for the kernels to be loaded (`entry.SMALL_SHORT_ROWS`)


def made_up(count: int) -> tuple[list[str], list[int]]:
    """Return texts and their labels: two in five are edited copies."""
    r = random.Random(1)
    signs = [chr(0x4E00 + i) for i in range(3000)]
    texts: list[str] = []
    labels: list[int] = []
    label = 0
    while len(texts) < count:
        text = "".join(r.choice(signs) for _ in range(r.randint(200, 1600)))
        for _ in range(1 if r.random() < 0.7 else r.randint(2, 6)):
            copy = list(text)
            for _ in range(r.randint(0, len(copy) // 15)):
                copy[r.randrange(len(copy))] = r.choice(signs)
            texts.append("".join(copy))
            labels.append(label)
        label += 1
    return texts[:count], labels[:count]


def write_keys(path: Path, texts: list[str], labels: list[int]) -> None:
    """Write the folded keys of the texts that have a label, with it."""
    rows = [(comparison_key(t), n) for t, n in zip(texts, labels, strict=True) if n >= 0]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows if len(row[0]) > SHORTEST)
    path.write_text("\n".join(lines), "utf-8")


def side_by_side(files: list[Path], rounds: int, folder: Path) -> None:
    """Run every engine on one corpus, print the table."""
    texts, labels = made_up(4000)
    if files:
        texts = pq.read_table(files[0])["text"].to_pylist()
        labels = pq.read_table(files[1])["label"].to_pylist()
    write_keys(folder / "keys.jsonl", texts, labels)
    keys = str(folder / "keys.jsonl")
    pieces = [harness.Piece(name, (CHILD, name, keys), pinned) for name, pinned in PEERS.items()]
    print(harness.table(harness.compare(pieces, rounds=rounds, warm=0), unit="articles"))


def write_rows(path: Path, count: int) -> None:
    """Write a made-up table of texts."""
    texts, _ = made_up(count)
    pq.write_table(pa.table({"id": [f"d{i:08}" for i in range(count)], "text": texts}), path)


def whole_run(table: Path, out: Path, memory_mb: int) -> tuple[harness.Run, str]:
    """Run the command on a table; return what it took, and what it counted: candidates, bytes spilled."""
    command = [sys.executable, "-m", "pipeline", "dedup", str(table), "--text", "text", "--id", "id"]
    command += ["--out", str(out), "--workers", "1", "--memory-mb", str(memory_mb)]
    run = harness.run_once(command)
    told = [line for line in run.told.splitlines() if line.startswith("CPU-seconds")]
    return run, told[0].split("s; ", 1)[1] if told else "nothing counted"


def growth(tables: list[Path], rounds: int, memory_mb: int, folder: Path) -> None:
    """Fit the CPU time of the whole command, start-up apart, to tables of growing size."""
    write_rows(folder / "few.parquet", FEW)
    whole_run(folder / "few.parquet", folder / "out", 0)  # compiles what is not compiled
    starts = [whole_run(folder / "few.parquet", folder / "out", 0)[0].cpu_s for _ in range(rounds)]
    start = statistics.median(starts)
    print(f"start-up {start:.2f} cpu s (a run on {FEW} texts)")
    sizes, seconds = [], []
    for table in tables:
        runs = [whole_run(table, folder / "out", memory_mb) for _ in range(rounds)]
        sizes.append(pq.ParquetFile(table).metadata.num_rows)
        cpu_s = statistics.median(run.cpu_s for run, _ in runs)
        seconds.append(cpu_s - start)
        peak = max(run.peak_mb for run, _ in runs)
        speed = f"{cpu_s:8.2f} cpu s {sizes[-1] / cpu_s:8.0f} articles/cpu s {peak:6.0f} MB"
        print(f"{sizes[-1]:>9} articles {speed}; {runs[-1][1]}", flush=True)
    a, b = harness.linear_and_square(sizes, seconds)
    square = b * sizes[-1] ** 2 / (a * sizes[-1] + b * sizes[-1] ** 2)
    print(f"{1e6 * a:.2f} µs an article + {1e12 * b:.3f} µs a million pairs: {square:.1%} at {sizes[-1]}")


def tables_of(given: list[str], folder: Path) -> list[Path]:
    """Return the tables that are named, made up where a number of texts is given."""
    tables = []
    for name in given:
        tables.append(folder / f"{name}.parquet" if name.isdigit() else Path(name))
        if name.isdigit():
            write_rows(tables[-1], int(name))
    return tables


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=lambda text: text.split(","), help="numbers of texts, or tables")
    parser.add_argument("--memory-mb", type=int, default=0, help="bound of the runs of --sizes; 0 = none")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.sizes:
            tables = tables_of(given.sizes, Path(folder))
            growth(tables, given.rounds, given.memory_mb, Path(folder))
        else:
            side_by_side(given.files, given.rounds, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
