"""What the state keeps of articles, segment by segment, so that they are compared by difference.

`keys-<segment>.arrow` and `sketches-<segment>.arrow` are linked with the segment; pairs that meet in bands
(`met.arrow`), that samples propose (`asked.arrow`), components (`related.arrow`) and what pairs measure
(`measured.arrow`) are of a run. Each says what it was made with; what is missing or was made otherwise is
made again.
"""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.model import CorpusModel
from pipeline.dedup.tables import Deduplication
from pipeline.dedup.work import Work
from pipeline.run.about import ABOUT, about_articles, columns_of
from pipeline.run.corpus import Run
from pipeline.run.segments import open_arrow, read_arrow
from pipeline.store.files import write_batches
from pipeline.store.generations import state_of

if TYPE_CHECKING:
    from pipeline.dedup.kept import Kept
    from pipeline.dedup.stored import Part

MET, ASKED, RELATED, MEASURED = "met.arrow", "asked.arrow", "related.arrow", "measured.arrow"
MEASURES = ("kind", "jaccard", "coverage_lower", "coverage_upper", "ratio")
MADE_WITH, JUDGED = b"made_with", b"judged"


def compare_by_difference(run: Run, model: CorpusModel | None) -> tuple[Deduplication, CorpusModel]:
    """Return what comparison says of the articles, and the model, which is fitted where none is given."""
    from pipeline.dedup import fast, kept

    work = Work(run.config.dedup, run.config.dedup.workers or os.cpu_count() or 1)
    folder, old = state_of(run.out, run.generation + 1), state_of(run.out, run.generation)
    _make_keys(run, folder, work)
    about = [read_arrow(_file(folder, "keys", name), ABOUT.names) for name in sorted(run.segments)]
    corpus = kept.corpus_of(pa.concat_tables(about), _parts(run, folder, old))
    model = model or kept.fit_corpus(corpus, work)
    window = fast.window_of(len(corpus.texts), work)
    bitmap = fast.bitmap_of(model)
    made_with = f"{run.digests.dedup} {hashlib.sha256(bitmap.tobytes()).hexdigest()[:32]} {window}"
    _make_sketches(run, folder, made_with, partial(_sketched, bitmap, window, work))
    found, new = kept.relate_corpus(corpus, model, work, _read_known(old, made_with))
    _write_known(folder, made_with, new)
    return found, model


def _file(folder: Path, kind: str, name: str) -> Path:
    return folder / f"{kind}-{name}.arrow"


def _parts(run: Run, folder: Path, old: Path) -> "list[Part]":
    """Return the segments of this run, and those that only the last one had."""
    from pipeline.dedup.stored import Part

    before = {p.stem.partition("-")[2] for p in old.glob("sketches-*.arrow")}
    here = [(name, folder, name in before, True) for name in sorted(run.segments)]
    gone = [(name, old, True, False) for name in sorted(before - set(run.segments))]
    return [
        Part(
            read_arrow(_file(home, "keys", name)).num_rows,
            partial(read_arrow, _file(home, "keys", name)),
            partial(read_arrow, _file(home, "sketches", name)),
            *held,
        )
        for name, home, *held in [*here, *gone]
    ]


def _make_keys(run: Run, folder: Path, work: Work) -> None:
    """Fold the articles of all segments of which the keys are not at hand; put `ABOUT` beside them."""
    from pipeline.dedup.stored import keys_of

    for name in sorted(run.segments):
        path = _file(folder, "keys", name)
        if _made_with(path) != run.digests.dedup:
            texts = columns_of(run, name, ["article_id", "text"])
            table = keys_of(texts.to_batches(), work)
            for column, values in zip(ABOUT.names, about_articles(run, name).columns, strict=True):
                table = table.append_column(column, values)
            _write(path, table, {MADE_WITH: run.digests.dedup})


def _make_sketches(run: Run, folder: Path, made_with: str, sketched: Callable[[pa.Table], pa.Table]) -> None:
    """Sketch the articles of all segments of which the sketches are not at hand."""
    for name in sorted(run.segments):
        path = _file(folder, "sketches", name)
        if _made_with(path) != made_with:
            _write(path, sketched(read_arrow(_file(folder, "keys", name))), {MADE_WITH: made_with})


def _sketched(bitmap: NDArray[np.uint8], window: int, work: Work, keys: pa.Table) -> pa.Table:
    from pipeline.dedup.stored import sketches_of

    return sketches_of(keys, bitmap, window, work)


def _made_with(path: Path) -> str | None:
    """Return what a file was made with, None where there is none."""
    return (open_arrow(path).schema.metadata or {}).get(MADE_WITH, b"").decode() if path.exists() else None


def _write(path: Path, table: pa.Table, says: dict[bytes, str]) -> None:
    """Write a table as one batch that can be mapped as it is."""
    table = table.replace_schema_metadata(says).combine_chunks()
    write_batches(path, table.schema, table.to_batches())


def _read_known(old: Path, made_with: str) -> "Kept | None":
    """Return what the last run found, None where it was made otherwise."""
    from pipeline.dedup.kept import Kept
    from pipeline.dedup.measures import Measures

    if any(_made_with(old / name) != made_with for name in (MET, ASKED, RELATED, MEASURED)):
        return None
    pairs, *columns = (column.to_numpy() for column in read_arrow(old / MEASURED).columns)
    known = Measures(pairs, np.stack(columns, axis=1))
    tables = [read_arrow(old / name) for name in (MET, ASKED)]
    met, asked = (table.column("pair").to_numpy() for table in tables)
    return Kept(met, asked, int(tables[0].schema.metadata[JUDGED]), read_arrow(old / RELATED), known)


def _write_known(folder: Path, made_with: str, known: "Kept") -> None:
    says = {MADE_WITH: made_with, JUDGED: str(known.judged)}
    for name, pairs in ((MET, known.met), (ASKED, known.asked)):
        _write(folder / name, pa.table([_numbers(pa.uint64(), pairs)], names=["pair"]), says)
    _write(folder / RELATED, known.related, {MADE_WITH: made_with})
    columns = [_numbers(pa.float64(), column) for column in known.measured.rows.T]
    measured = [_numbers(pa.uint64(), known.measured.pairs), *columns]
    _write(folder / MEASURED, pa.table(measured, names=["pair", *MEASURES]), {MADE_WITH: made_with})


def _numbers(kind: pa.DataType, values: NDArray[Any]) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])
