"""Files of parsed rows in the state folder, one a part."""

from pathlib import Path

import pyarrow as pa

from pipeline.errors import ContractError
from pipeline.run.parsed import PARSED


def parsed_path(folder: Path, part: int, parts: int) -> Path:
    """Return the file of a part's parsed rows in a state folder."""
    return folder / f"parsed-{part:03d}-of-{parts:03d}.arrow"


def count_parsed(folder: Path) -> int:
    """Return how many parsed rows a state folder holds, -1 when one of its files cannot be opened."""
    rows = 0
    for path in folder.glob("parsed-*.arrow"):
        try:
            with pa.memory_map(str(path)) as source:
                reader = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=[0]))
                rows += sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))
        except (pa.ArrowInvalid, OSError):
            return -1
    return rows


def read_parsed(path: Path, names: list[str] | None) -> pa.Table:
    """Return the parsed rows of a file, all columns or some.

    Raises ContractError when its bytes are damaged.
    """
    fields = None if names is None else [PARSED.get_field_index(n) for n in names]
    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields)).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise ContractError(f"{path} is damaged ({error}): remove its folder and run ingest again") from error
