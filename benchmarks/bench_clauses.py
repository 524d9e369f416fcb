"""Clauses: characters a second in one line, in lines, dense with markers and made of markers only.

usage: bench_clauses.py [--size 3000000] [--rounds 3] [--largest 34000000]
CPU time of `structure`, tree and records included, after a warm-up; texts of our own making, with a marker
every 75 characters as in real statutes. The ratio is to a bare regex that splits at articles and bracketed
numerals: it finds no tree and takes references for markers. Quality is markers found over true ones.
"""

import argparse
import math
import random
import re
import statistics
import time
from collections.abc import Callable

from pipeline.clauses.numerals import format_numeral
from pipeline.clauses.structure import structure
from pipeline.config import ClausesConfig

CONFIG = ClausesConfig(compile_above=0)
BARE = re.compile(r"第[一二三四五六七八九十百千零]+[章条]|（[一二三四五六七八九十]+）")
WORDS = (
    *("登记", "值班", "仓库", "安全", "检查", "人员", "设备", "应当", "及时", "记录"),
    *("负责", "部门", "主管", "报告", "培训", "经费", "车辆", "档案", "验收", "审批"),
)
MARKS = ("（{c}）", "{n}.", "{c}、", "({n})", "第{c}条", "{n}、")


def words(r: random.Random, count: int) -> str:
    """Some words without a stop."""
    return "".join(r.choice(WORDS) for _ in range(count))


def statute(r: random.Random, joint: str) -> tuple[str, int]:
    """A law of about 4,600 characters with chapters, articles, items and references; and its markers."""
    out, markers, article = [], 0, 0
    for chapter in range(1, r.randint(4, 7)):
        out.append(f"第{format_numeral(chapter)}章{words(r, 3)}")
        for _ in range(r.randint(4, 12)):
            article += 1
            text = f"第{format_numeral(article)}条{words(r, r.randint(20, 75))}，依照第三条第一款的规定办理"
            items = r.randint(3, 8) if r.random() < 0.25 else 0
            out.append(text + ("：" if items else "。"))
            for n in range(1, items + 1):
                out.append(
                    f"（{format_numeral(n)}）{words(r, r.randint(8, 25))}" + ("。" if n == items else "；")
                )
            markers += 1 + items
        markers += 1
    return joint.join(out) + joint, markers


def statutes(r: random.Random, size: int, joint: str) -> tuple[str, int]:
    """Laws one after the other."""
    texts, total, markers = [], 0, 0
    while total < size:
        text, count = statute(r, joint)
        texts.append(text)
        total, markers = total + len(text), markers + count
    return "".join(texts), markers


def dense(r: random.Random, size: int) -> tuple[str, int]:
    """A marker of a random style every dozen characters: no list in it is clean."""
    out, total = [], 0
    while total < size:
        n = r.randint(1, 9)
        piece = (
            r.choice(MARKS).format(c=format_numeral(n), n=n) + words(r, r.randint(2, 5)) + r.choice("。；，")
        )
        out.append(piece)
        total += len(piece)
    return "".join(out), 0


def only_markers(size: int, kind: str) -> tuple[str, int]:
    """Nothing but markers: lists that count up, or one marker again and again."""
    if kind == "repeated":
        return "（一）" * (size // 3), 0
    unit = "".join(f"（{format_numeral(n)}）" for n in range(1, 100))
    return unit * (size // len(unit)), 0


def seconds(work: Callable[[str], object], text: str, rounds: int) -> float:
    """Median CPU seconds."""
    out = []
    for _ in range(rounds):
        begin = time.process_time()
        work(text)
        out.append(time.process_time() - begin)
    return statistics.median(out)


def split_bare(text: str) -> list[str]:
    """The text cut at every match of the bare regex."""
    return BARE.split(text)


def row(name: str, made: tuple[str, int], rounds: int) -> None:
    """Print one line of the table."""
    text, markers = made
    ours, bare = seconds(lambda t: structure(t, CONFIG), text, rounds), seconds(split_bare, text, rounds)
    found = sum(c.ordinal is not None for c in structure(text, CONFIG))
    quality = f"{found / markers:8.4f}" if markers else f"{'':8}"
    size, speed = len(text) / 1e6, len(text) / ours / 1e6
    print(f"{name:24} {size:8.2f} {speed:10.2f} {ours / bare:9.1f} {quality} {found:9}")


def growth(r: random.Random, largest: int) -> None:
    """Print how time grows with the size, one line of text each."""
    sizes, times = [], []
    size = 3_400  # 10 KB of UTF-8
    while size <= largest:
        text, _ = statutes(r, size, "")
        sizes.append(len(text))
        times.append(seconds(lambda t: structure(t, CONFIG), text, 5 if size < 1_000_000 else 1))
        speed = len(text) / times[-1] / 1e6
        print(f"one line, {len(text.encode()) / 1e6:8.2f} MB: {speed:6.2f} million characters a second")
        size *= 10
    slope = math.log(times[-1] / times[0]) / math.log(sizes[-1] / sizes[0])
    print(f"time grows with the {slope:.2f}th power of the size")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=34_000_000)
    a = parser.parse_args()
    r = random.Random(5)
    structure("一、甲。二、乙。", CONFIG)
    print(f"{'text':24} {'M chars':>8} {'M chars/s':>10} {'/ regex':>9} {'quality':>8} {'numbered':>9}")
    row("statutes, one line", statutes(r, a.size, ""), a.rounds)
    row("statutes, lines", statutes(r, a.size, "\n"), a.rounds)
    row("dense mixed markers", dense(r, a.size // 3), a.rounds)
    row("markers only, counting", only_markers(3_400_000, "counting"), 1)
    row("markers only, one", only_markers(3_400_000, "repeated"), 1)
    growth(r, a.largest)


if __name__ == "__main__":
    main()
