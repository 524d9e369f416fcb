"""Pages: from bytes to lines, fields, articles and clauses, beside trafilatura and resiliparse.

usage: bench_page.py [--pages 40] [--rounds 5]
Two kinds of page, both of our own making, about 50 KB each: `text` is nearly all visible text, UTF-8, in
three skins; `sites` are those of scripts/make_pages.py, seven sites with damage, GBK and Traditional, most of
a page being what no browser shows. Compared is the CPU time of one process after as many other pages to warm
up: `parse_page` does everything from bytes to clauses, `and text_hant` makes their Traditional forms too;
`lines` are bytes to visible lines. The peers extract text and no more, and are given the encoding:
trafilatura a decoded str, resiliparse UTF-8 bytes. `found` is the share of the clauses (`text`) or headings
(`sites`) that stand in the output, in either script, for a fast wrong answer is no answer.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import ROOT, TRAFILATURA, Piece, compare, table

PEERS = {
    "trafilatura": TRAFILATURA,
    "resiliparse": ("resiliparse==2.0.1",),
}
WORDS = [
    "值班人员",
    "交接记录",
    "安全检查",
    "设备维护",
    "客户来访",
    "仓库物资",
    "消防器材",
    "财务报销",
    "考勤登记",
    "会议纪要",
    "培训计划",
    "车辆调度",
    "应急预案",
    "信息报送",
    "档案管理",
    "质量验收",
    "采购申请",
    "合同评审",
    "环境卫生",
    "节能降耗",
]
VERBS = [
    "应当按时完成",
    "必须逐项核对",
    "由主管部门负责",
    "报上级领导审批",
    "做到账物相符",
    "不得擅自变更",
    "每月汇总一次",
    "存档备查",
]
SUBJECT = "后勤服务岗位责任制度"
CLAUSES = 126  # of a page of 50 KB
SITES_SEED = 7
SCRIPT = "<script>var _hmt=_hmt||[];(function(){var a='" + "x" * 2500 + "';})();</script>"


def prose(r: random.Random, size: int) -> str:
    """Sentences of about `size` characters."""
    text = ""
    while len(text) < size:
        text += f"{r.choice(WORDS)}{r.choice(VERBS)}，{r.choice(WORDS)}{r.choice(VERBS)}。"
    return text


def lines_of(r: random.Random) -> tuple[list[str], list[str]]:
    """The content of one page and the clauses in it."""
    n = r.randint(4, 7)
    content, clauses = [f"以下是小编整理的{SUBJECT}{n}篇，欢迎参考。"], []
    for article in range(1, n + 1):
        content.append(f"{SUBJECT} 篇{article}")
        for k in range(1, CLAUSES // n):
            clauses.append(f"{k}、{prose(r, 55)}")
            content.append(clauses[-1])
    return content, clauses


def make_page(seed: int) -> tuple[bytes, list[str]]:
    """One page of about 50 KB, nearly all of it visible text, and its clauses."""
    r = random.Random(seed)
    content, clauses = lines_of(r)
    links = "".join(
        f"<li><a href='/zd/{i}.html' title='{prose(r, 12)}'>{prose(r, 12)}</a></li>" for i in range(60)
    )
    opening, closing = (
        ("<p>　　", "</p>\n"),
        ("&nbsp;&nbsp;", "<br />\n"),
        ("<div><span>", "</span></div>"),
    )[seed % 3]
    body = "".join(f"{opening}{line}{closing}" for line in content)
    html = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{SUBJECT}_某某网</title>{SCRIPT}</head><body>"
        f"<ul>{links}</ul><div>当前位置：某某网 &gt; 制度 &gt; {SUBJECT}</div><h1>{SUBJECT}</h1>"
        f"<p>时间:2024-03-05 10:20 管理 我要投稿</p><div class=content>{body}"
        f"<p>分享到：微信 微博 QQ空间 收藏</p></div><div><h3>相关文章</h3><ul>{links}</ul></div>"
        f"{SCRIPT}</body></html>"
    )
    return html.encode(), clauses


def write_texts(folder: Path, n: int) -> None:
    """Write `n` pages of the first kind, and what must be found on each: lists of alternatives."""
    pages = [make_page(seed) for seed in range(n)]
    write(folder, [body for body, _ in pages], [[[c] for c in clauses] for _, clauses in pages])


def write_sites(folder: Path, n: int) -> None:
    """Write `n` pages of the second kind, and the headings on each in both scripts."""
    from pipeline.text.convert import convert

    script = str(ROOT / "scripts" / "make_pages.py")
    argv = [sys.executable, script, str(n), str(folder), "--seed", str(SITES_SEED), "--size-kb", "50"]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    told = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()][:n]
    headings = [[a["heading"] for a in page["articles"]] for page in told]
    forms = [[[h, convert(h, "s2t")] for h in page] for page in headings]
    write(folder, [(folder / page["path"]).read_bytes() for page in told], forms)


def write(folder: Path, bodies: list[bytes], expected: list[list[list[str]]]) -> None:
    """Write bodies as served and in UTF-8, and what is expected of each."""
    from pipeline.text.encoding import decode

    for k, body in enumerate(bodies):
        (folder / f"{k:04d}.served").write_bytes(body)
        (folder / f"{k:04d}.utf8").write_bytes(decode(body).text.encode("utf-8", "replace"))
    (folder / "expected.json").write_text(json.dumps(expected), "utf-8")


KINDS = {"text": write_texts, "sites": write_sites}


def extractor(name: str) -> Callable[[Any], str]:
    """The function that a piece measures: bytes of a page to text."""
    if name == "trafilatura":
        from trafilatura import extract

        return lambda body: extract(body) or ""
    if name == "resiliparse":
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree

        return lambda body: str(extract_plain_text(HTMLTree.parse_from_bytes(body), main_content=True))
    sys.path.insert(0, str(ROOT))
    from pipeline.page.blocks import read_blocks, without_scripts
    from pipeline.page.parse import parse_page
    from pipeline.text.encoding import decode

    if name == "lines":
        return lambda body: "\n".join(read_blocks(decode(without_scripts(body)).text).lines)

    def parsed(body: bytes) -> str:
        page = parse_page(body)
        if name == "and text_hant":
            for article in page.articles:
                "".join([c.text_hant for c in article.clauses])
        return "\n".join(
            line
            for article in page.articles
            for line in (article.heading, *((c.marker or "") + c.text for c in article.clauses))
        )

    return parsed


def measure(name: str, folder: Path) -> None:
    """Run one piece over half of the pages of a folder, the other half to warm up; print its figures."""
    suffix = "utf8" if name in PEERS else "served"
    bodies: list[bytes | str] = [p.read_bytes() for p in sorted(folder.glob(f"*.{suffix}"))]
    if name == "trafilatura":
        bodies = [b.decode("utf-8") for b in bodies if isinstance(b, bytes)]
    work = extractor(name)
    if name not in PEERS:
        import numba  # noqa: F401 - as in any run over many pages: the compiled kernels, loaded once
    half = len(bodies) // 2
    for body in bodies[:half]:
        work(body)
    started = time.process_time()
    texts = [work(body) for body in bodies[half:]]
    spent = time.process_time() - started
    expected = json.loads((folder / "expected.json").read_text("utf-8"))[half:]
    found = [
        any(form in text for form in forms)
        for text, page in zip(texts, expected, strict=True)
        for forms in page
    ]
    print(json.dumps({"cpu_s": spent, "items": len(texts), "quality": {"found": sum(found) / len(found)}}))


def main() -> None:
    """Measure ours and the peers in turn, and print a table for each kind of page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=40)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--piece")
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    if chosen.piece:
        measure(chosen.piece, chosen.folder)
        return
    sys.path.insert(0, str(ROOT))
    here = str(Path(__file__).resolve())
    for kind, make in KINDS.items():
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), 2 * chosen.pages)
            pieces = [
                Piece(piece, (here, "--piece", piece, "--folder", name), PEERS.get(piece, ()))
                for piece in ("parse_page", "and text_hant", "trafilatura", "lines", "resiliparse")
            ]
            sizes = [p.stat().st_size for p in Path(name).glob("*.served")]
            print(f"\n{kind}: {chosen.pages} pages of {sum(sizes) // len(sizes) // 1000} KB", flush=True)
            print(table(compare(pieces, rounds=chosen.rounds), unit="pages"), flush=True)


if __name__ == "__main__":
    main()
