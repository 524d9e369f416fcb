"""Scores of the program on gold of our own: one function an area, each returning measure -> value in [0, 1].

The program is run as a command and read as JSON Lines, as its users do. Measures carry the names of the
accuracy gate: marker_f1, exact_docs, … (clauses); count, heading, … (pages); exact, flagged, …
(damage); f1, ari, … (dedup).
"""

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz.distance import Indel

FOLD = str.maketrans("（）．，：；！？", "().,:;!?")
NEAR = 12  # characters: how far from a lost place an `unresolved` span may stand, and how long it may be
Scores = dict[str, float]
Command = Sequence[str]


def squash(text: str | None) -> str:
    """Text without white space, punctuation folded to half width."""
    return "".join((text or "").translate(FOLD).split())


def ask(command: Command, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """One answer for each path, in order; an empty one where the program gave none."""
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, encoding="utf-8")
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode or len(lines) != len(paths):
        why = last_line(done.stderr)
        print(f"exit {done.returncode}, {len(lines)} answers for {len(paths)} files: {why}")
        return [{} for _ in paths]
    return [json.loads(line) for line in lines]


def last_line(text: str) -> str:
    """The last line of a text that says something."""
    return next((x for x in reversed(text.splitlines()) if x.strip()), "")


def share(hits: Iterable[bool]) -> float:
    """The share of true values; 1 when there are none to judge."""
    values = list(hits)
    return sum(values) / len(values) if values else 1.0


def f_measure(hit: float, given: float, wanted: float) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean."""
    p, r = hit / given if given else 0.0, hit / wanted if wanted else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


# -- clauses
# -----------------------------------------------------------------------------------------------------


Wanted = tuple[int, int, int, int, str]


def wanted_clauses(nodes: list[dict[str, Any]], spans: list[tuple[int, int]]) -> Iterator[Wanted]:
    """(start, ordinal, start of the parent or -1, end of its own text, marker) of each numbered node."""
    above: list[tuple[int, int]] = []
    for i, node in enumerate(nodes):
        if node["marker"] is None:
            continue
        above = [x for x in above if x[0] < node["level"]]
        yield spans[i][0], node["ordinal"], above[-1][1] if above else -1, spans[i][1], node["marker"]
        above.append((node["level"], spans[i][0]))


def node_spans(nodes: list[dict[str, Any]], text: str, form: str) -> list[tuple[int, int]]:
    """Where each node stands in the text of a form; in one line, paragraphs belong to the node before."""
    if form == "lines":
        out, at = [], 0
        for line in text.splitlines(keepends=True):
            out.append((at, at + len(line.rstrip())))
            at += len(line)
        return out
    spans = [(n["flat_start"], n["flat_end"]) for n in nodes]
    for i in range(len(nodes) - 2, -1, -1):
        if nodes[i + 1]["marker"] is None:
            spans[i] = (spans[i][0], spans[i + 1][1])
    return spans


def own_text_right(c: dict[str, Any], want: Wanted, text: str, *, simplified: bool) -> bool:
    """Whether the own text ends where it should, and marker and text say it where they can be compared."""
    start, _, _, end, marker = want
    spans = text[start : c["raw_end"]].rstrip() == text[start:end].rstrip()
    fields = squash(c["marker"]) == squash(marker) and squash(c["text"]) == squash(
        text[start + len(marker) : end]
    )
    return spans and (fields or not simplified)


def score_clauses(root: Path, form: str, command: Command) -> Scores:
    """Markers found, documents without a fault, parents and own texts right, in one form of the documents."""
    golds = [json.loads(p.read_text("utf-8")) for p in sorted((root / "gold").glob("*.json"))]
    paths = [root / form / f"{g['id']}.txt" for g in golds]
    hit = given = wanted = 0
    exact: list[bool] = []
    parents: list[bool] = []
    texts: list[bool] = []
    flagged: list[bool] = []
    for gold, path, answer in zip(golds, paths, ask(command, paths), strict=True):
        text = path.read_text("utf-8")
        found = [c for c in answer.get("clauses", []) if c["ordinal"] is not None]
        start_of = {c["clause_id"]: c["raw_start"] for c in found}
        got = {(c["raw_start"], c["ordinal"]): c for c in found}
        want = list(wanted_clauses(gold["nodes"], node_spans(gold["nodes"], text, form)))
        keys = {(w[0], w[1]) for w in want}
        hit, given, wanted = hit + len(keys & got.keys()), given + len(found), wanted + len(keys)
        exact.append(keys == got.keys())
        for w in want:
            if c := got.get(w[:2]):
                parents.append(start_of.get(c["parent"], -1) == w[2])
                texts.append(own_text_right(c, w, text, simplified=form != "flat_t"))
        faults = [n["flag"] for n in gold["nodes"] if n["marker"] is not None]
        flags = [got[w[:2]]["flags"] if w[:2] in got else () for w in want]
        flagged += [fault in told for fault, told in zip(faults, flags, strict=True) if fault]
    p, r, f = f_measure(hit, given, wanted)
    scores = {"marker_p": p, "marker_r": r, "marker_f1": f, "exact_docs": share(exact)}
    scores |= {"parent_acc": share(parents or [False]), "text_acc": share(texts or [False])}
    return scores | ({"flagged": share(flagged)} if flagged else {})


# -- pages
# ----------


def top_clauses(clauses: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(marker, all that is under it) of the numbered clauses of the highest level present."""
    levels = [c["level"] for c in clauses if c["ordinal"] is not None]
    out: list[tuple[str, str]] = []
    for c in clauses:
        if c["ordinal"] is not None and c["level"] == min(levels):
            out.append((squash(c["marker"]), squash(c["text"])))
        elif out:
            out[-1] = (out[-1][0], out[-1][1] + squash(c["marker"]) + squash(c["text"]))
    return out


def judge_article(gold: dict[str, Any], got: dict[str, Any]) -> tuple[dict[str, bool], Counter[str]]:
    """What is right about one article, and its clauses: hit, given, wanted."""
    clauses = got.get("clauses", [])
    want = [(squash(c["marker"]), squash(c["text"] + "".join(c["more"]))) for c in gold["clauses"]]
    have = top_clauses(clauses)
    first = next((i for i, c in enumerate(clauses) if c["ordinal"] is not None), len(clauses))
    tiled = "".join(squash(c["marker"]) + squash(c["text"]) for c in clauses)
    right = {
        "heading": bool(got) and squash(got["heading"]) == squash(gold["heading"]),
        "lead": bool(clauses) and all(c["kind"] in ("label", "heading") for c in clauses[:first]),
        "tile": bool(clauses) and tiled == squash(got.get("text")),
        "same": have == want,
    }
    return right, Counter(hit=len(set(want) & set(have)), given=len(have), wanted=len(want))


def judge_dropped(gold: dict[str, Any], answer: dict[str, Any]) -> list[bool]:
    """For each line to drop: it is among the dropped, and in no article and no guide."""
    articles, guide = answer.get("articles", []), answer.get("guide", [])
    kept = squash(
        "".join(a["text"] for a in articles) + "".join(c["text"] for s in guide for c in s["clauses"])
    )
    away = squash("".join(d["text"] for d in answer.get("dropped", [])))
    headings = {squash(v["heading"]) for v in gold["variants"]}
    out = []
    for line in map(squash, gold["dropped"]):
        inside = len(line) > 4 and line in kept and line not in headings
        out.append(line in away and not inside)
    return out


def judge_fields(gold: dict[str, Any], answer: dict[str, Any]) -> dict[str, bool]:
    """What is right about the fields and the guide of one page."""
    page = answer.get("page", {})
    sections = [
        (squash(s["heading"]), sum(c["ordinal"] is not None for c in s["clauses"]))
        for s in answer.get("guide", [])
    ]
    return {
        "count": len(answer.get("articles", [])) == len(gold["variants"]),
        "title": squash(page.get("title")) == squash(gold["title"]),
        "updated": (page.get("updated") or "")[:10] == gold["date"],
        "breadcrumb": [*map(squash, page.get("breadcrumb", []))] == [*map(squash, gold["breadcrumb"])],
        "declared": page.get("declared_articles") == gold["declared"],
        "guide": sections == [(squash(s["heading"]), s["n"]) for s in gold["guide"]],
    }


def score_pages(root: Path, command: Command) -> Scores:
    """Fields, articles, clauses and dropped lines of whole pages."""
    golds = [json.loads(p.read_text("utf-8")) for p in sorted((root / "gold").glob("*.json"))]
    paths = [next((root / "pages").glob(f"{g['id']}.*")) for g in golds]
    judged: dict[str, list[bool]] = {}
    clauses: Counter[str] = Counter()
    for gold, path, answer in zip(golds, paths, ask(command, paths), strict=True):
        fields, dropped = judge_fields(gold, answer), judge_dropped(gold, answer)
        clean = fields["count"] and all(dropped)
        articles = [*answer.get("articles", []), *({} for _ in gold["variants"])]
        for variant, got in zip(gold["variants"], articles, strict=False):
            right, found = judge_article(variant, got)
            clauses += found
            clean = clean and right["heading"] and right.pop("same")
            for name in ("heading", "lead", "tile"):
                judged.setdefault(name, []).append(right[name])
        for name, value in (fields | {"clean": clean}).items():
            judged.setdefault(name, []).append(value)
        judged.setdefault("dropped", []).extend(dropped)
        if not clean:
            print(
                f"  not clean: {path.name} ({', '.join(k for k, v in fields.items() if not v) or 'articles'})"
            )
    *_, f = f_measure(clauses["hit"], clauses["given"], clauses["wanted"])
    return {name: share(values) for name, values in judged.items()} | {"clause_f1": f}


# -- damage
# ------------------------------------------------------------------------------------------------------


def replay(text: str, edits: list[dict[str, Any]]) -> str:
    """The text after the recorded edits."""
    out, at = [], 0
    for e in edits:
        out += [text[at : e["start"]], e["replacement"]]
        at = e["end"]
    return "".join([*out, text[at:]])


def score_damage(root: Path, command: Command) -> Scores:
    """Texts restored, losses flagged, sound texts untouched, edits replayed."""
    lost = json.loads((root / "lost.json").read_text("utf-8"))
    damaged, sound = sorted((root / "damaged").iterdir()), sorted((root / "negative").iterdir())
    answers = ask(command, [*damaged, *sound])
    exact: list[bool] = []
    flagged: list[bool] = []
    right: list[bool] = []
    before = after = 0
    for path, answer in zip(damaged, answers, strict=False):
        clean, text = (root / "clean" / path.name).read_text("utf-8"), answer.get("text", "")
        before += Indel.distance(path.read_text("utf-8"), clean)
        after += Indel.distance(text, clean)
        places = lost.get(path.name, [])
        if not places:
            exact.append(text == clean)
        spans = [(u["start"], u["end"]) for u in answer.get("unresolved", [])]
        short = [(a, b) for a, b in spans if b - a <= NEAR]
        flagged += [any(a - 3 <= at < b + 3 for a, b in short) for at in places]
        right += [(a, b) in short and any(a - NEAR <= at < b + NEAR for at in places) for a, b in spans]
    kept = [
        a.get("text") == p.read_text("utf-8") for p, a in zip(sound, answers[len(damaged) :], strict=True)
    ]
    played = [
        replay(p.read_text("utf-8"), a.get("edits", [])) == a.get("text")
        for p, a in zip([*damaged, *sound], answers, strict=True)
    ]
    scores = {"exact": share(exact), "restored": 1 - after / max(1, before), "flagged": share(flagged)}
    return scores | {"flag_p": share(right), "untouched": share(kept), "replay": share(played)}


# -- deduplication
# -----------------------------------------------------------------------------------------------


def pairs_within(sizes: Iterable[int]) -> int:
    """How many pairs stand together in groups of these sizes."""
    return sum(n * (n - 1) // 2 for n in sizes)


def dedup_answer(corpus: Path, command: Command) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Assignments (by id) and pairs that the program writes for a corpus; None when it fails."""
    with tempfile.TemporaryDirectory() as out:
        table = str(corpus / "texts.parquet")
        argv = [*command, table, "--text", "text", "--id", "id", "--out", out]
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode:
            print(f"exit {done.returncode}: {last_line(done.stderr)}")
            return None
        given = pd.read_parquet(Path(out) / "assignments.parquet").set_index("id")
        return given, pd.read_parquet(Path(out) / "pairs.parquet")


def score_clusters(truth: pd.DataFrame, cluster: dict[str, str]) -> Scores:
    """Pairs that end in one cluster against pairs of one label."""
    judged = truth[(truth.label >= 0) & truth.index.isin(list(cluster))]
    labels, owners = list(judged.label), [cluster[i] for i in judged.index]
    got, want = pairs_within(Counter(owners).values()), pairs_within(Counter(labels).values())
    hit = pairs_within(Counter(zip(owners, labels, strict=True)).values())
    p, r, f = f_measure(hit, got, want)
    chance = got * want / max(1, pairs_within([len(labels)]))
    ari = (hit - chance) / max(1e-9, (got + want) / 2 - chance)
    return {"precision": p, "recall": r, "f1": f, "ari": ari}


def score_dedup(corpus: Path, command: Command) -> Scores:
    """Clusters, families of siblings, contained fragments; every article assigned."""
    truth = pd.read_parquet(corpus / "truth.parquet").set_index("id")
    answer = dedup_answer(corpus, command)
    if answer is None:
        return {}
    given, pairs = answer
    cluster, family = given.cluster_id.to_dict(), given.family_id.to_dict()
    scores = score_clusters(truth, cluster) | {"all_assigned": share(i in cluster for i in truth.index)}
    siblings, parts = truth.model.dropna(), truth.container.dropna()
    scores["template_r"] = share(family.get(a) == family.get(b) for a, b in siblings.items())
    scores["template_apart"] = share(cluster.get(a) != cluster.get(b) for a, b in siblings.items())
    homes: dict[str, set[str]] = {}
    for left, right, relation in zip(pairs.left_id, pairs.right_id, pairs.relation, strict=True):
        if relation in ("contains", "contained"):
            inner, outer = (left, right) if relation == "contained" else (right, left)
            homes.setdefault(inner, set()).add(cluster[outer])
    scores["contain_r"] = share(cluster.get(b) in homes.get(a, ()) for a, b in parts.items())
    scores["contain_apart"] = share(cluster.get(a) != cluster.get(b) for a, b in parts.items())
    return scores


# -- the whole way


def wanted_articles(corpus: Path) -> dict[str, list[dict[str, str]]]:
    """Path under raw/ -> the articles of the page, those on its continuation pages included."""
    lines = (corpus / "truth.jsonl").read_text("utf-8").splitlines()
    truth = [json.loads(line) for line in lines]
    path_of = {t["url"]: t["path"].removeprefix("raw/") for t in truth}
    out: dict[str, list[dict[str, str]]] = {}
    for t in truth:  # a continuation page follows its first page
        out.setdefault(path_of[t["continues"] or t["url"]], []).extend(t["articles"])
    return out


def score_ingest(corpus: Path, command: Command) -> Scores:
    """Pages of several sites, from files to clusters: accounted for, counted, headed, clustered."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "structured"
        done = subprocess.run(
            [*command, str(corpus / "raw"), "--out", str(out)], capture_output=True, text=True
        )
        if done.returncode:
            print(f"exit {done.returncode}: {last_line(done.stderr)}")
            return {}
        pages, articles = pd.read_parquet(out / "pages"), pd.read_parquet(out / "articles")
    homes = zip(pages.page_id, pages.sources, strict=True)
    page_of = {source: page for page, sources in homes for source in sources}
    given: dict[str, list[Any]] = {}
    for row in articles.sort_values("ordinal").itertuples():
        given.setdefault(row.article_id.partition(":")[0], []).append(row)
    counts: list[bool] = []
    heads: list[bool] = []
    labels: list[tuple[str, str]] = []
    for path, want in wanted_articles(corpus).items():
        got = given.get(page_of.get(path, ""), [])
        counts.append(len(got) == len(want))
        if counts[-1]:
            heads += [squash(g.heading) == squash(w["heading"]) for g, w in zip(got, want, strict=True)]
            labels += [(w["label"], g.cluster_id or g.article_id) for g, w in zip(got, want, strict=True)]
    hit = pairs_within(Counter(labels).values())
    p, r, f = f_measure(hit, *(pairs_within(Counter(x[k] for x in labels).values()) for k in (1, 0)))
    scores = {"accounted": share(path in page_of for path in wanted_articles(corpus)), "count": share(counts)}
    return scores | {"heading": share(heads or [False]), "precision": p, "recall": r, "f1": f}
