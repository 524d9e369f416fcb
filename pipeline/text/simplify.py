"""Traditional to Simplified by table: what OpenCC's t2s gives, at a tenth of its time.

t2s changes 4,000 characters one by one. 410 of its 477 phrases (乾坤, 計畫) give something else than their
characters do; a line that may hold one of them is searched for phrases, every other line, and all Simplified
text, is looked up. Whether a line may is told by characters of which every such phrase holds one; checked
over OpenCC's whole dictionary in tests/text/test_simplify.py.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.points import code_points, text_of

# Of each phrase a character that is rare in Traditional prose; 於 is not, so it counts before few others.
TELLING = "麼麽乾脩昇陞徵畫鍾濛祕噁鉅坏逕蒐氾鍊沈覆傢谿釐哩剋薹藉劄扞袢甦瞭吒彷貲衹"
COMMON, BEHIND_COMMON = ord("於"), "世乎仲倫其則勇呼單坦崇心忠惟戲敖期梨清潛琳穆竹紅菟邑陵"
# Of these, what stands before and behind them in phrases: elsewhere (什麼, 徵求, 覆蓋) they tell nothing.
BESIDE = {
    "麼": ("么幺篤", "些"),
    "徵": ("角流變魏", "弦絃羽聲調音"),
    "覆": ("函反名回批拜明申示稟答見重鈞電", "信呈命墓帳按文校電"),
}
PAIRED = {
    char: frozenset([*(c + char for c in before), *(char + c for c in behind)])
    for char, (before, behind) in BESIDE.items()
}
FAR = ord("噁")  # alone 恶; in 二噁英 a character from beyond the plane
COMPATIBILITY = slice(0xF900, 0xFB00)  # OpenCC makes them common characters first, telling ones among them
FIRST, LAST = 0x2E80, 0xFAFF  # from the radicals to the compatibility ideographs: all that t2s changes
SURROGATES = slice(0xD800, 0xE000)
CHANGED, TOLD, DOUBTFUL, SURROGATE = 1, 2, 3, 4  # classes of characters

Convert = Callable[[str], str]


class Tables(NamedTuple):
    """By code point of the Basic Multilingual Plane: class, Simplified form, whether it counts behind 於."""

    classes: NDArray[np.uint8]
    simple: NDArray[np.uint16]
    behind: NDArray[np.bool_]


def forms_alone(convert: Convert) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the code points that OpenCC may change, and those it gives for each alone, all in one call."""
    lines = np.full(2 * (LAST + 1 - FIRST), ord("\n"), dtype=np.uint32)  # each character is a line
    lines[::2] = np.arange(FIRST, LAST + 1)
    lines[2 * (SURROGATES.start - FIRST) : 2 * (SURROGATES.stop - FIRST)] = ord("\n")
    made = code_points(convert(text_of(lines)))
    chars = np.flatnonzero(lines != ord("\n"))
    return lines[chars], made[chars]


@cache
def tables(convert: Convert) -> Tables:
    """Return the tables as OpenCC would have them: each character converted alone. 15 ms, once a process."""
    classes = np.zeros(0x10000, dtype=np.uint8)
    simple = np.arange(0x10000, dtype=np.uint16)
    behind = np.zeros(0x10000, dtype=np.bool_)
    codes, forms = forms_alone(convert)
    classes[codes[forms != codes]] = CHANGED
    classes[codes[forms > 0xFFFF]] = DOUBTFUL
    simple[codes] = np.where(forms > 0xFFFF, codes, forms)
    told = [ord(char) for char in TELLING]
    classes[told] = np.maximum(classes[told], TOLD)
    classes[COMPATIBILITY] = classes[FAR] = DOUBTFUL
    classes[SURROGATES] = SURROGATE
    behind[[ord(char) for char in BEHIND_COMMON]] = True
    return Tables(classes, simple, behind)


def simplify(text: str, convert: Convert) -> str:
    """Return `convert(text)`, which is OpenCC's t2s: called only on lines that no table decides.

    Those hold characters that are rare in any text. Linear: 2 ns a character where nothing is to be changed,
    5 where all is, 20 in lines with a telling character.
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    classes_of, simple_of, behind = tables(convert)
    classes = classes_of.take(units)
    highest = np.maximum.reduce(classes, initial=0)  # the methods any and max take 10 µs more within a page
    if highest == 0:
        return text
    if len(units) != len(text) or highest == SURROGATE:
        return convert(text)
    simple = simple_of.take(units)
    common = (units[:-1] == COMMON).nonzero()[0]
    places = common[behind.take(units[common + 1])]
    found = places.tolist()
    if highest >= TOLD:
        found += [at for at in (classes >= TOLD).nonzero()[0].tolist() if is_told(text, at)]
    if found and highest == DOUBTFUL:
        return _redone(text, simple.tobytes().decode("utf-16-le"), units, found, convert)
    _put_phrases(text, simple, found)
    return simple.tobytes().decode("utf-16-le")


def is_told(text: str, at: int) -> bool:
    """Tell whether the telling character at a place may stand in a phrase: nearly all tell it alone.

    >>> is_told("什麼", 1), is_told("幺麼", 1), is_told("乾坤", 0)
    (False, True, True)
    """
    pairs = PAIRED.get(text[at])
    return pairs is None or text[at : at + 2] in pairs or (at > 0 and text[at - 1 : at + 1] in pairs)


@cache
def phrases() -> tuple[re.Pattern[str], dict[str, NDArray[np.uint16]]]:
    """Return a pattern for the longest phrase at a place, and the form of each as UTF-16.

    Those with characters from beyond the plane are left out: OpenCC converts all lines with such.
    """
    lines = (files("pipeline") / "data" / "t2s.txt").read_text("utf-8").splitlines()
    every = zip(*(line.split(" ") for line in lines[1:3]), strict=True)
    near = {phrase: form for phrase, form in every if max(phrase + form) < "\U00010000"}
    table = {p: np.frombuffer(form.encode("utf-16-le"), dtype=np.uint16) for p, form in near.items()}
    first = "".join(sorted({phrase[0] for phrase in table}))
    return re.compile(f"(?=[{first}])(?:{'|'.join(sorted(table, key=len, reverse=True))})"), table


def _put_phrases(text: str, simple: NDArray[np.uint16], places: Sequence[int]) -> None:
    """Write the forms of the phrases in the lines of `places`, sought from where a line begins, as by t2s."""
    end = -1
    for at in sorted(places):
        if at > end:
            begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            pattern, forms = phrases()
            for match in pattern.finditer(text, begin, end):
                simple[match.start() : match.end()] = forms[match[0]]


def _redone(
    text: str, simple: str, units: NDArray[np.uint16], places: Sequence[int], convert: Convert
) -> str:
    """Return `simple` with the lines of `text` in which `places` lie converted: no phrase spans two lines."""
    lines, forms = text.split("\n"), simple.split("\n")
    rows = sorted(set(np.flatnonzero(units == ord("\n")).searchsorted(places).tolist()))
    for row, form in zip(rows, convert("\n".join([lines[row] for row in rows])).split("\n"), strict=True):
        forms[row] = form
    return "\n".join(forms)


def count_telling(served: str, simple: str, alone: frozenset[str]) -> tuple[int, int]:
    """Return how many characters of `served` t2s changed in `simple`, and how many are among `alone`."""
    before, after = code_points(served), code_points(simple)
    hits = members(alone).take(before, mode="clip")
    return int(np.count_nonzero(before != after)), int(np.count_nonzero(hits))


def count_among(text: str, chars: frozenset[str]) -> int:
    """Return how many characters of a text are among `chars`.

    >>> count_among("務必服務", frozenset("務範"))
    2
    """
    return int(np.count_nonzero(members(chars).take(code_points(text), mode="clip")))


def count_members(text: str, chars: frozenset[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the code points of those among `chars` that stand in a text, in order, and how often each does.

    4 ns a character.

    >>> count_members("務必服務", frozenset("務範"))[1].tolist()
    [2]
    """
    known, numbers = numbered(chars)
    counts = np.bincount(numbers.take(code_points(text), mode="clip"), minlength=1)
    counts[0] = 0
    found = counts.nonzero()[0]
    return known[found], counts[found]


@cache
def numbered(chars: frozenset[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Return code points in order behind a zero, and by code point their places there, 0 for none.

    The last entry stands for all code points beyond.
    """
    known = code_points("\0" + "".join(sorted(chars)))
    numbers = np.zeros(int(known[-1]) + 2, dtype=np.uint16)
    numbers[known[1:]] = np.arange(1, len(known))
    return known, numbers


@cache
def members(chars: frozenset[str]) -> NDArray[np.bool_]:
    """Return by code point whether it is among `chars`; the last entry, false, stands for all beyond."""
    found = np.zeros(max(map(ord, chars)) + 2, dtype=np.bool_)
    found[[ord(char) for char in chars]] = True
    return found
