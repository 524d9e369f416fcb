import pytest

from pipeline.page import cues, sitewords
from pipeline.page.cues import MAX_CUE, cue_rows, drop_reason, is_share_bar
from pipeline.page.lines import page_lines
from pipeline.page.sitewords import MAX_LINE, site_words

from .oracles import cases, lines_of


@pytest.mark.parametrize("case", cases("cues", "synthetic"), ids=lambda c: c["label"])
def test_lines_of_the_site(case: dict) -> None:
    assert drop_reason(case["input"]) == case["expected"]
    assert cue_rows(lines_of([case["input"]]), 0) == {0: case["expected"]}


@pytest.mark.parametrize("case", cases("cues", "negative"), ids=lambda c: c["label"])
def test_lines_that_only_look_like_it(case: dict) -> None:
    assert drop_reason(case["input"]) is None


def test_a_share_bar_needs_three_words_and_little_else() -> None:
    assert is_share_bar("微信 微博 QQ空间")
    assert not is_share_bar("微信 微博")
    assert not is_share_bar("本单位的微信、微博、QQ空间由办公室统一管理，未经批准任何人不得发布信息")


def test_links_behind_a_label_of_nothing_but_marks() -> None:
    line = "——：某某制度"
    page = page_lines(line, ([len(line) - 3], [1]), "", from_html=True)
    assert cue_rows(page, 0) == {}


def test_long_lines_are_never_remembered() -> None:
    before = cues._drop_short.cache_info().currsize, sitewords._of_words.cache_info().currsize
    assert drop_reason("本站" * MAX_CUE) is None
    assert site_words("本站" * MAX_LINE, edge=True) is None
    assert (cues._drop_short.cache_info().currsize, sitewords._of_words.cache_info().currsize) == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[!--内容页推荐--]", "navigation"),
        ("GMT+8, 2019-3-5 10:20 , Processed in 0.03 second(s), 12 queries .", "footer"),
        ("Archiver|手机版|甲文论坛", "footer"),
        ("Filed Under: 制度 Tagged With: 值班, 门卫", "related"),
        ("← Older: 门卫值班制度", "related"),
        ("Next Posts →", "related"),
        ("[附表]", None),
        ("Next Generation 员工守则", None),
        ("Filed 表格由办公室保管", None),
    ],
)
def test_what_publishing_systems_write_into_pages(line: str, reason: str | None) -> None:
    assert drop_reason(line) == reason
    assert cue_rows(lines_of([line]), 0).get(0) == reason
