"""A stand-in for the program that knows the truth: it answers from the gold beside the input.

usage: perfect.py parse|clauses|repair PATH…   or   perfect.py dedup TABLE --text C --id C --out DIR
The scorers must give it 1.0 everywhere; otherwise the gold contradicts itself or a scorer is wrong.
"""

import json
import sys
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Indel


def node(number: int, parent: str | None, level: int, part: dict[str, Any]) -> dict[str, Any]:
    """One clause of an answer."""
    return {"clause_id": str(number), "parent": parent, "level": level, "kind": "clause", **part}


def clauses(path: Path) -> dict[str, Any]:
    """The gold nodes as clauses, found in whatever form the path is of."""
    gold = json.loads((path.parent.parent / "gold" / f"{path.stem}.json").read_text("utf-8"))
    text = path.read_text("utf-8")
    out: list[dict[str, Any]] = []
    above: list[tuple[int, str]] = []
    at = 0
    for i, n in enumerate(gold["nodes"]):
        flat = path.parent.name != "lines"
        start = n["flat_start"] if flat else text.index((n["marker"] or "") + "", at)
        end = n["flat_end"] if flat else text.index("\n", start)
        at = end
        if n["marker"] is None:
            if flat and out:
                out[-1]["raw_end"] = end
                out[-1]["text"] += n["text"]
            continue
        above = [x for x in above if x[0] < n["level"]]
        part = {
            "ordinal": n["ordinal"],
            "marker": n["marker"],
            "text": n["text"],
            "raw_start": start,
            "raw_end": end,
            "flags": [n["flag"]] if n["flag"] else [],
        }
        out.append(node(i, above[-1][1] if above else None, len(above) + 1, part))
        above.append((n["level"], str(i)))
    return {"clauses": out}


def article(v: dict[str, Any]) -> dict[str, Any]:
    """A gold variant as an article."""
    parts = [{"ordinal": None, "marker": None, "text": x, "kind": "label"} for x in v["labels"]]
    for i, c in enumerate(v["clauses"]):
        parts.append({"ordinal": i + 1, "marker": c["marker"], "text": c["text"]})
        parts += [{"ordinal": None, "marker": None, "text": x, "kind": "paragraph"} for x in c["more"]]
    found = [node(i, None, 1, p) for i, p in enumerate(parts)]
    text = "".join((p["marker"] or "") + p["text"] for p in parts)
    return {"heading": v["heading"], "text": text, "clauses": found}


def parse(path: Path) -> dict[str, Any]:
    """The gold of a page as the page's JSON."""
    gold = json.loads((path.parent.parent / "gold" / f"{path.stem}.json").read_text("utf-8"))
    page = {k: gold[k] for k in ("title", "breadcrumb")}
    page |= {"updated": gold["date"], "declared_articles": gold["declared"]}
    item = {"ordinal": 1, "marker": "1.", "text": "", "level": 1}
    guide = [{"heading": s["heading"], "clauses": [item] * s["n"]} for s in gold["guide"]]
    dropped = [{"reason": "footer", "text": x} for x in gold["dropped"]]
    return {
        "page": page,
        "guide": guide,
        "articles": [article(v) for v in gold["variants"]],
        "dropped": dropped,
    }


def repair(path: Path) -> dict[str, Any]:
    """The clean text with the shortest list of edits that leads to it."""
    text, root = path.read_text("utf-8"), path.parent.parent
    clean_path = root / "clean" / path.name if path.parent.name == "damaged" else path
    clean = clean_path.read_text("utf-8")
    edits = [
        {
            "start": o.src_start,
            "end": o.src_end,
            "replacement": clean[o.dest_start : o.dest_end],
            "rule": "leak",
        }
        for o in Indel.opcodes(text, clean)
        if o.tag != "equal"
    ]
    lost = json.loads((root / "lost.json").read_text("utf-8")).get(path.name, [])
    flags = [
        {"start": at, "end": at + 1, "rule": "byte_shift"} for at in lost if path.parent.name == "damaged"
    ]
    return {"text": clean, "edits": edits, "unresolved": flags}


def dedup(table: Path, out: Path) -> None:
    """Clusters by label, families by model, fragments contained."""
    import pandas as pd

    truth = pd.read_parquet(table.with_name("truth.parquet"))
    names = dict(zip(truth.id, truth.index.astype(str), strict=True))
    cluster = [f"c{lb}" if lb >= 0 else names[i] for i, lb in zip(truth.id, truth.label, strict=True)]
    own = dict(zip(truth.id, cluster, strict=True))
    family = [own[m] if isinstance(m, str) else own[i] for i, m in zip(truth.id, truth.model, strict=True)]
    frame = pd.DataFrame({"id": truth.id, "cluster_id": cluster, "family_id": family})
    frame.to_parquet(out / "assignments.parquet")
    inner = truth[truth.container.notna()]
    pairs = pd.DataFrame({"left_id": inner.id, "right_id": inner.container, "relation": "contained"})
    pairs.to_parquet(out / "pairs.parquet")


def main(word: str, *arguments: str) -> None:
    """Answer as the program would."""
    if word == "dedup":
        dedup(Path(arguments[0]), Path(arguments[-1]))
        return
    answer = {"parse": parse, "clauses": clauses, "repair": repair}[word]
    for path in arguments:
        print(json.dumps(answer(Path(path)), ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
