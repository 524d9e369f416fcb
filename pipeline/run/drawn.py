"""What is drawn from the distinct texts of clauses, in the state: rows of the last run stay where they are.

The first run writes a row a text, in the order of their hash, and leaves room behind (`groups.SPARE`). Later
runs link that, and write anew only which text each row is of and the rows behind: with 1 % more texts than 2
million, all would be 700 MB. A file that a generation has is never written to: what is mapped is private.
"""

import mmap
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.dedup.parameters import BINS
from pipeline.run.segments import damaged, read_arrow, write_arrow
from pipeline.store.files import reserve

if TYPE_CHECKING:
    from pipeline.dedup.near import Sketched

DRAWN, SIGNATURES = "drawn.arrow", "signatures.bin"  # the rows of the first run, those with room behind
ADDED, PLACES = "added.arrow", "places.arrow"  # rows behind; the place of the text of each row


def stands(folder: Path) -> bool:
    """Say whether a state folder has what was drawn."""
    return all((folder / name).is_file() for name in (DRAWN, ADDED, PLACES))


def room(kept: Path, texts: int) -> tuple[NDArray[np.uint8], Callable[[], None]]:
    """Return room for the signatures of so many texts, in a file, and what gives its memory back."""
    path = kept / SIGNATURES
    rows = max(1, texts)  # there is no mapping of nothing
    with path.open("w+b") as file:
        reserve(file.fileno(), rows * BINS)
        held = mmap.mmap(file.fileno(), rows * BINS)
    signatures = np.frombuffer(held, np.uint8).reshape(-1, BINS)[:texts]
    return signatures, partial(held.madvise, mmap.MADV_DONTNEED)  # it stays in the file


def write_drawn(kept: Path, old: Path, drawn: "Sketched", texts: int) -> None:
    """Write down what is drawn from so many texts; the rows of the last run's first file are linked."""
    fixed = drawn.fixed or texts
    if drawn.fixed:
        for name in (DRAWN, SIGNATURES):
            os.link(old / name, kept / name)
    else:
        write_arrow(kept / DRAWN, _told(drawn, slice(texts)))
        with (kept / SIGNATURES).open("rb") as file:
            os.fsync(file.fileno())
    end = int(np.flatnonzero(drawn.text >= 0).max(initial=fixed - 1)) + 1
    added = drawn.signatures[fixed:end].reshape(-1)
    signatures = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(BINS), end - fixed, [None, pa.py_buffer(added)]
    )
    write_arrow(kept / ADDED, _told(drawn, slice(fixed, end)).append_column("signature", signatures))
    write_arrow(kept / PLACES, pa.table([pa.array(drawn.text[:end], pa.int32())], ["text"]))


def _told(drawn: "Sketched", rows: slice) -> pa.Table:
    """Return some rows of what was drawn from texts, without their signatures."""
    columns = [drawn.length[rows], drawn.hashes[rows], *drawn.briefs[rows].T]
    names = ["length", "hash", *(f"brief_{k}" for k in range(len(columns) - 2))]
    return pa.table([pa.array(c) for c in columns], names)


def _matrix(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Return signatures of a column as rows."""
    whole = pa.concat_arrays([pa.array([], column.type), *column.chunks])
    return np.frombuffer(whole.buffers()[1] or b"", np.uint8).reshape(-1, BINS)


def read_drawn(folder: Path) -> "Sketched":
    """Return what was drawn from texts, with the room behind; changes of it go to no file."""
    from pipeline.dedup.near import room_for  # loads the compiler, which few texts need

    told, added, places = (read_arrow(folder / name) for name in (DRAWN, ADDED, PLACES))
    fixed, end, path = told.num_rows, places.num_rows, folder / SIGNATURES
    if not path.is_file() or path.stat().st_size < end * BINS:
        raise damaged(path, ValueError("it is too short"))
    with path.open("rb") as file:
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    drawn = room_for(np.frombuffer(held, np.uint8).reshape(-1, BINS))
    drawn.signatures[fixed:end] = _matrix(added.column("signature"))
    for table, rows in ((told, slice(fixed)), (added.select(told.column_names), slice(fixed, end))):
        length, hashes, *briefs = (column.to_numpy() for column in table.columns)
        drawn.length[rows], drawn.hashes[rows] = length, hashes
        np.stack(briefs, axis=1, out=drawn.briefs[rows])
    drawn.text[:end] = places.column(0).to_numpy()
    whole = fixed * BINS // mmap.PAGESIZE * mmap.PAGESIZE
    release = partial(held.madvise, mmap.MADV_DONTNEED, 0, whole) if whole else drawn.release
    return replace(drawn, release=release, fixed=fixed)
