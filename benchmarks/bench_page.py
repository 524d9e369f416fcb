"""Pages: from bytes to lines, fields, articles and clauses, beside trafilatura and resiliparse.

usage: bench_page.py [--pages 40] [--rounds 5]
The pages are of our own making, about 50 KB each, in three skins. Compared is the CPU time of one process
after a warm-up: `parse_page` does everything from bytes to clauses; the peers extract text and no more.
`quality` is the share of the pages' clauses that stand in the output, for a fast wrong answer is no answer.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from harness import Piece, compare, table

PEERS = {
    "trafilatura": ("trafilatura==2.3.1",),
    "resiliparse": ("resiliparse==2.0.1",),
}
WORDS = [
    "值班人员", "交接记录", "安全检查", "设备维护", "客户来访", "仓库物资", "消防器材",
    "财务报销", "考勤登记", "会议纪要", "培训计划", "车辆调度", "应急预案", "信息报送",
    "档案管理", "质量验收", "采购申请", "合同评审", "环境卫生", "节能降耗",
]  # fmt: skip
VERBS = [
    "应当按时完成", "必须逐项核对", "由主管部门负责", "报上级领导审批", "做到账物相符",
    "不得擅自变更", "每月汇总一次", "存档备查",
]  # fmt: skip
SUBJECT = "后勤服务岗位责任制度"
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
        for k in range(1, 200 // n):
            clauses.append(f"{k}、{prose(r, 55)}")
            content.append(clauses[-1])
    return content, clauses


def make_page(seed: int) -> tuple[bytes, list[str]]:
    """One page of about 50 KB, and its clauses."""
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
        "<p>分享到：微信 微博 QQ空间 收藏</p></div><div><h3>相关文章</h3>"
        f"<ul>{links}</ul></div>{SCRIPT}</body></html>"
    )
    return html.encode(), clauses


def extractor(name: str) -> Callable[[bytes], str]:
    """The function that a piece measures: bytes of a page to text."""
    if name == "trafilatura":
        from trafilatura import extract

        return lambda body: extract(body) or ""
    if name == "resiliparse":
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree

        return lambda body: str(extract_plain_text(HTMLTree.parse_from_bytes(body), main_content=True))
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from pipeline.page.blocks import read_blocks
    from pipeline.page.parse import parse_page
    from pipeline.text.encoding import decode

    if name == "lines":
        return lambda body: "\n".join(read_blocks(decode(body).text).lines)
    return lambda body: "\n".join(
        (c.marker or "") + c.text for article in parse_page(body).articles for c in article.clauses
    )


def measure(name: str, n: int) -> None:
    """Run one piece over `n` pages, after one pass to warm up; print its figures."""
    pages = [make_page(seed) for seed in range(n)]
    work = extractor(name)
    work(pages[0][0] + b"<p>" * 3)
    if name == "parse_page":
        import numba  # noqa: F401 - as in any run over many pages: the compiled search, loaded once

        work(pages[1][0])
    started = time.process_time()
    texts = [work(body) for body, _ in pages]
    spent = time.process_time() - started
    found = sum(c in text for text, (_, clauses) in zip(texts, pages, strict=True) for c in clauses)
    told = sum(len(clauses) for _, clauses in pages)
    print(json.dumps({"cpu_s": spent, "items": n, "quality": {"clauses": found / told}}))


def main() -> None:
    """Measure ours and the peers in turn, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=40)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--piece")
    chosen = options.parse_args()
    if chosen.piece:
        measure(chosen.piece, chosen.pages)
        return
    here = str(Path(__file__).resolve())
    pieces = [
        Piece(name, (here, "--pages", str(chosen.pages), "--piece", name), PEERS.get(name, ()))
        for name in ("parse_page", "trafilatura", "lines", "resiliparse")
    ]
    size = sum(len(make_page(seed)[0]) for seed in range(10)) // 10
    print(f"{chosen.pages} pages of {size // 1000} KB")
    print(table(compare(pieces, rounds=chosen.rounds), unit="pages"))


if __name__ == "__main__":
    main()
