"""From parsed rows to table shards: a part's parsed rows, its articles for comparison, its five tables."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.shuffle import PARTS, newest, part_of, read_part
from pipeline.run.corpus import Run
from pipeline.run.link import Link, Provenance
from pipeline.run.parsed import PARSED
from pipeline.run.shards import parsed_path, read_parsed
from pipeline.schema import TABLES
from pipeline.store.files import write_atomically
from pipeline.store.generations import spool_of, state_of
from pipeline.urls import url_key

PART_PAGES = 1024  # pages of one part: some 300 MB while it is built, and files of up to 15 MB
ZSTD = pa.ipc.IpcWriteOptions(compression="zstd")
NESTED = ("articles", "clauses", "edits", "lines")
COMPARED = (
    "article_id",
    "page_id",
    "text",
    "n_chars",
    "n_clauses",
    "script",
    "raw_start",
    "raw_end",
    "text_id",
)


def parts_for(pages: int) -> int:
    """Return into how many parts so many pages are cut: a power of two.

    >>> [parts_for(n) for n in (0, 1024, 1025, 100_000, 10_000_000)]
    [1, 1, 2, 128, 256]
    """
    parts = 1
    while parts < PARTS and pages > parts * PART_PAGES:
        parts *= 2
    return parts


def merge_part(run: Run, part: int, parts: int, to: Path) -> None:
    """Write the parsed rows of a part's live pages: what still holds of the last run, and new ones."""
    tables = [pa.Table.from_batches(read_part(spool_of(run.out), part, parts), PARSED)]
    if run.held:
        tables.insert(0, _held(run, part, parts))
    table = pa.concat_tables(t.cast(PARSED) for t in tables)
    keys = zip(table.column("page_id").to_pylist(), table.column("key").to_pylist(), strict=True)
    wanted = [i in run.live and run.pages[i].key == key for i, key in keys]
    table = newest(table.filter(pa.array(wanted, pa.bool_())), "page_id")

    def write(path: Path) -> None:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, PARSED, options=ZSTD) as writer:
            writer.write_table(table.combine_chunks())

    write_atomically(parsed_path(to, part, parts), write)


def _held(run: Run, part: int, parts: int) -> pa.Table:
    """Return the last run's parsed rows of a part, however many parts it had."""
    found = []
    for path in sorted(state_of(run.out, run.generation).glob("parsed-*.arrow")):
        old, total = (int(n) for n in path.stem.removeprefix("parsed-").split("-of-"))
        if old * parts < (part + 1) * total and part * total < (old + 1) * parts:
            found.append(read_parsed(path, None))
    if not found:
        return PARSED.empty_table()
    table = pa.concat_tables(found)
    firsts = [part_of(i, parts) == part for i in table.column("page_id").to_pylist()]
    return table.filter(pa.array(firsts, pa.bool_()))


def flatten(parsed: pa.Table, name: str) -> pa.Table:
    """Return the rows of a nested column as a table of their own, in the order of the pages."""
    lists = parsed.column(name).combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pa.ChunkedArray) else lists
    return pa.Table.from_struct_array(pa.ListArray.flatten(lists))


def compared_articles(parsed: pa.Table, links: dict[str, Link], origin: dict[str, Provenance]) -> pa.Table:
    """Return the articles of latest pages with what comparison needs of their pages."""
    parsed = parsed.filter(_latest(parsed, links))
    table = latest_articles(parsed, links).select(COMPARED)
    repairs = parsed.column("page").combine_chunks()
    repairs = pc.struct_field(repairs, "repairs")
    total: Any = 0
    for rule in range(repairs.type.num_fields):
        total = pc.add(total, pc.struct_field(repairs, rule))
    by_page = dict(zip(parsed.column("page_id").to_pylist(), total.to_pylist(), strict=True))
    owners = table.column("page_id").to_pylist()
    when = [origin[i].first for i in owners]
    table = table.append_column("captured_at", pa.array(when, pa.int64()).cast(pa.timestamp("us", tz="UTC")))
    return table.append_column("n_repairs", pa.array([by_page[i] for i in owners], pa.int32()))


def latest_articles(parsed: pa.Table, links: dict[str, Link]) -> pa.Table:
    """Return the articles of latest pages, those of continuation pages under the list they continue."""
    return relink(flatten(parsed.filter(_latest(parsed, links)), "articles"), links, ("article_id",))


def _latest(parsed: pa.Table, links: dict[str, Link]) -> pa.Array:
    ids = parsed.column("page_id").to_pylist()
    taken = pc.is_null(parsed.column("reason")).to_pylist()
    return pa.array([ok and links[i].latest for i, ok in zip(ids, taken, strict=True)], pa.bool_())


def page_table(parsed: pa.Table, links: dict[str, Link], origin: dict[str, Provenance]) -> pa.Table:
    """Return the rows of `pages`."""
    parsed = parsed.filter(pc.is_null(parsed.column("reason")))
    pages = parsed.column("page").combine_chunks()
    pages = pages.chunk(0) if isinstance(pages, pa.ChunkedArray) else pages
    table = pa.Table.from_struct_array(pages)
    ids = table.column("page_id").to_pylist()
    urls = [
        origin[i].url or page_url for i, page_url in zip(ids, parsed.column("url").to_pylist(), strict=True)
    ]
    whole = {
        "sources": pa.array([origin[i].sources for i in ids], pa.list_(pa.string())),
        "url": pa.array(urls, pa.string()),
        "url_key": pa.array([None if u is None else url_key(u) for u in urls], pa.string()),
        "captured_at": pa.array([origin[i].first for i in ids], pa.int64()).cast(
            pa.timestamp("us", tz="UTC")
        ),
        "latest": pa.array([links[i].latest for i in ids], pa.bool_()),
        "continues": pa.array([links[i].first if links[i].first != i else None for i in ids], pa.string()),
    }
    flags = table.column("flags").to_pylist()
    whole["flags"] = pa.array(
        [_flags(f, i, links) for f, i in zip(flags, ids, strict=True)], pa.list_(pa.string())
    )
    columns = [whole[n] if n in whole else table.column(n) for n in TABLES["pages"].names]
    return pa.Table.from_arrays(columns, names=TABLES["pages"].names).cast(TABLES["pages"])


def _flags(flags: list[str], page_id: str, links: dict[str, Link]) -> list[str]:
    """Return a page's flags: one that continues another is `continued`, and its count says nothing."""
    if links[page_id].first == page_id:
        return flags
    return [f for f in flags if f not in ("continued", "count_mismatch")] + ["continued"]


def nested_table(parsed: pa.Table, name: str, links: dict[str, Link]) -> pa.Table:
    """Return the rows of `clauses`, `edits` or `lines`; superseded pages keep their edits and lines."""
    if name == "clauses":
        parsed = parsed.filter(_latest(parsed, links))
    else:
        parsed = parsed.filter(pc.is_null(parsed.column("reason")))
    table = flatten(parsed, name)
    if name == "clauses":
        table = relink(table, links, ("article_id", "clause_id", "parent_id"))
    elif name == "lines":
        table = relink(table, links, ("article_id",))
    return table.select(TABLES[name].names).cast(TABLES[name])


def relink(table: pa.Table, links: dict[str, Link], names: tuple[str, ...]) -> pa.Table:
    """Give the articles of continuation pages the ids of that list; of superseded pages, none."""
    owners = table.column("page_id").to_pylist()
    moved = {i: k for i in set(owners) if (k := links[i]).first != i or not k.latest}
    if not moved:
        return table
    for name in (*names, *(("ordinal",) if "heading" in table.schema.names else ())):
        values = table.column(name).to_pylist()
        fixed = [
            _moved(value, owner, moved[owner]) if owner in moved else value
            for value, owner in zip(values, owners, strict=True)
        ]
        place = table.schema.get_field_index(name)
        table = table.set_column(
            place, table.schema.field(name), pa.array(fixed, table.schema.field(name).type)
        )
    return table


def _moved(value: Any, owner: str, link: Link) -> Any:
    if not link.latest:
        return None
    if isinstance(value, int):
        return value + link.offset
    if value is None or not value.startswith(owner + ":"):
        return value
    ordinal, slash, path = value[len(owner) + 1 :].partition("/")
    return f"{link.first}:{int(ordinal) + link.offset}{slash}{path}" if ordinal.isdigit() else value


def page_lines(parsed: pa.Table, links: dict[str, Link], origin: dict[str, Provenance]) -> Iterator[bytes]:
    """Yield one JSON line a latest page (contract §3), its first source named."""
    parsed = parsed.filter(_latest(parsed, links)).select(["page_id", "json"])
    for page_id, line in zip(*(c.to_pylist() for c in parsed.columns), strict=True):
        source = json.dumps(origin[page_id].sources[0], ensure_ascii=False)
        if links[page_id].first != page_id:
            line = _moved_json(line, page_id, links[page_id])
        yield line.replace('"source": ""', f'"source": {source}', 1).encode() + b"\n"


def _moved_json(line: str, page_id: str, link: Link) -> str:
    page = json.loads(line)
    page["page"]["continues"] = link.first
    page["page"]["flags"] = _flags(page["page"]["flags"], page_id, {page_id: link})
    for article in page["articles"]:
        article["article_id"] = _moved(article["article_id"], page_id, link)
        article["ordinal"] += link.offset
        for clause in article["clauses"]:
            for name in ("clause_id", "parent"):
                clause[name] = _moved(clause[name], page_id, link)
    return json.dumps(page, ensure_ascii=False)
