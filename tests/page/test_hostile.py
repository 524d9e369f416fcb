"""Pages that nobody wrote in good faith: an answer or a reject, every line in one place, no recursion.

No times are asserted; each page is large enough that work in the square of its size would be felt.
"""

import pytest

from pipeline.page.blocks import read_blocks
from pipeline.page.parse import parse_page

from .oracles import check_page

N = 20_000
TITLE = "<title>值班制度3篇</title>"
PAGES = {
    "a breadcrumb of arrows": "<p>当前位置：" + "&gt;" * N,
    "a breadcrumb of blanks": "值班制度\n当前位置：甲" + "\u3000" * N + "乙",
    "a breadcrumb over all lines": "当前位置：\n" + "甲 >\n" * N,
    "a title of bars": "<title>" + "甲|" * N + "</title><p>一、准时到岗。",
    "a title of dashes": "<title>" + "-" * 10 * N + "</title><p>一、准时到岗。",
    "a long title": "<title>" + "值班制度" * N + "</title><p>一、准时到岗。",
    "headings of one number": "值班制度3篇\n" + "值班制度1\n一、准时到岗。\n" * (N // 4),
    "headings of many words": "值班制度3篇\n"
    + "".join(f"{chr(0x4E00 + k)}一：值班制度\n" for k in range(N // 4)),
    "headings in one line": "值班制度3篇\n" + "".join(f"值班制度{k % 99 + 1}一、到岗。" for k in range(N)),
    "numbers after sentences": "值班制度3篇\n" + "".join(f"。第{k % 99 + 1}篇 " for k in range(N)),
    "a title without end": "值班制度3篇\n" + "值班制度" * N,
    "blanks behind a heading's word": "值班制度\n范文" + "\u3000" * N + "x",
    "blanks in every line": "值班制度\n" + ("范文" + "\u3000" * 80 + "x\n") * 1000,
    "tags within tags": "<div>" * N + "值班制度",
    "tables within tables": "<table><tr><td>" * N + "值班制度",
    "formatting that never closes": "<p>" + "<b>" * N + "甲",
    "a tag of attributes": "<div " + " ".join(f"a{k}=1" for k in range(N)) + ">一、准时到岗。</div>",
    "a long attribute": '<div data-x="' + "a" * 100 * N + '">一、准时到岗，做好交接。</div>',
    "a sheet that hides everything": "<style>"
    + "".join(f".a{k}{{display:none}}" for k in range(N))
    + "</style>"
    + "<p hidden>x</p>" * 1000,
    "entities": "<p>" + "&#20540;" * N,
    "nothing but <": "<" * 10 * N,
    "comments that never close": "<p>甲" + "<!--" * N,
    "scripts within scripts": "<p>甲" + "<script>" * N,
    "NUL": "<p>一、" + "\x00甲" * N,
    "marks of direction": "<p>一、" + "\u202e甲\u200b" * 1000,
    "leaks that never close": "<p>" + "務(w" * N,
}


@pytest.mark.parametrize("name", PAGES)
def test_an_answer_and_every_line_in_one_place(name: str) -> None:
    check_page(parse_page(PAGES[name]))


def small_page(encoding: str, text: str) -> bytes:
    body = (
        f'<html><meta charset="{encoding}">{TITLE}<p>{text}1</p><p>一、准時到崗。</p><td>{text}2<br>一、好。'
    )
    return body.encode(encoding, "replace")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "big5", "utf-16"])
def test_a_page_cut_at_every_byte(encoding: str) -> None:
    body = small_page(encoding, "值班制度")
    for end in range(len(body)):
        check_page(parse_page(body[:end]))


@pytest.mark.parametrize(
    "unseen",
    [
        '<p style="font-size:0">看不见</p>',
        '<span style="font-size: 0px; color:red">看不见</span>',
        '<p style="DISPLAY: NONE">看不见</p>',
        '<div style="visibility:hidden">看不见</div>',
        "<div hidden>看不见</div>",
        "<style>.x{color:red;display:none}</style><p class='a x'>看不见</p>",
        "<!-- 看不见 -->",
        "<svg><text>看不见</text></svg>",
        "<noscript>看不见</noscript>",
        "<template><p>看不见</p></template>",
        "<script>var a='</p><p>看不见</p>';</script>",
        "<textarea>看不见</textarea>",
        "<select><option>看不见</option></select>",
        "<iframe>看不见</iframe>",
    ],
)
def test_what_nobody_sees(unseen: str) -> None:
    assert read_blocks(f"<p>甲</p>{unseen}<p>乙</p>").lines == ["甲", "乙"]


@pytest.mark.parametrize(
    "seen",
    [
        '<p style="font-size:0.9em">看得见</p>',
        '<p aria-hidden="true">看得见</p>',
        '<p style="overflow:hidden">看得见</p>',
        '<p class="none">看得见</p>',
        "<style>.x a{display:none}</style><p class=x>看得见</p>",
    ],
)
def test_what_only_looks_hidden(seen: str) -> None:
    assert read_blocks(f"<p>甲</p>{seen}<p>乙</p>").lines == ["甲", "看得见", "乙"]
