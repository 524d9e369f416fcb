"""The stage that writes the tables cut by page: segments that stay are linked, the others written."""

import dataclasses
import functools
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.local import map_batches
from pipeline.run.columns import BY_PAGE, made_schema
from pipeline.run.corpus import Run
from pipeline.run.emit import cut_by_site, link_shards, page_shards
from pipeline.run.groups import write_counts
from pipeline.run.laid import Place
from pipeline.run.link import LINKS
from pipeline.run.pages import Rows, find, unlike, with_values
from pipeline.run.read import IN_PROCESS_ROWS, plan_for
from pipeline.run.rows import FINISHED, ORDERS, PACKED, finish_batch, lost_rows
from pipeline.run.segments import (
    Making,
    Plan,
    Segment,
    base_path,
    cut_pages,
    cuts_path,
    ids_at,
    link_files,
    plan_segments,
    write_arrow,
    write_segments,
)
from pipeline.run.stay import lines_that_stay, with_rows_that_stay
from pipeline.run.strings import hex_strings
from pipeline.run.told import write_clauses
from pipeline.store import generations
from pipeline.store.digest import ROWS_AT_ONCE, lanes_for, row_lanes
from pipeline.store.generations import JSON_LINES, folder_of
from pipeline.store.jsonl import Joined
from pipeline.urls import url_key

FINISH_ROWS = 256  # pages made together, 170 ms of work: 64 take 6 % longer
FINISH_CHARS = 4_000_000  # of pages made together: some 100 MB while they are
COMPILED_ROWS = 400  # pages of a corpus from which compiling the search for clauses, once a machine, pays
LOADED_ROWS = 40  # of these to be made, from which loading it (.25 s a process) does: it saves 6 ms a page
LOST = pa.schema([FINISHED.field(name) for name in ("page_id", "reason", "detail", "excerpt")])
WRITTEN = tuple(name for name in BY_PAGE if name != "articles")  # these wait for comparison


def finish(run: Run) -> None:
    """Stage `finish`: begin a generation, and write pages, clauses, edits, lines and JSON Lines."""
    folder, kept = generations.begin(run.out, run.generation + 1)
    keys = finish_keys(run)
    run.remade = set(ids_at(run, np.flatnonzero(unlike(keys, run.pages["finish_key"]))))
    plan, pages = plan_segments(run, keys), len(keys) - keys.null_count
    for name in BY_PAGE:
        (folder / name).mkdir()
        run.shards[name] = []
    lost, files = [LOST.empty_table()], dict[str, Joined]()
    if run.config.ingest.json_lines:
        files = {name: Joined(folder / name) for name in JSON_LINES}
    try:
        link_files(run, kept, plan.kept)
        segments = {name: _keep(run, folder, name, files) for name in plan.kept}
        for making, batches in _made(run, plan, pages, kept):
            lost.append(_lost(batches))
            segments[making.name] = _write(run, (folder, kept), making, (batches, files))
            del batches  # before those of the next are made
            run.progress("finish", sum(s.pages for s in segments.values()), pages)
    finally:
        entries = {name: file.close() for name, file in files.items()}
    if plan.made:
        run.pages = _as_finished(run.pages, keys, plan, pa.concat_tables(lost))
    run.json_files, run.segments = entries, segments
    write_segments(kept, segments)


def finish_keys(run: Run) -> pa.Array:
    """Return, for every page that was cut, a digest of all that its rows are made from; null for a reject.

    .3 µs a page.
    """
    pages, origin, n = run.pages, run.origin, run.pages.num_rows
    how = 2 * run.config.ingest.json_lines + run.config.ingest.by_site
    sources = origin["sources"].combine_chunks()
    seen = pa.table(
        {
            **{name: pages[name] for name in ("key", "known")},
            **{name: run.links[name] for name in LINKS.names},
            "sources": pc.binary_join(sources, "\0"),  # which no name of a file can hold
            "n_sources": pc.list_value_length(sources),
            "url": origin["url"],
            "captured_at": origin["first"],
            "how": np.full(n, how),
        }
    )
    lanes = lanes_for(n)
    found = [row_lanes(batch, lanes) for batch in seen.combine_chunks().to_batches(ROWS_AT_ONCE)]
    keys = hex_strings(np.concatenate(found)) if found else pa.array([], pa.string())
    return pc.if_else(pages["reason"].combine_chunks().is_null(), keys, None)


def _orders(run: Run, pages: Rows) -> list[pa.Array]:
    """Return what is to be made of pages that were cut: JSON of the lines to drop, and of their place."""
    rows = pa.array(pages)
    known, links, origin = (
        table.take(rows) for table in (run.pages.select(["known"]), run.links, run.origin)
    )
    lines = [told and json.dumps(json.loads(told)["boilerplate"]) for told in known["known"].to_pylist()]
    columns = (*links.columns, *(origin[name] for name in ("sources", "url", "first")))
    places = [
        Place(first, offset, latest, tuple(sources), url, None if url is None else url_key(url), captured_at)
        for first, offset, latest, sources, url, captured_at in zip(
            *(column.to_pylist() for column in columns), strict=True
        )
    ]
    told = [json.dumps(place, ensure_ascii=False) for place in places]
    return [pa.array(values, pa.string()) for values in (lines, told)]


def _lost(batches: list[pa.RecordBatch]) -> pa.Table:
    """Return why no rows could be made of some pages (`LOST`), as a copy."""
    told = pa.Table.from_batches([batch.select(LOST.names) for batch in batches], LOST)
    return told.filter(told["reason"].is_valid())


def _as_finished(pages: pa.Table, keys: pa.Array, plan: Plan, lost: pa.Table) -> pa.Table:
    """Return pages with where their rows stand now, from which keys they were made, and which have none."""
    made, fresh = (
        np.concatenate(rows) for rows in zip(*((m.pages, m.fresh) for m in plan.made), strict=True)
    )
    pages = with_values(pages, "segment", made, [m.name for m in plan.made for _ in m.pages])
    pages = with_values(pages, "finish_key", fresh, keys.take(pa.array(fresh)))
    rows, _ = find(lost["page_id"], pages["page_id"])
    for name, nothing, why in (
        ("lost", None, "reason"),
        ("detail", "", "detail"),
        ("excerpt", "", "excerpt"),
    ):
        pages = with_values(pages, name, fresh, [nothing] * len(fresh))
        pages = with_values(pages, name, rows, lost[why].combine_chunks())
    return pages


def _keep(run: Run, folder: Path, name: str, files: dict[str, Joined]) -> Segment:
    """Link the tables' files of a segment that stays, and copy its lines."""
    for table in WRITTEN:
        run.shards[table] += link_shards(run, folder, f"{table}/part-{name}")
    old: Segment = run.segments[name]
    spans, sums = {}, {}
    for file, (start, size, rows) in old.json.items():
        if file in files:
            path, state = folder_of(run.out, run.generation) / file, old.sums.get(file, "")
            spans[file] = files[file].copy(path, (start, size, rows), state)
            sums[file] = files[file].state()
    return Segment(old.pages, spans, sums)


def _made(run: Run, plan: Plan, pages: int, kept: Path) -> Iterator[tuple[Making, list[pa.RecordBatch]]]:
    """Yield the segments to be made, in order, with the rows of their pages in order of ids."""
    total = sum(len(m.fresh) for m in plan.made)
    config = run.config
    if pages > COMPILED_ROWS and total > LOADED_ROWS:  # gives the same, sooner
        config = dataclasses.replace(config, clauses=dataclasses.replace(config.clauses, compile_above=0))
    kernel = functools.partial(finish_batch, config=config)
    stream = (b for making, cuts in cut_pages(run, plan) for b in _batches(run, making, cuts, kept))
    homes = {page_id: m.name for m in plan.made for page_id in ids_at(run, m.fresh)}
    found: dict[str, list[pa.RecordBatch]] = {m.name: [] for m in plan.made}
    missing = {m.name: len(m.fresh) for m in plan.made}
    waiting = plan.made[::-1]
    for batch in map_batches(kernel, stream, lost_rows, plan_for(run, total <= IN_PROCESS_ROWS)):
        name = homes[batch.column(0)[0].as_py()]
        found[name].append(batch)
        missing[name] -= batch.num_rows
        del batch
        while waiting and not missing[waiting[-1].name]:
            yield waiting[-1], sorted(found.pop(waiting.pop().name), key=lambda b: b.column(0)[0].as_py())
    for making in reversed(waiting):  # those of which pages have gone, no more
        yield making, found.pop(making.name)


def _batches(run: Run, making: Making, cuts: pa.Table, kept: Path) -> Iterator[pa.RecordBatch]:
    """Write the cut pages of a segment to the state, and yield those to be made with their orders."""
    write_arrow(cuts_path(kept, making.name), cuts)
    table = cuts.select(PACKED)
    if len(making.fresh) < len(making.pages):
        table = table.filter(pa.array(np.isin(making.pages, making.fresh)))
    for name, values in zip(("known", "place"), _orders(run, making.fresh), strict=True):
        table = table.append_column(ORDERS.field(name), values)
    yield from _sized(table.combine_chunks())


def _sized(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """Cut a table into batches of up to `FINISH_ROWS` pages and, beyond one page, `FINISH_CHARS`.

    >>> pages = pa.table({"n_chars": [10] * 260 + [5_000_000, 10]})
    >>> [batch.num_rows for batch in _sized(pages)]
    [256, 4, 1, 1]
    """
    start = chars = 0
    for row, size in enumerate(table.column("n_chars").to_pylist()):
        if row > start and (row - start == FINISH_ROWS or chars + size > FINISH_CHARS):
            yield from table.slice(start, row - start).to_batches()
            start, chars = row, 0
        chars += size
    yield from table.slice(start).to_batches()


def _write(
    run: Run,
    to: tuple[Path, Path],
    making: Making,
    given: tuple[list[pa.RecordBatch], dict[str, Joined]],
) -> Segment:
    """Write the rows of one segment."""
    (folder, kept), (batches, files) = to, given
    tables = {name: with_rows_that_stay(run, making, name, _table(batches, name)) for name in BY_PAGE}
    sites = dict(zip(*(tables["pages"].column(c).to_pylist() for c in ("page_id", "site")), strict=True))
    run.sites_written |= set(sites.values())
    cut = sites if run.config.ingest.by_site else None
    for name in WRITTEN:
        run.shards[name] += page_shards(folder, f"{name}/part-{making.name}", tables[name], cut)
    write_arrow(base_path(kept, making.name), _as_in_files(tables["articles"], cut))
    write_counts(kept, making.name, tables["clauses"], sites)
    write_clauses(kept, making.name, tables["clauses"])
    spans, sums = {}, {}
    for file, column in zip(files, ("page_json", "clause_json"), strict=False):
        counted = sum(len(b) - b.column(column).null_count for b in batches)
        if column == "clause_json":
            counted = sum(n or 0 for b in batches for n in b.column("n_clause_lines").to_pylist())
        stay, of_stay = lines_that_stay(run, making, file)
        made = (_content(b.column(column)) for b in batches)
        spans[file] = files[file].add(chain([stay], made), of_stay + counted)
        sums[file] = files[file].state()
    return Segment(len(making.pages), spans, sums)


def _as_in_files(articles: pa.Table, sites: dict[str, str | None] | None) -> pa.Table:
    """Return the articles of a segment in the order in which they stand in the files of the table."""
    if sites is None:
        return articles
    return pa.concat_tables([articles.slice(0, 0), *(rows for _, rows in cut_by_site(articles, sites))])


def _content(column: pa.BinaryArray) -> memoryview:
    """Return the bytes of all values of a column, one behind the other, as they stand in it."""
    ends = np.frombuffer(column.buffers()[1], dtype=np.int32)[column.offset :]
    return memoryview(column.buffers()[2] or b"")[ends[0] : ends[len(column)]]


def _table(batches: list[pa.RecordBatch], name: str) -> pa.Table:
    """Return the rows of one table; articles without the columns that comparison adds."""
    schema = made_schema(name)
    parts = [pa.Table.from_struct_array(b.column(name).flatten()) for b in batches]
    return pa.concat_tables(p.cast(schema) for p in parts) if parts else schema.empty_table()
