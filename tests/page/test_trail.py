"""Breadcrumbs that no line shows and the markup names."""

import pytest

import pipeline as fw
from pipeline.page.trail import SOUGHT

TEXT = "".join(f"<p>{n}、值班人员应当准时到岗并做好记录。</p>" for n in "一二三四")


def crumbs(trail: str, title: str = "门卫值班制度", site: str = "甲文网") -> tuple[str, ...]:
    """The breadcrumb of a page with a menu above `trail`."""
    menu = "".join(f"<li><a href=/m/{x}>{x}</a></li>" for x in ("首页", "合同", "总结", "计划", "方案"))
    head = f"<html><head><title>{title} - {site}</title></head>"
    html = f"{head}<body><ul>{menu}</ul>{trail}<h1>{title}</h1><div>{TEXT}</div></body></html>"
    page = fw.parse_page(html)
    assert len(page.articles) == 1
    for item in page.page.breadcrumb:
        assert all(item not in line.text for line in page.dropped if item not in ("首页", "制度"))
    return page.page.breadcrumb


ITEMS = '<a href="/">首页</a>', '<a href="/a/">行政公文</a>', '<a href="/a/b/">制度</a>'


@pytest.mark.parametrize(
    "trail",
    [
        '<ol class="breadcrumb">{}</ol>'.format("".join(f"<li>{x}</li>" for x in ITEMS)),
        '<div id="Breadcrumbs">{}</div>'.format('<i class="arrow"></i>'.join(ITEMS)),
        '<nav aria-label="breadcrumb">{}</nav>'.format("<svg></svg>".join(ITEMS)),
        '<div class="c-BreadCrumb wide">{}</div>'.format("<span>/</span>".join(ITEMS)),
        "<ul itemscope itemtype='https://schema.org/BreadcrumbList'>{}</ul>".format(
            "".join(f"<li><span>{x}</span></li>" for x in ITEMS)
        ),
        '<div class="mianbao"><div class="in">当前位置：{}</div></div>'.format("<b></b>".join(ITEMS)),
        '<div class="top-location">{}<em>正文</em></div>'.format("<!-- > -->".join(ITEMS)),
    ],
)
def test_the_element_that_is_named_so(trail: str) -> None:
    assert crumbs(trail) == ("首页", "行政公文", "制度")


def test_in_traditional_characters() -> None:
    trail = '<div class="crumb"><a>主頁</a><i></i><a>規章制度</a></div>'
    assert crumbs(trail, "門衛值班制度") == ("主页", "规章制度")


@pytest.mark.parametrize(
    "trail",
    [
        '<div class="job-position"><a>文秘</a><a>行政</a></div>',  # other elements are named so
        '<div class="breadcrumb"><a>' + "</a><a>".join("甲乙丙丁戊己庚辛") + "</a></div>",  # a menu
        '<div class="breadcrumb"><a>首页</a>',  # never closed
        '<style>.breadcrumb{color:red}</style><div class="x"><a>首页</a><a>制度</a></div>',
        '<div class="breadcrumb" style="display:none"><a>首页</a><a>制度</a></div>',  # nobody sees it
        '<div class="breadcrumb">首页</div>',
    ],
)
def test_others_are_none(trail: str) -> None:
    assert crumbs(trail) == ()


@pytest.mark.parametrize("between", ["", " ", "-", " / ", "|", "<i></i>", "<img src=x>", "<span>::</span>"])
@pytest.mark.parametrize("first", ["首页", "甲文网"])
def test_a_few_links_above_the_title_below_a_menu(between: str, first: str) -> None:
    links = between.join(f'<a href="/{k}/">{x}</a>' for k, x in enumerate((first, "公文", "规章")))
    assert crumbs(f'<div class="x">{links}</div>') == (first, "公文", "规章")
    assert crumbs(f'<div class="x">当前位置：{links}</div>') == (first, "公文", "规章")


def test_a_list_of_links_above_the_title() -> None:
    items = "".join(f"<li>{x}</li>" for x in ITEMS)
    assert crumbs(f"<ul>{items}</ul>") == ("首页", "行政公文", "制度")


def test_links_that_begin_elsewhere_are_none() -> None:
    assert crumbs("<div><a href=/1>公文</a><a href=/2>规章</a></div>") == ()


def test_a_menu_above_the_title_is_none() -> None:
    links = "".join(f"<a href=/{x}>{x}</a>" for x in ("首页", "公文", "规章"))
    body = f"<title>值班日记 - 甲文网</title><div>{links}</div><h1>值班日记</h1><div>{TEXT}</div>"
    assert fw.parse_page(f"<html><body>{body}</body></html>").page.breadcrumb == ()


@pytest.mark.parametrize("label", ["导航", "位置 "])
def test_a_label_that_runs_into_the_home_page(label: str) -> None:
    assert crumbs(f"<p>{label}首页 > 公文 > 规章</p>") == ("首页", "公文", "规章")


def test_a_line_that_shows_one_comes_first() -> None:
    assert crumbs('<p>位置：乙网 > 制度 > 值班</p><div class="breadcrumb"><a>首页</a><a>制</a></div>') == (
        *("乙网", "制度", "值班"),
    )


def test_many_names_cost_little() -> None:
    """A sheet of rules, and tags that never end: each place is looked at in a bounded stretch."""
    for part in (".breadcrumb{}", "<a breadcrumb ", '<i class="crumb', '<b class="crumb">'):
        assert crumbs(f"<!--x-->{part * (SOUGHT // len(part))}") == ()
