import pytest

from pipeline.page.parse import parse_page
from pipeline.urls import first_page_of

from .oracles import BODY, SUBJECT


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("http://a.example/zd/1234_2.html", "a.example/zd/1234.html"),
        ("https://www.a.example/zd/1234_12.shtml", "a.example/zd/1234.shtml"),
        ("http://a.example/show.php?id=9&page=3", "a.example/show.php?id=9"),
        ("http://a.example/show.php?page=2&id=9", "a.example/show.php?id=9"),
        ("http://a.example/zd/1234.html", None),
        ("http://a.example/zd/1234_1.html", None),
        ("http://a.example/2024_11_20.html", None),
        ("http://a.example/zd/", None),
        ("http://a.example/show.php?page=1", None),
    ],
)
def test_later_pages_of_a_list(url: str, first: str | None) -> None:
    assert first_page_of(url) == first


def test_a_later_page_says_what_it_continues() -> None:
    page = parse_page("\n".join([f"{SUBJECT}5篇", f"{SUBJECT}3", *BODY]), "http://a.example/zd/1_2.html").page
    assert page.continues == "a.example/zd/1.html"
    assert "continued" in page.flags
    assert "count_mismatch" not in page.flags


def test_flags() -> None:
    flags = parse_page(
        "\n".join([f"{SUBJECT}3篇", f"{SUBJECT}1", *BODY, "此处隐藏99个字", f"{SUBJECT}2", *BODY])
    ).page.flags
    assert flags == ("count_mismatch", "truncated")


def test_spans_of_clauses_lead_into_raw() -> None:
    text = "\n".join([f"  {SUBJECT}2篇", f"{SUBJECT}1", *(f"　　{x}　" for x in BODY), f"{SUBJECT}2", *BODY])
    page = parse_page(text)
    assert page.raw == text
    for article in page.articles:
        for clause in article.clauses:
            assert page.raw[clause.raw_start : clause.raw_end] == f"{clause.marker}{clause.text}"


def test_a_guide_has_ids_and_spans_of_its_own() -> None:
    text = "\n".join(
        [f"{SUBJECT}1篇", "注意事项", "起草时请注意：", "1. 具体可行。", f"第1篇 {SUBJECT}", *BODY]
    )
    page = parse_page(text)
    last = page.guide[0].clauses[-1]
    assert last.clause_id == f"{page.page.page_id}:g1/{last.path}"
    assert page.raw[last.raw_start : last.raw_end] == "1. 具体可行。"
