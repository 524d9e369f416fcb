"""HTML to visible lines, one a block; a text file is a page whose lines are blocks.

Two ways that give the same. Where numba is loaded, as in any run over many pages, well-formed markup is read
as it stands by a compiled kernel (`page/markup.py`). For all else lexbor builds the tree, as browsers do
(unclosed tags, tables, entities), drops what nobody sees and writes it out again; in that regular form a few
passes of regular expressions over the whole page, not a walk over its nodes, give the lines.
"""

import re
import sys
from collections.abc import Sequence
from html import escape, unescape
from itertools import accumulate, compress
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.config import PageConfig
from pipeline.page.elements import MAX_ATTRIBUTES
from pipeline.page.layout import BLOCK_NAMES, Layout, is_custom, read_layout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
# A tag or comment as lexbor writes it: `<p>`, `</p>`, `<a title="x>y">` with their names, `<!-- -->` without.
REST = r'[^>"]*+(?:"[^"]*"[^>"]*+)*+>'
ANY_TAG = re.compile(rf'<(?:(/?[a-z][^\s/>"]*+)(?:>|{REST})|!--[\s\S]*?-->|{REST})')
SPACES = re.compile(r"[ \r\f\v]{2,}")
BLANKS = re.compile("  +")  # begins with a literal, so ten times as fast as the above
CHARS = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}  # what lexbor writes as an entity, but for blanks
ENTITY = re.compile("&(?:lt|gt|amp);")
PREFORMATTED = re.compile(rf"<pre{ATTRIBUTES}>.*?</pre>", re.DOTALL)
NO_LINK = re.compile(r'<a(?=[\s>])(?![^>]*\shref=")')
ONE_LINK = LINK_OPEN + LINK_CLOSE
OTHER_MARK = re.compile(f"[{HEAD}{BOLD_OPEN}{BOLD_CLOSE}]")
NOSCRIPT = re.compile(r"<noscript\b[^>]*>.*?</noscript\s*>", re.DOTALL | re.IGNORECASE)
LINK_SPAN = re.compile(f"{LINK_OPEN}([^{LINK_OPEN}{LINK_CLOSE}]*){LINK_CLOSE}")


class Meanings(dict[str | None, str]):
    """What stands for a tag between the passes: line break, mark or nothing."""

    def __missing__(self, name: str | None) -> str:
        return "\n" if name and is_custom(name) else ""


MEANINGS = Meanings(
    {slash + name: "\n" for name in BLOCK_NAMES.split("|") for slash in ("", "/")}
    | {f"h{n}": "\n" + HEAD for n in range(1, 7)}
    | {"a": LINK_OPEN, "/a": LINK_CLOSE}
    | dict.fromkeys(("b", "strong"), BOLD_OPEN)
    | dict.fromkeys(("/b", "/strong"), BOLD_CLOSE)
)

# `font-size:0`, `font-size: 0px`: yes; `font-size:0.9em`: no
NO_SIZE = re.compile(r"font-size\s*:\s*0(?:\.0+)?\s*(?:px|pt|r?em|%)?\s*(?:[;\"'!]|$)", re.IGNORECASE)
HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Elements that may be hidden by themselves. lexbor finds them in the time that a search of the text takes for
# one word.
HIDING_STYLES = (
    *('[style*="none" i]', '[style*="hidden" i]'),
    *(f'[style*="font-size{colon}0" i]' for colon in (":", ": ", " :", " : ")),
)
FOUND_STYLE = re.compile("none|hidden|font-size(?::|: | :| : )0", re.IGNORECASE)  # what these find
HIDING = f"[hidden],[style]:is({','.join(HIDING_STYLES)})"  # half of the time of all of them side by side
# `.ad,#x{display:none}`: yes; `.ad a{display:none}` and `.ad:hover{…}`: no, they hide less than the class.
HIDING_RULE = re.compile(
    r"(?:^|[{},/\s])([.#][A-Za-z][\w-]*)\s*(?:,[^{}]*)?\{[^{}]*display\s*:\s*none", re.IGNORECASE
)
SCRIPT, SCRIPT_END = b"<script", b"</script"

IS_HTML = re.compile(
    r"<(?:!doctype|html|head|body|title|meta|div|p|br|table|h[1-6]|span|ul|ol|li|dl|pre|section|article|center|font|script|style)\b",
    re.IGNORECASE,
)
# Unclosed formatting is copied into every later block, so a page with much of it gets no tree; one with fewer
# tags than these is not asked.
MANY_TAGS = 3_000
MAX_DEPTH = PageConfig().max_depth
MAX_TITLE = 1_000  # characters of `<title>` that are read: ten times the longest of facts §1
MAX_UNCLOSED_FORMATTING = 100
# Every node is held against every selector of a sheet that hides: a page of our own has at most some ten.
MAX_SELECTORS = 300
LONG_TAG = re.compile(rf"<[A-Za-z][^<>]{{{2 * MAX_ATTRIBUTES},}}")
ATTRIBUTE_BREAK = re.compile(r"[\s/]+(?=[^\s/=>])")
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


class Blocks(NamedTuple):
    """The visible lines of a page, joined to a `text`, and what the markup says of them.

    `linked[i]` is how many characters of line i stand in links; `heads[i]` is 1 to 3: plain, wholly bold, a
    heading element. `title` is the text of `<title>`, "" where there is none; `layout` None of a plain text.
    """

    text: str
    linked: list[int]
    heads: list[int]
    title: str
    layout: Layout | None

    @property
    def lines(self) -> list[str]:
        """The visible lines."""
        return self.text.split("\n") if self.linked else []

    @property
    def from_html(self) -> bool:
        """Whether the page had tags."""
        return self.layout is not None


PLAIN, BOLDED, HEADED = 1, 2, 3


def looks_like_html(text: str) -> bool:
    """Tell a page from a plain text by a tag that only pages have, within the first 4,096 characters or any.

    >>> looks_like_html("<p>一、总则"), looks_like_html("一、总则 a<b")
    (True, False)
    """
    return IS_HTML.search(text) is not None


def without_scripts(body: bytes) -> bytes:
    r"""Take what stands inside `<script>` out of the bytes of a page: half of many pages, and nothing to see.

    The tags stay. A script stays whole where its end is not beyond doubt: by a comment, another `<script` or
    an open quotation mark. 1 ns a byte; later steps take 10.

    >>> without_scripts(b"<script src=x>var a;</script><p>b")
    b'<script src=x></script><p>b'
    >>> without_scripts(b"<!-- <script> --> c </script>")
    b'<!-- <script> --> c </script>'
    """
    parts: list[bytes] = []
    done, at = 0, body.find(SCRIPT)
    while at >= 0:
        begin = body.find(b">", at) + 1
        end = _end_of_script(body, begin) if begin else -1
        if end < 0:
            break
        tag = body[at:begin]
        if tag.count(b'"') % 2 == tag.count(b"'") % 2 == 0 and not _is_doubtful(body, begin, end):
            parts.append(body[done:begin])
            done = end
        at = body.find(SCRIPT, end)
    return b"".join((*parts, body[done:]))


def _end_of_script(body: bytes, begin: int) -> int:
    """Return where the next `</script` stands: behind the first `<`, which is found ten times as fast."""
    first = body.find(b"<", begin)
    return first if body.startswith(SCRIPT_END, first) else body.find(SCRIPT_END, begin)


def _is_doubtful(body: bytes, begin: int, end: int) -> bool:
    if body.find(b">", begin, end) >= 0 and body.find(b"-->", begin, end) >= 0:
        return True
    first = body.find(b"<", begin)
    return first < end and (body.find(SCRIPT, first, end) >= 0 or body.find(b"<!--", first, end) >= 0)


def read_blocks(text: str, max_depth: int = MAX_DEPTH, points: "NDArray[np.uint32] | None" = None) -> Blocks:
    r"""Give the visible lines of a decoded page or plain text.

    Markup nested deeper than `max_depth` is read as it stands, without a tree: all its text, hidden or not.
    `points` are the code points of the text as `encoding.Decoded` has them, if anybody has.

    >>> read_blocks("<h1>制度</h1><p>一、<b>总</b>则<br>二、<a href=x>分则</a>").lines
    ['制度', '一、总则', '二、分则']
    >>> read_blocks("甲\r\n\r\n  乙").lines
    ['甲', '', '  乙']
    """
    if "numba" in sys.modules and (blocks := _read_well_formed(text, max_depth, points)):
        return blocks
    for mark in MARKS:
        if mark in text:
            text = text.replace(mark, "")
    if not looks_like_html(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        count = text.count("\n") + 1
        return Blocks(text, [0] * count, [PLAIN] * count, "", None)
    return read_tree(text, max_depth)


def _read_well_formed(
    html: str, max_depth: int = MAX_DEPTH, points: "NDArray[np.uint32] | None" = None
) -> Blocks | None:
    """Read a page whose markup needs no tree; None for any other."""
    from pipeline.page.wellformed import read_well_formed

    if "noscript" in html:
        if _is_endless(html, max_depth):
            return None
        html, points = NOSCRIPT.sub("", html), None
    found = read_well_formed(html, _hidden_by, points)
    if found is None or ((found.tags > max_depth or found.unended) and _is_endless(html, max_depth)):
        return None
    return Blocks(found.text, found.linked, found.heads, _words(found.title), found.layout)


def read_tree(html: str, max_depth: int = MAX_DEPTH) -> Blocks:
    """Read a page by its tree: any page, and the slow twin of `wellformed.read_well_formed`."""
    regular, title = _regular_form(html, max_depth)
    return _lines_of(regular, title)


def _words(title: str) -> str:
    return " ".join(title[:MAX_TITLE].split())


def _is_endless(html: str, max_depth: int) -> bool:
    """Tell a page of which no tree can be built in bounded time, or whose tree is deeper than asked for."""
    tags = html.count("<")
    if (tags > max_depth and _depth(html) > max_depth) or (tags > MANY_TAGS and _is_unclosed(html)):
        return True
    return _has_endless_tag(html)


def _regular_form(html: str, max_depth: int) -> tuple[str, str]:
    """Return the page's visible part in regular HTML, and its title."""
    if _is_endless(html, max_depth):
        text = unescape(UNTREED_TAG.sub(TAG, UNTREED.sub(" ", html)))
        return escape(text, quote=False).replace(TAG, "<p>"), ""
    if "noscript" in html:  # in a head its text would be moved to the body
        html = NOSCRIPT.sub("", html)
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    words = _words(title.text()) if title is not None else ""
    _drop_hidden(tree)
    tree.strip_tags(UNSEEN)
    return tree.html or "", words


def _depth(html: str) -> int:
    return max(accumulate(-1 if m.group(1) else 1 for m in NESTING.finditer(html)), default=0)


def _is_unclosed(html: str) -> bool:
    unclosed = sum(-1 if m.group(1) else 1 for m in FORMATTING.finditer(html))
    return unclosed > MAX_UNCLOSED_FORMATTING


def _has_endless_tag(html: str) -> bool:
    if all(html.find(">", at, at + MAX_ATTRIBUTES) >= 0 for at in range(0, len(html), MAX_ATTRIBUTES)):
        return False  # no stretch of half a long tag's length in which no tag ends
    tags = (m.group() for m in LONG_TAG.finditer(html))
    return any(len(ATTRIBUTE_BREAK.findall(tag)) > MAX_ATTRIBUTES for tag in tags)


def _drop_hidden(tree: LexborHTMLParser) -> None:
    named = _hiding_names([sheet.text() for sheet in tree.tags("style")])
    known = set(named)
    found = [n for n in tree.css(",".join((HIDING, *named))) if _is_hidden(n, known)]
    # A node inside a removed one must not be touched again: remove outermost nodes only, innermost list order
    # last.
    for node in reversed(found):
        node.decompose()


def _hiding_names(sheets: Sequence[str]) -> list[str]:
    """Return the classes (`.x`) and ids (`#x`) that style sheets hide."""
    named: list[str] = []
    for rules in sheets:
        if "none" in rules.lower():
            named += sorted(set(HIDING_RULE.findall(rules)))
    return named[:MAX_SELECTORS]


def _hidden_by(styles: Sequence[tuple[str, int]]) -> tuple[list[str], list[int]] | None:
    """Return what the styles of a page hide: names, and the places of attributes; None where it is in doubt.

    `styles` are the page's style sheets, at -1, and those of its style attributes that may hide, with their
    places.
    """
    named = _hiding_names([style for style, at in styles if at < 0])
    values = [(style, at) for style, at in styles if at >= 0]
    if "&" in "".join([style for style, _ in values]):
        return None
    return named, [at for style, at in values if FOUND_STYLE.search(style) and _hides(style)]


def _hides(style: str) -> bool:
    return bool(HIDING_STYLE.search(style) or NO_SIZE.search(style))


def _is_hidden(node: LexborNode, named: set[str]) -> bool:
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or _hides(style):
        return True
    classes = (attributes.get("class") or "").split()
    return any("." + c in named for c in classes) or "#" + (attributes.get("id") or "") in named


def _lines_of(html: str, title: str) -> Blocks:
    if html.count("<a ") + html.count("<a>") != html.count(' href="'):
        html = NO_LINK.sub("<span", html)  # `<a name="part2">` marks a place, most often a heading
    if "<pre" in html:
        html = PREFORMATTED.sub(lambda m: m.group().replace("\n", "<br>"), html)
    parts = ANY_TAG.split(html.replace("\n", " "))
    names = parts[1::2]
    tags = parts[1::2] = list(map(MEANINGS.__getitem__, names))
    text = "".join(parts).replace("&nbsp;", " ").replace("\xa0", " ")
    if "&" in text:
        text = ENTITY.sub(_char_of, text)
    text = text.replace("\t", " ")
    blanks = SPACES if "\r" in text or "\f" in text or "\v" in text else BLANKS
    lines = list(map(str.strip, blanks.sub(" ", text).split("\n")))
    marks = {row: kinds for row, kinds in enumerate("".join(tags).split("\n")) if kinds}
    linked, heads = _read_marks(lines, marks)
    return Blocks(
        "\n".join([line for line in lines if line]),
        list(compress(linked, lines)),
        list(compress(heads, lines)),
        title,
        read_layout(names, lines),
    )


def _char_of(entity: re.Match[str]) -> str:
    return CHARS[entity[0]]


def _read_marks(lines: list[str], marks: dict[int, str]) -> tuple[list[int], list[int]]:
    """Strip the marks off `lines`; return how many characters of each stand in links, and heads."""
    linked = [0] * len(lines)
    heads = [PLAIN] * len(lines)
    inside, before = False, 0  # a link that runs over several lines
    for row, kinds in marks.items():
        if inside:
            linked[before:row] = map(len, lines[before:row])
        bare = lines[row]
        if kinds == ONE_LINK and not inside and bare[0] == LINK_OPEN and bare[-1] == LINK_CLOSE:
            lines[row] = bare = bare[1:-1].strip()  # one link and nothing else, as in every list of pages
            linked[row] = len(bare)
        else:
            opened = LINK_OPEN + bare if inside else bare
            heads[row] = _head_of(bare)
            lines[row] = ANY_MARK.sub("", bare).strip()
            if LINK_OPEN in opened or LINK_CLOSE in opened:
                linked[row], inside = _linked(opened)
        before = row + 1
    if inside:
        linked[before:] = map(len, lines[before:])
    return linked, heads


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
