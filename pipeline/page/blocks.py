"""HTML to visible lines, one a block; a text file is a page whose lines are blocks.

lexbor builds the tree, as browsers do (unclosed tags, tables, entities), drops what nobody sees and writes it
out again; in that regular form a few passes of regular expressions over the whole page, not a walk over its
nodes, give the lines. Measured on 25,000-character pages (benchmarks/bench_page.py): 0.6 ms, of which lexbor
0.35.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Unicode noncharacters, which no text holds, stand for tags between the passes.
LINK_OPEN, LINK_CLOSE, HEAD, BOLD_OPEN, BOLD_CLOSE = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"
TAG = "\ufdd5"
MARKS = (LINK_OPEN, LINK_CLOSE, HEAD, BOLD_OPEN, BOLD_CLOSE, TAG)
ANY_MARK = re.compile("[\ufdd0-\ufdd4]")
UNSEEN = [
    *("script", "style", "template", "noscript", "iframe", "object", "svg", "canvas", "audio", "video"),
    *("select", "datalist", "textarea", "map", "head", "title"),
]
ATTRIBUTES = r'(?:\s[^>"]*+(?:"[^"]*"[^>"]*+)*+)?'  # ` class="a>b"`: yes; ` class="a` unclosed: no
# Elements that begin a line of their own (HTML standard §15.3: block, table parts, list items; and br).
# All others, unknown ones too (`<o:p>`), run on in the line.
# The commonest come first: alternatives are tried in order.
BLOCK_NAMES = (
    "p|br|div|li|ul|td|tr|h[1-6]|dd|dt|table|tbody|body|html|address|article|aside|blockquote|caption|center|col"
    "|colgroup|details|dialog|dir|dl|fieldset|figcaption|figure|footer|form|frameset|header|hgroup|hr|legend|listing"
    "|main|menu|nav|noframes|ol|optgroup|option|plaintext|pre|search|section|summary|tfoot|th|thead|xmp"
)
BLOCK = re.compile(rf"</?(?:{BLOCK_NAMES})(?=[\s>/]){ATTRIBUTES}/?>")  # `<li>`: yes; `<link>`, `<o:p>`: no
LINK = re.compile(rf"<a{ATTRIBUTES}>")  # `<a href="x">`: yes; `<abbr>`: no
BOLD = re.compile(rf"<(?:b|strong){ATTRIBUTES}>")
BOLD_END = re.compile(r"</(?:b|strong)>")
HEADING = re.compile(rf"<h[1-6]{ATTRIBUTES}>")  # `<h1>`: yes; `<hr>`, `<html>`: no
OTHER_TAG = re.compile(r'<!--.*?-->|<[^>"]*+(?:"[^"]*"[^>"]*+)*+>', re.DOTALL)
SPACES = re.compile(r"[ \t\r\f\v]{2,}|\t")
BLANKS = re.compile("  +")  # begins with a literal, so ten times as fast as the above
PREFORMATTED = re.compile(rf"<pre{ATTRIBUTES}>.*?</pre>", re.DOTALL)
OTHER_MARK = re.compile(f"[{HEAD}{BOLD_OPEN}{BOLD_CLOSE}]")
NOSCRIPT = re.compile(r"<noscript\b[^>]*>.*?</noscript\s*>", re.DOTALL | re.IGNORECASE)
LINK_SPAN = re.compile(f"{LINK_OPEN}([^{LINK_OPEN}{LINK_CLOSE}]*){LINK_CLOSE}")

HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# `.ad,#x{display:none}`: yes; `.ad a{display:none}` and `.ad:hover{…}`: no, they hide less than the class.
HIDING_RULE = re.compile(
    r"(?:^|[{},/\s])([.#][A-Za-z][\w-]*)\s*(?:,[^{}]*)?\{[^{}]*display\s*:\s*none", re.IGNORECASE
)
STYLE_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style", re.DOTALL | re.IGNORECASE)

IS_HTML = re.compile(
    r"<(?:!doctype|html|head|body|title|meta|div|p|br|table|h[1-6]|span|ul|ol|li|dl|pre|section|article|center|font|script|style)\b",
    re.IGNORECASE,
)
# lexbor is quadratic in the depth of the tree (17 s at 100,000, facts §4; 0.1 s at 10,000), and unclosed
# formatting is copied into every later block. A page that looks deeper than this gets no tree.
MAX_DEPTH = 3_000
MAX_UNCLOSED_FORMATTING = 100
FORMATTING = re.compile(r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE)
# Tags that nest: not those without content, nor those whose end tags are left out in good HTML.
NESTING = re.compile(
    r"<(/?)(?!/|(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|tr|td|th|option)\b)"
    r"[a-z]",
    re.IGNORECASE,
)
UNTREED = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|noscript|iframe|select|textarea|title)\b.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
UNTREED_TAG = re.compile(r"</?[A-Za-z!?][^>]*(?:>|\Z)")


@dataclass(frozen=True, slots=True)
class Blocks:
    """The visible lines of a page and what the markup says of them.

    `linked[i]` is how many characters of line i stand in links; `heads[i]` is 1 to 3: plain, wholly bold, a
    heading element. `title` is the text of `<title>`, "" where there is none.
    """

    lines: list[str]
    linked: list[int]
    heads: list[int]
    title: str
    from_html: bool


PLAIN, BOLDED, HEADED = 1, 2, 3


def looks_like_html(text: str) -> bool:
    """Tell a page from a plain text by a tag that only pages have, within the first 4,096 characters or any.

    >>> looks_like_html("<p>一、总则"), looks_like_html("一、总则 a<b")
    (True, False)
    """
    return IS_HTML.search(text) is not None


def read_blocks(text: str) -> Blocks:
    r"""Give the visible lines of a decoded page or plain text.

    >>> read_blocks("<h1>制度</h1><p>一、<b>总</b>则<br>二、<a href=x>分则</a>").lines
    ['制度', '一、总则', '二、分则']
    >>> read_blocks("甲\r\n\r\n  乙").lines
    ['甲', '', '  乙']
    """
    for mark in MARKS:
        if mark in text:
            text = text.replace(mark, "")
    if not looks_like_html(text):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return Blocks(lines, [0] * len(lines), [PLAIN] * len(lines), "", False)
    regular, title = _regular_form(text)
    return _lines_of(regular, title)


def _regular_form(html: str) -> tuple[str, str]:
    """Return the page's visible part in regular HTML, and its title."""
    if html.count("<") > MAX_DEPTH and _is_hostile(html):
        text = unescape(UNTREED_TAG.sub(TAG, UNTREED.sub(" ", html)))
        return escape(text, quote=False).replace(TAG, "<p>"), ""
    if "noscript" in html:  # in a head its text would be moved to the body
        html = NOSCRIPT.sub("", html)
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    words = " ".join(title.text().split()) if title is not None else ""
    _drop_hidden(tree, html)
    tree.strip_tags(UNSEEN)
    return tree.html or "", words


def _is_hostile(html: str) -> bool:
    depth = accumulate(-1 if m.group(1) else 1 for m in NESTING.finditer(html))
    unclosed = sum(-1 if m.group(1) else 1 for m in FORMATTING.finditer(html))
    return max(depth, default=0) > MAX_DEPTH or unclosed > MAX_UNCLOSED_FORMATTING


def _drop_hidden(tree: LexborHTMLParser, html: str) -> None:
    if "none" not in html and "hidden" not in html:
        return
    selectors = ["[hidden]", '[style*="none" i]', '[style*="hidden" i]']
    for sheet in STYLE_SHEET.findall(html):
        if "none" in sheet:
            selectors += sorted(set(HIDING_RULE.findall(sheet)))
    named = set(selectors[3:])
    found = [n for n in tree.css(",".join(selectors)) if _is_hidden(n, named)]
    # A node inside a removed one must not be touched again: remove outermost nodes only, innermost list order
    # last.
    for node in reversed(found):
        node.decompose()


def _is_hidden(node: LexborNode, named: set[str]) -> bool:
    attributes = node.attributes
    if "hidden" in attributes or HIDING_STYLE.search(attributes.get("style") or ""):
        return True
    classes = (attributes.get("class") or "").split()
    return any("." + c in named for c in classes) or "#" + (attributes.get("id") or "") in named


def _lines_of(html: str, title: str) -> Blocks:
    if "<pre" in html:
        html = PREFORMATTED.sub(lambda m: m.group().replace("\n", "<br>"), html)
    html = BLOCK.sub("\n", HEADING.sub("\n" + HEAD, html.replace("\n", " ")))
    html = LINK.sub(LINK_OPEN, html).replace("</a>", LINK_CLOSE)
    html = BOLD_END.sub(BOLD_CLOSE, BOLD.sub(BOLD_OPEN, html))
    html = OTHER_TAG.sub("", html)
    html = html.replace("&nbsp;", " ").replace("\xa0", " ")
    if "&" in html:
        html = html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if any(c in html for c in "\t\r\f\v"):
        html = SPACES.sub(" ", html)
    elif "  " in html:
        html = BLANKS.sub(" ", html)
    return _marked_lines(html.split("\n"), title)


def _marked_lines(marked: Iterable[str], title: str) -> Blocks:
    """Strip the marks off the lines and count what they say; empty lines go."""
    lines: list[str] = []
    linked: list[int] = []
    heads: list[int] = []
    find_mark = ANY_MARK.search
    inside = False  # a link that runs over several lines
    for line in marked:
        bare = line.strip()
        if not bare:
            continue
        count, head = 0, PLAIN
        if find_mark(bare):
            last = len(bare) - 1
            if bare[0] == LINK_OPEN and bare[last] == LINK_CLOSE and not find_mark(bare, 1, last):
                bare = bare[1:last].strip()  # one link and nothing else, as in every list of pages
                count, inside = len(bare), False
            else:
                opened = LINK_OPEN + bare if inside else bare
                head = _head_of(bare)
                bare = ANY_MARK.sub("", bare).strip()
                if LINK_OPEN in opened or LINK_CLOSE in opened:
                    count, inside = _linked(opened)
            if not bare:
                continue
        elif inside:
            count = len(bare)
        lines.append(bare)
        linked.append(count)
        heads.append(head)
    return Blocks(lines, linked, heads, title, True)


def _linked(opened: str) -> tuple[int, bool]:
    """Return how many characters of a line stand in links, and whether its last link stays open."""
    inside = opened.rfind(LINK_OPEN) > opened.rfind(LINK_CLOSE)
    whole = OTHER_MARK.sub("", opened) + (LINK_CLOSE if inside else "")
    return sum(len(x.strip()) for x in LINK_SPAN.findall(whole)), inside


def _head_of(line: str) -> int:
    if HEAD in line:
        return HEADED
    if BOLD_OPEN not in line:
        return PLAIN
    text = line.replace(LINK_OPEN, "").replace(LINK_CLOSE, "").strip()
    return BOLDED if text.startswith(BOLD_OPEN) and text.endswith(BOLD_CLOSE) else PLAIN
