"""The comparison key: what two texts share when script, width, punctuation and white space are left aside.

The table is generated (scripts/make_fold_table.py): for every code point of the Basic Multilingual Plane the
character it compares as, or 0 where it is dropped. Characters of planes 2 and 3 (rare hanzi) are kept as they
are, all others outside the plane (emoji) dropped.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.text.points import code_points

PLANES_2_AND_3 = range(0xD840, 0xD8C0)  # lead surrogates of U+20000..U+3FFFF


@cache
def fold_table() -> NDArray[np.uint16]:
    """Return the fold as an array of 65,536 UTF-16 units: entry i is what unit i compares as, 0 = dropped.

    Surrogates are 0 here: pairs are treated apart (kept when the lead is in `PLANES_2_AND_3`). The array
    is shared and read-only. Costs 2 ms once. Source: pipeline/data/fold.txt.

    >>> chr(fold_table()[ord("務")]), chr(fold_table()[ord("著")]), int(fold_table()[ord("。")])
    ('务', '着', 0)
    """
    lines = resources.files("pipeline").joinpath("data/fold.txt").read_text("utf-8").split("\n")
    table = np.zeros(0x10000, dtype=np.uint16)
    for span in lines[1].split():
        start, end = (int(edge, 16) for edge in span.split("-"))
        table[start : end + 1] = np.arange(start, end + 1, dtype=np.uint16)
    table[[ord(c) for c in lines[2]]] = [ord(c) for c in lines[3]]
    table.flags.writeable = False
    return table


def key_units(text: str) -> NDArray[np.uint16]:
    """Return the key as UTF-16 units, the form that the kernels of `dedup` work on. 6 ns a character.

    >>> key_units("一、 A").tolist() == [ord("一"), ord("A")]
    True
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    folded: NDArray[np.uint16] = fold_table()[units]
    surrogate = (units & 0xF800) == 0xD800
    if surrogate.any():
        lead = (units >= PLANES_2_AND_3.start) & (units < PLANES_2_AND_3.stop)
        lead[:-1] &= (units[1:] & 0xFC00) == 0xDC00
        lead[-1:] = False
        kept = lead.copy()
        kept[1:] |= lead[:-1]
        folded = np.where(kept, units, folded)
    key: NDArray[np.uint16] = folded[folded != 0]
    return key


def comparison_key(text: str) -> str:
    """Return the key of a canonical text: letters and numbers alone, width and character variants unified.

    Digits stay, so 第3篇 and 第4篇 differ. Any text is taken; a lone surrogate is dropped. 8 ns a character.

    >>> comparison_key("一、 客戶服務(含:裏/裡);Ａ３")
    '一客户服务含里里A3'
    """
    return key_units(text).tobytes().decode("utf-16-le")


def text_id(text: str) -> str:
    """Return 32 hex digits of the SHA-256 of the key: equal text, equal id, anywhere (contract §4).

    >>> text_id("第一条 總則。") == text_id("第一条总则")
    True
    """
    return hashlib.sha256(comparison_key(text).encode()).hexdigest()[:32]


def comparison_keys(texts: Sequence[str]) -> list[str]:
    """Return the `comparison_key` of each text; folded together, a tenth of the time of one by one.

    >>> comparison_keys(["第一条 總則。", "", "甲"])
    ['第一条总则', '', '甲']
    """
    joined = "\n".join(texts)
    units = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    if not texts or len(units) != len(joined):
        return [comparison_key(text) for text in texts]
    folded = fold_table().take(units)
    kept = folded != 0
    counts = np.zeros(
        len(units) + 2, dtype=np.int32
    )  # one more, where the last text's line break would stand
    np.cumsum(kept, out=counts[1:-1])
    counts[-1] = counts[-2]
    places = np.cumsum([len(text) + 1 for text in texts])
    key = folded[kept].tobytes().decode("utf-16-le")
    ends = counts.take(places).tolist()
    return [key[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]


@cache
def key_widths() -> NDArray[np.uint8]:
    """Return how many bytes of UTF-8 each entry of `fold_table` takes, 0 where it is dropped."""
    widths = np.zeros(0x10000, dtype=np.uint8)
    for first in (1, 0x80, 0x800):
        widths += fold_table() >= first
    return widths


def text_ids(texts: Sequence[str]) -> list[str]:
    """Return the `text_id` of each text; folded together, a third of the time. They hold no lone surrogate.

    >>> text_ids(["第一条 總則。", "𠀀、甲", ""]) == [text_id("第一条总则"), text_id("𠀀甲"), text_id("")]
    True
    """
    codes = code_points("\n".join(texts))
    # What is clipped counts as the last of the plane, which is dropped.
    folded, widths = (table.take(codes, mode="clip") for table in (fold_table(), key_widths()))
    if np.maximum.reduce(codes, initial=0) > 0xFFFF:
        rare = (codes >= 0x20000) & (codes < 0x40000)
        folded, widths = np.where(rare, codes, folded), np.where(rare, 4, widths)
    key = memoryview(folded[folded != 0].tobytes().decode(f"utf-{8 * folded.itemsize}-le").encode())
    ends = np.cumsum(widths, dtype=np.int32)
    places = np.cumsum([len(text) + 1 for text in texts[:-1]], dtype=np.int64)
    edges = [0, *ends[places - 1].tolist(), len(key)]
    sha256 = hashlib.sha256
    return [sha256(key[a:b]).hexdigest()[:32] for a, b in pairwise(edges)] if texts else []
