"""Blanks inside Chinese sentences: 服 務, and which of a page's blanks are meant."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.records import Edit
from pipeline.text.repair.language import is_word, words_among
from pipeline.text.repair.readings import HANZI
from pipeline.text.repair.shifts import Found

# A page has the damage when blanks split words (or pairs of the page) at two places, and a fifth of its
# blanks do. Random blanks: 35 % at least, 70 % as a rule; blanks that are meant: none on 113 of 114 texts.
_MIN_PLACES = 2
_MIN_INSIDE = 0.2
_ROW = 3  # lines in order with a blank behind their markers, by which it is meant
_FREQUENT = 2  # times a pair stands unspaced on the page
_PAGE = 200_000  # characters that are searched for pairs, and
_PAIRS = 2_000  # pairs that are searched for: more than any page has, a bound for a file of 100 MB
_LINE = 200  # characters on either side that are looked at for the line
_SHORT = 12  # characters of a line that may be a title or a row of columns

_NUMERALS = "〇零一二三四五六七八九十百千0-9"
# One blank between Chinese characters: "服 務"; not "A B"
_GAP = re.compile(f" (?<=[{HANZI}] )(?=[{HANZI}])")
_WIDER_GAP = re.compile(f"[ \u00a0](?<=[{HANZI}].)(?=[{HANZI}])")  # with no-break spaces; half as fast
_MARK = re.compile("[，。；：、！？,;!?（）()《》“”]")
_LINE_END = re.compile("[，。；：,;:]\\s*$")
# The marker of a provision in front of its text: "第十一條" in "第十一條 土地"
_MARKER = re.compile(f"第[{_NUMERALS}]+([编編篇章节節條条款])$")
_MARKER_ENDS = frozenset("编編篇章节節條条款")
_LINE_MARKER = re.compile(f"^第[{_NUMERALS}]+([编編篇章节節條条款])", re.MULTILINE)
# A numbered heading, which is no row of columns: "第一章總則"; not "第1篇 標題"
_HEADING = re.compile("第[〇零一二三四五六七八九十百]+[章节節條条]")
# A blank inside a marker: "第四 章", "第 二十條"
_SPLIT_MARKER = re.compile(f"第 [{_NUMERALS}]|[{_NUMERALS}] [编編章节節條条款项項]")
# A blank between two characters that stand alone in their line or column: the heading "总 则", "姓 名："
_SINGLES = re.compile(f"(?<!\\S)[{HANZI}] [{HANZI}](?=[：:\\s]|$)")
_USUAL_HEADING = re.compile("[總总附分] [則则]$", re.MULTILINE)
_HEADING_ENDS = frozenset("則则")
# The rest of a spaced label: "稱：" behind "名 ", "題 詞：" behind "主 "
_LABEL = re.compile(f"[{HANZI}](?: [{HANZI}])*[：:]")
_LABELS = frozenset(" ：:")  # one of these follows the first character of such a rest
_TITLE_ENDS = frozenset("員员者輯辑人師师長长任")
# A signature in brackets: "（通訊員 張三）", "（通讯员 仇(qiú)建国）"
_SIGNED = re.compile(
    f"[（(][{HANZI}]{{1,3}}[員员者輯辑人師师長长] [{HANZI}](?:\\([^()\\s]{{1,8}}\\))?[{HANZI}]{{1,3}}[）)]"
)
_PARTICLES = frozenset("的和與与及或等之在對对為为被把將将")  # no title or column ends or begins with one


def find_blanks(text: str) -> Found:
    """Delete blanks between Chinese characters where the page shows a pattern of blanks inside words.

    Spaced headings and labels (总 则, 姓 名) stay, and a blank behind 第一条 where the page has it as a rule.
    Linear.

    >>> find_blanks("日常按 公司的制度办理").edits
    []
    """
    gap = _WIDER_GAP if "\u00a0" in text else _GAP
    gaps = [match.start() for match in gap.finditer(text)]
    if len(gaps) < _MIN_PLACES:
        return Found([], [])
    gaps = _without_layout(text, gaps)
    pairs = {at: text[at - 1] + text[at + 1] for at in gaps}
    words = _known_pairs(text, pairs.values())
    telling = [at for at in gaps if text[at + 2 : at + 3] not in _LABELS or not _is_before_label(text, at)]
    inside = [pair for at in telling if (pair := pairs[at]) in words]
    if len(set(inside)) < _MIN_PLACES or len(inside) < _MIN_INSIDE * len(telling):
        return Found([], [])
    meant = (at for at in gaps if pairs[at] in words or _in_sentence(text, at))
    return Found([Edit(at, at + 1, "", "blank") for at in meant], [])


def _known_pairs(text: str, pairs: Iterable[str]) -> set[str]:
    """Return the pairs that are a common word, or stand unspaced on the page more than once."""
    distinct = sorted(set(pairs))
    words = words_among(distinct)
    others = [pair for pair in distinct[:_PAIRS] if pair not in words]
    counts = _count_each(text[:_PAGE], others)
    return words | {pair for pair, count in zip(others, counts, strict=True) if count >= _FREQUENT}


def _count_each(text: str, pairs: Sequence[str]) -> Sequence[int]:
    """Return how often each pair stands in a text."""
    if "numba" not in sys.modules:
        return [text.count(pair) for pair in pairs]
    from pipeline.text.repair.signs import count_each

    return count_each(text, pairs)


def _without_layout(text: str, gaps: list[int]) -> list[int]:
    """Leave out blanks of spaced headings and labels, and behind those markers that have one as a rule."""
    ends = [at for at in gaps if text[at - 1] in _MARKER_ENDS]
    behind = {at: m[1] for at in ends if (m := _MARKER.search(text, max(0, at - 10), at))}
    rule: set[str] = set()
    in_lists: set[int] = set()
    if behind:
        markers = [(match[1], match.end()) for match in _LINE_MARKER.finditer(text)]
        all_markers = Counter(kind for kind, _ in markers)
        rule = {kind for kind, n in Counter(behind.values()).items() if 2 * n > all_markers[kind]}
        in_lists = _in_spaced_lists(text, markers)
    may_space = [at for at in gaps if at < 2 or text[at - 2].isspace() or text[at + 1] in _HEADING_ENDS]
    spaced = {at for at in may_space if _is_spaced_heading(text, at)}
    spaced |= {at for at in gaps if _is_before_signature(text, at)} | in_lists
    if not rule and not spaced:
        return gaps
    return [at for at in gaps if behind.get(at) not in rule and at not in spaced]


def _in_spaced_lists(text: str, markers: list[tuple[str, int]]) -> set[int]:
    """Return the blanks behind the markers of lines where those of `_ROW` such lines in order have one.

    One list of a page may have them as a rule, another none.
    """
    rows: dict[str, list[int]] = {}
    found: set[int] = set()
    for kind, at in markers:
        row = rows.setdefault(kind, [])
        if text[at : at + 1] == " ":
            row.append(at)
            found.update(row if len(row) == _ROW else row[-1:] if len(row) > _ROW else ())
        else:
            row.clear()
    return found


def _is_spaced_heading(text: str, at: int) -> bool:
    """Tell whether a blank spaces a heading of two characters."""
    return _SINGLES.match(text, at - 1) is not None or _USUAL_HEADING.match(text, at - 1) is not None


def _is_before_signature(text: str, at: int) -> bool:
    if text[at - 1] not in _TITLE_ENDS:
        return False
    opening = max(text.rfind("（", max(0, at - 5), at), text.rfind("(", max(0, at - 5), at))
    return opening >= 0 and _SIGNED.match(text, opening) is not None


def _is_before_label(text: str, at: int) -> bool:
    return text[at + 2 : at + 3] in _LABELS and _LABEL.match(text, at + 1) is not None


def _in_sentence(text: str, at: int) -> bool:
    """Tell whether a blank that splits no word stands in a sentence, not in a title or a label."""
    if _SPLIT_MARKER.match(text, at - 1) or text[at - 1] in _PARTICLES or text[at + 1] in _PARTICLES:
        return True
    if _is_before_label(text, at) and not is_word(text[at - 2 : at]):
        return False
    low, high = text.rfind("\n", max(0, at - _LINE), at) + 1, text.find("\n", at, at + _LINE)
    line = text[max(low, at - _LINE) : high if high >= 0 else at + _LINE]
    in_long_line = len(line) > _SHORT and _MARK.search(line)
    return bool(in_long_line or _LINE_END.search(line) or _HEADING.match(line))
