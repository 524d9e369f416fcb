"""What lines may show at a glance, against the patterns that look closely."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.page.blocks import read_blocks
from pipeline.page.breadcrumb import PLACE_SIGNS
from pipeline.page.cues import HINT, HINT_WORDS, LEADER, LINK_LABEL, SENTENCE_HINTS
from pipeline.page.dates import DATE
from pipeline.page.glance import WORDS, glance
from pipeline.page.headings import ANY_WORD_N, SIGN
from pipeline.page.lines import (
    COUNTING,
    DATED,
    GROUPS,
    HINTED,
    LABELLED,
    LEADING,
    LISTED,
    NUMBERED,
    NUMERALS,
    PLACED,
    SAYING,
    SEPARATORS,
    SIGNED,
)
from pipeline.page.search import openings
from pipeline.text.encoding import decode

PAGES = sorted(p for p in (Path(__file__).parents[1] / "pages").iterdir() if p.suffix == ".html")
CHARS = "第篇一1３①（(十二：:】)，。 \u3000\t甲乙值班制度范文20-年…·.©pP/Tag前页NoX\U00020000"
WORDLIST = sorted({word for _, pattern in WORDS for word in openings(pattern)})
PIECES = st.sampled_from(
    [*CHARS, *WORDLIST, *SENTENCE_HINTS, *re.sub(r"[\\^${}\[\]]", "", HINT_WORDS).split("|")]
)


def closely(line: str) -> int:
    """What a line shows, by the patterns themselves."""
    found = {
        HINTED: HINT.search(line),
        SAYING: any(word in line for word in SENTENCE_HINTS),
        SIGNED: SIGN.search(line),
        DATED: DATE.search(line),
        LEADING: LEADER.fullmatch(line),
        COUNTING: "篇" in line,
        PLACED: any(sign in line for sign in PLACE_SIGNS),
        NUMERALS | SEPARATORS: ANY_WORD_N.match(line),
        LISTED: NUMBERED.match(line),
        LABELLED: LINK_LABEL.match(line),
    }
    return sum(bits for bits, shown in found.items() if shown)


def assert_nothing_is_missed(text: str) -> None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    sights, shown = glance([text], [len(lines)])[0]
    assert [closely(line) & ~sight for line, sight in zip(lines, sights, strict=True)] == [0] * len(lines)
    for group in range(GROUPS):
        assert shown[group] == [row for row, sight in enumerate(sights) if sight >> group & 1]


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=5).map("\n".join))
def test_nothing_is_missed(text: str) -> None:
    assert_nothing_is_missed(text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_nothing_is_missed_on_pages(path: Path) -> None:
    text, r = read_blocks(decode(path.read_bytes()).text).text, random.Random(path.stem)
    assert_nothing_is_missed(text)
    for _ in range(20):
        at, end = sorted((r.randrange(len(text)), r.randrange(len(text))))
        assert_nothing_is_missed(text[at:end])


def test_most_lines_show_little() -> None:
    assert glance(["为了加强管理，制定本制度。\n各部门应当遵守；"], [2]) == [([0, 0], [[]] * GROUPS)]
