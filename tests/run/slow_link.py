"""Where pages come from and what they are to one another, page by page: the slow twins."""

import json
from collections import defaultdict
from urllib.parse import quote

from pipeline.run.link import HOST, NUMBER
from pipeline.store.state import RecordState
from pipeline.urls import first_page_of, url_key

Origin = dict[str, object]  # a row of `ORIGIN`
Page = dict[str, object]  # a row of `PAGES`


def slow_provenance(records: list[RecordState]) -> list[Origin]:
    found = []
    for page_id in sorted({r.page_id for r in records if r.page_id is not None}):
        mine = [r for r in records if r.page_id == page_id]
        times = [r.captured_at for r in mine if r.captured_at is not None]
        urls = [(r.captured_at is None, r.captured_at or 0, r.url) for r in mine if r.url is not None]
        found.append(
            {
                "page_id": page_id,
                "sources": sorted({r.source for r in mine}),
                "url": min(urls)[2] if urls else None,
                "first": min(times, default=None),
                "last": max(times, default=None),
            }
        )
    return found


def slow_key(name: str) -> str:
    return url_key(f"http://{HOST}/{quote(name)}")


def slow_keys(origin: Origin) -> list[str]:
    if origin["url"]:
        return [url_key(origin["url"])]
    return [slow_key(name.removesuffix(".gz")) for name in origin["sources"]]


def slow_articles_left(page: Page) -> int:
    if not page["bare"] or not page["known"]:
        return page["n_articles"]
    return page["n_articles"] - set(page["bare"]).issubset(json.loads(page["known"])["boilerplate"])


def slow_link(pages: list[Page], origins: list[Origin]) -> list[tuple[str, int, bool]]:
    by_id, origin = {p["page_id"]: p for p in pages}, {o["page_id"]: o for o in origins}
    latest = _latest(origin)
    links = {i: (i, 0, i in latest) for i in by_id}
    mine = sorted(i for i in latest if by_id[i]["reason"] is None)
    names: dict[str, str] = {}
    for i in mine:
        for key in slow_keys(origin[i]):
            names.setdefault(key, i)
    chains = defaultdict(list)
    for i in mine:
        for key in slow_keys(origin[i]):
            first = names.get(first_page_of(key) or "", i)
            if first != i and by_id[first]["site"] == by_id[i]["site"]:
                chains[first].append(([int(n) for n in NUMBER.findall(key)], i))
                break
    followers_of_any = {i for chain in chains.values() for _, i in chain}
    for first in chains.keys() - followers_of_any:
        offset = slow_articles_left(by_id[first])
        for _, i in sorted(chains[first]):
            links[i] = (first, offset, True)
            offset += slow_articles_left(by_id[i])
    return [links[i] for i in sorted(links)]


def _latest(origin: dict[str, Origin]) -> set[str]:
    captures = defaultdict(list)
    for i, known in origin.items():
        if known["url"] is not None and known["last"] is not None:
            captures[url_key(known["url"])].append((known["last"], i))
    superseded = {i for found in captures.values() for _, i in found} - {max(f)[1] for f in captures.values()}
    return origin.keys() - superseded
