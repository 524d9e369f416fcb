from pipeline.clauses.decide import decide_interpreted
from pipeline.clauses.parts import label_end, name_kinds, parts_of, split_labels


def kinds(text: str) -> list[tuple[str, str]]:
    parts = split_labels(text, parts_of(decide_interpreted(text)))
    name_kinds(text, parts)
    return [(p.kind, text[p.start : p.end]) for p in parts]


def test_labels_paragraphs_and_headings() -> None:
    assert kinds("值班制度\n岗位：值班员\n各部门：\n现将事项通知如下：\n一、登记。") == [
        ("heading", "值班制度"),
        ("label", "岗位：值班员"),
        ("paragraph", "各部门："),
        ("paragraph", "现将事项通知如下："),
        ("clause", "一、登记。"),
    ]


def test_a_field_with_a_sentence_is_a_paragraph() -> None:
    assert kinds("注意：请勿吸烟。\n一、登记。")[0][0] == "paragraph"


def test_labels_inside_one_line() -> None:
    assert kinds("岗位：值班员职责：一、登记。") == [
        ("label", "岗位：值班员"),
        ("label", "职责："),
        ("clause", "一、登记。"),
    ]


def test_a_date_is_no_heading() -> None:
    assert kinds("一、登记。\n某某公司\n2024年1月1日")[-1][0] == "paragraph"


def test_the_marker_of_a_label_ends_at_the_colon() -> None:
    text = "直接上级：经理"
    (part,) = parts_of(decide_interpreted(text))
    assert label_end(text, part, None) == 5
