"""A model of the damage: clean Traditional text through GBK bytes, a byte-level replace, lost and stray bytes.

Everything happens to bytes as it happened to real pages; only marks, blanks and invisible characters are put into
the decoded text. Each byte remembers which character it came from, so that what is really lost is known.
"""

import random
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel

from pipeline.records import Edit, Repaired

INSERTED = -1
NEAR = 12  # characters around a loss in which nothing is certain


@dataclass
class Stream:
    """GBK bytes, each with the index of its character in the clean text (INSERTED for what damage put in)."""

    data: bytearray = field(default_factory=bytearray)
    origin: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Damaged:
    """A damaged text and where in it a character is really lost."""

    text: str
    lost: tuple[int, ...] = ()


def encode(clean: str) -> Stream:
    """Return the bytes of a text; raises UnicodeEncodeError outside GBK."""
    stream = Stream()
    for i, char in enumerate(clean):
        code = char.encode("gbk")
        stream.data += code
        stream.origin += [i] * len(code)
    return stream


def leak(stream: Stream, lexicon: Mapping[str, str], order: Sequence[str]) -> None:
    """Replace each character of the lexicon by itself and its pinyin, in bytes: neighbours are hit too."""
    for char in order:
        code, group = char.encode("gbk"), f"({lexicon[char]})".encode("gb18030")
        at = stream.data.find(code)
        while at >= 0:
            end = at + 2
            stream.data[end:end] = group
            stream.origin[end:end] = [INSERTED] * len(group)
            at = stream.data.find(code, end + len(group))


def insert_a1(stream: Stream, clean_at: int) -> None:
    """Put half a full-width space in front of a character."""
    at = stream.origin.index(clean_at)
    stream.data[at:at] = b"\xa1"
    stream.origin[at:at] = [INSERTED]


def lose_lead(stream: Stream, clean_at: int) -> None:
    """Drop the lead byte of a character."""
    at = stream.origin.index(clean_at)
    del stream.data[at], stream.origin[at]


def decode(stream: Stream) -> Damaged:
    """Decode as the proxies did: a pair that is no character becomes a question mark."""
    out: list[str] = []
    lost: list[int] = []
    data, origin, at = stream.data, stream.origin, 0
    while at < len(data):
        if data[at] < 0x80:
            out.append(chr(data[at]))
            at += 1
            continue
        char = bytes(data[at : at + 2]).decode("gbk", "ignore")
        if char.isascii():  # nothing, or the second byte alone
            swallowed = data[at + 1 : at + 2] == b"(" and origin[at + 1] == INSERTED
            if not swallowed:
                lost.append(len(out))
        out.append("?" if char.isascii() else char)
        at += 2
    return Damaged("".join(out), tuple(lost))


def insert_into(damaged: Damaged, places: Mapping[int, str]) -> Damaged:
    """Put strings in front of characters of the decoded text."""
    out: list[str] = []
    shift, moved = 0, {}
    for i, char in enumerate(damaged.text):
        new = places.get(i, "")
        shift += len(new)
        moved[i] = i + shift
        out += (new, char)
    return Damaged("".join(out), tuple(moved[i] for i in damaged.lost))


STYLES = ("plain", "plain", "plain", "upper", "v", "full", "blank", "toneless")


def style_leaks(damaged: Damaged, style: str, rng: random.Random) -> Damaged:
    """Rewrite the whole groups of a text in another site's style; needs a text in which nothing is shifted."""

    def rewrite(match: re.Match[str]) -> str:
        group = match[1]
        if style == "upper":
            return f"({group.upper()})"
        if style == "v":
            return f"({group.replace('ü', 'v')})"
        if style == "full":
            return f"（{group}）"
        if style == "blank" and rng.random() < 0.5:
            return f"({group} )"
        return match[0]

    return Damaged(re.sub(r"\(([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7})\)", rewrite, damaged.text), damaged.lost)


def wrong_edits(result: Repaired, clean: str) -> list[Edit]:
    """Return the edits whose outcome differs from the clean text, with no loss flagged at the place."""
    after: list[tuple[int, int]] = []  # where each edit's replacement stands in the repaired text
    shift = 0
    for edit in result.edits:
        start = edit.start + shift
        after.append((start, start + len(edit.replacement)))
        shift += len(edit.replacement) - (edit.end - edit.start)
    wrong = []
    for op in Indel.opcodes(result.text, clean):
        if op.tag == "equal":
            continue
        k = bisect_left(after, (op.src_start - 1, 0))
        while k < len(after) and after[k][0] <= op.src_end:
            edit = result.edits[k]
            if not any(u.start <= edit.end + NEAR and edit.start <= u.end + NEAR for u in result.unresolved):
                wrong.append(edit)
            k += 1
    return wrong
