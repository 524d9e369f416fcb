"""What `load_kernels` loads is all that reading a page may call."""

import sys
from pathlib import Path

from pipeline.compiled import KernelCache
from pipeline.page.parse import load_kernels, read_page

SAMPLES = Path(__file__).resolve().parents[2] / "raw" / "sample"


def signatures() -> dict[str, int]:
    """How many compiled forms each kernel of reading has."""
    kernels = {
        f"{module}.{name}": value
        for module in ("pipeline.page.glance", "pipeline.page.markup", "pipeline.text.repair.signs")
        for name, value in vars(sys.modules[module]).items()
        if isinstance(getattr(value, "_cache", None), KernelCache)
    }
    return {name: len(value.signatures) for name, value in kernels.items() if value.signatures}


def test_no_page_waits_for_a_kernel() -> None:
    load_kernels()
    before = signatures()
    assert len(before) == 4
    for sample in sorted(SAMPLES.iterdir()):
        if sample.is_file():
            read_page(sample.read_bytes())
    read_page("甲 乙 丙 丁，一二三。".encode() * 3000)
    assert signatures() == before
