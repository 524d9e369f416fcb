"""Small corpora of our own making: clauses of invented words, copies, siblings, fragments."""

import random

WORDS = [
    a + b
    for a in "仓库客户安全消防财务采购车辆档案食堂设备"
    for b in "管检登汇审落配整归监核处反协组制修保发回统"
]


def clause(r: random.Random) -> str:
    return "".join(r.choice(WORDS) for _ in range(r.randint(8, 16))) + "。"


def article(r: random.Random, clauses: int = 8) -> str:
    return "\n".join(clause(r) for _ in range(clauses))


def edited(text: str, r: random.Random, edits: int) -> str:
    chars = list(text)
    for _ in range(edits):
        i = r.randrange(len(chars))
        chars[i] = r.choice(["", "改", chars[i] + "增"])
    return "".join(chars)


def corpus(seed: int, count: int) -> list[str]:
    """A mix of all that is to be told apart, in random order."""
    r = random.Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        text = article(r, r.randint(4, 12))
        texts.append(text)
        kind = r.random()
        if kind < 0.4:
            texts += [edited(text, r, r.randint(1, 25)) for _ in range(r.randint(1, 5))]
        elif kind < 0.5:
            name = r.choice(WORDS)
            marked = "".join(f"{name}公司{line}\n" for line in text.split("\n"))
            texts += [marked, marked.replace(name, "甲乙"), marked.replace(name, "丙丁戊")]
        elif kind < 0.6:
            texts.append(text[len(text) // 4 : len(text) // 2])
        elif kind < 0.7:
            lines = text.split("\n")
            texts.append("\n".join(reversed(lines)))
        elif kind < 0.8:
            texts.append(text.replace("\n", ""))
        elif kind < 0.9:
            texts.append(r.choice(["", "略", "。", "暂无内容", text[:20]]))
    texts = texts[:count]
    r.shuffle(texts)
    return texts
