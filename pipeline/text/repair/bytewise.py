"""Text read again as the GBK bytes it was decoded from, one byte out of step.

A byte inserted or lost in front of a run of two-byte characters shifts every pair after it, until an ASCII
byte is reached: the last trail byte then stands alone or swallows it. Reading the run again from the right
byte undoes that, except where a pair was undefined and became `?`: there both bytes are gone.
"""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cache, lru_cache

from pipeline.text.repair.language import is_frequent, likelihood
from pipeline.text.repair.readings import PINYIN, normal_pinyin, readings

MAX_RUN = 400  # characters; the longest line of the source pages without an ASCII byte has 180
MAX_LOSSES = 40  # question marks followed in one run

_LOST = "?\ufffd"  # what decoders put for a pair that is none
# "?shù)" with its bracket swallowed or not
_SWALLOWED_GROUP = rf"[(（\[]?([{PINYIN}]{{1,8}})[ \u00a0]{{0,2}}[)）\]]"
SWALLOWED = re.compile(rf"[{_LOST}]{_SWALLOWED_GROUP}")
SWALLOWED_MARK = re.compile(rf"\?{_SWALLOWED_GROUP}")  # eight times as fast as a set of two to find
_OWN_LEAK = re.compile(rf"[(（\[] ?([{PINYIN}]{{1,8}})[ \u00a0]{{0,2}}[)）\]]")


@cache
def _codes() -> tuple[dict[str, bytes], dict[int, str]]:
    """Return GBK both ways: character -> two bytes, lead << 8 | trail -> character. Built once in 20 ms.

    Pairs that GBK leaves to its users are decoded into the private use area by browsers and by gb18030: such
    a character tells its bytes, but no repaired text holds one.
    """
    pairs = [bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF)]
    lines = b"\n".join(pairs)  # no character holds the byte of a line feed: each pair is decoded by itself
    to_code, to_char = {}, {}
    both = (lines.decode(codec, "ignore").split("\n") for codec in ("gbk", "gb18030"))
    for pair, char, own in zip(pairs, *both, strict=True):
        if len(char) == 1 and not char.isascii():
            to_code[char] = pair
            to_char[pair[0] << 8 | pair[1]] = char
        elif not char and "\ue000" <= own <= "\uf8ff":
            to_code[own] = pair
    return to_code, to_char


def gbk(char: str) -> bytes:
    r"""Return the one or two bytes of a character in GBK, none where it has none.

    >>> gbk("數"), gbk("a"), gbk("𠀀"), gbk("\ue2a2")
    (b'\x94\xb5', b'a', b'', b'\xf9\xb1')
    """
    return char.encode("ascii") if char.isascii() else _codes()[0].get(char, b"")


def from_pair(lead: int, trail: int) -> str:
    """Return the character of two GBK bytes, or an empty string where they are none.

    >>> from_pair(0x94, 0xB5), from_pair(0xB5, 0x28)
    ('數', '')
    """
    return _codes()[1].get(lead << 8 | trail, "")


@cache
def frequent_by_trail() -> dict[int, list[str]]:
    """Return trail byte -> the common characters, of either script, that end in it."""
    found: dict[int, list[str]] = {}
    for char, code in _codes()[0].items():
        if is_frequent(char):
            found.setdefault(code[1], []).append(char)
    return found


def is_reading(char: str, leak: str) -> bool:
    """Tell whether a leaked group is a reading of the character."""
    return normal_pinyin(leak) in readings().get(char, ())


@dataclass(slots=True)
class Run:
    """A run read again: `pieces` are (start, end, replacement), `lost` the spans that hold nothing any more.

    `end` is the first position that is read as it stands. `whole` is false where the run just broke off.
    """

    end: int
    pieces: list[tuple[int, int, str]] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    whole: bool = True


def read_shifted(text: str, at: int, pending: int | None, learnt: Container[str] = ()) -> Run | None:
    """Read `text` from `at` again, its first byte being the trail byte of the lead byte `pending`.

    `pending` None: that lead byte is lost, the character with it. Stops in step: behind an absorbed ASCII
    byte, at a leak whose bracket was swallowed, or at the next `?` (the caller decides whether the run goes
    on behind it). Returns None where the bytes make no sense. Linear in the length of the run, at most
    `MAX_RUN`.

    >>> read_shifted("拇黉N活動", 0, 0xB5).pieces
    [(0, 3, '的促銷')]
    """
    start, out, lead = at, "", pending
    while at < len(text) and at - start < MAX_RUN:
        char = text[at]
        if char in _LOST:
            return _stop_at_mark(text, (start, at), (out, lead), learnt)
        code = gbk(char)
        if len(code) == 1:
            return _absorb(text, (start, at), out, lead)
        read = from_pair(lead, code[0]) if code and lead is not None else ""
        if not read and lead is not None:
            return None
        out, lead, at = out + read, code[1] if code else None, at + 1
        if code and (own := _OWN_LEAK.match(text, at)) and is_reading(char, own[1]):
            at = own.end()  # the list hit this accidental pair too
        if code and code[1] < 0x80:  # an ASCII byte taken for a trail byte: in step from here
            return Run(at, [(start, at, out + chr(code[1]))])
    return Run(at, [(start, at, out)], [(at - 1, at)], whole=False)


def _stop_at_mark(
    text: str, span: tuple[int, int], read: tuple[str, int | None], learnt: Container[str]
) -> Run:
    """End a run at a question mark: the swallowed bracket of a leak, or a loss."""
    (start, at), (out, lead) = span, read
    leak = SWALLOWED.match(text, at)
    if leak and lead is not None:
        end, after = leak.end(), text[leak.end() : leak.end() + 1]
        fitting = chars_of(lead, leak[1])
        if fitting:
            best = max(fitting, key=lambda c: (c in learnt, likelihood(c, out, after)))
            return Run(end, [(start, end, out + best)])
    return Run(at, [(start, at, out)], [(at, at + 1)])


def _absorb(text: str, span: tuple[int, int], out: str, lead: int | None) -> Run | None:
    """End a run at an ASCII character: it is the trail byte of the last character, or that byte is lost."""
    start, at = span
    read = from_pair(lead, ord(text[at])) if lead is not None else ""
    if not read:
        lost = (max(start, at - 1), at)
        return Run(at, [(start, at, out)], [lost], whole=False)
    end = at + 1
    if (own := _OWN_LEAK.match(text, end)) and is_reading(read, own[1]):
        end = own.end()
    return Run(end, [(start, end, out + read)])


_REMEMBERED = 4096  # lead bytes with a leaked group, 1 MB: all pages of a site leak the same few hundred


@lru_cache(maxsize=_REMEMBERED)
def chars_of(lead: int, leak: str) -> tuple[str, ...]:
    """Return the Traditional characters of a lead byte that are read so.

    Only those whose trail byte can swallow a bracket: one below 81 stands for itself in front of it.
    """
    pinyin = normal_pinyin(leak)
    found = [from_pair(lead, trail) for trail in range(0x81, 0xFF)]
    return tuple(c for c in found if c and pinyin in readings().get(c, ()))
