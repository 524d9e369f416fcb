import json
import random
import re

import dress
import fabric
import forms
import prose
import pytest
import skins
from bs4 import BeautifulSoup


@pytest.mark.parametrize("kind", dress.KINDS)
def test_every_line_of_the_page_can_be_seen(kind):
    for number in range(6):
        truth, body = dress.dress(5, number, kind, "第1篇_t")
        text = body.decode(truth["encoding"])
        seen = text if kind == "text" else BeautifulSoup(text, "lxml").get_text()
        back = re.sub("[\\s'\u200b\u200c\u2060\ufeff]+", "", dress.converter("t2s").convert(seen))
        if truth["leak"] == "A":
            assert "(" in back or "（" in back
            continue
        assert re.sub(r"\s+", "", truth["title"]) in back
        for v in truth["variants"]:
            for c in v["clauses"]:
                assert re.sub(r"\s+", "", c["marker"] + c["text"]) in back


def test_same_seed_same_bytes():
    assert dress.dress(3, 7, "soup", "b1") == dress.dress(3, 7, "soup", "b1")
    assert dress.dress(3, 7, "soup", "b1")[1] != dress.dress(4, 7, "soup", "b1")[1]


def test_a_folder_has_the_shape_of_the_gold(tmp_path):
    dress.write_folder(tmp_path, len(dress.KINDS), 1)
    golds = [json.loads(p.read_text("utf-8")) for p in sorted((tmp_path / "gold").iterdir())]
    assert {g["skin"] for g in golds} == set(dress.KINDS)
    for g in golds:
        assert len(list((tmp_path / "pages").glob(f"{g['id']}.*"))) == 1
        assert {"title", "declared", "date", "breadcrumb", "guide", "variants", "dropped"} <= g.keys()


def test_nothing_to_drop_is_part_of_an_article():
    for seed in range(60):
        r = random.Random(seed)
        truth = fabric.draw_sheet(r, fabric.draw_plan(r), "x").truth
        text = "".join(c["text"] + "".join(c["more"]) for v in truth["variants"] for c in v["clauses"])
        assert not [x for x in truth["dropped"] if len(x) > 4 and x in text]


def test_traditional_and_careless_lines_come_back():
    r = random.Random(1)
    lines = [prose.clause(r) for _ in range(300)] + [prose.subject(r) for _ in range(100)]
    lines += [*skins.FURNITURE, *forms.GUIDE_ITEMS, *forms.SHARES, *forms.ADVERTS]
    for config in ("s2t", "s2tw", "s2hk"):
        assert [dress.converter("t2s").convert(x) for x in dress.traditional(lines, config)] == lines
    careless = [x.translate(dress.careless_table()) for x in lines]
    assert [dress.converter("t2s").convert(x) for x in careless] == lines


def test_glued_headings_stay_readable():
    assert fabric.can_glue("b1", "一、")
    assert not fabric.can_glue("b1", "1、")
    assert not fabric.can_glue("b篇一", "一、")


def test_strange_pages_have_their_own_skins_headings_and_edges(tmp_path):
    dress.write_folder(tmp_path, 24, 1, strange=True)
    golds = [json.loads(p.read_text("utf-8")) for p in sorted((tmp_path / "gold").glob("*.json"))]
    assert {g["skin"] for g in golds} == set(dress.STRANGE_KINDS)
    styles = {x.translate(forms.HALF) for x in forms.STRANGE}
    assert {g["style"].translate(forms.HALF) for g in golds} <= styles
    assert not any(v["glued"] for g in golds for v in g["variants"])
    assert any(x in g["dropped"] for g in golds for x in forms.STRANGE_EDGES)
