"""Deduplication beside its peers, in one run on one corpus of folded texts; and how its cost grows.

usage: python benchmarks/bench_dedup.py [texts.parquet truth.parquet] [--rounds 3] [--sizes 10000,100000]
Each peer runs in a pinned environment of its own. Without files a corpus of 4,000 articles is made. Prints
CPU seconds, articles a CPU-second, peak memory, F1 of pairs and adjusted Rand index, and ratios to the
first line. --sizes: instead, fits seconds = a·N + b·N² to whole runs on corpora of these sizes. Asserts
nothing.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

import harness
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


def growth(sizes: list[int], rounds: int, folder: Path) -> None:
    """Fit the cost of whole runs, corpus by corpus."""
    seconds = []
    for size in sizes:
        keys = folder / f"{size}.jsonl"
        write_keys(keys, *made_up(size))
        row = harness.compare([harness.Piece("fanwen", (CHILD, "fanwen", str(keys)))], rounds=rounds, warm=0)[
            0
        ]
        seconds.append(row.median("cpu_s"))
        print(f"{size:>10} articles {seconds[-1]:8.2f} cpu s {row.median('peak_mb'):8.0f} MB", flush=True)
        keys.unlink()
    a, b = harness.linear_and_square(sizes, seconds)
    square = b * sizes[-1] ** 2 / seconds[-1]
    print(f"{1e6 * a:.2f} µs an article + {1e12 * b:.3f} µs a million pairs: {square:.1%} at {sizes[-1]}")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.sizes:
            growth(given.sizes, given.rounds, Path(folder))
        else:
            side_by_side(given.files, given.rounds, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
