"""What the lines of a site may not take along: popular articles, and what stands inside a clause."""

import json
import random

import pytest
from small_corpora import told

from pipeline.page.assemble import by_column
from pipeline.page.parse import finish_page, read_page
from pipeline.records import Page
from pipeline.run.features import features
from pipeline.run.model import KEPT_OF_PAGES, fit_sites, knowledge_for

AD = "更多岗位制度尽在某某网，祝各位工作顺利。"
PLACES = [
    "东门",
    "西门",
    "南门",
    "北门",
    "前台",
    "后厨",
    "车库",
    "机房",
    "库房",
    "操场",
    "礼堂",
    "食堂",
    "花园",
    "泵房",
    "药房",
    "展厅",
    "宿舍",
    "茶室",
    "浴室",
    "书库",
]
DUTIES = ["巡查", "登记", "清点", "消毒", "盘点", "检修", "归档", "核对", "保养", "汇报", "验收", "交接"]


def own_text(r: random.Random) -> list[str]:
    """Three clauses that no other page has."""
    c, n2 = r.choice, r.randint
    return [
        f"{n}、每日{c(DUTIES)}{c(PLACES)}{n2(2, 99)}次，再{c(DUTIES)}{c(PLACES)}，由{c(PLACES)}主管签字。"
        for n in "一二三"
    ]


def served(number: int, *articles: list[str]) -> str:
    lines = [f"当前位置：某某网 > 制度 > 第{number}页", "岗位管理制度", "时间:2024-03-05"]
    for k, article in enumerate(articles, 1):
        lines += [f"岗位管理制度{k}", *article] if len(articles) > 1 else article
    return "\n".join(lines)


def known_and_finished(pages: list[str]) -> tuple[set[str], list[Page]]:
    """The lines the model learns from all pages, and the pages as finished with them."""
    cuts = [read_page(p) for p in pages]
    said = []
    for k, cut in enumerate(cuts):
        f = features(by_column(cut))
        said.append((f"p{k}", cut.parts.fields.site, f.leaks, f.left, f.lines))
    model = fit_sites(told(*said))
    found = knowledge_for(model, told(*said)(KEPT_OF_PAGES))
    knowledge = {k: frozenset(json.loads(v)["boilerplate"]) for k, v in found.items()}
    finished = [finish_page(cut, knowledge.get(f"p{k}", frozenset())) for k, cut in enumerate(cuts)]
    return {line for site in model.values() for line in site["boilerplate"]}, finished


def test_a_line_behind_articles_of_all_kinds_is_the_sites() -> None:
    r = random.Random(1)
    lines, pages = known_and_finished([served(k, [*own_text(r), AD]) for k in range(60)])
    assert AD in lines
    assert all(AD not in p.articles[0].text for p in pages)
    assert {d.reason for p in pages for d in p.dropped if d.text == AD} == {"site_boilerplate"}


@pytest.mark.parametrize(
    "popular",
    [
        [
            "值班是保证安全的基本工作，人人都有责任。",
            "遇到事情先处理，再报告，最后做好记录。",
            "望全体人员共同遵守。",
        ],
        ["值班是保证安全的基本工作，人人都有责任，不得推诿，遇到事情先处理再报告。"],
        ["值班是保证安全的基本工作，人人都有责任。", "遇到事情先处理，再报告，最后做好记录。"],
        ["一、准时到岗，做好交接。", "二、遇到事情先处理，再报告。", "以上各项请全体人员共同遵守。"],
        ["总的要求如下：", "一、准时到岗，做好交接。", "二、遇到事情先处理，再报告。"],
    ],
    ids=["three paragraphs", "one paragraph", "two paragraphs", "closing words", "opening words"],
)
def test_an_article_on_200_pages_survives_whole(popular: list[str]) -> None:
    r = random.Random(2)
    copies = [served(k, popular) for k in range(200)]
    shared = [served(k, own_text(r), popular) for k in range(200, 260)]
    others = [served(k, own_text(r)) for k in range(260, 300)]
    _, pages = known_and_finished(copies + shared + others)
    assert {p.articles[-1].text for p in pages[:260]} == {"\n".join(popular)}


def test_a_paragraph_inside_a_numbered_clause_survives() -> None:
    r = random.Random(3)
    closing = ["四、附则", "本制度自公布之日起执行，由某某网解释。"]
    lines, pages = known_and_finished([served(k, own_text(r) + closing) for k in range(60)])
    assert closing[1] in lines
    assert all(p.articles[0].text.endswith("\n".join(closing)) for p in pages)


def test_a_numbered_closing_clause_survives() -> None:
    r = random.Random(4)
    pages = [served(k, [*own_text(r), "四、本制度自公布之日起执行。", AD]) for k in range(60)]
    _, finished = known_and_finished(pages)
    assert all(p.articles[0].text.endswith("四、本制度自公布之日起执行。") for p in finished)


def test_lightly_edited_copies_count_as_one_article() -> None:
    r = random.Random(5)
    closing = "望全体人员共同遵守以上各项要求。"
    first, last = "一、准时到岗，做好交接。", "三、认真填写记录。"
    texts = [[first, "二、遇到事情先处理，再报告。", last, closing] for _ in range(200)]
    for text in r.sample(texts, 60):
        text[1] = f"二、遇到事情在{r.randint(2, 99)}分钟内处理并报告。"
    _, pages = known_and_finished([served(k, t) for k, t in enumerate(texts)])
    assert all(p.articles[0].text.endswith(closing) for p in pages)
