"""Corpus models on disk: one Parquet file of the places of boilerplate shingles."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dedup.model import CorpusModel

SHINGLES = "shingles.parquet"
CLAUSE_SHINGLES = "clause_shingles.parquet"  # the same of clauses
N_TEXTS = b"n_texts"


def model_table(model: CorpusModel) -> pa.Table:
    """Return a model as a table of one column; the number of its texts stands in the schema."""
    slots = np.ascontiguousarray(model.boilerplate, dtype=np.uint32)
    column = pa.Array.from_buffers(pa.uint32(), len(slots), [None, pa.py_buffer(slots)])
    table = pa.Table.from_arrays([column], names=["slot"])
    return table.replace_schema_metadata({N_TEXTS: str(model.n_texts).encode()})


def read_model(folder: Path, name: str = SHINGLES) -> CorpusModel | None:
    """Return a stored model's shingles, None where none are stored."""
    if not (folder / name).is_file():
        return None
    table = pq.read_table(folder / name)
    return CorpusModel(table.column("slot").to_numpy(), int(table.schema.metadata[N_TEXTS]))
