"""The domain types. Imports nothing of ours.

Text forms (docs/design.md): *raw* is the visible text of a page, *repaired* is raw after damage repair,
*text* is repaired in Simplified characters; repaired and text have the same number of code points.
A span is a half-open pair of code point offsets into one *named* form.

What a page has hundreds of (edits, clauses, lines) is a named tuple, made in 0.4 µs; a frozen dataclass takes
1.9 µs. The rest are dataclasses.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Literal, NamedTuple, TypeVar, get_args

Row = TypeVar("Row", bound=tuple[Any, ...])


def from_columns(kind: type[Row], *columns: Iterable[object]) -> Iterator[Row]:
    """Yield named tuples of one kind from all their fields as columns: 0.1 µs each, where a call takes 0.4.

    The shortest column ends them.

    >>> list(from_columns(Unresolved, [1, 4], [2, 6], ["leak", "leak"]))[1]
    Unresolved(start=4, end=6, rule='leak')
    """
    return map(tuple.__new__, repeat(kind), zip(*columns, strict=False))


SCHEMA_VERSION = "fanwen/1"  # of the JSON objects and tables: changes by addition only (contract)

RuleName = Literal["leak", "byte_shift", "a1_insert", "lead_loss", "stray_mark", "blank", "invisible"]
RULE_NAMES: tuple[RuleName, ...] = get_args(RuleName)

ClauseKind = Literal["clause", "paragraph", "label", "heading"]
CLAUSE_KINDS: tuple[ClauseKind, ...] = get_args(ClauseKind)

ClauseFlag = Literal["gap", "restart", "doubled", "misnumbered", "damaged_marker", "tail"]
CLAUSE_FLAGS: tuple[ClauseFlag, ...] = get_args(ClauseFlag)

PageFlag = Literal["count_mismatch", "truncated", "continued"]
PAGE_FLAGS: tuple[PageFlag, ...] = get_args(PageFlag)

Script = Literal["hans", "hant", "mixed"]
SCRIPTS: tuple[Script, ...] = get_args(Script)
HantOrigin = Literal["served", "generated"]
HANT_ORIGINS: tuple[HantOrigin, ...] = get_args(HantOrigin)

DropReason = Literal[
    "navigation",
    "footer",
    "teaser",
    "related",
    "advert",
    "share",
    "introduction",
    "contents",
    "spam",
    "hidden_gap",
    "site_boilerplate",
]
DROP_REASONS: tuple[DropReason, ...] = get_args(DropReason)

LineRole = Literal["field", "guide", "article", "dropped"]
LINE_ROLES: tuple[LineRole, ...] = get_args(LineRole)

RejectReason = Literal[
    "unreadable",  # no permission, an I/O error, vanished while reading
    "symlink",  # never followed: what it names inside RAW is read where it stands, outside RAW not at all
    "not_a_file",  # a pipe, a socket, a device
    "empty",  # no bytes, or no visible text
    "unknown_type",  # neither HTML nor text nor a container of them
    "too_large",  # over a limit of one page: bytes or lines
    "expands",  # an archive that grows beyond all measure
    "corrupt",  # truncated or broken container
    "encrypted",  # a member of a zip with a password
    "nested_archive",  # an archive inside an archive
    "unsupported",  # the page module refused it (its message stands in detail)
    "timeout",  # over the time limit of one page
    "worker_died",  # the process that parsed it was killed or crashed, twice
    "parse_error",  # the program failed on it: worth a bug report
]
REJECT_REASONS: tuple[RejectReason, ...] = get_args(RejectReason)

Relation = Literal["exact", "template", "edited", "contains", "contained", "shared"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)


class Edit(NamedTuple):
    """One replacement made while repairing: `raw[start:end]` became `replacement`, by `rule`."""

    start: int
    end: int
    replacement: str
    rule: RuleName


class Unresolved(NamedTuple):
    """A span of raw in which information is lost: damage seen, nothing guessed."""

    start: int
    end: int
    rule: RuleName


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired text. `edits` are in order and apart; applied to raw they give `text` exactly.

    `unresolved` spans, too, are code points of the input.
    """

    text: str
    edits: tuple[Edit, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


class HantForms:
    """The Traditional forms of a page's clauses, made in one go when the first of them is asked for.

    `make` returns them in document order, guide behind the articles; it is called once at most. Two are equal
    where their forms are.

    >>> forms = HantForms(lambda: ["規範"])
    >>> forms[0]
    '規範'
    """

    __slots__ = ("_forms", "_make")

    def __init__(self, make: Callable[[], Sequence[str]]) -> None:
        self._make: Callable[[], Sequence[str]] | None = make
        self._forms: Sequence[str] = ()

    def all(self) -> Sequence[str]:
        """Return the forms of all clauses."""
        if self._make is not None:
            self._forms, self._make = self._make(), None
        return self._forms

    def __getitem__(self, place: int) -> str:
        return self.all()[place]

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, HantForms) and self.all() == other.all())

    def __hash__(self) -> int:
        return hash(len(self.all()))


NO_HANT = HantForms(lambda: [""])  # of clauses without a Traditional form: each has place 0


class Clause(NamedTuple):
    """One node of the tree of clauses, in document order.

    `path` is the 1-based positions among siblings from the root ("3.1"), `level` its depth, `parent` the
    clause_id of the node above or None. `marker` is as written in canonical script, None for paragraphs and
    headings; `ordinal` is None for all that is not numbered. `raw_start` is the marker's first code point,
    `raw_end` the end of the clause's own text, before its first child. `hant[hant_place]` is `text_hant`, the
    text in Traditional characters: OpenCC takes as long for it as for half of the page, and most readers of a
    page ask for none.
    """

    clause_id: str
    path: str
    parent: str | None
    level: int
    kind: ClauseKind
    marker: str | None
    ordinal: int | None
    text: str
    raw_start: int
    raw_end: int
    flags: tuple[ClauseFlag, ...] = ()
    hant: HantForms = NO_HANT
    hant_place: int = 0

    @property
    def text_hant(self) -> str:
        """Own text in Traditional characters; the first call makes the forms of the whole page."""
        return self.hant[self.hant_place]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page's guide: its heading ("" before any heading) and its clauses."""

    heading: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a page. `text` is the body without the heading line, canonical form.

    `raw_start`, `raw_end` delimit the body in the page's raw text. `script` is what was served here.
    """

    article_id: str
    ordinal: int
    heading: str
    title: str
    text: str
    clauses: tuple[Clause, ...]
    raw_start: int
    raw_end: int
    script: Script


class Dropped(NamedTuple):
    """Lines that belong to no field, guide or article, and why. `text` is canonical."""

    reason: DropReason
    text: str


class Line(NamedTuple):
    """Where one visible line ended up: `raw_start`, `raw_end` are code points of raw, without the break."""

    line: int
    raw_start: int
    raw_end: int
    role: LineRole
    reason: DropReason | None = None
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class PageFields:
    """What a page says of itself, and how it was read. `repairs` counts edits by rule, plus `unresolved`."""

    page_id: str
    url: str | None
    site: str | None
    title: str | None
    breadcrumb: tuple[str, ...]
    updated: str | None
    views: int | None
    declared_articles: int | None
    author: str | None
    script: Script
    hant_origin: HantOrigin
    encoding: str
    flags: tuple[PageFlag, ...]
    repairs: dict[str, int]
    continues: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: fields, guide, articles, dropped lines, and the raw text and edits behind them."""

    page: PageFields
    guide: tuple[Section, ...]
    articles: tuple[Article, ...]
    dropped: tuple[Dropped, ...]
    lines: tuple[Line, ...]
    raw: str
    edits: tuple[Edit, ...]
    unresolved: tuple[Unresolved, ...]


@dataclass(frozen=True, slots=True)
class SiteKnowledge:
    """What the corpus model knows of one site (contract §4).

    `leaks`: character -> its pinyin as leaked on the site's pages, for pieces too short to learn from.
    `boilerplate`: canonical lines that stand on many of the site's bodies, outside articles or at their edge.
    """

    leaks: dict[str, str]
    boilerplate: frozenset[str]
