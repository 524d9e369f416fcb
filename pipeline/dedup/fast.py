"""The engine for large inputs: signatures, candidates, exact measures and stars by compiled kernels."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup import candidates, collation, components, counting, held, indel, plain, siblings, sketch
from pipeline.dedup.arrays import Related, Texts, distinct_sorted, keys_of, slot_bits, texts_of
from pipeline.dedup.model import FROM_COPIES, CorpusModel, count_bits, frequent_from, sample_size
from pipeline.dedup.parameters import Parameters
from pipeline.dedup.rules import TEMPLATE, Slot
from pipeline.dedup.work import Work, fill, joined, ranges

MUCH_LONGER = 1.2  # in positions; rules.LONGER, 1.5, counts the units that these touch
MOST_BITS = 26  # 64 MB for the count of sampled shingles
FIRST_SAMPLES = 1 << 20  # shingles; a kernel that fills what it is given is called again
DRAWN = 6  # units of key for a shingle of the sample, which has 2 of 17: one call is enough
FIRST_PAIRS = 1 << 16
PUT_DOWN = 0.5  # what putting a text down costs of what it costs to let it ask as well
BESIDE_BANDS = 0.3  # of the postings; bands cost half of them, so that both of two workers end at .8
MOST_ASKING = 3  # workers, each with postings of its own
FIRST_MATCHES = 1 << 18  # words of 64 units: 2 MB, a text of 8,000 units with 2,000 different ones


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


def fit_large(texts: Texts, work: Work | None = None) -> CorpusModel:
    """Fit the model from the first texts by hash. Twin of `model.fit_texts` below `SAMPLE` texts."""
    count, work = min(len(texts), sample_size(len(texts))), work or Work(DedupConfig(workers=1))
    sample = Texts(texts.units, texts.begin[:count], texts.length[:count], texts.rank[:count])
    work, bits = work.on(sample), count_bits(len(texts))
    tables = [np.zeros(1 << bits, dtype=np.uint32) for _ in range(work.workers)]
    counts = counting.count_places(sample, tables, work)
    hot = counting.places_above(counts, frequent_from(len(texts)) * count // max(len(texts), 1))
    folded = bits - slot_bits(len(texts))
    model = CorpusModel(distinct(hot >> np.uint32(folded)), len(texts))
    copies = np.zeros(count, dtype=np.bool_)
    bitmap = bitmap_of(model)

    def mark(part: tuple[int, int]) -> None:
        spans = (sample.begin[slice(*part)], sample.length[slice(*part)])
        counting.mark_copies(texts.units, spans, bitmap, copies[slice(*part)])

    if len(hot):
        work.each(mark, work.cut(count))
    if not copies.any():
        return model
    counted = counts[hot]
    for words in tables:
        words[:] = 0
    copied = Texts(texts.units, sample.begin[copies], sample.length[copies], sample.rank[copies])
    kept = hot[counting.count_places(copied, tables, work)[hot] < FROM_COPIES * counted]
    return CorpusModel(distinct(kept >> np.uint32(folded)), len(texts))


def distinct(ordered: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return sorted places without repeats."""
    fresh = np.ones(len(ordered), dtype=np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def bitmap_of(model: CorpusModel) -> NDArray[np.uint8]:
    """Return the boilerplate as bits, `model.mask()` packed; that, of 64 MB, is not made."""
    slots = model.boilerplate
    bitmap = np.zeros((1 << slot_bits(model.n_texts)) // 8 if len(slots) else 0, dtype=np.uint8)
    np.bitwise_or.at(bitmap, slots >> 3, np.left_shift(1, slots & 7).astype(np.uint8))
    return bitmap


def sketch_all(texts: Texts, bitmap: NDArray[np.uint8], work: Work, window: int | None = None) -> Sketches:
    """Sketch every text; the window of the sample is that of so many texts where none is given.

    With a window of 0 no sample is drawn.
    """
    count = len(texts)
    signatures, sizes = signature_rows(texts, work), np.zeros(count, dtype=np.int64)
    counts, thin = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    window = window_of(count, work) if window is None else window
    ways, longest = sketch.routes(), int(texts.length.max(initial=0))

    def call(part: tuple[int, int]) -> NDArray[np.uint32]:
        a, b = part
        room = (np.empty(sketch.BINS, np.uint32), np.empty(sketch.BINS, np.uint16))
        fixed = (ways, window, *room, np.empty(longest, np.uint64), np.empty(longest, np.uint64))

        def run(first: int, sample: NDArray[np.uint32]) -> tuple[int, int]:
            spans = (texts.begin[a + first : b], texts.length[a + first : b])
            out = tuple(column[a + first : b] for column in (signatures, sizes, thin, counts))
            done: tuple[int, int] = sketch.sketch_texts(texts.units, spans, bitmap, fixed, out, sample)
            return done

        return fill(run, b - a, np.empty(FIRST_SAMPLES + int(texts.length[a:b].sum()) // DRAWN, np.uint32))

    samples = joined(work.each(call, work.cut(count)))
    return Sketches(signatures, sizes, samples, np.concatenate(([0], np.cumsum(counts))), thin)


def window_of(texts: int, work: Work) -> int:
    """Return the window of the sample among so many distinct texts."""
    return 1 if texts <= candidates.FEW_TEXTS else work.chosen().window


def signature_rows(texts: Texts, work: Work) -> NDArray[np.uint8]:
    """Return zeros for the signatures: behind the keys in the room outside of memory, where there is one."""
    shape = (len(texts), sketch.BINS)
    if work.room is None:
        return np.zeros(shape, dtype=np.uint8)
    behind, units = len(texts.units), shape[0] * shape[1] // 2
    return work.room.units[behind : behind + units].view(np.uint8).reshape(shape)


def propose(sketches: Sketches, judged: NDArray[np.int64], work: Work) -> Candidates:
    """Return the candidate pairs of both channels; two workers take them at once."""
    if work.workers == 2 and work.room is None:
        met, hot, longer = _propose_at_once(sketches, judged, replace(work, workers=1))
    else:
        with work.costs.stage("bands"):
            met, hot = pairs_of_bands(sketches.signatures, judged, work)
            work.give_back()  # postings take the most memory, and do not need the signatures
        with work.costs.stage("postings"):
            longer = pairs_of_samples(sketches, judged, work)
    with work.costs.stage("postings"):
        pairs = distinct_sorted(np.concatenate((met, longer)))
    for name, found in (("candidates of bands", met), ("of postings", longer), ("candidates", pairs)):
        work.costs.count(name, len(found))
    return Candidates(pairs, hot)


def _propose_at_once(
    sketches: Sketches, judged: NDArray[np.int64], alone: Work
) -> tuple[NDArray[np.uint64], int, NDArray[np.uint64]]:
    """Return the pairs of bands, their hot meetings and the pairs of samples: in two threads."""

    def bands() -> tuple[NDArray[np.uint64], int]:
        with alone.costs.aside("bands"):
            return pairs_of_bands(sketches.signatures, judged, alone)

    with alone.costs.stage("postings"), ThreadPoolExecutor(1) as pool:
        beside = pool.submit(bands)
        ask, edges = _asking(sketches, judged, alone)
        cut = int(np.searchsorted(edges, BESIDE_BANDS * edges[-1]))
        longest = pool.submit(ask, (0, cut))
        longer = ask((cut, len(judged)))
        return *beside.result(), np.concatenate((longest.result(), longer))


def pairs_of_bands(
    signatures: NDArray[np.uint8], judged: NDArray[np.int64], work: Work
) -> tuple[NDArray[np.uint64], int]:
    """Return the pairs that meet in a band, and how often a hot band was cut short."""
    chosen = work.chosen()

    def call(bands: tuple[int, int]) -> tuple[NDArray[np.uint64], int]:
        found, hot = zip(*pairs_by_band(signatures, judged, chosen, range(*bands)), strict=True)
        return np.concatenate(found), sum(hot)

    made = work.each(call, ranges(chosen.bands, work.workers))
    return np.concatenate([pairs for pairs, _ in made]), sum(hot for _, hot in made)


def pairs_by_band(
    signatures: NDArray[np.uint8], judged: NDArray[np.int64], chosen: Parameters, bands: range
) -> Iterator[tuple[NDArray[np.uint64], int]]:
    """Yield the pairs that first meet in each of some bands, and how often it was cut short."""
    words, digits = (
        np.empty((2, len(judged)), np.uint64),
        np.empty((2, (1 << candidates.DIGIT) + 1), np.int64),
    )
    room = (*words, *digits, np.empty(candidates.AHEAD + candidates.CHAIN + 1, np.uint64))
    keys, pairs = np.empty((candidates.TOGETHER, len(judged)), np.uint32), np.empty(FIRST_PAIRS, np.uint64)
    for band in bands:
        row = (band - bands.start) % candidates.TOGETHER
        if row == 0:
            candidates.write_keys(signatures, judged, band, keys[: bands.stop - band])
        here = (signatures, keys[row], judged, band, chosen.likely, room)
        n, hot = candidates.pairs_of_band(*here, pairs)
        if n > len(pairs):
            pairs = np.empty(2 * n, np.uint64)
            n, hot = candidates.pairs_of_band(*here, pairs)
        yield pairs[:n].copy(), hot


def pairs_of_samples(sketches: Sketches, judged: NDArray[np.int64], work: Work) -> NDArray[np.uint64]:
    """Return the pairs of a text and a longer one that has enough of its sample.

    Texts are put down as they ask. Each of several workers has postings of its own, and puts down first whom
    the workers before it ask for: that costs half, so they get smaller parts one by one, and more than three
    are of no use.
    """
    ask, edges = _asking(sketches, judged, work)
    shares = min(work.workers, MOST_ASKING) if work.room is None else 1
    wanted = (
        (1.0 - (1.0 - PUT_DOWN) ** np.arange(shares + 1)) * edges[-1] / (1.0 - (1.0 - PUT_DOWN) ** shares)
    )
    cuts = np.searchsorted(edges, wanted)
    cuts[0], cuts[-1] = 0, len(judged)
    return np.concatenate(work.each(ask, list(pairwise(cuts.tolist()))))


def _asking(
    sketches: Sketches, judged: NDArray[np.int64], work: Work
) -> tuple[Callable[[tuple[int, int]], NDArray[np.uint64]], NDArray[np.int64]]:
    """Return what gives the pairs that a range of texts, longest first, asks for; and costs before each."""
    sampled = (sketches.samples, sketches.starts, sketches.thin)
    seen = np.zeros(1 << bits_of(2 * len(sketches.samples), MOST_BITS), dtype=np.uint8)
    kept = candidates.count_samples(sketches.samples, seen)
    order = judged[np.argsort(-sketches.sizes[judged], kind="stable")]
    few = len(sketches.sizes) <= candidates.FEW_TEXTS
    limit, votes = (len(order), candidates.FEW_VOTES) if few else (candidates.POSTINGS, work.chosen().votes)
    most_bits = MOST_BITS if work.room is None else MOST_BITS - 1  # longer chains, the same pairs
    counts = np.diff(sketches.starts)[order]
    most = int(counts.max(initial=0))

    def ask(part: tuple[int, int]) -> NDArray[np.uint64]:
        heads = np.full(1 << bits_of(kept // 2, most_bits), -1, dtype=np.int32)
        postings = (heads, np.empty((kept, candidates.COLUMNS), np.uint32), np.zeros(1, np.int64))
        words = np.empty(most + 1, np.uint64)
        tally = (np.zeros(len(order), np.int64), np.empty(len(order), np.int64), words)
        candidates.put_down(sampled, order[: part[0]], seen, postings, words, limit)

        def run(first: int, pairs: NDArray[np.uint64]) -> tuple[int, int]:
            limits = (limit, votes, part[0] + first, part[1])
            done: tuple[int, int] = candidates.pairs_of_samples(
                sampled, order, seen, postings, tally, limits, pairs
            )
            return done

        return fill(run, part[1] - part[0], np.empty(FIRST_PAIRS, np.uint64))

    return ask, np.concatenate(([0], np.cumsum(counts)))


def bits_of(places: int, most: int) -> int:
    """Return the bits that number so many places, 12 to `most`."""
    return min(most, max(12, (places - 1).bit_length()))


def slots_of_templates(
    texts: Texts, left: NDArray[np.int64], right: NDArray[np.int64], pairs: NDArray[np.int64]
) -> dict[int, list[Slot]]:
    """Return the slots of each template pair; twin of `slots.slots_of`."""
    found: dict[int, list[Slot]] = {}
    longest = int(texts.length[np.concatenate((left[pairs], right[pairs]))].max(initial=0))
    desk, rows = collation.make_desk(longest), np.empty((longest, 5), dtype=np.int64)
    for p in pairs.tolist():
        spans = [of[t] for t in (left[p], right[p]) for of in (texts.begin, texts.length)]
        count = siblings.recurring_of(texts.units, np.array(spans), desk, rows)
        slots = [
            Slot(plain.unit_string(texts.units[a:b]), plain.unit_string(texts.units[c:d]), n)
            for a, b, c, d, n in rows[:count].tolist()
        ]
        found[p] = sorted(slots, key=lambda s: (-s.n, s.left, s.right))
    return found


def relate(texts: Texts, model: CorpusModel, work: Work, found: Candidates | None = None) -> Related:
    """Relate the texts of a corpus; `found` replaces the candidates. Twin of `plain.relate`."""
    bitmap, work = bitmap_of(model), work.on(texts)
    if found is not None:
        return measured(texts, bitmap, (np.zeros((0, 0), np.uint8), np.zeros(0, np.int64)), found, work)
    with work.costs.stage("sketches"):
        sketches = sketch_all(texts, bitmap, work)
    judged = np.flatnonzero(texts.length >= work.config.min_chars)
    found = propose(sketches, judged, work)
    return measured(texts, bitmap, (sketches.signatures, sketches.sizes), found, work)


def measured(
    texts: Texts,
    bitmap: NDArray[np.uint8],
    sketched: tuple[NDArray[np.uint8], NDArray[np.int64]],
    found: Candidates,
    work: Work,
) -> Related:
    """Return the stars among candidates, and rows of pairs; `sketched` are signatures, informative sizes."""
    corpus = components.corpus_of(texts, bitmap)
    with work.costs.stage("stars"):
        centre, rows = components.measure_components(corpus, sketched[0], found.pairs, work)
    with work.costs.stage("members"):
        if not work.config.all_pairs:
            rows = np.concatenate((rows, rows_of_members(corpus, centre, found.pairs, sketched[1], work)))
    left, right = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    with work.costs.stage("ratios"):
        ratio = _ratios(texts, left, right, work)
    return Related(
        centre=centre.astype(np.int64),
        left=left,
        right=right,
        kind=rows[:, 2].astype(np.uint8),
        jaccard=rows[:, 3].copy(),
        coverage_left=rows[:, 4].copy(),
        coverage_right=rows[:, 5].copy(),
        ratio=ratio,
        slots=slots_of_templates(texts, left, right, np.flatnonzero(rows[:, 2] == TEMPLATE)),
        hot=found.hot,
    )


def rows_of_members(
    corpus: components.Corpus,
    centre: NDArray[np.int32],
    pairs: NDArray[np.uint64],
    sizes: NDArray[np.int64],
    work: Work,
) -> NDArray[np.float64]:
    """Return the rows of members with the text of another cluster that holds them best, among candidates.

    `sizes` (informative positions) tell what cannot be held; without them every candidate is measured.
    """
    left, right = texts_of(pairs)
    apart = centre[left] != centre[right]
    if len(sizes):
        inner = np.where(sizes[left] <= sizes[right], left, right)
        longer = np.maximum(sizes[left], sizes[right]) >= MUCH_LONGER * sizes[inner]
        apart &= longer & (centre[inner] != inner)
    found = components.measure_pairs(corpus, pairs[apart], work)
    cover, ranked = (found[:, 4], found[:, 5]), (centre.astype(np.int64), corpus[4])
    kind = found[:, 2].astype(np.uint8)
    return found[held.best_holders(left[apart], right[apart], kind, cover, ranked)]


def _ratios(
    texts: Texts, left: NDArray[np.int64], right: NDArray[np.int64], work: Work
) -> NDArray[np.float64]:
    """Return the ratio of each pair, known or measured."""
    if work.memory is None:
        return ratios(texts, left, right, work)
    found = work.memory.ratios(keys_of(left, right))
    new = np.isnan(found)
    found[new] = ratios(texts, left[new], right[new], work)
    return found


def ratios(
    texts: Texts, left: NDArray[np.int64], right: NDArray[np.int64], work: Work
) -> NDArray[np.float64]:
    """Return the Indel similarity of each pair; twin of `plain.ratios`.

    Keys with rare hanzi, which are two units, are left to it: rapidfuzz counts code points.
    """
    longest = int(texts.length[np.concatenate((left, right))].max(initial=0))

    def call(part: tuple[int, int]) -> NDArray[np.float64]:
        a, b = part
        rows, found = np.zeros(0x10000, np.uint16), np.empty(b - a, np.float64)
        state, codes = np.empty(longest // 64 + 1, np.uint64), np.empty(longest + 3, np.uint16)
        matches, done = np.zeros(FIRST_MATCHES, np.uint64), 0
        while done < b - a:
            rest, spans = slice(a + done, b), (texts.begin, texts.length)
            done += indel.ratios_of(
                texts.units, spans, left[rest], right[rest], rows, (state, matches, codes), found[done:]
            )
            matches = matches if done == b - a else np.zeros(2 * len(matches), np.uint64)
        return found

    found = np.concatenate(work.each(call, work.cut(len(left))))
    rare = np.flatnonzero(found < 0)
    found[rare] = plain.ratios(texts, left[rare], right[rare])
    return found
