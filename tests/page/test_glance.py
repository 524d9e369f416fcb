"""What lines may show at a glance, against the patterns that look closely."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.page.blocks import read_blocks
from pipeline.page.breadcrumb import PLACE_SIGNS
from pipeline.page.contents import LEADER
from pipeline.page.cues import (
    DISCLAIMER,
    HINT,
    HINT_WORDS,
    LINK_LABEL,
    LIST_SIGNS,
    MAX_CUE,
    SENTENCE_HINTS,
)
from pipeline.page.cues import SENTENCE_ENDS as CUE_NEVER_ENDS
from pipeline.page.dates import DATE
from pipeline.page.glance import WORDS, glance
from pipeline.page.headings import ANY_WORD_N, MAX_HEADING, NUMBER_ENDS, SENTENCE_ENDS, SIGN
from pipeline.page.introductions import INTRODUCTION
from pipeline.page.lines import (
    BRIEF,
    COUNTING,
    DATED,
    ENDING,
    FIELDED,
    GROUPS,
    HINTED,
    INTRODUCED,
    LABELLED,
    LEADING,
    LISTED,
    LISTED_AT,
    NUMBERED,
    NUMERAL,
    NUMERALS,
    PAGED,
    PLACED,
    SAYING,
    SEPARATORS,
    SIGNED,
    STOPPED,
    SUMMED,
    UNLISTED,
    rows_showing,
)
from pipeline.page.manner import MARKER
from pipeline.page.search import openings
from pipeline.page.summary import CUT_OFF, LABEL
from pipeline.page.told import MAX_FOREIGN
from pipeline.page.views import SMALL_FIELD
from pipeline.page.wording import speaks_of_pages
from pipeline.text.encoding import decode

from .oracles import lines_of

PAGES = sorted(p for p in (Path(__file__).parents[1] / "pages").iterdir() if p.suffix == ".html")
CHARS = "第篇条一1３百①⑴（(十二：:】)，。；、 \u3000\t甲乙值班制度范文20-年…·.©pP/Tag前页NoX\U00020000"
WORDLIST = sorted({word for _, pattern in WORDS for word in openings(pattern)})
PIECES = st.sampled_from(
    [*CHARS, *WORDLIST, *SENTENCE_HINTS, *re.sub(r"[\\^${}\[\]]", "", HINT_WORDS).split("|")]
)


def hints(line: str) -> bool:
    """Tell what `cues` asks of a line that may be a cue of its own."""
    if len(line) > MAX_CUE:
        return DISCLAIMER.match(line) is not None
    return HINT.search(line) is not None and line[-1] not in CUE_NEVER_ENDS and not is_item(line)


def is_item(line: str) -> bool:
    return line[0] in LIST_SIGNS and NUMBERED.match(line) is not None


def may_end_heading(line: str) -> bool:
    """Tell what `headings` asks of a line without a sign of headings."""
    numbered = len(line) <= MAX_HEADING and re.search(NUMERAL, line) is not None
    worded = line[-1] in NUMBER_ENDS or " " in line or "：" in line
    return numbered and worded and line[-1] not in SENTENCE_ENDS


def closely(line: str) -> int:
    """What a line shows, by the patterns themselves."""
    found = {
        HINTED: hints(line),
        SAYING: any(word in line for word in SENTENCE_HINTS) and line[-1] == "。" and not is_item(line),
        SIGNED: SIGN.search(line),
        DATED: DATE.search(line),
        LEADING: LEADER.fullmatch(line),
        COUNTING: "篇" in line,
        PLACED: any(sign in line for sign in PLACE_SIGNS),
        LISTED: NUMBERED.match(line),
        UNLISTED: len(line) <= MAX_FOREIGN and not is_item(line),
        ENDING: may_end_heading(line),
        STOPPED: line[-1] in "。；",
        NUMERALS | SEPARATORS: ANY_WORD_N.match(line),
        LABELLED: LINK_LABEL.match(line),
        FIELDED: SMALL_FIELD.search(line),
        SUMMED: CUT_OFF.search(line) or (LABEL.match(line) and not NUMBERED.match(line)),
        BRIEF: len(line) <= MARKER,
        PAGED: speaks_of_pages(line),
        INTRODUCED: INTRODUCTION.search(line),
    }
    return sum(bits for bits, shown in found.items() if shown)


def assert_nothing_is_missed(text: str) -> None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    (told,) = glance([text])
    sights, shown = told.sights, told.shown
    page = lines_of(text.split("\n"))  # at which nobody has looked
    assert told[2:] == (page.starts, page.ends, page.lasts)
    assert [closely(line) & ~sight for line, sight in zip(lines, sights, strict=True)] == [0] * len(lines)
    assert shown[LISTED_AT] == [row for row, line in enumerate(lines) if NUMBERED.match(line)]
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
    (told,) = glance(["为了加强管理，制定本制度。\n各部门应当遵守；"])
    sights, shown = told.sights, told.shown
    assert sights == [UNLISTED | STOPPED] * 2
    assert [1 << group for group, rows in enumerate(shown) if rows] == [UNLISTED, STOPPED]


def test_texts_are_told_apart() -> None:
    texts = ["一、甲。\n\n第1篇", "", "乙：\n丙3"]
    assert glance(texts) == [told for text in texts for told in glance([text])]


def test_whether_a_line_is_listed_is_told_for_good_without_the_kernel() -> None:
    page = lines_of(["值班制度", "一、准时到岗。", "第二条 做好记录。"])
    assert rows_showing(page, LISTED) == [1, 2]
    assert [sight & LISTED != 0 for sight in page.sights] == [False, True, True]
