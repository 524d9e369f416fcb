"""The articles of an ingest, compared by difference: a row is found anew where it may have changed.

Sketches stand with their segments. Which texts meet in a band is kept, and looked for again in keys of texts
that came or went (`meetings`); postings, which a few changed texts can change anywhere, are all made again
from the samples; of the components of the graph those that are not as they were are measured (`reuse`). None
of this changes a row: each is a function of the set of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup import fast, graph, measures, reuse, sketch
from pipeline.dedup.arrays import Related, Texts, keys_of, texts_of
from pipeline.dedup.entry import described_articles
from pipeline.dedup.frames import Ints
from pipeline.dedup.meetings import LAST, NOW, WORDS, Met, changed_meetings
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
    """What the next run need not find again: pairs in bands, what components gave, what pairs measure.

    `met` and `measured` have pairs of numbers among the `judged` texts that are long enough, in the order of
    their hash.
    """

    met: Words
    judged: int
    related: pa.Table
    measured: measures.Measures


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
    here, texts = [p for p in corpus.parts if p.here], corpus.texts
    judged = np.flatnonzero(texts.length >= work.config.min_chars)
    met, places = _meetings(corpus.parts, work, known)
    if known is None or places is None:
        memory = measures.Memory(measures.nothing())
    else:
        memory = measures.Memory(known.measured.named(np.append(judged, -1)[places]))
    low, high = texts_of(met)
    sketches = gather_samples(here, corpus.first)
    pairs = fast.pairs_of_samples(sketches, judged, work)
    pairs = fast.distinct_sorted(np.concatenate((keys_of(judged[low], judged[high]), pairs)))
    sizes = sketches.sizes
    del sketches
    work = replace(work, memory=memory)
    related, components = _related(corpus, (fast.bitmap_of(model), sizes), pairs, work, known)
    found = build(corpus.articles, texts, related)
    number = np.full(len(texts), -1)
    number[judged] = np.arange(len(judged))
    asked = memory.measures(keys_of(related.left, related.right), related.ratio).named(number)
    return replace(found, model=model), Kept(met, len(judged), components, asked)


def _meetings(parts: Sequence[Part], work: Work, known: Kept | None) -> tuple[Words, Ints | None]:
    """Return the pairs that meet in bands, as numbers among the judged texts that are here.

    Also the number there, or -1, of each that the last run judged: None where what it knew is of no use.
    """
    names = {"hash": np.uint64, "identity": np.uint64, "length": np.int64}
    hashes, identity, length = columns_of(parts, names)
    flags = [NOW * part.here + LAST * (part.held and known is not None) for part in parts]
    flag = np.repeat(np.array(flags, np.uint8), np.diff(row_numbers(parts)))
    rows = np.flatnonzero((length >= work.config.min_chars) & (flag > 0))
    rows = rows[np.lexsort((identity[rows], hashes[rows]))]
    starts = np.flatnonzero(_fresh(hashes[rows], identity[rows]))
    standing = np.bitwise_or.reduceat(flag[rows], starts) if len(rows) else flag[:0]
    last, every = np.flatnonzero(standing & LAST), np.arange(len(standing))
    signatures = gather_signatures(parts, rows[starts])
    here = standing & NOW > 0
    place = np.where(here, np.cumsum(here) - 1, -1)
    if known is None or known.judged != len(last):
        found, _ = fast.pairs_of_bands(signatures, np.flatnonzero(here), work)
        places = None
    else:
        places = place[last]
        left, right = texts_of(known.met)
        old = keys_of(last[left], last[right])
        nothing = np.zeros((len(every), WORDS), np.uint64)
        changed = Met(signatures, every, standing, nothing)
        gained, lost = [old[:0]], [old[:0]]
        for more, fewer in changed_meetings(changed, work.chosen()):
            gained.append(more.copy())
            lost.append(fewer.copy())
        left, right = texts_of(old)
        stay = here[left] & here[right] & ~np.isin(old, np.concatenate(lost))
        found = np.concatenate((old[stay], *gained))
    left, right = texts_of(found)
    return keys_of(place[left], place[right]), places


def _related(
    corpus: Corpus, told: tuple[NDArray[np.uint8], Ints], pairs: Words, work: Work, known: Kept | None
) -> tuple[Related, pa.Table]:
    """Return the rows of all components, and what was found out about each, for the next run.

    `told` are boilerplate and informative sizes.
    """
    (bitmap, sizes), texts = told, corpus.texts
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
        signatures = np.zeros((len(texts), sketch.BINS), np.uint8)  # takes the memory of those wanted
        here = [p for p in corpus.parts if p.here]
        signatures[wanted] = gather_signatures(here, corpus.first[wanted])
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
