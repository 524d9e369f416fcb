"""From candidate pairs to stars: components are cut by size, and their kernels run over ranges of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import collation, graph, growing, measures, starring, verify
from pipeline.dedup.arrays import Texts, absent, distinct_sorted, keys_of, texts_of
from pipeline.dedup.rules import REJECTED, STORED
from pipeline.dedup.work import Work, fill

Ints = NDArray[np.int64]
Rows = NDArray[np.float64]  # left, right, kind, jaccard, coverage left, coverage right
Corpus = tuple[NDArray[np.uint16], Ints, Ints, NDArray[np.uint8], Ints]
FIRST_ROWS = 1 << 14  # 800 KB; a kernel that fills what it is given is called again


def corpus_of(texts: Texts, bitmap: NDArray[np.uint8]) -> Corpus:
    """Return what kernels read of the texts: units, begin, length, bitmap, rank."""
    return texts.units, texts.begin, texts.length, bitmap, texts.rank


def measure_components(
    corpus: Corpus, signatures: NDArray[np.uint8], pairs: NDArray[np.uint64], work: Work
) -> tuple[NDArray[np.int32], Rows]:
    """Measure and star the components of the candidate graph; return each text's centre, rows of pairs."""
    count = len(corpus[1])
    centre = np.arange(count, dtype=np.int32)
    members, starts = graph.components(pairs, count)
    small = np.diff(starts) <= verify.GROUP
    rows = _small(corpus, centre, _picked(members, starts, small), work)
    if small.all():
        return centre, rows
    large, edges = _picked(members, starts, ~small)
    near = graph.neighbours(pairs, count)
    centre[large] = -1
    grown = _large(corpus, centre, signatures, (large, edges, near), work)
    inside = np.zeros(count, dtype=np.bool_)
    inside[large] = True
    touching = pairs[inside[(pairs >> np.uint64(32)).astype(np.int64)]]
    return centre, np.concatenate((rows, _settled(corpus, centre, grown, touching, work)))


def _picked(members: Ints, starts: Ints, wanted: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the members of the wanted components, and where each component starts among them."""
    sizes = np.diff(starts)
    return members[np.repeat(wanted, sizes)], np.concatenate(([0], np.cumsum(sizes[wanted])))


def _small(corpus: Corpus, centre: NDArray[np.int32], chosen: tuple[Ints, Ints], work: Work) -> Rows:
    members, starts = chosen
    if not len(members):
        return np.empty((0, starring.COLUMNS))
    lengths = np.concatenate(([0], np.cumsum(corpus[2][members])))[starts]
    longest = int(corpus[2][members].max())

    def call(part: tuple[int, int]) -> Rows:
        room = verify.make_room(max(int(np.diff(lengths).max()), 2 * longest))
        tools = (starring.make_pad(), room, collation.make_desk(longest))
        edges = starts[part[0] : part[1] + 1]

        def run(first: int, rows: Rows) -> tuple[int, int]:
            done: tuple[int, int] = starring.relate_small(
                corpus, centre, members, edges[first:], tools, rows, work.config.all_pairs
            )
            return done

        return fill(run, len(edges) - 1, np.empty((FIRST_ROWS, starring.COLUMNS)))

    return np.concatenate(work.each(call, work.cut_by(lengths)))


def _large(
    corpus: Corpus,
    centre: NDArray[np.int32],
    signatures: NDArray[np.uint8],
    chosen: tuple[Any, Ints, Any],
    work: Work,
) -> Rows:
    """Grow the stars of large components, candidates of most agreement first, then those of best rank."""
    members, starts, near = chosen
    weights = np.empty(len(members), dtype=np.int64)

    def weigh(part: tuple[int, int]) -> None:
        growing.weigh(signatures, near, members[part[0] : part[1]], weights[part[0] : part[1]])

    work.each(weigh, work.cut(len(members)))
    component = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    members = members[np.lexsort((corpus[4][members], -weights, component))]
    lengths = np.concatenate(([0], np.cumsum(corpus[2][members])))[starts]
    largest = int(np.diff(starts).max())

    def call(part: tuple[int, int]) -> Rows:
        tools = pair_tools(corpus, members, work, largest)
        edges = starts[part[0] : part[1] + 1]

        def run(first: int, rows: Rows) -> tuple[int, int]:
            done: tuple[int, int] = growing.relate_large(
                corpus, signatures, near, centre, members, edges[first:], tools, rows, work.config.all_pairs
            )
            return done

        return fill(run, len(edges) - 1, np.empty((FIRST_ROWS, starring.COLUMNS)))

    rows = np.concatenate(work.each(call, work.cut_by(lengths)))
    if work.memory is not None:
        work.memory.note(rows)
    return rows


def pair_tools(corpus: Corpus, members: Any, work: Work, largest: int = 0) -> tuple[Any, Any, Any, Any]:
    """Return what measures any two of `members`: room, desk, lists, and what is known of pairs."""
    longest = int(corpus[2][members].max(initial=0))
    lists = growing.make_lists(len(corpus[1]) if largest else 0, largest)
    known = measures.nothing() if work.memory is None else work.memory.known
    return verify.make_room(2 * longest), collation.make_desk(longest), lists, (known.pairs, known.rows)


def _settled(
    corpus: Corpus, centre: NDArray[np.int32], grown: Rows, pairs: NDArray[np.uint64], work: Work
) -> Rows:
    """Return the rows of large components: of members, of near centres, and of centres whose stars touch."""
    one, other = grown[:, 0].astype(np.int64), grown[:, 1].astype(np.int64)
    near = (grown[:, 2] > REJECTED) | (np.maximum(grown[:, 4], grown[:, 5]) >= STORED)
    kept = (centre[other] == one) | ((centre[other] == other) & near) | work.config.all_pairs
    left, right = texts_of(pairs)
    across = centre[left] != centre[right]
    touching = distinct_sorted(keys_of(centre[left[across]], centre[right[across]]))
    rows = measure_pairs(corpus, touching[absent(touching, np.sort(keys_of(one, other)))], work)
    near = (rows[:, 2] > REJECTED) | (np.maximum(rows[:, 4], rows[:, 5]) >= STORED) | work.config.all_pairs
    return np.concatenate((grown[kept], rows[near]))


def measure_pairs(corpus: Corpus, pairs: NDArray[np.uint64], work: Work) -> Rows:
    """Return the rows of pairs (lower << 32 | upper), each measured by itself or known, in their order."""
    if work.memory is None:
        return _measured(corpus, pairs, work)
    rows, new = work.memory.recall(pairs)
    rows[new] = _measured(corpus, pairs[new], work)
    work.memory.note(rows)
    return rows


def _measured(corpus: Corpus, pairs: NDArray[np.uint64], work: Work) -> Rows:
    left, right = texts_of(pairs)
    rows = np.empty((len(pairs), starring.COLUMNS))

    def call(part: tuple[int, int]) -> None:
        a, b = part
        tools = pair_tools(corpus, np.concatenate((left[a:b], right[a:b])), work)
        growing.measure_pairs(corpus, left[a:b], right[a:b], tools, rows[a:b], work.config.all_pairs)

    work.each(call, work.cut(len(pairs)))
    return rows
