"""The compiled text_ids against the plain ones."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.run.strings import bytes_of
from pipeline.text.fold import fold_table, text_id
from pipeline.text.ids import ids_of

MIXED = st.text(
    st.sampled_from("第三篇務务着裏、。 \n\u3000Ａ１a1é①㎡😀𠀀𯿿\U000dffff（）%\0\uffff"), max_size=70
)


def ids(texts: list[str]) -> list[str]:
    return [row.tobytes().decode() for row in ids_of(*bytes_of(pa.array(texts, pa.string())))]


def test_every_character() -> None:
    texts = [chr(code) for code in range(0x40000) if not 0xD800 <= code < 0xE000]
    every = "".join(texts)
    found = ids([every, every[::-1], *texts[::97]])
    assert found == [text_id(text) for text in (every, every[::-1], *texts[::97])]


@settings(deadline=None)  # the first call compiles
@given(st.lists(MIXED, max_size=40))
def test_any_texts(texts: list[str]) -> None:
    assert ids(texts) == [text_id(text) for text in texts]


def test_part_of_a_column() -> None:
    column = pa.array(["甲", "乙丙", "", "丁"]).slice(1, 2)
    assert [row.tobytes().decode() for row in ids_of(*bytes_of(column))] == [text_id("乙丙"), text_id("")]


def test_no_key_is_longer_than_its_text() -> None:
    codes = np.arange(0x10000)
    folded = fold_table()[codes]
    assert all(np.all(folded[codes < first] < first) for first in (0x80, 0x800))
