"""s2t compiled against OpenCC, over its whole dictionary and any text."""

import random

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from test_traditional import CHARACTERS, PHRASES, TOLD, s2t

from pipeline.run.strings import bytes_of, joined_strings
from pipeline.text.phrases import EDGES, tables, traditional_of


def forms(texts: list[str]) -> list[str]:
    made = joined_strings(*traditional_of(*bytes_of(pa.array(texts, pa.string()))))
    return list(made.to_pylist())


def agrees(texts: list[str]) -> bool:
    return forms(texts) == s2t("\n".join(texts)).split("\n")


def test_every_phrase_of_the_dictionary() -> None:
    assert agrees([f"甲{p}乙，务{p}" for p in PHRASES])
    assert agrees(["".join(PHRASES), "".join(reversed(PHRASES))])


def test_every_character() -> None:
    every = [chr(c) for c in range(1, 0x110000) if c != ord("\n") and not 0xD800 <= c < 0xE000]
    assert agrees(every)
    assert agrees(["".join(every), "".join(CHARACTERS)])


def test_phrases_that_meet() -> None:
    """Parts of phrases, one behind the other: which of them is taken depends on what stands before."""
    drawn = random.Random(1)
    entries = [*PHRASES, *CHARACTERS]

    def part(text: str) -> str:
        start = drawn.randrange(len(text))
        return text[start : drawn.randint(start + 1, len(text))]

    assert agrees(["".join(part(drawn.choice(entries)) for _ in range(8)) for _ in range(20_000)])


@settings(deadline=None)  # the first call compiles
@given(
    st.lists(st.lists(st.sampled_from([*PHRASES, *TOLD, *"甲务\0𠀀a1é，。 \uf9dc\U0002f800"])).map("".join))
)
def test_any_text(texts: list[str]) -> None:
    assert forms(texts) == [s2t(text) for text in texts]


def test_no_phrase_reaches_into_the_next_text() -> None:
    assert forms(["面", "粉", "面粉", ""]) == ["面", "粉", "麪粉", ""]
    assert forms([]) == []


def test_the_tree_has_room() -> None:
    taken = int((tables().edges != 0).sum())
    assert len({p[:n] for p in PHRASES for n in range(1, len(p) + 1)}) <= taken < EDGES // 2
