"""Columns of strings: the same with and without compiled code."""

import sys

import numpy as np
import pyarrow as pa
import pytest

from pipeline.run.strings import ids_of_texts, joined_strings, traditional_strings, utf8_of

TEXTS = pa.array(["面粉在里面。", "", "𠀀 a、é", "第一条", "面粉在里面。"]).slice(1)


def test_compiled_and_plain_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[list[str]]:
        text = "".join(TEXTS.to_pylist())
        data, ends = utf8_of(text, np.array([0, 1, 5, len(text)], np.int64))
        made = [joined_strings(data, ends), ids_of_texts(TEXTS)]
        made += [traditional_strings(TEXTS, hant) for hant in ("s2t", "s2tw", "none")]
        return [column.to_pylist() for column in made]

    import numba  # noqa: F401

    compiled = found()
    monkeypatch.delitem(sys.modules, "numba")
    assert found() == compiled
