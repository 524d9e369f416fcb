import sys

from hypothesis import given, settings

from pipeline.clauses.interpreted import cut_interpreted
from pipeline.clauses.pieces import AT_LINE, PIECE, UNNUMBERED, is_space, write_lines

from .test_decide import texts


def test_white_space_is_that_of_str() -> None:
    assert [c for c in range(sys.maxunicode + 1) if is_space(c) != chr(c).isspace()] == []


@settings(max_examples=200, deadline=None)
@given(texts)
def test_lines_are_those_of_str_split(text: str) -> None:
    """The slow, obvious twin: split, strip, leave out what is empty."""
    out = [0] * PIECE * (text.count("\n") + 1)
    total = write_lines([ord(c) for c in text], 0, len(text), out, 0)
    found = [text[out[k] : out[k + 2]] for k in range(0, total * PIECE, PIECE)]
    assert found == [line.strip() for line in text.split("\n") if line.strip()]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_pieces_are_the_lines_between_markers(text: str) -> None:
    """The slow, obvious twin: from marker to marker, the first line is the marker's own."""
    _, pieces, total = cut_interpreted(text)
    rows = [pieces[k : k + PIECE] for k in range(0, total * PIECE, PIECE)]
    marked = [row for row in rows if row[3] != UNNUMBERED]
    expected = []
    for row, stop in zip([None, *marked], [*(row[0] for row in marked), len(text)], strict=True):
        begin = row[1] if row else 0
        own, *others = text[begin:stop].split("\n") if row else ("", text[:stop])
        if row:
            expected.append((row[0], text[row[0] : row[1]] + own.rstrip()))
        lines = "\n".join(others).split("\n")
        expected += [(UNNUMBERED, line.strip()) for line in lines if line.strip()]
    found = [(row[0] if row[3] != UNNUMBERED else UNNUMBERED, text[row[0] : row[2]]) for row in rows]
    assert found == expected
    assert all(row[1] == row[0] and row[5] == AT_LINE for row in rows if row[3] == UNNUMBERED)
