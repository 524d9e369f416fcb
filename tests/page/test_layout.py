from itertools import pairwise

from bs4 import BeautifulSoup, NavigableString
from hypothesis import given
from hypothesis import strategies as st

from pipeline.page.blocks import read_blocks
from pipeline.page.layout import BLOCK_NAMES, VOID


def depths(html: str) -> list[tuple[str, ...]]:
    """The block elements in which each line stands, with their place, by walking the tree."""
    soup = BeautifulSoup(html, "html.parser")
    blocks = set(BLOCK_NAMES.split("|")) - set(VOID)
    out = []
    for text in soup.find_all(string=True):
        if isinstance(text, NavigableString) and text.strip():
            out.append(tuple(str(id(x)) for x in reversed(list(text.parents)) if x.name in blocks))
    return out


def separations(html: str) -> list[int]:
    """The slow twin: how many elements two neighbouring lines have in common."""
    paths = depths(html)
    return [sum(a == b for a, b in zip(x, y, strict=False)) for x, y in pairwise(paths)]


@given(st.recursive(st.just("甲"), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=12))
def test_separations_are_those_of_the_tree(tree: object) -> None:
    def write(node: object, level: int = 0) -> str:
        if isinstance(node, str):
            return f"<p>{node}</p>"
        name = ("div", "section", "article")[level % 3]
        return f"<{name}>{''.join(write(x, level + 1) for x in node)}</{name}>"  # type: ignore[attr-defined]

    html = f"<html><body>{write(tree)}</body></html>"
    layout = read_blocks(html).layout
    assert layout is not None
    assert layout.separations(1000) == separations(html)


def test_a_plain_text_has_no_layout() -> None:
    assert read_blocks("甲\n乙").layout is None
