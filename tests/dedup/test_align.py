import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.align import align, align_any, align_keys, align_two, character_edits, unlike_parts
from pipeline.text.fold import comparison_keys

CLAUSES = [
    "定期向上级汇报各部门的销售业绩完成情况。",
    "督促成品仓做好仓库管理工作，确保库存量合理。",
    "日常按公司的财务制度及时催收应收账款。",
    "拜访客户时，必须先敲房门三次。",
    "妥善保管客户的各种资料，工作完畢及時銷毀。",
]


def ops(canonical: list[str], member: list[str]) -> list[tuple[str, int | None, int | None]]:
    return [(r.op, r.canonical, r.member) for r in align(canonical, member)]


def test_a_copy_is_the_same_in_any_script_and_punctuation() -> None:
    member = [c.replace("，", ",").replace("完畢及時銷毀", "完毕及时销毁") for c in CLAUSES]
    assert ops(CLAUSES, member) == [("same", i, i) for i in range(5)]


def test_a_change_a_loss_and_an_addition_are_told_apart() -> None:
    member = [CLAUSES[0], "督促成品仓做好仓库盘点工作，确保库存量合理。", "新来的一条。", *CLAUSES[3:]]
    found = ops(CLAUSES, member)
    assert ("changed", 1, 1) in found
    assert ("removed", 2, None) in found
    assert ("added", None, 2) in found
    assert [f[0] for f in found].count("same") == 3


def test_a_moved_clause_is_moved_not_lost_and_found() -> None:
    member = [CLAUSES[4], *CLAUSES[:4]]
    assert ops(CLAUSES, member) == [("same", i, i + 1) for i in range(4)] + [("moved", 4, 0)]


def test_unlike_clauses_at_one_place_are_not_a_change() -> None:
    assert {f[0] for f in ops([CLAUSES[0]], [CLAUSES[3]])} == {"removed", "added"}


def test_character_edits_rebuild_the_member() -> None:
    assert character_edits("甲乙丙", "甲乙丙") == []
    assert character_edits("甲乙丙", "甲丁丙") == [("乙", "丁")]


@given(st.lists(st.sampled_from([*CLAUSES, "甲", ""])), st.lists(st.sampled_from([*CLAUSES, "乙", ""])))
def test_every_clause_stands_in_exactly_one_row(canonical: list[str], member: list[str]) -> None:
    rows = align(canonical, member)
    assert sorted(r.canonical for r in rows if r.canonical is not None) == list(range(len(canonical)))
    assert sorted(r.member for r in rows if r.member is not None) == list(range(len(member)))
    for r in rows:
        assert (r.op == "removed") == (r.member is None)
        assert (r.op == "added") == (r.canonical is None)
        assert (r.ratio is None) == (r.op in ("added", "removed"))


@given(
    st.lists(st.sampled_from([*CLAUSES, "甲", ""]), max_size=8),
    st.lists(st.sampled_from([*CLAUSES[:3], "乙", ""]), max_size=8),
    st.lists(st.sampled_from(CLAUSES[:3]), max_size=3),
)
def test_what_is_the_same_in_front_and_behind_changes_no_row(
    one: list[str], other: list[str], around: list[str]
) -> None:
    keys = comparison_keys([*around, *one, *around, *around, *other, *around])
    cut = len(one) + 2 * len(around)
    numbers = {key: n for n, key in enumerate(["", *keys])}
    codes = np.array([numbers[key] for key in keys], np.int64)
    whole = ((np.array([0]), np.array([cut])), (np.array([cut]), np.array([len(keys)])))
    gaps = unlike_parts(codes, *whole, numbers[""])
    left, right = (range(int(first[0]), int(last[0])) for first, last in gaps)
    found = align_keys([keys[i] for i in left], [keys[j] for j in right])
    rows = [
        (None if i is None else left[i], None if j is None else right[j] - cut, op, ratio)
        for i, j, op, ratio in found
    ]
    every = align_keys(keys[:cut], keys[cut:])
    assert [r for r in rows if r[2] != "same"] == [r for r in every if r[2] != "same"]


def slow_unlike_parts(left: list[int], right: list[int]) -> tuple[int, int]:
    """How many codes are the same in front and behind; 0 is none."""
    if 0 in left or 0 in right:
        return 0, 0
    most = min(len(left), len(right))
    front = next((n for n in range(most) if left[n] != right[n]), most)
    behind = next((n for n in range(most - front) if left[-1 - n] != right[-1 - n]), most - front)
    return front, behind


@given(st.lists(st.lists(st.integers(0, 3), max_size=6), min_size=1, max_size=6), st.data())
def test_parts_of_many_pairs_are_those_of_the_slow_twin(
    articles: list[list[int]], data: st.DataObject
) -> None:
    codes = np.array([code for article in articles for code in article], np.int64)
    edges = np.concatenate(([0], np.cumsum([len(article) for article in articles])))
    places = st.integers(0, len(articles) - 1)
    pairs = data.draw(st.lists(st.tuples(places, places), max_size=5))
    one, other = (np.array([pair[k] for pair in pairs], np.int64) for k in (0, 1))
    found = unlike_parts(codes, *((edges[side], edges[side + 1]) for side in (one, other)), 0)
    for n, pair in enumerate(pairs):
        front, behind = slow_unlike_parts(*(articles[k] for k in pair))
        for (first, last), k in zip(found, pair, strict=True):
            assert (first[n] - edges[k], edges[k + 1] - last[n]) == (front, behind)


@given(*[st.text("甲乙丙", max_size=5)] * 2)
def test_two_clauses_are_aligned_as_lists_are(one: str, other: str) -> None:
    assert align_two(one, other) == align_any([one], [other])
