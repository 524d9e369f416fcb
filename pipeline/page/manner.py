"""How the texts of a page are written: with which marks their lines end, and whether they speak to anybody.

A template page says the same thing many times over. A line that ends or is worded as hardly any of them is
foreign among them.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.page.lines import BRIEF, PageLines, rows_showing
from pipeline.page.persons import greets
from pipeline.page.sitewords import has_address
from pipeline.page.wording import LEAST, SHORT, is_spoken, reads_like_a_site, speaks_of_pages, weigh_wording

LEAST_LINES = 12  # of a page's texts, before anything is said of how they end
RARE = 0.04  # share of them that end like a line which is foreign among them
FEW = 2  # lines of an article that stands in one, where each full stop counts; lines that are rare anyway
READER = ("您", "你", "大家", "欢迎", "网友", "读者", "小编")
MARKER = 5  # characters of a line that may be a marker in a cell of its own: `第十一条`
MAX_NAME = 8  # characters of a heading that may name what is said: `欢迎词`, `致读者`
CUT = "，、,"
LEAST_IN_PROSE, PLAINLY = 0.8, 1.5  # weight of a site's line behind prose, and inside texts that talk
DOUBTFUL = 0.2  # weight above which a line beside texts that never say `you` is the site's; those have -.2
OF_TEXTS = -1.0  # weight of a line that speaks to its reader as texts do: `期盼您的答复。`
CLAUSE_ENDS = "。；：;:"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the lines of a page's texts are written: with which marks they end, whether they say `you`.

    `lasts` are the last characters of the lines; `stops` full stops that count beside them.
    """

    text: str
    spans: Sequence[tuple[int, int]]
    lasts: str
    stops: int
    others: bool  # some lines of the texts end neither like a sentence nor like an item of a list
    site: str
    subjects: Sequence[str]
    letter: bool = False  # the text begins with a greeting: it speaks to its reader throughout
    prose: bool = False  # it has no list

    def of(self, first: str, *, prose: bool) -> "Manner":
        """Return the manner of one text of the page, whose first line is given."""
        letter = greets(first)
        return replace(self, letter=letter, prose=prose) if letter or prose else self

    @property
    def lines(self) -> int:
        """How many lines there are, and full stops that count as such."""
        return len(self.lasts) + self.stops

    def ending_like(self, line: str) -> int:
        """Return how many of the lines end like this one; letters and digits are all alike."""
        last = line[-1]
        if last.isalnum():
            return sum(map(str.isalnum, self.lasts))
        return self.lasts.count(last) + (self.stops if last == "。" else 0)

    def is_impersonal(self) -> bool:
        """Tell whether the texts never speak to the reader; few pages ask."""
        return not any(self.text.find(c, *span) >= 0 for c in READER for span in self.spans)

    def hardly_speaks(self) -> bool:
        """Tell whether the texts, lines of the site between their clauses included, hardly ever do."""
        return sum(self.text.count(c, *span) for c in READER for span in self.spans) <= FEW

    def is_to_reader(self, line: str) -> bool:
        """Tell whether a line may be what a letter says to whom it is written, not to readers of pages."""
        return self.letter and not speaks_of_pages(line)

    def is_foreign(self, line: str, rare: float = RARE) -> bool:
        """Tell whether hardly a line of the texts ends like this one; one cut at a comma is nobody's."""
        return (
            line[-1] not in CUT
            and self.lines >= LEAST_LINES
            and self.ending_like(line) <= max(FEW, rare * self.lines)
        )

    def is_worded_by_site(self, line: str) -> bool:
        """Tell whether a line reads like a site's; prose without a list reads like anything."""
        if not self.spans:
            return reads_like_a_site(line, LEAST_IN_PROSE if speaks_of_pages(line) else PLAINLY)
        return reads_like_a_site(line, PLAINLY if self.prose and not speaks_of_pages(line) else LEAST)

    def is_worded_inside(self, line: str) -> bool:
        """Tell the same of a line between clauses: a short one, or where all talk, must be plain."""
        doubtful = len(line) < SHORT or not self.hardly_speaks()
        return reads_like_a_site(line, PLAINLY if doubtful else LEAST)

    def is_unlike(self, line: str) -> bool:
        """Tell whether a line is worded as the texts, which speak to nobody, never are."""
        worded = self.lines >= LEAST_LINES and weigh_wording(line) >= DOUBTFUL
        return worded and self.hardly_speaks() and not self.is_to_reader(line)

    def speaks_to_reader(self, line: str) -> bool:
        """Tell whether a line speaks to the reader, as the texts never do."""
        told = any(c in line for c in READER) and not is_spoken(line) and weigh_wording(line) > OF_TEXTS
        return told and self.lines >= LEAST_LINES and self.is_impersonal() and not self.is_to_reader(line)

    def alone_speaks(self, line: str) -> bool:
        """Tell whether a line between clauses speaks to the reader, and no other line of the texts does."""
        if self.is_to_reader(line):
            return False
        said = sum(line.count(c) for c in READER) if len(line) > MAX_NAME and not is_spoken(line) else 0
        return said > 0 and said == sum(self.text.count(c, *span) for c in READER for span in self.spans)

    def names_site(self, line: str) -> bool:
        """Tell whether a line speaks of the site, or gives an address of the net."""
        return bool(self.site and self.site in line and line != self.site) or has_address(line)


def _linked(page: PageLines, first: int, end: int) -> Sequence[int]:
    """Return the lines from `first` to before `end` that stand in links."""
    return page.linked[bisect_left(page.linked, first) : bisect_left(page.linked, end)]


def read_manner(page: PageLines, parts: Sequence[range], site: str | None, subjects: Sequence[str]) -> Manner:
    """Learn from `parts`, the lines between the first and the last numbered clause of each text."""
    lasts = ""
    stops = 0  # full stops of articles that stand in a line or two
    spans: list[tuple[int, int]] = []
    others = False
    linked = parts and _linked(page, parts[0].start, parts[-1].stop)  # none, on most pages
    for rows in parts:
        if not rows:
            continue
        links = linked and _linked(page, rows.start, rows.stop)
        if links or rows_showing(page, BRIEF, rows.start, rows.stop):
            lines = [page.texts[row] for row in rows if row not in links]
            ends = "".join([x[-1] for x in lines if len(x) > MARKER])
            others = others or len(ends) < len(lines)
        else:
            ends = page.lasts[rows.start : rows.stop]
        lasts += ends
        spans.append((page.starts[rows.start], page.ends[rows.stop - 1]))
        if len(rows) <= FEW:
            stops += page.text.count("。", *spans[-1])
    others = others or lasts.strip(CLAUSE_ENDS) != ""
    return Manner(page.text, spans, lasts, stops, others, site or "", subjects)
