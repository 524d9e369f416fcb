"""The breadcrumb of a page: behind a label or by its arrows, in one line or over several."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from operator import contains
from typing import NamedTuple

from pipeline.page.lines import LINKED, PLACED, REMEMBERED, PageLines, letters, rows_showing
from pipeline.page.search import compile_search

# Lines at the top of a page among which its fields are sought: long menus stand before a title; a bound,
# so that no whole text is read for them.
HEAD_LINES = 400
FIRST_LINES = 64  # of these, where nearly every breadcrumb stands: the others are read where none does
MAX_LABELLED = 600  # of a line that is one behind a label
MAX_BREADCRUMB = 120  # characters of a line that is one without a label

ARROW_SIGNS = ">＞›»→▸▶►▹⟩❯❭➤➜➔⟶⇒≫"
# `当前位置：`, `您现在的位置:`, `所在位置：`: yes; `位置`: no
SURE_PLACE = (
    r"^.{0,6}?(?:当前|现在|所在|目前|您的|你的|我的|您)[^：:>]{0,6}?位置(?:是|在)?[】\]」)）]?\s*[：:]?\s*"
)
PLACE = re.compile(
    SURE_PLACE
    # `位置：`, `[位置]`, `浏览路径：`, `面包屑：`
    + r"|^[^\w>]{0,4}[一-鿿]{0,6}?(?:位置|路径|面包屑)(?:导航)?\s*[：:】\]｜|]+\s*"
    # `当前栏目：首页 · 制度`, `归属分类：`
    r"|^.{0,4}(?:所在|当前|所属|归属|归类|归档|收录|现在|目前)(?:的|于)?(?:栏目|路径|页面|目录|频道|分类|类别|板块|版块)?\s*[：:]\s*"
    # `您在这里：`, `您现在位于：`, `正在浏览：`
    r"|^[^\w>]{0,4}[您你]?(?:现在|当前|目前|正)?(?:在|位于|处于|浏览|阅读|查看|访问|看){1,2}(?:的是|这里|此处|的栏目|的页面)?\s*[：:]\s*"
    r"|^[^\w>]{0,4}(?:[Yy]ou are here|[Ll]ocation|[Pp]osition|[Pp]ath|[Bb]readcrumbs?)\s*[：:]\s*"
)
IS_PLACE = re.compile(SURE_PLACE)
OTHER_LABEL = re.compile(
    rf"(?:[一-鿿]{{1,8}}|[A-Za-z][A-Za-z ]{{2,16}})\s*[：:]\s*(?=[^：:>]{{1,40}}[{ARROW_SIGNS}/|｜·•_-])"
)  # `导航：甲网 > 制度`
# Without one of these a line is no breadcrumb.
PLACE_SIGNS = (
    *(
        "位置",
        "首页",
        "主页",
        "栏目",
        "路径",
        "面包屑",
        "这里：",
        "正在",
        "位于",
        "当前",
        "所属",
        "归属",
        "归类",
        "浏览",
    ),
    *("Home", "ere:", "ath:", "tion:", *ARROW_SIGNS, " / "),
)
PLACE_SIGN = compile_search("|".join(map(re.escape, PLACE_SIGNS)))
ARROWS_ALONE = frozenset(ARROW_SIGNS)
ARROWS = f" \u3000{ARROW_SIGNS}"
SIGN = re.compile(r"[^\w（(\[【《〈<「『“\"‘]+")  # `⌂ 首页`
OPEN_END = re.compile(rf"[{ARROW_SIGNS}]\s*$")  # `甲网 >`: the next item stands on the next line
ARROW_MARKS = frozenset(f"{ARROW_SIGNS}/")  # without one there is no ARROW
ARROW = re.compile(  # ` > `, `›`, ` / `: yes; `1/2`: no; a look ahead is quicker than the choice
    rf"(?=[\s=—/{ARROW_SIGNS}-])(?<!\s)\s*+(?:>>|->|—>|=>|[{ARROW_SIGNS}]{{1,3}}|(?<=\s)/(?=\s))\s*+"
)
DASHES = re.compile(r"(?<!\s)\s++[-–—|｜·]\s++")  # between items behind a label: `位置：甲网 - 制度`
# Behind a label, any mark that separates all items: `首页|制度|值班`, `甲网_制度_值班`, `甲网 ∷ 制度 ∷ 值班`
MARK = re.compile(r"(?<=\w)\s*+([^\w\s（()）《》“”「」、，,。：:]{1,2}|_|::)\s*+(?=\w)")
COMMAS = re.compile(r"(?<=\w)([、，,])(?=\w)")  # of `首页、制度、值班`, where a page begins it
BLANKS = re.compile(r"[ \u3000]+")
NAMES_SITE = re.compile(r"(?:首页|主页|[Hh]ome|[网库站])$")  # the first of two items with a mark between
MARK_OF_HOME = compile_search(r"\s*+(?:[·|｜/\\＼∕⁄╲_•∷~～┊│︱◆]|::|[—–-]+)\s*+")
BETWEEN = (
    f"{ARROW_SIGNS}/∕⁄|｜·•_\\＼╲~┊│︱∷◆-—–:》〉、，"  # signs that stand between items on lines of their own
)
TWO = re.compile(rf"([一-鿿]{{2,8}})\s*[{ARROW_SIGNS}]\s*([一-鿿]{{2,8}})")
TOP_LINES = 12  # among which two items without a label are a breadcrumb
MOST_ITEMS = 6  # of a breadcrumb
MAX_SPREAD = 16  # lines over which one is spread, signs between its items among them
PLACE_ITEM = re.compile(r".{0,5}位置(?:导航)?|导航|路径|当前")  # `位置导航 > 甲网 > 制度`
PLACED_HOME = re.compile(r"(?:位置|导航|路径)\s*(?=(?:网站)?[首主]页$|Home$)")  # `导航首页 > 制度`
# The last item of a breadcrumb that names no page: `首页 > 制度 > 正文`, `> 内容页`.
HERE = re.compile(
    "(?:文章|本文|阅读|浏览|查看|当前|信息)?(?:正文|内容正文|阅读正文|内容|详情|详细|全文|文章|页面)(?:页|内容|信息|阅读|浏览)?|[一-鿿]{2}正文|阅读|浏览|查看|预览|本[文页]|当前页"
)
# What stands behind a breadcrumb in its line: `> 制度 [返回]`, `> 制度　更新时间：2023-04-05`
BEHIND = compile_search(
    r"\s*[【\[（(](?:返回|字体|字号|打印|收藏|关闭|繁体)[^】\])）]*[】\])）].*$"
    r"|[ \u3000]+(?:更新|发布|发表|日期|时间|作者|来源|浏览|点击|阅读|字体|字号|编辑)[^>：:]{0,6}[：:].*$"
)
BRACKETED = re.compile(r"([\[【〔［])([^\]】〕］]{1,30})[\]】〕］]")
SPAM_ITEM = compile_search(r"葡京|博彩|彩票|娱乐城|六合彩|时时彩|棋牌|代写|代发|刷单|https?:|www\.")
HOMEPAGE = re.compile(".{0,10}(?:首页|主页)|[Hh]ome(?!\\w)")  # of two items the first: `甲网首页 > 制度`
HOME = frozenset(("首页", "主页", "网站首页", "home", "Home", "返回首页"))
COLON = re.compile("[：:]")
SINGLE = re.compile(r"[\w（）()]+")
TAG = re.compile(r"<[/a-zA-Z]")  # markup that a page shows: its `>` are no arrows
CLOSE = 8  # lines from a menu with arrows to the breadcrumb below
NEAR = 6  # lines below a breadcrumb in which the title stands
MIN_NAME = 3  # letters of an item that names the page
# What speaks for a line: a label of its own, arrows, a home page at its beginning, the page at its end.
LABELLED, ARROWED, FROM_HOME, NAMED, OTHERWISE = 4, 1, 1, 2, -1
EMPTY = -9  # of a label of a place alone


class Found(NamedTuple):
    """A line, or lines, that may be the breadcrumb, and how much speaks for them."""

    weight: int
    items: tuple[str, ...]
    rows: range


def find_breadcrumb(page: PageLines) -> tuple[tuple[str, ...], range]:
    """Return the items of a breadcrumb and the lines that carry it; no items behind a label alone.

    Of several lines that may be one, a menu with arrows among them, the most certain; of equals the
    last of those that stand close together: menus stand above.
    """
    best: Found | None = None
    for first, last in ((0, FIRST_LINES), (FIRST_LINES, HEAD_LINES)):
        for row in rows_showing(page, PLACED, first, last):
            if best and row < best.rows.stop:
                continue
            found = _read(page, row)
            if found and (best is None or _is_better(found, best)):
                best = found
            if best and best.weight >= LABELLED + ARROWED:
                break
        if best:
            return best.items, best.rows
    return (), range(0)


def _is_better(found: Found, best: Found) -> bool:
    close = found.rows.start - best.rows.start <= CLOSE
    return found.weight > best.weight or (found.weight == best.weight >= 0 and close)


class Reading(NamedTuple):
    """What a line says by itself: behind the label of a place, or any; the rest; whether it goes on below."""

    placed: bool
    labelled: bool
    rest: str
    opened: bool


@lru_cache(maxsize=REMEMBERED)
def _reading(line: str) -> Reading | None:
    """Return what a line says that may be a breadcrumb; None where it is none, whatever page it stands on.

    As most menus, which stand on each page of a site.
    """
    if len(line) > MAX_LABELLED or not PLACE_SIGN.search(line):
        return None
    if not line.strip(ARROWS) or ("<" in line and TAG.search(line)):
        return None
    told = "：" in line or ":" in line
    place = PLACE.match(line) if told or "]" in line or "位置" in line or "路径" in line else None
    label = place or (OTHER_LABEL.match(line) if told else None)
    rest = _arrowed(BEHIND.sub("", line[label.end() :]).lstrip(BETWEEN + ARROWS) if label else line)
    opened = place or (OPEN_END.search(line) and SINGLE.fullmatch(ARROW.sub("", rest.strip(ARROWS))))
    sure = label or opened or line in HOME
    if not (sure or _bare_breadcrumb(rest, labelled=False) or _parts_of_home(rest) or TWO.fullmatch(rest)):
        return None
    return Reading(place is not None, label is not None, rest, opened is not None)


def _read(page: PageLines, row: int) -> Found | None:
    """Return what a line says as a breadcrumb, with the lines below it over which it is spread."""
    line, last = page.texts[row], row
    reading = _reading(line)
    if reading is None:
        return None
    rest = reading.rest
    if not reading.labelled and line in HOME and (found := _listed_from_home(page, row)):
        return found
    if reading.opened and len(_split(rest)) < 3:
        rest, last = _joined(page, row, rest, placed=reading.placed)  # over lines, or there are two
    if len(rest) > MAX_LABELLED:
        return None
    if not reading.placed:
        return _without_place(page, row, rest, range(row, last + 1), labelled=reading.labelled)
    items = _items(rest, labelled=True)
    if last > row:
        items = tuple(x.strip(BETWEEN + " ") for x in items)
    if not all(0 < len(x) <= 40 for x in items):
        return None
    if len(items) >= 2 or (items and HERE.fullmatch(_split(rest)[-1].strip())):
        sure = LABELLED if IS_PLACE.match(line) or "：" not in rest else 0
        return Found(sure + _weigh(page, items, rest, last), items, range(row, last + 1))
    return Found(EMPTY, (), range(row, row + 1)) if IS_PLACE.match(line) else None


def _listed_from_home(page: PageLines, row: int) -> Found | None:
    """Return the items of a list of links that begins at home and ends in the page, which is no menu."""
    joined, last = _joined(page, row, page.texts[row], placed=True)
    items = tuple(x.strip(BETWEEN + " ") for x in _items(joined, labelled=True))
    if last == row or not 2 <= len(items) <= MOST_ITEMS or not is_here(page, page.texts[last]):
        return None
    return Found(FROM_HOME + NAMED, items, range(row, last + 1))


def _without_place(page: PageLines, row: int, rest: str, rows: range, *, labelled: bool) -> Found | None:
    """Return the same of a line without the label of a place."""
    if not _bare_breadcrumb(rest, labelled=labelled):
        items = _of_home(page, rest, row) or _of_two(page, rest, row)
        return Found(_weigh(page, items, rest, row), items, range(row, row + 1)) if items else None
    items = _items(rest, labelled=False)
    weight = _weigh(page, items, rest, rows[-1]) + OTHERWISE * labelled
    arrows = not ARROWS_ALONE.isdisjoint(rest)
    here = HERE.fullmatch(_split(rest)[-1].strip()) is not None
    if len(items) < 2 - here or COLON.search(items[0]) or not (arrows or weight > 0):
        return None  # `频道：教育 / 职场 / 生活`, `消息：3条 >> 首页 > 制度`
    return Found(weight, items, rows)


def _weigh(page: PageLines, items: tuple[str, ...], rest: str, row: int) -> int:
    """Return what speaks for items as a breadcrumb that ends in a line, its label left out."""
    last = _split(rest)[-1].strip(ARROWS)
    near = (page.title, *page.texts[row + 1 : row + 1 + NEAR])
    named = HERE.fullmatch(last) is not None or _is_said(letters(items[-1]), near)
    home = items[0] in HOME or NAMES_SITE.search(items[0]) is not None or items[0] in page.title
    return ARROWED * (not ARROWS_ALONE.isdisjoint(rest)) + FROM_HOME * home + NAMED * named


def _is_said(name: str, lines: Sequence[str]) -> bool:
    """Tell whether one of some lines says a name of letters alone, whatever signs stand in it."""
    if len(name) < MIN_NAME:
        return False
    if any(map(contains, lines, repeat(name))):
        return True
    return any(name[0] in x and name in letters(x) for x in lines)


def breadcrumb_items(value: str) -> tuple[str, ...]:
    """Return the items of a line that is known to be a breadcrumb.

    >>> breadcrumb_items("当前位置：甲网 > 制度 > 正文")
    ('甲网', '制度')
    """
    label = PLACE.match(value)
    return _items(_arrowed(value[label.end() :] if label else value), labelled=True)


def _arrowed(rest: str) -> str:
    """Return a line with closing brackets that nothing opens as arrows: `首页》制度》值班`."""
    for opens, closes in ("《》", "〈〉"):
        if closes in rest and opens not in rest:
            rest = rest.replace(closes, ">")
    return rest


@lru_cache(maxsize=REMEMBERED)
def _split(rest: str) -> Sequence[str]:
    """Split at arrows, of which most lines have none; one line is asked for several times."""
    return (rest,) if ARROW_MARKS.isdisjoint(rest) else ARROW.split(rest)


def _bare(item: str) -> str:
    """Return an item without signs before it; most begin with a letter."""
    return item if item[:1].isalnum() else item[found.end() :] if (found := SIGN.match(item)) else item


def _items(rest: str, *, labelled: bool) -> tuple[str, ...]:
    """Return the items of a breadcrumb: without 正文 at its end, and without a spammer's link."""
    parts: Sequence[str] = _split(rest)
    if len(parts) == 1 and (labelled or DASHES.split(rest)[0] in HOME):
        parts = DASHES.split(rest)
    if len(parts) == 1 and labelled:
        parts = _by_mark(rest)
    if all(BRACKETED.fullmatch(x.strip(ARROWS)) for x in parts):
        parts = [x.strip(ARROWS)[1:-1] for x in parts]  # `[首页] >> [制度]`
    items = [x for x in [_bare(y.strip(ARROWS)) for y in parts] if x]
    if SPAM_ITEM.search(rest):
        items = [x for x in items if not SPAM_ITEM.search(x)]
    if len(items) > 1 and HERE.fullmatch(items[-1]):
        items.pop()
    if items:
        items[0] = PLACED_HOME.sub("", items[0])
    return tuple(items[1:] if len(items) > 2 and PLACE_ITEM.fullmatch(items[0]) else items)


def _by_mark(rest: str) -> list[str]:
    """Split at the commonest mark between words, if it stands there twice or behind the name of a site.

    Else at blanks or commas, where the first item is a home page or three stand there.
    """
    marks = Counter(m[1] for m in MARK.finditer(rest))
    mark, n = marks.most_common(1)[0] if marks else ("", 0)
    parts = rest.split(mark) if n else [rest]
    if n >= 2 or (n and NAMES_SITE.search(_bare(parts[0].rstrip()))):
        return parts
    if len(named := BRACKETED.findall(rest)) > 1 and not BRACKETED.sub("", rest).strip():
        return [name for _, name in named]
    for split in (BLANKS, COMMAS):
        parts = split.split(_bare(rest.strip(ARROWS)))[:: 2 if split is COMMAS else 1]
        if 2 <= len(parts) <= MOST_ITEMS and (parts[0] in HOME or NAMES_SITE.search(parts[0])):
            return parts
    return [rest]


def _bare_breadcrumb(line: str, *, labelled: bool) -> bool:
    line = line.strip(ARROWS)
    if len(line) > MAX_BREADCRUMB:
        return False
    parts = [_bare(p.strip(ARROWS)) for p in _split(line)]
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


def _of_home(page: PageLines, line: str, row: int) -> tuple[str, ...]:
    """Return the items of `首页 · 制度 · 值班`, which is no menu: the last is here, or in the title."""
    parts = _parts_of_home(line)
    if not parts:
        return ()
    parts[0] = PLACED_HOME.sub("", parts[0])
    here = HERE.fullmatch(parts[-1]) is not None
    near = (page.title, *page.texts[row + 1 : row + 1 + NEAR])
    named = here or (len(parts[-1]) >= MIN_NAME and any(parts[-1] in x for x in near))
    return tuple(parts[: -1 if here else None]) if named else ()


def _parts_of_home(line: str) -> list[str]:
    """Return what marks separate in `首页 · 制度 · 值班`; nothing where that is not all."""
    line = _bare(line)
    parts = [x.strip() for x in MARK_OF_HOME.split(line)] if HOMEPAGE.match(line) else []
    return parts if 3 <= len(parts) <= MOST_ITEMS and all(parts) else []


def _of_two(page: PageLines, line: str, row: int) -> tuple[str, ...]:
    """Return the items of `甲网 > 制度` at the top of a page: `<title>` says one, or a menu begins so."""
    parts, title = TWO.fullmatch(line), page.title
    if not parts or row >= TOP_LINES:
        return ()
    named = not title or parts[1] in title or parts[2] in title or NAMES_SITE.search(parts[1])
    return parts.groups() if named or any(x.startswith(parts[1]) for x in page.texts[:row]) else ()


def _joined(page: PageLines, at: int, rest: str, *, placed: bool) -> tuple[str, int]:
    """Join a breadcrumb that is spread over lines: items follow while signs between them or links do."""
    signs = BETWEEN if placed else f"{ARROW_SIGNS}/"
    begins = not rest or rest in HOME or NAMES_SITE.search(rest) is not None
    joined, last, linked = rest, at, 0
    for i in range(at + 1, min(at + MAX_SPREAD, len(page.texts))):
        line = page.texts[i]
        if len(line) > 60 or PLACE.match(line):
            break
        hangs = not joined or joined.rstrip()[-1:] in signs or line[0] in signs
        if not hangs:
            listed = placed and begins and page.heads[i] == 1 and linked <= MOST_ITEMS
            if not listed or not (page.shares[i] > LINKED or (linked and is_here(page, line))):
                break
            line = f"> {line}"
            linked += 1
        joined, last = f"{joined} {line}", i
    return joined, last


def is_here(page: PageLines, line: str) -> bool:
    """Tell whether an item names the page: it says so, or stands in its `<title>`."""
    return HERE.fullmatch(line) is not None or (len(line) >= MIN_NAME and line in page.title)
