"""Text to code points and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.points import code_points, text_of

ANY = st.text(st.characters(exclude_categories=()))  # lone surrogates and NUL too


@given(ANY)
def test_code_points_are_those_of_utf_32(text: str) -> None:
    points = code_points(text)
    assert points.tolist() == list(map(ord, text))
    assert text_of(points) == text
    assert text_of(np.repeat(points, 2)[::2]) == text


@pytest.mark.parametrize("text", ["", "\0", "甲\0\0", "\0甲", "\ufeff甲", "𠀀", "\ud800"])
def test_odd_texts_come_back(text: str) -> None:
    assert text_of(code_points(text)) == text


def test_code_points_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        code_points("甲")[0] = 0
