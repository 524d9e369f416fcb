"""Cut pages laid out together: what `page.assemble.lay_out` makes of one, by column and for many at once.

No object a piece, and of an article its texts alone: half the time of one page after the other.
"""

import dataclasses
from collections.abc import Sequence
from itertools import accumulate, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.page.assemble import HIDDEN_GAP, page_fields, page_flags, script_evidence
from pipeline.page.boilerplate import SITE_BOILERPLATE, fallen_pieces
from pipeline.page.boilerplate import Pieces as PagePieces
from pipeline.page.pieces import ARTICLE, DROPPED, GUIDE, Columns
from pipeline.records import RULE_NAMES, PageFields, PageFlag, Script
from pipeline.run.packed import Cuts, Edits
from pipeline.text.convert import ScriptEvidence, detect_script
from pipeline.text.offset_arrays import OffsetArrays

Ints = NDArray[np.int32]
Numbers = NDArray[np.int64]
Bools = NDArray[np.bool_]
LEAK = RULE_NAMES.index("leak")
REPAIRS = (*RULE_NAMES, "unresolved")  # what is counted of a page
GROUP_BITS = 32  # of a key by which pieces are sorted


class Place(NamedTuple):
    """What other pages and the sources say of a page."""

    first: str  # page whose list of articles this one's belong to; its own id for most
    offset: int  # articles of that list before its own
    latest: bool  # not superseded by a later capture: it carries articles
    sources: tuple[str, ...]
    url: str | None
    url_key: str | None
    captured_at: int | None  # µs since 1970


class Lines(NamedTuple):
    """The pieces of some pages as lines: spans of all their canonical texts, one behind the other."""

    text: str
    starts: Ints
    ends: Ints

    def of(self, pieces: Numbers) -> list[str]:
        """Return the lines that some pieces are."""
        spans = zip(self.starts[pieces].tolist(), self.ends[pieces].tolist(), strict=True)
        return [self.text[a:b] for a, b in spans]


class Bodies(NamedTuple):
    """The sections of guides and the articles of some pages by column: of each page its guide first.

    A text lies between `starts` and `ends` of the canonical text of its page. `shifts` say of those in which
    a line of the page is missing where: place in the text, place on the page.
    """

    pages: Numbers  # number of the page of each
    is_article: Bools
    groups: Numbers  # number on the page: that of an article, that of a section
    starts: Ints
    ends: Ints
    headings: list[str]
    texts: list[str]
    shifts: dict[int, list[tuple[int, int]]]


class Laid(NamedTuple):
    """Some pages laid out; a superseded page has no bodies, though articles are counted in `n_articles`.

    `ids` are what the ids of the clauses of each body begin with: of an article its id. `titles` and
    `scripts` are those of the articles; `owners` says of each piece which body it is of, −1 where of no
    article.
    """

    cuts: Cuts
    places: Sequence[Place]
    pages: list[PageFields]
    n_articles: list[int]
    lines: Lines
    bodies: Bodies
    ids: list[str]
    titles: list[str]
    scripts: list[Script]
    owners: Ints
    offsets: OffsetArrays

    @property
    def page_ids(self) -> list[str]:
        """The ids of the pages."""
        return [origin.page_id for origin in self.cuts.origins]

    def numbers(self, *, articles: bool) -> Ints:
        """Return how many articles, or else sections of its guide, each page has."""
        mine = self.bodies.pages[self.bodies.is_article == articles]
        return np.bincount(mine, minlength=len(self.pages)).astype(np.int32)


def drop_known(cuts: Cuts, known: Sequence[frozenset[str]]) -> None:
    """Drop the known lines of each page, in place (`page.boilerplate.fallen_pieces`)."""
    pieces = cuts.pieces
    ends = np.cumsum(pieces.counts).tolist()
    asked = [k for k, lines in enumerate(known) if lines]
    mine = [slice(ends[k] - int(pieces.counts[k]), ends[k]) for k in asked]
    pages = [
        PagePieces(
            cuts.canonicals[k],
            Columns(
                *(pieces.starts[own].tolist(), pieces.ends[own].tolist()),
                *(pieces.roles[own].tobytes(), pieces.reasons[own].tobytes()),
                *(pieces.groups[own].tolist(), pieces.headings[own].tobytes()),
            ),
        )
        for k, own in zip(asked, mine, strict=True)
    ]
    fallen = fallen_pieces(pages, [known[k] for k in asked])
    rows = np.array([own.start + k for own, each in zip(mine, fallen, strict=True) for k in each], np.int64)
    pieces.roles[rows], pieces.reasons[rows], pieces.groups[rows] = DROPPED, SITE_BOILERPLATE, 0


def lay_out_pages(cuts: Cuts, places: Sequence[Place]) -> Laid:
    """Lay out some pages, whose known lines were dropped. 30 µs a page."""
    pieces, n_pages = cuts.pieces, len(places)
    page_of = np.repeat(np.arange(n_pages), pieces.counts)
    begins = np.cumsum([0, *map(len, cuts.canonicals)], dtype=np.int32)[page_of]
    lines = Lines("".join(cuts.canonicals), pieces.starts + begins, pieces.ends + begins)
    mine, keys = _members(cuts, page_of)
    counted = np.unique(keys[pieces.roles[mine] == ARTICLE]) >> GROUP_BITS + 1
    n_articles = np.bincount(counted, minlength=n_pages).tolist()
    shown = np.array([place.latest for place in places], dtype=np.bool_)
    if not shown.all():
        mine, keys = mine[shown[page_of[mine]]], keys[shown[page_of[mine]]]
    bodies, owners = _bodies(cuts, lines, mine, keys)
    scripts = _scripts(cuts)
    return Laid(
        *(cuts, places, _fields(cuts, places, scripts, n_articles), n_articles, lines, bodies),
        *(_ids(cuts, places, bodies), _titles(cuts, bodies), _scripts_of(cuts, bodies, scripts), owners),
        _offsets(cuts.edits),
    )


def _members(cuts: Cuts, page_of: Numbers) -> tuple[Numbers, Numbers]:
    """Return the pieces of guides and articles in the order of bodies, and a key of the body of each.

    Sections and articles are numbered as they come on their page.
    """
    roles, groups = cuts.pieces.roles, cuts.pieces.groups
    mine = np.flatnonzero((roles == ARTICLE) | (roles == GUIDE))
    keys = (2 * page_of[mine] + (roles[mine] == ARTICLE) << GROUP_BITS) + groups[mine]
    order = keys.argsort(kind="stable")
    return mine[order], keys[order]


def _bodies(cuts: Cuts, lines: Lines, mine: Numbers, keys: Numbers) -> tuple[Bodies, Ints]:
    """Return the bodies that `mine` are the pieces of, by their keys; and of each piece whose it is."""
    changes = np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)]
    body, begins = np.cumsum(changes) - 1, np.flatnonzero(changes)
    of_page = keys[begins] >> GROUP_BITS
    owners = np.full(len(cuts.pieces.roles), -1, dtype=np.int32)
    in_article = cuts.pieces.roles[mine] == ARTICLE
    owners[mine[in_article]] = body[in_article]
    is_heading = cuts.pieces.headings[mine] > 0
    heads, own = mine[is_heading], mine[~is_heading]
    n_heads, n_own = (np.bincount(body[which], minlength=len(begins)) for which in (is_heading, ~is_heading))
    said = iter(lines.of(heads))
    headings = [" ".join(islice(said, n)) for n in n_heads.tolist()]
    starts, ends, texts, shifts = _texts(cuts, lines, (heads, n_heads), (own, n_own))
    is_article, groups = (of_page & 1).astype(np.bool_), keys[begins] & (1 << GROUP_BITS) - 1
    return Bodies(of_page >> 1, is_article, groups, starts, ends, headings, texts, shifts), owners


def _texts(
    cuts: Cuts, lines: Lines, heads: tuple[Numbers, Numbers], own: tuple[Numbers, Numbers]
) -> tuple[Ints, Ints, list[str], dict[int, list[tuple[int, int]]]]:
    """Return where bodies begin and end on their pages, their texts, and the shifts in these.

    heads, own: the pieces of headings and of bodies, and how many each body has. One without stands behind
    its heading. Whole lines that follow each other are cut in one piece.
    """
    first, last, n_own = _edges(*own)
    _, last_head, _ = _edges(*heads)
    at = np.where(n_own, first, last_head), np.where(n_own, last, last_head)
    begins = [np.where(n_own, s[at[0]], e[at[0]]) for s, e in ((lines.starts, lines.ends), cuts.pieces[:2])]
    stops = lines.ends[at[1]], cuts.pieces.ends[at[1]]
    sizes = np.concatenate(([0], np.cumsum(lines.ends[own[0]] - lines.starts[own[0]] + 1)))
    upto = np.cumsum(n_own)
    whole = (sizes[upto] - sizes[upto - n_own] - 1 == stops[0] - begins[0]) | (n_own == 0)
    texts = [lines.text[a:b] for a, b in zip(begins[0].tolist(), stops[0].tolist(), strict=True)]
    shifts = {}
    for k in np.flatnonzero(~whole).tolist():
        rows = own[0][upto[k] - n_own[k] : upto[k]]
        said = lines.of(rows)
        places = accumulate((len(line) + 1 for line in said[:-1]), initial=0)
        texts[k] = "\n".join(said)
        shifts[k] = list(zip(places, cuts.pieces.starts[rows].tolist(), strict=True))
    return begins[1], stops[1], texts, shifts


def _edges(pieces: Numbers, counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the first and the last of so many pieces at a time (any where there is none), and how many."""
    ends, pieces = np.cumsum(counts), np.append(pieces, 0)
    return pieces[ends - counts], pieces[ends - 1], counts


def _scripts(cuts: Cuts) -> list[ScriptEvidence]:
    """Return the script of each page."""
    page_of = np.repeat(np.arange(len(cuts.raws)), cuts.edits.counts)
    leaks = np.bincount(page_of[cuts.edits.rules == LEAK], minlength=len(cuts.raws)).tolist()
    return list(map(script_evidence, cuts.repaired, cuts.canonicals, leaks))


def _scripts_of(cuts: Cuts, bodies: Bodies, pages: Sequence[ScriptEvidence]) -> list[Script]:
    """Return the script of each article: that of the page unless the page is mixed."""
    scripts = [pages[k].script for k in bodies.pages[bodies.is_article].tolist()]
    for n, script in enumerate(scripts):
        if script == "mixed":
            k = np.flatnonzero(bodies.is_article)[n]
            page, mine = bodies.pages[k], slice(bodies.starts[k], bodies.ends[k])
            scripts[n] = detect_script(cuts.repaired[page][mine], cuts.canonicals[page][mine]).script
    return scripts


def _ids(cuts: Cuts, places: Sequence[Place], bodies: Bodies) -> list[str]:
    """Return what the ids of the clauses of each body begin with."""
    told = [
        (origin.page_id, place.first, place.offset)
        for origin, place in zip(cuts.origins, places, strict=True)
    ]
    listed = zip(bodies.pages.tolist(), bodies.is_article.tolist(), bodies.groups.tolist(), strict=True)
    return [
        f"{told[page][1]}:{group + told[page][2]}" if is_article else f"{told[page][0]}:g{group}"
        for page, is_article, group in listed
    ]


def _titles(cuts: Cuts, bodies: Bodies) -> list[str]:
    mine = bodies.is_article
    listed = zip(bodies.pages[mine].tolist(), bodies.groups[mine].tolist(), strict=True)
    return [cuts.told[page].titles[group - 1] or cuts.told[page].subject for page, group in listed]


def _fields(
    cuts: Cuts, places: Sequence[Place], scripts: Sequence[ScriptEvidence], n_articles: Sequence[int]
) -> list[PageFields]:
    """Return what each page says of itself, and that it goes on with the list of another."""
    page_of = np.repeat(np.arange(len(places)), cuts.pieces.counts)
    gaps = set(page_of[cuts.pieces.reasons == HIDDEN_GAP].tolist())
    found = []
    for k, (origin, told, repairs) in enumerate(zip(cuts.origins, cuts.told, _repairs(cuts), strict=True)):
        flags = page_flags(origin, told, k in gaps, n_articles[k])
        fields = page_fields(origin, told, scripts[k], (flags, repairs))
        found.append(_continued(fields, places[k]))
    return found


def _continued(page: PageFields, place: Place) -> PageFields:
    """Return the fields of a page, those of one that continues the list of another with that said."""
    if place.first == page.page_id or not place.latest:
        return page
    flags: list[PageFlag] = [flag for flag in page.flags if flag not in ("continued", "count_mismatch")]
    return dataclasses.replace(page, flags=(*flags, "continued"), continues=place.first)


def _repairs(cuts: Cuts) -> list[dict[str, int]]:
    """Return how many places of each page each rule mended."""
    edits, n_pages = cuts.edits, len(cuts.raws)
    page_of = np.repeat(np.arange(n_pages), edits.counts)
    # Edits that touch mend one place: a byte shift takes out the pinyin and rewrites what follows.
    touch = (edits.ends[:-1] >= edits.starts[1:]) & (edits.rules[:-1] == edits.rules[1:])
    apart = np.concatenate(([True], ~touch | (page_of[1:] != page_of[:-1])))[: len(page_of)]
    places = page_of[apart] * len(RULE_NAMES) + edits.rules[apart]
    counts = np.bincount(places, minlength=n_pages * len(RULE_NAMES)).reshape(n_pages, -1).tolist()
    return [
        dict(zip(REPAIRS, (*own, lost), strict=True))
        for own, lost in zip(counts, cuts.unresolved, strict=True)
    ]


def _offsets(edits: Edits) -> OffsetArrays:
    """Return the way from the texts of the pages back to what was read."""
    if edits.replacements is None:
        sizes = np.zeros(len(edits.rules), dtype=np.int32)
    else:
        sizes = np.array(list(map(len, edits.replacements)), dtype=np.int32)
    return OffsetArrays(edits.starts, edits.ends, sizes, edits.counts)
