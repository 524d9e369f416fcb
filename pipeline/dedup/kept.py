"""The articles of an ingest, compared by difference: a row is found anew where it may have changed.

Sketches stand with their segments. Which texts meet in a band is kept, and looked for again in keys of texts
that came or went (`meetings`); which pairs samples propose is kept too, and asked for again where texts that
came or went may change it (`asking`); of the components of the graph those that are not as they were are
measured (`reuse`). None of this changes a row: each is a function of the set of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup import asking, candidates, fast, graph, measures, reuse
from pipeline.dedup.arrays import Related, Texts, absent, distinct_sorted, keys_of, texts_of
from pipeline.dedup.entry import described_articles
from pipeline.dedup.frames import Ints
from pipeline.dedup.meetings import BOTH, LAST, NOW, WORDS, Met, changed_meetings
from pipeline.dedup.model import CorpusModel, sample_size
from pipeline.dedup.stored import (
    Part,
    columns_of,
    gather_samples,
    gather_signatures,
    gather_units,
    row_numbers,
)
from pipeline.dedup.tables import Articles, Deduplication, booleans, build
from pipeline.dedup.work import Work

Words = NDArray[np.uint64]
NO_UNITS = np.zeros(0, np.uint16)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles and their distinct texts, in the order of their hash, without units.

    `first` is the row that stands for each text among those of all parts, `named` are two hashes of each.
    """

    parts: Sequence[Part]
    articles: Articles
    texts: Texts
    first: Ints
    named: tuple[Words, Words]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the next run need not find again: candidates, what components gave, what pairs measure.

    `met` (in bands), `asked` (by samples) and `measured` have pairs of numbers among the `judged` texts that
    are long enough, in the order of their hash.
    """

    met: Words
    asked: Words
    judged: int
    related: pa.Table
    measured: measures.Measures


@dataclass(frozen=True, slots=True)
class Standing:
    """The distinct texts of the last run and of this one, in the order of their hash, as in a `Corpus`.

    `rows` has for each one that stands for it among those of all parts; `flags` are `LAST`, `NOW` or `BOTH`;
    `judged` says which are long enough.
    """

    rows: Ints
    flags: NDArray[np.uint8]
    judged: NDArray[np.bool_]

    def judged_in(self, run: int) -> Ints:
        """Return the texts that a run judged."""
        return np.flatnonzero(self.judged & (self.flags & run > 0))

    def numbers_in(self, run: int) -> Ints:
        """Return the number of each text among those that a run judged, -1 where it did not."""
        inside = self.judged & (self.flags & run > 0)
        return np.where(inside, np.cumsum(inside) - 1, -1)

    def named(self, pairs: Words) -> Words:
        """Return pairs of numbers among those that the last run judged as pairs of texts."""
        last = self.judged_in(LAST)
        left, right = texts_of(pairs)
        return keys_of(last[left], last[right])

    def told(self, pairs: Words) -> Words:
        """Return pairs of texts as pairs of numbers among those that this run judges."""
        numbers = self.numbers_in(NOW)
        left, right = texts_of(pairs)
        return keys_of(numbers[left], numbers[right])


def standing_of(parts: Sequence[Part], runs: int, min_chars: int) -> Standing:
    """Return the texts of this run, or of both (`BOTH`); those of `min_chars` units are judged."""
    names = {"hash": np.uint64, "identity": np.uint64, "length": np.int64}
    hashes, identity, length = columns_of(parts, names)
    flags = [NOW * part.here + LAST * (part.held and runs == BOTH) for part in parts]
    flag = np.repeat(np.array(flags, np.uint8), np.diff(row_numbers(parts)))
    rows = np.flatnonzero(flag > 0)
    rows = rows[np.lexsort((identity[rows], hashes[rows]))]
    starts = np.flatnonzero(_fresh(hashes[rows], identity[rows]) | (length[rows] == 0))
    both = np.bitwise_or.reduceat(flag[rows], starts) if len(rows) else flag[:0]
    return Standing(rows[starts], both, length[rows[starts]] >= min_chars)


def corpus_of(about: pa.Table, parts: Sequence[Part]) -> Corpus:
    """Return the distinct texts of all articles that are here; `about` are the articles, in order of parts.

    Twin of `intake.distinct_texts`; an empty text equals nothing.
    """
    names = {"hash": np.uint64, "identity": np.uint64, "length": np.int64, "layout": np.int64}
    hashes, identity, length, layout = columns_of([p for p in parts if p.here], names)
    articles = described_articles(about, about["article_id"].combine_chunks(), length, layout)
    order = np.lexsort((articles.preferred, identity, hashes))
    fresh = _fresh(hashes[order], identity[order]) | (length[order] == 0)
    articles.text[order] = np.cumsum(fresh) - 1
    first = order[fresh]
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(articles.preferred[first], kind="stable")] = np.arange(len(first))
    texts = Texts(NO_UNITS, np.zeros(len(first), np.int64), length[first], rank)
    return Corpus(parts, articles, texts, first, (hashes[first], identity[first]))


def _fresh(hashes: Words, identity: Words) -> NDArray[np.bool_]:
    """Tell of texts in order which differ from the one before."""
    fresh = np.ones(len(hashes), np.bool_)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (identity[1:] != identity[:-1])
    return fresh


def with_units(corpus: Corpus, wanted: Ints) -> Texts:
    """Return the texts with the units of some of them."""
    here, texts = [p for p in corpus.parts if p.here], corpus.texts
    units, begin = gather_units(here, corpus.first[wanted], texts.length[wanted])
    every = np.zeros(len(texts), np.int64)
    every[wanted] = begin
    return replace(texts, units=units, begin=every)


def fit_corpus(corpus: Corpus, work: Work) -> CorpusModel:
    """Fit the corpus model; see `fast.fit_large`. Alone, as `near.fit_clauses` does."""
    count = min(len(corpus.texts), sample_size(len(corpus.texts)))
    return fast.fit_large(with_units(corpus, np.arange(count)), replace(work, workers=1))


def relate_corpus(
    corpus: Corpus, model: CorpusModel, work: Work, known: Kept | None
) -> tuple[Deduplication, Kept]:
    """Relate the articles of a corpus, whose parts have sketches; `known` is of the same model."""
    texts, least = corpus.texts, work.config.min_chars
    standing = standing_of(corpus.parts, NOW if known is None else BOTH, least)
    if known is not None and known.judged != len(standing.judged_in(LAST)):
        known, standing = None, standing_of(corpus.parts, NOW, least)
    judged = np.flatnonzero(texts.length >= least)
    asked, sizes = _asked(corpus, standing, judged, work, known)
    signatures = gather_signatures(corpus.parts, standing.rows)  # behind samples, which take as much memory
    met = _meetings(signatures, standing, work, known)
    if known is None:
        memory = measures.Memory(measures.nothing())
    else:
        places = standing.numbers_in(NOW)[standing.judged_in(LAST)]
        memory = measures.Memory(known.measured.named(np.append(judged, -1)[places]))
    low, high = texts_of(np.concatenate((met, asked)))
    pairs = distinct_sorted(keys_of(judged[low], judged[high]))
    work = replace(work, memory=memory)
    here = standing.flags & NOW > 0
    told = (fast.bitmap_of(model), signatures if here.all() else signatures[here], sizes)
    del signatures
    related, components = _related(corpus, told, pairs, work, known)
    found = build(corpus.articles, texts, related)
    number = np.full(len(texts), -1)
    number[judged] = np.arange(len(judged))
    measured = memory.measures(keys_of(related.left, related.right), related.ratio).named(number)
    return replace(found, model=model), Kept(met, asked, len(judged), components, measured)


def _meetings(signatures: NDArray[np.uint8], standing: Standing, work: Work, known: Kept | None) -> Words:
    """Return the pairs that meet in bands, as numbers among the texts that this run judges."""
    judged, flags = np.flatnonzero(standing.judged), standing.flags
    if known is None:
        return standing.told(fast.pairs_of_bands(signatures, judged, work)[0])
    old = standing.named(known.met)
    changed = Met(signatures, judged, flags, np.zeros((len(flags), WORDS), np.uint64))
    gained, lost = [old[:0]], [old[:0]]
    for more, fewer in changed_meetings(changed, work.chosen()):
        gained.append(more.copy())
        lost.append(fewer.copy())
    here, (left, right) = flags & NOW > 0, texts_of(old)
    stay = here[left] & here[right] & absent(old, np.sort(np.concatenate(lost)))
    return standing.told(np.concatenate((old[stay], *gained)))


def _asked(
    corpus: Corpus, standing: Standing, judged: Ints, work: Work, known: Kept | None
) -> tuple[Words, Ints]:
    """Return the pairs that samples propose, as numbers among the judged, and informative sizes of texts."""
    if known is not None and len(corpus.texts) > candidates.FEW_TEXTS:
        before = asking.Before(standing.named(known.asked), standing.flags, np.flatnonzero(standing.judged))
        sketches = gather_samples(corpus.parts, standing.rows)
        pairs = asking.pairs_since(sketches, before, work)
        if pairs is not None:
            return standing.told(pairs), sketches.sizes[standing.flags & NOW > 0]
    sketches = gather_samples([p for p in corpus.parts if p.here], corpus.first)
    number = np.cumsum(corpus.texts.length >= work.config.min_chars) - 1
    left, right = texts_of(fast.pairs_of_samples(sketches, judged, work))
    return keys_of(number[left], number[right]), sketches.sizes


def _related(
    corpus: Corpus,
    told: tuple[NDArray[np.uint8], NDArray[np.uint8], Ints],
    pairs: Words,
    work: Work,
    known: Kept | None,
) -> tuple[Related, pa.Table]:
    """Return the rows of all components, and what was found out about each, for the next run.

    `told` are boilerplate, signatures and informative sizes.
    """
    (bitmap, signatures, sizes), texts = told, corpus.texts
    found = members, starts = graph.components(pairs, len(texts))
    keys = reuse.component_keys(corpus.named, texts.rank, pairs, found)
    before = reuse.RELATED.empty_table() if known is None else known.related
    at = pc.index_in(keys, value_set=before["key"].combine_chunks())
    new = np.asarray(at.is_null())
    inside = np.zeros(len(texts), np.bool_)
    inside[members[np.repeat(new, np.diff(starts))]] = True
    if work.memory is not None:
        work.memory.keep(~inside)
    wanted, asked = np.flatnonzero(inside), pairs[inside[texts_of(pairs)[0]]]
    centre = np.arange(len(texts))
    stands = before.take(at.drop_null())
    made = [reuse.taken_up(stands, _picked(found, ~new), centre)]
    if len(asked):
        found_now = fast.Candidates(asked, 0)
        more = fast.measured(with_units(corpus, wanted), bitmap, (signatures, sizes), found_now, work)
        centre[wanted] = more.centre[wanted]
        of_new = reuse.described(centre, more, _picked(found, new), keys.filter(booleans(new)))
        made, stands = [*made, more], pa.concat_tables([stands, of_new])
    return reuse.joined(made, centre), stands


def _picked(found: tuple[Ints, Ints], wanted: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return some components: their texts, and where each begins."""
    members, starts = found
    sizes = np.diff(starts)
    return members[np.repeat(wanted, sizes)], np.concatenate(([0], np.cumsum(sizes[wanted])))
