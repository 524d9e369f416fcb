import re

import pytest

from pipeline.clauses.candidates import match
from pipeline.clauses.markers import FIRST_TRIGGER, MARKERS, STYLES, SUBITEM, Marker, class_tables
from pipeline.clauses.scan import PAD
from pipeline.clauses.shapes import BACK, ROW

from .oracles import cases, marker_rows

names = {m.style: m.name for m in MARKERS}


def test_one_row_a_style() -> None:
    assert sorted(m.style for m in MARKERS) == list(range(STYLES))
    assert len(set(names.values())) == STYLES
    assert [m.name for m in MARKERS if m.numerals == "none"] == ["bullet"]


def test_ranks_of_units_are_their_order_and_lists_stand_below() -> None:
    by_style = {m.style: m.rank for m in MARKERS}
    assert [by_style[s] for s in range(SUBITEM + 1)] == list(range(SUBITEM + 1))
    assert all(rank > by_style[SUBITEM] for style, rank in by_style.items() if style > SUBITEM)


@pytest.mark.parametrize("marker", MARKERS, ids=lambda m: m.name)
def test_the_example_matches_pattern_and_kernel(marker: Marker) -> None:
    found = re.match(marker.pattern, marker.example)
    assert found is not None
    row = [0] * ROW
    codes, tables = [ord(c) for c in marker.example] + [0] * PAD, class_tables()
    at = next(k for k, code in enumerate(codes) if tables[0][code] >= FIRST_TRIGGER)  # 步骤一： is seen at 一
    end = match(codes, at, tables, row)
    assert (row[0], at - row[BACK], end) == (marker.style, 0, found.end())


@pytest.mark.parametrize("marker", MARKERS, ids=lambda m: m.name)
def test_the_counter_example_holds_no_such_marker(marker: Marker) -> None:
    assert marker.style not in {row[2] for row in marker_rows("前文" + marker.counter)}


@pytest.mark.parametrize("case", cases("markers", "in_the_wild"), ids=lambda c: c["label"])
def test_lists_in_every_style(case: dict) -> None:
    found = marker_rows(case["input"])
    assert [[case["input"][s:e], names[style], n] for s, e, style, n, _ in found] == case["expected"]


@pytest.mark.parametrize("case", cases("markers", "negative"), ids=lambda c: c["label"])
def test_what_looks_like_a_marker_and_is_none(case: dict) -> None:
    assert marker_rows(case["input"]) == []
