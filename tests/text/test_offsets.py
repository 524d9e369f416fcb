from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Edit
from pipeline.text.offset_arrays import OffsetArrays
from pipeline.text.offsets import OffsetMap, compose, replay


@st.composite
def edited(draw: st.DrawFn, text: str) -> list[Edit]:
    """Draw ordered edits apart of a text, none a mere insertion."""
    edits, at = [], 0
    while at < len(text) and draw(st.booleans()):
        start = draw(st.integers(at, len(text) - 1))
        end = draw(st.integers(start + 1, min(len(text), start + 5)))
        edits.append(Edit(start, end, draw(st.text("xyz", max_size=4)), "leak"))
        at = end
    return edits


@st.composite
def twice_edited(draw: st.DrawFn) -> tuple[str, list[Edit], list[Edit]]:
    text = draw(st.text("abcdefg", max_size=30))
    first = draw(edited(text))
    return text, first, draw(edited(replay(text, first)))


@given(twice_edited())
def test_composed_edits_do_what_both_did(drawn: tuple[str, list[Edit], list[Edit]]) -> None:
    text, first, second = drawn
    middle = replay(text, first)
    assert replay(text, compose(first, second, middle)) == replay(middle, second)


@given(twice_edited())
def test_a_span_of_the_new_text_covers_what_it_stems_from(drawn: tuple[str, list[Edit], list[Edit]]) -> None:
    text, edits, _ = drawn
    new, offsets = replay(text, edits), OffsetMap(edits)
    starts = [offsets.start(i) for i in range(len(new))]
    ends = [offsets.end(i + 1) for i in range(len(new))]
    assert list(offsets.starts(range(len(new)))) == starts
    assert list(offsets.ends(range(1, len(new) + 1))) == ends
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    changed = [i for e in edits for i in range(e.start, e.end)]
    for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
        assert 0 <= start < end <= len(text)
        assert new[at] == text[start] or start in changed


@given(st.lists(twice_edited(), min_size=1, max_size=4), st.booleans())
def test_many_maps_do_what_each_does(drawn: list[tuple[str, list[Edit], list[Edit]]], insert: bool) -> None:
    texts = [
        (text, [*edits, Edit(len(text), len(text), "x" * insert, "lead_loss")]) for text, edits, _ in drawn
    ]
    maps = [OffsetMap(edits if k % 3 else ()) for k, (_, edits) in enumerate(texts)]
    places = [list(range(len(replay(*each)) + 1)) for each in texts]
    edits = [each if k % 3 else [] for k, (_, each) in enumerate(texts)]
    columns = [(e.start, e.end, len(e.replacement)) for each in edits for e in each]
    numbers = np.array(columns, dtype=np.int32).reshape(-1, 3).T
    arrays = OffsetArrays(*numbers, counts=np.array(list(map(len, edits))))
    counts = np.array(list(map(len, places)))
    every = np.array(list(chain.from_iterable(places)), dtype=np.int32)
    both = list(zip(maps, places, strict=True))
    assert arrays.starts(every, counts).tolist() == [m.start(at) for m, own in both for at in own]
    assert arrays.ends(every, counts).tolist() == [m.end(at) for m, own in both for at in own]


@pytest.mark.parametrize("edits", [[Edit(3, 2, "", "leak")], [Edit(0, 9, "", "leak")]])
def test_edits_outside_the_text_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="out of order"):
        replay("abc", edits)


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        replay("abcdef", [Edit(0, 3, "", "leak"), Edit(2, 4, "", "leak")])
