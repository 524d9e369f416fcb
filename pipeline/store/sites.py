"""Site rules read from the TOML files that the user names."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import InputError
from pipeline.page.sites import Site


def load_sites(paths: Sequence[Path]) -> tuple[Site, ...]:
    """Read site files; a folder gives every `*.toml` in it, in order of names.

    Raises InputError for a path that cannot be read, ConfigError for a broken file. Rules given here come
    before the shipped ones of the same host.

    >>> load_sites([])
    ()
    """
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.toml")) if path.is_dir() else [path]
    found = []
    for file in files:
        try:
            found.append(Site.parse(file.read_text("utf-8-sig"), str(file)))
        except OSError as error:
            raise InputError(f"cannot read site rules {file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"site rules {file} are not UTF-8: {error}") from error
    return tuple(found)
