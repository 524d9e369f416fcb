"""Patterns that begin with a choice, compiled so that they are searched for quickly.

`re` looks for a pattern that begins with one character, or with a choice of plain words, by that character.
Any other choice it tries at every place, each way in turn: 50 to 300 ns a character. A look ahead at the
characters with which the pattern can begin at all makes that 15 ns.
"""

import re
from collections.abc import Sequence
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

# What matches a letter with re.IGNORECASE beside its two cases.
FOLDED = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}
# What `\s` matches.
SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
MAX_RANGE = 64  # characters of a range that are listed; wider ones (`[一-鿿]`) let nearly all pass


def compile_search(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern for `search` and `finditer`: it finds what `re.compile` of it does, where it does.

    Without gain, and as it stands, where the pattern may begin with nearly any character or be empty.

    >>> compile_search("小编|[为给]您").pattern
    '(?=[为小给])(?:小编|[为给]您)'
    >>> compile_search(".我").pattern
    '.我'
    """
    firsts, empty = _firsts(_parser.parse(pattern, flags), bool(flags & re.IGNORECASE))
    if firsts is None or empty:
        return re.compile(pattern, flags)
    listed = "".join(re.escape(char) for char in sorted(firsts))
    return re.compile(f"(?=[{listed}])(?:{pattern})", flags)


def _firsts(parsed: Sequence[tuple[Any, Any]], fold: bool) -> tuple[set[str] | None, bool]:
    """Return what a parsed pattern can begin with, None for anything, and whether it may be empty."""
    found: set[str] = set()
    for op, value in parsed:
        chars, empty = _firsts_of(op, value, fold)
        if chars is None:
            return None, False
        found |= chars
        if not empty:
            return found, False
    return found, True


def _firsts_of(op: Any, value: Any, fold: bool) -> tuple[set[str] | None, bool]:
    if op is ops.LITERAL:
        char = chr(value)
        return {char, char.lower(), char.upper(), *FOLDED.get(char.lower(), "")} if fold else {char}, False
    if op is ops.IN:
        return _members(value, fold), False
    if op is ops.BRANCH:
        ways = [_firsts(way, fold) for way in value[1]]
        if any(chars is None for chars, _ in ways):
            return None, False
        return set().union(*(chars or set() for chars, _ in ways)), any(empty for _, empty in ways)
    if op is ops.SUBPATTERN:
        return _firsts(value[3], fold)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        chars, empty = _firsts(value[2], fold)
        return chars, empty or value[0] == 0
    if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
        return set(), True  # has no width: what follows begins the match
    return None, False


def _members(members: Sequence[tuple[Any, Any]], fold: bool) -> set[str] | None:
    found: set[str] = set()
    for op, value in members:
        if op is ops.LITERAL:
            found |= _firsts_of(op, value, fold)[0] or set()
        elif op is ops.CATEGORY and value is ops.CATEGORY_SPACE:
            found.update(SPACES)
        elif op is ops.RANGE and value[1] - value[0] <= MAX_RANGE:
            for code in range(value[0], value[1] + 1):
                found |= _firsts_of(ops.LITERAL, code, fold)[0] or set()
        else:
            return None
    return found


@cache
def beginnings(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """Return the characters with which a match of a pattern can begin; None where that may be nearly any.

    >>> sorted(beginnings(re.compile("欢迎光临|第[12]页")) or ""), beginnings(re.compile(".网"))
    (['欢', '第'], None)
    """
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    chars, empty = _firsts(parsed, bool(pattern.flags & re.IGNORECASE))
    return None if chars is None or empty else frozenset(chars)


def openings(pattern: str) -> set[str]:
    """Return what each match of a pattern begins with: two characters where that can be told, else one.

    >>> sorted(openings("[Tt]ag|页|^[ab]{1,3}c|原题"))
    ['Ta', 'a', 'b', 'ta', '原题', '页']
    """
    return _openings(list(_parser.parse(pattern)))


def _openings(parsed: Sequence[tuple[Any, Any]]) -> set[str]:
    if not parsed:
        raise ValueError("a pattern that may be empty begins with nothing")
    (op, value), rest = parsed[0], parsed[1:]
    if op is ops.AT or op in (ops.ASSERT, ops.ASSERT_NOT):
        return _openings(rest)
    if op is ops.BRANCH:
        return set().union(*(_openings([*way, *rest]) for way in value[1]))
    if op is ops.SUBPATTERN:
        return _openings([*value[3], *rest])
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT) and value[0] == 0:
        return _openings([*value[2], *rest]) | _openings(rest)
    chars, empty = _firsts_of(op, value, fold=False)
    if chars is None or empty:
        raise ValueError("a pattern that begins with nearly anything")
    seconds = _firsts_of(*rest[0], fold=False) if rest and op in (ops.LITERAL, ops.IN) else (None, True)
    if seconds[0] is None or seconds[1]:
        return chars
    return {first + second for first in chars for second in seconds[0]}


class WholeLines:
    r"""Patterns of whole lines, in their order, each tried only where a character stands that it needs.

    One large choice of them tries all on every line, those that begin with `.{0,60}` in sixty ways.

    >>> lines = WholeLines([".{0,60}版权所有", "第\\d页"])
    >>> lines.first("甲乙丙版权所有"), lines.first("第3页"), lines.first("第三页")
    (0, 1, -1)
    """

    def __init__(self, patterns: Sequence[str], flags: int = 0) -> None:
        self._patterns = [re.compile(pattern, flags) for pattern in patterns]
        self._always = 0  # bits of the patterns that need no certain character
        self._needing: dict[str, int] = {}  # character -> bits of the patterns that it allows
        self._anyhow = 0  # bits of the patterns that may begin with nearly anything
        self._beginning: dict[str, int] = {}  # character -> bits of the patterns that may begin with it
        for k, pattern in enumerate(patterns):
            parsed, fold = _parser.parse(pattern, flags), bool(flags & re.IGNORECASE)
            needed, (firsts, empty) = _needed(parsed, fold), _firsts(parsed, fold)
            self._always |= _note(self._needing, needed, k)
            self._anyhow |= _note(self._beginning, None if empty else firsts, k)
        listed = "".join(map(re.escape, sorted(self._needing)))
        self._signs = re.compile(f"[{listed}]" if listed else "(?!)")

    def allowed(self, line: str) -> int:
        """Return which patterns the characters of a line and the first one allow: bit k for pattern k."""
        allowed = self._always
        for char in self._signs.findall(line):  # half the time of meeting a set
            allowed |= self._needing[char]
        return allowed & (self._anyhow | self._beginning.get(line[:1], 0))

    def first(self, line: str) -> int:
        """Return the number of the first pattern that the whole line matches, -1 for none."""
        allowed = self.allowed(line)
        while allowed:
            lowest = allowed & -allowed
            k = lowest.bit_length() - 1
            if self._patterns[k].fullmatch(line):
                return k
            allowed ^= lowest
        return -1


def _note(allowing: dict[str, int], chars: set[str] | None, k: int) -> int:
    """Note pattern `k` with the characters that allow it; its bit is returned where any may."""
    for char in chars or ():
        allowing[char] = allowing.get(char, 0) | 1 << k
    return 1 << k if chars is None else 0


def _needed(parsed: Sequence[tuple[Any, Any]], fold: bool) -> set[str] | None:
    """Return characters one of which stands in every match of a parsed pattern, as few as can be told."""
    found = [chars for op, value in parsed if (chars := _needed_of(op, value, fold)) is not None]
    return min(found, key=len, default=None)


def _needed_of(op: Any, value: Any, fold: bool) -> set[str] | None:
    if op in (ops.LITERAL, ops.IN):
        return _firsts_of(op, value, fold)[0]
    if op is ops.BRANCH:
        ways = [_needed(way, fold) for way in value[1]]
        return None if None in ways else set().union(*(chars or set() for chars in ways))
    if op is ops.SUBPATTERN:
        return _needed(value[3], fold)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT) and value[0] > 0:
        return _needed(value[2], fold)
    return None
