"""Pinyin leaks: `內(nèi)容` for 內容, and which of them a page may lose.

A Traditional page in GBK bytes went through a byte-level replace of a fixed list of characters, X →
X(pinyin), so X leaks every time it stands there. A dictionary, a lesson or a name leaks nothing: what tells
them apart is that they gloss characters that t2s leaves (of those that leak it changes every one), that a
gloss stands at a headword, and that a word is glossed once. So the list is learnt from the page, or from its
site where the page is too short.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, chain, compress, repeat
from typing import NamedTuple

from pipeline.records import Edit, from_columns
from pipeline.text.repair.headed import FIRST_HANZI, GLOSS_KEY, HEADWORD_KEY, LAST_HANZI, SAMPLE, Headed
from pipeline.text.repair.language import is_word
from pipeline.text.repair.readings import (
    CLOSING,
    leak_readings,
    plain_reading,
    readings,
    simplified_forms,
    toneless,
    usual_readings,
)

# Gates, from docs/accuracy.md: on the source page every leaking character leaks on all occurrences.
_MIN_SHARE = 0.8  # of X's occurrences that leak
_MIN_SINGLE = 0.9  # of X's leaks that have one reading
_BEGINNING = 600  # characters of a page in which Traditional ones that do not leak are counted
_LINES = 150  # that mostly hold enough of them
_MAX_GLOSSES = 0.1  # glosses of characters that t2s leaves, per leak
# A few notes are no lesson: of its 15 glosses 9 or so are of such characters, 3 or less in one of 500
_NOTES, _MAX_NOTES = 3, 0.25  # how many, per leak
_MIN_INSIDE = (
    0.4  # groups behind a character inside a word or sentence; of leaks .7 and more, of headwords none
)
_BEFORE_NAMES = frozenset("由和與与及請请")
_MAX_UNUSUAL = 0.2  # characters with one note of an unusual reading, per character that leaks
_MAX_HEADWORDS = 0.5  # candidates that stand alone between marks or line ends, per leak


class _Seen(NamedTuple):
    """One character's leaks: how many, how many with the commonest reading, and that reading."""

    leaks: int
    single: int
    pinyin: str


def _by_character(counts: Mapping[tuple[str, str], int]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for (char, pinyin), n in sorted(counts.items()):
        if char and pinyin and n > 0:
            old = seen.get(char, _Seen(0, 0, ""))
            wins = n > old.single or (n == old.single and not _is_usual(char, old.pinyin))
            seen[char] = _Seen(old.leaks + n, *((n, pinyin) if wins else (old.single, old.pinyin)))
    return seen


def _is_usual(char: str, pinyin: str) -> bool:
    """Tell whether a reading is the usual one of its character: dān of 單, not shàn."""
    usual = usual_readings()[char]
    return pinyin in usual or toneless(pinyin) in usual


def _vetoed(counts: Mapping[tuple[str, str], int], seen: Mapping[str, _Seen]) -> bool:
    """Tell whether the groups are glosses: of unchanged characters, at headwords, of many readings."""
    leaks = sum(s.leaks for s in seen.values())
    several = sum(s.single < _MIN_SINGLE * s.leaks for s in seen.values())
    return (
        counts.get(GLOSS_KEY, 0) > max(_MAX_GLOSSES * leaks, min(_NOTES, _MAX_NOTES * leaks))
        or counts.get(HEADWORD_KEY, 0) > _MAX_HEADWORDS * leaks
        or several > 0.2 * len(seen)  # a lesson on characters of two readings has all of them so
    )


class _Evidence(NamedTuple):
    """What a verdict rests on: counts, leaking characters, how many others could leak and do not."""

    counts: Mapping[tuple[str, str], int]
    seen: Mapping[str, _Seen]
    untouched: int
    inside: bool = True  # words: not only at their beginning, as new words and family names are glossed


def _passes(good: Iterable[str], evidence: _Evidence) -> bool:
    """Tell whether a text's leaks are enough to be sure of them; `good` comes with the commonest first.

    A list never holds all characters that t2s changes (36 of 191 on the source page); a reader of Traditional
    texts for learners glosses every one.
    """
    counts, seen = evidence.counts, evidence.seen
    if not evidence.untouched:
        return False
    leaks = sum(s.leaks for s in seen.values())
    found: list[str] = []
    for char in good:
        found.append(char)
        if len(found) >= 5 and leaks >= 10 and seen[found[0]].leaks >= 3:
            return True
    notes = counts.get(GLOSS_KEY, 0)
    glosses = notes + counts.get(HEADWORD_KEY, 0)
    if len(seen) >= 10 and leaks >= 15 and glosses <= max(0.05 * leaks, min(_NOTES, notes)):
        return True  # several lists on one page: ten characters, and by accident t2s changes all of them
    if glosses or not evidence.inside or 2 * evidence.untouched < len(seen):
        return False
    if not all(map(_is_plain, seen, seen.values())):
        return False
    # Of eight glosses of a lesson all are of characters that t2s changes once in 1,500.
    return len(seen) >= 8 or (len(found) == len(seen) and _passes_few(seen, leaks))


def _passes_few(seen: Mapping[str, _Seen], leaks: int) -> bool:
    """Tell whether a few common characters that always leak, with their usual readings, are beyond doubt."""
    if len(seen) >= 6 or (len(seen) >= 4 and leaks > len(seen)):
        return True
    toned = all(s.leaks > 1 and not s.pinyin.isascii() for s in seen.values())
    return len(seen) >= 3 and leaks >= 8 and toned


def _is_plain(char: str, seen: _Seen) -> bool:
    """Tell whether a character needs no gloss: a common one, read as usual."""
    return _is_usual(char, seen.pinyin) and _is_level_1(char)


def _is_level_1(char: str) -> bool:
    """Tell whether the Simplified form is one of the 3,755 common characters (GB 2312, rows 16 to 55)."""
    code = simplified_forms().get(char, char).encode("gb2312", "ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


def fit_table(counts: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """Return the leak table of a site, character -> pinyin, from the summed counts of its pages.

    Empty unless the pages together show a leak list beyond doubt. Raises nothing; order of counts is
    irrelevant.

    >>> fit_table({("務", "wù"): 9, ("務", ""): 9})
    {}
    """
    seen = _by_character(counts)
    by_leaks = sorted(seen, key=lambda c: (-seen[c].leaks, c))
    good = [c for c in by_leaks if _is_good(seen[c], counts.get((c, ""), 0))]
    changed = {char for (char, pinyin), n in counts.items() if char and not pinyin and n > 0}
    if _vetoed(counts, seen) or not _passes(good, _Evidence(counts, seen, len(changed - seen.keys()))):
        return {}
    return {c: seen[c].pinyin for c in good}


def _is_good(seen: _Seen, total: int) -> bool:
    single = seen.single >= _MIN_SINGLE * seen.leaks or seen.single == seen.leaks - 1 > 1  # one may be a note
    return single and seen.leaks >= _MIN_SHARE * total


def learn_leaks(headed: Headed, table: Mapping[str, str] | None) -> dict[str, str]:
    """Return the characters that leak in a text, with the commonest pinyin of each; empty when in doubt.

    `table` is the site's: it decides alone where the text has too few leaks of its own.
    """
    if not headed.pairs:
        return {}
    counts, seen = headed.told, _by_character(headed.told)
    if not seen or _vetoed(counts, seen):
        return {}
    chosen = seen
    untouched = _count_untouched(headed, seen) if headed.known is readings() else len(seen)
    evidence = _Evidence(counts, seen, untouched, _are_inside(headed))
    if not _passes(_good_characters(headed, seen), evidence):
        site = table or {}
        chosen = {c: s for c, s in seen.items() if toneless(site.get(c, "")) == toneless(s.pinyin)}
    notes = _notes(headed, chosen, table or {})
    return {c: s.pinyin for c, s in chosen.items() if c not in notes}


def _are_inside(headed: Headed) -> bool:
    """Tell whether enough groups stand behind a character that has a Chinese one in front; true of many."""
    n = len(headed.pairs)
    return n > SAMPLE or _MIN_INSIDE * n <= sum(
        FIRST_HANZI <= part[-2:-1] <= LAST_HANZI for part in headed.parts[:-1:2]
    )


def _count_untouched(headed: Headed, seen: Mapping[str, _Seen]) -> int:
    """Return how many Traditional characters do not leak: in the beginning, or where none is there in all.

    Where half as many are as leak, as a few lines tell, there may be more. Of a Simplified page it says
    nothing: who glosses every character that has another form in Traditional glosses others too.
    """
    forms, found = simplified_forms().keys(), 0
    for end in (_LINES, _BEGINNING, len(headed.plain)):
        found = len((set(headed.plain[:end]) & forms) - seen.keys())
        if 2 * found >= len(seen) or (found and end == _BEGINNING):
            break
    return found


def _notes(headed: Headed, seen: Mapping[str, _Seen], table: Mapping[str, str]) -> set[str]:
    """Return the characters that no list holds: one group, of an unusual reading, all others' usual.

    `單(shàn)主任`: who makes a list takes the usual reading of each character. Only a name begins so: in a
    word, `為親(qìng)友`, it is a list's nonetheless.
    """
    unusual = {c for c, s in seen.items() if not _is_usual(c, s.pinyin)}
    once = {c for c in unusual if seen[c].leaks == 1 and c not in table}
    if not once or once != unusual or len(once) > max(1, _MAX_UNUSUAL * len(seen)):
        return set()
    found = set()
    for i, (char, _) in enumerate(headed.pairs):
        if char in once:
            before, after = headed.parts[2 * i][-2:-1], headed.parts[2 * i + 2][:1]
            begins = before in _BEFORE_NAMES or not FIRST_HANZI <= before <= LAST_HANZI
            if begins and not is_word(char + after):
                found.add(char)
    return found


def _good_characters(headed: Headed, seen: Mapping[str, _Seen]) -> Iterator[str]:
    """Yield the characters that leak nearly always, in the whole text or from their first leak to their last.

    (Another part of a page may have another list.) Those that leak most come first.
    """
    heads = ""
    for char in sorted(seen, key=lambda c: (-seen[c].leaks, c)):
        total = headed.plain.count(char)
        if not _is_good(seen[char], total):
            heads = heads or "".join(pair[0] for pair in headed.pairs)
            first, last = heads.index(char), heads.rindex(char)
            total = 1 + "".join(headed.parts[2 * first + 2 : 2 * last + 1 : 2]).count(char)
        if _is_good(seen[char], total):
            yield char


def strip_leaks(headed: Headed, learnt: Mapping[str, str]) -> tuple[str, list[Edit]]:
    """Return the text without the leaks of learnt characters, and one deletion for each.

    A group stays where its pinyin is no reading of the character, or stands once and is not the list's.
    0.7 µs a leak.
    """
    stays = {
        pair
        for pair, n in headed.counted.items()
        if learnt.get(pair[0]) != pair[1][1:-1]  # else plainly a leak, as most are
        and (pair[0] not in learnt or not _is_leak(*pair, learnt[pair[0]] if n == 1 else ""))
    }
    bounds = list(accumulate(map(len, headed.parts)))
    starts, ends = bounds[:-1:2], bounds[1::2]
    if not stays:
        return headed.plain, _deletions(starts, ends)
    drop = [pair not in stays for pair in headed.pairs]
    kept = (
        group if pair in stays else "" for group, pair in zip(headed.parts[1::2], headed.pairs, strict=True)
    )
    text = "".join(chain.from_iterable(zip(headed.parts[::2], chain(kept, ("",)), strict=True)))
    return text, _deletions(compress(starts, drop), compress(ends, drop))


def _is_leak(char: str, group: str, only: str) -> bool:
    """Tell whether a group holds a reading of the character, or the beginning of one where it was cut.

    `only`: the one reading that is asked for, but for its tone; any, where empty.
    """
    known, pinyin = leak_readings()[char], plain_reading(char, group)
    if group[-1] in CLOSING:
        return pinyin in known and (not only or pinyin == only or toneless(pinyin) == toneless(only))
    return any(reading.startswith(pinyin) for reading in known)


def _deletions(starts: Iterable[int], ends: Iterable[int]) -> list[Edit]:
    return list(from_columns(Edit, starts, ends, repeat(""), repeat("leak")))
