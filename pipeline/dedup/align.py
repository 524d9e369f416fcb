"""A member of a cluster beside its canonical, clause by clause.

Equal clauses in order are anchors (a longest common subsequence); equal clauses elsewhere have moved; between
two anchors the most similar clauses are one clause changed; the rest was added or removed: the collation of
witnesses of textual criticism.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import ratio as indel_ratio

from pipeline.text.fold import comparison_keys

Clauses = Sequence[tuple[str, str]]
Row = tuple[str | None, str | None, str, str, float | None]  # of table `alignments`
Op = Literal["same", "changed", "added", "removed", "moved"]

# 0–100. Two clauses under it share little beyond the phrases of their trade: of 3,000 random pairs of clauses
# of one article 99 % stay below 26 on raw/sample, below 60 on statutes in the form of template articles.
MIN_CHANGED_RATIO = 60.0
MAX_GAP_PAIRS = 40_000  # pairs compared between two anchors; above, only what stands at the same place is


class Aligned(NamedTuple):
    """One row: places in the two lists (None where missing), what happened, the ratio 0–100 of the texts."""

    canonical: int | None
    member: int | None
    op: Op
    ratio: float | None


def align(canonical: Sequence[str], member: Sequence[str]) -> list[Aligned]:
    """Align two lists of clause texts; rows in the order of the canonical, what was added at its place.

    Texts are compared by key: script, width and punctuation do not count. Every clause of either side stands
    in exactly one row. Cost: linear for near-copies, else up to `MAX_GAP_PAIRS` comparisons a gap.

    >>> [(r.op, r.canonical, r.member) for r in align(["甲乙丙丁。", "戊己"], ["甲乙丙戊；", "庚", "戊己"])]
    [('changed', 0, 0), ('added', None, 1), ('same', 1, 2)]
    """
    keys = comparison_keys([*canonical, *member])
    return align_keys(keys[: len(canonical)], keys[len(canonical) :])


def align_keys(left: list[str], right: list[str]) -> list[Aligned]:
    """Do what `align` does for texts that are folded already."""
    anchors = _anchors(left, right)
    matched = {i: Aligned(i, j, "same", 100.0) for i, j in anchors}
    taken = {j for _, j in anchors}
    if len(matched) < len(left) and len(taken) < len(right):
        _match_moved(left, right, matched, taken)
        _match_changed(left, right, anchors, matched, taken)
    return _in_order(len(left), len(right), matched, taken)


def _anchors(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Equal clauses in the same order, empty ones left out."""
    found = []
    for code in Indel.opcodes(left, right):
        if code.tag == "equal":
            places = zip(
                range(code.src_start, code.src_end), range(code.dest_start, code.dest_end), strict=True
            )
            found += [(i, j) for i, j in places if left[i]]
    return found


def _match_moved(left: list[str], right: list[str], matched: dict[int, Aligned], taken: set[int]) -> None:
    free: dict[str, list[int]] = defaultdict(list)
    for j in range(len(right) - 1, -1, -1):
        if j not in taken and right[j]:
            free[right[j]].append(j)
    for i, key in enumerate(left):
        if i not in matched and free.get(key):
            j = free[key].pop()
            matched[i] = Aligned(i, j, "moved", 100.0)
            taken.add(j)


def _match_changed(
    left: list[str],
    right: list[str],
    anchors: list[tuple[int, int]],
    matched: dict[int, Aligned],
    taken: set[int],
) -> None:
    before = (-1, -1)
    for anchor in [*anchors, (len(left), len(right))]:
        gap = range(before[0] + 1, anchor[0]), range(before[1] + 1, anchor[1])
        before = anchor
        if not (gap[0] and gap[1]):
            continue
        rows = [i for i in gap[0] if i not in matched]
        columns = [j for j in gap[1] if j not in taken]
        for score, i, j in _similar(left, right, rows, columns):
            if i not in matched and j not in taken:
                matched[i] = Aligned(i, j, "changed", score)
                taken.add(j)


def _similar(
    left: list[str], right: list[str], rows: list[int], columns: list[int]
) -> list[tuple[float, int, int]]:
    """Similar pairs of one gap, most similar first; ties by place."""
    if len(rows) * len(columns) > MAX_GAP_PAIRS:
        pairs = list(zip(rows, columns, strict=False))
    else:
        pairs = [(i, j) for i in rows for j in columns]
    scored = [(indel_ratio(left[i], right[j], score_cutoff=MIN_CHANGED_RATIO), i, j) for i, j in pairs]
    return sorted((s for s in scored if s[0]), key=lambda s: (-s[0], s[1], s[2]))


def _in_order(n_left: int, n_right: int, matched: dict[int, Aligned], taken: set[int]) -> list[Aligned]:
    """Rows in canonical order; an added clause follows the row of the clause before it in the member."""
    added: dict[int | None, list[Aligned]] = defaultdict(list)
    before: int | None = None
    for j in range(n_right):
        if j in taken:
            before = j
        else:
            added[before].append(Aligned(None, j, "added", None))
    rows = added[None]
    for i in range(n_left):
        row = matched.get(i, Aligned(i, None, "removed", None))
        rows.append(row)
        if row.member is not None:
            rows += added[row.member]
    return rows


def alignment_rows(canonical: Clauses, member: Clauses, member_id: str) -> list[Row]:
    """Return the rows of table `alignments` of one member: where it differs from its canonical.

    Both sides are (clause_id, key of the text) in document order; for a label without text, its marker stands
    for it.

    >>> alignment_rows([("a:1/1", "每日清扫")], [("b:1/1", "每日打扫")], "b:1")
    [('a:1/1', 'b:1/1', 'b:1', 'changed', 75.0)]
    """
    found = align_keys([key for _, key in canonical], [key for _, key in member])
    return [
        (None if i is None else canonical[i][0], None if j is None else member[j][0], member_id, op, ratio)
        for i, j, op, ratio in found
        if op != "same"
    ]


def character_edits(canonical: str, member: str) -> list[tuple[str, str]]:
    """Return what was replaced by what, in order, as (before, after); an insertion has an empty before.

    >>> character_edits("及时上报", "及时向上级汇报")
    [('', '向'), ('', '级汇')]
    """
    found: list[tuple[str, str]] = []
    end = (-1, -1)
    for code in Indel.opcodes(canonical, member):
        if code.tag == "equal":
            continue
        before, after = canonical[code.src_start : code.src_end], member[code.dest_start : code.dest_end]
        if found and end == (code.src_start, code.dest_start):
            before, after = found[-1][0] + before, found.pop()[1] + after
        found.append((before, after))
        end = (code.src_end, code.dest_end)
    return found
