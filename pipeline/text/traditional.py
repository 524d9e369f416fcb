"""Simplified to Traditional by table: what OpenCC's s2t gives, at half its time.

s2t changes 3,000 characters one by one, and 9,824 of its 49,792 phrases (签字, 一周) give something else than
their characters do. Which phrase is taken depends on those before it: so what stands between two marks, where
a phrase may be one of these, goes to OpenCC, and all other text is looked up. Whether one may be is told by
pairs of characters of which every such phrase holds one (scripts/make_phrase_table.py); checked over OpenCC's
whole dictionary in tests/text/test_traditional.py.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.text.points import code_points, text_of
from pipeline.text.simplify import COMPATIBILITY, SURROGATES, Convert, forms_alone

MARKS = "\n\r\t \u3000，。；：、！？（）《》“”"  # in no entry of the dictionaries: no phrase reaches over one
MARK, DOUBTFUL = 1, 2  # classes of characters
LAST_OF_PLANE = 0xFFFF  # all beyond count as this one
SIEVE = np.uint32(
    1 << 18
)  # places: 2 % of other pairs fall through it, and it stays in the processor's cache
SPREAD = np.uint32(1021)  # of first characters over the sieve; prime, so that all places are met


class Tables(NamedTuple):
    """By code point of the Basic Multilingual Plane: class, Traditional form; and the telling pairs.

    `pairs` are two code points in one number, in order; `sieve` has a place for each, as `_places` says.
    """

    classes: NDArray[np.uint8]
    forms: NDArray[np.uint32]
    pairs: NDArray[np.uint32]
    sieve: NDArray[np.bool_]


@cache
def tables(convert: Convert) -> Tables:
    """Return the tables as OpenCC would have them: each character converted alone. 20 ms, once a process."""
    classes, forms = np.zeros(0x10000, dtype=np.uint8), np.arange(0x10000, dtype=np.uint32)
    codes, alone = forms_alone(convert)
    forms[codes] = alone
    classes[list(map(ord, MARKS))] = MARK
    classes[COMPATIBILITY] = classes[SURROGATES] = classes[LAST_OF_PLANE] = DOUBTFUL
    line = files("pipeline").joinpath("data/phrase_pairs.txt").read_text("utf-8").split("\n")[1]
    told = code_points(line)
    sieve = np.zeros(SIEVE, dtype=np.bool_)
    sieve[_places(told)[::2]] = True
    return Tables(classes, forms, np.sort(_pairs(told[::2], told[1::2])), sieve)


def traditionalize(text: str, convert: Convert) -> str:
    """Return `convert(text)`, which is OpenCC's s2t: called only on what a table does not decide.

    Linear: 10 ns a character, and OpenCC's time where a phrase may stand, a fifth of most texts.
    """
    codes = code_points(text)
    if not len(codes):
        return text
    table = tables(convert)
    classes, forms = table.classes.take(codes, mode="clip"), table.forms.take(codes, mode="clip")
    told = _telling(codes, table)
    if np.maximum.reduce(classes) == DOUBTFUL:
        told = np.union1d(told, np.flatnonzero(classes == DOUBTFUL))
    if len(told):
        marks = np.concatenate(([-1], np.flatnonzero(classes == MARK), [len(codes)]))
        behind = np.unique(marks.searchsorted(told))
        _convert_again(text, (marks[behind - 1] + 1, marks[behind]), forms, convert)
    return text_of(forms)


def _telling(codes: NDArray[np.uint32], table: Tables) -> NDArray[np.intp]:
    """Return where telling pairs begin: nearly all others do not come through the sieve."""
    found = np.flatnonzero(table.sieve.take(_places(codes)))
    pairs = _pairs(codes[found], codes[found + 1])
    at = np.minimum(table.pairs.searchsorted(pairs), len(table.pairs) - 1)
    telling: NDArray[np.intp] = found[table.pairs[at] == pairs]
    return telling


def _places(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the place in the sieve of each pair of neighbours."""
    places: NDArray[np.uint32] = (codes[:-1] * SPREAD + codes[1:]) & (SIEVE - np.uint32(1))
    return places


def _pairs(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return pairs as numbers; one from beyond the plane may come out as another, but is doubtful anyway."""
    return first * np.uint32(0x10000) + second


def _convert_again(
    text: str,
    spans: tuple[NDArray[np.intp], NDArray[np.intp]],
    forms: NDArray[np.uint32],
    convert: Convert,
) -> None:
    """Write what OpenCC makes of some spans of a text into `forms`; each different one is converted once."""
    starts, ends = spans
    parts = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    given = list(dict.fromkeys(parts))
    made = dict(zip(given, convert("\n".join(given)).split("\n"), strict=True))
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    places = np.repeat(starts - before, sizes) + np.arange(sizes.sum())
    forms[places] = code_points("".join([made[part] for part in parts]))
