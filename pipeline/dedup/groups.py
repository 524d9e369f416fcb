"""Groups of equal and near-equal clauses over the corpus: candidates as of articles, decided by the ratio."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.config import DedupConfig
from pipeline.dedup import plain
from pipeline.dedup.arrays import keys_of, texts_of
from pipeline.dedup.entry import SMALL_SHORT_ROWS
from pipeline.dedup.frames import Folded, distinct_plain, fold_plain, whole_numbers
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.rules import MIN_CLAUSE_CHARS, near_ones
from pipeline.dedup.tables import booleans, indices, rows_of, words
from pipeline.dedup.work import Work
from pipeline.schema import CLAUSE_GROUPS
from pipeline.text.fold import text_id

if TYPE_CHECKING:
    from pipeline.dedup.linked import Linked
    from pipeline.dedup.near import Sketched

NOTHING = text_id("")
MIN_CLAUSES = 2  # a clause that stands once in the corpus is no group

PAIRS_AT_ONCE = 1 << 20  # that are measured: some 60 MB
# Beside so many rows of what is drawn from texts one is left for new texts. Of 2 million texts the others,
# 700 MB, then stay where they are for a dozen runs that each bring 1 % more.
SPARE = 8
MOST_UNUSED = 2  # of so many rows held one is of a text that stays: of fewer, they are put together anew

Ints = NDArray[np.int64]
Pairs = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Near:
    """Which texts are near, by rows of what is drawn from each; the model, and `found_with`, what names it.

    Of few texts, of which all pairs are looked at, there is nothing to keep but an empty model.
    """

    model: CorpusModel
    found_with: str = ""
    drawn: "Sketched | None" = None
    linked: "Linked | None" = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the last run knew: its place for each text of now, -1 for a new one, and which were near."""

    source: Ints
    near: Near


COUNTS = pa.schema(
    [
        ("text_id", pa.string()),
        ("text", pa.string()),
        ("n_clauses", pa.int64()),
        ("n_articles", pa.int64()),
        ("sites", pa.list_(pa.string())),  # that it stands on, each once
    ]
)
# Gives columns of the distinct texts, all or those at the places wanted, in order of text_id, as tables one
# behind the other; `columns_of` says what columns there are.
Reading = Callable[[Sequence[str], Ints | None], Iterable[pa.Table]]
Folding = Callable[[Iterable[pa.RecordBatch]], Folded]
# Room for what is drawn from so many texts (`near.ROW_BYTES` each), and what gives its memory back.
Room = Callable[[int], tuple[NDArray[np.uint8], Callable[[], None]]]


def room_in_memory(texts: int) -> tuple[NDArray[np.uint8], Callable[[], None]]:
    """Return room for what is drawn from so many texts."""
    from pipeline.dedup.near import ROW_BYTES

    return np.empty(texts * ROW_BYTES, np.uint8), lambda: None


def count_part(clauses: pa.Table) -> pa.Table:
    """Count the clauses of one part by text_id (`COUNTS`, in order of text_id); those of no key not.

    `clauses` has text_id, text, article_id and site; an article's clauses stand in one part.
    """
    ids, text = _in_order(clauses["text_id"])
    articles, article = _coded(clauses["article_id"])
    names, site = _coded(clauses["site"])
    n_clauses = np.bincount(text, minlength=len(ids))
    n_articles = np.bincount(_distinct(text, article, len(articles))[0], minlength=len(ids))
    stands, at = _distinct(text, site, len(names))
    texts = _least(clauses["text"].combine_chunks(), text, len(ids))
    sites = _lists(names.take(indices(at)), stands, len(ids))
    counted = pa.table([ids, texts, indices(n_clauses), indices(n_articles), sites], schema=COUNTS)
    return counted.slice(0, len(ids) - (len(ids) > 0 and ids[-1].as_py() == NOTHING))


def _lists(values: pa.Array, rows: Ints, count: int) -> pa.Array:
    """Return a list of values for each of `count` rows; `rows` says which row each is of, in order."""
    return pa.ListArray.from_arrays(rows_of(np.searchsorted(rows, np.arange(count + 1))), values)


def columns_of(counted: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return columns of `COUNTS`, and `n_sites`."""
    sizes = {"n_sites": lambda: pc.list_value_length(counted["sites"]).cast(pa.int64())}
    return pa.table({name: sizes[name]() if name in sizes else counted[name] for name in names})


def _in_order(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Return the distinct text_ids of a column in order, that of no key last, and the place of each row's."""
    ids, number = _coded(column)
    order = np.asarray(pc.sort_indices(ids)).astype(np.int64)
    nothing = pc.index(ids, NOTHING).as_py()
    if nothing >= 0:
        order = np.append(order[order != nothing], nothing)
    rank = np.empty(len(ids), np.int64)
    rank[order] = np.arange(len(ids))
    return ids.take(indices(order)), rank[number]


def _coded(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Return the distinct values of a column, and the place of each row's among them, -1 for null."""
    coded = column.combine_chunks().dictionary_encode()
    return coded.dictionary, np.asarray(pc.fill_null(coded.indices, -1)).astype(np.int64)


def _distinct(one: Ints, other: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the distinct pairs of two numbers, in their order; `other` is less than `count`, -1 for none."""
    pairs = np.sort((one * count + other)[other >= 0])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
    return pairs // max(count, 1), pairs % max(count, 1)


def _least(texts: pa.Array, number: Ints, count: int) -> pa.Array:
    """Return the first text by code points of each number; most have but one."""
    first = np.empty(count, np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    found = texts.take(indices(first))
    unlike = np.flatnonzero(~np.asarray(pc.equal(texts, found.take(indices(number)))))
    least: dict[int, str] = {}
    for place, text in zip(number[unlike].tolist(), texts.take(indices(unlike)).to_pylist(), strict=True):
        least[place] = min(text, least.get(place, found[place].as_py()))
    mask = np.zeros(count, np.bool_)
    mask[list(least)] = True
    return pc.replace_with_mask(found, booleans(mask), words([least[k] for k in sorted(least)]))


def add_parts(parts: Sequence[pa.Table]) -> pa.Table:
    """Return the distinct texts of several parts with sums (`COUNTS`, in order of text_id)."""
    counted = pa.concat_tables([COUNTS.empty_table(), *parts])
    ids, text = _in_order(counted["text_id"])
    sums = [
        np.bincount(text, whole_numbers(counted[name]), len(ids)).astype(np.int64)  # exact below 2^53
        for name in ("n_clauses", "n_articles")
    ]
    rows = np.repeat(text, whole_numbers(pc.list_value_length(counted["sites"])))
    names, site = _coded(pc.list_flatten(counted["sites"]))
    stands, at = _distinct(rows, site, len(names))
    texts = _least(counted["text"].combine_chunks(), text, len(ids))
    sites = _lists(names.take(indices(at)), stands, len(ids))
    return pa.table([ids, texts, *map(indices, sums), sites], schema=COUNTS)


def group_clauses(
    texts: Reading,
    config: DedupConfig,
    model: CorpusModel | None = None,
    known: Known | None = None,
    room: Room = room_in_memory,
) -> tuple[Iterator[pa.Table], Near]:
    """Return the table `clause_groups` from all distinct texts, in parts: groups of two clauses or more.

    The rows are a function of the set of clauses, `config` and `model`, which is fitted where there is none;
    `known` changes none: with it, only texts that came or went are compared. `group_id` is the smallest
    text_id of a group: a clause and those near it (ratio from `rules.MIN_RATIO`). What is near is for the
    next run. `room` gives room for what is drawn from so many texts.
    """
    counted = (whole_numbers(part["n_clauses"]) for part in texts(["n_clauses"], None))
    counts = [np.zeros(0, dtype=np.int64), *counted]
    n_clauses, work = np.concatenate(counts), Work(config, config.workers or os.cpu_count() or 1)
    if len(n_clauses) <= SMALL_SHORT_ROWS:
        near = Near(CorpusModel(np.zeros(0, np.uint32), len(n_clauses)))
        centre = stars(_compared(texts, work), len(n_clauses))
    else:
        near, centre = _brought_up(texts, len(n_clauses), work, (model, known), room)
    first = _first(centre)
    sizes = np.bincount(first, weights=n_clauses, minlength=len(first))
    kept = sizes[first] >= MIN_CLAUSES
    return _grouped(texts, first, kept), near


def _grouped(texts: Reading, first: Ints, kept: NDArray[np.bool_]) -> Iterator[pa.Table]:
    """Yield the rows of the texts to be kept; `first` is the place of the text that names the group."""
    rows, naming = np.flatnonzero(kept), np.zeros(len(kept), np.bool_)
    naming[first[rows]] = True
    number = np.cumsum(naming) - 1
    ids = pa.concat_tables(
        [pa.schema([("text_id", pa.string())]).empty_table(), *texts(["text_id"], np.flatnonzero(naming))]
    )
    ids = ids["text_id"].combine_chunks()
    names = [name for name in CLAUSE_GROUPS.names if name != "group_id"]
    start = 0
    for part in texts(names, rows):
        groups = ids.take(indices(number[first[rows[start : start + part.num_rows]]]))
        yield part.append_column("group_id", groups).select(CLAUSE_GROUPS.names).cast(CLAUSE_GROUPS)
        start += part.num_rows


def _first(centre: Ints) -> Ints:
    """Return the first text of the group of each text, from its centre."""
    first = np.empty(len(centre), np.int64)
    first[centre[::-1]] = np.arange(len(centre))[::-1]  # the last that is written stays
    return first[centre]


def _numbered(texts: Reading, wanted: Ints | None = None) -> Iterator[pa.RecordBatch]:
    """Yield texts for folding, all or those wanted, in order; numbers take the place of ids."""
    for part in texts(["text"], wanted):
        column = part["text"].combine_chunks()
        yield pa.record_batch([pa.nulls(len(column), pa.int32()), column], ["id", "text"])


def _compared(texts: Reading, work: Work) -> Pairs:
    """Return the near pairs of few texts: all are looked at."""
    keys = fold_plain(_numbered(texts), leaks=False)
    folded, of_row = distinct_plain(keys, np.arange(len(keys.length)))
    judged = np.flatnonzero(folded.length >= MIN_CLAUSE_CHARS)
    left, right = np.triu_indices(len(judged), 1)
    pairs = near_ones(folded.length, judged[left], judged[right], partial(plain.ratios, folded))
    row_of = np.argsort(of_row)
    return keys_of(row_of[pairs[0]], row_of[pairs[1]])


def _brought_up(
    texts: Reading, count: int, work: Work, given: tuple[CorpusModel | None, Known | None], room: Room
) -> tuple[Near, Ints]:
    """Return which of `count` texts are near, as known of those that stay, else found; and their centres."""
    from pipeline.dedup import fast, linked
    from pipeline.dedup.intake import fold_batches
    from pipeline.dedup.near import FREE, changed_pairs, fit_clauses

    model, known = given
    fold = partial(fold_batches, work=work, leaks=False)
    folded = None
    if model is None:
        folded = fold(_numbered(texts))
        model = fit_clauses(folded, work)
    bitmap = fast.bitmap_of(model)
    found_with = hashlib.sha256(bitmap.tobytes()).hexdigest()[:32]
    if known is not None and known.near.found_with != found_with:
        known = None
    source = np.full(count, -1) if known is None else known.source
    if folded is None or known is not None:
        folded = fold(_numbered(texts, np.flatnonzero(source < 0)))
    drawn, standing, row = _drawn(folded, source, known, (bitmap, work), room)
    del folded
    met, lost = changed_pairs(drawn, standing, work)
    found = _near_pairs(texts, fold, met, drawn.text, work)
    drawn.text[drawn.text >= count] = FREE
    pairs = None if known is None else known.near.linked
    if pairs is None:
        pairs = linked.linked_of(found, count)
    else:
        if row is not None:
            pairs = linked.linked_of(linked.pairs_at(pairs, row), count)
        pairs = linked.brought_up(pairs, found, lost, drawn.text)
    return Near(model, found_with, drawn, pairs), linked.centres(pairs, drawn.text, count)


def _near_pairs(texts: Reading, fold: Folding, met: Pairs, text: Ints, work: Work) -> Pairs:
    """Return those of some pairs of rows that are near, by the text of each row; only these are folded."""
    from pipeline.dedup.near import near_pairs

    number = np.full(len(text), -1)
    for side in texts_of(met):
        number[side] = 0
    asked = np.flatnonzero(number == 0)
    asked = asked[np.argsort(text[asked])]
    number[asked] = np.arange(len(asked))
    folded, found = fold(_numbered(texts, text[asked])), [met[:0]]
    for start in range(0, len(met), PAIRS_AT_ONCE):
        sides = texts_of(met[start : start + PAIRS_AT_ONCE])
        near = near_pairs(folded, keys_of(*(number[side] for side in sides)), work)
        found.append(keys_of(*(asked[side] for side in texts_of(near))))
    return np.concatenate(found)


def _drawn(
    folded: Folded, source: Ints, known: Known | None, given: tuple[NDArray[np.uint8], Work], room: Room
) -> tuple["Sketched", NDArray[np.uint8], Ints | None]:
    """Return what is drawn from all texts and those gone, each in the row it had while there are free ones.

    Also which are of which run, and where each row of the last run went, -1 for those of texts that have
    gone; None where all are as they were. `folded` are the texts that are new by `source`.
    """
    from pipeline.dedup.meetings import BOTH, LAST, NOW
    from pipeline.dedup.near import FREE, put_drawn, room_for

    before, base = room_for(*room_in_memory(0)), 0
    if known is not None and known.near.drawn is not None and known.near.linked is not None:
        before, base = known.near.drawn, len(known.near.linked.starts) - 1
    new, stay, count = np.flatnonzero(source < 0), np.flatnonzero(source >= 0), len(source)
    place = np.full(int(before.text.max(initial=FREE)) + 1, -1)
    place[source[stay]] = stay
    place[place < 0] = count + np.arange(len(place) - len(stay))
    moved = replace(before, text=before.text.copy())
    held = np.flatnonzero(before.text != FREE)
    moved.text[held] = place[before.text[held]]
    free, row = base + np.flatnonzero(before.text[base:] == FREE), None
    if len(new) <= len(free) and MOST_UNUSED * len(stay) >= len(held):
        drawn, put, order = moved, free[: len(new)], np.argsort(folded.hashes, kind="stable")
    else:
        drawn, (put, order), row = _with_room(moved, held, count, folded.hashes, room)
    drawn.text[put] = new[order]
    put_drawn(folded, given, drawn, put, order)
    standing = np.where(drawn.text == FREE, 0, np.where(drawn.text < count, BOTH, LAST)).astype(np.uint8)
    standing[put] = NOW
    return drawn, standing, row


def _with_room(
    before: "Sketched", held: Ints, count: int, hashes: NDArray[np.uint64], room: Room
) -> tuple["Sketched", tuple[Ints, Ints], Ints]:
    """Return the rows held in new room, the `count` texts of now in the order of their hash, others behind.

    Also the rows that are left for new texts, and the order in which these go there, from their `hashes`; and
    where each row went, -1 for others. Rows that stay keep their order, so they are copied as they lie.
    """
    from pipeline.dedup.near import room_for

    kept, gone = held[before.text[held] < count], held[before.text[held] >= count]
    order = np.argsort(np.append(before.hashes[kept], hashes), kind="stable")
    rows = count + len(gone)
    drawn = room_for(*room(rows + rows // SPARE))
    old, put = np.flatnonzero(order < len(kept)), np.flatnonzero(order >= len(kept))
    for at, source in ((old, kept[order[old]]), (count + np.arange(len(gone)), gone)):
        drawn.put(at, before, source)
        drawn.text[at] = before.text[source]
    row = np.full(len(before.text), -1)
    row[kept[order[old]]] = old
    return drawn, (put, order[put] - len(kept)), row


def stars(pairs: Pairs, count: int) -> Ints:
    """Return the centre of each of `count` nodes: the node with most neighbours takes them, and so on.

    Ties go to the lower number. Nobody is in a group but beside its centre: there is no chaining. For few;
    twin of `linked.centres`.

    >>> stars(keys_of(np.array([0, 1, 2]), np.array([1, 2, 3])), 5).tolist()
    [1, 1, 1, 3, 4]
    """
    left, right = texts_of(pairs)
    degree = np.bincount(left, minlength=count) + np.bincount(right, minlength=count)
    linked = np.flatnonzero(degree)
    linked = linked[np.argsort(-degree[linked], kind="stable")]
    beside: dict[int, list[int]] = {node: [] for node in linked.tolist()}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        beside[one].append(other)
        beside[other].append(one)
    centre = list(range(count))
    free = set(beside)
    for node in beside:
        if node in free:
            for other in free.intersection(beside[node]):
                centre[other] = node
            free -= {node, *beside[node]}
    return np.array(centre, dtype=np.int64)
