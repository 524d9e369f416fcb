"""The breadcrumb of a page: behind a label or by its arrows, in one line or over several."""

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.page.lines import PLACED, PageLines, rows_showing
from pipeline.page.search import compile_search

# Lines at the top of a page among which its fields are sought: long menus stand before a title; a bound,
# so that no whole text is read for them.
HEAD_LINES = 400
FIRST_LINES = 64  # of these, where nearly every breadcrumb stands: the others are read where none does
MAX_LABELLED = 600  # of a line that is one behind a label
MAX_BREADCRUMB = 120  # characters of a line that is one without a label

ARROW_SIGNS = ">＞›»→▸▶►▹⟩❯➤➜⇒≫"
PLACE = re.compile(  # `当前位置：`, `您现在的位置:`, `所在位置：`: yes; `位置`: no
    r"^.{0,6}?(?:当前|现在|所在|目前|您的|你的|我的|您)[^：:>]{0,6}?位置(?:是|在)?[】\]」)）]?\s*[：:]?\s*|^[^\w>]{0,4}位置\s*[：:】\]]\s*(?=[^>＞›»]{1,12}(?:[>＞›»]|\s[-–—|·]\s))"
    # `当前栏目：首页 · 制度`
    r"|^.{0,4}(?:所在|当前|所属|现在|目前)的?(?:栏目|路径|页面|目录|频道|分类)\s*[：:]\s*|^(?:文章|本文|页面)位置\s*[：:]\s*"
)
OTHER_LABEL = re.compile(
    rf"(?:[一-鿿]{{1,8}}|[A-Za-z][A-Za-z ]{{2,16}})\s*[：:]\s*(?=[^：:>]{{1,40}}[{ARROW_SIGNS}/-])"
)  # `导航：甲网 > 制度`
# Without one of these a line is no breadcrumb.
PLACE_SIGNS = ("位置", "首页", "栏目", *ARROW_SIGNS, " / ")
ARROWS = f" \u3000{ARROW_SIGNS}"
PLACE_WORDS = ("位置", "栏目", "路径", "页面", "目录", "频道", "分类")  # one of which each PLACE holds
SIGN = re.compile(r"[^\w（(\[【《〈<「『“\"‘]+")  # `⌂ 首页`
ARROW_MARKS = frozenset(f"{ARROW_SIGNS}/")  # without one there is no ARROW
ARROW = re.compile(  # ` > `, `›`, ` / `: yes; `1/2`: no; a look ahead is quicker than the choice
    rf"(?=[\s=—/{ARROW_SIGNS}-])(?<!\s)\s*+(?:>>|->|—>|=>|[{ARROW_SIGNS}]{{1,3}}|(?<=\s)/(?=\s))\s*+"
)
DASHES = re.compile(r"(?<!\s)\s++[-–—|｜·]\s++")  # between items behind a label: `位置：甲网 - 制度`
# Behind a label, any mark that separates all items: `首页|制度|值班`, `甲网_制度_值班`, `甲网 ∷ 制度 ∷ 值班`
MARK = re.compile(r"(?<=\w)\s*+([^\w\s（()）《》“”「」、，,。：:]{1,2}|_|::)\s*+(?=\w)")
NAMES_SITE = re.compile(r"(?:首页|主页|[Hh]ome|[网库站])$")  # the first of two items with a mark between
MARK_OF_HOME = re.compile(r"\s*+(?:[·|｜/\\_•∷~～]|::|[—–-]+)\s*+")
MARKS_OF_HOME = frozenset("·|｜/\\_•∷~～:—–-")  # without one there is none
TWO = re.compile(rf"([一-鿿]{{2,8}})\s*[{ARROW_SIGNS}]\s*([一-鿿]{{2,8}})")
TOP_LINES = 12  # among which two items without a label are a breadcrumb
MOST_ITEMS = 6  # of a breadcrumb
PLACE_ITEM = re.compile(r".{0,5}位置(?:导航)?|导航|路径")  # `位置导航 > 甲网 > 制度`
# The last item of a breadcrumb that names no page: `首页 > 制度 > 正文`, `> 内容页`.
HERE = re.compile(
    "(?:文章|本文|阅读|浏览|查看|当前|信息)?(?:正文|内容|详情|详细|全文|文章|页面)(?:页|内容|信息)?|阅读|浏览|查看|预览|本[文页]|当前页"
)
SPAM_ITEM = compile_search(r"葡京|博彩|彩票|娱乐城|六合彩|时时彩|棋牌|代写|代发|刷单|https?:|www\.")
HOMEPAGE = re.compile(".{0,10}(?:首页|主页)")  # of two items the first: `甲网首页 > 制度`
HOME = frozenset(("首页", "主页", "网站首页", "home", "Home", "返回首页"))


def find_breadcrumb(page: PageLines) -> tuple[tuple[str, ...], range]:
    """Return the items of a breadcrumb and the lines that carry it; no items behind a label alone."""
    for i in _rows_with_signs(page):
        line = page.texts[i]
        if len(line) > MAX_LABELLED or not line.strip(ARROWS):
            continue
        place = PLACE.match(line) if any(word in line for word in PLACE_WORDS) else None
        label = place or (OTHER_LABEL.match(line) if "：" in line or ":" in line else None)
        rest = line[label.end() :] if label else line
        last, parts = i, _split(rest)
        if len(parts) < 3 and (place or line[-1] in ARROW_SIGNS):
            rest, last = _joined(page, i, rest)  # the items are spread over lines, or there are two
            parts = _split(rest)
        if place is None and not _bare_breadcrumb(rest, labelled=label is not None):
            if items := _of_home(rest, page.title) or _of_two(rest, page.title, i):
                return items, range(i, i + 1)
            continue
        items = _items(rest, parts, labelled=place is not None)
        if len(items) >= 2 or (items and HERE.fullmatch(parts[-1].strip())):
            return items, range(i, last + 1)
        if place and "位置" in place.group():
            return (), range(i, i + 1)
    return (), range(0)


def _rows_with_signs(page: PageLines) -> Iterator[int]:
    """Yield the lines that hold a sign, those of the head of the page before the others."""
    yield from _said(page, 0, FIRST_LINES)
    yield from _said(page, FIRST_LINES, HEAD_LINES)


def _said(page: PageLines, first: int, last: int) -> list[int]:
    """Return the lines from `first` to before `last` that hold a sign; the whole text is never asked."""
    rows = rows_showing(page, PLACED, first, last)
    return [row for row in rows if any(sign in page.texts[row] for sign in PLACE_SIGNS)]


def breadcrumb_items(value: str) -> tuple[str, ...]:
    """Return the items of a line that is known to be a breadcrumb.

    >>> breadcrumb_items("当前位置：甲网 > 制度 > 正文")
    ('甲网', '制度')
    """
    label = PLACE.match(value)
    rest = value[label.end() :] if label else value
    return _items(rest, _split(rest), labelled=True)


def _split(line: str) -> list[str]:
    """Split a line at its arrows."""
    return [line] if ARROW_MARKS.isdisjoint(line) else ARROW.split(line)


def _without_sign(item: str) -> str:
    """Return an item without arrows around it and without a sign before it."""
    bare = item.strip(ARROWS)
    sign = SIGN.match(bare)
    return bare[sign.end() :] if sign else bare


def _items(rest: str, parts: list[str], *, labelled: bool) -> tuple[str, ...]:
    """Return the items of a breadcrumb: without 正文 at its end, and without a spammer's link.

    `parts` are those between the arrows of `rest`.
    """
    if len(parts) == 1 and (labelled or DASHES.split(rest)[0] in HOME):
        parts = DASHES.split(rest)
    if len(parts) == 1 and labelled:
        parts = _by_mark(rest)
    items = [x for x in map(_without_sign, parts) if x and not SPAM_ITEM.search(x)]
    if len(items) > 1 and HERE.fullmatch(items[-1]):
        items.pop()
    return tuple(items[1:] if len(items) > 2 and PLACE_ITEM.fullmatch(items[0]) else items)


def _by_mark(rest: str) -> list[str]:
    """Split at the commonest mark between words, if it stands there twice or behind the name of a site."""
    marks = Counter(m[1] for m in MARK.finditer(rest))
    mark, n = marks.most_common(1)[0] if marks else ("", 0)
    parts = rest.split(mark) if n else [rest]
    named = NAMES_SITE.search(parts[0].rstrip())
    return parts if n >= 2 or (n and named) else [rest]


def _bare_breadcrumb(line: str, *, labelled: bool) -> bool:
    line = line.strip(ARROWS)
    if len(line) > MAX_BREADCRUMB:
        return False
    parts = [_without_sign(part) for part in _split(line)]
    if labelled and len(parts) == 1 and DASHES.split(line)[0] in HOME:
        parts = DASHES.split(line)
    return (len(parts) >= 3 and all(0 < len(p) <= 40 for p in parts)) or (
        len(parts) == 2
        and (
            HOMEPAGE.fullmatch(parts[0]) is not None
            or parts[0] in HOME
            or (labelled and NAMES_SITE.search(parts[0]) is not None)
            or HERE.fullmatch(parts[1]) is not None
        )
    )


def _of_home(line: str, title: str) -> tuple[str, ...]:
    """Return the items of `首页 · 制度 · 值班`, which is no menu: the last is here, or in `<title>`."""
    home = not MARKS_OF_HOME.isdisjoint(line) and HOMEPAGE.match(line)
    parts = [x.strip() for x in MARK_OF_HOME.split(line)] if home else []
    if not 3 <= len(parts) <= MOST_ITEMS or not all(parts):
        return ()
    here = HERE.fullmatch(parts[-1]) is not None
    return tuple(parts[: -1 if here else None]) if here or parts[-1] in title else ()


def _of_two(line: str, title: str, row: int) -> tuple[str, ...]:
    """Return the items of `甲网 > 制度` at the top of a page; `<title>` says the first, if there is one."""
    parts = TWO.fullmatch(line)
    return parts.groups() if parts and row < TOP_LINES and (not title or parts[1] in title) else ()


def _joined(page: PageLines, at: int, rest: str) -> tuple[str, int]:
    """Join a breadcrumb that is spread over lines: items follow while arrows or links do."""
    joined, last = rest, at
    for i in range(at + 1, min(at + 16, len(page.texts))):
        line = page.texts[i]
        hangs = not joined or joined.rstrip()[-1:] in f"{ARROW_SIGNS}/" or line[0] in ARROW_SIGNS
        if not hangs or len(line) > 60:
            break
        joined, last = f"{joined} {line}", i
    return joined, last
