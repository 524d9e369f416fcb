import json
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.config import Config
from pipeline.emit import page_object
from pipeline.page.assemble import assemble, by_column, lay_out
from pipeline.page.boilerplate import drop_boilerplate
from pipeline.page.parse import parse_page, read_page
from pipeline.page.pieces import Columns
from pipeline.records import RULE_NAMES, Line
from pipeline.run.clauses import Clauses, clause_columns
from pipeline.run.columns import BY_PAGE, COMPARED, nested
from pipeline.run.jsonlines import json_lines
from pipeline.run.laid import Laid, Place, drop_known, lay_out_pages
from pipeline.run.packed import pack, unpack
from pipeline.schema import TABLES

EDITS = ("raw_start", "raw_end", "replacement", "rule")
SAMPLES = sorted((Path(__file__).parent.parent / "raw" / "sample").iterdir())
QUOTES = '值班"制度"2篇\n值班制度1\n一、准时\\到岗。\t\x01\n二、A\u2028B。\n值班制度2\n一、做好记录。'
PAGES = {path.name: path.read_bytes() for path in SAMPLES} | {"quotes": QUOTES.encode()}
cases = pytest.mark.parametrize("name", PAGES)


def laid_out(*names: str, boilerplate: tuple[str, ...] = (), **place: object) -> Laid:
    """Lay out some pages as the second kernel does."""
    cuts = [by_column(read_page(PAGES[name])) for name in names]
    page_ids = [cut.origin.page_id for cut in cuts]
    unpacked = unpack(list(map(pack, cuts)), page_ids, [None] * len(cuts))
    places = []
    for name, page_id in zip(names, page_ids, strict=True):
        values = {
            "first": page_id, "offset": 0, "latest": True, "sources": (f'of "{name}"',), "url": None,
            "url_key": None, "captured_at": None,
        }  # fmt: skip
        places.append(Place(**(values | place)))  # type: ignore[arg-type]
    drop_known(unpacked, [frozenset(boilerplate)] * len(cuts))
    return lay_out_pages(unpacked, places)


def columns_of(laid: Laid) -> tuple[dict[str, pa.ListArray], Clauses]:
    clauses = clause_columns(laid, Config())
    return nested(laid, clauses), clauses


def rows_of(laid: Laid) -> dict[str, pa.Table]:
    """Return the rows of the last of some pages."""
    rows, _ = columns_of(laid)
    return {name: pa.Table.from_struct_array(lists[-1:].flatten()) for name, lists in rows.items()}


@cases
def test_rows_have_the_columns_of_their_tables(name: str) -> None:
    for table, rows in rows_of(laid_out(name)).items():
        wanted = [f for f in TABLES[table] if f.name not in COMPARED]
        assert [(f.name, f.type) for f in rows.schema] == [(f.name, f.type) for f in wanted]
        assert table in BY_PAGE


@cases
def test_the_object_and_the_rows_say_the_same(name: str) -> None:
    page, rows = parse_page(PAGES[name]), rows_of(laid_out("quotes", name))
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
    page, rows = parse_page(PAGES[name]), rows_of(laid_out(name))
    laid = laid_out(name, "quotes", name)
    listed, made = columns_of(laid)
    lines = json_lines(laid, listed["articles"].values, made)
    shown, clauses = (column.to_pylist()[-1].decode() for column in lines[:2])
    assert shown == json.dumps(page_object(f'of "{name}"', page), ensure_ascii=False) + "\n"
    told = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows["clauses"].to_pylist()]
    assert (clauses, lines.n_clauses[-1]) == ("".join(told), len(told))


@cases
@pytest.mark.parametrize("known", [False, True])
def test_pages_laid_out_together_are_what_each_is_alone(name: str, known: bool) -> None:
    plain = lay_out(by_column(read_page(PAGES[name])))
    text, (starts, ends, *_) = plain.texts.canonical, plain.columns
    boilerplate = tuple(text[a:b] for a, b in zip(starts, ends, strict=True)) if known else ()
    page = assemble(drop_boilerplate(by_column(read_page(PAGES[name])), frozenset(boilerplate)), Config())
    laid = laid_out("quotes", name, "quotes", name, boilerplate=boilerplate)
    rows = rows_of(laid)
    assert laid.pages[-1] == page.page
    assert laid.n_articles[-1] == len(page.articles)
    lines = [tuple(row[n] for n in Line._fields) for row in rows["lines"].to_pylist()]
    assert lines == list(page.lines)
    assert [tuple(row[n] for n in EDITS) for row in rows["edits"].to_pylist()] == list(page.edits)
    own = ("article_id", "ordinal", "heading", "title", "text", "raw_start", "raw_end", "script")
    assert [tuple(a[n] for n in own) for a in rows["articles"].to_pylist()] == [
        attrgetter(*own)(a) for a in page.articles
    ]


@cases
def test_what_is_packed_comes_out(name: str) -> None:
    cut, other = (by_column(read_page(PAGES[n], "http://a.example/1.html")) for n in (name, "quotes"))
    ids, urls = zip(*((c.origin.page_id, c.origin.url) for c in (other, cut)), strict=True)
    again = unpack([pack(other), pack(cut)], ids, urls)
    first, edited = len(other.columns.starts), len(other.texts.repaired.edits)
    assert again.origins[1] == cut.origin
    assert (again.raws[1], again.repaired[1]) == (cut.texts.raw, cut.texts.repaired.text)
    assert again.canonicals[1] == cut.texts.canonical
    assert (again.canonicals[1] is again.repaired[1]) == (cut.texts.canonical == cut.texts.repaired.text)
    columns = dict(zip(Columns._fields, cut.columns, strict=True))
    assert {n: getattr(again.pieces, n)[first:].tolist() for n in columns} == {
        n: list(values) for n, values in columns.items()
    }
    put = again.edits.replacements or [""] * len(again.edits.rules)
    rules = [RULE_NAMES[code] for code in again.edits.rules]
    edits = zip(again.edits.starts.tolist(), again.edits.ends.tolist(), put, rules, strict=True)
    assert list(edits)[edited:] == list(cut.texts.repaired.edits)
    assert again.unresolved[1] == len(cut.texts.repaired.unresolved)
    assert again.told[1][1:] == cut.told[1:]
    for told in ("title", "site", "breadcrumb", "updated", "views", "author"):
        assert getattr(again.told[1].fields, told) == getattr(cut.told.fields, told)
    assert Config().page.hant == "s2t"


def test_a_continuation_stands_under_the_list_it_continues() -> None:
    rows = rows_of(laid_out("quotes", first="f" * 32, offset=3))
    articles, clauses, lines = (rows[table].to_pylist() for table in ("articles", "clauses", "lines"))
    assert [a["article_id"] for a in articles] == [f"{'f' * 32}:4", f"{'f' * 32}:5"]
    assert [a["ordinal"] for a in articles] == [4, 5]
    assert {c["article_id"] for c in clauses} == {a["article_id"] for a in articles}
    assert all(c["clause_id"] == f"{c['article_id']}/{c['path']}" for c in clauses)
    assert {n["article_id"] for n in lines} - {None} == {c["article_id"] for c in clauses}
    assert rows["pages"].column("continues").to_pylist() == ["f" * 32]
    assert rows["pages"].column("flags").to_pylist() == [["continued"]]


def test_a_superseded_page_keeps_its_lines_alone() -> None:
    rows = rows_of(laid_out("quotes", latest=False))
    assert (rows["articles"].num_rows, rows["clauses"].num_rows, rows["pages"].num_rows) == (0, 0, 1)
    assert set(rows["lines"].column("article_id").to_pylist()) == {None}
    assert rows["pages"].column("n_articles").to_pylist() == [2]
