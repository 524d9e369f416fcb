import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.page import counts, cues, fields, head, sitewords, subjects
from pipeline.page.introductions import INTRODUCTION
from pipeline.page.search import SPACES, WholeLines, compile_search

CHARS = "甲乙丙aA1-^] 。\u3000"
CLASSES = st.text(st.sampled_from("甲乙aA1"), min_size=1, max_size=3).map(lambda x: f"[{x}]")
ATOMS = st.one_of(
    st.sampled_from(list(CHARS)).map(re.escape),
    CLASSES,
    st.sampled_from([r"\d", r"\s", r"[甲\s]", ".", "^", "$", "[a-c]"]),
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda x: f"(?:{'|'.join(x)})"),
        inner.map(lambda x: f"(?:{x})?"),
        inner.map(lambda x: f"(?:{x})" + "{2,3}"),
        inner.map(lambda x: f"(?<={re.escape('甲')})(?:{x})"),
        inner.map(lambda x: f"(?!{x})乙"),
        inner.map(lambda x: f"({x})"),
    ),
    max_leaves=6,
)


def spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


@given(
    PATTERNS, st.text(st.sampled_from(CHARS), max_size=20), st.sampled_from([0, re.IGNORECASE, re.MULTILINE])
)
def test_it_finds_what_the_pattern_finds(pattern: str, text: str, flags: int) -> None:
    assert spans(compile_search(pattern, flags), text) == spans(re.compile(pattern, flags), text)


@given(
    st.lists(PATTERNS, max_size=4),
    st.text(st.sampled_from(CHARS), max_size=8),
    st.sampled_from([0, re.IGNORECASE]),
)
def test_the_first_pattern_of_a_whole_line_is_the_same_one_by_one(
    patterns: list[str], line: str, flags: int
) -> None:
    plain = next((k for k, p in enumerate(patterns) if re.compile(p, flags).fullmatch(line)), -1)
    assert WholeLines(patterns, flags).first(line) == plain


@pytest.mark.parametrize(
    "line", ["COPYRIGHT 甲", "Ⓒopyright", "\u212aey", "\u017fite", "ley", "k", "\u0130d", "\u0131d"]
)
def test_letters_that_match_beside_their_two_cases(line: str) -> None:
    patterns = ["copyright.*", "key", "site", "id"]
    plain = next((k for k, p in enumerate(patterns) if re.fullmatch(p, line, re.IGNORECASE)), -1)
    assert WholeLines(patterns, re.IGNORECASE).first(line) == plain


def test_hardly_a_cue_is_tried_on_a_line_without_its_words() -> None:
    assert cues.ANY_CUE.allowed("甲乙丙").bit_count() <= 1


def test_all_white_space_is_listed() -> None:
    assert set(SPACES) == {char for char in map(chr, range(0x110000)) if re.match(r"\s", char)}


QUICK = {
    "hint": cues.HINT,
    "introduction": INTRODUCTION,
    "count": counts.COUNT,
    "counted": subjects.COUNTED,
    "site": fields.SITE_WORD,
    "sample": head.SAMPLE_WORD,
    "trailing": subjects.TRAILING,
    "only sites": sitewords.ONLY_SITES,
    "words": sitewords.WORD,
}


@pytest.mark.parametrize("name", QUICK)
def test_where_it_is_used_it_looks_ahead(name: str) -> None:
    assert QUICK[name].pattern.startswith("(?=[")
