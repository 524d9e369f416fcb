"""The fold against OpenCC, and the key's properties."""

import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from pipeline.text.fold import comparison_key, fold_table, key_units, text_id

CASES = Path(__file__).parents[1] / "cases" / "fold"
MIXED = st.text(st.sampled_from("第三篇務务著着裏里、。 \n\u3000Ａ１a1①㎡😀𠀀\ud800（）衞卫-%"), max_size=40)


@pytest.mark.parametrize("kind", ["in_the_wild", "synthetic", "negative"])
def test_cases(kind: str) -> None:
    for case in json.loads((CASES / f"{kind}.json").read_text("utf-8")):
        assert comparison_key(case["input"]) == case["expected"], case["label"]


def test_table_follows_opencc_character_by_character() -> None:
    table, convert = fold_table(), OpenCC("t2s").convert
    for code in range(0x3400, 0xA000):
        plain = convert(chr(code))
        if len(plain) == 1 and ord(plain) < 0x10000:
            assert table[code] == table[ord(plain)], chr(code)


def test_table_is_idempotent_and_keeps_letters_and_digits() -> None:
    table = fold_table()
    assert np.array_equal(table[table], table)
    for code in range(0x10000):
        if unicodedata.category(chr(code))[0] in "PZC":
            assert not table[code] or unicodedata.category(chr(int(table[code])))[0] in "LN"
    assert comparison_key("0123456789") == comparison_key("０１２３４５６７８９") == "0123456789"


@given(MIXED)
def test_key_is_idempotent_and_blind_to_script(text: str) -> None:
    key = comparison_key(text)
    assert comparison_key(key) == key
    assert comparison_key(text.replace("务", "務").replace("里", "裏")) == key
    assert text_id(text) == text_id(key)
    assert key_units(text).tobytes().decode("utf-16-le") == key


def test_empty_and_punctuation_have_the_empty_key() -> None:
    assert comparison_key("") == comparison_key(" 。\n、😀") == ""
