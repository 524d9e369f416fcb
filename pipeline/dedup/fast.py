"""The engine for large inputs: signatures, candidates, exact measures and stars by compiled kernels.

Work is cut into ranges for threads (the kernels hold no lock); every step is a function of the set of texts,
which stand in the order of a hash, so that ranges, threads and the order of rows change nothing.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup import candidates, graph, held, indel, plain, siblings, sketch, starring
from pipeline.dedup.arrays import Related, Texts, slot_bits
from pipeline.dedup.intake import Room
from pipeline.dedup.model import FROM_COPIES, CorpusModel, frequent_from, sample_size
from pipeline.dedup.rules import TEMPLATE, Slot

PAGE = 8192  # bytes that reading one text touches at least: two pages
MUCH_LONGER = 1.2  # in positions; rules.LONGER, 1.5, counts the units that these touch
MOST_BITS = 26  # 64 MB for the count of sampled shingles


@dataclass(frozen=True, slots=True)
class Sketches:
    """Signatures (256 bytes a text), informative sizes, samples with their starts, and which are thin."""

    signatures: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    samples: NDArray[np.uint32]
    starts: NDArray[np.int64]
    thin: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (lower << 32 | upper), each once, and how often a hot band was cut short."""

    pairs: NDArray[np.uint64]
    hot: int


@dataclass(frozen=True, slots=True)
class Work:
    """How to work: settings, threads, and the room of the keys outside of memory. Changes no row."""

    config: DedupConfig
    workers: int = 1
    room: Room | None = None

    def cut(self, count: int, texts: Texts, parts: int) -> list[tuple[int, int]]:
        """Cut texts or components into ranges, so small that the pages of one round stay in the budget."""
        if self.room is not None:
            touched = int(texts.length.sum()) * 2 + len(texts) * PAGE
            parts = max(parts, self.workers * (1 + touched // self.room.budget))
        return ranges(count, max(1, min(parts, count)))

    def each(self, call: Callable[[tuple[int, int]], Any], parts: list[tuple[int, int]]) -> list[Any]:
        """Call a kernel for each range, in order of ranges; one worker needs no thread."""

        def one(part: tuple[int, int]) -> Any:
            made = call(part)
            if self.room is not None:
                self.room.release()
            return made

        if self.workers == 1 or len(parts) == 1:
            return [one(part) for part in parts]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(one, parts))


def ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut 0 .. count into ranges of nearly one size.

    >>> ranges(5, 2)
    [(0, 2), (2, 5)]
    """
    return list(pairwise(count * i // parts for i in range(parts + 1)))


def fit_large(texts: Texts) -> CorpusModel:
    """Fit the model from the first texts by hash. Twin of `model.fit_texts` below `SAMPLE` texts."""
    count, slots = min(len(texts), sample_size(len(texts))), 1 << slot_bits(len(texts))
    spans = (texts.begin[:count], texts.length[:count])
    limit = frequent_from(len(texts)) * count / len(texts)
    counted = np.zeros(slots, dtype=np.uint16)
    sketch.count_texts(texts.units, spans, counted, np.zeros(0, dtype=np.uint8))
    hot = (counted > limit).view(np.uint8)
    if not hot.any():
        return CorpusModel(np.zeros(0, dtype=np.uint32), len(texts))
    copies = np.zeros(slots, dtype=np.uint16)
    sketch.count_texts(texts.units, spans, copies, hot)
    places = np.flatnonzero(hot)
    kept = copies[places] < FROM_COPIES * counted[places]
    return CorpusModel(places[kept].astype(np.uint32), len(texts))


def bitmap_of(model: CorpusModel) -> NDArray[np.uint8]:
    """Return the boilerplate as bits, none where there is none."""
    mask = model.mask()
    return np.zeros(0, dtype=np.uint8) if mask is None else np.packbits(mask, bitorder="little")


def sketch_all(texts: Texts, bitmap: NDArray[np.uint8], work: Work) -> Sketches:
    """Sketch every text."""
    count = len(texts)
    signatures, sizes = np.zeros((count, sketch.BINS), dtype=np.uint8), np.zeros(count, dtype=np.int64)
    counts, thin = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    fixed = (sketch.routes(), 1 if count <= candidates.FEW_TEXTS else sketch.WINDOW)

    def call(part: tuple[int, int]) -> NDArray[np.uint32]:
        a, b = part
        out = (signatures[a:b], sizes[a:b], thin[a:b], counts[a:b])
        found: NDArray[np.uint32] = sketch.sketch_texts(
            texts.units, (texts.begin[a:b], texts.length[a:b]), bitmap, fixed, out
        )
        return found

    samples = np.concatenate(work.each(call, work.cut(count, texts, work.workers)))
    return Sketches(signatures, sizes, samples, np.concatenate(([0], np.cumsum(counts))), thin)


def distinct_sorted(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sort and drop repeats; `np.unique` of u64 is five times slower (facts §6)."""
    values = np.sort(values)
    fresh = np.ones(len(values), dtype=np.bool_)
    fresh[1:] = values[1:] != values[:-1]
    return values[fresh]


def propose(sketches: Sketches, judged: NDArray[np.int64], work: Work) -> Candidates:
    """Return the candidate pairs of both channels."""

    def of_bands(part: tuple[int, int]) -> Any:
        return candidates.pairs_of_bands(sketches.signatures, judged, part)

    found = work.each(of_bands, ranges(candidates.BANDS, work.workers))
    bits = 12
    while (1 << bits) < 2 * len(sketches.samples) and bits < MOST_BITS:
        bits += 1
    seen = candidates.count_samples(sketches.samples, bits)
    order = judged[np.argsort(-sketches.sizes[judged], kind="stable")]
    few = len(sketches.sizes) <= candidates.FEW_TEXTS
    limits = (len(order), candidates.FEW_VOTES) if few else (candidates.POSTINGS, candidates.VOTES)
    sampled = (sketches.samples, sketches.starts, sketches.thin)
    longer = candidates.pairs_of_samples(sampled, order, seen, limits)
    pairs = distinct_sorted(np.concatenate([*(pairs for pairs, _ in found), longer]))
    return Candidates(pairs, sum(hot for _, hot in found))


def every_pair(judged: NDArray[np.int64]) -> Candidates:
    """Return all pairs, for tests and tiny inputs."""
    low, high = np.triu_indices(len(judged), 1)
    pairs = (judged[low].astype(np.uint64) << np.uint64(32)) | judged[high].astype(np.uint64)
    return Candidates(pairs, 0)


def slots_of_templates(
    texts: Texts, left: NDArray[np.int64], right: NDArray[np.int64], pairs: NDArray[np.int64]
) -> dict[int, list[Slot]]:
    """Return the slots of each template pair; twin of `slots.slots_of`."""
    found: dict[int, list[Slot]] = {int(p): [] for p in pairs}
    spans = (texts.begin, texts.length)
    for at, a, b, c, d, n in siblings.recurring_of(texts.units, spans, left[pairs], right[pairs]).tolist():
        slot = Slot(plain.unit_string(texts.units[a:b]), plain.unit_string(texts.units[c:d]), n)
        found[int(pairs[at])].append(slot)
    return {p: sorted(slots, key=lambda s: (-s.n, s.left, s.right)) for p, slots in found.items()}


def relate(texts: Texts, model: CorpusModel, work: Work, found: Candidates | None = None) -> Related:
    """Relate the texts of a corpus; `found` replaces the candidates. Twin of `plain.relate`."""
    bitmap = bitmap_of(model)
    judged = np.flatnonzero(texts.length >= work.config.min_chars)
    signatures, sizes = np.zeros((0, sketch.BINS), dtype=np.uint8), np.zeros(0, dtype=np.int64)
    if found is None:
        sketches = sketch_all(texts, bitmap, work)
        signatures, sizes, found = sketches.signatures, sketches.sizes, propose(sketches, judged, work)
    centre = np.arange(len(texts), dtype=np.int32)
    corpus = (texts.units, (texts.begin, texts.length), bitmap, texts.rank, centre, signatures)
    rows = measure_components(texts, corpus, found, work)
    if not work.config.all_pairs:
        rows = np.concatenate((rows, rows_of_members(corpus, found.pairs, sizes)))
    left, right = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    return Related(
        centre=centre.astype(np.int64),
        left=left,
        right=right,
        kind=rows[:, 2].astype(np.uint8),
        jaccard=rows[:, 3].copy(),
        coverage_left=rows[:, 4].copy(),
        coverage_right=rows[:, 5].copy(),
        ratio=ratios(texts, left, right, work),
        slots=slots_of_templates(texts, left, right, np.flatnonzero(rows[:, 2] == TEMPLATE)),
        hot=found.hot,
    )


def measure_components(texts: Texts, corpus: Any, found: Candidates, work: Work) -> NDArray[np.float64]:
    """Measure and star the components of the candidate graph; fill the centres, return the rows of pairs."""
    members, starts = graph.components(found.pairs, len(texts))
    near = graph.neighbours(found.pairs, len(texts))

    def call(part: tuple[int, int]) -> Any:
        edges = starts[part[0] : part[1] + 1]
        return starring.relate_components(corpus, near, members, edges, work.config.all_pairs)

    parts = work.cut(len(starts) - 1, texts, 1 if work.workers == 1 else 8 * work.workers)
    return np.concatenate(work.each(call, parts))


def rows_of_members(corpus: Any, pairs: NDArray[np.uint64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the rows of members with the text of another cluster that holds them best, among candidates.

    `sizes` (informative positions) tell what cannot be held; without them every candidate is measured.
    """
    centre = corpus[4].astype(np.int64)
    left, right = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    apart = centre[left] != centre[right]
    if len(sizes):
        inner = np.where(sizes[left] <= sizes[right], left, right)
        longer = np.maximum(sizes[left], sizes[right]) >= MUCH_LONGER * sizes[inner]
        apart &= longer & (centre[inner] != inner)
    found: NDArray[np.float64] = starring.measure_pairs(corpus, pairs[apart], False)
    cover, ranked = (found[:, 4], found[:, 5]), (centre, corpus[3])
    kind = found[:, 2].astype(np.uint8)
    return found[held.best_holders(left[apart], right[apart], kind, cover, ranked)]


def ratios(
    texts: Texts, left: NDArray[np.int64], right: NDArray[np.int64], work: Work
) -> NDArray[np.float64]:
    """Return the Indel similarity of each pair; twin of `plain.ratios`.

    Keys with rare hanzi, which are two units, are left to it: rapidfuzz counts code points.
    """

    def call(part: tuple[int, int]) -> Any:
        a, b = part
        return indel.ratios_of(texts.units, (texts.begin, texts.length), left[a:b], right[a:b])

    found: NDArray[np.float64] = np.concatenate(work.each(call, work.cut(len(left), texts, work.workers)))
    rare = np.flatnonzero(found < 0)
    found[rare] = plain.ratios(texts, left[rare], right[rare])
    return found
