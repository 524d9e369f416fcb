"""What pages are to one another: captures of one address, pages that continue another's list of articles."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import quote

from pipeline.store.state import PageState, RecordState
from pipeline.urls import first_page_of, url_key

NUMBER = re.compile(r"\d+")
HOST = "file"  # in front of the name of a file without address, so that one rule reads both
# 000/00012.html, but no folder of dots and no index file: what `url_key` leaves as it is
PLAIN_PART = "[A-Za-z0-9_-][A-Za-z0-9._-]*"
PLAIN_NAME = re.compile(rf"(?:{PLAIN_PART}/)*(?!(?:index|default)\.){PLAIN_PART}", re.IGNORECASE)


@dataclass(slots=True)
class Provenance:
    """Where a body comes from: sources in order, address, first and last capture (µs since 1970)."""

    sources: list[str] = field(default_factory=list)
    url: str | None = None
    first: int | None = None
    last: int | None = None


class Link(NamedTuple):
    """A page's place: ids of its articles are `first:(ordinal + offset)`; alone, `first` is its own id."""

    first: str
    offset: int
    latest: bool


def provenance(records: Iterable[RecordState]) -> dict[str, Provenance]:
    """Return the provenance of every body that the records hold; independent of their order."""
    found: dict[str, Provenance] = defaultdict(Provenance)
    best: dict[str, tuple[float, str]] = {}
    for record in records:
        if record.page_id is None:
            continue
        known = found[record.page_id]
        known.sources.append(record.source)
        if record.captured_at is not None:
            when = record.captured_at
            known.first = when if known.first is None else min(known.first, when)
            known.last = when if known.last is None else max(known.last, when)
        if record.url is not None:
            asked = float("inf") if record.captured_at is None else float(record.captured_at)
            best[record.page_id] = min(best.get(record.page_id, (asked, record.url)), (asked, record.url))
    for page_id, known in found.items():
        known.sources = sorted(set(known.sources))
        known.url = best[page_id][1] if page_id in best else None
    return dict(found)


def link(pages: Iterable[PageState], origin: dict[str, Provenance]) -> dict[str, Link]:
    """Return the place of every page.

    Of several captures of one address the latest carries the articles; pages without a time of capture are
    never superseded, since nothing says which is newer.
    """
    live = sorted(pages, key=attrgetter("page_id"))
    latest = _latest(live, origin)
    links = {i: Link(i, 0, i in latest) for i in map(attrgetter("page_id"), live)}
    by_id = {p.page_id: p for p in live if p.page_id in latest and p.reason is None}
    chains = _chains({i: _keys(p, origin[i]) for i, p in by_id.items()}, by_id)
    followers_of_any = {page_id for chain in chains.values() for _, page_id in chain}
    for first, followers in sorted(chains.items()):
        if first in followers_of_any:
            continue
        offset = articles_left(by_id[first])
        for _, page_id in sorted(followers):
            links[page_id] = Link(first, offset, True)
            offset += articles_left(by_id[page_id])
    return links


def _chains(
    keys: dict[str, list[str]], pages: dict[str, PageState]
) -> dict[str, list[tuple[list[int], str]]]:
    """Return, by the first page of a list, those that continue it, with the numbers in their addresses."""
    later = [(i, key, first) for i, own in keys.items() for key in own if (first := first_page_of(key))]
    names = _names(keys) if later else {}
    chains: dict[str, list[tuple[list[int], str]]] = defaultdict(list)
    chained: set[str] = set()
    for page_id, key, address in later:
        first = names.get(address, page_id)
        if first != page_id and page_id not in chained and pages[first].site == pages[page_id].site:
            chained.add(page_id)  # by the first of its addresses that leads to another page
            chains[first].append((_numbers(key), page_id))
    return chains


def articles_left(page: PageState) -> int:
    """Return how many articles a page has when the lines that its site is known for are dropped."""
    if not page.bare or not page.known:
        return page.n_articles
    return page.n_articles - set(page.bare).issubset(json.loads(page.known)["boilerplate"])


def _latest(pages: list[PageState], origin: dict[str, Provenance]) -> set[str]:
    best: dict[str, tuple[int, str]] = {}
    alone: set[str] = set()
    for page in pages:
        known = origin[page.page_id]
        if known.url is None or known.last is None:
            alone.add(page.page_id)
        else:
            key, rank = url_key(known.url), (known.last, page.page_id)
            best[key] = max(best.get(key, rank), rank)
    return alone | {page_id for _, page_id in best.values()}


def _keys(page: PageState, known: Provenance) -> list[str]:
    """Return the addresses of a page: its own, or the names of its files where it has none."""
    address = known.url or page.url
    if address:
        return [url_key(address)]
    return [_name_key(name.removesuffix(".gz")) for name in known.sources]


def _name_key(name: str) -> str:
    """Return the key of a file's name, as `url_key` gives it; of most names it is the name."""
    if PLAIN_NAME.fullmatch(name):
        return f"{HOST}/{name}"
    return url_key(f"http://{HOST}/{quote(name)}")


def _names(keys: dict[str, list[str]]) -> dict[str, str]:
    """Return the page behind every address: the first, of the smallest id, where several share one."""
    names: dict[str, str] = {}
    for page_id, own in keys.items():
        for key in own:
            names.setdefault(key, page_id)
    return names


def _numbers(key: str) -> list[int]:
    """Return the numbers in an address, so that page 10 comes after page 9."""
    return [int(n) for n in NUMBER.findall(key)]
