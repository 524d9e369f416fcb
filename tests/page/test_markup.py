"""The compiled reader of well-formed markup against its slow twin, the tree."""

import random
import re
from pathlib import Path

import numba  # noqa: F401 - the compiled way is taken where numba is loaded
import pytest

from pipeline.page.blocks import MARKS, Blocks, _read_well_formed, read_tree
from pipeline.page.elements import ENTITIES, KINDS, NAMES, SLOTS, element_table, entity_table, key_of
from pipeline.page.linewriter import MAX_SPANS
from pipeline.text.encoding import decode

PAGES = sorted(p for p in (Path(__file__).parents[1] / "pages").iterdir() if p.suffix == ".html")
COMMON = [
    "div",
    "p",
    "span",
    "a",
    "b",
    "strong",
    "h1",
    "h2",
    "li",
    "ul",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "td",
]
RARE = sorted(
    {name for listed in NAMES.values() for name in listed.split()} | {"i", "em", "font", "o:p", "site-box"}
)
VOID = {"br", "hr", "img", "input", "meta", "link"}
ATTRIBUTES = ("", "", "", "", " class='x q'", " class=y id=z", ' style="display:none"', ' style="color:red"')
ATTRIBUTES += (
    " hidden",
    ' href="/a?b=c&d=e"',
    " href=b",
    ' title="a>b"',
    ' id="z"',
    " style='font-size:0px'",
    " /",
)
ODD = (
    "<!-- c -->",
    "<!---->",
    "<!-- <p> -->",
    "&nbsp;",
    "&amp;",
    "&lt;b&gt;",
    "&#65;",
    "&#160;",
    "&copy;",
    "&copy",
)
ODD += (
    "& ",
    "&x;",
    "&NBSP;",
    "\u3000",
    "\t",
    "\n",
    "\r\n",
    "\xa0",
    "  ",
    "< ",
    "<",
    "\f",
    "\u2003",
    "\ufdd0",
)
TEXTS = ("甲", "乙丙", "abc", " x ", "丁 ", " 戊", "\n", "  ", "a  b", "\u3000己")
BEGINS = (
    "<html><head><title>t &amp; u</title></head><body>",
    "<!DOCTYPE html>\n<html lang=zh>\n<head><style>.x,#z{display:none}</style>\n</head>\n<body class=k>\n",
    "<!doctype html><html><head><meta charset=utf-8><link rel=x href=y><title>a</title><body>",
    "<html><body>",
    "<!DOCTYPE html><html><head><title>x</title><script>if(a<b){}</script></head><body>",
)
ENDS = ("</body></html>", "</body></html>\n", "</body>\n<script></script></html>", "")


def soup(r: random.Random) -> str:
    """A page of tags, most of them closed in the order in which they were opened."""
    out, opened = [], []
    for _ in range(r.randint(2, 30)):
        chance = r.random()
        if chance < 0.4:
            tag = r.choice(COMMON if r.random() < 0.8 else RARE)
            attributes = r.choice(ATTRIBUTES) + (' href="q"' if tag == "a" and r.random() < 0.9 else "")
            out.append(f"<{tag.upper() if r.random() < 0.2 else tag}{attributes}>")
            if tag not in VOID:
                opened.append(tag)
        elif chance < 0.7 and opened:
            out.append(f"</{opened.pop() if r.random() < 0.97 else r.choice(COMMON)}>")
        else:
            out.append(r.choice(ODD if chance > 0.97 else TEXTS))
    closing = [f"</{tag}>" for tag in reversed(opened)] if r.random() < 0.9 else []
    return r.choice(BEGINS) + "".join(out + closing) + r.choice(ENDS)


def edited(r: random.Random, html: str) -> str:
    """A page with a tag taken out, put in twice or put in anew."""
    at = r.choice([match.start() for match in re.finditer("<", html)])
    end = html.find(">", at) + 1 or len(html)
    tag = f"<{r.choice(('', '/'))}{r.choice(COMMON + RARE)}{r.choice(ATTRIBUTES)}>"
    return html[:at] + r.choice(("", html[at:end] * 2, tag + html[at:end], html[at:end] + tag)) + html[end:]


def told(blocks: Blocks) -> tuple[object, ...]:
    layout = blocks.layout
    assert layout is not None
    cells = [bool(cell) for cell in layout.in_cells]
    return (blocks.text, blocks.linked, blocks.heads, blocks.title, list(layout.depths[1:]), cells)


def assert_as_the_tree(html: str) -> bool:
    """Compare both ways where the compiled one has no doubt; return whether it had none."""
    found = _read_well_formed(html)
    if found is not None:
        for mark in MARKS:
            html = html.replace(mark, "")
        assert told(found) == told(read_tree(html)), html
    return found is not None


@pytest.mark.parametrize("seed", range(4))
def test_random_markup_is_read_as_by_a_tree(seed: int) -> None:
    r = random.Random(seed)
    read = sum([assert_as_the_tree(soup(r)) for _ in range(3_000)])
    assert read > 300  # enough of them are compared at all


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_with_a_tag_more_or_less_are_read_as_by_a_tree(path: Path) -> None:
    html, r = decode(path.read_bytes()).text, random.Random(path.stem)
    assert assert_as_the_tree(html)
    read = sum([assert_as_the_tree(edited(r, html)) for _ in range(150)])
    assert read > 15


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>甲<p>乙<ul><li>丙<li><p>丁</ul>", "甲\n乙\n丙\n丁"),
        ("<dl><dt>甲<dd>乙<dt>丙</dl>", "甲\n乙\n丙"),
        ("<table><tr><td>甲<td>乙<tr><th>丙</table>", "甲\n乙\n丙"),
        ("甲<i hidden>乙<b>丙</b></i>丁<img hidden>", "甲丁"),
        ("甲<p style='DISPLAY : none'>乙<p style='color:none'>丙", "甲\n丙"),
        ("<select><option>甲<option>乙</select>丙<textarea><b>丁</textarea>", "丙"),
        ("&lt;甲&gt;&nbsp;&nbsp;&#20057; &mdash; &", "<甲> 乙 — &"),
        ("甲<!-- <p>乙 -->丙<script>if (a<b) '<p>'</script>", "甲丙"),
        ("<template><p>甲</p></template>乙", "乙"),
    ],
)
def test_ordinary_markup_leaves_no_doubt(body: str, text: str) -> None:
    found = _read_well_formed(page(body))
    assert found is not None
    assert found.text == text
    assert assert_as_the_tree(page(body))


@pytest.mark.parametrize(
    "body",
    [
        *(
            "<b><p>甲</b></p>",
            "</p>甲",
            "<a href=x><a href=y>甲</a></a>",
            "<p><span><div>甲</div></span></p>",
        ),
        *(
            "<table>甲<tr><td>乙</table>",
            "<pre>\n甲</pre>",
            "&copy甲",
            "<svg><title>甲</title></svg>",
            "<h1><h2>甲</h2></h1>",
        ),
        *(
            "甲</body>乙<body>",
            "<a name=x>甲</a><p><link href=y>",
            "<p title=甲'乙>丙",
            "甲\ufdd0",
            "<option>甲",
            "<![CDATA[甲]]>",
        ),
    ],
)
def test_what_a_tree_may_change_is_doubted(body: str) -> None:
    assert _read_well_formed(page(body)) is None


def test_what_style_sheets_hide_is_not_seen() -> None:
    html = page(
        "<p class='a b'>甲</p><p id=b>乙</p><p id=c>丙</p>",
        "<style>.b{display:none} #c{display:none}</style>",
    )
    found = _read_well_formed(html)
    assert found is not None
    assert found.text == "乙"
    assert assert_as_the_tree(html)


def test_more_styles_than_there_is_room_for_are_a_doubt() -> None:
    assert _read_well_formed(page("<p style='display:none'>甲</p>" * (MAX_SPANS + 1) + "乙")) is None
    assert assert_as_the_tree(page("<p style='display:none'>甲</p>" * MAX_SPANS + "乙"))


def test_every_name_is_found_by_its_key() -> None:
    names = {name for listed in NAMES.values() for name in listed.split()} | KINDS.keys()
    for table, known in ((element_table(), names), (entity_table(), ENTITIES.keys())):
        assert sorted(key for key in table[:SLOTS] if key >= 0) == sorted({key_of(name) for name in known})
        assert len({key_of(name) for name in known}) == len(known)
