"""The tables of the contract, on cases a reader can check."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pytest
from corpora import article, clause, edited

from pipeline.config import DedupConfig
from pipeline.dedup import deduplicate, deduplicate_articles
from pipeline.errors import UsageError
from pipeline.schema import ASSIGNMENTS, CLUSTERS, PAIRS

CASES = Path(__file__).parents[1] / "cases" / "relate"
FILLER = [article(random.Random(100 + i)) for i in range(90)]


def relations(texts: list[str], filler: int) -> dict[tuple[str, str], tuple[str, bool]]:
    """Relations of texts named 0, 1, …, alone (plain engine) or among others (kernels)."""
    ids = [str(i) for i in range(len(texts))] + [f"f{i}" for i in range(filler)]
    table = pa.table({"id": ids, "text": texts + FILLER[:filler]})
    rows = deduplicate(table, config=DedupConfig(workers=1)).pairs.to_pylist()
    return {(r["left_id"], r["right_id"]): (r["relation"], r["accepted"]) for r in rows}


@pytest.mark.parametrize("filler", [0, 90])
@pytest.mark.parametrize("kind", ["in_the_wild", "synthetic", "negative"])
def test_cases(kind: str, filler: int) -> None:
    for case in json.loads((CASES / f"{kind}.json").read_text("utf-8")):
        texts = [part.replace("{}", name) for part, name in case["input"]]
        found = {k: v[0] for k, v in relations(texts, filler).items() if v[1]}
        assert found == {tuple(k.split("-")): v for k, v in case["expected"].items()}, case["label"]


def test_schemas_and_empty_input() -> None:
    found = deduplicate(pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}))
    assert (found.pairs.schema, found.clusters.schema, found.assignments.schema) == (
        PAIRS,
        CLUSTERS,
        ASSIGNMENTS,
    )
    assert found.assignments.num_rows == 0


@pytest.mark.parametrize("filler", [0, 90])
def test_short_texts_are_neither_lost_nor_merged_and_empty_equals_nothing(filler: int) -> None:
    texts = ["", "", "。", "工作制度", "管理制度", "工作制度。", None]
    ids = [f"s{i}" for i in range(len(texts))] + [f"f{i}" for i in range(filler)]
    found = deduplicate(pa.table({"id": ids, "text": texts + FILLER[:filler]}))
    rows = {r["id"]: r for r in found.assignments.to_pylist()}
    assert len(rows) == len(ids)
    assert [rows[f"s{i}"]["cluster_id"] for i in range(7)] == ["s0", "s1", "s2", "s3", "s4", "s3", "s6"]
    assert rows["s5"]["relation"] == "exact"


def test_articles_carry_what_differs_and_the_best_is_canonical() -> None:
    text = article(random.Random(1))
    table = pa.table(
        {
            "article_id": ["a:1", "b:1", "c:1"],
            "page_id": ["a", "b", "b"],
            "text": [text.replace("\n", ""), text, text],
            "n_clauses": [1, 8, 8],
            "n_repairs": [0, 5, 0],
            "script": ["hans", "hant", "hans"],
            "captured_at": ["2024-03-01", "2024-01-01", "2024-02-01"],
        }
    )
    found = deduplicate_articles(table)
    cluster = found.clusters.to_pylist()[0]
    assert (cluster["cluster_id"], cluster["canonical_id"], cluster["n_pages"]) == ("b:1", "c:1", 2)
    pairs = {(r["left_id"], r["right_id"]): r for r in found.pairs.to_pylist()}
    assert pairs["a:1", "c:1"]["layout_differs"]
    assert not pairs["a:1", "c:1"]["script_differs"]
    both = pairs["b:1", "c:1"]
    assert (both["layout_differs"], both["script_differs"], both["repairs_differ"]) == (False, True, True)


def test_two_pairs_in_one_band_stay_two_clusters() -> None:
    r = random.Random(3)
    shared, one, other = article(r, 4), article(r, 8), article(r, 8)
    texts = [shared + one, shared + edited(one, r, 3), shared + other, shared + edited(other, r, 3)]
    found = deduplicate(pa.table({"id": list("abcd"), "text": texts}))
    assert sorted(found.clusters["size"].to_pylist()) == [2, 2]


def test_short_notices_behind_one_guide_are_judged_by_what_they_say() -> None:
    r = random.Random(31)
    guide, notices = article(r, 8), [clause(r)[:26] for _ in range(20)]
    texts = [guide + "\n" + body for body in notices + [article(r, 8) for _ in range(60)]]
    texts += [guide + "\n" + notices[0][:-1] + "改", guide, guide + "略", notices[1] + article(r, 9)]
    found = deduplicate(pa.table({"id": [f"n{i:02}" for i in range(84)], "text": texts}))
    clusters = found.clusters.select(["cluster_id", "size"]).to_pylist()
    assert clusters == [{"cluster_id": "n00", "size": 2}, {"cluster_id": "n81", "size": 2}]
    held = {(p["left_id"], p["right_id"]) for p in found.pairs.to_pylist() if "contain" in p["relation"]}
    assert held == set()  # 26 characters of its own are too few to be held by


def test_the_same_title_with_other_bodies_is_apart_and_one_character_is_not() -> None:
    r = random.Random(5)
    title, body = "客户服务工作制度范文", article(r, 8)
    texts = [f"{title}\n{body}", f"{title}\n{article(r, 8)}", f"{title}\n{body[:-9]}改{body[-8:]}"]
    found = deduplicate(pa.table({"id": list("abc"), "text": texts}))
    assert found.assignments["cluster_id"].to_pylist() == ["a", "b", "a"]


def test_leaks_and_script_are_folded_in_a_table() -> None:
    text = article(random.Random(6)) + "，规定业务责任数据"
    leaked = text.replace("规定业务责任数据", "規(guī)定業(yè)務(wù)責(zé)任數(shù)據(jù )")
    found = deduplicate(pa.table({"id": ["a", "b"], "text": [text, leaked]}))
    assert found.pairs["relation"].to_pylist() == ["exact"]


def test_bad_input_is_told() -> None:
    with pytest.raises(UsageError, match="'x' stands more than once"):
        deduplicate(pa.table({"id": ["x", "x"], "text": ["", ""]}))
    with pytest.raises(UsageError, match="no column 'body'"):
        deduplicate(pa.table({"id": ["x"], "text": [""]}), text="body")
    with pytest.raises(UsageError, match="pandas frame"):
        deduplicate([1, 2])
    with pytest.raises(UsageError, match="no column 'text'"):
        deduplicate_articles(pa.table({"article_id": ["x"]}))


@pytest.mark.parametrize("filler", [0, 90])
def test_between_sure_and_near_the_order_and_what_was_replaced_decide(filler: int) -> None:
    """Half-covered pairs: a copy in order is one, the same clauses among others are not; both say why."""
    r = random.Random(77)
    lines = article(r, 12).split("\n")
    own, other = [clause(r) for _ in range(3)], [clause(r) for _ in range(3)]
    copy = [line[:4] + clause(r)[:12] + line[16:] if k % 2 else line for k, line in enumerate(lines)]
    among = [*lines[6:], *own, *lines[:6]]
    kept, beside = [*lines, *own], [*lines, *other]
    texts = ["\n".join(x) for x in (lines, copy, among, kept, beside)]
    ids = [str(i) for i in range(5)] + [f"f{i}" for i in range(filler)]
    table = pa.table({"id": ids, "text": texts + FILLER[:filler]})
    found = deduplicate(table, config=DedupConfig(workers=1, all_pairs=True)).pairs.to_pylist()
    rows = {(p["left_id"], p["right_id"]): p for p in found}
    assert rows["0", "1"]["relation"] == "edited"
    assert rows["0", "1"]["reason"] == "mostly covered, in one order"
    assert rows["2", "4"]["relation"] == "shared"
    assert rows["2", "4"]["reason"] == "mostly covered, but in another order or with passages replaced"
    assert rows["3", "4"]["relation"] == "shared"
