"""Damage one clause of each gold document and see whether the tree is still found, in one line.

usage: python scripts/clause_faults.py GOLD_DIR [--seed N] [--rounds N] [--show N]
GOLD_DIR holds gold/*.json and flat/*.txt (the shape that the clause accuracy script reads). Faults: an item
dropped, doubled or misnumbered, or the sentence end before it lost. Printed per fault: the share of documents
in which every marker is found and none invented, and the share in which the fault is flagged.
"""

import argparse
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.clauses.numerals import format_numeral
from pipeline.clauses.structure import structure
from pipeline.config import ClausesConfig
from pipeline.records import Clause

FAULTS = ("dropped", "doubled", "misnumbered", "lost_end")
FLAGS = {
    "dropped": {"gap", "misnumbered"},
    "doubled": {"doubled"},
    "misnumbered": {"misnumbered", "gap", "doubled", "restart"},
}


@dataclass
class Item:
    """One numbered clause of the one-line text with what belongs to it before the next number."""

    piece: str
    marker: str
    ordinal: int
    level: int


def items_of(gold: dict, text: str) -> tuple[str, list[Item]]:
    """Lead-in and numbered clauses of a document."""
    marked = [n for n in gold["nodes"] if n["marker"] is not None]
    rank = "level" if "level" in marked[0] else "depth"
    ends = [n["flat_start"] for n in marked[1:]] + [len(text)]
    items = [
        Item(text[n["flat_start"] : end], n["marker"], n["ordinal"], n[rank])
        for n, end in zip(marked, ends, strict=True)
    ]
    return text[: marked[0]["flat_start"]], items


def inner(items: list[Item]) -> list[int]:
    """Items that have neighbours of their level on both sides and no children."""
    return [
        k
        for k in range(1, len(items) - 1)
        if items[k - 1].level >= items[k].level == items[k + 1].level and items[k].ordinal > 1
        and items[k + 1].ordinal == items[k].ordinal + 1
    ]  # fmt: skip


def renumber(item: Item, rng: random.Random) -> Item:
    """The item under another number."""
    value = rng.choice([v for v in range(1, item.ordinal + 9) if v != item.ordinal])
    digits = "".join(c for c in item.marker if c.isdigit() and c.isascii())
    old = digits or "".join(c for c in item.marker if c in "零〇一二三四五六七八九十百千")
    new = str(value) if digits else format_numeral(value)
    marker = item.marker.replace(old, new)
    return Item(marker + item.piece[len(item.marker) :], marker, value, item.level)


def inject(items: list[Item], fault: str, rng: random.Random) -> tuple[list[Item], int] | None:
    """The items with one fault, and the index of the clause that should be flagged."""
    places = inner(items)
    if not places:
        return None
    k = rng.choice(places)
    out = list(items)
    if fault == "dropped":
        del out[k]
    elif fault == "doubled":
        out.insert(k, items[k])
        k += 1
    elif fault == "misnumbered":
        out[k] = renumber(items[k], rng)
    else:
        before = out[k - 1]
        if before.piece[-1] not in "。；;！？：:":
            return None
        out[k - 1] = Item(before.piece[:-1], before.marker, before.ordinal, before.level)
    return out, k


def judge(lead: str, items: list[Item], k: int, fault: str) -> tuple[bool, bool, str]:
    """Whether every marker is found and none invented; whether the fault is flagged; what went wrong."""
    text, starts = lead, []
    for item in items:
        starts.append(len(text))
        text += item.piece
    clauses = structure(text, ClausesConfig(compile_above=0))
    got = {(c.raw_start, c.ordinal): c for c in clauses if c.ordinal is not None}
    want = {(s, item.ordinal) for s, item in zip(starts, items, strict=True)}
    near: list[Clause | None] = [
        got.get((starts[j], items[j].ordinal)) for j in (k, min(k + 1, len(items) - 1))
    ]
    flagged = fault == "lost_end" or any(c is not None and FLAGS[fault] & set(c.flags) for c in near)
    wrong = sorted(want ^ got.keys())
    context = " | ".join(f"{text[max(0, s - 12) : s + 12]} {n}" for s, n in wrong[:3])
    return not wrong, flagged, f"at {text[starts[k] - 10 : starts[k] + 12]}: {context}"


def main() -> int:
    """Run every fault on every document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    a = parser.parse_args()
    for fault in FAULTS:
        n = exact = flagged = shown = 0
        for path in sorted((a.gold / "gold").glob("*.json")):
            gold = json.loads(path.read_text("utf-8"))
            lead, items = items_of(gold, (a.gold / "flat" / f"{gold['id']}.txt").read_text("utf-8"))
            for turn in range(a.rounds):
                made = inject(items, fault, random.Random(f"{a.seed}/{turn}/{gold['id']}/{fault}"))
                if made is None:
                    continue
                ok, seen, why = judge(lead, *made, fault)
                n, exact, flagged = n + 1, exact + ok, flagged + seen
                if not (ok and seen) and shown < a.show:
                    shown += 1
                    print(f"-- {gold['id']} {fault} exact {ok} flagged {seen} {why}")
        print(f"{fault:12} {n:4} documents  exact {exact / max(1, n):.3f}  flagged {flagged / max(1, n):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
