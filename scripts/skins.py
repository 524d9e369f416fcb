"""HTML skins: what different content-management systems make of the same lines.

A skin is a function from (what there is to show, random) to HTML. Each keeps every line a block of its own
and adds what its kind of system adds: scripts, hidden elements, menus, side lists, nested tags.
"""

import html
import random
from collections.abc import Callable
from dataclasses import dataclass

from fabric import Line

FIELDS = ("crumb", "title", "info")
LINKS = ("首页", "范文大全", "工作总结", "规章制度", "岗位职责", "合同样本", "心得体会", "登录", "注册")
SIDE = (
    "热门推荐",
    "最新发布",
    "年度总结范文",
    "员工手册样本",
    "消防制度大全",
    "食堂管理大全",
    "仓库管理大全",
)
COPYRIGHT = "Copyright © 2025 版权所有 关于我们 联系我们 ICP备00000000号"
FURNITURE = (*LINKS, *SIDE, COPYRIGHT)


@dataclass(frozen=True, slots=True)
class Dressed:
    """What a skin has to show, all of it in the script and with the damage of the page.

    `furniture` is the site's own text (menu, side list, foot) in the order of `FURNITURE`.
    """

    title_tag: str
    lines: list[Line]
    furniture: list[str]

    def fields(self) -> tuple[str, str, str]:
        """Breadcrumb, title and line of date as HTML text."""
        crumb, title, info = (next(x.text for x in self.lines if x.role == role) for role in FIELDS)
        return esc(crumb), esc(title), esc(info)

    def content(self) -> list[Line]:
        """The lines that are no fields."""
        return [x for x in self.lines if x.role not in FIELDS]

    def head(self) -> str:
        """The title element."""
        return f"<title>{esc(self.title_tag)}</title>"

    def menu(self) -> str:
        """A menu in one line."""
        links = (f'<a href="/{i}/">{t}</a>' for i, t in enumerate(self.furniture[: len(LINKS)]))
        return f"<div class=menu>{' '.join(links)}</div>"

    def side(self) -> str:
        """A side list of links."""
        items = self.furniture[len(LINKS) : -1]
        links = (f"<li><a href=/s{i}.html>{t}</a></li>" for i, t in enumerate(items))
        return f"<ul class=side>{''.join(links)}</ul>"

    def foot(self) -> str:
        """The foot of the site."""
        return f"<div class=bottom>{esc(self.furniture[-1]).replace('©', '&copy;')}</div>"


Skin = Callable[[Dressed, random.Random], str]


def esc(text: str) -> str:
    """Text as HTML text."""
    return html.escape(text, quote=False)


def anchor(x: Line, at: int) -> str:
    """The text of a line, inside a link where the line is one."""
    return f'<a href="/doc/{at}.html">{esc(x.text)}</a>' if x.link else esc(x.text)


def script(r: random.Random) -> str:
    """A script whose text must not be read."""
    noise = "".join(r.choices("abcdefghijklmnop0123456789", k=r.randint(60, 400)))
    return f"<script>var _t='{noise}';document.write('<p>第1篇 脚本里的文字</p>');</script>"


def page(head: str, body: str, *, lang: str = "zh") -> str:
    """A whole document."""
    return f'<!DOCTYPE html>\n<html lang="{lang}"><head>{head}</head><body>{body}</body></html>'


def spans(d: Dressed, r: random.Random) -> str:
    """Nested inline tags that cut words in two, as an office program exports them."""
    crumb, title, info = d.fields()

    def cut(x: Line, at: int) -> str:
        text, k = x.text, r.randrange(1, max(2, len(x.text)))
        inner = f'<span style="font-family:宋体"><font face="SimSun">{esc(text[:k])}</font></span>'
        inner += f"<span><span lang=EN-US><o:p></o:p></span>{esc(text[k:])}</span>"
        inner = f"<b>{inner}</b>" if x.role in ("head", "guide_head") else inner
        return f'<p class="MsoNormal">{f"<a href=/d/{at}.htm>{inner}</a>" if x.link else inner}</p>'

    body = "\n".join(cut(x, i) for i, x in enumerate(d.content()))
    top = f"<div class=path>{crumb}</div><div class=box><h1><span>{title}</span></h1><div>{info}</div>"
    return page(f"{d.head()}{script(r)}", f"{d.menu()}{top}<div>{body}</div></div>{d.side()}{d.foot()}")


def lists(d: Dressed, r: random.Random) -> str:
    """Clauses as items of lists, the markers written out."""
    crumb, title, info = d.fields()
    out, inside = [], False
    for i, x in enumerate(d.content()):
        listed = x.role in ("clause", "item", "guide", "related")
        if listed != inside:
            out.append("<ul style='list-style:none'>" if listed else "</ul>")
            inside = listed
        tag = "li" if listed else "h3" if x.role in ("head", "guide_head") else "p"
        out.append(f"<{tag}>{anchor(x, i)}</{tag}>")
    out.append("</ul>" if inside else "")
    top = f"<nav>{crumb}</nav><article><h1>{title}</h1><p class=meta>{info}</p>"
    return page(d.head(), f"{d.menu()}{top}{''.join(out)}</article>{d.side()}{d.foot()}")


def definitions(d: Dressed, r: random.Random) -> str:
    """A definition list: headings are terms, everything else is told of them."""
    crumb, title, info = d.fields()
    out = []
    for i, x in enumerate(d.content()):
        tag = "dt" if x.role in ("head", "guide_head", "related_head") else "dd"
        out.append(f"<{tag}>{anchor(x, i)}</{tag}>")
    top = f"<div id=crumb>{crumb}</div><h2 class=title>{title}</h2><small>{info}</small>"
    return page(d.head(), f"{d.menu()}{top}<dl>{''.join(out)}</dl>{d.foot()}")


def upper(d: Dressed, r: random.Random) -> str:
    """Upper-case tags of the nineties, most of them never closed."""
    crumb, title, info = d.fields()
    out = []
    for i, x in enumerate(d.content()):
        text = anchor(x, i).replace("<a href", "<A HREF").replace("</a>", "</A>")
        out.append(
            f"<P><B><FONT SIZE=3>{text}</FONT></B>" if x.role in ("head", "guide_head") else f"<P>　　{text}"
        )
    links = "".join(f"<LI><A HREF=/{i}.HTM>{t}</A>" for i, t in enumerate(d.furniture[len(LINKS) : -1]))
    top = f"<CENTER><H1>{title}</H1></CENTER><P ALIGN=RIGHT>{info}<HR>"
    body = f"<TABLE BORDER=0><TR><TD>{crumb}<TR><TD>{top}" + "\n".join(out)
    head = f"<HTML><HEAD><TITLE>{esc(d.title_tag)}</TITLE><BODY BGCOLOR=white>"
    return f"{head}{body}<TR><TD><UL>{links}</UL></TABLE>{d.foot()}"


def hidden(d: Dressed, r: random.Random) -> str:
    """Elements that are not shown stand between those that are."""
    crumb, title, info = d.fields()
    ghosts = (
        '<div style="display:none">第9篇 看不见的文章</div>',
        "<p hidden>一、看不见的条款。</p>",
        "<!-- 二、注释里的条款。 -->",
        "<template><p>三、模板里的条款。</p></template>",
        "<noscript><p>请打开脚本再浏览本站。</p></noscript>",
        '<span style="display: none;">本文来自某某网</span>',
    )
    out = []
    for i, x in enumerate(d.content()):
        tag = "h2" if x.role in ("head", "guide_head") else "p"
        inside = ghosts[5] if r.random() < 0.1 else ""
        out.append(
            f"<{tag}>{anchor(x, i)}{inside}</{tag}>" + (r.choice(ghosts[:5]) if r.random() < 0.15 else "")
        )
    top = f"<div class=pos>{crumb}</div><h1>{title}</h1><div class=info>{info}</div>"
    head = f"{d.head()}<style>.x{{display:none}}</style>"
    return page(head, f"{d.menu()}{top}<div class=art>{''.join(out)}</div>{d.side()}{d.foot()}{script(r)}")


def inside(d: Dressed, r: random.Random) -> str:
    """The share bar, an advert and the related list stand inside the content element."""
    crumb, title, info = d.fields()
    out = []
    for i, x in enumerate(d.content()):
        if x.role == "share":
            words = x.text.replace("：", "： ").split()
            out.append(
                "<div class=bdshare>" + " ".join(f'<a href="#">{esc(w)}</a>' for w in words) + "</div>"
            )
        elif x.role in ("related", "related_head"):
            out.append(f"<div class=rel>{anchor(x, i)}</div>")
        else:
            strong = x.role in ("head", "guide_head")
            out.append(f"<p>　　{f'<strong>{anchor(x, i)}</strong>' if strong else anchor(x, i)}</p>")
    top = f"<div class=where>{crumb}</div><div class=wrap><h1>{title}</h1><div class=sub>{info}</div>"
    return page(
        f"{d.head()}{script(r)}",
        f"{d.menu()}{top}<div id=text>{''.join(out)}</div></div>{d.foot()}",
    )


def title_only(d: Dressed, r: random.Random) -> str:
    """No h1: the title stands in `<title>` alone."""
    crumb, _, info = d.fields()
    body = "".join(f"<div class=row>{anchor(x, i)}</div>\n" for i, x in enumerate(d.content()))
    top = f"<div class=path>{crumb}</div><div class=time>{info}</div>"
    return page(d.head(), f"{d.menu()}<div class=main>{top}{body}</div>{d.side()}{d.foot()}")


def soup(d: Dressed, r: random.Random) -> str:
    """Line breaks instead of blocks, indents of entities, characters as numbers."""
    crumb, title, info = d.fields()
    indents = ("&nbsp;&nbsp;&nbsp;&nbsp;", "&#12288;&#12288;", "&emsp;&emsp;", "　　")
    out = []
    for i, x in enumerate(d.content()):
        text = anchor(x, i)
        if not x.link and r.random() < 0.1:
            text = "".join(f"&#{ord(c)};" if c > "\u4e00" else esc(c) for c in x.text)
        text = f"<b>{text}</b>" if x.role in ("head", "guide_head") else r.choice(indents) + text
        out.append(text + r.choice(("<br>\n<br />\n", "<br/>", "<BR>\n", "<br><br><br>")))
    top = f"{crumb}<br><h1>{title}</h1>{info}<br><hr>"
    return page(d.head(), f"{d.menu()}{top}<div class=content>{''.join(out)}</div>{d.foot()}")


def tables(d: Dressed, r: random.Random) -> str:
    """Tables inside tables: the fields in one, every line of the content in a row of its own."""
    crumb, title, info = d.fields()
    rows = "".join(f"<tr><td valign=top>{anchor(x, i)}</td></tr>\n" for i, x in enumerate(d.content()))
    top = f"<tr><td><table><tr><td>{crumb}</td></tr></table></td></tr>"
    top += f"<tr><td align=center><h1>{title}</h1></td></tr><tr><td>{info}</td></tr>"
    core = f"<table width=100%><tbody>{top}<tr><td><table>{rows}</table></td></tr></tbody></table>"
    frame = (
        f"<table><tr><td colspan=2>{d.menu()}</td></tr><tr><td>{core}</td><td>{d.side()}</td></tr></table>"
    )
    return page(d.head(), frame + d.foot())


def sections(d: Dressed, r: random.Random) -> str:
    """Sections within sections, as mobile editors leave them, and the breadcrumb as a list."""
    crumb, title, info = d.fields()
    out = []
    for i, x in enumerate(d.content()):
        style = "font-size:17px" if x.role in ("head", "guide_head") else "letter-spacing:1px"
        out.append(
            f'<section data-role="p"><section style="{style}"><p>{anchor(x, i)}</p></section></section>'
        )
    top = f"<header><p>{crumb}</p><h1>{title}</h1><p><time>{info}</time></p></header>"
    head = f'<meta name="viewport" content="width=device-width">{d.head()}'
    return page(head, f"{d.menu()}<main>{top}<section>{''.join(out)}</section></main>{d.foot()}{script(r)}")


def apart(x: Line) -> bool:
    """Whether a line stands outside the element of the articles."""
    return x.role in ("edge", "share", "foot", "teaser", "related", "related_head")


def cards(d: Dressed, r: random.Random) -> str:
    """Each article in an element of its own, its heading in another; what is the site's in a third."""
    crumb, title, info = d.fields()
    out, open_ = [], False
    for i, x in enumerate(d.content()):
        if apart(x):
            continue
        if x.role == "head":
            out.append(
                f"{'</div></div>' if open_ else ''}<div class=card><div>{anchor(x, i)}</div><div class=bd>"
            )
            open_ = True
        else:
            out.append(f"<div>{anchor(x, i)}</div>")
    out.append("</div></div>" if open_ else "")
    tools = "".join(f"<div>{anchor(x, i)}</div>" for i, x in enumerate(d.content()) if apart(x))
    top = f"<div class=bc>{crumb}</div><h1>{title}</h1><span>{info}</span>"
    body = f"{d.menu()}<main>{top}{''.join(out)}<div class=tools>{tools}</div></main>{d.side()}{d.foot()}"
    return page(d.head(), body)


def anchors(d: Dressed, r: random.Random) -> str:
    """Headings are marked as places to jump to, in links without an address."""
    crumb, title, info = d.fields()
    rows = (
        f'<p><a name="p{i}">{esc(x.text)}</a></p>' if x.role == "head" else f"<p>{anchor(x, i)}</p>"
        for i, x in enumerate(d.content())
    )
    top = f"<div>{crumb}</div><h1>{title}</h1><p>{info}</p>"
    return page(d.head(), f"{d.menu()}{top}<div>{''.join(rows)}</div>{d.side()}{d.foot()}")


def pieces(d: Dressed, r: random.Random) -> str:
    """The articles cut into elements anywhere, with advertisements between."""
    crumb, title, info = d.fields()
    rows = [f"<p>{anchor(x, i)}</p>" for i, x in enumerate(d.content()) if not apart(x)]
    size = max(1, len(rows) // 3)
    parts = ("".join(rows[k : k + size]) for k in range(0, len(rows), size))
    text = "<div class=ad><script>x()</script></div>".join(f"<div class=ct>{x}</div>" for x in parts)
    rest = "".join(f"<div>{anchor(x, i)}</div>" for i, x in enumerate(d.content()) if apart(x))
    top = f"<div>{crumb}</div><h2>{title}</h2><div>{info}</div>"
    return page(d.head(), f"{d.menu()}<div>{top}{text}</div><div>{rest}</div>{d.side()}{d.foot()}")


STRANGE: dict[str, Skin] = {"cards": cards, "anchors": anchors, "pieces": pieces}
SKINS: dict[str, Skin] = {
    "spans": spans,
    "lists": lists,
    "definitions": definitions,
    "upper": upper,
    "hidden": hidden,
    "inside": inside,
    "title_only": title_only,
    "soup": soup,
    "tables": tables,
    "sections": sections,
}
