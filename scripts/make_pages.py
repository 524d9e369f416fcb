"""Generate a corpus of template pages of several sites, with the duplicates over its pages known.

usage: make_pages.py N OUT [--seed 1] [--start 0] [--sites 7] [--size-kb 0] [--plain] [--warc]
Writes OUT/raw/<host>/<folder>/<number>.html and OUT/truth.jsonl, one line a page in order of number:
path, url, site, encoding, script, skin, title, continues, articles: [{label, op, heading}].
Articles of one label are copies of one text: `base` as first written, `exact` the same text in other
lines or script, `edited` with local changes and other numbering. A page depends on the seed and its
number alone, so `--start 1000` adds pages to a corpus of 1,000, and copies stand near each other in the
numbering.
--size-kb K  fill pages up with what a browser does not show
--plain      no damage, UTF-8, Simplified
--warc       OUT/raw/pages-<start>.warc.gz instead of a tree
"""

import argparse
import gzip
import json
import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import damage
import dress
import fabric
import forms
import skins

BLOCK = 50  # pages that share a pool of copied articles
POOL = 12  # copied articles in a pool: on average 50 * 3 articles * DUPLICATED / 12 = 5 copies each
DUPLICATED = 0.4  # share of articles that are copies, as in the corpora of the deduplication benchmark
SCRIPTS = ("S", "S", "S", "T", "A")
CONTINUED = 0.03  # share of pages whose last article stands on a page _2.html
EDGE_LINES = (
    "本文由{}整理发布，转载请注明出处。",
    "欢迎继续浏览{}的更多资料。",
    "来源：{} 责任编辑：站内编辑",
)


@dataclass(frozen=True, slots=True)
class Site:
    """What is the same on every page of a site."""

    host: str
    name: str
    skin: str
    encoding: tuple[str, str]
    script: str
    table: damage.LeakTable
    style: str
    edge: str


def draw_site(seed: int, number: int, *, plain: bool = False) -> Site:
    """Site `number` of a seed."""
    r = random.Random(f"{seed}:site:{number}")
    kinds = [k for k in dress.KINDS if k not in ("text", "big5")]
    script = "S" if plain else SCRIPTS[number % len(SCRIPTS)]
    name = forms.SITES[number % len(forms.SITES)]
    return Site(
        host=f"www.fanwen{number}.example",
        name=name,
        skin=kinds[number % len(kinds)],
        encoding=("utf-8", "utf-8") if plain else r.choice(dress.HONEST + dress.LYING[:2]),
        script=script,
        table=damage.draw_table(r, r.randint(24, 48)),
        style=r.choice(list(forms.HEADINGS)),
        edge=EDGE_LINES[number % len(EDGE_LINES)].format(name),
    )


def pooled(seed: int, block: int, slot: int) -> list[dict[str, Any]]:
    """The clauses of one copied article, the same wherever it is drawn again."""
    r = random.Random(f"{seed}:pool:{block}:{slot}")
    marker = r.choice(("一、", "1、", "（一）", "第一条", "1."))
    return fabric.draw_clauses(r, r.randint(7, 15), marker)


def draw_copy(r: random.Random, seed: int, block: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A copied article: its truth (label, op) and its clauses."""
    slot = min(int(r.paretovariate(0.9)) - 1, POOL - 1)
    clauses = pooled(seed, block, slot)
    op = r.choices(("exact", "edited", "base"), (40, 45, 15))[0]
    if op == "edited":
        clauses = fabric.edited_clauses(r, clauses, r.choice(("一、", "1、", "（一）", "1.")))
    return {"label": f"p{block}.{slot}", "op": op}, clauses


def variants_of(seed: int, number: int) -> fabric.Variants:
    """How the articles of page `number` are drawn: its own, and copies from the pool of its block."""

    def draw(r: random.Random, plan: fabric.Plan, base: str) -> list[dict[str, Any]]:
        variants = fabric.draw_variants(r, plan, base)
        for k, v in enumerate(variants):
            known = {
                "label": f"s{number}.{v['group']}",
                "op": "edited" if k and v["group"] == "g1" else "base",
            }
            if r.random() < DUPLICATED:
                known, v["clauses"] = draw_copy(r, seed, number // BLOCK)
                style = marker_style(v["clauses"])
                v["glued"] = v["glued"] and fabric.can_glue(plan.style, style)
                joined = v["flat"] and fabric.family(forms.MARKERS[style](1)) == "arabic"
                v["repeated"] = "" if joined else v["repeated"]
            v.update(known)
        return variants

    return draw


def draw_page(seed: int, number: int, site: Site) -> list[fabric.Sheet]:
    """The lines of page `number`; two sheets where it goes on over a second page."""
    r = random.Random(f"{seed}:page:{number}")
    plan = fabric.draw_plan(r, style=site.style)
    plan = replace(plan, declared="title", half=False, site=site.name, edge=site.edge)
    sheet = fabric.draw_sheet(r, plan, f"{number:07d}", variants_of(seed, number))
    parts = fabric.split_sheet(sheet) if r.random() < CONTINUED else None
    return list(parts) if parts else [sheet]


def marker_style(clauses: list[dict[str, Any]]) -> str:
    """The name of the marker style of a list of clauses."""
    first = clauses[0]["marker"]
    return next(name for name, make in forms.MARKERS.items() if make(1).rstrip() == first)


def filler(r: random.Random, size: int) -> str:
    """`size` characters of script that a browser does not show."""
    noise = f"{r.getrandbits(4096):x}"
    return f"<script>var _f='{(noise * (size // len(noise) + 1))[:size]}';</script>"


def page_bytes(sheet: fabric.Sheet, site: Site, url: str, size_kb: int, r: random.Random) -> bytes:
    """The page as its site serves it."""
    title = f"{sheet.truth['title']}_{site.name}"
    plain = [*(x.text for x in sheet.lines), *skins.FURNITURE, title]
    texts = dress.served_lines(plain, site.script, "s2t", site.table)
    shown = [fabric.Line(x.role, t, x.link) for x, t in zip(sheet.lines, texts, strict=False)]
    dressed = skins.Dressed(texts[-1], shown, texts[len(shown) : -1])
    link = f'<link rel="canonical" href="{url}">'
    text = dress.declare(skins.SKINS[site.skin](dressed, r), site.encoding[1], r, link)
    body = text.encode(site.encoding[0], "xmlcharrefreplace")
    missing = size_kb * 1024 - len(body)
    return body + filler(r, missing).encode("ascii") if missing > 0 else body


def corpus(
    seed: int, numbers: range, sites: list[Site], size_kb: int
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The pages of these numbers: truth and bytes."""
    for number in numbers:
        r = random.Random(f"{seed}:dress:{number}")
        site = r.choice(sites)
        place = f"{site.host}/{number // 1000:04d}/{number:07d}"
        for part, sheet in enumerate(draw_page(seed, number, site)):
            name = place + ("_2.html" if part else ".html")
            url = f"https://{name}"
            yield (
                page_truth(sheet, site, name, f"https://{place}.html" if part else None),
                page_bytes(sheet, site, url, size_kb, r),
            )


def page_truth(sheet: fabric.Sheet, site: Site, name: str, continues: str | None) -> dict[str, Any]:
    """One line of truth.jsonl."""
    articles = [{k: v[k] for k in ("label", "op", "heading")} for v in sheet.truth["variants"]]
    return {
        "path": f"raw/{name}",
        "url": f"https://{name}",
        "site": site.name,
        "encoding": site.encoding[0],
        "script": site.script,
        "skin": site.skin,
        "title": sheet.truth["title"],
        "continues": continues,
        "articles": articles,
    }


def write_tree(out: Path, pages: Iterable[tuple[dict[str, Any], bytes]], *, append: bool = False) -> int:
    """Write the pages as a tree of files and their truth beside it; the number of files."""
    out.mkdir(parents=True, exist_ok=True)
    made: set[Path] = set()
    files = 0
    with (out / "truth.jsonl").open("a" if append else "w", encoding="utf-8") as lines:
        for truth, body in pages:
            path = out / truth["path"]
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            path.write_bytes(body)
            lines.write(json.dumps(truth, ensure_ascii=False) + "\n")
            files += 1
    return files


def warc_record(truth: dict[str, Any], body: bytes, second: int) -> bytes:
    """One response record of WARC 1.0 (ISO 28500), a gzip member of its own."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, truth['url'])}>",
        "WARC-Target-URI": truth["url"],
        "WARC-Date": f"2025-01-01T{clock}Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(http)),
    }
    head = "WARC/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n"
    return gzip.compress(head.encode("ascii") + http + b"\r\n\r\n", compresslevel=6, mtime=0)


def write_warc(out: Path, pages: Iterable[tuple[dict[str, Any], bytes]], start: int) -> int:
    """Write the pages as one WARC of responses and their truth beside it; the number of records."""
    path = out / "raw" / f"pages-{start:07d}.warc.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    mode = "a" if start else "w"
    with path.open("wb") as file, (out / "truth.jsonl").open(mode, encoding="utf-8") as lines:
        for truth, body in pages:
            file.write(warc_record(truth, body, start + count))
            lines.write(json.dumps(truth, ensure_ascii=False) + "\n")
            count += 1
    return count


def main() -> None:
    """Read the options and write the corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", type=int)
    parser.add_argument("out", type=Path)
    for name, default in (("seed", 1), ("start", 0), ("sites", 7), ("size-kb", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--warc", action="store_true")
    o = parser.parse_args()
    sites = [draw_site(o.seed, i, plain=o.plain) for i in range(o.sites)]
    pages = corpus(o.seed, range(o.start, o.start + o.n), sites, o.size_kb)
    files = write_warc(o.out, pages, o.start) if o.warc else write_tree(o.out, pages, append=o.start > 0)
    print(f"{o.n} pages in {files} {'records' if o.warc else 'files'} in {o.out / 'raw'}")


if __name__ == "__main__":
    main()
