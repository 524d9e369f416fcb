"""What one page adds to the corpus model (contract §4), taken from a parse that knows nothing of the corpus."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records import Article, Line, Page
from pipeline.text.convert import convert
from pipeline.text.offsets import replay
from pipeline.text.repair.leaks import LeakCounts, count_leaks

MIN_LINE_CHARS = 4  # shorter lines (首页, 上一篇) are told by their words, not by their frequency
MAX_LINE_CHARS = 200  # boilerplate is a line or two; a longer line is somebody's text


@dataclass(frozen=True, slots=True)
class Features:
    """What a page adds to the counts of its site.

    `leaks`: leak counts of its raw text (`pack_counts`), None where it has no Traditional text. `left`: characters
    that still look leaked after repair. `edge_lines`: canonical lines outside its articles or at their edge, each
    once: "+" and the line where the page keeps it, "-" and the line where it is dropped already.
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
    picked = list(_edges(page))
    if not picked:
        return []
    starts = [e.start for e in page.edits]
    texts = []
    for line, _ in picked:
        inside = page.edits[bisect_left(starts, line.raw_start) : bisect_left(starts, line.raw_end)]
        moved = [
            type(e)(
                e.start - line.raw_start, min(e.end, line.raw_end) - line.raw_start, e.replacement, e.rule
            )
            for e in inside
        ]
        texts.append(replay(page.raw[line.raw_start : line.raw_end], moved).replace("\n", " "))
    canonical = convert("\n".join(texts), "t2s").split("\n")
    return sorted({mark + text.strip() for (_, mark), text in zip(picked, canonical, strict=True)})


def _edges(page: Page) -> Iterator[tuple[Line, str]]:
    """Yield the lines that may be boilerplate, with "-" where they are dropped already and "+" elsewhere."""
    edges: set[int] = set()
    for article in page.articles:
        edges |= _article_edges(page, article)
    for line in page.lines:
        if not MIN_LINE_CHARS <= line.raw_end - line.raw_start <= MAX_LINE_CHARS:
            continue
        if line.role == "dropped":
            yield line, "-"
        elif line.role == "guide" or line.line in edges:
            yield line, "+"


def _article_edges(page: Page, article: Article) -> set[int]:
    """Return the numbers of an article's first and last line of body, where they lie in no numbered clause."""
    body = [
        n for n in page.lines if n.role == "article" and article.raw_start <= n.raw_start < article.raw_end
    ]
    numbered = [(c.raw_start, c.raw_end) for c in article.clauses if c.ordinal is not None]
    ends = {n.line: n for n in (*body[:1], *body[-1:])}.values()
    return {n.line for n in ends if not any(a < n.raw_end and n.raw_start < b for a, b in numbered)}
