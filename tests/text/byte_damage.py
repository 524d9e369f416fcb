"""A model of the damage: clean Traditional text in GBK bytes, a byte-level replace, lost and stray bytes.

Everything happens to bytes as it happened to real pages; only marks, blanks and invisible characters are
put into the decoded text. Each byte remembers which character it came from, so that what is really lost
is known.
"""

import random
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import prose
from rapidfuzz.distance import Indel

from pipeline.records import Edit, Repaired
from pipeline.text.convert import convert
from pipeline.text.offsets import replay
from pipeline.text.repair.readings import readings

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


def decode(stream: Stream, *, keeps_ascii: bool = False) -> Damaged:
    """Decode as the proxies did: a pair that is no character becomes a question mark.

    `keeps_ascii`: as browsers do, with U+FFFD for the mark, and an ASCII byte behind a lead byte kept.
    """
    out: list[str] = []
    lost: list[int] = []
    data, origin, at = stream.data, stream.origin, 0
    while at < len(data):
        if data[at] < 0x80:
            out.append(chr(data[at]))
            at += 1
            continue
        pair = data[at : at + 2]
        char = bytes(pair).decode("gbk", "ignore")
        if char.isascii():  # nothing, or the second byte alone
            swallowed = pair[1:] == b"(" and origin[at + 1] == INSERTED
            if not swallowed:
                lost.append(len(out))
            char = "\ufffd" if keeps_ascii else "?"
            at -= keeps_ascii and pair[1:].isascii()
        out.append(char)
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


STYLES = ("upper", "v", "full", "blank")
_GROUP = re.compile(r"(?<=[一-鿿])\(([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7})\)")


def restyle(damaged: Damaged, style: str) -> Damaged:
    """Rewrite the whole groups of a text in another site's style; the length of a group may change."""
    rewrite = {
        "upper": lambda m: f"({m[1].upper()})",
        "v": lambda m: f"({m[1].replace('ü', 'v')})",
        "full": lambda m: f"（{m[1]}）",
        "blank": lambda m: f"({m[1]} )",
    }[style]
    out: list[str] = []
    lost, at, shift = list(damaged.lost), 0, 0
    moved = dict.fromkeys(lost, 0)
    for match in _GROUP.finditer(damaged.text):
        new = rewrite(match)
        out += (damaged.text[at : match.start()], new)
        at = match.end()
        shift += len(new) - len(match[0])
        moved |= {place: shift for place in lost if place >= at}
    return Damaged("".join((*out, damaged.text[at:])), tuple(place + moved[place] for place in lost))


def clean_text(rng: random.Random, n_lines: int) -> str:
    """Return a template text of our own writing, Traditional and in GBK, one clause a line."""
    lines = [prose.subject(rng)]
    for i in range(n_lines):
        body = prose.clause(rng) if rng.random() < 0.8 else prose.paragraph(rng)
        lines.append(f"{i + 1}、{body}")
    text = convert("\n".join(lines).replace("，", ","), "s2t")
    return "".join(c for c in text if c.isascii() or c.encode("gbk", "ignore"))


def draw_lexicon(text: str, rng: random.Random, size: int = 36) -> dict[str, str]:
    """Return a leak list: common Traditional characters of the text and some others, one reading each."""
    known = readings()
    common = [c for c, _ in Counter(c for c in text if c in known).most_common(80)]
    chosen = rng.sample(common, min(size, len(common))) + rng.sample(sorted(known), 12)
    tonal = {c: sorted(r for r in known[c] if not r.isascii()) or sorted(known[c]) for c in chosen}
    return {c: rng.choice(options) for c, options in tonal.items()}


def _mark_lines(clean: str, rng: random.Random) -> tuple[str, list[int]]:
    """Put a list marker in front of some lines; return the text and where they stand."""
    marks = [*"①②③④⑤⑥⑦⑧⑨⑩"] if rng.random() < 0.7 else [f"（{n}）" for n in "一二三四五六七八九十"]
    out, places, at = [], [], 0
    for line in clean.split("\n"):
        if marks and len(line) > 10 and rng.random() < 0.3:
            places.append(at)
            line = marks.pop(0) + line.split("、", 1)[-1]
        out.append(line)
        at += len(line) + 1
    return "\n".join(out), places


def draw_damage(
    seed: int, kinds: Collection[str], n_lines: int = 40, *, n_leaking: int = 36
) -> tuple[str, Damaged]:
    """Return a clean text and the same text damaged in the ways named, all drawn from the seed."""
    rng = random.Random(seed)
    clean, places = clean_text(rng, n_lines), []
    if "a1_insert" in kinds:
        clean, places = _mark_lines(clean, rng)
    stream = encode(clean)
    if "lead_loss" in kinds:
        hanzi = [i for i, c in enumerate(clean) if c >= "一" and i not in places]
        for i in sorted(rng.sample(hanzi, 4), reverse=True):
            lose_lead(stream, i)
    for place in reversed(places):
        insert_a1(stream, place)
    if "leak" in kinds:
        lexicon = draw_lexicon(clean, rng, n_leaking)
        leak(stream, lexicon, rng.sample(sorted(lexicon), len(lexicon)))
    damaged = decode(stream, keeps_ascii=rng.random() < 0.3)
    if "style" in kinds:
        damaged = restyle(damaged, rng.choice(STYLES))
    return clean, insert_into(damaged, _stray_characters(damaged.text, kinds, rng))


def _stray_characters(text: str, kinds: Collection[str], rng: random.Random) -> dict[int, str]:
    """Choose where marks, blanks and invisible characters go: position -> what is put in front of it."""
    places: dict[int, str] = {}
    for i in range(1, len(text)):
        if "stray_mark" in kinds and text[i - 1] == "的" and rng.random() < 0.2:
            places[i] = rng.choice("'`")
        elif "blank" in kinds and _HANZI_PAIR.fullmatch(text, i - 1, i + 1) and rng.random() < 0.02:
            places[i] = " "
        elif "invisible" in kinds and rng.random() < 0.01:
            places[i] = rng.choice("\u200b\ufeff\u2060")
    return places


_HANZI_PAIR = re.compile("[一-鿿]{2}")


def wrong_edits(raw: str, result: Repaired, clean: str) -> list[Edit]:
    """Return the edits without which the text would be nearer to the clean one, no loss flagged there."""
    suspects: list[Edit] = []
    shift = 0
    after = []  # where each edit's replacement stands in the repaired text
    for edit in result.edits:
        after.append(edit.start + shift)
        shift += len(edit.replacement) - (edit.end - edit.start)
    for op in Indel.opcodes(result.text, clean):
        if op.tag != "equal":
            first = bisect_left(after, op.src_start - NEAR)
            suspects += result.edits[first : bisect_left(after, op.src_end + 1)]
    distance = Indel.distance(result.text, clean) if suspects else 0
    wrong = []
    for suspect in set(suspects):
        others = [edit for edit in result.edits if edit != suspect]
        flagged = any(
            u.start <= suspect.end + NEAR and suspect.start <= u.end + NEAR for u in result.unresolved
        )
        if not flagged and Indel.distance(replay(raw, others), clean) < distance:
            wrong.append(suspect)
    return wrong
