from pipeline.clauses.structure import structure


def paths(text: str) -> list[tuple[str, str]]:
    return [(c.path, (c.marker or "") + c.text) for c in structure(text)]


def test_a_paragraph_belongs_to_the_item_whose_list_runs_on() -> None:
    assert paths("一、登记。\n当日完成。\n二、核对。\n次日完成。") == [
        ("1", "一、登记。"),
        ("1.1", "当日完成。"),
        ("2", "二、核对。"),
        ("3", "次日完成。"),
    ]


def test_a_paragraph_under_a_title_is_the_items() -> None:
    assert paths("一、登记\n当日完成。\n二、核对\n次日完成。")[-1] == ("2.1", "次日完成。")


def test_a_paragraph_after_the_list_of_an_article_is_the_articles() -> None:
    found = paths("第一条 下列人员：\n（一）甲；\n（二）乙。\n以上人员应当登记。\n第二条 施行。")
    assert found[3] == ("1.3", "以上人员应当登记。")


def test_a_paragraph_with_a_colon_owns_the_list_that_follows() -> None:
    assert paths("一、登记\n应当写明：\n（1）时间；\n（2）地点。\n二、核对")[1:4] == [
        ("1.1", "应当写明："),
        ("1.1.1", "（1）时间；"),
        ("1.1.2", "（2）地点。"),
    ]


def test_tail_is_flagged_only_where_no_line_break_tells() -> None:
    flat = structure("一、准时；二、认真；三、保密。以上望遵照执行。")
    lines = structure("一、准时；\n二、认真；\n三、保密。\n以上望遵照执行。")
    assert [c.flags for c in flat] == [(), (), ("tail",)]
    assert [c.flags for c in lines] == [(), (), (), ()]
