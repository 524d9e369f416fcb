"""s2t by table against OpenCC, over its whole dictionary and any text."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from test_simplify import entries

from pipeline.text.convert import _convert_all, convert
from pipeline.text.traditional import MARKS, tables, traditionalize

PHRASES = [*entries("STPhrases"), *entries("STPhrases_GeneratedFromRegionalPhrases")]
CHARACTERS = [*entries("STCharacters"), *entries("CJK_Compatibility_Ideographs")]
TOLD = "签字一周考核发布日志复核准备里面系列后来干部制药面粉理发长发千钧制出"


def s2t(text: str) -> str:
    return _convert_all(text, "s2t")


def test_every_phrase_of_the_dictionary_is_decided_as_opencc_does() -> None:
    text = "\n".join(f"甲{p}乙，务{p}" for p in PHRASES)
    assert traditionalize(text, s2t).split("\n") == s2t(text).split("\n")
    assert traditionalize("".join(PHRASES), s2t) == s2t("".join(PHRASES))


def test_every_phrase_that_is_more_than_its_characters_is_told() -> None:
    pairs = set(tables(s2t).pairs.tolist())
    alone = dict(zip(chars := sorted({*"".join(PHRASES)}), s2t("\n".join(chars)).split("\n"), strict=True))
    forms = zip(PHRASES, s2t("\n".join(PHRASES)).split("\n"), strict=True)
    odd = [p for p, form in forms if form != "".join(alone[c] for c in p)]
    beyond = [p for p in odd if max(map(ord, p)) > 0xFFFF]
    told = [p for p in odd if any(ord(a) << 16 | ord(b) in pairs for a, b in pairwise(p))]
    assert len(set(odd)) == 9824
    assert set(odd) - set(told) <= set(beyond)


def test_no_entry_of_the_dictionaries_holds_a_mark() -> None:
    assert set(MARKS).isdisjoint("".join([*PHRASES, *CHARACTERS]))


def test_every_character_of_the_plane() -> None:
    plane = [chr(code) for code in range(0x10000) if chr(code) != "\n"]
    for text in ("\n".join(plane), "\n".join(CHARACTERS), "".join(CHARACTERS)):
        assert traditionalize(text, s2t) == s2t(text)


def test_only_what_may_hold_a_phrase_goes_to_opencc() -> None:
    seen: list[str] = []

    def counted(text: str) -> str:
        seen.append(text)
        return s2t(text)

    traditionalize("甲", counted)
    seen.clear()
    assert (
        traditionalize("甲方签字，乙方盖章。\n服务、甲方签字", counted)
        == "甲方簽字，乙方蓋章。\n服務、甲方簽字"
    )
    assert seen == ["甲方签字"]
    assert convert("面粉，服务", "s2t") == "麪粉，服務"


@given(
    st.lists(st.sampled_from(PHRASES) | st.sampled_from([*TOLD, *"甲务\n\r\0\ud800\udc00𠀀a1，。 \uf9dc"])),
    st.text(st.sampled_from(TOLD + "甲务，。"), max_size=20),
)
def test_any_text_is_converted_as_opencc_does(parts: list[str], text: str) -> None:
    for given_text in ("".join(parts), text):
        assert traditionalize(given_text, s2t) == s2t(given_text)
