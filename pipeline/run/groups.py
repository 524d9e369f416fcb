"""The table `clause_groups`, from the counts of segments and what the last run knew of clauses.

A segment's clauses are counted once, and the distinct texts of all kept up to date (`run/texts.py`). Pairs of
near texts that the last run found stay known; only texts that came or went are compared (`dedup/near.py`).
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.frames import Ints
from pipeline.dedup.groups import Known, Near, count_part, group_clauses
from pipeline.dedup.model import CorpusModel
from pipeline.run.corpus import Run
from pipeline.run.drawn import read_drawn, room, stands, write_drawn
from pipeline.run.segments import read_arrow, write_arrow
from pipeline.run.texts import Texts, write_ranges
from pipeline.store.generations import state_of
from pipeline.store.model import CLAUSE_SHINGLES, read_model

NEAR = "near.arrow"  # pairs of near texts, as places in the order of all text_ids
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
    """Write down the near pairs, and what was drawn from the texts."""
    kept = state_of(run.out, run.generation + 1)
    pairs = pa.table([pa.array(near.pairs)], ["pair"]).replace_schema_metadata({FOUND_WITH: near.found_with})
    write_arrow(kept / NEAR, pairs)
    if near.drawn is not None:
        write_drawn(kept, state_of(run.out, run.generation), near.drawn, texts)


def _known(run: Run, source: Ints) -> Known | None:
    """Return what the last run knew, None where all texts were compared."""
    folder = state_of(run.out, run.generation)
    if not (folder / NEAR).is_file() or not stands(folder):
        return None
    pairs = read_arrow(folder / NEAR)
    found_with = (pairs.schema.metadata or {}).get(FOUND_WITH, b"").decode()
    model = CorpusModel(np.zeros(0, dtype=np.uint32), 0)
    return Known(source, Near(pairs.column(0).to_numpy(), model, found_with, read_drawn(folder)))
