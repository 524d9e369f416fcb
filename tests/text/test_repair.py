import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.records import RULE_NAMES
from pipeline.text.convert import convert
from pipeline.text.offsets import replay
from pipeline.text.repair import leads, repair
from pipeline.text.repair.blanks import find_blanks
from pipeline.text.repair.headed import count_leaks
from pipeline.text.repair.language import is_frequent
from pipeline.text.repair.passes import RULES, Clues
from pipeline.text.repair.signs import A1_INSERT, BLANK, CONVERTED, LEAK, count_each, rules_needed, signs_of
from pipeline.text.repair.starts import FIRST, MARKERS, ROW, find_a1_inserts

FOLDER = Path(__file__).parent.parent / "cases" / "repair"
CASES = [
    case
    for name in ("in_the_wild", "synthetic", "negative")
    for case in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
]
KNOWN = json.loads((FOLDER / "known_failures.json").read_text("utf-8"))
# what damage is made of, so that random texts reach into the rules
ALPHABET = "務(wù)據jù當dāng數?shù)、。ㄒ唬〃的'` \n總結偨Y②A第一條\u200b\ufffd\ud800（）"
TEXTS = st.text(st.sampled_from(ALPHABET) | st.characters(), max_size=300)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_case(case: dict[str, str]) -> None:
    assert repair(case["input"]).text == case["expected"]


@pytest.mark.xfail(strict=True)
@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case["label"])
def test_known_failure(case: dict[str, str]) -> None:
    assert repair(case["input"]).text == case["expected"]


def test_the_rules_are_those_of_the_contract() -> None:
    assert set(RULES) == set(RULE_NAMES)


@given(TEXTS)
def test_edits_replay_and_a_second_repair_changes_nothing(text: str) -> None:
    result = repair(text)
    assert replay(text, result.edits) == result.text
    assert repair(result.text).edits == ()
    assert all(0 <= u.start <= u.end <= len(text) for u in result.unresolved)


def test_a_site_table_serves_titles() -> None:
    table = {"務": "wù", "職": "zhí"}
    assert repair("客戶服務(wù)職(zhí)責", table=table).text == "客戶服務職責"
    assert repair("客戶服務(mù)", table=table).text == "客戶服務(mù)"
    assert (
        repair("銀(yín)與務(wù)，金(jīn)與銅(tóng)", table=table).text == "銀(yín)與務(wù)，金(jīn)與銅(tóng)"
    )


def test_a_loss_is_flagged_where_it_stands() -> None:
    case = next(c for c in CASES if c["label"] == "a swallowed comma")
    (loss,) = repair(case["input"]).unresolved
    assert case["input"][loss.start : loss.end] == "?"
    assert loss.rule == "byte_shift"


def test_a_lead_byte_that_two_characters_fit_is_flagged() -> None:
    text = "倉管員應當學習業務知識,提高專業水平；蛟S可以調任主管。"
    result = repair(text)
    assert result.text == text
    assert [u.rule for u in result.unresolved] == ["lead_loss"]


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "(",
            "（",
            "務(",
            "務(wù",
            "?",
            "?wù)",
            "務(wù)",
            "務(wù)?shù)",
            "的'",
            "的'x'",
            "務 ",
            "、俚",
            "\n、?",
            "偨Y",
        ),
        *("蛟", "\x00\x01\x02\xff", "\ud800", "\u200b", "[", "@務"),
    ],
    ids=repr,
)
def test_endless_repetition_is_answered(piece: str) -> None:
    text = piece * 20_000
    result = repair(text)
    assert replay(text, result.edits) == result.text


# words whole and split, so that random texts have the damage of blanks, or nearly
SPLIT = (
    *("服", "務", "服務", "服 務", "有 關", "有關", "管 理", "管理", "制度", "制 度", "規 定"),
    *(" ", "，", "\n", "總 則", "第一條 "),
)
SPLIT_TEXTS = st.lists(st.sampled_from(SPLIT), max_size=40).map("".join)


@settings(deadline=None)
@given(st.lists(SPLIT_TEXTS | TEXTS, max_size=5))
def test_texts_side_by_side_show_what_each_alone_does(texts: list[str]) -> None:
    signs = signs_of(texts)
    assert signs == [signs_of([text])[0] for text in texts]
    for text, shown in zip(texts, signs, strict=True):
        assert shown & BLANK or not find_blanks(text).edits
        assert shown & CONVERTED or convert(text) == text
        assert shown & (CONVERTED | LEAK) or not count_leaks(text)


STARTS = "、。“《★·①（龘趯俚务務服1a\n\0\U0002f800"


@settings(deadline=None)
@given(st.lists(st.sampled_from(STARTS), max_size=20).map("".join))
@example("★务务务务务趯")
@example("★务务务务务务趯")
@example("a\n·务\n趯")
def test_a_line_that_begins_with_a_stray_a1_is_told(text: str) -> None:
    """That is: with a mark, and in the characters behind it something rare."""
    asked = False
    for line in text.split("\n"):
        begin = line[1 : 1 + FIRST]
        rare = [c for c in begin if not c.isascii() and (not is_frequent(c) or c in MARKERS)]
        marked = line[:1] in tuple(ROW) and (line[0] in "、。" or (rare and not begin[0].isascii()))
        asked = asked or bool(marked)
    assert bool(signs_of([text])[0] & A1_INSERT) == asked
    assert asked or not (find_a1_inserts(text).edits or find_a1_inserts(text).unresolved)


def test_a_blank_that_splits_no_known_pair_is_no_sign() -> None:
    text = "首页 范文大全 总结范文 制度规范 岗位职责" * 4
    words, twice, once = "服 务与管 理", "页范页范全总全总", "页范页范全总"
    assert signs_of([text, text + words, text + twice, text + once]) == [0, BLANK, BLANK, 0]


@settings(deadline=None)  # the first call compiles
@given(
    st.text(
        st.sampled_from("條的務dāng()（〔 ?\ufffdYS,，、。'.\n\u00a0\u200b\uf9dc\U0002f800\U0002ceb0\u00ad…")
        | st.characters(),
        max_size=30,
    )
)
def test_rules_that_a_text_does_not_need_find_nothing(text: str) -> None:
    for rule in RULES.keys() - rules_needed(text):
        clues = Clues({"務": "dāng"})
        found = RULES[rule](text, clues)
        assert (found.edits, found.unresolved, clues.learnt) == ([], [], {}), rule


@given(st.text(st.sampled_from("條例aYS的`[]{~9 "), max_size=40))
def test_single_letters_are_those_of_the_pattern(text: str) -> None:
    expected = [match.start() for match in leads._LETTER.finditer(text)]
    assert list(leads._single_letters(text)) == expected


@given(
    st.text(st.sampled_from("甲乙 \U0002f800"), max_size=30),
    st.lists(st.sampled_from(["甲乙", "甲甲", "乙 "])),
)
def test_pairs_are_counted_as_str_does(text: str, pairs: list[str]) -> None:
    assert count_each(text, pairs) == [text.count(pair) for pair in pairs]
