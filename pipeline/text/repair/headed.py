"""What looks like a leak in a text, `務(wù)`: found, and counted for who judges it (`leaks.py`)."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.points import code_points, text_of
from pipeline.text.repair.readings import (
    CLOSING,
    HANZI,
    PINYIN,
    plain_reading,
    readings,
    simplified_forms,
    simplified_only,
    simplified_readings,
    syllables,
    toneless,
)
from pipeline.text.simplify import count_members

LeakCounts = Counter[tuple[str, str]]

OPENING = "(（[〔［【{<〈"  # brackets of leaks; all but the first two are rare
FIRST_HANZI, LAST_HANZI = "\u3400", "\u9fff"
GLOSS_KEY = ("", "gloss")
HEADWORD_KEY = ("", "headword")
SAMPLE = 100  # leaks whose neighbours are looked at; headwords are half of the candidates or hardly any


@cache
def _leaks_in(marks: str) -> re.Pattern[str]:
    """Return a pattern for leaks in some brackets: `(dāng)` in `當(dāng)`, `（huì ）` in `會（huì ）`.

    `(doc)` after a blank is none. The bracket comes first: a pattern that begins with one character is found
    at once, a set of two takes 4 ns a character, one of all Chinese characters 20. Titles in lists are cut to
    a length, through a leak too: `(w` in `客戶服務(w...`. Compiled when a text has such brackets.
    """
    one = re.escape(marks) if len(marks) == 1 else f"[{re.escape(marks)}]"
    opening = f"{one}(?<=[{HANZI}]{one}) ?"
    cut = "(?=\\.\\.\\.|…|$)"
    group = f"{opening}[{PINYIN}]{{1,8}}(?:[ \u00a0\u3000]{{0,2}}[{re.escape(CLOSING)}]|{cut})"
    return re.compile(f"({group})", re.MULTILINE)


class Headed(NamedTuple):
    """The leak-like groups of a text: `parts` alternates text and group, `pairs` holds (character, group).

    `plain` is the text without them.
    `counted`: how many of each pair; `known`: the characters that may leak, with their readings; `told`: how
    many leaks, glosses and headwords that makes (`_count_pairs`).
    """

    text: str
    plain: str
    parts: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    counted: Mapping[tuple[str, str], int]
    known: Mapping[str, frozenset[str]]
    told: Mapping[tuple[str, str], int]


def unsplit(text: str) -> Headed:
    """Return a text in which nothing looks like a leak."""
    return Headed(text, text, [text], [], {}, readings(), {})


def split_leaks(text: str) -> Headed:
    """Cut a text at everything that looks like a leak. Linear; about 3 ns a character without brackets."""
    marks = "".join([mark for mark in OPENING if mark in text and _leaks_in(mark).search(text)])
    if not marks:
        return unsplit(text)
    parts = _leaks_in(marks).split(text)
    heads = [part[-1:] for part in parts[:-1:2]]
    pairs = list(zip(heads, parts[1::2], strict=True))
    counted = Counter(pairs)
    known = _leaking({char for char, _ in counted})
    told = _count_pairs(counted, parts, known)
    return Headed(text, "".join(parts[::2]), parts, pairs, counted, known, told)


def count_leaks(text: str) -> LeakCounts:
    """Count, for the corpus model, what `fit_table` needs of one text.

    Returns (character, pinyin) -> leaks and (character, "") -> occurrences for each Traditional character,
    and two entries of evidence against leaks under "". Simplified characters are counted where the text has
    leaks of such. The counts of pages add up to those of a site and may be subtracted again. Linear, 4 ns a
    character of a Simplified text, about 20 of a Traditional one.

    >>> sorted(count_leaks("客戶服務(wù)").items())
    [(('務', ''), 1), (('務', 'wù'), 1), (('戶', ''), 1)]
    """
    headed = split_leaks(text)
    codes, counts = count_occurrences(headed)
    occurrences = zip(text_of(codes), counts.tolist(), strict=True)
    return Counter(dict(headed.told) | {(char, ""): n for char, n in occurrences})


def count_occurrences(headed: Headed) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the code points that `count_leaks` counts in a text, and how often each stands in it."""
    codes, counts = count_members(headed.text, _traditional())
    if headed.known is not simplified_readings() or not (len(codes) or headed.told):
        return codes, counts
    codes, counts = count_members(headed.text, _of_either_script())
    leaking = sorted({char for char, pinyin in headed.told if char and pinyin} - _of_either_script())
    more = [headed.text.count(char) for char in leaking]
    return np.append(codes, code_points("".join(leaking))), np.append(counts, np.array(more, np.int64))


@cache
def _traditional() -> frozenset[str]:
    """Return the characters that `simplified_forms` changes: 務, not 务."""
    return frozenset(simplified_forms())


@cache
def _of_either_script() -> frozenset[str]:
    return _traditional() | simplified_only()


def _leaking(heads: set[str]) -> Mapping[str, frozenset[str]]:
    """Return the characters of the script that a text's groups stand behind, with their readings.

    A Traditional page that leaks may have been converted to Simplified since: 責(zé) is 责(zé) there.
    """
    n_hans = len(heads & simplified_only())
    return simplified_readings() if n_hans > len(heads & readings().keys()) else readings()


def _count_pairs(
    counted: Mapping[tuple[str, str], int], parts: Sequence[str], known: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], int]:
    """Count leaks by normal pinyin, glosses, and headwords (scaled up from a sample).

    `known`: the characters that may leak, and their readings.
    """
    counts: dict[tuple[str, str], int] = {}
    for (char, group), n in counted.items():
        pinyin = plain_reading(char, group)
        if pinyin in known.get(char, ()):
            counts[char, pinyin] = counts.get((char, pinyin), 0) + n
        elif char not in known and toneless(pinyin) in syllables():
            counts[GLOSS_KEY] = counts.get(GLOSS_KEY, 0) + n
    if headwords := _count_headwords(parts):
        counts[HEADWORD_KEY] = headwords
    return counts


def _count_headwords(parts: Sequence[str]) -> int:
    """Count groups whose character has no Chinese neighbour: `鐵(tiě)，`, `、陳(chén)、`."""
    step = max(1, len(parts) // 2 // SAMPLE)
    ends, begins = [part[-2:-1] for part in parts[:-1:2]], [part[:1] for part in parts[2::2]]
    alone = [
        not (FIRST_HANZI <= before <= LAST_HANZI or FIRST_HANZI <= after <= LAST_HANZI)
        for before, after in zip(ends[::step], begins[::step], strict=True)
    ]
    return sum(alone) * step
