"""From related texts to the tables of the contract (§4): pairs, clusters and assignments of articles."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.dedup.arrays import Related, Texts
from pipeline.dedup.costs import Costs
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.rules import (
    CONTAINED,
    CONTAINS,
    EXACT,
    REASON_OF,
    RELATION_OF,
    RULES,
    SHARED,
    TEMPLATE,
    reasons_of,
)
from pipeline.schema import ASSIGNMENTS, CLUSTERS, PAIRS

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Deduplication:
    """Tables of contract §4: `pairs`, `clusters` (of two or more), `assignments` (every article, one row).

    `rows` says in which row of `assignments` each article stands, in the order in which they came. `hot`
    counts how often a text met a band of more than `candidates.CHAIN` texts, of which only those were
    looked at: pairs may be missed where it is large. `costs` are those of the run, where kernels were used;
    `model` is the corpus model that the rows were made with.
    """

    pairs: pa.Table
    clusters: pa.Table
    assignments: pa.Table
    rows: Ints
    hot: int = 0
    costs: Costs = field(default_factory=Costs)
    model: CorpusModel | None = None


@dataclass(frozen=True, slots=True)
class Articles:
    """The articles of a run, in the order of their rows.

    `ids` are strings or whole numbers, unique. `text` is each article's distinct text; `age` its place in
    the order by (captured_at, article_id), `name` its place by id, `preferred` its place in the order
    in which canonicals are chosen, each a permutation. `layout`, `script` and `repairs` are codes whose
    inequality is what the three booleans of a pair say. `page` is a code of the page.
    """

    ids: pa.Array
    text: Ints
    age: Ints
    name: Ints
    preferred: Ints
    layout: Ints
    script: Ints
    repairs: Ints
    page: Ints


def indices(values: Ints) -> pa.Array:
    """Return an index array without copying; `pa.array` would import pandas (0.4 s)."""
    plain = np.ascontiguousarray(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(plain), [None, pa.py_buffer(plain)])


def rows_of(values: Ints | NDArray[np.int32]) -> pa.Array:
    """Return numbers of rows of one part, which are few, without copying more than it must."""
    plain = np.ascontiguousarray(values, dtype=np.int32)
    return pa.Array.from_buffers(pa.int32(), len(plain), [None, pa.py_buffer(plain)])


def floats(values: NDArray[np.float64]) -> pa.Array:
    """Return a float column without copying."""
    plain = np.ascontiguousarray(values, dtype=np.float64)
    return pa.Array.from_buffers(pa.float64(), len(plain), [None, pa.py_buffer(plain)])


def words(values: Sequence[str]) -> pa.Array:
    """Return a string column without `pa.array`, which would import pandas."""
    coded = [value.encode() for value in values]
    offsets = np.zeros(len(coded) + 1, dtype=np.int32)
    np.cumsum([len(c) for c in coded], out=offsets[1:])
    return pa.StringArray.from_buffers(len(coded), pa.py_buffer(offsets), pa.py_buffer(b"".join(coded)))


def nullable(values: NDArray[np.float64]) -> pa.Array:
    """Return a float column in which NaN is null."""
    plain = np.ascontiguousarray(values, dtype=np.float64)
    valid = np.packbits(~np.isnan(plain), bitorder="little")
    return pa.Array.from_buffers(pa.float64(), len(plain), [pa.py_buffer(valid), pa.py_buffer(plain)])


def integers(values: NDArray[np.int64]) -> pa.Array:
    """Return a 32-bit integer column."""
    plain = np.ascontiguousarray(values, dtype=np.int32)
    return pa.Array.from_buffers(pa.int32(), len(plain), [None, pa.py_buffer(plain)])


def booleans(values: NDArray[np.bool_]) -> pa.Array:
    """Return a boolean column."""
    bits = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def take(column: pa.Array, values: Ints) -> pa.Array:
    """Return the rows of a column."""
    return pc.take(column, indices(values))


def first_of(groups: Ints, order: Ints, count: int) -> Ints:
    """Return for each of `count` groups its member that comes first in `order`; -1 for an empty group."""
    best = np.full(count, -1, dtype=np.int64)
    by_order = np.empty(len(order), dtype=np.int64)
    by_order[order] = np.arange(len(order))
    best[groups[by_order[::-1]]] = by_order[::-1]
    return best


def families(centre: Ints, related: Related) -> Ints:
    """Return a family number of each text: clusters joined by template pairs, connected components."""
    parent: dict[int, int] = {}

    def root(text: int) -> int:
        while parent.get(text, text) != text:
            text = parent[text]
        return text

    for p in np.flatnonzero(related.kind == TEMPLATE):
        a, b = root(int(centre[related.left[p]])), root(int(centre[related.right[p]]))
        if a != b:
            parent[max(a, b)] = min(a, b)
    family = centre.copy()
    moved = {text: root(text) for text in parent}
    if moved:
        lookup = np.arange(len(centre), dtype=np.int64)
        lookup[list(moved)] = list(moved.values())
        family = lookup[centre]
    return family


@dataclass(frozen=True, slots=True)
class _Rows:
    """Pairs of articles before they are put in the order left < right; `pair` is of `Related`, -1 = exact."""

    one: Ints
    other: Ints
    pair: Ints


def _member_rows(articles: Articles, home: Ints, related: Related) -> _Rows:
    """Return every article with the canonical of its cluster."""
    centre = related.centre
    pair_of = np.full(len(centre), -1, dtype=np.int64)
    inside = (centre[related.right] == related.left) & (related.left != related.right)
    pair_of[related.right[inside]] = np.flatnonzero(inside)
    members = np.flatnonzero(home != np.arange(len(home)))
    return _Rows(home[members], members, pair_of[articles.text[members]])


def _other_rows(of_text: Ints, related: Related) -> _Rows:
    """Return all pairs but those of a centre with its member: of canonicals, or all there are."""
    across = np.flatnonzero(related.centre[related.right] != related.left)
    return _Rows(of_text[related.left[across]], of_text[related.right[across]], across)


def _slot_column(related: Related, pair: Ints, swap: NDArray[np.bool_]) -> pa.Array:
    """Return the slots of each row; only templates, which are few, are looked at one by one."""
    found: list[tuple[str, str, int]] = []
    count = np.zeros(len(pair), dtype=np.int64)
    kinds = np.append(related.kind, np.uint8(EXACT))
    for row in np.flatnonzero(kinds[pair] == TEMPLATE):
        slots = [(whole(s.left), whole(s.right), s.n) for s in related.slots[int(pair[row])]]
        found += [(b, a, n) for a, b, n in slots] if swap[row] else slots
        count[row] = len(slots)
    sides = [words([one for one, _, _ in found]), words([other for _, other, _ in found])]
    times = integers(np.array([slot[2] for slot in found], dtype=np.int64))
    kind = PAIRS.field("slots").type
    rows = pa.StructArray.from_arrays([*sides, times], fields=list(kind.value_type))
    edges = np.zeros(len(pair) + 1, dtype=np.int32)
    np.cumsum(count, out=edges[1:])
    ends = pa.Array.from_buffers(pa.int32(), len(edges), [None, pa.py_buffer(edges)])
    return pa.ListArray.from_arrays(ends, rows, type=kind)


def whole(units: str) -> str:
    """Join a string of UTF-16 units to characters again; half of a pair becomes U+FFFD."""
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def with_ids(schema: pa.Schema, kind: pa.DataType) -> pa.Schema:
    """Return a table's schema with ids of the type that they came in.

    >>> with_ids(ASSIGNMENTS, pa.int64()).field("cluster_id").type
    DataType(int64)
    """
    named = [f.with_type(kind) if f.name == "id" or f.name.endswith("_id") else f for f in schema]
    return pa.schema(named, metadata=schema.metadata)


def _pair_table(articles: Articles, related: Related, rows: _Rows) -> pa.Table:
    swap = articles.name[rows.one] > articles.name[rows.other]
    left, right = np.where(swap, rows.other, rows.one), np.where(swap, rows.one, rows.other)
    order = np.lexsort((articles.name[right], articles.name[left]))
    left, right, swap, pair = left[order], right[order], swap[order], rows.pair[order]

    def of_pair(column: NDArray[np.float64], when_exact: float) -> NDArray[np.float64]:
        return np.append(column, when_exact)[pair]

    kind = np.append(related.kind, np.uint8(EXACT))[pair].astype(np.int64)
    turned = np.where(swap & ((kind == CONTAINS) | (kind == CONTAINED)), CONTAINS + CONTAINED - kind, kind)
    cover, cover_other = of_pair(related.coverage_left, 1.0), of_pair(related.coverage_right, 1.0)
    columns = [
        take(articles.ids, left),
        take(articles.ids, right),
        take(words(RELATION_OF), turned),
        booleans(kind >= SHARED),
        floats(of_pair(related.ratio, 100.0)),
        floats(of_pair(related.jaccard, 1.0)),
        floats(np.where(swap, cover_other, cover)),
        floats(np.where(swap, cover, cover_other)),
        booleans(articles.layout[left] != articles.layout[right]),
        booleans(articles.script[left] != articles.script[right]),
        booleans(articles.repairs[left] != articles.repairs[right]),
        _slot_column(related, pair, swap),
        take(words(REASON_OF), reasons_of(turned, (cover, cover_other), of_pair(related.jaccard, 1.0))),
        take(words([RULES]), np.zeros(len(order), dtype=np.int64)),
    ]
    return pa.Table.from_arrays(columns, schema=with_ids(PAIRS, articles.ids.type))


def build(articles: Articles, texts: Texts, related: Related) -> Deduplication:
    """Build the three tables. Vectorised; slots are looked up for templates alone."""
    count, centre = len(texts), related.centre
    cluster = centre[articles.text]
    family = families(centre, related)[articles.text]
    of_text = first_of(articles.text, articles.preferred, count)
    canonical_of = np.where(of_text >= 0, of_text[centre], -1)
    home = canonical_of[cluster]
    cluster_name = first_of(cluster, articles.age, count)[cluster]
    family_name = first_of(family, articles.age, count)[family]
    members = _member_rows(articles, home, related)
    across = _other_rows(of_text, related)
    rows = _Rows(*(np.concatenate(both) for both in zip(_columns(members), _columns(across), strict=True)))
    ratio = np.full(len(home), np.nan)
    ratio[members.other] = np.append(related.ratio, 100.0)[members.pair]
    assigned = _assignments(articles, (cluster_name, family_name), home, members, ratio)
    clusters = _clusters(articles, (cluster_name, family_name), home, ratio)
    return Deduplication(_pair_table(articles, related, rows), clusters, assigned, articles.name, related.hot)


def _columns(rows: _Rows) -> tuple[Ints, Ints, Ints]:
    return rows.one, rows.other, rows.pair


def _assignments(
    articles: Articles, names: tuple[Ints, Ints], home: Ints, members: _Rows, ratio: NDArray[np.float64]
) -> pa.Table:
    relation = np.full(len(home), np.nan)
    relation[members.other] = np.where(members.pair < 0, 0, 1)
    order = np.argsort(articles.name)
    columns = [
        take(articles.ids, order),
        take(articles.ids, names[0][order]),
        booleans((home == np.arange(len(home)))[order]),
        pc.take(words(["exact", "edited"]), nullable(relation[order]).cast(pa.int64())),
        nullable(ratio[order]),
        take(articles.ids, names[1][order]),
    ]
    return pa.Table.from_arrays(columns, schema=with_ids(ASSIGNMENTS, articles.ids.type))


def _clusters(
    articles: Articles, names: tuple[Ints, Ints], home: Ints, ratio: NDArray[np.float64]
) -> pa.Table:
    """Clusters of two or more articles, in the order of their ids."""
    count = len(home)
    size = np.bincount(names[0], minlength=count)
    heads = np.flatnonzero(size > 1)
    heads = heads[np.argsort(articles.name[heads])]
    least = np.full(count, 100.0)
    inside = ~np.isnan(ratio)
    np.minimum.at(least, names[0][inside], ratio[inside])
    seen = names[0] * (int(articles.page.max(initial=0)) + 1) + articles.page
    pages = np.bincount(names[0][_first_places(seen)], minlength=count)
    columns = [
        take(articles.ids, heads),
        take(articles.ids, home[heads]),
        take(articles.ids, names[1][heads]),
        integers(size[heads]),
        integers(pages[heads]),
        floats(least[heads]),
    ]
    return pa.Table.from_arrays(columns, schema=with_ids(CLUSTERS, articles.ids.type))


def _first_places(values: Ints) -> Ints:
    """Return the place of one of each distinct value; sort and mask, `np.unique` is slower (facts §6)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return order[fresh]
