from pipeline.page.headings import candidates
from pipeline.page.series import best_series, overlap

from .oracles import BODY, SUBJECT, lines_of


def chosen(lines: list[str], declared: int | None = None) -> list[str]:
    page = lines_of(lines)
    found = candidates(page, 0, [SUBJECT])
    return [lines[c.row] for c in best_series(page, found, SUBJECT, declared).headings]


def test_the_form_with_text_behind_every_member_wins() -> None:
    contents = [f"{SUBJECT}{i}" for i in (1, 2, 3)]
    whole = [x for heading in contents for x in (heading, *BODY)]
    assert chosen(contents + whole) == contents
    assert chosen(contents) == []


def test_two_forms_on_one_page_the_declared_count_decides() -> None:
    parts = [
        x for i in (1, 2) for x in (f"第{i}篇 {SUBJECT}", f"{SUBJECT}范文1", *BODY, f"{SUBJECT}范文2", *BODY)
    ]
    assert chosen(parts, 2) == [f"第{i}篇 {SUBJECT}" for i in (1, 2)]


def test_a_number_that_steps_back_is_left_out() -> None:
    lines = [x for i in (1, 2, 3) for x in (f"第{i}篇 {SUBJECT}", *BODY)] + [f"第1篇 {SUBJECT}", "再看一遍。"]
    assert len(chosen(lines)) == 3


def test_words_that_the_title_does_not_know_need_more_than_numbers() -> None:
    assert chosen([x for i in (1, 2, 3) for x in (f"附件{i}", *BODY)]) == []


def test_overlap_counts_pairs() -> None:
    assert overlap("值班制度", "仓库值班制度3篇") == 1.0
    assert overlap("", "值班") == 0.0
