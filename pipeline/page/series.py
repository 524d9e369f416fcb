"""The best series of headings: a chain 1, 2, …, N of candidates of one form, each with text behind."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from pipeline.page.headings import Candidate
from pipeline.page.lines import DOCUMENT, LINKED, PageLines, letters

MAX_GROUP = 300  # candidates of one form that are looked at: thrice what two digits can number
MIN_CONTENT = 4  # characters between two headings, line break included; less is a table of contents
NEAR_ROWS = 12  # lines between two headings within which links may be the rest of a table of contents
MIN_NAME = 4  # letters of a title that one heading alone must repeat
OWN_WORDS = 0.6  # share of its pairs of characters: `仓库管理制度的范本` under 仓库管理制度三篇 has .71
OWN_NAME = 0.8  # the same where nothing but a number stands before: `一、教育考试费标准` is a clause's name
OWN_SHARE = 0.4  # share of a bare heading's pairs of characters that the title says too
OWN_END = 6  # letters of a title's end: 物资管理制度 is the page's subject, 管理制度 any clause's
ASIDE = re.compile(r"[（(][^（）()]{1,8}[)）]\W*$")  # `（试行）`
OWN_LEAST = 5  # letters of a name that are enough: 消防安排's is, 职责 is any clause's
MIN_SCORE = 2.2  # of a chain of two and more: two plain steps and any one sign more
# Scores of facts §4's recipe, tuned on our own pages (docs/accuracy-page.md).
FIRST, FIRST_MISSING, NEXT, GAP, FOREIGN = 1.0, 0.2, 1.0, 0.4, 0.15
GLUED, DECLARED, NEAR_DECLARED, OVERLAP, MARKED, NUMBERED_WORD = 0.8, 1.5, 0.3, 1.5, 0.5, 0.7
WEAK_UNIT = -0.8
REJECTED = -1000.0
NAMED = 0.6  # share of a chain's titles that are names of documents: `值班要求` among `值班制度`, `值班规范`
KIND, LEAST_KIN = 2, 3  # letters of a name's end that say what a paper is; so many papers of one kind
SECTIONS = frozenset(("部分", "则"))  # of one text, whatever they are called
WEAK_UNITS = frozenset(("部分", "章节", "则", "份", "例", "套", "款", "版", "案例", "参考", "示例"))


@dataclass(frozen=True, slots=True)
class Series:
    """The chosen headings, in order, and the score of the choice; empty where none stands out."""

    headings: tuple[Candidate, ...]
    score: float


def best_series(page: PageLines, found: Sequence[Candidate], title: str, declared: int | None) -> Series:
    """Choose the chain of headings that most likely divides the page.

    `title` is the page's, `declared` the count it declares. Candidates come in order of place. Quadratic in
    the candidates of one form, of which at most 300 are read.
    """
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for c in found:
        groups[c.key].append(c)
        if c.key[0] == "bare" and c.title:
            groups[("tail", letters(c.title)[-3:])].append(c)
        elif c.key[0] == "lead" and (DOCUMENT.search(c.title) or ends_like(c.title, title)):
            groups[("lead", f"{c.key[1]}\nnamed")].append(c)  # names of articles among those of clauses
    best = Series((), 0.0)
    for key, members in groups.items():
        if key[0] == "tail" and len(members) == len(groups[members[0].key]):
            continue  # they are all the members of one form, which scores more
        if len(members) == 1 and not _single_is_enough(members[0], title, declared):
            continue
        chain, score = _best_chain(page, members[:MAX_GROUP])
        score += _bonus(page, chain, key, title, declared)
        enough = len(chain) >= 2 or (len(chain) == 1 and _single_is_enough(chain[0], title, declared))
        if enough and score > max(best.score, MIN_SCORE if len(chain) >= 2 else 1.0):
            best = Series(tuple(chain), score)
    return best


def best_chain(page: PageLines, members: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the chain of highest score of candidates of one form, whatever the score."""
    return _best_chain(page, members[:MAX_GROUP])[0]


def _single_is_enough(heading: Candidate, title: str, declared: int | None) -> bool:
    """Tell whether one heading is a series: a page cut short shows the first article of many."""
    if heading.ordinal != 1:
        return False
    if declared == 1 or heading.key in (("第", "篇"), ("篇", "")):
        return True
    named = heading.alone and len(letters(heading.title)) >= MIN_NAME
    own = heading.key == ("title", "篇") or (heading.key[0] == "bare" and (declared or 0) > 1)
    return named and own and overlap(heading.title, title) >= OWN_WORDS


def _offset(page: PageLines, c: Candidate) -> int:
    return page.starts[c.row] + c.start


def _best_chain(page: PageLines, members: Sequence[Candidate]) -> tuple[list[Candidate], float]:
    """Return the chain of highest score, by dynamic programming over places."""
    total = page.ends[-1]
    empty = _without_content(page, members, total)
    scores: list[float] = []
    before: list[int] = []
    for j, c in enumerate(members):
        weight = 1.0 if c.alone else GLUED
        best, link = (FIRST if c.ordinal == 1 else FIRST_MISSING if c.ordinal == 2 else -1.0) * weight, -1
        if empty[j]:
            best = -9.0
        for i in range(max(0, j - 60), j):
            step = _step(members[i], c) if not empty[i] and not empty[j] else None
            if step is not None and scores[i] + step * weight > best + 1e-9:
                best, link = scores[i] + step * weight, i
        scores.append(best)
        before.append(link)
    score, chain = max(scores), []
    at = scores.index(score)
    while at >= 0:
        chain.append(members[at])
        at = before[at]
    return chain[::-1], score


def _step(a: Candidate, b: Candidate) -> float | None:
    """Return what `b` right after `a` is worth; None where it cannot be."""
    if (b.row, b.start) < (a.row, a.body):
        return None
    if b.ordinal == a.ordinal + 1:
        return NEXT
    if b.ordinal == a.ordinal + 2:
        return GAP
    strong = b.alone and a.alone and b.key == a.key and b.key[0] in ("bare", "title")
    return FOREIGN if strong and b.ordinal > 1 else None


def _without_content(page: PageLines, members: Sequence[Candidate], total: int) -> list[bool]:
    """Tell for each candidate whether another stands directly behind it, as in a table of contents."""
    out = []
    for k, c in enumerate(members):
        at = k + 1
        while at < len(members) and members[at][:2] <= c[:2]:  # row and start
            at += 1
        later = members[at] if at < len(members) else None
        if later is None or later.row - c.row > NEAR_ROWS:
            size = (_offset(page, later) if later else total) - page.starts[c.row] - c.body
        else:
            size = _size_between(page, c, later)
        out.append(size < MIN_CONTENT)
    return out


def _size_between(page: PageLines, c: Candidate, later: Candidate) -> int:
    """Return how many characters stand between two headings; from `MIN_CONTENT` on it counts no further."""
    size = later.start - c.body + (len(page.texts[c.row]) + 1 if later.row > c.row else 0)
    for row in range(c.row + 1, later.row):  # line by line: what indents a line is no content
        if size >= MIN_CONTENT:
            break
        if page.shares[row] <= LINKED:
            size += len(page.texts[row]) + 1
    return size


def overlap(words: str, title: str) -> float:
    """Return the share of the pairs of neighbouring characters of `words` that stand in `title`, 0 to 1.

    >>> overlap("岗位职责", "出纳岗位职责3篇"), overlap("甲", "甲")
    (1.0, 0.0)
    """
    a, b = letters(words), letters(title)
    if len(a) < 2 or a in b:
        return 1.0 if len(a) > 1 else 0.0
    pairs = list(map(add, a, a[1:]))
    return sum(map(b.__contains__, pairs)) / len(pairs)


def ends_like(name: str, title: str) -> bool:
    """Tell whether a name ends as the title does: `河东中学机房巡检指南` under `机房巡检指南3篇`."""
    bare = letters(ASIDE.sub("", name) if ")" in name or "）" in name else name)
    return len(bare) >= OWN_LEAST and bare[-OWN_END:] in letters(title)


def _bonus(
    page: PageLines,
    chain: Sequence[Candidate],
    key: tuple[str, str],
    title: str,
    declared: int | None,
) -> float:
    """Return what speaks for a chain beside its steps; `title` is the page's."""
    if not chain:
        return REJECTED
    n = len(chain)
    score = 0.0
    if declared is not None:
        first_missing = chain[0].ordinal == 2
        score += (
            DECLARED if n + first_missing == declared else NEAR_DECLARED if abs(n - declared) <= 1 else 0.0
        )
    overlaps = {name: overlap(name, title) for name in {c.title for c in chain}}
    shared = sum([overlaps[c.title] for c in chain]) / n
    score += OVERLAP * shared
    marked = sum([page.heads[c.row] > 1 for c in chain]) / n
    score += MARKED * marked
    if key[0] in ("skeleton", "lead"):
        own = sum(ends_like(c.title, title) for c in chain) / n
        whole = n == chain[-1].ordinal and chain[0].ordinal == 1
        kin = whole and _are_kin(chain, title, declared or 0)
        counted = kin or (whole and n == declared)
        named = kin or _named(chain, key, title)
        speaks = _speaks(key, counted, (shared, marked, own), named=named)
        return score + (NUMBERED_WORD if named else 0.0) if speaks else REJECTED
    if key[0] in ("bare", "tail", "word"):
        own_words = shared >= OWN_SHARE or marked == 1.0
        if not own_words and (key[0] != "word" or not (n == declared or _named(chain, key, title))):
            # `今天08`, `附件1`: words with a number, unless the title or the markup speaks for them
            return REJECTED
        return score - (0.2 if key[0] == "tail" else 0.0)
    if "部分" in key and not n == declared == chain[-1].ordinal and _are_parts(chain, shared):
        return REJECTED
    weak = not WEAK_UNITS.isdisjoint(key) and not _named(chain, key, title)
    return score + (WEAK_UNIT if weak else NUMBERED_WORD)


def _named(chain: Sequence[Candidate], key: tuple[str, str], title: str) -> bool:
    """Tell whether most titles of a chain are names of documents, or end as the page's title does."""
    if not SECTIONS.isdisjoint(key):
        return False
    documents = sum(ends_like(c.title, title) or DOCUMENT.search(c.title) is not None for c in chain)
    return documents >= NAMED * len(chain)


def _are_parts(chain: Sequence[Candidate], shared: float) -> bool:
    """Tell parts of one text, `第一部分 项目概况`, from papers: by what each is called."""
    papers = sum(DOCUMENT.search(c.title) is not None for c in chain)
    return shared < OWN_SHARE and all(c.title for c in chain) and papers < NAMED * len(chain)


def _are_kin(chain: Sequence[Candidate], title: str, declared: int) -> bool:
    """Tell papers of one kind, that of the page, which shows some of those declared: `1、安全例会纪要`."""
    kinds = {letters(c.title)[-KIND:] for c in chain}
    kind = next(iter(kinds))
    same = len({c.title for c in chain}) == 1
    papers = same or (declared > 0 and DOCUMENT.search(kind) is not None)
    return (
        papers and len(kinds) == 1 and LEAST_KIN <= len(chain) <= (declared or len(chain)) and kind in title
    )


def _speaks(key: tuple[str, str], counted: bool, shares: tuple[float, float, float], *, named: bool) -> bool:
    """Tell whether enough speaks for a form that no rule names: its words, its titles, the count, the markup.

    `shares` are those of the titles' words that the page's title says too, of headings in the markup, and of
    titles that end with the page's subject.
    """
    shared, marked, own = shares
    lead = key[1].partition("\n")[0]
    if lead.isalnum():
        return shared >= OWN_SHARE or counted or named or marked == 1.0
    if lead:  # marks alone, as before clauses too: `★1`, `〖1〗`
        return named and (shared >= OWN_SHARE or counted or marked == 1.0)
    said = OWN_WORDS if key[0] == "skeleton" else OWN_NAME  # the same words again and again, or names
    return shared >= said or (named and (counted or own >= NAMED))
