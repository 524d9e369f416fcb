import dataclasses
import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.dedup_table import dedup_table
from pipeline.errors import InputError, UsageError
from pipeline.explain import Source, explain, explain_rows, explanation_lines
from pipeline.match import SHOWN, asked_in, match, texts_of
from pipeline.run import ingest

SAMPLE = Path(__file__).parent.parent / "raw" / "sample"


@pytest.fixture(scope="module")
def structured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("explain") / "structured"
    ingest(SAMPLE, out)
    return out


def ids_of(structured: Path, relation: str) -> tuple[str, str]:
    pairs = pd.read_parquet(structured / "pairs")
    row = pairs[pairs["relation"] == relation].iloc[0]
    return row["left_id"], row["right_id"]


def test_an_edited_pair_shows_what_was_edited(structured: Path) -> None:
    left, right = ids_of(structured, "edited")
    found = explain(right, left, structured)
    assert found.pair["relation"] == "edited"
    assert found.stored
    ops = [row["op"] for row in found.clauses]
    assert ops.count("same") > len(ops) / 2
    assert set(ops) - {"same"}
    json.dumps(dataclasses.asdict(found))
    told = "\n".join(explanation_lines(found))
    assert left in told
    assert right in told
    assert "one cluster" in told


def test_every_clause_of_both_sides_is_shown_once(structured: Path) -> None:
    left, right = ids_of(structured, "exact")
    clauses = pd.read_parquet(structured / "clauses")
    rows = explain(left, right, structured).clauses
    for side, article in (("left", left), ("right", right)):
        shown = [row[side]["clause_id"] for row in rows if row[side]]
        assert sorted(shown) == sorted(clauses[clauses["article_id"] == article]["clause_id"])


def test_a_pair_that_was_never_proposed_is_explained_too(structured: Path) -> None:
    articles = pd.read_parquet(structured / "articles")
    one_each = articles.drop_duplicates("cluster_id")["article_id"]
    found = explain(one_each.iloc[0], one_each.iloc[-1], structured)
    assert not found.pair["accepted"]
    assert found.pair["ratio"] < 50
    assert "not merged" in "\n".join(explanation_lines(found))


def test_unknown_ids_and_missing_outputs_are_told(structured: Path, tmp_path: Path) -> None:
    left, _ = ids_of(structured, "exact")
    with pytest.raises(UsageError, match="no article 'x'"):
        explain(left, "x", structured)
    with pytest.raises(UsageError, match="given twice"):
        explain(left, left, structured)
    with pytest.raises(InputError, match=r"manifest\.json"):
        explain(left, "x", tmp_path)


@pytest.mark.parametrize("ids", [["r1", "r2", "r3"], [9, 10, 11]])
def test_rows_of_a_table_are_explained_too(structured: Path, tmp_path: Path, ids: list[object]) -> None:
    long = max(pd.read_parquet(structured / "articles")["text"], key=len)
    other = "仓库物品出入必须登记，账目每月核对一次，发现短缺立即上报主管领导处理，不得隐瞒。" * 3
    table = tmp_path / "rows.parquet"
    pd.DataFrame({"n": ids, "body": [long, f"{long}\n以上规定由办公室负责解释。", other]}).to_parquet(table)
    source = Source(table, "body", "n", tmp_path / "out")
    one, two, three = map(str, ids)
    with pytest.raises(InputError, match="fanwen dedup"):
        explain_rows(one, two, source)
    dedup_table(table, "body", "n", source.out)
    found = explain_rows(two, one, source)
    assert found.stored
    assert found.pair["relation"] == "edited"
    assert [found.left["article_id"], found.right["article_id"]] == ids[:2]
    assert {row["op"] for row in found.clauses if row["op"] != "same"} <= {"added", "changed"}
    apart = explain_rows(one, three, source)
    assert not apart.pair["accepted"]
    assert any(line.startswith("wanted") for line in explanation_lines(apart))
    for wrong in ((one, one), (one, "no such row")):
        with pytest.raises(UsageError):
            explain_rows(*wrong, source)


def test_a_new_text_is_matched_without_being_ingested(structured: Path, tmp_path: Path) -> None:
    before = (structured / "manifest.json").read_bytes()
    articles = pd.read_parquet(structured / "articles")
    text = max(articles["text"], key=len)
    table = tmp_path / "new.csv"
    rows = {"id": ["copy", "edited", "other", "none"]}
    rows["text"] = [text, text.replace("应当", "必须", 1) + "以上规定由办公室解释。", "甲乙丙丁。" * 30, ""]
    pd.DataFrame(rows).to_csv(table, index=False)
    found = {m.id: m.matches for m in match(texts_of(table, "text", "id"), structured)}
    home = articles[articles["text"] == text]["article_id"].iloc[0]
    assert (found["copy"][0]["relation"], found["copy"][0]["article_id"]) == ("exact", home)
    assert found["edited"][0]["relation"] == "edited"
    assert set(found["copy"][0]) == set(found["edited"][0]) == set(SHOWN)
    assert found["other"] == found["none"] == []
    assert (structured / "manifest.json").read_bytes() == before


def test_the_articles_of_a_page_are_matched(structured: Path) -> None:
    page = SAMPLE / "warehouse.html"
    found = match([t for asked in asked_in([str(page)]) for t in texts_of(asked, "text", "id")], structured)
    assert [m.id for m in found] == [f"{page}:{n}" for n in range(1, len(found) + 1)]
    assert all(m.matches[0]["relation"] == "exact" for m in found)
