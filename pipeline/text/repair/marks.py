"""Marks and blanks that stand inside Chinese text without reason: `的'`, 服 務."""

import re
from bisect import bisect_left
from collections.abc import Iterable

from pipeline.records import Edit
from pipeline.text.repair.language import is_word
from pipeline.text.repair.readings import HANZI
from pipeline.text.repair.shifts import Found

# "的'" before a Chinese character, a mark or a line end; not before a Latin word or a number
_STRAY = re.compile(f"['`´](?<=的.)(?=[{HANZI}0-9，。、；：！？（）《》“”,.;:!?()]|$)", re.MULTILINE)
# A mark that may open or close a quotation: any but those behind 的
_QUOTE = re.compile("['`´](?<!的.)")


def find_stray_marks(text: str) -> Found:
    """Delete apostrophes and grave accents behind 的 that open no quotation. Linear.

    >>> find_stray_marks("公司的'制度").edits, find_stray_marks("公司的'七一'活动").edits
    ([Edit(start=3, end=4, replacement='', rule='stray_mark')], [])
    """
    edits: list[Edit] = []
    if not ("的'" in text or "的`" in text or "的´" in text):
        return Found(edits, [])
    quotes = [match.start() for match in _QUOTE.finditer(text)]
    for match in _STRAY.finditer(text):
        if not _has_partner(text, match.start(), quotes):
            edits.append(Edit(match.start(), match.end(), "", "stray_mark"))
    return Found(edits, [])


_LINE = 200  # characters on either side that may hold the other half of a quotation


def _has_partner(text: str, at: int, quotes: list[int]) -> bool:
    """Tell whether a mark has a partner of its kind in its line that does not stand behind 的 itself."""
    k = bisect_left(quotes, at)
    near = quotes[max(0, k - 3) : k + 3]
    return any(
        abs(other - at) <= _LINE
        and text[other] == text[at]
        and "\n" not in text[min(at, other) : max(at, other)]
        for other in near
    )


# One blank between Chinese characters that stand beside no other blank: "服 務" matches, "姓 名 甲" does not.
_GAP = re.compile(f" (?<=[{HANZI}] )(?=[{HANZI}])")
_SENTENCE_MARK = re.compile("[，。；：、！？,;!?（）()《》“”]")
_MARKER = re.compile("第[〇零一二三四五六七八九十百千两兩0-9]+[编編篇章节節条條款部分]+$")
_MIN_PLACES = 2  # different pairs of characters with a blank inside a word
_MIN_INSIDE = (
    0.2  # of the blanks: at random 40 to 60 % fall inside a word or common pair, in spaced titles 0 to 5 %
)
_FREQUENT = 2  # times a pair stands unspaced on the page
_PAGE, _PAIRS = (
    200_000,
    2_000,
)  # characters searched for how many pairs: more than any page has, to stay linear
_PARTICLES = frozenset("的和与與及或等之在对對为為被把将將")  # no title or column ends or begins with one
# A blank between two characters that stand alone: "姓 名：", the heading "总 则"; not "服务 业", "林 业、"
_SINGLES = re.compile(f"(?<![{HANZI}])[{HANZI}] [{HANZI}](?=[：: \u3000]|$)", re.MULTILINE)
# The rest of a spaced label: "稱：" behind "名 ", "題 詞：" behind "主 "
_LABEL = re.compile(f"[{HANZI}](?: [{HANZI}])*[：:]")
# A blank inside a marker: "第四 章", "第 二十条"
_SPLIT_MARKER = re.compile(
    "第 [〇零一二三四五六七八九十百0-9]|[〇零一二三四五六七八九十百0-9] [编編章节節条條款项項]"
)
_SHORT = 12  # characters of a line without a mark: a heading, a label, a title


def find_blanks(text: str) -> Found:
    """Delete blanks between Chinese characters where the page shows a pattern of blanks inside words.

    Spaced headings and labels (总 则, 姓 名) and a blank behind 第一条 stay where the page has them so
    throughout. Linear.

    >>> find_blanks("日常按 公司的制度办理").edits
    []
    """
    if " " not in text:
        return Found([], [])
    gaps = [match.start() for match in _GAP.finditer(text)]
    if len(gaps) < _MIN_PLACES:
        return Found([], [])
    gaps = _out_of_labels(text, gaps)
    split = {at: text[at - 1] + text[at + 1] for at in gaps}
    words = _known_pairs(text, split.values())
    inside = {at for at in gaps if split[at] in words}
    places = {split[at] for at in inside}
    if len(places) < _MIN_PLACES or len(inside) < _MIN_INSIDE * len(gaps):
        return Found([], [])
    kept = (at for at in gaps if at in inside or _in_sentence(text, at))
    return Found([Edit(at, at + 1, "", "blank") for at in kept], [])


def _known_pairs(text: str, pairs: Iterable[str]) -> set[str]:
    """Return the pairs that are a common word, or stand unspaced on the page more than once."""
    distinct = sorted(set(pairs))
    page = text[:_PAGE]
    known = {pair for pair in distinct if is_word(pair)}
    return known.union(pair for pair in distinct[:_PAIRS] if page.count(pair) >= _FREQUENT)


def _out_of_labels(text: str, gaps: list[int]) -> list[int]:
    """Leave out blanks between single characters (总 则, 姓 名：), and behind 第一条 where most have one."""
    markers = [at for at in gaps if _MARKER.search(text, max(0, at - 10), at)]
    spaced = set(markers if len(markers) > 2 and 2 * len(markers) > _count_markers(text) else ())
    labels = (at for at in gaps if _SINGLES.match(text, at - 1) or _LABEL.match(text, at + 1))
    left_out = spaced.union(labels)
    return [at for at in gaps if at not in left_out]


def _in_sentence(text: str, at: int) -> bool:
    """Tell whether a blank that splits no word stands in a sentence, not in a title or between columns."""
    if _SPLIT_MARKER.match(text, at - 1) or text[at - 1] in _PARTICLES or text[at + 1] in _PARTICLES:
        return True
    low, high = text.rfind("\n", max(0, at - _LINE), at) + 1, text.find("\n", at, at + _LINE)
    line = text[max(low, at - _LINE) : high if high >= 0 else at + _LINE]
    return (len(line) > _SHORT and bool(_SENTENCE_MARK.search(line))) or bool(_HEADING.match(line))


# "第一章總則": a numbered heading is no list of columns; not "第1篇 標題"
_HEADING = re.compile("第[〇零一二三四五六七八九十百]+[章节節條条](?! )")
_LINE_MARKER = re.compile("^第[〇零一二三四五六七八九十百千两兩0-9]+[编編篇章节節条條]", re.MULTILINE)


def _count_markers(text: str) -> int:
    return len(_LINE_MARKER.findall(text))
