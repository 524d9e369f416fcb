"""What is drawn from the distinct texts of clauses, in the state: rows of the last run stay where they are.

The first run writes a row a text, in the order of their hash, and leaves room behind (`groups.SPARE`). Later
runs link that, and write anew only which text each row is of and the rows behind: with 1 % more texts than 2
million, all would be 700 MB. A file that a generation has is never written to: what is mapped is private. Of
the file, later runs touch what they look at; no column is copied.
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

DRAWN = "drawn.bin"  # the rows of the first run, with room behind
ADDED, PLACES = "added.arrow", "places.arrow"  # rows behind; the place of the text of each row


def stands(folder: Path) -> bool:
    """Say whether a state folder has what was drawn."""
    return all((folder / name).is_file() for name in (DRAWN, ADDED, PLACES))


def room(kept: Path, texts: int) -> tuple[NDArray[np.uint8], Callable[[], None]]:
    """Return room for what is drawn from so many texts, in a file, and what gives its memory back."""
    from pipeline.dedup.near import ROW_BYTES  # loads the compiler, which few texts need

    size = max(1, texts) * ROW_BYTES  # there is no mapping of nothing
    with (kept / DRAWN).open("w+b") as file:
        reserve(file.fileno(), size)
        held = mmap.mmap(file.fileno(), size)
    whole = np.frombuffer(held, np.uint8)[: texts * ROW_BYTES]
    return whole, partial(held.madvise, mmap.MADV_DONTNEED)  # it stays in the file


def write_drawn(kept: Path, old: Path, drawn: "Sketched", texts: int) -> None:
    """Write down what is drawn from so many texts; the rows of the last run's first file are linked."""
    fixed = drawn.fixed or texts
    if drawn.fixed:
        os.link(old / DRAWN, kept / DRAWN)
    else:
        with (kept / DRAWN).open("rb") as file:
            os.fsync(file.fileno())
    end = int(np.flatnonzero(drawn.text >= 0).max(initial=fixed - 1)) + 1
    rows = slice(fixed, end)
    signatures = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(BINS), end - fixed, [None, pa.py_buffer(drawn.signatures[rows].reshape(-1))]
    )
    columns = [signatures, drawn.length[rows], drawn.hashes[rows], *drawn.briefs[rows].T]
    names = ["signature", "length", "hash", *(f"brief_{k}" for k in range(len(columns) - 3))]
    write_arrow(kept / ADDED, pa.table([pa.array(c) for c in columns], names))
    write_arrow(kept / PLACES, pa.table([pa.array(drawn.text[:end], pa.int32())], ["text"]))


def _matrix(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Return signatures of a column as rows."""
    whole = pa.concat_arrays([pa.array([], column.type), *column.chunks])
    return np.frombuffer(whole.buffers()[1] or b"", np.uint8).reshape(-1, BINS)


def read_drawn(folder: Path) -> "Sketched":
    """Return what was drawn from texts, with the room behind; changes of it go to no file."""
    from pipeline.dedup.near import ROW_BYTES, room_for

    added, places, path = read_arrow(folder / ADDED), read_arrow(folder / PLACES), folder / DRAWN
    end, fixed, size = places.num_rows, places.num_rows - added.num_rows, path.stat().st_size
    if fixed < 0 or size < end * ROW_BYTES or size % ROW_BYTES:
        raise damaged(path, ValueError("it is of another size"))
    with path.open("rb") as file:
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    drawn, rows = room_for(np.frombuffer(held, np.uint8)), slice(fixed, end)
    drawn.signatures[rows] = _matrix(added.column("signature"))
    length, hashes, *briefs = (column.to_numpy() for column in added.drop_columns("signature").columns)
    drawn.length[rows], drawn.hashes[rows] = length, hashes
    np.stack(briefs, axis=1, out=drawn.briefs[rows])
    drawn.text[:end] = places.column(0).to_numpy()
    whole = fixed * BINS // mmap.PAGESIZE * mmap.PAGESIZE  # of signatures that are as in the file
    release = partial(held.madvise, mmap.MADV_DONTNEED, 0, whole) if whole else drawn.release
    return replace(drawn, release=release, fixed=fixed)
