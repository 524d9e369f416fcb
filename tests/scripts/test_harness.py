import math

import pytest

from benchmarks import __main__ as bench
from benchmarks import harness


def piece(name: str, code: str) -> harness.Piece:
    return harness.Piece(name, ("-c", code))


def test_pieces_are_measured_side_by_side():
    said = "import json; print(json.dumps({'cpu_s': 2.0, 'items': 10, 'quality': {'f1': 0.5}}))"
    rows = harness.compare([piece("ours", said), piece("theirs", said.replace("2.0", "6.0"))], rounds=2)
    assert [row.ratio for row in rows] == [1.0, 3.0]
    assert rows[0].median("peak_mb") > 1
    text = harness.table(rows, unit="pages")
    assert "pages/cpu s" in text
    assert "f1" in text.splitlines()[0]
    assert len(text.splitlines()) == 3


def test_without_a_word_the_whole_process_counts():
    (row,) = harness.compare([piece("busy", "sum(range(3_000_000)); print('done')")], rounds=1, warm=0)
    assert row.runs[0].cpu_s > 0
    assert row.said == {}


def test_a_piece_that_fails_says_so():
    with pytest.raises(RuntimeError, match="no such peer"):
        harness.run_once([str(harness.interpreter(piece("x", ""))), "-c", "raise SystemExit('no such peer')"])


def test_requirements_must_be_pinned():
    with pytest.raises(ValueError, match="pin rensa"):
        harness.environment("rensa", ["rensa>=0.2"])


def test_growth():
    sizes = [1000.0, 10_000.0, 100_000.0]
    assert math.isclose(harness.growth_exponent(sizes, [s**1.08 for s in sizes]), 1.08)
    a, b = harness.linear_and_square(sizes, [2e-5 * s + 3e-12 * s * s for s in sizes])
    assert math.isclose(a, 2e-5, rel_tol=1e-6)
    assert math.isclose(b, 3e-12, rel_tol=1e-6)


def test_functions_are_compared_in_this_process():
    (_, one), (_, more) = harness.paired([lambda: sum(range(2000)), lambda: sum(range(2_000_000))], rounds=3)
    assert one == 1.0
    assert more > 1.0


@pytest.mark.parametrize(
    ("text", "value"), [("", {}), ("a\n[1]", {}), ('x\n{"a": 1}\n', {"a": 1}), ("{", {})]
)
def test_the_last_line_is_what_a_piece_says(text, value):
    assert harness.last_json(text) == value


def test_an_unknown_area_is_refused():
    assert bench.main(["no-such-area"]) == 2
