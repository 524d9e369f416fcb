"""GBK read by the kernel against Python's codec."""

import sys

import numba  # noqa: F401 - the compiled way is taken where numba is loaded
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.encoding import COMMON, POINTS_BEHIND, decode
from pipeline.text.gbk import COMMON as IS_COMMON
from pipeline.text.gbk import FIRST, TRAILS, gbk_table, points_of_gbk

PROSE = "第一条 为了加强仓库管理，保证物资安全，<b>根据公司的</b>有关规定，制定本制度。"
PIECES = st.sampled_from([PROSE.encode("gbk"), b"<p>", "ē鑼①".encode("gbk"), "𠀀".encode("gb18030"), b"\0"])
BODIES = st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=8).map(b"".join)


def by_codec(body: bytes) -> str | None:
    try:
        return body.decode("gbk")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("lead", range(FIRST, 0x100))
def test_the_table_has_what_the_codec_reads(lead: int) -> None:
    for trail in range(TRAILS):
        char = by_codec(bytes((lead, trail)))
        known = int(gbk_table(COMMON)[(lead - FIRST) * TRAILS + trail])
        expected = ord(char) if char is not None and len(char) == 1 else 0
        assert (known & 0xFFFF, bool(known & IS_COMMON)) == (expected, char in COMMON)


@given(BODIES)
@example("甲".encode("gbk")[:1])
@example("一".encode("gbk"))
@example(b"")
def test_the_kernel_reads_as_the_codec_does(body: bytes) -> None:
    points, share = points_of_gbk(body, COMMON, behind=2)
    text = by_codec(body) or ""
    assert points.tolist() == [*map(ord, text), 0, 0]
    beyond = [char for char in text if not char.isascii()]
    assert share == sum(char in COMMON for char in beyond) / max(1, len(beyond))


@given(BODIES)
@example(PROSE.encode("gbk"))
def test_compiled_and_not_a_body_is_read_alike(body: bytes) -> None:
    compiled = decode(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "numba")
        plain = decode(body)
    assert plain == compiled
    assert compiled.evidence == plain.evidence
    assert plain.points is None
    if compiled.points is not None:
        assert compiled.points.tolist() == [*map(ord, compiled.text), *[0] * POINTS_BEHIND]
