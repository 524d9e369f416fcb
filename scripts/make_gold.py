"""Write the project's own gold: clause trees, pages and damage of our own writing, with their truth.

usage: make_gold.py OUT [--seed 7]
Writes OUT/clauses and OUT/faulty (gold, lines, flat, flat_t), OUT/pages (gold, pages) and OUT/damage
(clean, damaged, negative, lost.json). tests/gold is the output for the default seed; `python
tests/eval/run.py` scores the program on it.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import damage
import dress
import fabric
import forms
import prose

DOCUMENTS = 30
FAULTY = 24
FAULTS = ("gap", "gap", "doubled", "doubled", "misnumbered", "misnumbered", "lost_end", "lost_end")
PAGES = 36
DAMAGED = 30
CHAPTERS = ("总则", "职责分工", "日常管理", "检查与考核", "奖励和处罚", "应急处理", "附则")
NEGATIVES = {
    "dictionary": "務(wù)：事情。\n業(yè)：所從事的工作。\n責(zé)：分內應做的事。\n",
    "lesson": "會(huì)字在這裡讀huì，在會計一詞裡讀kuài。\n樂(lè)山不讀樂(yuè)山。\n",
    "metals": "金(jīn)，符號Au。\n銀(yín)，符號Ag。\n銅(tóng)，符號Cu。\n",
    "primer": "今天(tiān)我們(men)去圖書館(guǎn)還(huán)書，還(hái)要買一本字典。\n",
    "attachment": "報名表請到網站下載(doc)。\n格式要求見附件(PDF)和說明(txt)。\n",
    "person": "聯繫人：王小明(wang xiaoming)、陳大文(chen dawen)。\n",
    "english": "It's the company's rule; don't forget. 员工的‘三不’承诺，O'Brien先生签字。\n",
    "question": "什么是交接班?(怎样做好交接班)请写在答题纸上?yes)或者no)。\n",
    "clause_reference": "依照《办法》(试行)第(三)项的规定办理(略)。\n",
    "leading_comma": "、纪律、作风等各个方面。\n、以上说明仅供参考。\n",
    "spaced": "总　则\n第一章 总 则\n姓 名：甲\n部 门：乙\n日常按 公司的规定办理。\n",
    "circled": "①准备材料；②填写表格；③提交窗口。⑩领取证件。\n",
    "width": "电话：０２１－１２３４５６７８，地址：Ａ座１２层。\n",
    "units": "面积120㎡，温度25℃，容量5ｍ³，比例3∶2。\n",
    "code": "请运行 print('的') 并检查 `的` 是否出现。\n",
    "empty": "\n",
}
# The bytes of 數, 職 and 響 stand across two characters here, so their leaks shift what follows. After the
# last four something is swallowed that cannot be known again.
SHIFTING = (
    "班长可以对班次作出适当的调配，确保各岗位有人。",
    "各部门要作出适当的安排，并把安排告诉全体员工。",
    "档案员按月归档会议记录，并编制目录。",
    "采取适当的保护措施，禁止抛掷。",
    "处理的方式应当是适当的,并留有记录。",
    "每季度安排适当的3天集中培训。",
    "值班员负责整理应急物资，做到随时可用。",
    "奖励应当是适当的(以通报为主)。",
)


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a document: its marker or None, its number, its depth, its text."""

    kind: str | None
    marker: str | None
    ordinal: int | None
    level: int
    text: str
    flag: str = ""  # the fault that has to be told here


def tails(r: random.Random, level: int) -> Iterator[Node]:
    """Sometimes an unnumbered paragraph below a node."""
    if r.random() < 0.08:
        yield Node(None, None, None, level, prose.paragraph(r))


def item_list(r: random.Random, marker: str, level: int, n: int) -> Iterator[Node]:
    """A list of items; now and then an item that owns a list of its own."""
    texts = prose.items(r, n)
    for i, text in enumerate(texts):
        yield Node("项", forms.MARKERS[marker](i + 1).rstrip(), i + 1, level, text)


def reference(r: random.Random, number: int) -> str:
    """A sentence that names another provision: the marker in it is no marker."""
    at = forms.numeral(r.randint(1, max(1, number)))
    which = forms.numeral(r.randint(1, 4))
    return r.choice(
        (
            f"违反本规定第{at}条第（{which}）项的，由{r.choice(prose.UNIT)}责令改正。",
            f"依照第{at}条第{which}款处理的，应当在三日内书面告知本人。",
            f"本规定第{at}条、第{forms.numeral(number + 1)}条所称工作日，不包括法定节假日。",
        )
    )


def statute(r: random.Random) -> Iterator[Node]:
    """Chapters, articles that run on through them, items below."""
    number = 0
    titles = [CHAPTERS[0], *r.sample(CHAPTERS[1:-1], r.randint(1, 4)), CHAPTERS[-1]]
    for c, title in enumerate(titles):
        yield Node("章", f"第{forms.numeral(c + 1)}章", c + 1, 0, title)
        for _ in range(r.randint(1, 3) if c == len(titles) - 1 else r.randint(3, 8)):
            number += 1
            marker = f"第{forms.numeral(number)}条"
            if r.random() < 0.2:
                yield Node("条", marker, number, 1, prose.opener(r))
                yield from item_list(r, "（一）", 2, r.randint(2, 6))
            else:
                text = reference(r, number) if r.random() < 0.12 else prose.clause(r)
                yield Node("条", marker, number, 1, text)
                yield from tails(r, 2)


def notice(r: random.Random) -> Iterator[Node]:
    """一、 above （一） above 1. or ①, as official papers are built."""
    deep = r.choice(("1.", "①", "(1)"))
    for i in range(1, r.randint(4, 9)):
        yield Node("一、", f"{forms.numeral(i)}、", i, 0, r.choice(prose.TOPIC) + "。")
        for j in range(1, r.randint(3, 6)):
            if r.random() < 0.25:
                yield Node("（一）", f"（{forms.numeral(j)}）", j, 1, prose.opener(r))
                yield from item_list(r, deep, 2, r.randint(2, 5))
            else:
                yield Node("（一）", f"（{forms.numeral(j)}）", j, 1, prose.clause(r))


def plain_list(r: random.Random) -> Iterator[Node]:
    """One list, in any style, with lists below some of its clauses."""
    marker = r.choice(list(forms.MARKERS))
    inner = r.choice(forms.INNER[marker])
    for i in range(1, r.randint(6, 18)):
        if r.random() < 0.15:
            yield Node("项", forms.MARKERS[marker](i).rstrip(), i, 0, prose.opener(r))
            yield from item_list(r, inner, 1, r.randint(2, 5))
        else:
            yield Node("项", forms.MARKERS[marker](i).rstrip(), i, 0, prose.clause(r))
            yield from tails(r, 1)


def contract(r: random.Random) -> Iterator[Node]:
    """第一条 above 1.1, 1.2 …, as contracts number."""
    for i in range(1, r.randint(5, 10)):
        yield Node("条", f"第{forms.numeral(i)}条", i, 0, r.choice(prose.TOPIC))
        for j in range(1, r.randint(3, 6)):
            yield Node("项", f"{i}.{j}", j, 1, prose.clause(r))


def inner_item(r: random.Random, nodes: list[Node]) -> int:
    """The place of a numbered node of the deepest level with a neighbour of its own list on both sides."""

    def fits(i: int) -> bool:
        a, b, c = nodes[i - 1 : i + 2]
        same = a.level == b.level == c.level and a.kind == b.kind == c.kind
        return same and None not in (a.ordinal, b.ordinal, c.ordinal) and (a.ordinal or 0) + 1 == b.ordinal

    return r.choice([i for i in range(1, len(nodes) - 1) if fits(i)])


def with_fault(r: random.Random, nodes: list[Node], fault: str) -> list[Node]:
    """The document with one item dropped, doubled or misnumbered, or with one sentence end lost."""
    at = inner_item(r, nodes)
    node, out = nodes[at], list(nodes)
    if fault == "gap":
        out[at + 1] = replace(nodes[at + 1], flag="gap")
        del out[at]
    elif fault == "doubled":
        out.insert(at + 1, replace(node, text=prose.sentence(r), flag="doubled"))
    elif fault == "misnumbered":
        number = (node.ordinal or 0) + r.randint(5, 9)
        before, after = forms.numeral(node.ordinal or 0), forms.numeral(number)
        marker = (node.marker or "").replace(before, after).replace(str(node.ordinal), str(number))
        out[at] = replace(node, marker=marker, ordinal=number, flag="misnumbered")
    else:
        out[at - 1] = replace(nodes[at - 1], text=nodes[at - 1].text.rstrip("。；"))
    return out


def write_faulty(out: Path, seed: int) -> None:
    """Documents with one fault each."""
    for i in range(FAULTY):
        r = random.Random(f"{seed}:faulty:{i}")
        marker = r.choice([m for m in forms.MARKERS if m != "①"])
        texts = [prose.clause(r) for _ in range(r.randint(7, 14))]
        items = [Node("项", forms.MARKERS[marker](k + 1).rstrip(), k + 1, 0, x) for k, x in enumerate(texts)]
        nodes = list(statute(r)) if i % 2 else items
        fault = FAULTS[i % len(FAULTS)]
        write_document(out, f"{fault}{i:03d}", with_fault(r, nodes, fault), r)


def write_clauses(out: Path, seed: int) -> None:
    """Documents without a fault, of all kinds."""
    kinds = (statute, notice, plain_list, contract, statute, plain_list)
    for i in range(DOCUMENTS):
        r = random.Random(f"{seed}:clauses:{i}")
        make = kinds[i % len(kinds)]
        write_document(out, f"{make.__name__}{i:03d}", list(make(r)), r)


def write_document(out: Path, name: str, nodes: list[Node], r: random.Random) -> None:
    """A document as lines, in one unbroken line, and that line in Traditional."""
    for folder in ("gold", "lines", "flat", "flat_t"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    gap = r.choice(("", "　", " "))
    lines, flat, records = [], "", []
    for n in nodes:
        lines.append(f"{n.marker}{gap}{n.text}" if n.marker else n.text)
        start, text_start = len(flat), len(flat) + len(n.marker or "")
        flat += (n.marker or "") + n.text
        spans = {"flat_start": start, "flat_text_start": text_start, "flat_end": len(flat)}
        fields = {k: getattr(n, k) for k in ("kind", "marker", "ordinal", "level", "text", "flag")}
        records.append(fields | spans)
    gold = {"id": name, "nodes": records}
    (out / "gold" / f"{name}.json").write_text(json.dumps(gold, ensure_ascii=False, indent=0), "utf-8")
    (out / "lines" / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    (out / "flat" / f"{name}.txt").write_text(flat, "utf-8")
    (out / "flat_t" / f"{name}.txt").write_text(dress.traditional([flat])[0], "utf-8")


def clean_lines(r: random.Random, *, careless: bool) -> list[str]:
    """The lines of a page, Traditional by character (then often in half-width punctuation) or by word."""
    plan = replace(fabric.draw_plan(r), half=careless and r.random() < 0.5)
    sheet = fabric.draw_sheet(r, plan, "damage")
    texts = [x.text for x in sheet.lines]
    if careless:
        return [x.translate(dress.careless_table()) for x in with_shifts(texts, r, 4)]
    return dress.traditional(texts)


def leak_and_lose(lines: list[str], table: damage.LeakTable) -> tuple[list[str], list[int]]:
    """Leaks and shifts, some of them past repair, and where characters are gone for good.

    A lost character is a `?` that no pinyin follows: the shift swallowed a comma, a digit or an
    undefined pair.
    """
    readings = "|".join(re.escape(py) for _, py in table.readings)
    bare_mark = re.compile(rf"\?(?!(?:{readings}){re.escape(table.closing)})")
    out: list[str] = []
    lost: list[int] = []
    at = 0
    for line in lines:
        damaged = damage.leak(line, table)
        raw, marks = damage.leak_bytes(line, table) if dress.in_gbk(line) else (damaged, 0)
        bare = [m.start() for m in bare_mark.finditer(raw)]
        if 0 < len(bare) < marks:
            damaged = raw
            lost += [at + b for b in bare]
        out.append(damaged)
        at += len(damaged) + 1
    return out, lost


def shifting_table(r: random.Random) -> damage.LeakTable:
    """A leak set that hits the phrases of `SHIFTING` across two characters."""
    first = [(x, damage.READINGS[x]) for x in "數職響當"]
    return damage.LeakTable((*first, *(p for p in damage.draw_table(r).readings if p not in first)))


def with_shifts(lines: list[str], r: random.Random, n: int) -> list[str]:
    """The lines with `n` of the phrases of `SHIFTING` put in as lines of their own."""
    out = list(lines)
    for text in r.sample(SHIFTING, n):
        out.insert(r.randrange(len(out) // 2, len(out)), text)
    return out


def damage_lines(kind: str, lines: list[str], r: random.Random) -> tuple[list[str], list[int]]:
    """The lines damaged in one way, or in several."""
    if kind == "leak_lost":
        return leak_and_lose(lines, shifting_table(r))
    if kind == "leak":
        table = shifting_table(r)
        return [damage.leak(x, table) for x in lines], []
    if kind == "marks":
        mark = r.choice("'`")
        return [damage.stray_marks(x, r, mark) if r.random() < 0.5 else x for x in lines], []
    if kind == "invisible":
        return [damage.invisible(x, r) if r.random() < 0.5 else x for x in lines], []
    if kind == "a1":
        return [damage.insert_a1(x) or x if x[:1] in "（①②③④⑤⑥⑦⑧⑨⑩" else x for x in lines], []
    table = damage.draw_table(r)
    marked = [damage.stray_marks(x, r) if r.random() < 0.3 else x for x in lines]
    return [damage.leak(x, table) for x in marked], []


def write_damage(out: Path, seed: int) -> None:
    """Damaged texts with their clean form, and texts that only look damaged."""
    for folder in ("clean", "damaged", "negative"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    kinds = ("leak", "leak", "leak_lost", "marks", "a1", "invisible", "mixed")
    lost: dict[str, list[int]] = {}
    for i in range(DAMAGED):
        r, kind = random.Random(f"{seed}:damage:{i}"), kinds[i % len(kinds)]
        lines = clean_lines(r, careless=kind.startswith(("leak", "mixed")))
        damaged, gone = damage_lines(kind, lines, r)
        name = f"{kind}{i:03d}.txt"
        (out / "clean" / name).write_text("\n".join(lines), "utf-8")
        (out / "damaged" / name).write_text("\n".join(damaged), "utf-8")
        if gone:
            lost[name] = gone
    (out / "lost.json").write_text(json.dumps(lost, indent=0), "utf-8")
    for name, text in NEGATIVES.items():
        (out / "negative" / f"{name}.txt").write_text(text, "utf-8")
    for i in range(6):
        r = random.Random(f"{seed}:negative:{i}")
        text = "\n".join(clean_lines(r, careless=False))
        (out / "negative" / f"clean{i}.txt").write_text(text, "utf-8")


def main() -> None:
    """Read the options and write the folders."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    write_clauses(options.out / "clauses", options.seed)
    write_faulty(options.out / "faulty", options.seed)
    dress.write_folder(options.out / "pages", PAGES, options.seed)
    write_damage(options.out / "damage", options.seed)
    print(f"gold of seed {options.seed} in {options.out}")


if __name__ == "__main__":
    main()
