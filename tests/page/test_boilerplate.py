from pipeline.page.assemble import by_column
from pipeline.page.boilerplate import boilerplate_candidates, page_lines
from pipeline.page.parse import finish_page, parse_page, read_page
from pipeline.records import SiteKnowledge

from .oracles import BODY, SUBJECT

AD = "仓库东侧设有公告栏一处"  # which no rule takes for a site's
TEXT = "\n".join([f"{SUBJECT}2篇", f"{SUBJECT}1", *BODY, AD, f"{SUBJECT}2", AD, *BODY, "版权所有 某某网"])


def test_lines_outside_articles_and_at_their_edges_are_counted() -> None:
    assert boilerplate_candidates(page_lines(by_column(read_page(TEXT)))) == {AD, "版权所有 某某网"}


def test_known_lines_are_dropped_at_the_edges() -> None:
    page = parse_page(TEXT, knowledge=SiteKnowledge({}, frozenset((AD, *BODY))))
    assert [a.text for a in page.articles] == ["\n".join(BODY)] * 2
    assert [d.text for d in page.dropped if d.reason == "site_boilerplate"] == [AD, AD]


def test_a_line_between_clauses_stays() -> None:
    text = "\n".join([f"{SUBJECT}2篇", f"{SUBJECT}1", BODY[0], AD, BODY[1], f"{SUBJECT}2", *BODY])
    page = parse_page(text, knowledge=SiteKnowledge({}, frozenset((AD,))))
    assert AD in page.articles[0].text


def test_both_halves_are_the_whole() -> None:
    for lines in (frozenset[str](), frozenset((AD,))):
        halves = finish_page(read_page(TEXT, "http://a.example/1.html"), lines)
        assert halves == parse_page(TEXT, "http://a.example/1.html", knowledge=SiteKnowledge({}, lines))
