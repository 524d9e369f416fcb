"""The output folder: complete generations, and the one rename that makes one of them the current one.

    structured/
      clauses -> .current/clauses        one link a table and file, never changed again
      manifest.json -> .current/manifest.json
      .current -> .generations/000007    swapped by one atomic rename: the commit
      .generations/000007/               all tables, JSON Lines, model, changes and the manifest of a run
      .state/000007/                     what the next run need not compute again; deleting it costs time only
      .state/spool/                      finished work of the run under way

A generation is written aside and made durable, manifest last, before the rename. So a reader sees the old
tables or the new ones; a run that dies before the rename leaves folders that no link names, and one that dies
after it leaves old folders: the next run removes either. There is nothing to undo.

Shard files carry the digest of their content in their names: a reader that listed a folder just before the
swap opens either files of the same content or none (an error to retry), never a mixture. The generation
before the current one is kept, or more of them, so a reader that holds its folder (`pipeline.open`) reads on.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import ContractError
from pipeline.schema import TABLES
from pipeline.store.files import sync_folder
from pipeline.store.scan import CURRENT, GENERATIONS

STATE = ".state"
SPOOL = "spool"
JSON_LINES = ("pages.jsonl", "clauses.jsonl")
NAMES = (*TABLES, "model", "changes", "runs", *JSON_LINES, "manifest.json")  # the manifest appears last
KEPT = 2  # generations at least: the current one and the one before, for readers that hold it


def current(out: Path) -> int:
    """Return the number of the current generation, 0 when there is none."""
    try:
        return int(os.readlink(out / CURRENT).rpartition("/")[2])
    except (FileNotFoundError, ValueError):
        return 0
    except OSError as error:
        raise ContractError(
            f"{out / CURRENT} is not a link ({error.strerror}): remove {out} and run ingest again"
        ) from error


def opened(out: Path) -> Path:
    """Return the folder of the generation that an output shows now; a copy of one, or no output, is itself.

    What is read there is of one generation, whatever runs commit meanwhile, until it is removed.
    """
    try:
        folder = out / os.readlink(out / CURRENT)
    except OSError:
        return out
    return folder if (folder / "manifest.json").is_file() else out


def folder_of(out: Path, generation: int) -> Path:
    """Return the folder of a generation's tables."""
    return out / GENERATIONS / f"{generation:06d}"


def state_of(out: Path, generation: int) -> Path:
    """Return the folder of a generation's state."""
    return out / STATE / f"{generation:06d}"


def spool_of(out: Path) -> Path:
    """Return the folder of finished, uncommitted work."""
    return out / STATE / SPOOL


def recover(out: Path, kept: int = KEPT) -> int:
    """Remove what runs that died have left, and return the current generation. Call under the lock.

    Of complete generations the last `kept` stay.

    Raises ContractError where a file or folder that is not this program's has one of its names.
    """
    number = current(out)
    live = {f"{n:06d}" for n in range(max(1, number - kept + 1), number + 1)}
    _keep_only(out / GENERATIONS, live)
    _keep_only(out / STATE, {f"{number:06d}", SPOOL})
    for stray in out.glob(".*.tmp"):
        stray.unlink()
    _require_own_names(out)
    if number:
        _link(out)
    return number


def _require_own_names(out: Path) -> None:
    for name in NAMES:
        link = out / name
        if link.exists() and not link.is_symlink():
            raise ContractError(
                f"{link} is not a link of this program (is it a copy?): move it away, or give another --out"
            )


def begin(out: Path, generation: int) -> tuple[Path, Path]:
    """Make the empty folders of a new generation: its tables' and its state's."""
    folders = folder_of(out, generation), state_of(out, generation)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return folders


def commit(out: Path, generation: int, kept: int = KEPT) -> None:
    """Make a complete generation the current one, and keep `kept` of them.

    Everything in it must be durable but the folders' names.
    """
    for top in (folder_of(out, generation), state_of(out, generation)):
        for folder, _, _ in os.walk(top):
            sync_folder(Path(folder))
        sync_folder(top.parent)
    _point(out / CURRENT, f"{GENERATIONS}/{generation:06d}")
    sync_folder(out)
    recover(out, kept)
    sync_folder(out)


def drop_spool(out: Path) -> None:
    """Remove finished work that the current generation holds."""
    shutil.rmtree(spool_of(out), ignore_errors=True)


def _link(out: Path) -> None:
    """Make the top-level names, each a link into the current generation; a name that leads nowhere goes."""
    for name in NAMES:
        link = out / name
        target = f"{CURRENT}/{name}"
        if not (out / CURRENT / name).exists():
            if link.is_symlink():
                link.unlink()
        elif not link.is_symlink():
            _point(link, target)


def _point(link: Path, target: str) -> None:
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, link)


def _keep_only(folder: Path, names: Iterable[str]) -> None:
    kept = set(names)
    if folder.is_dir():
        for entry in sorted(folder.iterdir()):
            if entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)
