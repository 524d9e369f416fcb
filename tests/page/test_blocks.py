import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.page.blocks import BOLDED, HEADED, MAX_DEPTH, PLAIN, looks_like_html, read_blocks

from .oracles import cases, squash


@pytest.mark.parametrize("case", cases("blocks", "synthetic"), ids=lambda c: c["label"])
def test_lines_of_markup(case: dict) -> None:
    assert read_blocks(case["input"]).lines == case["expected"]


@pytest.mark.parametrize("case", cases("blocks", "negative"), ids=lambda c: c["label"])
def test_a_text_is_no_page(case: dict) -> None:
    assert looks_like_html(case["input"]) is case["expected"]


def test_links_are_counted_by_line() -> None:
    blocks = read_blocks("<p><a href=x>甲乙</a>丙</p><a href=y><div>丁</div><div>戊己</div></a><p>庚</p>")
    assert list(zip(blocks.lines, blocks.linked, strict=True)) == [
        ("甲乙丙", 2),
        ("丁", 1),
        ("戊己", 2),
        ("庚", 0),
    ]


def test_headings_and_wholly_bold_lines() -> None:
    blocks = read_blocks("<h2>甲</h2><p><b>乙</b></p><p><strong>丙</strong>丁</p><p>戊</p>")
    assert blocks.heads == [HEADED, BOLDED, PLAIN, PLAIN]


def test_the_title_is_read_and_not_shown() -> None:
    blocks = read_blocks("<title>值班 &amp; 交接_某网</title><p>甲</p>")
    assert (blocks.title, blocks.lines) == ("值班 & 交接_某网", ["甲"])


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * (MAX_DEPTH * 4) + "甲",
        "<div>" * (MAX_DEPTH * 2) + "甲" + "</div>" * (MAX_DEPTH * 2),
        "".join(f"<font size={i}>" for i in range(MAX_DEPTH * 2)) + "<p>甲",
        "<b " * (MAX_DEPTH * 2) + "><p>甲",
    ],
    ids=["unclosed", "closed", "formatting", "half a tag"],
)
def test_deep_trees_are_read_without_a_tree(html: str) -> None:
    assert [line for line in read_blocks(html).lines if "甲" in line]


def test_how_deep_a_tree_may_be_is_given() -> None:
    html = "<div>" * 30 + "<p style='display:none'>乙</p><p>甲</p>" + "</div>" * 30 + "<p>丙</p>"
    assert read_blocks(html).lines == read_blocks(html, 30).lines == ["甲", "丙"]
    assert read_blocks(html, 29).lines == ["乙", "甲", "丙"]  # without a tree nothing is known to be hidden


def test_entities_in_a_page_without_a_tree() -> None:
    assert read_blocks("<div>" * (MAX_DEPTH * 2) + "&lt;p&gt;&#30002;").lines == ["<p>甲"]


@given(st.text(st.sampled_from("<>/ab=\"'!-& 甲乙\n\0"), max_size=60))
def test_any_markup_gives_lines(html: str) -> None:
    blocks = read_blocks("<p>" + html)
    assert len(blocks.lines) == len(blocks.linked) == len(blocks.heads)
    assert all(line == line.strip() and line for line in blocks.lines)


@given(st.lists(st.text(st.sampled_from("一二、甲乙丙。 "), max_size=12), max_size=6))
def test_text_between_blocks_is_all_there(lines: list[str]) -> None:
    html = "<html>" + "".join(f"<p>{line}</p>" for line in lines)
    assert squash("".join(read_blocks(html).lines)) == squash("".join(lines))


def test_an_anchor_without_address_is_no_link() -> None:
    blocks = read_blocks('<p><a name="p1">甲乙</a></p><p><a href="x">丙</a></p><p><a id=y>丁</a>戊</p>')
    assert (blocks.lines, blocks.linked) == (["甲乙", "丙", "丁戊"], [0, 1, 0])
