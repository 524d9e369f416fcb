from pipeline.page.segment import segment

from .oracles import BODY, SUBJECT, lines_of, segmented

LONG = "门卫人员二十四小时值班，不得擅自离岗，离岗应当请假，并由他人代替。"


def test_marked_lines_of_the_declared_number_are_headings() -> None:
    lines = [f"{SUBJECT}2篇", "夜间", *BODY, "周末", *BODY]
    page = lines_of(lines)
    page.heads[0] = page.heads[1] = page.heads[5] = 3
    assert [p.start for p in segment(page).pieces if p.heading] == [page.starts[1], page.starts[5]]


def test_marked_lines_of_another_number_are_not() -> None:
    lines = [f"{SUBJECT}3篇", "夜间", *BODY, "周末", *BODY]
    page = lines_of(lines)
    page.heads[0] = page.heads[1] = page.heads[5] = 3
    assert not [p for p in segment(page).pieces if p.heading]


def test_a_list_of_other_pages_ends_the_one_text() -> None:
    lines = ["门卫制度", LONG, LONG, "相关推荐", "保洁制度的范文大全，请各位多多指教，谢谢大家的支持。"]
    assert segmented(lines)[1] == [["", LONG, LONG]]


def test_signature_and_date_belong_to_the_text() -> None:
    lines = ["门卫制度", LONG, "某某公司行政部", "2024年3月5日", "推荐度："]
    assert segmented(lines)[1] == [["", LONG, "某某公司行政部", "2024年3月5日"]]


def test_an_introduction_before_the_one_text() -> None:
    lines = ["门卫制度", "以下是小编整理的门卫制度，欢迎参考。", LONG, LONG]
    assert segmented(lines)[1] == [["", LONG, LONG]]


def test_a_heading_that_lost_its_number() -> None:
    lines = [f"{SUBJECT}3篇", SUBJECT, *BODY, f"{SUBJECT}2", *BODY, f"{SUBJECT}3", *BODY]
    assert [a[0] for a in segmented(lines)[1]] == [SUBJECT, f"{SUBJECT}2", f"{SUBJECT}3"]
