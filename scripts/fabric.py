"""The fabric of a template page: its lines with their roles, and the truth beside them.

A `Sheet` is what an editor's system holds before any skin is put on: lines in order, each with a role, in
Simplified and undamaged; and the truth in the shape of the gold JSON. `skins.py` makes HTML of it, `dress.py`
and `make_pages.py` write folders. Everything is drawn from one `random.Random`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import forms
import prose


@dataclass(frozen=True, slots=True)
class Line:
    """One visible line. `role` decides its HTML; `link` marks lines that are nothing but a link."""

    role: str
    text: str
    link: bool = False


@dataclass(slots=True)
class Sheet:
    """One page before its skin: `lines` as read from top to bottom, `truth` in the shape of the gold JSON."""

    lines: list[Line] = field(default_factory=list)
    truth: dict[str, Any] = field(default_factory=dict)

    def add(self, role: str, text: str, *, link: bool = False) -> None:
        """Append a line."""
        self.lines.append(Line(role, text, link))

    def drop(self, role: str, text: str, *, link: bool = False) -> None:
        """Append a line that the parser has to drop."""
        self.add(role, text, link=link)
        self.truth["dropped"].append(text)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one page is to look. Drawn by `draw_plan`; fields may be replaced to force a phenomenon."""

    style: str
    count: int
    half: bool
    declared: str  # title | introduction | none | wrong
    guide: int
    contents: bool
    introduction: bool
    gap: bool
    advert: bool
    page_numbers: bool
    share_inside: bool
    teaser: bool
    skipped: bool  # the second article carries the number 3
    bare: bool  # one article without any heading
    clauses: tuple[int, int] = (6, 16)
    site: str = ""  # drawn when empty
    edge: str = ""  # lines of the site at the edge of the last article


def draw_plan(r: random.Random, *, style: str | None = None) -> Plan:
    """A plan with the phenomena in about the frequencies seen on real pages."""
    chance = r.random
    return Plan(
        style=style or r.choice(list(forms.HEADINGS)),
        count=r.choice((2, 2, 3, 3, 3, 4, 5)),
        half=chance() < 0.2,
        declared=r.choices(("title", "introduction", "none", "wrong"), (80, 8, 8, 4))[0],
        guide=r.choice((0, 0, 0, 1, 2, 3)),
        contents=chance() < 0.2,
        introduction=chance() < 0.6,
        gap=chance() < 0.12,
        advert=chance() < 0.15,
        page_numbers=chance() < 0.06,
        share_inside=chance() < 0.4,
        teaser=chance() < 0.1,
        skipped=chance() < 0.04,
        bare=False,
    )


def bare_plan(plan: Plan) -> Plan:
    """The plan of a page that is nothing but one article, without a heading and without a count."""
    return replace(
        plan, count=1, declared="none", guide=0, contents=False, teaser=False, skipped=False, bare=True
    )


def draw_clauses(r: random.Random, n: int, marker: str) -> list[dict[str, Any]]:
    """`n` numbered clauses in the gold's shape: marker, text, more (the lines under it)."""
    inner = forms.MARKERS[r.choice(forms.INNER[marker])]
    out: list[dict[str, Any]] = []
    for i in range(1, n + 1):
        k = r.random()
        if k < 0.12:
            lines = prose.items(r, r.randint(2, 5))
            more = [inner(j + 1).rstrip() + x for j, x in enumerate(lines)]
            text = prose.opener(r)
        else:
            more = [prose.paragraph(r)] if k < 0.2 else []
            text = prose.clause(r)
        out.append({"marker": forms.MARKERS[marker](i).rstrip(), "text": text, "more": more})
    return out


def edited_clauses(r: random.Random, clauses: list[dict[str, Any]], marker: str) -> list[dict[str, Any]]:
    """The same clauses with another marker style, some reworded, perhaps one dropped: a near-duplicate."""
    kept = list(clauses)
    if len(kept) > 5 and r.random() < 0.5:
        kept.pop(r.randrange(len(kept)))
    out = []
    for i, c in enumerate(kept):
        text = prose.reword(c["text"], r) if r.random() < 0.2 else c["text"]
        out.append(
            {
                "marker": forms.MARKERS[marker](i + 1).rstrip(),
                "text": text,
                "more": clean_more(c["more"], marker),
            }
        )
    return out


# What the first line of a list may begin with, the longest first.
FIRSTS = sorted((make(1).rstrip() for make in forms.MARKERS.values()), key=len, reverse=True)


def family(marker: str) -> str:
    """The kind of numerals of a marker: styles of one family below each other cannot be told apart."""
    return (
        "circled"
        if marker[0] in "①②③"
        else "arabic"
        if any(c in "123456789" for c in marker[:2])
        else "chinese"
    )


def clean_more(more: list[str], marker: str) -> list[str]:
    """The lines under a clause, renumbered where their own style is of the family of `marker`."""
    own = next((len(m) for m in FIRSTS if more and more[0].startswith(m)), 0)
    if not own or family(more[0]) != family(forms.MARKERS[marker](1)):
        return more
    make = forms.MARKERS["①" if family(more[0]) == "arabic" else "1)"]
    return [make(j + 1) + x[own:] for j, x in enumerate(more)]


def can_glue(style: str, marker: str) -> bool:
    """Whether such a heading may run into such a marker and still be read: 标题1一、 yes, 标题11、 no."""
    first = forms.MARKERS[marker](1)[0]
    if style in forms.STRANGE:
        return False
    if style not in forms.NUMBER_LAST:
        return first not in "第"
    digits = "123456789" if style != "b篇一" else forms.DIGITS
    return first not in digits and first != "第"


def draw_variants(r: random.Random, plan: Plan, base: str) -> list[dict[str, Any]]:
    """The articles of a page: near-duplicates of the first (group g1) or others of their own."""
    variants: list[dict[str, Any]] = []
    for i in range(1, plan.count + 1):
        marker = r.choice(list(forms.MARKERS))
        near = i > 1 and r.random() < 0.6
        most = 12 if marker in ("①", "1)") else plan.clauses[1]
        if near:
            clauses = edited_clauses(r, variants[0]["clauses"], marker)
        else:
            clauses = draw_clauses(r, r.randint(min(plan.clauses[0], most), most), marker)
        flat = r.random() < 0.22
        glued = flat and not plan.bare and r.random() < 0.4 and can_glue(plan.style, marker)
        own = base if r.random() < 0.6 else prose.subject(r)
        if r.random() < 0.15:
            clauses[-1] = clauses[-1] | {"more": [*clauses[-1]["more"], r.choice(prose.CLOSINGS)]}
        # A title glued to 1、 would read as another heading 标题1.
        may_repeat = (
            not glued and not plan.bare and (not flat or family(forms.MARKERS[marker](1)) != "arabic")
        )
        number = i + 1 if plan.skipped and i > 1 else i
        variants.append(
            {
                "heading": ""
                if plan.bare
                else (forms.HEADINGS | forms.STRANGE)[plan.style](base, own, number),
                "repeated": own if may_repeat and r.random() < 0.15 else "",
                "group": "g1" if near or i == 1 else f"g{i}",
                "flat": flat,
                "glued": glued,
                "labels": [f"岗位：{prose.post(r)}", "职责："] if not glued and r.random() < 0.15 else [],
                "clauses": clauses,
            }
        )
    return variants


Variants = Callable[[random.Random, Plan, str], list[dict[str, Any]]]


def put_article(sheet: Sheet, v: dict[str, Any], extra: list[tuple[str, str]]) -> None:
    """The lines of one article; `extra` are lines to drop, set between its clauses where it is not flat."""
    body = [(c["marker"] + spacer(c["marker"]) + c["text"], *c["more"]) for c in v["clauses"]]
    if v["glued"]:
        sheet.add("flat", v["heading"] + "".join(x for part in body for x in part))
        return
    if v["heading"]:
        sheet.add("head", v["heading"])
    joined = v["repeated"] if v["flat"] and not v["labels"] else ""
    if v["repeated"] and not joined:
        sheet.add("repeated", v["repeated"])
    for label in v["labels"]:
        sheet.add("label", label)
    if v["flat"]:
        sheet.add("flat", joined + "".join(x for part in body for x in part))
        return
    places = {len(body) // 2 + k: e for k, e in enumerate(extra)}
    for i, part in enumerate(body):
        if i in places:
            sheet.drop(*places[i])
        sheet.add("clause", part[0])
        for line in part[1:]:
            sheet.add("item", line)


def spacer(marker: str) -> str:
    """What stands between a marker and its text."""
    return " " if marker.endswith((".", "条")) and marker[0] not in forms.DIGITS else ""


def put_guide(r: random.Random, sheet: Sheet, plan: Plan, base: str) -> None:
    """Guide sections: a short heading, a lead, a numbered list; sometimes a closing paragraph."""
    sections = []
    for make in r.sample(forms.GUIDES, plan.guide):
        heading, chosen = make(base), r.sample(forms.GUIDE_ITEMS, r.randint(3, 6))
        sheet.add("guide_head", heading)
        sheet.add("guide", r.choice(forms.GUIDE_LEADS))
        for i, text in enumerate(chosen):
            sheet.add("guide", f"{i + 1}. {text}")
        sections.append({"heading": heading, "n": len(chosen)})
    if sections and r.random() < 0.4:
        sheet.add("guide", f"以上就是{base}的写法和要求，请结合本单位的实际灵活运用。")
    sheet.truth["guide"] = sections


def put_fields(r: random.Random, sheet: Sheet, site: str, base: str, title: str) -> None:
    """Breadcrumb, title and the line of date and views."""
    crumbs = (
        [site, r.choice(forms.COLUMNS), base] if r.random() < 0.8 else [site, *r.sample(forms.COLUMNS, 2)]
    )
    arrow = r.choice((" > ", ">", " › ", " >> ", " » ", " &gt; ".replace("&gt;", ">")))
    label = r.choice(("当前位置：", "当前位置:", "您的位置:", "您现在的位置：", "当前位置："))
    if r.random() < 0.12:
        crumbs[0], label = "首页", ""
    sheet.add("crumb", label + arrow.join(crumbs))
    sheet.add("title", title)
    day = f"20{r.randint(15, 25)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
    sheet.add("info", forms.info_line(r, day))
    sheet.truth |= {"breadcrumb": crumbs, "date": day}


def put_tail(r: random.Random, sheet: Sheet, base: str, plan: Plan) -> None:
    """What stands behind the last article: share bar, download, related pages, a teaser."""
    if plan.share_inside:
        sheet.drop("share", r.choice(forms.SHARES))
    if r.random() < 0.4:
        sheet.drop("foot", "推荐度：")
        sheet.drop("foot", "点击下载文档文档为doc格式")
    if r.random() < 0.3:
        sheet.drop("teaser", f"{base}{plan.count}篇{r.randint(5, 999)}人关注")
    first = sheet.truth["variants"][0]
    if plan.teaser and plan.declared == "title":
        sheet.drop("teaser", sheet.truth["title"])
        sheet.drop(
            "teaser", f"【第1篇】{base}{first['clauses'][0]['marker']}{first['clauses'][0]['text'][:50]}"
        )
    if r.random() < 0.5:
        sheet.drop("related_head", r.choice((f"相关{base}信息", f"【{base}】相关文章：", "猜你喜欢的文章")))
        for _ in range(r.randint(3, 6)):
            other = f"{prose.subject(r)}{r.randint(3, 15)}篇"
            sheet.drop("related", other, link=True)


def extras(r: random.Random, plan: Plan) -> list[tuple[str, str]]:
    """Lines to drop that stand among the clauses of one article."""
    out = []
    if plan.gap:
        out.append(("gap", f"此处隐藏{r.randint(300, 9999)}个字……"))
    if plan.advert:
        out.append(("advert", r.choice(forms.ADVERTS)))
    if plan.page_numbers:
        out.append(("page_number", f"第{r.randint(1, 4)}页 共{r.randint(5, 9)}页"))
    return out


def page_title(r: random.Random, plan: Plan, base: str, truth: dict[str, Any]) -> str:
    """The title, with the declared count where it declares one."""
    n = plan.count + r.choice((-1, 1, 2)) if plan.declared == "wrong" else plan.count
    truth["declared"] = None if plan.declared == "none" else n
    if plan.declared in ("title", "wrong"):
        return r.choice(forms.TITLES)(base, n)
    return r.choice(forms.BARE_TITLES)(base)


def draw_sheet(r: random.Random, plan: Plan, name: str, variants: Variants = draw_variants) -> Sheet:
    """One page as planned, in Simplified and undamaged; `variants` draws its articles."""
    base, site = prose.subject(r), plan.site or r.choice(forms.SITES)
    sheet = Sheet(truth={"id": name, "style": plan.style, "site": site, "guide": [], "dropped": []})
    title = page_title(r, plan, base, sheet.truth)
    sheet.truth["title"] = title
    put_fields(r, sheet, site, base, title)
    counted = plan.declared == "introduction"
    if counted:
        sheet.drop("introduction", r.choice(forms.COUNTED_INTROS)(base, plan.count))
    elif plan.introduction:
        sheet.drop("introduction", r.choice(forms.INTROS)(base))
    put_guide(r, sheet, plan, base)
    drawn = sheet.truth["variants"] = variants(r, plan, base)
    if plan.contents:
        sheet.drop("contents", "目录")
        for v in drawn:
            sheet.drop("contents", v["heading"], link=True)
    bearer = r.randrange(plan.count)
    for i, v in enumerate(drawn):
        put_article(sheet, v, extras(r, plan) if i == bearer else [])
    for line in plan.edge.splitlines():
        sheet.drop("edge", line)
    put_tail(r, sheet, base, plan)
    return halved(sheet) if plan.half else sheet


def halved(sheet: Sheet) -> Sheet:
    """The sheet with half-width punctuation, truth included."""
    lines = [Line(x.role, x.text.translate(forms.HALF), x.link) for x in sheet.lines]
    return Sheet(lines, half_truth(sheet.truth))


def half_truth(value: Any) -> Any:
    """Any part of the truth with half-width punctuation."""
    if isinstance(value, str):
        return value.translate(forms.HALF)
    if isinstance(value, dict):
        return {k: half_truth(v) for k, v in value.items()}
    return [half_truth(v) for v in value] if isinstance(value, list) else value


def split_sheet(sheet: Sheet) -> tuple[Sheet, Sheet] | None:
    """A page and its continuation, cut at the last article with a heading line of its own; or None."""
    heads = [i for i, x in enumerate(sheet.lines) if x.role == "head"]
    variants = sheet.truth["variants"]
    if len(variants) < 2 or variants[-1]["glued"] or not heads:
        return None
    fields = [x for x in sheet.lines if x.role in ("crumb", "title", "info")]
    first = Sheet(sheet.lines[: heads[-1]], sheet.truth | {"variants": variants[:-1]})
    return first, Sheet(fields + sheet.lines[heads[-1] :], sheet.truth | {"variants": variants[-1:]})
