"""A page from bytes to record: decode, blocks, repair, convert, segment, structure, back to raw.

In two halves, since a corpus knows the lines of a site only after all its pages have been cut.
"""

import hashlib
import re
import sys
from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate, repeat
from typing import NamedTuple

from pipeline.clauses.structure import MANY, collector_paused
from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.page.assemble import CutPage, Origin, Texts, assemble, by_column
from pipeline.page.blocks import Blocks, read_blocks, without_scripts
from pipeline.page.boilerplate import drop_boilerplate
from pipeline.page.lines import PageLines, Told, page_lines
from pipeline.page.segment import segment_pages
from pipeline.page.sites import NO_HINTS, Hints, Site, match_site, read_hints, shipped_sites
from pipeline.records import Page, Repaired, RuleName, SiteKnowledge
from pipeline.text.convert import convert, convert_lines
from pipeline.text.encoding import Decoded, decode
from pipeline.text.offsets import OffsetMap
from pipeline.text.repair import repair
from pipeline.text.repair.headed import split_leaks, unsplit
from pipeline.urls import host_of

# `质(zhì )` behind a character: yes; `(xing)`, which has no tone and may be a gloss: no
TITLE_LEAK = re.compile(r"(?<=[一-鿿])[（(]\s*[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*\s*[)）]")


# glibc gives freed memory back to the system behind every page, and fresh memory costs 2 ns a byte: 3 to 8 %
# of a page. A block of this size, taken untouched and freed, raises its thresholds (mallopt(3),
# M_MMAP_THRESHOLD): it then keeps up to twice as many bytes. Elsewhere this does nothing.
KEPT_BYTES = 4 << 20
bytes(KEPT_BYTES)

DEFAULT = Config()  # made once, not for every page: 13 µs


class PageReject(InputError):  # noqa: N818 - a reject is a record, not a failure of ours
    """A page that is not read: `reason` is one of `page_too_large`, `too_many_lines`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def parse_page(
    body: bytes | str,
    url: str | None = None,
    *,
    config: Config | None = None,
    sites: Sequence[Site] = (),
    knowledge: SiteKnowledge | None = None,
) -> Page:
    r"""Parse one page of a template site, HTML or plain text.

    `body` is the page as served, transfer encoding removed; a str counts as UTF-8. `url`, where known, tells
    the site and whether the page continues another. `sites` come before the shipped ones. `knowledge` is what
    the corpus model knows of the site. Every visible line ends in exactly one place (`Page.lines`).

    Raises PageReject, an InputError, for a page beyond the limits of `config.page`. Linear but for the search
    for headings, which is bounded; 3 to 4 ms for 50 KB with numba loaded, 18 ms
    without (docs/accuracy-page.md). `text_hant` of clauses is made when first asked for.

    >>> page = parse_page("值班制度2篇\n值班制度1\n一、准时到岗。\n值班制度2\n一、做好记录。")
    >>> [(a.heading, a.text) for a in page.articles]
    [('值班制度1', '一、准时到岗。'), ('值班制度2', '一、做好记录。')]
    """
    cut = read_page(body, url, config=config, sites=sites, leaks=knowledge.leaks if knowledge else None)
    return finish_page(cut, knowledge.boilerplate if knowledge else frozenset(), config)


def read_page(
    body: bytes | str,
    url: str | None = None,
    *,
    config: Config | None = None,
    sites: Sequence[Site] = (),
    leaks: Mapping[str, str] | None = None,
    page_id: str | None = None,
) -> CutPage:
    """Decode, repair, convert and cut one page: all that does not depend on its site's boilerplate.

    Arguments as of `parse_page`; `leaks` is the leak table of the page's site, `page_id` its id where that is
    known already. Raises PageReject.
    """
    config = config or DEFAULT
    data = _checked(body if isinstance(body, bytes) else body.encode("utf-8", "replace"), config)
    served = Served(without_scripts(data), url, page_id or hashlib.sha256(data).hexdigest()[:32])
    return read_pages([served], config=config, sites=sites, leaks=leaks)[0]


class Served(NamedTuple):
    """A page as served but for its scripts (`without_scripts`), its address where that is known, its id."""

    body: bytes
    url: str | None
    page_id: str


def read_pages(
    served: Sequence[Served],
    *,
    config: Config = DEFAULT,
    sites: Sequence[Site] = (),
    leaks: Mapping[str, str] | None = None,
) -> list[CutPage]:
    """Cut pages as `read_page` does, one step after the other, each for all of them.

    So the code and the tables of a step stay in the processor's cache: of 64 pages each takes .8 of the time
    of one alone. Raises PageReject where one of them is rejected.
    """
    decoded = [decode(_checked(page.body, config)) for page in served]
    blocks = [_checked_blocks(each, config) for each in decoded]
    texts, titles = _canonical(blocks, config, leaks)
    pages = _lines(blocks, texts, titles)
    for page, own in zip(pages, decoded, strict=True):
        page.markup = own.text if page.from_html else ""
    every = (*sites, *(site for site in shipped_sites() if site not in sites))
    hints = list(map(_hints, [page.url for page in served], decoded, blocks, pages, repeat(every)))
    parts = segment_pages(pages, hints)
    origins = [
        Origin(page.page_id, page.url, each.encoding, each.evidence)
        for page, each in zip(served, decoded, strict=True)
    ]
    return list(map(CutPage, origins, texts, parts))


def _checked(body: bytes, config: Config) -> bytes:
    if len(body) > config.page.max_bytes:
        raise PageReject("page_too_large", f"{len(body)} bytes, page.max_bytes is {config.page.max_bytes}")
    return body


def _checked_blocks(page: Decoded, config: Config) -> Blocks:
    blocks = read_blocks(page.text, config.page.max_depth, page.points)
    if len(blocks.linked) > config.page.max_lines:
        raise PageReject("too_many_lines", f"{len(blocks.linked)}, page.max_lines is {config.page.max_lines}")
    return blocks


class Needs(NamedTuple):
    """What a raw text needs, as far as one pass over its characters can tell."""

    rules: Container[RuleName] | None = None  # of repair that may find anything; None: nobody has looked
    conversion: bool = True
    telling: bool = True  # as in `Texts`


def _needs(texts: Sequence[str]) -> list[Needs]:
    """Return what each text needs: all, where no compiled search is loaded."""
    if "numba" not in sys.modules:
        return [Needs()] * len(texts)
    from pipeline.text.repair.signs import CONVERTED, LEAK, rules_of, signs_of

    signs = signs_of(texts)
    return [Needs(rules_of(x), bool(x & CONVERTED), bool(x & (CONVERTED | LEAK))) for x in signs]


def _canonical(
    blocks: Sequence[Blocks], config: Config, leaks: Mapping[str, str] | None
) -> tuple[list[Texts], list[str]]:
    """Return the text forms of pages, and their titles in canonical form."""
    texts, titles = [], []
    for page, needs in zip(blocks, _needs([page.text for page in blocks]), strict=True):
        may_leak = needs.rules is None or "leak" in needs.rules
        headed = split_leaks(page.text) if may_leak else unsplit(page.text)
        found = repair(page.text, config.repair, table=leaks, needed=needs.rules, headed=headed)
        titles.append(_repaired_title(page.title, page.text, found, leaks))
        canonical = convert(found.text, "t2s") if needs.conversion or found.edits else found.text
        texts.append(Texts(page.text, found, canonical, OffsetMap(found.edits), needs.telling, headed))
    return texts, convert_lines(titles, "t2s")


def _lines(blocks: Sequence[Blocks], texts: Sequence[Texts], titles: Sequence[str]) -> list[PageLines]:
    """Return the lines of each page's canonical text, with what the markup and a glance say of them."""
    told: Iterable[Told | None] = repeat(None)
    if "numba" in sys.modules:
        from pipeline.page.glance import glance

        told = glance([forms.canonical for forms in texts])
    pages = []
    for page, forms, title, own in zip(blocks, texts, titles, told, strict=False):
        marks = _marks_of_repaired(page, forms)
        lines = page_lines(forms.canonical, marks, title, from_html=page.from_html, told=own)
        if page.layout and len(lines.texts) == len(page.linked):
            lines.layout = page.layout
        pages.append(lines)
    return pages


@cache
def load_kernels() -> None:
    """Load (on a fresh machine: compile) what reads pages faster, so that no page's time is spent on it.

    From then on this process reads pages by it, with the same result. .3 s; some ten on a fresh machine.
    """
    from pipeline.text.repair.signs import count_each

    count_each("甲 乙", ["甲 "])
    read_page("<html><body><p>的</p></body></html>".encode("gbk"))


def finish_page(
    cut: CutPage, boilerplate: frozenset[str] = frozenset(), config: Config | None = None
) -> Page:
    """Make the record of a page that has been cut; the lines of its site in `boilerplate` are dropped.

    `finish_page(read_page(body))` is `parse_page(body)`.
    """
    with collector_paused(many=len(cut.parts.columns.starts) > MANY):
        return assemble(drop_boilerplate(by_column(cut), boilerplate), config or DEFAULT)


def _marks_of_repaired(blocks: Blocks, texts: Texts) -> tuple[Sequence[int], Sequence[int]]:
    """Return links and heads by line of the repaired text: the blocks' own, unless repair joined lines."""
    text = texts.repaired.text
    if not texts.repaired.edits or text.count("\n") == blocks.text.count("\n"):
        return blocks.linked, blocks.heads
    starts = list(accumulate((len(x) + 1 for x in blocks.lines[:-1]), initial=0))
    at = accumulate((len(x) + 1 for x in text.split("\n")[:-1]), initial=0)
    rows = [bisect_right(starts, texts.offsets.start(x)) - 1 for x in at]
    return [blocks.linked[r] for r in rows], [blocks.heads[r] for r in rows]


def _repaired_title(title: str, raw: str, repaired: Repaired, table: Mapping[str, str] | None) -> str:
    """Repair `<title>`, too short to learn from, by the leaks of its page and site."""
    if not (table or repaired.edits) or ("(" not in title and "（" not in title):
        return title
    leaks, chars = dict(table or {}), set(title)
    of_page = [edit for edit in repaired.edits if edit.rule == "leak"]
    for edit in of_page:
        if raw[edit.start - 1] in chars and edit.start and not edit.replacement:
            leaks[raw[edit.start - 1]] = raw[edit.start + 1 : edit.end - 1].strip()
    for char in leaks.keys() & chars:
        title = re.sub(rf"{char}[（(]\s*{re.escape(leaks[char])}\s*[)）]", char, title)
    if of_page:  # then characters that leak in the title alone do too
        title = TITLE_LEAK.sub("", title)
    return title


def _hints(
    url: str | None, decoded: Decoded, blocks: Blocks, page: PageLines, sites: Sequence[Site]
) -> Hints:
    site = match_site(host_of(url) if url else "", page.texts, sites)
    if site is None:
        return NO_HINTS
    return read_hints(site, decoded.text if blocks.from_html else None, blocks.lines)
