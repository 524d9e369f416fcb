"""The two engines against each other and against the oracles; nothing but the set of rows matters."""

import random

import numpy as np
import pyarrow as pa
import pytest
from corpora import article, clause, corpus, edited
from hypothesis import given
from hypothesis import strategies as st
from oracles import coverage, jaccard, passing_pairs, stars
from rapidfuzz.distance import Indel

from pipeline.config import DedupConfig
from pipeline.dedup import (
    candidates,
    collation,
    components,
    counting,
    deduplicate,
    fast,
    parameters,
    plain,
    rules,
    siblings,
    sketch,
    slots,
    starring,
    verify,
)
from pipeline.dedup.arrays import Related, Texts, slot_bits
from pipeline.dedup.model import CorpusModel, count_bits, fit, fit_texts, frequent_from
from pipeline.dedup.work import Work
from pipeline.text.fold import comparison_key, key_units

CONFIG = DedupConfig(workers=1)
WINDOW = parameters.window_for()
NO_MODEL = CorpusModel(np.zeros(0, dtype=np.uint32), 0)


def texts_of(keys: list[str]) -> Texts:
    folded = [key_units(k) for k in keys]
    length = np.array([len(f) for f in folded], dtype=np.int64)
    units = np.concatenate(folded)
    return Texts(units, np.cumsum(length) - length, length, np.argsort(np.argsort(-length, kind="stable")))


def distinct_keys(seed: int, count: int) -> list[str]:
    return sorted({comparison_key(t) for t in corpus(seed, count)} - {""})


def every_pair(judged: np.ndarray) -> fast.Candidates:
    low, high = np.triu_indices(len(judged), 1)
    return fast.Candidates(
        (judged[low].astype(np.uint64) << np.uint64(32)) | judged[high].astype(np.uint64), 0
    )


def rows_of(found: Related) -> list[tuple[object, ...]]:
    columns = (found.left, found.right, found.kind, found.jaccard, found.coverage_left, found.coverage_right)
    return sorted(zip(*(c.tolist() for c in (*columns, found.ratio)), strict=True))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("every", [False, True])
def test_kernels_give_the_rows_of_the_plain_engine(seed: int, every: bool) -> None:
    texts = texts_of(distinct_keys(seed, 60)[:64])
    config = DedupConfig(workers=1, all_pairs=every)
    n_texts = 1_000_000 if seed == 2 else len(texts)  # a large model has more places
    places = plain.boilerplate_slots(plain.shingles_of(texts.units[:400]), 1 << slot_bits(n_texts))
    model = NO_MODEL if seed % 2 else CorpusModel(np.unique(places), n_texts)
    judged = np.flatnonzero(texts.length >= config.min_chars)
    one = plain.relate(texts, model.mask(), config)
    other = fast.relate(texts, model, fast.Work(config), every_pair(judged))
    assert one.centre.tolist() == other.centre.tolist()
    assert rows_of(one) == rows_of(other)
    by_pair = [{(f.left[p], f.right[p]): slots for p, slots in f.slots.items()} for f in (one, other)]
    assert by_pair[0] == by_pair[1]


def test_measures_and_stars_are_the_oracles() -> None:
    keys = [k for k in distinct_keys(11, 60) if len(k) >= 30]
    texts = texts_of(keys)
    found = plain.measure(texts, None, 30)
    for p in range(len(found.kind)):
        a, b = keys[found.left[p]], keys[found.right[p]]
        assert found.jaccard[p] == pytest.approx(jaccard(a, b), abs=1e-12)
        assert found.coverage_left[p] == pytest.approx(coverage(a, b), abs=1e-12)
    apart = {
        (int(a), int(b))
        for a, b, k in zip(found.left, found.right, found.kind, strict=True)
        if k == rules.TEMPLATE
    }
    passing = passing_pairs(keys) - apart
    assert plain.stars(texts, found).tolist() == stars(len(keys), passing, texts.rank.tolist())


def test_every_pair_of_a_brute_force_run_is_found_on_500_texts() -> None:
    keys = [k for k in distinct_keys(5, 500) if len(k) >= 30]
    texts = texts_of(keys)
    judged = np.arange(len(keys))
    sketches = fast.sketch_all(texts, np.zeros(0, dtype=np.uint8), fast.Work(CONFIG))
    found = set(fast.propose(sketches, judged, fast.Work(CONFIG)).pairs.tolist())
    brute = plain.measure(texts, None, 30)
    near = [
        (int(a) << 32) | int(b)
        for a, b, j in zip(brute.left, brute.right, brute.jaccard, strict=True)
        if j >= 0.5
    ]
    assert len(near) > 100
    assert sum(p in found for p in near) >= 0.99 * len(near)
    one = plain.relate(texts, None, CONFIG)
    other = fast.relate(texts, NO_MODEL, fast.Work(CONFIG))
    accepted = {frozenset(r[:2]) for r in rows_of(one) if r[2] >= rules.CONTAINED}  # type: ignore[operator]
    assert accepted <= {frozenset(r[:2]) for r in rows_of(other)}


def test_ratio_is_rapidfuzz_on_every_stored_pair() -> None:
    texts = dict(zip("abcdefghijklmnopqrstuvwxyz", corpus(3, 26), strict=True))
    rows = pa.table({"id": list(texts), "text": list(texts.values())})
    many = pa.concat_tables([rows, pa.table({"id": [f"x{i}" for i in range(80)], "text": corpus(4, 80)})])
    texts |= dict(zip(many["id"].to_pylist(), many["text"].to_pylist(), strict=True))
    for table in (rows, many):
        for pair in deduplicate(table, config=CONFIG).pairs.to_pylist():
            keys = comparison_key(texts[pair["left_id"]]), comparison_key(texts[pair["right_id"]])
            assert pair["ratio"] == 100 * Indel.normalized_similarity(*keys)


@pytest.mark.parametrize("count", [40, 400])
def test_order_batches_and_workers_change_no_row(count: int) -> None:
    texts = corpus(9, count)
    rows = pa.table({"id": [f"d{i:04}" for i in range(count)], "text": texts})
    order = list(range(count))
    random.Random(1).shuffle(order)
    want = deduplicate(rows, config=CONFIG)
    batches = pa.RecordBatchReader.from_batches(rows.schema, rows.take(order).to_batches(max_chunksize=7))
    turned = deduplicate(batches, config=DedupConfig(workers=2))  # a worker for each channel
    for found in (
        turned,
        deduplicate(rows, config=DedupConfig(workers=3)),  # shares of the postings
        deduplicate(rows.to_pandas(), config=CONFIG),
    ):
        assert found.pairs.equals(want.pairs)
        assert found.clusters.equals(want.clusters)
        assert found.assignments.equals(want.assignments)
    assert want.assignments["id"].to_pylist() == rows["id"].to_pylist()
    assert turned.assignments["id"].take(pa.array(turned.rows)).equals(rows["id"].take(order))


def test_a_large_star_is_found_and_its_canonical_is_central() -> None:
    r = random.Random(2)
    text = article(r, 12)
    copies = [text, *(edited(text, r, r.randint(5, 20)) for _ in range(150))]
    found = deduplicate(pa.table({"id": [f"c{i:03}" for i in range(151)], "text": copies}), config=CONFIG)
    assert found.clusters["size"].to_pylist() == [151]


@pytest.mark.parametrize("seed", range(3))
def test_pairs_measured_one_by_one_are_those_of_the_group(seed: int) -> None:
    texts = texts_of(distinct_keys(seed + 20, 60)[:64])
    corpus = components.corpus_of(texts, np.zeros(0, dtype=np.uint8))
    work = fast.Work(DedupConfig(workers=1, all_pairs=True))
    pairs = every_pair(np.flatnonzero(texts.length >= 4)).pairs
    _, grouped = components.measure_components(corpus, np.zeros((0, 256), np.uint8), pairs, work)
    of_group = {(min(r[:2]), max(r[:2])): r for r in grouped.tolist()}
    for row in components.measure_pairs(corpus, pairs, work).tolist():
        other = of_group.get((row[0], row[1]), [*row[:2], 0.0, 0.0, 0.0, 0.0])
        turned = other[0] == row[1]
        assert turned or row[2] == other[2]
        assert row[3] == other[3]
        assert (row[5], row[4]) == tuple(other[4:]) if turned else row[4:] == other[4:]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_large_components_are_the_same_in_threads_and_in_a_small_room(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels that fill what they are given are called again; threads take ranges; the rows stay."""
    r = random.Random(17)
    keys = {comparison_key(edited(text, r, r.randint(1, 30))) for text in [article(r, 9)] * 150}
    keys |= {comparison_key(t) for t in corpus(18, 300)} - {""}
    texts = texts_of(sorted(keys))
    want = fast.relate(texts, NO_MODEL, fast.Work(CONFIG))
    for name, size in (("FIRST_SAMPLES", 64), ("DRAWN", 1 << 40), ("FIRST_PAIRS", 2), ("FIRST_MATCHES", 8)):
        monkeypatch.setattr(fast, name, size)
    monkeypatch.setattr(components, "FIRST_ROWS", 2)
    found = fast.relate(texts, NO_MODEL, fast.Work(CONFIG, workers))
    assert found.centre.tolist() == want.centre.tolist()
    assert rows_of(found) == rows_of(want)
    assert found.hot == want.hot


def test_hot_bands_are_counted() -> None:
    r = random.Random(8)
    text = article(r, 40)
    rows = [edited(text, r, 1) for _ in range(150)]
    found = deduplicate(pa.table({"id": [str(i) for i in range(150)], "text": rows}), config=CONFIG)
    apart = [article(r, 40) for _ in range(150)]
    other = deduplicate(pa.table({"id": [str(i) for i in range(150)], "text": apart}), config=CONFIG)
    assert found.hot > 0 == other.hot


def test_the_model_is_the_same_from_both_engines_and_a_guide_is_boilerplate() -> None:
    r = random.Random(4)
    guide = article(r, 6)
    keys = sorted(
        {comparison_key(guide + article(r)) for _ in range(80)}
        | {comparison_key(article(r)) for _ in range(80)}
    )
    texts = texts_of(keys)
    model = fit_texts(texts)
    assert len(model.boilerplate) > 100
    assert model.digest() == fast.fit_large(texts).digest() == fit(keys).digest()
    found = deduplicate(pa.table({"id": [str(i) for i in range(160)], "text": keys}), config=CONFIG)
    assert found.clusters.num_rows == 0


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_places_are_counted_once_a_text(workers: int) -> None:
    rng = np.random.default_rng(workers)
    length = rng.integers(0, 900, 400)
    units = rng.integers(0x4E00, 0x4E00 + 40, int(length.sum()), dtype=np.uint16)  # shingles recur in a text
    texts = Texts(units, np.cumsum(length) - length, length, np.arange(400))
    counts = np.zeros(1 << 17, dtype=np.uint32)  # two parts of the places, each of more than a row
    for t in range(400):
        counts[np.unique(plain.boilerplate_slots(plain.shingles_of(texts.of(t)), 1 << 17))] += 1
    tables = [np.zeros(1 << 17, dtype=np.uint32) for _ in range(workers)]
    found = counting.count_places(texts, tables, Work(DedupConfig(workers=workers), workers))
    assert np.array_equal(found, counts)
    assert counting.places_above(found, 3).tolist() == np.flatnonzero(counts > 3).tolist()


def test_counts_stop_and_start_anew_for_further_texts() -> None:
    more = counting.MOST_TEXTS + 5  # one more than a word tells apart
    texts = Texts(np.full(4, 0x4E00, np.uint16), np.zeros(more, np.int64), np.full(more, 4), np.arange(more))
    work = Work(DedupConfig(workers=1))
    assert counting.count_places(texts, [np.zeros(1 << 16, np.uint32)], work).max() == more


def test_a_large_sample_is_counted_in_more_places_than_its_boilerplate_has() -> None:
    assert all(count_bits(n) >= slot_bits(n) and frequent_from(n) == 50 for n in range(0, 1_600_000, 9_973))
    assert [frequent_from(10**n) for n in (7, 8)] == [305, 3051]


def test_copies_of_one_text_are_no_boilerplate() -> None:
    r = random.Random(6)
    text = article(r, 12)
    keys = sorted(
        {comparison_key(edited(text, r, 4)) for _ in range(120)}
        | {comparison_key(article(r)) for _ in range(60)}
    )
    texts = texts_of(keys)
    assert len(fit_texts(texts).boilerplate) < 60
    assert fit_texts(texts).digest() == fast.fit_large(texts).digest()


def test_constants_of_the_kernels_are_those_of_the_rules() -> None:
    for name in (
        "OWN",
        "BRIDGE",
        "NEAR",
        "NEAR_OTHER",
        "MIN_JACCARD",
        "HELD",
        "LONGER",
        "SHARES",
        "EDITED",
        "CONTAINS",
    ):
        assert getattr(verify, name) == getattr(rules, name)
    assert verify.FEW == rules.FEW_SHINGLES
    assert (candidates.ROWS, sketch.BINS) == (parameters.ROWS, parameters.BINS)
    assert (sketch.FEW, sketch.OWN) == (rules.FEW_SHINGLES, rules.OWN)
    for name in ("TEMPLATE", "SURE", "REPLACED"):
        assert getattr(siblings, name) == getattr(rules, name)
    assert collation.IN_ORDER == rules.IN_ORDER
    assert (starring.STORED, starring.SLOTS_FROM) == (
        rules.STORED,
        rules.SLOTS_FROM,
    )
    for name in ("LONGEST_SLOT", "RECURS", "RECUR_IN_ALL", "MADE_OF_SLOTS", "SKELETON"):
        assert getattr(siblings, name) == getattr(slots, name)
    assert {chr(c) for c in siblings.NUMERALS} == slots.NUMERALS
    assert {chr(c) for c in siblings.WORDING} == slots.WORDING


def test_a_winnowed_sample_has_something_of_every_shared_passage() -> None:
    """Of any `WINDOW` positions in a row that two texts share, one is in both samples."""
    r = random.Random(12)
    keys = [comparison_key(article(r, 20)) for _ in range(40)]
    passage = WINDOW + rules.SHINGLE - 1
    parts = [key[at : at + passage] for key in keys for at in [r.randrange(len(key) - passage)]]
    texts, none = texts_of([*keys, *parts]), np.zeros(0, dtype=np.uint8)
    spans, count = (texts.begin, texts.length), len(texts)
    out = (np.zeros((count, sketch.BINS), np.uint8), np.zeros(count, np.int64), np.zeros(count, np.bool_))
    counts = np.zeros(count, np.int64)
    room = (np.empty(sketch.BINS, np.uint32), np.empty(sketch.BINS, np.uint16))
    words = (np.empty(int(texts.length.max()), np.uint64), np.empty(int(texts.length.max()), np.uint64))
    fixed = (sketch.routes(), WINDOW, *room, *words)
    sample = np.empty(int(texts.length.sum()), np.uint32)
    done, end = sketch.sketch_texts(texts.units, spans, none, fixed, (*out, counts), sample)
    assert done == count
    samples = sample[:end].tolist()
    ends = np.cumsum(counts).tolist()
    sets = [set(samples[end - n : end]) for n, end in zip(counts.tolist(), ends, strict=True)]
    assert all(part and part <= whole for whole, part in zip(sets[:40], sets[40:], strict=True))
    assert sum(map(len, sets[:40])) < 0.15 * sum(map(len, keys))


def slow_signature(units: list[int], route: list[list[int]]) -> list[int]:
    """One permutation, an empty bin walking its route to a full one, in plain numbers."""
    bins: dict[int, int] = {}
    for i in range(3, len(units)):
        word = sum(unit << 16 * k for k, unit in enumerate(reversed(units[i - 3 : i + 1])))
        hashed = word * sketch.MIX % 2**64
        mixed = (hashed ^ hashed >> 32) * sketch.MIX2 % 2**64
        bins[mixed >> 56] = min(bins.get(mixed >> 56, 2**32), mixed >> 24 & 0xFFFFFFFF)
    asked = ([b, *route[b], *range(sketch.BINS)] for b in range(sketch.BINS))
    return [next(bins[a] for a in walk if a in bins) & 255 for walk in asked]


def test_signatures_are_those_of_the_slow_twin() -> None:
    """Few bins are full in a short text, most in a long one: they are borrowed from in two ways."""
    r = random.Random(14)
    keys = ["".join(chr(r.randrange(0x4E00, 0x9000)) for _ in range(n)) for n in (4, 5, 9, 30, 90, 600)]
    texts = texts_of(keys)
    found = fast.sketch_all(texts, np.zeros(0, dtype=np.uint8), fast.Work(CONFIG)).signatures
    route = sketch.routes()[0].tolist()
    assert found.tolist() == [slow_signature(texts.of(t).tolist(), route) for t in range(len(texts))]


@pytest.mark.parametrize("filler", [0, 90])
def test_a_fragment_in_a_cluster_is_still_said_to_be_held(filler: int) -> None:
    """Two overlapping fragments are near each other; the article holds either, and both are told."""
    r = random.Random(13)
    text = article(r, 40)
    rows = [text, text[200:420], text[260:470], *(article(r, 12) for _ in range(filler))]
    found = deduplicate(pa.table({"id": [f"a{i:02}" for i in range(len(rows))], "text": rows}), config=CONFIG)
    assert found.assignments["cluster_id"].to_pylist()[:3] == ["a00", "a01", "a01"]
    held = [(p["left_id"], p["right_id"]) for p in found.pairs.to_pylist() if p["relation"] == "contains"]
    assert held == [("a00", "a01"), ("a00", "a02")]


@pytest.mark.parametrize("seed", range(4))
def test_engines_agree_on_texts_that_are_nearly_all_boilerplate(seed: int) -> None:
    r = random.Random(seed + 40)
    guide = comparison_key(article(r, 6))
    bodies = [comparison_key(clause(r)) for _ in range(6)] + [comparison_key(article(r, 5)) for _ in range(6)]
    keys = {
        guide[: r.randint(60, len(guide))] + body[: r.randint(5, 80)] for body in bodies for _ in range(4)
    }
    texts = texts_of(sorted(keys | set(bodies)))
    places = np.unique(plain.boilerplate_slots(plain.shingles_of(key_units(guide))))
    model = CorpusModel(places, len(texts))
    one = plain.relate(texts, model.mask(), CONFIG)
    other = fast.relate(texts, model, fast.Work(CONFIG), every_pair(np.flatnonzero(texts.length >= 30)))
    assert one.centre.tolist() == other.centre.tolist()
    assert rows_of(one) == rows_of(other)
    found = fast.relate(texts, model, fast.Work(CONFIG))
    assert found.centre.tolist() == one.centre.tolist()


def test_without_a_window_no_sample_is_drawn_and_all_else_is_as_with_one() -> None:
    texts = texts_of(distinct_keys(5, 100))
    found, bare = (
        fast.sketch_all(texts, np.zeros(0, dtype=np.uint8), fast.Work(CONFIG), window) for window in (8, 0)
    )
    assert np.array_equal(found.signatures, bare.signatures)
    assert np.array_equal(found.sizes, bare.sizes)
    assert (len(found.samples) > 0, len(bare.samples)) == (True, 0)


@given(st.lists(st.integers(0, (1 << 22) - 1), unique=True, max_size=9))
def test_the_bitmap_is_the_mask_packed(slots: list[int]) -> None:
    model = CorpusModel(np.array(sorted(slots), np.uint32), 1000)
    mask = model.mask()
    assert (mask is None) == (not slots)
    packed = np.zeros(0, np.uint8) if mask is None else np.packbits(mask, bitorder="little")
    assert fast.bitmap_of(model).tobytes() == packed.tobytes()
