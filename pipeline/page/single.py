"""The name of the one text of a page that has no series: the line that says it above the text."""

from collections.abc import Sequence, Set

from pipeline.page.fields import Fields
from pipeline.page.head import GUIDE_WORD, of_site
from pipeline.page.headings import Candidate
from pipeline.page.introductions import introduces, opens_page
from pipeline.page.lines import DOCUMENT, LINKED, LISTED, NUMBERED, SENTENCE_MARK, PageLines, letters
from pipeline.page.names import SAID
from pipeline.page.plain import COLLECTION, MAX_NAME, whole_line
from pipeline.page.subjects import base_titles
from pipeline.records import DropReason

MAX_ABOVE = 40  # lines of a guide and of introductions above a text's name
KIND = (
    2  # the same below the title of a collection, on a page that shows one: `装修合同` below `租赁合同大全`
)
MAX_PLAIN = 4  # lines above the title said again that read as any text: of an editor, or of who posts it
MIN_SHARED = 4  # letters with which names of one subject end alike: `某学院值班制度`, `某校值班制度`


def name_of_single(
    page: PageLines,
    fields: Fields,
    cues: dict[int, DropReason],
    titles: tuple[Sequence[str], Sequence[str]],
    last: int,
) -> Candidate | None:
    """Return the line before `last` that names the one text, with a guide or introductions above it at most.

    `titles` are the names of the page and the subjects behind them. None where the text begins without its
    name, as most do below the title of their page.
    """
    known = {letters(x) for x in (*titles[0], *titles[1])} - {""}
    guided = False  # a guide's heading stands above
    above, plain = 0, list[str]()
    for row in range(fields.start, last - 1):
        line = page.texts[row]
        if row in fields.rows or row in cues or page.shares[row] > LINKED:
            continue
        if plain and letters(line) == letters(fields.title or ""):
            below = page.ends[last - 1] - page.ends[row]
            return whole_line(page, row, 1) if sum(map(len, plain)) < below else None
        if not plain and _names(line, known, guided=guided):
            return whole_line(page, row, 1)
        guided = guided or _heads_guide(line)
        if not guided and of_site(line):
            continue
        above += 1
        if not (guided or introduces(page, row) or opens_page(line)):
            plain.append(line)
        if (
            above > MAX_ABOVE
            or len(plain) > MAX_PLAIN
            or (plain and not guided and page.sights[row] & LISTED)
        ):
            return None
    return None


def _names(line: str, known: Set[str], *, guided: bool) -> bool:
    """Tell whether a line is the name of a document, that of the page or one of its subject.

    Behind a guide, or below the title of a collection, one of the page's kind is enough.
    """
    if len(line) > MAX_NAME or SENTENCE_MARK.search(line) or line[-1] in "：:，、；" or NUMBERED.match(line):
        return False
    says = letters(line)
    if says in known:
        return True
    behind = [k for k in known if len(k) >= MIN_SHARED and says.endswith(k)]
    if any(
        not GUIDE_WORD.search(says.removesuffix(k)) for k in behind
    ):  # `某社入职办理流程`; not `什么是入职流程`
        return True
    if GUIDE_WORD.search(line) or behind:
        return False
    shared = KIND if guided or any(map(COLLECTION.search, known)) else MIN_SHARED
    if SAID.match(line):
        return False
    own = DOCUMENT.search(line.strip("《》【】 ")) and any(says[-shared:] == k[-shared:] for k in known)
    return bool(own) or not {letters(base) for base in base_titles([line])}.isdisjoint(known)


def _heads_guide(line: str) -> bool:
    return (
        len(line) <= MAX_NAME
        and not SENTENCE_MARK.search(line.rstrip("？?"))
        and bool(GUIDE_WORD.search(line))
    )
