import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.convert import convert
from pipeline.text.encoding import decode

CASES = json.loads(
    (Path(__file__).resolve().parent.parent / "cases" / "encoding" / "synthetic.json").read_text("utf-8")
)
PROSE = (
    "第一条 为了加强仓库管理，保证物资安全，根据公司的有关规定，制定本制度。"
    "值班人员应当准时到岗，做好交接记录。"
)
HAN = st.text(st.sampled_from(PROSE), min_size=12, max_size=60)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_cases(case: dict) -> None:
    decoded = decode(bytes.fromhex(case["input"]))
    assert [decoded.encoding, decoded.text] == case["expected"]
    assert decoded.evidence


@pytest.mark.parametrize(
    ("codec", "name"), [("utf-8", "utf-8"), ("gbk", "gb18030"), ("gb2312", "gb18030"), ("gb18030", "gb18030")]
)
@given(text=HAN)
def test_any_prose_is_read_in_its_own_encoding(codec: str, name: str, text: str) -> None:
    decoded = decode(text.encode(codec))
    assert (decoded.encoding, decoded.text) == (name, text)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@given(text=HAN, break_at=st.integers(0, 12))
def test_utf_16_without_a_mark_is_known_by_one_line_end(codec: str, text: str, break_at: int) -> None:
    lines = f"{text[:break_at]}\n{text[break_at:]}"
    decoded = decode(lines.encode(codec))
    assert (decoded.encoding, decoded.text) == (codec, lines)


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
@given(text=HAN, at=st.integers(0, 60), padding=st.integers(1, 600))
def test_padding_is_not_taken_for_utf_16(codec: str, text: str, at: int, padding: int) -> None:
    body = f"<p>{text}</p>".encode(codec)
    cut = min(at, len(body))
    assert not decode(body[:cut] + bytes(padding) + body[cut:]).encoding.startswith("utf-16")


@given(text=HAN)
def test_big5(text: str) -> None:
    traditional = convert(text, "s2tw")
    assert decode(traditional.encode("big5hkscs")).text == traditional


@given(text=HAN, at=st.integers(0, 59), stray=st.sampled_from([b"\xff", b"\x80", b"\xc0"]))
def test_a_stray_byte_does_not_change_the_verdict(text: str, at: int, stray: bytes) -> None:
    body = (PROSE + text).encode()
    cut = min(at * 3, len(body))
    assert decode(body[:cut] + stray + body[cut:]).encoding == "utf-8"


@pytest.mark.parametrize("end", range(1, 4))
def test_utf_8_cut_inside_its_last_character(end: int) -> None:
    decoded = decode("值班".encode()[:-end])
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith("值")


@pytest.mark.parametrize(("declared", "codec"), [("utf-8", "gbk"), ("gb2312", "utf-8"), ("big5", "gb18030")])
def test_a_declaration_is_not_believed(declared: str, codec: str) -> None:
    html = f'<meta charset="{declared}"><p>{PROSE}</p>'
    assert decode(html.encode(codec)).text == html


@given(st.binary(max_size=300))
def test_any_bytes_give_a_text(body: bytes) -> None:
    decoded = decode(body)
    assert "\0" not in decoded.text
    assert decoded.encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs")
