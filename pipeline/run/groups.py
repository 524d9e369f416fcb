"""The table `clause_groups`, from the counts of segments and what the last run knew of clauses.

A segment's clauses are counted once. Texts are cut into `RANGES` by their text_id, in the state: so they are
added up a range at a time, and memory is that of a range. Pairs of near texts that the last run found stay
known; only texts that came or went are compared (`dedup/near.py`).
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.groups import (
    TEXTS,
    Known,
    Near,
    add_parts,
    count_part,
    group_clauses,
    known_texts,
)
from pipeline.dedup.model import CorpusModel
from pipeline.run.corpus import Run
from pipeline.run.segments import open_arrow, read_arrow, write_arrow, write_batches
from pipeline.store.generations import state_of
from pipeline.store.model import CLAUSE_SHINGLES, read_model
from pipeline.text.fold import text_id

RANGES = "0123456789abcdef"  # first digits of text_ids: 2.3 million texts of 100,000 pages are 20 MB a range
ALL_TEXTS = "texts.arrow"
NEAR = "near.arrow"  # pairs of near texts, as places in the order of all text_ids
FOUND_WITH = b"found_with"


def write_counts(kept: Path, name: str, clauses: pa.Table, sites: dict[str, str | None]) -> None:
    """Count the clauses of a segment; the counts stay in the state."""
    clauses = clauses.select(["text_id", "text", "clause_id", "article_id", "page_id"])
    clauses = clauses.filter(pc.not_equal(clauses["text_id"], text_id("")))
    site = pa.array([sites[i] for i in clauses.column("page_id").to_pylist()], pa.string())
    counted, standing = count_part(clauses.append_column("site", site))
    write_batches(kept / f"counts-{name}.arrow", counted.schema, _ranges(counted))
    write_batches(kept / f"sites-{name}.arrow", standing.schema, _ranges(standing))


def _ranges(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows of each range of a table in order of text_id, as one batch."""
    digits = pc.utf8_slice_codeunits(table["text_id"], 0, 1).combine_chunks()
    ends = np.cumsum([0, *(pc.sum(pc.equal(digits, d)).as_py() or 0 for d in RANGES)]).tolist()
    (batch,) = table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]
    for start, end in pairwise(ends):
        yield batch.slice(start, end - start)


def clause_groups(run: Run) -> tuple[pa.Table, CorpusModel]:
    """Return the table: every distinct clause text, its group and where it stands; and the model used."""
    kept = state_of(run.out, run.generation + 1)
    write_batches(kept / ALL_TEXTS, TEXTS, _add_up(kept, sorted(run.segments)), compression=None)
    model = None if run.refit else read_model(run.out / "model", CLAUSE_SHINGLES)
    known = _known(run, kept / ALL_TEXTS)
    table, near = group_clauses(lambda: _read(kept / ALL_TEXTS), run.config.dedup, model, known)
    pairs = pa.table([pa.array(side, pa.int32()) for side in (near.left, near.right)], ["left", "right"])
    write_arrow(kept / NEAR, pairs.replace_schema_metadata({FOUND_WITH: near.found_with}))
    return table, near.model


def _add_up(kept: Path, segments: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the texts of all segments, a range at a time."""
    readers = [[open_arrow(kept / f"{kind}-{n}.arrow") for n in segments] for kind in ("counts", "sites")]
    for k in range(len(RANGES)):
        counts, sites = ((pa.Table.from_batches([r.get_batch(k)]) for r in some) for some in readers)
        texts = add_parts(counts, sites).combine_chunks()
        yield from texts.to_batches() or [pa.RecordBatch.from_pylist([], TEXTS)]


def _read(path: Path) -> Iterator[pa.Table]:
    """Yield the texts, a range at a time, from the file as it is mapped."""
    reader = open_arrow(path)
    for k in range(reader.num_record_batches):
        yield pa.Table.from_batches([reader.get_batch(k)])


def _known(run: Run, texts: Path) -> Known | None:
    """Return what the last run knew, None where other code made it or all texts were compared."""
    folder = state_of(run.out, run.generation)
    if not (folder / NEAR).is_file() or run.manifest["digests"]["dedup"] != run.digests.dedup:
        return None
    pairs = read_arrow(folder / NEAR)
    found_with = (pairs.schema.metadata or {}).get(FOUND_WITH, b"").decode()
    if not found_with:
        return None
    left, right = (column.to_numpy().astype(np.int64) for column in pairs.columns)
    near = Near(left, right, CorpusModel(np.zeros(0, dtype=np.uint32), 0), found_with)
    return known_texts(_read(folder / ALL_TEXTS), _read(texts), near)
