from pathlib import Path

import pytest

from pipeline.emit import page_object, page_rows
from pipeline.page.parse import parse_page
from pipeline.schema import TABLES

SAMPLES = sorted((Path(__file__).parent.parent / "raw" / "sample").iterdir())
# What the ingest adds to a page's rows: it needs more than the page.
LATER = {
    "pages": {"sources", "url_key", "captured_at", "latest"},
    "articles": {"text_id", "cluster_id", "canonical", "relation", "ratio", "family_id"},
    "clauses": {"text_id"},
}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_rows_have_the_columns_of_their_tables(path: Path) -> None:
    for table, rows in page_rows(parse_page(path.read_bytes())).items():
        for row in rows:
            assert set(row) == set(TABLES[table].names) - LATER.get(table, set())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_the_object_and_the_rows_say_the_same(path: Path) -> None:
    page = parse_page(path.read_bytes())
    shown, rows = page_object(path.name, page), page_rows(page)
    clauses = [c for part in (*shown["guide"], *shown["articles"]) for c in part["clauses"]]
    assert [c["clause_id"] for c in clauses] == [r["clause_id"] for r in rows["clauses"]]
    for c, r in zip(clauses, rows["clauses"], strict=True):
        assert sorted(c["flags"]) == sorted(
            f for f in ("gap", "restart", "doubled", "tail") if r[f]
        ) + sorted(f for f in ("misnumbered", "damaged_marker") if r[f])
    assert [a["article_id"] for a in shown["articles"]] == [r["article_id"] for r in rows["articles"]]
    assert rows["pages"][0]["raw_text"] == page.raw
    assert rows["pages"][0]["n_articles"] == len(shown["articles"])
