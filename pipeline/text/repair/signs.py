"""Kernel: what a text may need, told in one pass over its characters: rules of repair, conversion.

Each rule by itself would search the whole text for what it begins with. Slow twin: the rules themselves.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

import numpy as np

from pipeline.compiled import kernel, part
from pipeline.records import RuleName
from pipeline.text.convert import chars_that_t2s_keeps
from pipeline.text.points import code_points, text_of
from pipeline.text.repair.headed import OPENING
from pipeline.text.repair.invisible import ANY
from pipeline.text.repair.language import frequent_characters, word_pairs
from pipeline.text.repair.readings import HANZI, PINYIN, simplified_forms
from pipeline.text.repair.starts import BEFORE_MARKERS, FIRST, MARKERS, ROW

INVISIBLE, LEAK, A1_INSERT, LEAD_LOSS, STRAY_MARK, BLANK = (1 << bit for bit in range(6))
CONVERTED = 1 << 6  # t2s may change a character
RULES: tuple[tuple[RuleName, int], ...] = (
    *(("invisible", INVISIBLE), ("leak", LEAK), ("a1_insert", A1_INSERT)),
    *(("lead_loss", LEAD_LOSS), ("stray_mark", STRAY_MARK), ("blank", BLANK)),
)
LEAST_PAIRS = 2  # split by blanks and known, without which blanks.find_blanks finds nothing
MOST_SPLITS = 64  # blanks that are looked at: 97 % of pages have fewer, the rest is for the rule
PAIR_SLOTS = 1024  # by which most pairs of a text are told from those, a power of two
# Classes of characters, as bits; those from SPACES on are looked at with their neighbours.
IS_HANZI, IS_SUSPECT, IS_PINYIN, IS_WORD, IS_ROW, AFTER_OF, IS_CONVERTED, IS_USUAL, IS_BEFORE_MARKERS = (
    1 << bit for bit in range(9)
)
SPACES, LETTERS, LOST, OPENS, LINE_FEED, COMMAS, OF = (1 << bit for bit in range(9, 16))
CLASSES = (
    *((IS_HANZI, f"[{HANZI}]"), (IS_SUSPECT, ANY.pattern), (IS_PINYIN, f"[{PINYIN}]")),
    *((IS_WORD, "[A-Za-z0-9@-~]"), (AFTER_OF, "['`´.]"), (SPACES, "[ \u00a0]"), (LETTERS, "[@-~]")),
    *(
        (LOST, "[?\ufffd]"),
        (OPENS, f"[{re.escape(OPENING)}]"),
        (IS_ROW, f"[{re.escape(ROW)}]"),
        (IS_BEFORE_MARKERS, f"[{BEFORE_MARKERS}]"),
        (IS_USUAL, "[\0-\x7f]"),
        (LINE_FEED, "\n"),
        (COMMAS, "[,，]"),
        (OF, "的"),
    ),
)
BMP, FEED = 0x10000, ord("\n")
WORD_SLOTS = 1 << 15  # four times as many as there are words
COMPATIBLE = 0x2F800, 0x2FA1F  # the ideographs of `ANY` beyond the plane


@cache
def char_tables():
    """Return, by character of the Basic Multilingual Plane, its classes and its Simplified form; words.

    Words are those of two characters, by the slot of `pair_slot` on. 12 ms, once a process.
    """
    plane = text_of(np.arange(BMP, dtype=np.uint32))
    classes = np.full(BMP, IS_CONVERTED, dtype=np.uint16)
    classes[chars_that_t2s_keeps()] = 0
    for bit, pattern in CLASSES:
        for match in re.finditer(f"(?:{pattern})+", plane):
            classes[match.start() : match.end()] |= bit
    classes[code_points("".join(frequent_characters().difference(MARKERS)))] |= IS_USUAL
    plain = np.arange(BMP, dtype=np.uint16)
    chars, forms = (code_points("".join(each)) for each in zip(*simplified_forms().items(), strict=True))
    plain[chars[forms < BMP]] = forms[forms < BMP]  # no word holds any other
    return classes, plain, _word_table()


def _word_table():
    """Put each word into the first free slot, all of them at once; where two meet, one goes on."""
    words = np.zeros(WORD_SLOTS, dtype=np.uint32)
    codes = code_points("".join(word_pairs()))
    keys = codes[::2] << 16 | codes[1::2]
    slots = pair_slot(keys)
    while len(keys):
        slots &= WORD_SLOTS - 1
        free = words[slots] == 0
        words[slots[free]] = keys[free]
        left = words[slots] != keys
        keys, slots = keys[left], slots[left] + 1
    return words


def pair_slot(key):
    """Return a number by which pairs of characters are spread over slots."""
    return key ^ (key >> 13)


slot_of_pair = part(pair_slot)


@part
def class_of(code, classes):
    """Return the classes of any character."""
    if code < BMP:
        return classes[code]
    return IS_CONVERTED | (IS_SUSPECT if COMPATIBLE[0] <= code <= COMPATIBLE[1] else 0)


@part
def is_odd_start(codes, at, kind, classes):
    """Tell whether a line may begin with a stray A1 and the lead byte of what `starts` asks about."""
    if kind & IS_BEFORE_MARKERS:
        return True
    if codes[at + 1] <= 0x7F:
        return False
    for k in range(at + 1, min(at + 1 + FIRST, len(codes) - 2)):
        if codes[k] == FEED:
            break
        if not class_of(codes[k], classes) & IS_USUAL:
            return True
    return False


@part
def signs_at(codes, at, before, kind, classes):
    """Return the rules that the character at `at`, which is of a class to look at, may be a sign of."""
    signs, after = 0, class_of(codes[at + 1], classes)
    if kind & LETTERS and codes[at - 1] > 0xFF and not after & IS_WORD:
        signs |= LEAD_LOSS
    if kind & LOST and codes[at - 1] > 0x7F and after & IS_HANZI:
        signs |= LEAD_LOSS
    if kind & OPENS and before & IS_HANZI:
        inside = class_of(codes[at + 2], classes) if after & SPACES else after
        signs |= LEAK if inside & IS_PINYIN else 0
    if (kind & OF and after & AFTER_OF) or (kind & COMMAS and codes[at + 1] == codes[at]):
        signs |= STRAY_MARK
    if kind & LINE_FEED and after & IS_ROW and is_odd_start(codes, at + 1, after, classes):
        signs |= A1_INSERT
    return signs


@part
def is_word(key, plain, words):
    """Tell whether two characters are a word, in either script."""
    key = plain[key >> 16] << 16 | plain[key & 0xFFFF]
    slot = slot_of_pair(key) & (WORD_SLOTS - 1)
    while words[slot] and words[slot] != key:
        slot = (slot + 1) & (WORD_SLOTS - 1)
    return words[slot] == key


@part
def count_repeated(codes, count, room):
    """Return how many of the pairs that are no words stand in a text twice."""
    pairs, counts, slots = room
    repeated = 0
    for at in range(len(codes) - 1):
        key = codes[at] << 16 | codes[at + 1]
        if slots[slot_of_pair(key) & (PAIR_SLOTS - 1)]:
            for k in range(count):
                if pairs[k] == key and counts[k] >= 0:
                    counts[k] += 1
                    repeated += counts[k] == 2
    return repeated


@part
def knows_pairs(codes, splits, tables, room):
    """Tell whether enough of the pairs that blanks split are words, or stand in the text twice unsplit."""
    _, plain, words = tables
    pairs, counts, slots = room
    for slot in range(PAIR_SLOTS):
        slots[slot] = 0
    count = known = 0
    for split in range(splits):
        key, k = pairs[split], 0
        while k < count and pairs[k] != key:
            k += 1
        if k < count:
            continue
        word = is_word(key, plain, words)
        known += word
        pairs[count], counts[count] = key, -1 if word else 0
        slots[slot_of_pair(key) & (PAIR_SLOTS - 1)] = 1
        count += 1
    return known >= LEAST_PAIRS or known + count_repeated(codes, count, room) >= LEAST_PAIRS


@part
def signs_of_text(codes, classes, pairs):
    """Return the signs of a text, as bits, and how many blanks split two Chinese characters; write these."""
    signs, before, splits = 0, 0, 0
    kind = class_of(codes[1], classes)
    if kind & IS_ROW and is_odd_start(codes, 1, kind, classes):
        signs |= A1_INSERT
    for at in range(1, len(codes) - 2):
        kind = class_of(codes[at], classes)
        if kind & IS_SUSPECT:
            signs |= INVISIBLE
        if kind & IS_CONVERTED:
            signs |= CONVERTED
        if kind >= SPACES:
            signs |= signs_at(codes, at, before, kind, classes)
            if kind & SPACES and before & IS_HANZI and class_of(codes[at + 1], classes) & IS_HANZI:
                if splits < MOST_SPLITS:
                    pairs[splits] = codes[at - 1] << 16 | codes[at + 1]
                splits += 1
        before = kind
    return signs, splits


@kernel
def find_signs(codes, bounds, tables, room, out):
    """Write the signs of each text, as bits. Before each stands a line feed, behind it two zeros."""
    for k in range(len(out)):
        text = codes[bounds[k] : bounds[k + 1]]
        out[k], splits = signs_of_text(text, tables[0], room[0])
        if splits > MOST_SPLITS or (splits >= LEAST_PAIRS and knows_pairs(text, splits, tables, room)):
            out[k] |= BLANK


@cache
def rules_of(signs: int) -> frozenset[RuleName]:
    """Return the rules that bits stand for. A byte shift stands where a leak is: who learns leaks tells."""
    return frozenset(("byte_shift", *(rule for rule, bit in RULES if signs & bit)))


def signs_of(texts: Sequence[str]) -> list[int]:
    """Return what each text may need, as bits: rules of repair, conversion. 2 ns a character.

    >>> signs_of(["服務(wù)", "第一条"]) == [LEAK | CONVERTED, 0]
    True
    """
    joined = "\0\0\n".join(texts)
    codes = code_points(f"\n{joined}\0\0")
    bounds = np.fromiter(accumulate((len(text) + 3 for text in texts), initial=0), dtype=np.int64)
    room = (
        *(np.empty(MOST_SPLITS, dtype=np.int64), np.empty(MOST_SPLITS, dtype=np.int64)),
        np.empty(PAIR_SLOTS, dtype=np.uint8),
    )
    signs = np.empty(len(texts), dtype=np.int64)
    find_signs(codes, bounds, char_tables(), room, signs)
    return signs.tolist()


def rules_needed(text: str) -> frozenset[RuleName]:
    """Return the rules that may find anything in a text.

    >>> sorted(rules_needed("服務(wù)")), sorted(rules_needed("一、安全 第一"))
    (['byte_shift', 'leak'], ['byte_shift'])
    """
    return rules_of(signs_of([text])[0])


@kernel
def count_pairs(codes, pairs, counts):
    """Write how often each of some pairs of characters stands in a text, as `str.count` does."""
    for k in range(len(counts)):
        first, second, count = pairs[2 * k], pairs[2 * k + 1], 0
        if first == second:  # `aaa` holds `aa` once
            at = 0
            while at + 1 < len(codes):
                hit = codes[at] == first and codes[at + 1] == second
                count += hit
                at += 1 + hit
        else:
            for at in range(len(codes) - 1):
                count += (codes[at] == first) & (codes[at + 1] == second)
        counts[k] = count


def count_each(text: str, pairs: Sequence[str]) -> list[int]:
    """Return how often each of some pairs of characters stands in a text; faster than `str.count`."""
    codes, wanted = code_points(text), code_points("".join(pairs))
    counts = np.zeros(len(pairs), dtype=np.int64)
    count_pairs(codes, wanted, counts)
    return counts.tolist()
