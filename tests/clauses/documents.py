"""Documents of our own with a known tree, made from a seed: nested styles, faults, both forms."""

import random
from dataclasses import dataclass, field

from pipeline.clauses.numerals import format_numeral

WORDS = (
    "仓库",
    "登记",
    "安全",
    "值班",
    "人员",
    "应当",
    "及时",
    "检查",
    "设备",
    "记录",
    "培训",
    "部门",
    "负责",
    "报告",
)
STYLES = {
    "条": lambda n: f"第{format_numeral(n)}条",
    "一、": lambda n: f"{format_numeral(n)}、",
    "（一）": lambda n: f"（{format_numeral(n)}）",
    "1.": lambda n: f"{n}.",
    "1、": lambda n: f"{n}、",
    "(1)": lambda n: f"({n})",
    "①": lambda n: format_numeral(n, "circled"),
    "第一、": lambda n: f"第{format_numeral(n)}、",
}
NESTS = (
    ("条", "（一）", "1."),
    ("一、", "（一）", "1.", "(1)"),
    ("一、", "（一）", "1、", "①"),
    ("1.", "(1)", "①"),
    ("第一、", "1、", "①"),
    ("（一）", "1.", "(1)"),
)


@dataclass
class Node:
    """One numbered clause: its style and number, its own text, its children."""

    style: str
    number: int
    text: str
    children: list["Node"] = field(default_factory=list)


def sentence(rng: random.Random, end: str) -> str:
    return "".join(rng.choice(WORDS) for _ in range(rng.randint(3, 7))) + end


def grow(rng: random.Random, styles: tuple[str, ...], deep: int = 0) -> list[Node]:
    """A list in the first style, some of its items with a list in the next one."""
    out = []
    count = rng.randint(3, 8) if deep == 0 else rng.randint(2, 5)
    for n in range(1, count + 1):
        nested = deep + 1 < len(styles) and rng.random() < 0.4
        ending = "：" if nested else ("；" if deep and n < count else "。")
        node = Node(styles[deep], n, sentence(rng, ending))
        if nested:
            node.children = grow(rng, styles, deep + 1)
        out.append(node)
    return out


def lists_of(nodes: list[Node]) -> list[list[Node]]:
    return [nodes, *(inner for node in nodes for inner in lists_of(node.children))]


def damage(rng: random.Random, tree: list[Node], fault: str) -> Node | None:
    """Put one fault into a list of the tree; return the node that should be flagged."""
    places = [
        (nodes, k) for nodes in lists_of(tree) for k in range(1, len(nodes) - 1) if not nodes[k].children
    ]
    if not places:
        return None
    nodes, k = rng.choice(places)
    if fault == "gap":
        del nodes[k]
    elif fault == "doubled":
        nodes.insert(k + 1, Node(nodes[k].style, nodes[k].number, nodes[k].text))
        k += 1
    else:
        nodes[k].number = rng.choice([n for n in range(1, 15) if abs(n - nodes[k].number) > 1])
    return nodes[k]


def write(tree: list[Node], joint: str) -> tuple[str, list[tuple[int, int, int | None, int]]]:
    """The text, and (start, number, parent's start, id of the node) of each clause."""
    text, truth = "", []

    def put(nodes: list[Node], parent: int | None) -> None:
        nonlocal text
        for node in nodes:
            start = len(text)
            truth.append((start, node.number, parent, id(node)))
            text += STYLES[node.style](node.number) + node.text + joint
            put(node.children, start)

    put(tree, None)
    return text, truth
