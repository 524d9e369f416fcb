"""Deduplication beside its peers, in one run on one corpus of folded texts.

usage: python benchmarks/bench_dedup.py [texts.parquet truth.parquet] [--rounds 3]
Peers that are not installed in the environment are left out by name: rensa, gaoya, datasketch (datatrove has
no in-memory entry and is measured by its own executor). Without files a corpus of 4,000 articles is made.
Prints articles per CPU-second (median), F1 of pairs, and the ratio to the first line. Asserts nothing.
"""

import argparse
import importlib.util
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.config import DedupConfig
from pipeline.dedup import deduplicate
from pipeline.text.fold import comparison_key

WIDTH, PERMUTATIONS, THRESHOLD = 5, 128, 0.5
Clusters = list[int]


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


def shingles(key: str) -> list[str]:
    return [key[i : i + WIDTH] for i in range(max(1, len(key) - WIDTH + 1))]


def joined(count: int, pairs: list[tuple[int, int]]) -> Clusters:
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        parent[root(a)] = root(b)
    return [root(i) for i in range(count)]


def ours(keys: list[str]) -> Clusters:
    rows = pa.table({"id": [f"{i:08}" for i in range(len(keys))], "text": keys})
    found = deduplicate(rows, config=DedupConfig(workers=1)).assignments
    return [int(c) for c in found["cluster_id"].to_pylist()]


def rensa(keys: list[str]) -> Clusters:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=16)
    pairs = []
    for i, key in enumerate(keys):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update(shingles(key))
        pairs += [(i, j) for j in index.query(sketch)]
        index.insert(i, sketch)
    return joined(len(keys), pairs)


def datasketch(keys: list[str]) -> Clusters:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    pairs = []
    for i, key in enumerate(keys):
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([s.encode() for s in shingles(key)])
        pairs += [(i, int(j)) for j in index.query(sketch)]
        index.insert(str(i), sketch)
    return joined(len(keys), pairs)


def gaoya(keys: list[str]) -> Clusters:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, THRESHOLD, 32, 4, PERMUTATIONS, "char", True, (WIDTH, WIDTH))
    pairs = []
    for i, key in enumerate(keys):
        pairs += [(i, int(j)) for j in index.query(key)]
        index.insert_document(i, key)
    return joined(len(keys), pairs)


def pair_f1(found: Clusters, truth: list[int]) -> float:
    def pairs(values: list[object]) -> int:
        counts: dict[object, int] = {}
        for value in values:
            counts[value] = counts.get(value, 0) + 1
        return sum(n * (n - 1) // 2 for n in counts.values())

    hit = pairs(list(zip(found, truth, strict=True)))
    return 2 * hit / max(1, pairs(list(found)) + pairs(list(truth)))


def measure(engine: Callable[[list[str]], Clusters], keys: list[str], rounds: int) -> tuple[float, Clusters]:
    engine(keys[:300])
    times = []
    for _ in range(rounds):
        start = time.process_time()
        found = engine(keys)
        times.append(time.process_time() - start)
    return len(keys) / statistics.median(times), found


def main() -> None:
    """Read or make a corpus, run every engine, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    texts, labels = made_up(4000)
    if given.files:
        texts = pq.read_table(given.files[0])["text"].to_pylist()
        labels = pq.read_table(given.files[1])["label"].to_pylist()
    kept = [i for i, text in enumerate(texts) if labels[i] >= 0 and len(text) > WIDTH]
    keys, truth = [comparison_key(texts[i]) for i in kept], [labels[i] for i in kept]
    print(f"{len(keys)} articles\n{'engine':<12}{'per CPU-s':>12}{'F1':>8}{'ratio':>8}")
    first = 0.0
    for name, engine in (("fanwen", ours), ("rensa", rensa), ("gaoya", gaoya), ("datasketch", datasketch)):
        if name != "fanwen" and importlib.util.find_spec(name) is None:
            print(f"{name:<12}{'not installed':>20}")
            continue
        speed, found = measure(engine, keys, given.rounds)
        first = first or speed
        print(f"{name:<12}{speed:>12.0f}{pair_f1(found, truth):>8.3f}{first / speed:>8.1f}")


if __name__ == "__main__":
    main()
