"""Articles compared by difference: whatever the last run knew, the rows are those of all compared anew."""

import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from pipeline.config import DedupConfig
from pipeline.dedup import asking, candidates, components, entry, fast, growing, kept, measures, stored
from pipeline.dedup.arrays import absent, distinct_sorted, keys_of
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.stored import Part
from pipeline.dedup.work import Work
from pipeline.text.fold import comparison_key

CONFIG = DedupConfig(workers=1)
WORK = Work(CONFIG)


def write_texts(rng: random.Random, bases: int, copies: int) -> list[str]:
    """Texts and copies of them, most with some changes, some that hold or name others; a few are short."""

    def draw() -> str:
        return chr(rng.randrange(0x4E00, 0x5600))

    texts = ["", "甲", "甲"]
    for _ in range(bases):
        base = [draw() for _ in range(rng.randint(30, 260))]
        for _ in range(rng.randint(1, copies)):
            units = list(base)
            for _ in range(rng.choice((0, 1, 3, len(base) // 8))):
                units[rng.randrange(len(units))] = draw()
            if rng.random() < 0.2:
                units = units[len(units) // 3 :]
            if rng.random() < 0.1:
                units += [draw() for _ in range(len(units))]
            texts.append("".join(units).replace(base[3], base[3] + "城东" * (rng.random() < 0.2)))
    return texts


def articles_of(segments: dict[str, list[int]], texts: list[str]) -> pa.Table:
    numbers = [n for name in sorted(segments) for n in segments[name]]
    columns = {
        "article_id": pa.array([f"{n:05d}:1" for n in numbers], pa.string()),
        "text": pa.array([texts[n] for n in numbers], pa.string()),
        "page_id": pa.array([f"{n:05d}" for n in numbers], pa.string()),
        "n_clauses": pa.array([n % 3 for n in numbers], pa.int32()),
        "n_repairs": pa.array([n % 2 for n in numbers], pa.int32()),
    }
    return pa.table(columns)


def part_of(made: dict[str, tuple[pa.Table, pa.Table]], name: str, held: bool, here: bool) -> Part:
    keys, sketches = made[name]
    return Part(keys.num_rows, keys.select, sketches.select, held, here)


class Runs:
    """Runs over segments that come and go, each knowing what the last one found."""

    def __init__(self, texts: list[str], model: CorpusModel) -> None:
        self.texts, self.model = texts, model
        self.made: dict[str, tuple[pa.Table, pa.Table]] = {}
        self.before: set[str] = set()
        self.known: kept.Kept | None = None

    def run(self, segments: dict[str, list[int]], window: int = 16) -> tuple[pa.Table, ...]:
        about = articles_of(segments, self.texts)
        for name, numbers in segments.items():
            rows = articles_of({name: numbers}, self.texts).select(["article_id", "text"])
            keys = stored.keys_of(rows.to_batches(), WORK).combine_chunks()
            bitmap = fast.bitmap_of(self.model)
            self.made[name] = (keys, stored.sketches_of(keys, bitmap, window, WORK).combine_chunks())
        gone = self.before - set(segments)
        parts = [part_of(self.made, n, n in self.before, True) for n in sorted(segments)]
        parts += [part_of(self.made, n, True, False) for n in sorted(gone)]
        corpus = kept.corpus_of(about.drop_columns(["text"]), parts)
        found, self.known = kept.relate_corpus(corpus, self.model, WORK, self.known)
        self.before = set(segments)
        return found.pairs, found.clusters, found.assignments


def anew(segments: dict[str, list[int]], texts: list[str], model: CorpusModel) -> tuple[pa.Table, ...]:
    found = entry.deduplicate_articles(articles_of(segments, texts), CONFIG, model)
    return found.pairs, found.clusters, found.assignments


@pytest.mark.parametrize("seed", range(5))
def test_any_history_of_segments_gives_the_rows_of_one_run(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bands are hot for odd seeds: families of more than `CHAIN` copies, which come and go across the cap."""
    monkeypatch.setattr(candidates, "FEW_TEXTS", 0)  # as among many: samples by window, four owners
    monkeypatch.setattr(asking, "MOST_CHANGED", 1.0)
    monkeypatch.setattr(entry, "SMALL_ROWS", 0)
    monkeypatch.setattr(entry, "SMALL_SHORT_ROWS", 0)
    rng = random.Random(seed)
    texts = write_texts(rng, 4 if seed % 2 else 40, 160 if seed % 2 else 8)
    model = kept_model(texts) if seed > 1 else CorpusModel(np.zeros(0, np.uint32), 0)
    whole = entry.deduplicate_articles(articles_of({"": list(range(len(texts)))}, texts), CONFIG, model)
    assert (whole.hot > 0) == (seed % 2 == 1)
    runs, free, segments = Runs(texts, model), list(range(len(texts))), {}
    rng.shuffle(free)
    for number in range(12):
        for name in rng.sample(sorted(segments), rng.randint(0, min(2, len(segments)))):
            free += segments.pop(name)
        size = len(free) if number == 6 else rng.choice((0, 1, 1, len(free) // 3))
        segments[f"{number:03d}"], free = sorted(free[:size]), free[size:]
        for now, whole in zip(runs.run(segments), anew(segments, texts, model), strict=True):
            assert now.equals(whole)


def kept_model(texts: list[str]) -> CorpusModel:
    """A model that knows some shingles of the texts as boilerplate, so that some texts are thin."""
    from pipeline.dedup.arrays import boilerplate_slots, shingles_of
    from pipeline.text.fold import key_units

    places = [boilerplate_slots(shingles_of(key_units(text)[:40])) for text in texts[::3]]
    return CorpusModel(np.unique(np.concatenate(places)).astype(np.uint32), len(texts))


def test_a_model_is_fitted_as_from_texts() -> None:
    rng = random.Random(3)
    texts = [text + "本制度由办公室负责解释自发布之日起施行" for text in write_texts(rng, 60, 8)]
    segments = {"a": list(range(0, len(texts), 2)), "b": list(range(1, len(texts), 2))}
    runs = Runs(texts, CorpusModel(np.zeros(0, np.uint32), 0))
    runs.run(segments)
    parts = [part_of(runs.made, name, False, True) for name in segments]
    corpus = kept.corpus_of(articles_of(segments, texts).drop_columns(["text"]), parts)
    whole = entry.deduplicate_articles(articles_of(segments, texts), CONFIG)
    fitted = kept.fit_corpus(corpus, WORK)
    assert whole.model is not None
    assert len(fitted.boilerplate)
    assert fitted.digest() == whole.model.digest()


def test_a_component_is_known_by_its_texts_ranks_and_pairs() -> None:
    from pipeline.dedup import graph, reuse

    hashes = np.array([11, 22, 33, 44, 55, 66], np.uint64)
    left, right = np.array([0, 1, 3]), np.array([1, 2, 4])

    def keys(rank: list[int], left: np.ndarray, right: np.ndarray, change: int = 0) -> list[bytes]:
        pairs = keys_of(left, right)
        named = (hashes + np.uint64(change), hashes * np.uint64(7))
        found = graph.components(pairs, len(hashes))
        return list(reuse.component_keys(named, np.array(rank), pairs, found).to_pylist())

    first = keys([0, 1, 2, 3, 4, 5], left, right)
    assert first == keys([0, 2, 4, 6, 8, 9], left, right)
    assert len(set(first)) == 2
    others = [
        keys([1, 0, 2, 4, 3, 5], left, right),
        keys([0, 1, 2, 3, 4, 5], np.array([0, 0, 3]), np.array([1, 2, 5])),
        keys([0, 1, 2, 3, 4, 5], left, right, change=1),
    ]
    assert not any(set(first) & set(other) for other in others)


def test_the_same_pairs_are_found_in_other_numbers() -> None:
    """What stands is found by content: a text in front moves all numbers, and nothing is measured again."""
    texts = write_texts(random.Random(9), 20, 6)
    runs = Runs(texts, CorpusModel(np.zeros(0, np.uint32), 0))
    whole = {"a": list(range(10, len(texts)))}
    runs.run(whole)
    before = runs.known
    assert before is not None
    runs.run(whole | {"0": list(range(1))})
    assert runs.known is not None
    assert runs.known.related.equals(before.related)
    assert runs.known.met.tolist() == before.met.tolist()


def test_what_is_known_of_pairs_is_what_they_measure_from_either_side() -> None:
    texts = entry_texts(write_texts(random.Random(3), 6, 30))
    corpus = components.corpus_of(texts, np.zeros(0, np.uint8))
    left, right = np.triu_indices(len(texts), 1)
    pairs = keys_of(left, right)
    memory = measures.Memory(measures.nothing())
    turned = np.empty((len(pairs), 6))
    tools = components.pair_tools(corpus, np.arange(len(texts)), WORK)
    growing.measure_pairs(corpus, right, left, tools, turned, False)
    memory.note(turned)
    known = memory.measures(pairs[::2], np.arange(len(pairs[::2]), dtype=np.float64))
    rows = components.measure_pairs(corpus, pairs, WORK)
    assert set(rows[:, 2]) >= {0.0, 1.0, 2.0, 3.0, 4.0}
    remembering = replace(WORK, memory=measures.Memory(known))
    assert np.array_equal(components.measure_pairs(corpus, pairs, remembering), rows)
    assert np.array_equal(np.isnan(remembering.memory.ratios(pairs)), np.arange(len(pairs)) % 2 == 1)
    later = known.named(np.where(np.arange(len(texts)) == 1, -1, np.arange(len(texts)) * 2))
    assert np.array_equal(later.pairs, keys_of(left * 2, right * 2)[(left != 1) & (right != 1)])


def entry_texts(texts: list[str]) -> fast.Texts:
    """The distinct keys of texts, long enough to be compared."""
    keys = sorted({key for text in texts if len(key := comparison_key(text)) >= 30})
    units = [np.frombuffer(key.encode("utf-16-le"), np.uint16) for key in keys]
    length = np.array([len(u) for u in units])
    return fast.Texts(np.concatenate(units), np.cumsum(length) - length, length, np.arange(len(keys)))


def test_units_are_those_of_the_keys_in_the_order_asked_for() -> None:
    texts = write_texts(random.Random(5), 12, 4)
    runs = Runs(texts, CorpusModel(np.zeros(0, np.uint32), 0))
    segments = {"a": list(range(9)), "b": list(range(9, 10)), "c": list(range(10, len(texts)))}
    runs.run(segments)
    parts = [part_of(runs.made, name, False, True) for name in ("c", "a", "b")]
    keys = [key for part in parts for key in part.keys(["units"])["units"].to_pylist()]
    rows = np.array(random.Random(1).sample(range(len(keys)), len(keys) // 2))
    lengths = np.array([len(keys[r]) // 2 for r in rows])
    units, begin = stored.gather_units(parts, rows, lengths)
    assert [units[b : b + len(keys[r]) // 2].tobytes() for r, b in zip(rows, begin, strict=True)] == [
        keys[r] for r in rows
    ]
    nothing, begin = stored.gather_units(parts, rows[:0], lengths[:0])
    assert len(nothing) == len(begin) == 0


def test_what_does_not_stand_among_others_is_found_as_by_a_set() -> None:
    rng = np.random.default_rng(4)
    for few, many in ((0, 5), (5, 0), (40, 30), (1, 1)):
        values, others = (rng.integers(0, 60, n).astype(np.uint64) for n in (few, many))
        slow = [value not in set(others.tolist()) for value in values.tolist()]
        assert absent(values, np.sort(others)).tolist() == slow
        assert distinct_sorted(values).tolist() == sorted(set(values.tolist()))
