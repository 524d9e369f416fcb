"""Small corpora of our own writing: pages with copied and edited articles, made from a seed."""

import dataclasses
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.config import Config, IngestConfig
from pipeline.run.features import EdgeLines
from pipeline.run.model import FEATURES, Reading

TRADES = ("物业", "客服", "仓储", "车队", "食堂", "档案", "采购", "保洁", "安保", "财务")
DUTIES = (
    "核对当班记录",
    "检查设备运行",
    "登记来访人员",
    "清点库存物资",
    "回复客户来电",
    "汇总本周问题",
    "整理交接清单",
)
ENDS = (
    "并在当日签字确认。",
    "发现异常立即上报。",
    "不得擅自离开岗位。",
    "逐项写入台账备查。",
    "由值班长复核一遍。",
)
SKINS = ("<div class=a>{}</div>", "<td>{}</td>", "{}")


def article(rng: random.Random) -> list[str]:
    """The clauses of one article."""
    trade = rng.choice(TRADES)
    return [
        f"{mark}、{trade}人员{rng.choice(DUTIES)}第{rng.randint(1, 99)}号，{rng.choice(ENDS)}"
        for mark in "一二三四五六七"[: rng.randint(4, 7)]
    ]


def page(number: int, seed: int = 0, encoding: str = "utf-8") -> bytes:
    """Page `number`: three articles, some of them copies of what other pages have."""
    rng = random.Random(f"{seed}:{number}")
    lines = [f"<p>示例范文网 &gt; 管理制度 &gt; 岗位制度</p><h1>岗位工作制度第{number}号合集3篇</h1>"]
    for ordinal in range(1, 4):
        shared = random.Random(f"{seed}:shared:{rng.randint(0, 5)}")
        clauses = article(shared if rng.random() < 0.5 else rng)
        if rng.random() < 0.3:
            clauses[-1] = clauses[-1].replace("。", f"（第{number}稿）。")
        lines.append(f"<p>岗位工作制度 篇{ordinal}</p>" + "".join(f"<p>{c}</p>" for c in clauses))
    lines.append("<p>示例范文网版权所有 未经许可不得转载</p>")
    body = SKINS[number % 3].format("\n".join(lines))
    head = f"<head><title>岗位工作制度第{number}号合集3篇_示例范文网</title></head>"
    text = f"<html>{head}<body>{body}</body></html>"
    return text.encode(encoding)


def write_pages(folder: Path, numbers: range | list[int], seed: int = 0) -> list[Path]:
    """Write pages, each under its number, in folders of ten; every fourth in GBK."""
    paths = []
    for n in numbers:
        path = folder / f"{n // 10:03d}" / f"{n:05d}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page(n, seed, "gbk" if n % 4 == 3 else "utf-8"))
        paths.append(path)
    return paths


def settings(**changes: Any) -> Config:
    """The default configuration with one worker, in this process, and changes of its section `ingest`."""
    return dataclasses.replace(Config(), ingest=IngestConfig(**({"workers": 1} | changes)))


def digests(out: Path) -> dict[str, tuple[int, str]]:
    """Rows and digest of every table of an output."""
    tables = json.loads((out / "manifest.json").read_text("utf-8"))["tables"]
    return {name: (entry["rows"], entry["rows_digest"]) for name, entry in tables.items()}


def told(*pages: tuple[str, str | None, str | None, str, EdgeLines]) -> Reading:
    """What pages say of their sites, as a run reads it: page_id, site, leaks, left, lines; two a table."""
    rows = [(*page[:4], *map("\n".join, page[4])) for page in pages]
    schema = pa.schema([(name, pa.string()) for name in FEATURES])

    def read(names: Sequence[str]) -> Iterator[pa.Table]:
        for start in range(0, len(rows), 2):
            listed = [dict(zip(FEATURES, row, strict=True)) for row in rows[start : start + 2]]
            yield pa.Table.from_pylist(listed, schema=schema).select(list(names))

    return read
