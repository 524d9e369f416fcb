import json
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.config import Config
from pipeline.emit import page_object
from pipeline.page.assemble import by_column, lay_out
from pipeline.page.parse import parse_page, read_page
from pipeline.run.clauses import Clauses, clause_columns
from pipeline.run.columns import BY_PAGE, COMPARED, Place, Placed, nested
from pipeline.run.jsonlines import json_lines
from pipeline.run.packed import pack, unpack
from pipeline.run.rows import _moved
from pipeline.schema import TABLES
from pipeline.text.offset_arrays import OffsetArrays

SAMPLES = sorted((Path(__file__).parent.parent / "raw" / "sample").iterdir())
QUOTES = '值班"制度"2篇\n值班制度1\n一、准时\\到岗。\t\x01\n二、A\u2028B。\n值班制度2\n一、做好记录。'
PAGES = {path.name: path.read_bytes() for path in SAMPLES} | {"quotes": QUOTES.encode()}
cases = pytest.mark.parametrize("name", PAGES)


def columns_of(several: list[Placed]) -> tuple[dict[str, pa.ListArray], Clauses]:
    offsets = OffsetArrays([p.page.texts.offsets for p in several])
    clauses = clause_columns([p.page for p in several], offsets, Config())
    return nested(several, offsets, clauses), clauses


def rows_of(placed: Placed) -> dict[str, pa.Table]:
    rows, _ = columns_of([placed])
    return {name: pa.Table.from_struct_array(lists.flatten()) for name, lists in rows.items()}


def placed(name: str, **place: object) -> Placed:
    page = lay_out(by_column(read_page(PAGES[name])))
    values = {
        "first": page.page.page_id, "offset": 0, "latest": True, "sources": (name,), "url": None,
        "url_key": None, "captured_at": None,
    }  # fmt: skip
    where = Place(**(values | place))  # type: ignore[arg-type]
    return Placed(_moved(page, where), where, len(page.articles))


@cases
def test_rows_have_the_columns_of_their_tables(name: str) -> None:
    for table, rows in rows_of(placed(name)).items():
        wanted = [f for f in TABLES[table] if f.name not in COMPARED]
        assert [(f.name, f.type) for f in rows.schema] == [(f.name, f.type) for f in wanted]
        assert table in BY_PAGE


@cases
def test_the_object_and_the_rows_say_the_same(name: str) -> None:
    page, rows = parse_page(PAGES[name]), rows_of(placed(name))
    shown = page_object(name, page)
    clauses = [c for part in (*shown["guide"], *shown["articles"]) for c in part["clauses"]]
    for c, row in zip(clauses, rows["clauses"].to_pylist(), strict=True):
        assert sorted(c.pop("flags")) == sorted(f for f, on in row.items() if on is True)
        assert c.pop("parent") == row["parent_id"]
        assert c == {key: row[key] for key in c}
    articles = rows["articles"].to_pylist()
    for a, row in zip(shown["articles"], articles, strict=True):
        a.pop("clauses")
        assert a == {key: row[key] for key in a}
    assert rows["pages"].column("raw_text").to_pylist() == [page.raw]
    assert rows["pages"].column("n_articles").to_pylist() == [len(articles)]


@cases
def test_json_lines_are_what_json_gives(name: str) -> None:
    page, rows = parse_page(PAGES[name]), rows_of(placed(name))
    several = [placed(other, sources=(f'of "{other}"',)) for other in (name, "quotes", name)]
    listed, made = columns_of(several)
    lines = json_lines(several, listed["articles"].values, made)
    shown, clauses = (column.to_pylist()[-1].decode() for column in lines[:2])
    assert shown == json.dumps(page_object(f'of "{name}"', page), ensure_ascii=False) + "\n"
    told = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows["clauses"].to_pylist()]
    assert (clauses, lines.n_clauses[-1]) == ("".join(told), len(told))


@cases
def test_what_is_packed_comes_out(name: str) -> None:
    cut = by_column(read_page(PAGES[name], "http://a.example/1.html"))
    again = unpack(pack(cut), cut.origin.page_id, cut.origin.url)
    assert again.origin == cut.origin
    assert (again.texts.raw, again.texts.repaired) == (cut.texts.raw, cut.texts.repaired)
    assert again.texts.canonical == cut.texts.canonical
    assert list(map(list, again.columns)) == list(map(list, cut.columns))
    assert again.told[1:] == cut.told[1:]
    for told in ("title", "site", "breadcrumb", "updated", "views", "author"):
        assert getattr(again.told.fields, told) == getattr(cut.told.fields, told)
    assert Config().page.hant == "s2t"


def test_a_continuation_stands_under_the_list_it_continues() -> None:
    moved = placed("quotes", first="f" * 32, offset=3)
    assert [a.article_id for a in moved.page.articles] == [f"{'f' * 32}:4", f"{'f' * 32}:5"]
    rows = rows_of(moved)
    clauses, lines = rows["clauses"].to_pylist(), rows["lines"].to_pylist()
    assert {c["article_id"] for c in clauses} == {a.article_id for a in moved.page.articles}
    assert all(c["clause_id"] == f"{c['article_id']}/{c['path']}" for c in clauses)
    assert {n["article_id"] for n in lines} - {None} == {c["article_id"] for c in clauses}
    assert rows["pages"].column("continues").to_pylist() == ["f" * 32]


def test_a_superseded_page_keeps_its_lines_alone() -> None:
    rows = rows_of(placed("quotes", latest=False))
    assert (rows["articles"].num_rows, rows["clauses"].num_rows, rows["pages"].num_rows) == (0, 0, 1)
    assert set(rows["lines"].column("article_id").to_pylist()) == {None}
