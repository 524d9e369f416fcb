"""Generate template pages in many skins, scripts and encodings, with their truth.

usage: dress.py OUT [--pages 60] [--seed 1] [--skin NAME|text|big5] [--style HEADING] [--strange]
--strange    headings, skins and lines of sites for which no rule of the program is written
Writes OUT/gold/*.json and OUT/pages/* (html or txt, same stem). Same seed, same bytes.
"""

import argparse
import functools
import json
import random
from dataclasses import replace
from pathlib import Path

import damage
import fabric
import forms
import opencc
import skins

# Skin, and the encodings it is served in: what the bytes are, and what the page declares.
HONEST = (("utf-8", "utf-8"), ("utf-8", "utf-8"), ("gbk", "gbk"), ("gb18030", "gb2312"))
LYING = (
    ("utf-8", "gb2312"),
    ("gbk", "utf-8"),
    ("gb18030", "utf-8"),
    ("utf-8-sig", "gbk"),
    ("utf-16", "utf-8"),
)
# 'S' Simplified, 'T' really Traditional, 'A' Traditional character by character, with leaks and byte shifts.
SCRIPTS = ("S", "S", "T", "A")
# Characters that a careless converter leaves as they are, for they are good Traditional characters too.
CARELESS = frozenset("后范里台面制布准了才几只干系余出斗谷丑")
BARE = 0.04  # share of pages that are one article without a heading
MARKED = 0.08  # share of pages with stray marks, and of pages with invisible characters
KINDS = ("text", *skins.SKINS, "big5")
STRANGE_KINDS = ("text", *skins.STRANGE)


@functools.cache
def converter(config: str) -> opencc.OpenCC:
    """OpenCC's converter of a configuration."""
    return opencc.OpenCC(config)


def traditional(lines: list[str], config: str = "s2t") -> list[str]:
    """Lines in Traditional; a line that would not come back through t2s falls back to s2t."""
    text = "\n".join(lines)
    out = converter(config).convert(text).split("\n")
    back = converter("t2s").convert("\n".join(out)).split("\n")
    if back == lines:
        return out
    plain = converter("s2t").convert(text).split("\n")
    return [t if b == x else p for x, t, b, p in zip(lines, out, back, plain, strict=True)]


@functools.cache
def careless_table() -> dict[int, str]:
    """Simplified to Traditional, one character at a time, as a bad proxy does it."""
    table = {}
    for point in range(0x4E00, 0x9FA6):
        x = chr(point)
        t = converter("s2t").convert(x)
        if t != x and len(t) == 1 and x not in CARELESS and converter("t2s").convert(t) == x:
            table[point] = t
    return table


def in_gbk(line: str) -> bool:
    """Whether every character of a line has a place in GBK."""
    return line.encode("gbk", "ignore").decode("gbk") == line


def served_lines(lines: list[str], script: str, config: str, table: damage.LeakTable) -> list[str]:
    """The lines as served: as they are, really Traditional by `config`, or with the leaks of `table`."""
    if script == "S":
        return lines
    if script == "T":
        return traditional(lines, config)
    return [damage.leak(x.translate(careless_table()), table) for x in lines]


def marked(lines: list[fabric.Line], r: random.Random) -> list[fabric.Line]:
    """The lines, on some pages with stray marks after 的 or with invisible characters in their clauses."""
    k = r.random()
    if k > 2 * MARKED:
        return lines
    change = damage.stray_marks if k < MARKED else damage.invisible
    return [
        fabric.Line(x.role, change(x.text, r), x.link)
        if x.role in ("clause", "item") and r.random() < 0.4
        else x
        for x in lines
    ]


def plain_text(lines: list[fabric.Line], script: str, r: random.Random) -> str:
    """A page as plain text; now and then the site greets first, or its breadcrumb stands on several lines."""
    texts = [x.text for x in lines]
    if r.random() < 0.1 and " > " in texts[0]:
        texts[0] = texts[0].replace(" > ", " >\n")
    if r.random() < 0.2 and script == "S":
        texts.insert(0, f"欢迎光临{r.choice(forms.SITES)}")
    return "\n".join(texts) + "\n"


def put_skin(sheet: fabric.Sheet, script: str, kind: str, r: random.Random) -> str:
    """The page as one string: HTML of its skin, or plain text."""
    title, site = sheet.truth["title"], sheet.truth["site"]
    lines = sheet.lines
    suffix = r.choice(("_", "-", " - ", "|")) + site if kind == "title_only" or r.random() < 0.6 else ""
    plain = [*(x.text for x in lines), *skins.FURNITURE, title + suffix]
    config = "s2tw" if kind == "big5" else r.choice(("s2t", "s2t", "s2hk"))
    texts = served_lines(plain, script, config, damage.draw_table(r, r.randint(24, 48)))
    n = len(lines)
    shown = marked([fabric.Line(x.role, t, x.link) for x, t in zip(lines, texts[:n], strict=True)], r)
    if kind == "text":
        return plain_text(shown, script, r)
    skin = (skins.SKINS | skins.STRANGE)[kind] if kind != "big5" else r.choice(list(skins.SKINS.values()))
    return skin(skins.Dressed(texts[-1], shown, texts[n:-1]), r)


def declare(text: str, charset: str, r: random.Random, extra: str = "") -> str:
    """HTML with a declared charset, and `extra` elements, at the top of its head."""
    forms = (
        f'<meta charset="{charset}">',
        f'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">',
    )
    spot = text.lower().find("<head>") + len("<head>")
    return text[:spot] + r.choice(forms) + extra + text[spot:]


def encode(text: str, kind: str, r: random.Random) -> tuple[bytes, str]:
    """The bytes of a page and their encoding; HTML gets a declaration that may lie."""
    actual, said = r.choice(HONEST + LYING) if r.random() < 0.5 else ("utf-8", "utf-8")
    if kind == "text":
        actual = {"utf-16": "utf-8", "gbk": "gb18030"}.get(actual, actual)
        return text.encode(actual), actual
    if kind == "big5":
        actual, said = r.choice((("big5hkscs", "big5"), ("big5hkscs", "utf-8")))
    # Characters outside the encoding become numeric references, as systems of that kind write them.
    return declare(text, said, r).encode(actual, "xmlcharrefreplace"), actual


def dress(seed: int, number: int, kind: str, style: str) -> tuple[dict[str, object], bytes]:
    """Page `number` of a seed: its truth and its bytes."""
    r = random.Random(f"{seed}:{number}:{kind}")
    plan = fabric.draw_plan(r, style=style)
    plan = fabric.bare_plan(plan) if r.random() < BARE else plan
    if style in forms.STRANGE:
        edge = "\n".join(r.sample(forms.STRANGE_EDGES, r.randint(0, 3)))
        plan = replace(plan, edge=edge, declared="title" if plan.declared == "wrong" else plan.declared)
    if kind == "title_only" and plan.declared == "wrong":
        plan = replace(plan, declared="title")
    sheet = fabric.draw_sheet(r, plan, f"page{number:04d}")
    script = "T" if kind == "big5" else r.choice(SCRIPTS)
    body, encoding = encode(put_skin(sheet, script, kind, r), kind, r)
    return sheet.truth | {"skin": kind, "leak": script, "encoding": encoding}, body


def write_folder(
    out: Path, pages: int, seed: int, *, kind: str = "", style: str = "", strange: bool = False
) -> None:
    """Write `pages` pages, going round skins and heading forms (or strange ones) unless given."""
    styles = list(forms.STRANGE if strange else forms.HEADINGS)
    kinds = STRANGE_KINDS if strange else KINDS
    (out / "gold").mkdir(parents=True, exist_ok=True)
    (out / "pages").mkdir(parents=True, exist_ok=True)
    for i in range(pages):
        chosen = kind or kinds[i % len(kinds)]
        truth, body = dress(seed, i, chosen, style or styles[(i + i // len(kinds)) % len(styles)])
        (out / "gold" / f"{truth['id']}.json").write_text(
            json.dumps(truth, ensure_ascii=False, indent=1), "utf-8"
        )
        ending = "txt" if chosen == "text" else "html"
        (out / "pages" / f"{truth['id']}.{ending}").write_bytes(body)


def main() -> None:
    """Read the options and write the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skin", default="", choices=("", *KINDS, *skins.STRANGE))
    parser.add_argument("--style", default="", choices=("", *forms.HEADINGS, *forms.STRANGE))
    parser.add_argument("--strange", action="store_true")
    options = parser.parse_args()
    chosen = {"kind": options.skin, "style": options.style}
    write_folder(options.out, options.pages, options.seed, strange=options.strange, **chosen)
    print(f"{options.pages} pages in {options.out}")


if __name__ == "__main__":
    main()
