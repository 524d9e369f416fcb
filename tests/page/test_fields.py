import pytest

from pipeline.page.counts import declared_count
from pipeline.page.fields import read_fields

from .oracles import cases, lines_of


@pytest.mark.parametrize(
    "case", [*cases("fields", "synthetic"), *cases("fields", "negative")], ids=lambda c: c["label"]
)
def test_fields(case: dict) -> None:
    fields = read_fields(lines_of(case["input"], title=case.get("title", "")))
    found = {name: getattr(fields, name) for name in case["expected"]}
    found = {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}
    assert found == case["expected"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(
            ("制度3篇", 3),
            ("制度（通用4篇）", 4),
            ("制度【推荐5篇】", 5),
            ("制度锦集【6篇】", 6),
            ("合集五篇", 5),
        ),
        *(("本文共12篇", 12), ("（5篇范文）", 5), ("制度两篇", 2), ("精选十五篇", 15), ("制度精选２篇", 2)),
        *(("第3篇 制度", None), ("篇幅较长", None), ("制度", None), ("3篇幅", None), ("第十二篇", None)),
    ],
)
def test_declared_counts(text: str, count: int | None) -> None:
    assert declared_count(text) == count
