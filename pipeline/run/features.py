"""What one page adds to the corpus model (contract §4), from a page cut without knowledge of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from pipeline.page.assemble import CutPage
from pipeline.page.boilerplate import bodies_of, boilerplate_candidates, core_of
from pipeline.text.repair.leaks import LeakCounts, count_leaks

BRACKETS = "(（"  # in front of every leak (`text/repair/leaks.py`)
MAX_LINE_CHARS = 200  # boilerplate is a line or two; a longer line is somebody's text
CORE_CHARS = 12  # of sha256 in hex: 48 bits, one collision in 20 million articles of a site
NEAR_EDGE = (
    4  # lines of an article's first and last edge that may turn out to be boilerplate with the outermost
)


@dataclass(frozen=True, slots=True)
class Features:
    """What a page adds to the counts of its site.

    `leaks`: leak counts of its raw text (`pack_counts`), None where it has no Traditional text. `left`:
    characters that still look leaked after repair. `edge_lines`: canonical lines, each once, behind a mark:
    "-" counted and dropped by the page already (or a heading of its guide), "+" counted and kept, "=" not
    counted but near an edge; "@" and `CORE_CHARS` of a hash of the article's middle before a line that stands
    at an article's edge, so that the copies of one article count once.
    """

    leaks: str | None
    left: str
    edge_lines: list[str]


def features(cut: CutPage) -> Features:
    """Return what a page adds to the counts of its site. Linear; about 50 ns a character."""
    raw, repaired = cut.texts.raw, cut.texts.repaired.text
    if repaired == cut.texts.canonical and not any(bracket in raw for bracket in BRACKETS):
        return Features(None, "", _edge_lines(cut))  # nothing Traditional, nothing like a leak
    counts = count_leaks(raw)
    left = ""
    if any(char and pinyin for char, pinyin in counts):
        after = count_leaks(repaired)
        left = "".join(sorted({char for char, pinyin in after if char and pinyin}))
    return Features(pack_counts(counts) or None, left, _edge_lines(cut))


def pack_counts(counts: LeakCounts) -> str:
    """Return counts as text, in order of keys.

    >>> pack_counts(Counter({("務", "wù"): 3, ("務", ""): 4}))
    '務,,4;務,wù,3'
    """
    return ";".join(f"{char},{pinyin},{n}" for (char, pinyin), n in sorted(counts.items()))


def unpack_counts(packed: str) -> LeakCounts:
    """Return the counts that `pack_counts` packed.

    >>> unpack_counts('務,,4;務,wù,3')["務", "wù"]
    3
    """
    rows = (entry.split(",") for entry in packed.split(";") if entry)
    return Counter({(char, pinyin): int(n) for char, pinyin, n in rows})


def _edge_lines(cut: CutPage) -> list[str]:
    text, pieces = cut.texts.canonical, cut.parts.pieces
    bodies = [[text[p.start : p.end] for p in body] for body in bodies_of(pieces).values()]
    guide = [(text[p.start : p.end], p.heading) for p in pieces if p.role == "guide"]
    loose = {line for body in bodies for line in (body[0], body[-1])}
    loose |= {line for line, heading in guide if not heading}
    fixed = {text[p.start : p.end] for p in pieces if p.role == "dropped"}
    fixed |= {line for line, heading in guide if heading} - loose
    counted = {line for line in boilerplate_candidates(cut) if len(line) <= MAX_LINE_CHARS}
    near = {line for body in bodies for line in body[:NEAR_EDGE] + body[-NEAR_EDGE:]} - counted
    marked = {("-" if line in fixed else "+") + line for line in counted}
    marked |= {f"@{core}{line}" for core, line in _at_edges(bodies, counted)}
    return sorted(marked | {"=" + line for line in near if 0 < len(line) <= MAX_LINE_CHARS})


def _at_edges(bodies: list[list[str]], counted: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the counted first and last line of each article, behind the hash of the article's middle."""
    for lines in bodies:
        for at in {0, len(lines) - 1}:
            if lines[at] in counted:
                core = sha256(core_of(lines, at).encode("utf-8", "surrogatepass")).hexdigest()
                yield core[:CORE_CHARS], lines[at]
