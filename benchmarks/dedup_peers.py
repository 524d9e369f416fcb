"""One deduplicator on one corpus, as a child of bench_dedup.py: python dedup_peers.py ENGINE KEYS

KEYS is a file of JSON Lines [key, label], the keys folded already, so that every engine gets the same
text. The engine runs once on 300 keys, then once on all; the last line is a JSON object: CPU seconds of
that run, articles, F1 of the pairs and adjusted Rand index of the clusters. Every peer is asked as its
manual shows: char 5-grams, 128 permutations or next to it, threshold .5.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from harness import own_peak_mb

WIDTH, PERMUTATIONS, THRESHOLD = 5, 128, 0.5
Clusters = list[int]


def shingles(key: str) -> list[str]:
    """The 5-grams of a key."""
    return [key[i : i + WIDTH] for i in range(max(1, len(key) - WIDTH + 1))]


def joined(count: int, pairs: Sequence[tuple[int, int]]) -> Clusters:
    """Connected components."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        parent[root(a)] = root(b)
    return [root(i) for i in range(count)]


def fanwen(keys: list[str]) -> Clusters:
    import pyarrow as pa

    from pipeline.config import DedupConfig
    from pipeline.dedup import deduplicate

    rows = pa.table({"id": list(range(len(keys))), "text": keys})
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


def datatrove(keys: list[str]) -> Clusters:
    """Its signatures and buckets of 14 x 8 in one process; characters stand for its words."""
    import struct

    import numpy as np
    from datatrove.data import Document
    from datatrove.pipeline.dedup import minhash

    minhash.load_word_tokenizer = lambda _language: None  # English by default: not for Chinese

    class Signature(minhash.MinhashDedupSignature):
        def get_shingles(self, text: str) -> "np.ndarray":
            hashed = [self._hash_func(gram) for gram in shingles(text)]
            return np.fromiter(hashed, dtype=np.uint64).reshape((-1, 1))

    config = minhash.MinhashConfig()
    with tempfile.TemporaryDirectory() as folder:
        signed, met = str(Path(folder) / "signatures"), Path(folder) / "met"
        Signature(signed, config).run((Document(text=key, id=str(i)) for i, key in enumerate(keys)), 0, 1)
        for bucket in range(config.num_buckets):
            minhash.MinhashDedupBuckets(signed, str(met), config=config).run(None, bucket, config.num_buckets)
        rows = [struct.iter_unpack("<4I", path.read_bytes()) for path in sorted(met.rglob("*.dups"))]
        pairs = [(row[1], row[3]) for rows_of in rows for row in rows_of]
    return joined(len(keys), pairs)


ENGINES = {f.__name__: f for f in (fanwen, rensa, gaoya, datasketch, datatrove)}


def quality(found: Clusters, truth: list[int]) -> dict[str, float]:
    """F1 of the pairs in one cluster, and the adjusted Rand index."""

    def pairs(counts: Counter[object]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    hit = pairs(Counter(zip(found, truth, strict=True)))
    got, want = pairs(Counter(found)), pairs(Counter(truth))
    by_chance = got * want / max(1, len(found) * (len(found) - 1) // 2)
    ari = (hit - by_chance) / max(1e-9, (got + want) / 2 - by_chance)
    return {"f1": 2 * hit / max(1, got + want), "ari": ari}


def main() -> None:
    """Run the engine, print what it took and how good it is."""
    engine = ENGINES[sys.argv[1]]
    rows = [json.loads(line) for line in Path(sys.argv[2]).read_text("utf-8").splitlines()]
    keys, truth = [row[0] for row in rows], [row[1] for row in rows]
    engine(keys[:300])
    start = time.process_time()
    found = engine(keys)
    cpu_s = time.process_time() - start
    peak_mb = own_peak_mb()
    said = {"cpu_s": cpu_s, "items": len(keys), "peak_mb": peak_mb, "quality": quality(found, truth)}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
