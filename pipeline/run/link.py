"""What pages are to one another: captures of one address, pages that continue another's list of articles."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.run.pages import Mask, Rows, articles_left, is_there
from pipeline.urls import first_page_of, url_key

LINKS = pa.schema(
    [
        ("first", pa.string()),  # ids of a page's articles are `first:(ordinal + offset)`; alone, its own id
        ("offset", pa.int64()),
        ("latest", pa.bool_()),
    ]
)
NUMBER = re.compile(r"\d+")
HOST = "file"  # in front of the name of a file without address, so that one rule reads both
# 000/00012.html, but no folder of dots and no index file: what `url_key` leaves as it is
PLAIN_PART = "[A-Za-z0-9_-][A-Za-z0-9._-]*"
PLAIN_NAME = f"^(?:{PLAIN_PART}/)*{PLAIN_PART}$"
INDEX_NAME = r"(?i)(?:^|/)(?:index|default)\.[^/]*$"
LATER_NAME = (
    r"_(?:[2-9]|[1-4]\d)\.[A-Za-z]{3,5}$"  # 7_2.html: what `first_page_of` may see in a name, or less
)
PACKED = ".gz"


class Later(NamedTuple):
    """A page that may continue another's list: its row, its address, and that of the list's first page."""

    row: int
    key: str
    first: str


class Addresses(NamedTuple):
    """The addresses of pages, those of one in order: the keys of URLs, or names of files where it has none.

    Rows are in order. Of names, which are many, no keys are made but of those that are looked at.
    """

    url_rows: list[int]
    urls: list[str]
    name_rows: Rows
    names: pa.Array


def link(pages: pa.Table, origin: pa.Table) -> pa.Table:
    """Return the place of every page (`LINKS`), row by row; `origin` tells where each comes from.

    Of several captures of one address the latest carries the articles; pages without a time of capture are
    never superseded, since nothing says which is newer. .3 µs a page, 15 µs one that has an address.
    """
    ids, keys = pages["page_id"], _url_keys(origin)
    latest = _latest(keys, origin)
    firsts, offsets = np.arange(len(ids)), np.zeros(len(ids), np.int64)
    mine = latest & ~is_there(pages["reason"])
    sites = pages["site"].combine_chunks().dictionary_encode("encode").indices
    chains = _chains(_addresses(keys, origin, mine), np.asarray(sites))
    left = articles_left(pages) if chains else offsets
    followers_of_any = {row for chain in chains.values() for _, row in chain}
    for first in chains.keys() - followers_of_any:
        offset = left[first]
        for _, row in sorted(chains[first]):
            firsts[row], offsets[row] = first, offset
            offset += left[row]
    return pa.table([ids.take(pa.array(firsts)), offsets, latest], schema=LINKS)


def _url_keys(origin: pa.Table) -> dict[int, str]:
    """Return the keys of addresses, by row."""
    rows = np.flatnonzero(is_there(origin["url"]))
    urls = origin["url"].take(pa.array(rows)).to_pylist()
    return dict(zip(rows.tolist(), map(url_key, urls), strict=True))


def _latest(keys: dict[int, str], origin: pa.Table) -> Mask:
    """Return which pages no later capture of their address supersedes."""
    last = origin["last"].take(pa.array(list(keys), pa.int64())).to_pylist()
    best: dict[str, tuple[int, int]] = {}
    timed = {row: when for row, when in zip(keys, last, strict=True) if when is not None}
    for row, when in timed.items():
        best[keys[row]] = max(best.get(keys[row], (when, row)), (when, row))
    latest = np.ones(origin.num_rows, np.bool_)
    latest[list(timed)] = False
    latest[[row for _, row in best.values()]] = True
    return latest


def _addresses(keys: dict[int, str], origin: pa.Table, mine: Mask) -> Addresses:
    """Return the addresses of some pages."""
    addressed = np.asarray(pc.fill_null(pc.not_equal(origin["url"], ""), False))
    urls = {row: key for row, key in keys.items() if mine[row] and addressed[row]}
    sources = origin["sources"].combine_chunks()
    owners, names = np.asarray(pc.list_parent_indices(sources)), sources.flatten()
    named = mine & ~addressed
    if not named.all():
        owners, names = owners[named[owners]], names.filter(pa.array(named[owners]))
    return Addresses(list(urls), list(urls.values()), owners, _unpacked(names))


def _unpacked(names: pa.Array) -> pa.Array:
    packed = pc.ends_with(names, PACKED)
    if not pc.any(packed).as_py():
        return names
    return pc.if_else(packed, pc.utf8_slice_codeunits(names, 0, -len(PACKED)), names)


def _chains(addresses: Addresses, sites: NDArray[np.int32]) -> dict[int, list[tuple[list[int], int]]]:
    """Return, by the first page of a list, those that continue it, with the numbers in their addresses."""
    later = sorted(_later(addresses), key=lambda each: each.row)  # of a page in order of its addresses
    names = _behind(addresses, {each.first for each in later}) if later else {}
    chains: dict[int, list[tuple[list[int], int]]] = defaultdict(list)
    chained: set[int] = set()
    for row, key, address in later:
        first = names.get(address, row)
        if first != row and row not in chained and sites[first] == sites[row]:
            chained.add(row)  # by the first of its addresses that leads to another page
            chains[first].append((_numbers(key), row))
    return chains


def _later(addresses: Addresses) -> Iterator[Later]:
    """Yield the addresses that are those of later pages of a list."""
    found = np.flatnonzero(np.asarray(pc.match_substring_regex(addresses.names, LATER_NAME)))
    for row, key in _keyed(addresses, found):
        if (first := first_page_of(key)) is not None:
            yield Later(row, key, first)


def _behind(addresses: Addresses, wanted: set[str]) -> dict[str, int]:
    """Return the page behind some addresses: the first, of the smallest id, where several share one."""
    there = np.flatnonzero(
        np.asarray(pc.is_in(_name_keys(addresses.names), value_set=pa.array(wanted, pa.string())))
    )
    behind: dict[str, int] = {}
    for row, key in _keyed(addresses, there):
        if key in wanted:
            behind[key] = min(behind.get(key, row), row)
    return behind


def _keyed(addresses: Addresses, named: Rows) -> Iterator[tuple[int, str]]:
    """Yield the rows and keys of all URLs, and of some of the names."""
    yield from zip(addresses.url_rows, addresses.urls, strict=True)
    keys = _name_keys(addresses.names.take(pa.array(named)))
    yield from zip(addresses.name_rows[named].tolist(), keys.to_pylist(), strict=True)


def _name_keys(names: pa.Array) -> pa.Array:
    """Return the key of each file's name, as `url_key` gives it; of most names it is the name."""
    plain = pc.and_not(
        pc.match_substring_regex(names, PLAIN_NAME), pc.match_substring_regex(names, INDEX_NAME)
    )
    keys = pc.binary_join_element_wise(HOST, names, "/")
    if pc.all(plain).as_py():
        return keys
    others = pa.array(map(_name_key, names.filter(pc.invert(plain)).to_pylist()), pa.string())
    return pc.replace_with_mask(keys, pc.invert(plain), others)


def _name_key(name: str) -> str:
    return url_key(f"http://{HOST}/{quote(name)}")


def _numbers(key: str) -> list[int]:
    """Return the numbers in an address, so that page 10 comes after page 9."""
    return [int(n) for n in NUMBER.findall(key)]
