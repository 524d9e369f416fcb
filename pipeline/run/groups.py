"""The table `clause_groups`, from the counts of segments and what the last run knew of clauses.

A segment's clauses are counted once, and the distinct texts of all kept up to date (`run/texts.py`). Pairs of
near texts that the last run found stay known; only texts that came or went are compared (`dedup/near.py`).
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.frames import Ints
from pipeline.dedup.groups import Known, Near, count_part, group_clauses
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.tables import booleans
from pipeline.run.corpus import Run
from pipeline.run.drawn import read_drawn, room, stands, write_drawn
from pipeline.run.segments import read_arrow, write_arrow
from pipeline.run.texts import Texts, write_ranges
from pipeline.store.generations import state_of
from pipeline.store.model import CLAUSE_SHINGLES, read_model

NEAR, SINCE = "near.arrow", "since.arrow"  # neighbours by row of what is drawn, and what changed since
FOUND_WITH = b"found_with"


def write_counts(kept: Path, name: str, clauses: pa.Table, sites: dict[str, str | None]) -> None:
    """Count the clauses of a segment; the counts stay in the state."""
    named = pa.array(sites.values(), pa.string()).dictionary_encode()
    site = named.take(pc.index_in(clauses["page_id"], value_set=pa.array(sites, pa.string())))
    write_ranges(kept / f"counts-{name}.arrow", count_part(clauses.append_column("site", site)))


def clause_groups(run: Run) -> tuple[Iterator[pa.Table], CorpusModel]:
    """Return the table, piece by piece, and the model used: distinct clauses, their groups, their counts."""
    kept, before = state_of(run.out, run.generation + 1), state_of(run.out, run.generation)
    same = bool(run.generation) and run.manifest["digests"]["dedup"] == run.digests.dedup
    texts = Texts(kept, before if same else None, run.segments)
    source = texts.bring_up()
    model = None if run.refit else read_model(run.out / "model", CLAUSE_SHINGLES)
    known = _known(run, source) if texts.stand else None
    table, near = group_clauses(texts.read, run.config.dedup, model, known, partial(room, kept))
    _write_near(run, near, len(source))
    return table, near.model


def _write_near(run: Run, near: Near, texts: int) -> None:
    """Write down what was drawn from so many texts and which are near; of few texts nothing is kept."""
    kept, old = state_of(run.out, run.generation + 1), state_of(run.out, run.generation)
    if near.drawn is None or near.linked is None:
        return
    if near.drawn.fixed:
        os.link(old / NEAR, kept / NEAR)
    else:
        beside = pa.LargeListArray.from_arrays(pa.array(near.linked.starts), pa.array(near.linked.others))
        table = pa.table([beside], ["beside"]).replace_schema_metadata({FOUND_WITH: near.found_with})
        write_arrow(kept / NEAR, table)
    came, gone = near.linked.came, near.linked.gone
    flags = booleans(np.arange(len(came) + len(gone)) < len(came))
    write_arrow(kept / SINCE, pa.table([pa.array(np.append(came, gone)), flags], ["pair", "came"]))
    write_drawn(kept, old, near.drawn, texts)


def _known(run: Run, source: Ints) -> Known | None:
    """Return what the last run knew, None where all texts were compared."""
    folder = state_of(run.out, run.generation)
    if not stands(folder) or not all((folder / name).is_file() for name in (NEAR, SINCE)):
        return None
    from pipeline.dedup.linked import Linked  # loads the compiler, which few texts need

    beside, since = read_arrow(folder / NEAR), read_arrow(folder / SINCE)
    found_with = (beside.schema.metadata or {}).get(FOUND_WITH, b"").decode()
    neighbours = beside.column(0).combine_chunks()
    came = np.asarray(since["came"].combine_chunks())
    pairs = since["pair"].to_numpy()
    linked = Linked(neighbours.offsets.to_numpy(), neighbours.values.to_numpy(), pairs[came], pairs[~came])
    model = CorpusModel(np.zeros(0, dtype=np.uint32), 0)
    return Known(source, Near(model, found_with, read_drawn(folder), linked))
