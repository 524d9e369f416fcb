"""Slow and obvious twins of the kernels, and the cases of this area."""

import json
import re
from pathlib import Path

from pipeline.clauses.interpreted import cut_interpreted
from pipeline.clauses.markers import MARKERS
from pipeline.clauses.numerals import parse_numeral
from pipeline.clauses.pieces import PIECE, UNNUMBERED
from pipeline.records import CLAUSE_FLAGS, Clause

CASES = Path(__file__).parent.parent / "cases"
NUMERAL = re.compile(r"[零〇○一二三四五六七八九两兩十百千廿卅]+|[0-9０-９]+")


def cases(module: str, name: str) -> list[dict]:
    return json.loads((CASES / module / f"{name}.json").read_text("utf-8"))


def rows(clauses: tuple[Clause, ...]) -> list[list]:
    return [[c.path, c.kind, c.marker, c.ordinal, c.text, list(c.flags)] for c in clauses]


def marker_rows(text: str) -> list[tuple[int, ...]]:
    """Start and end of each marker of a text, its style, its ordinal and what is packed."""
    _, pieces, total = cut_interpreted(text)
    rows = [pieces[k : k + PIECE] for k in range(0, total * PIECE, PIECE)]
    return [(start, body, *told) for start, body, _, *told in rows if told[0] != UNNUMBERED]


def matching_rows(marker: str) -> set[int]:
    """Styles whose row of the table matches a marker from end to end."""
    return {m.style for m in MARKERS if re.fullmatch(m.pattern, marker)}


def value_of(marker: str) -> int | None:
    """The number in a marker of the plain kinds, by the numerals' own reading."""
    found = NUMERAL.search(marker)
    return parse_numeral(found.group(0)) if found else parse_numeral(marker)


def check_tree(text: str, clauses: tuple[Clause, ...]) -> None:
    """What holds of every tree: tiling, document order, paths, parents, levels, children counted from 1."""
    squash = re.compile(r"\s+")
    own = "".join((c.marker or "") + c.text for c in clauses)
    assert squash.sub("", own) == squash.sub("", text)
    children: dict[str | None, int] = {}
    end = 0
    for c in clauses:
        assert end <= c.raw_start < c.raw_end <= len(text)
        assert text[end : c.raw_start].strip() == ""
        assert squash.sub("", text[c.raw_start : c.raw_end]) == squash.sub("", (c.marker or "") + c.text)
        end = c.raw_end
        children[c.parent] = children.get(c.parent, 0) + 1
        assert c.path == (f"{c.parent}." if c.parent else "") + str(children[c.parent])
        assert c.clause_id == c.path
        assert c.level == c.path.count(".") + 1
        assert c.ordinal is None or c.kind == "clause"
        assert c.kind != "paragraph" or c.marker is None
        assert len(set(c.flags)) == len(c.flags)
        assert set(c.flags) <= set(CLAUSE_FLAGS)
    assert text[end:].strip() == ""
    assert len({c.path for c in clauses}) == len(clauses)
