import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.page.headings import GLUED_WORD, INLINE, NTH, SIGN, WORD_N, candidates
from pipeline.page.subjects import base_titles

from .oracles import BODY, SUBJECT, cases, lines_of, segmented


@pytest.mark.parametrize("case", cases("headings", "synthetic"), ids=lambda c: c["label"])
def test_forms_of_headings(case: dict) -> None:
    assert [article[0] for article in segmented(case["input"])[1]] == case["expected"]


@pytest.mark.parametrize("case", cases("headings", "negative"), ids=lambda c: c["label"])
def test_what_looks_like_a_series_and_is_none(case: dict) -> None:
    assert [article[0] for article in segmented(case["input"])[1]] == case["expected"]


@pytest.mark.parametrize("case", cases("headings", "known_failures"), ids=lambda c: c["label"])
@pytest.mark.xfail(strict=True, reason="known failure")
def test_known_failures(case: dict) -> None:
    assert [article[0] for article in segmented(case["input"])[1]] == case["expected"]


def test_lines_of_links_are_never_headings() -> None:
    lines = ["值班制度1", "值班制度2"]
    assert candidates(lines_of(lines, linked=True), 0, ["值班制度"]) == []
    assert len(candidates(lines_of(lines), 0, ["值班制度"])) == 2


PIECES = st.sampled_from(
    [*"第篇部分范文例则份12一十①（(【】)。！：:、 \u3000题值IVXPartNo.", "范文", "Part", "一、", "篇1"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@example("值班制度 篇1一、准时到岗")
@example("做好记录。【范文（第 2）】")
def test_a_form_that_needs_a_sign_holds_one(line: str) -> None:
    """`candidates` looks for signs in those lines only that it would not try without."""
    if NTH.match(line) or WORD_N.match(line) or GLUED_WORD.match(line) or INLINE.search(line):
        assert SIGN.search(line)


def test_headings_of_one_place_come_in_one_order() -> None:
    """Whatever the seed of hashes: two forms of one heading may differ in their title alone."""
    page = lines_of(["值班制度——第1篇", "一、准时到岗。", "值班制度——第2篇", "一、做好记录。"])
    found = candidates(page, 0, ["值班制度"])
    places = [(c.row, c.start, c.ordinal, c.end) for c in found]
    assert len(set(places)) < len(places)
    assert found == sorted(found, key=lambda c: (c.row, c.start, c.ordinal, *c[2:]))


def test_a_count_is_no_number() -> None:
    assert candidates(lines_of(["值班制度3篇", "值班制度（精选5篇）"]), 0, ["值班制度"]) == []


@pytest.mark.parametrize(
    "title",
    [
        "值班制度3篇",
        "值班制度（通用3篇）",
        "关于值班制度汇总三篇",
        "【热门】值班制度锦集3篇",
        "值班制度锦集【3篇】",
        "值班制度模板3份",
    ],
)
def test_every_title_has_its_subject(title: str) -> None:
    assert base_titles([title])[-1] == "值班制度"


@pytest.mark.parametrize("form", ["{}楼 {}", "第{}章节｜{}"])
def test_floors_of_a_forum_and_sections_with_names_of_documents(form: str) -> None:
    names = ["东桥小学值班制度", "值班制度", "滨河医院门卫值班制度"]
    lines = ["值班制度3篇", "2024-03-05"]
    for n, name in enumerate(names, 1):
        lines += [form.format(n, name), "一、准时到岗，做好交接。", "二、做好记录。"]
    found = [article[0] for article in segmented(lines)[1]]
    assert found == [form.format(n, name) for n, name in enumerate(names, 1)]


@pytest.mark.parametrize("form", ["{}楼 {}", "第{}章节 {}"])
def test_floors_and_sections_inside_a_text_are_none(form: str) -> None:
    inside = [x for n, room in enumerate(("会议室", "档案室", "接待室"), 1) for x in (form.format(n, room),)]
    lines = ["值班制度2篇", "2024-03-05", "值班制度1", "一、巡查下列房间：", *inside, "二、做好记录。"]
    lines += ["值班制度2", "一、准时到岗。", "二、做好记录。"]
    assert [article[0] for article in segmented(lines)[1]] == ["值班制度1", "值班制度2"]


@pytest.mark.parametrize("date", ["2021-02-11", "2021年2月11日", "2021/2/11", "2021.02"])
def test_a_date_behind_a_heading_is_its_own(date: str) -> None:
    lines = [x for k in "12" for x in (f"{SUBJECT} 篇{k} {date}", *BODY)]
    assert [own[0] for own in segmented([f"{SUBJECT}2篇", *lines])[1]] == [
        f"{SUBJECT} 篇1 {date}",
        f"{SUBJECT} 篇2 {date}",
    ]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("会议纪要（最新18篇）", ["1、安全例会纪要", "2、生产调度会纪要", "3、河湾小学办公会议纪要"]),
        ("主持词锦集九篇", ["一、主持词范文", "二、主持词范文", "三、主持词范文"]),
    ],
)
def test_numbered_names_of_the_pages_kind_fewer_than_declared(title: str, names: list[str]) -> None:
    lines = [x for name in names for x in (name, "时间：周一上午", *BODY)]
    assert [own[0] for own in segmented([title, *lines])[1]] == names


def test_numbered_names_of_papers_inside_a_text_are_clauses() -> None:
    lines = [
        "档案管理办法18篇",
        *BODY,
        "一、会议纪要",
        "由办公室保管三年。",
        "二、来访登记",
        "由门卫保管一年。",
    ]
    assert len(segmented(lines)[1]) == 1


PARTS = ("项目概况", "投标须知", "开标与评标", "技术要求")


def parts(title: str, names: tuple[str, ...]) -> list[str]:
    """Headings of a page whose parts bear some names."""
    lines = [x for k, name in zip("一二三四", names, strict=False) for x in (f"第{k}部分 {name}", *BODY)]
    return [own[0] for own in segmented([title, *lines])[1]]


def test_parts_of_one_text_are_no_papers() -> None:
    assert parts("招标文件范文集锦", PARTS) == [""]
    assert parts("招标文件3篇", PARTS) == [""]


def test_parts_with_names_of_papers_or_the_declared_count_are() -> None:
    papers = ("门卫值班制度", "仓库值班制度")
    assert parts("值班制度集锦", papers) == ["第一部分 门卫值班制度", "第二部分 仓库值班制度"]
    assert parts("招标文件2篇", PARTS[:2]) == ["第一部分 项目概况", "第二部分 投标须知"]


@pytest.mark.parametrize("title", ["关于个人证明的范文", "个人证明大全"])
def test_one_name_with_numbers_needs_no_count(title: str) -> None:
    names = [f"{k}、收入证明" for k in (1, 2, 3)]
    lines = [x for name in names for x in (name, "兹证明张三为我单位员工。", "特此证明。", "某某公司")]
    assert [own[0] for own in segmented([title, *lines])[1]] == names


def test_numbered_names_that_differ_need_a_count() -> None:
    names = ["1、安全例会纪要", "2、生产调度会纪要", "3、河湾小学办公会议纪要"]
    lines = [x for name in names for x in (name, "由办公室保管三年，到期移交档案室。")]
    assert len(segmented(["会议纪要的保管", *lines])[1]) == 1
