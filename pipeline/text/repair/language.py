"""How likely a stretch of Chinese is: to choose between two readings of damaged bytes.

Log-probabilities in nats from ranks: Zipf's law over the characters and pairs of
`pipeline/data/language.txt`.
"""

from collections.abc import Container, Iterable
from functools import cache
from importlib.resources import files
from math import log
from operator import add

from pipeline.text.repair.readings import rare_variants, simplified_forms, simplified_only

# log P of a character alone. Measured on jieba's frequencies: rank 1 e^-4.4, rank 1000 e^-8.6, rank 4000
# e^-12; marks and the rest estimated from own-writing pages, one digit is all the margins need.
_RARE = -13.0  # a character beyond the first 4,000
_FOREIGN = -15.0  # Greek, bopomofo, box drawing, what no Chinese sentence holds
_LETTER = -9.0  # one Latin letter or ASCII mark behind a Chinese character
_MARKS = (
    dict.fromkeys("，。、,", -3.5)
    | dict.fromkeys("；：（）()“”《》:;\n", -5.0)
    | dict.fromkeys("？！?! 　", -6.5)
)
_MARKS |= dict.fromkeys("0123456789０１２３４５６７８９①②③④⑤⑥⑦⑧⑨⑩%％./—…-‘’【】〔〕·℃×～", -7.0)
_PAIR = (
    4.0  # mean pointwise mutual information of the listed pairs is 5.2 nats; what is seen of it in context
)
_WRONG_SCRIPT = -4.0  # a Simplified character on a Traditional page
_VARIANT = -2.3  # 鎭 for 鎮: one in ten at most


@cache
def _tables() -> tuple[dict[str, float], frozenset[str]]:
    chars, pairs = (files("pipeline") / "data" / "language.txt").read_text("utf-8").splitlines()[1:]
    single = {c: -4.4 - 0.95 * log(1 + rank / 12) for rank, c in enumerate(chars)}
    return single, frozenset(pairs[i : i + 2] for i in range(0, len(pairs), 2))


@cache
def _single() -> dict[str, float]:
    """Return the log-probability of each character in either script, and of marks."""
    single = dict(_tables()[0])
    variants = rare_variants()
    for char, plain in simplified_forms().items():
        single.setdefault(char, max(_RARE, single.get(plain, _RARE) + _VARIANT * (char in variants)))
    return single | _MARKS


def word_pairs() -> frozenset[str]:
    """Return the common words, or common parts of one, of two characters, Simplified."""
    return _tables()[1]


def is_word(pair: str) -> bool:
    """Tell whether two characters are a common word or a common part of one, in either script.

    >>> is_word("服务"), is_word("服務"), is_word("务服")
    (True, True, False)
    """
    plain = simplified_forms().get
    return "".join([plain(c, c) for c in pair]) in _tables()[1]


def words_among(pairs: Iterable[str]) -> set[str]:
    """Return those pairs of two characters of which `is_word` is true."""
    plain, words = simplified_forms().get, _tables()[1]
    return {pair for pair in pairs if plain(pair[0], pair[0]) + plain(pair[1], pair[1]) in words}


@cache
def frequent_characters() -> frozenset[str]:
    """Return the 4,000 commonest characters in either script, and marks."""
    return frozenset(char for char, score in _single().items() if score > _RARE)


def is_frequent(char: str) -> bool:
    """Tell whether a character, or its Simplified form, is among the 4,000 commonest."""
    return char in frequent_characters()


def likelihood(text: str, before: str = "", after: str = "", *, pairs: Container[str] = ()) -> float:
    """Return the log-likelihood in nats of `text` between two neighbours, for a Traditional page.

    `pairs` are two-character strings known from the page itself. Linear, about 0.5 µs a character.

    >>> likelihood("促銷活動") > likelihood("黉N活動")
    True
    """
    single, plain, words, wrong = _single(), simplified_forms(), _tables()[1], simplified_only()
    total = 0.0
    previous = before[-1:]
    for char in text + after[:1]:
        score = single.get(char)
        if score is None:
            score = _LETTER if char.isascii() else _RARE if "\u4e00" <= char <= "\u9fff" else _FOREIGN
        if char in wrong:
            score += _WRONG_SCRIPT
        if plain.get(previous, previous) + plain.get(char, char) in words or previous + char in pairs:
            score += _PAIR
        total += score
        previous = char
    return total


_SEARCHES = 64  # of a page for a pair; from there a set of all its pairs, 60 ns a character, is cheaper
_PAGE = 200_000  # characters: more than any page, a bound for a file of 100 MB in one line


class PagePairs:
    """The two-character strings of a page, found only as they are asked for: most pages ask for a dozen.

    >>> "服務" in PagePairs("客戶服務"), "務服" in PagePairs("客戶服務")
    (True, False)
    """

    __slots__ = ("_all", "_seen", "_text")

    def __init__(self, text: str) -> None:
        self._text = text[:_PAGE]
        self._seen: dict[str, bool] = {}
        self._all: frozenset[str] | None = None

    def __contains__(self, pair: object) -> bool:
        if self._all is not None:
            return pair in self._all
        if not isinstance(pair, str):
            return False
        if pair not in self._seen:
            if len(self._seen) >= _SEARCHES:
                self._all = frozenset(map(add, self._text, self._text[1:]))
                return pair in self._all
            self._seen[pair] = pair in self._text
        return self._seen[pair]
