import pyarrow as pa
import pytest

from pipeline.config import DedupConfig
from pipeline.dedup.groups import count_part, group_clauses
from pipeline.text.fold import text_id

NEAR = (
    "每周五下午由仓库管理员对库房进行全面盘点并登记。",
    "每周五下午由仓库管理员对库房进行仔细盘点并登记。",
)
OTHER = "食堂餐具一餐一洗一消毒，剩菜剩饭不得隔夜存放。"


def part(rows: list[tuple[str, str, str | None, str | None]]) -> pa.Table:
    names = ("clause_id", "text", "article_id", "site")
    columns = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)}
    return pa.table(columns | {"text_id": [text_id(row[1]) for row in rows]})


ROWS: list[tuple[str, str, str | None, str | None]] = [
    ("a:1/1", NEAR[0], "a:1", "甲网"),
    ("a:1/2", NEAR[0], "a:1", "甲网"),
    ("b:1/1", NEAR[1], "b:1", "乙网"),
    ("b:g1/1", NEAR[0] + " ", None, "乙网"),
    ("c:1/1", OTHER, "c:1", None),
    ("c:1/2", "不得迟到。", "c:1", None),
    ("d:1/2", "不得早退。", "d:1", None),
]


@pytest.mark.parametrize("cuts", [[7], [3, 7], [1, 2, 3, 4, 5, 6, 7]])
def test_equal_and_near_clauses_are_one_group_however_they_come(cuts: list[int]) -> None:
    pieces = [part(ROWS[start:end]) for start, end in zip([0, *cuts], cuts, strict=False)]
    found = {
        row["text_id"]: row
        for row in group_clauses([count_part(p) for p in pieces], DedupConfig()).to_pylist()
    }
    assert set(found) == {text_id(text) for text in NEAR}
    first, second = (found[text_id(text)] for text in NEAR)
    assert first["group_id"] == second["group_id"] == min(text_id(t) for t in NEAR)
    assert (first["n_clauses"], first["n_sites"], second["n_clauses"]) == (3, 2, 1)
    assert first["text"] == NEAR[0]


def test_an_article_is_counted_once() -> None:
    (row,) = group_clauses([count_part(part(ROWS[:2]))], DedupConfig()).to_pylist()
    assert (row["n_clauses"], row["n_articles"]) == (2, 1)


def test_short_clauses_are_equal_or_different_and_pages_may_have_no_site() -> None:
    table = group_clauses([count_part(part([*ROWS[4:], ROWS[4], ROWS[6]]))], DedupConfig())
    assert sorted(table["text"].to_pylist()) == sorted(["不得早退。", OTHER])
    assert table["group_id"].to_pylist() == table["text_id"].to_pylist()
    assert table["n_sites"].to_pylist() == [0, 0]


def test_nothing_gives_an_empty_table() -> None:
    assert group_clauses([], DedupConfig()).num_rows == 0
