"""Code points written as UTF-8 by kernels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.utf8 import encoded


@settings(deadline=None)  # the first call compiles
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.lists(st.integers(0, 50)))
def test_any_text_and_its_places(text: str, drawn: list[int]) -> None:
    places = sorted(min(at, len(text)) for at in drawn)
    data, ends = encoded(text, np.array(places, np.int64))
    assert data.tobytes() == text.encode()
    assert ends.tolist() == [len(text[:at].encode()) for at in places]


def test_every_width() -> None:
    text = "\0a\x7f\x80\u07ff\u0800、\uffff\U00010000\U0010ffff"
    data, ends = encoded(text, np.arange(len(text) + 1))
    assert data.tobytes() == text.encode()
    assert np.diff(ends).tolist() == [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]
