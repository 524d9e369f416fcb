"""The tree of errors, and the exit code of each.

PipelineError
├── UsageError       wrong flag or path             exit 2
├── ConfigError      unknown key, value off range   exit 2
├── InputError       nothing readable there         exit 5
├── ContractError    schema, checksum, version      exit 4
├── EngineError      optional engine missing/failed exit 1
└── TemporaryError   network, lock held             exit 75

A message says what was found, where (file, page id, offset) and what to do.
"""

from typing import ClassVar


class PipelineError(Exception):
    """Every error that the program raises on purpose."""

    exit_code: ClassVar[int] = 1


class UsageError(PipelineError):
    """A flag or a path that makes no sense."""

    exit_code = 2


class ConfigError(PipelineError):
    """An unknown configuration key, or a value off its range."""

    exit_code = 2


class InputError(PipelineError):
    """Nothing readable where input was named."""

    exit_code = 5


class ContractError(PipelineError):
    """Output that breaks the contract; names the file and the command that mends it."""

    exit_code = 4


class EngineError(PipelineError):
    """An optional engine is missing or has failed; names the pip extra."""

    exit_code = 1


class TemporaryError(PipelineError):
    """Something that may go away by itself: network, a lock that another run holds."""

    exit_code = 75
