"""Generate a table of articles with known duplicates, for the project's own check of deduplication.

usage: make_corpus.py N OUT [--seed 1]
Writes OUT/texts.parquet (id, text) and OUT/truth.parquet (id, label, container, model). About 45 % of
the articles stand in clusters of 2 to 12: copies with another numbering, in one line, Traditional,
leaky, reworded, cut, added to; 20 % share clauses with others of their family and are no duplicates; 8
% are siblings (`model`: the same text with other names throughout); 4 % are fragments (`container`); 4
% are too short to judge (label -1).
"""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import damage
import dress
import forms
import pandas as pd
import prose

LEAKS = damage.draw_table(random.Random("corpus"), 30)
STYLES = ("一、", "1、", "（一）", "第一条", "1.")


@dataclass(slots=True)
class Row:
    """One article and what is known of it; `container` and `model` are positions in the list of rows."""

    text: str
    label: int
    container: int | None = None
    model: int | None = None


def lay(title: str, texts: list[str], marker: str, joint: str) -> str:
    """A title and numbered clauses as one text."""
    make = forms.MARKERS[marker]
    return joint.join([title, *(make(i + 1).rstrip() + x for i, x in enumerate(texts))])


def draw_texts(r: random.Random, low: int = 8, high: int = 24) -> list[str]:
    """The texts of the clauses of one article."""
    return [prose.clause(r) for _ in range(r.randint(low, high))]


def copy_of(title: str, texts: list[str], r: random.Random) -> str:
    """A near-duplicate: one to three of the usual changes."""
    changes = set(
        r.sample(("title", "line", "hant", "leak", "words", "drop", "add", "number"), r.randint(1, 3))
    )
    own = list(texts)
    if "drop" in changes:
        own.pop(r.randrange(len(own)))
    if "add" in changes:
        own.insert(r.randrange(len(own)), prose.clause(r))
    if "words" in changes:
        own = [prose.reword(x, r) if r.random() < 0.3 else x for x in own]
    text = lay(
        prose.subject(r) if "title" in changes else title,
        own,
        r.choice(STYLES) if "number" in changes else "一、",
        "" if "line" in changes else "\n",
    )
    if "leak" in changes:
        return "\n".join(damage.leak(x.translate(dress.careless_table()), LEAKS) for x in text.split("\n"))
    return "\n".join(dress.traditional(text.split("\n"))) if "hant" in changes else text


def clusters(r: random.Random, rows: list[Row], until: float) -> None:
    """Articles with their copies."""
    while len(rows) < until:
        title, texts, label = prose.subject(r), draw_texts(r), len(rows)
        rows.append(Row(lay(title, texts, "一、", "\n"), label))
        for _ in range(min(12, int(r.paretovariate(1.0)))):
            rows.append(Row(copy_of(title, texts, r), label))


def relatives(r: random.Random, rows: list[Row], until: float) -> None:
    """Different articles that share a third of their clauses."""
    shared = [prose.clause(r) for _ in range(40)]
    while len(rows) < until:
        texts = r.sample(shared, 5) + draw_texts(r, 9, 16)
        r.shuffle(texts)
        rows.append(Row(lay(prose.subject(r), texts, "一、", "\n"), len(rows)))


def siblings(r: random.Random, rows: list[Row], until: float) -> None:
    """The same text with another organisation and another post throughout: two documents."""
    while len(rows) < until:
        names = [(r.choice(prose.TOWN) + r.choice(prose.TRADE), r.choice(prose.WHO)) for _ in range(2)]
        frame = [f"{'{org}' if k % 2 else '{org}的{post}'}{x}" for k, x in enumerate(draw_texts(r))]
        model = len(rows)
        for k, (org, post) in enumerate(names if names[0][0] != names[1][0] else names[:1]):
            texts = [x.format(org=org, post=post) for x in frame]
            label = len(rows)
            rows.append(Row(lay(f"{org}工作制度", texts, "一、", "\n"), label, model=model if k else None))


def fragments(r: random.Random, rows: list[Row], until: float) -> None:
    """Pieces of 150 to 300 characters out of long articles."""
    whole = [i for i, row in enumerate(rows) if len(row.text) > 900]
    while len(rows) < until:
        at = r.choice(whole)
        length = r.randint(150, 300)
        start = r.randrange(len(rows[at].text) - length)
        rows.append(Row(rows[at].text[start : start + length], len(rows), container=at))


def corpus(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Texts and truth, in shuffled order."""
    r = random.Random(f"{seed}:corpus")
    rows: list[Row] = []
    clusters(r, rows, 0.45 * n)
    relatives(r, rows, 0.65 * n)
    siblings(r, rows, 0.73 * n)
    while len(rows) < 0.92 * n:
        rows.append(Row(lay(prose.subject(r), draw_texts(r), "一、", "\n"), len(rows)))
    fragments(r, rows, 0.96 * n)
    while len(rows) < n:
        rows.append(Row(r.choice(("", " ", "略", "暂无内容。", prose.subject(r))), -1))
    order = list(range(len(rows)))
    r.shuffle(order)
    ids = {old: f"a{new:07d}" for new, old in enumerate(order)}

    def record(i: int) -> dict[str, Any]:
        row = rows[i]
        links = {"container": row.container, "model": row.model}
        named = {k: None if v is None else ids[v] for k, v in links.items()}
        return {"id": ids[i], "text": row.text, "label": row.label} | named

    frame = pd.DataFrame([record(i) for i in order])
    return frame[["id", "text"]], frame[["id", "label", "container", "model"]]


def write_corpus(out: Path, n: int, seed: int) -> None:
    """Write the two tables."""
    out.mkdir(parents=True, exist_ok=True)
    texts, truth = corpus(n, seed)
    texts.to_parquet(out / "texts.parquet", index=False)
    truth.to_parquet(out / "truth.parquet", index=False)


def main() -> None:
    """Read the options and write the corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_corpus(options.out, options.n, options.seed)
    print(f"{options.n} articles in {options.out}")


if __name__ == "__main__":
    main()
