"""What one page adds to the corpus model (contract §4), from a parse that knows nothing of the corpus."""

from collections import Counter
from dataclasses import dataclass

from pipeline.page.boilerplate import boilerplate_candidates
from pipeline.records import Page
from pipeline.text.offsets import replay
from pipeline.text.repair.leaks import LeakCounts, count_leaks

MAX_LINE_CHARS = 200  # boilerplate is a line or two; a longer line is somebody's text
NEAR_EDGE = (
    4  # lines of an article's first and last edge that may turn out to be boilerplate with the outermost
)


@dataclass(frozen=True, slots=True)
class Features:
    """What a page adds to the counts of its site.

    `leaks`: leak counts of its raw text (`pack_counts`), None where it has no Traditional text. `left`:
    characters that still look leaked after repair. `edge_lines`: canonical lines, each once, behind a mark:
    "-" counted and dropped by the page already, "+" counted and kept, "=" not counted but near an edge.
    """

    leaks: str | None
    left: str
    edge_lines: list[str]


def features(page: Page) -> Features:
    """Return what a page adds to the counts of its site. Linear; about 50 ns a character."""
    counts = count_leaks(page.raw)
    left = ""
    if any(char and pinyin for char, pinyin in counts):
        after = count_leaks(replay(page.raw, page.edits))
        left = "".join(sorted({char for char, pinyin in after if char and pinyin}))
    return Features(pack_counts(counts) or None, left, _edge_lines(page))


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


def _edge_lines(page: Page) -> list[str]:
    dropped = {d.text for d in page.dropped}
    counted = {line for line in boilerplate_candidates(page) if len(line) <= MAX_LINE_CHARS}
    near: set[str] = set()
    for article in page.articles:
        lines = article.text.split("\n")
        near.update(line for line in lines[:NEAR_EDGE] + lines[-NEAR_EDGE:] if len(line) <= MAX_LINE_CHARS)
    marked = {("-" if line in dropped else "+") + line for line in counted}
    return sorted(marked | {"=" + line for line in near - counted if line})
