"""fanwen: Chinese template-site pages into a clean, deduplicated, clause-level dataset.

The public names and nothing else; each is imported at its first use, so `import pipeline` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.clauses.structure import structure
    from pipeline.dedup import deduplicate
    from pipeline.output import open_output as open  # noqa: A004
    from pipeline.page.parse import parse_page
    from pipeline.run import ingest
    from pipeline.text.convert import convert
    from pipeline.text.repair import repair

__all__ = ["convert", "deduplicate", "ingest", "open", "parse_page", "repair", "structure"]

_HOMES = {
    "convert": ("pipeline.text.convert", "convert"),
    "deduplicate": ("pipeline.dedup", "deduplicate"),
    "ingest": ("pipeline.run", "ingest"),
    "open": ("pipeline.output", "open_output"),
    "parse_page": ("pipeline.page.parse", "parse_page"),
    "repair": ("pipeline.text.repair", "repair"),
    "structure": ("pipeline.clauses.structure", "structure"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("fanwen")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
