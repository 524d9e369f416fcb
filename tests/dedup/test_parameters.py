"""How much is compared: what is predicted is what a corpus shows."""

import random

import numpy as np
import pytest
from corpora import article, edited
from test_engines import distinct_keys, texts_of

from pipeline.config import DedupConfig
from pipeline.dedup import fast, parameters, plain
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.work import Work
from pipeline.text.fold import comparison_key


def of_bands(keys: list[str], config: DedupConfig) -> set[int]:
    """The pairs that the bands of a large corpus propose."""
    texts = texts_of(keys)
    work = Work(config).on(texts)
    sketches = fast.sketch_all(texts, np.zeros(0, dtype=np.uint8), work)
    return set(fast.pairs_of_bands(sketches.signatures, np.arange(len(keys)), work)[0].tolist())


def test_recall_of_the_bands_is_the_predicted_one() -> None:
    """Pairs of a text and what 0 to 60 % edits leave of it, by their true Jaccard similarity."""
    r = random.Random(17)
    keys: list[str] = []
    for _ in range(700):
        text = article(r, 10)
        keys += [comparison_key(text), comparison_key(edited(text, r, int(len(text) * r.uniform(0.1, 0.4))))]
    found = of_bands(keys, DedupConfig(workers=1))
    chosen = parameters.parameters_for(DedupConfig().jaccard, DedupConfig().recall)
    texts, wanted, got = texts_of(keys), 0.0, 0
    for a in range(0, len(keys), 2):
        one, other = (plain.side_of(units, None) for units in (texts.of(a), texts.of(a + 1)))
        wanted += parameters.proposed(plain.compare(one, other, own=True)[2], chosen)
        got += ((a << 32) | (a + 1)) in found
    assert 0.2 * 700 < wanted < 0.95 * 700
    assert abs(got - wanted) < 4 * (700 * 0.25) ** 0.5  # four standard deviations at most


def test_candidate_recall_of_a_large_corpus_from_half_on() -> None:
    """With the parameters of more than 2,048 texts: of all pairs of Jaccard .5 or more .99 are proposed."""
    keys = [k for k in distinct_keys(5, 500) if len(k) >= 30]
    found = of_bands(keys, DedupConfig(workers=1))
    brute = plain.measure(texts_of(keys), None, 30)
    near = [
        (int(a) << 32) | int(b)
        for a, b, j in zip(brute.left, brute.right, brute.jaccard, strict=True)
        if j >= 0.5
    ]
    assert len(near) > 100
    assert sum(p in found for p in near) >= 0.99 * len(near)


def test_more_is_compared_for_less_similar_pairs_and_for_more_recall() -> None:
    by_jaccard = [parameters.parameters_for(j, 0.95) for j in (0.2, 0.3, 0.4, 0.5, 0.7, 0.9)]
    assert [p.bands for p in by_jaccard] == sorted((p.bands for p in by_jaccard), reverse=True)
    assert [p.likely for p in by_jaccard] == sorted(p.likely for p in by_jaccard)
    by_recall = [parameters.bands_for(0.5, r) for r in (0.5, 0.9, 0.99, 0.999)]
    assert by_recall == sorted(by_recall)
    for j, recall in ((0.5, 0.9), (0.4, 0.95), (0.7, 0.9999)):
        bands = parameters.bands_for(j, recall)
        assert parameters.met(j, bands) >= recall > parameters.met(j, bands - 1)


@pytest.mark.parametrize("jaccard", [0.5, 0.7])
def test_settings_reach_the_engine(jaccard: float) -> None:
    keys = distinct_keys(5, 200)
    texts = texts_of(keys)
    few = of_bands(keys, DedupConfig(workers=1, jaccard=jaccard, recall=0.9))
    assert few < of_bands(keys, DedupConfig(workers=1))
    model = CorpusModel(np.zeros(0, dtype=np.uint32), 0)
    found = fast.relate(texts, model, Work(DedupConfig(workers=1, jaccard=jaccard)).on(texts))
    assert len(found.centre) == len(texts)
