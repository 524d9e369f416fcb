"""The sample pages, from bytes to the whole JSON object of `fanwen parse`.

tests/pages/<name>.json is the expected object of raw/sample/<name>.*, checked by eye against what was
put into the page. When a change of the program changes one of them on purpose, write it anew and read
the difference:

    fanwen parse raw/sample/NAME | python -m json.tool --no-ensure-ascii --indent 1 > tests/pages/NAME.json
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = sorted((ROOT / "tests" / "pages").glob("*.json"))
SAMPLES = sorted(p for p in (ROOT / "raw" / "sample").iterdir() if p.is_file())


def page_of(expected: Path) -> Path:
    """The page an expectation is about: beside it, or in raw/sample."""
    found = [
        p for folder in (expected.parent, ROOT / "raw" / "sample") for p in folder.glob(f"{expected.stem}.*")
    ]
    return next(p for p in found if p.suffix != ".json")


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """What the program says of every page, in one run."""
    paths = [page_of(x).relative_to(ROOT).as_posix() for x in EXPECTED]
    command = [sys.executable, "-m", "pipeline", "parse", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    lines = done.stdout.decode("utf-8").splitlines()
    return {x.stem: json.loads(line) for x, line in zip(EXPECTED, lines, strict=True)}


def test_every_sample_has_its_expectation():
    assert {p.stem for p in SAMPLES} <= {p.stem for p in EXPECTED}
    assert len(SAMPLES) >= 6


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda p: p.stem)
def test_the_whole_object(expected, answers):
    assert answers[expected.stem] == json.loads(expected.read_text("utf-8"))


def test_one_line_and_many_lines_are_one_text(answers):
    third, fourth = answers["front-desk"]["articles"][2:]
    numbered = [[(c["ordinal"], c["text"]) for c in a["clauses"] if c["ordinal"]] for a in (third, fourth)]
    assert numbered[0] == numbered[1]
    assert [n for n, _ in numbered[0]] == list(range(1, 13))


def test_the_shifted_words_read_as_they_were_written(answers):
    for article in answers["front-desk"]["articles"][:2]:
        assert "对茶水和资料作出适当的调配,确保会议按时开始" in article["text"]
    assert "采取适当的保护措施，禁止抛掷。" in answers["storeroom-gbk"]["articles"][0]["text"]


def test_text_really_written_in_traditional_is_served_again(answers):
    page = answers["fire-drill-big5"]
    assert page["page"]["hant_origin"] == "served"
    served = "".join(c["text_hant"] for a in page["articles"] for c in a["clauses"])
    for word in ("占有", "複習", "計畫書", "范主任"):
        assert word in served
