"""What the report shows, counted from the tables: only the columns that are needed are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.output import damage_told
from pipeline.records import RULE_NAMES
from pipeline.schema import TABLES

TOP_CLUSTERS = 20  # clusters shown in full: what a reader looks through, by size
TOP_ROWS = 15  # rows of a list
MEMBERS_SHOWN = 12  # columns of a cluster's table that still fit a screen


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; `share` of the longest, 0..1."""

    label: str
    value: int
    share: float


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a cluster."""

    article_id: str
    title: str
    site: str
    relation: str
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One clause that a member does not share with its canonical."""

    op: str
    member_id: str
    before: str
    after: str
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster as one looks at it: its members, and where they differ from the canonical."""

    cluster_id: str
    size: int
    min_ratio: float
    members: tuple[Member, ...]
    differences: tuple[Difference, ...]


def read(
    structured: Path, table: str, columns: Sequence[str], only: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read some columns of a table; of the rows those whose first column is among `only`."""
    filters = None if only is None else [(columns[0], "in", list(only))]
    with damage_told(structured / table):
        return pd.read_parquet(structured / table, columns=list(columns), filters=filters)


def table_sizes(manifest: dict[str, object]) -> dict[str, int]:
    """Return the rows of each table, as the manifest counts them."""
    tables = manifest.get("tables")
    if not isinstance(tables, dict):
        return {}
    return {name: int(tables[name]["rows"]) for name in TABLES if name in tables}


def bars(counts: "pd.Series[int]", top: int = TOP_ROWS) -> list[Bar]:
    """Turn counts by label into bars, longest first; ties by label."""
    pairs = [(str(label), int(n)) for label, n in counts.items() if n]
    pairs.sort(key=lambda pair: (-pair[1], pair[0]))
    longest = pairs[0][1] if pairs else 1
    return [Bar(label, n, n / longest) for label, n in pairs[:top]]


def repair_bars(structured: Path) -> list[Bar]:
    """Count edits by rule, and the unresolved places."""
    repairs = read(structured, "pages", ["repairs"])["repairs"]
    names = (*RULE_NAMES, "unresolved")
    return bars(pd.Series({name: sum(int(r[name]) for r in repairs) for name in names}))


def site_rows(structured: Path) -> list[tuple[str, int, int, int]]:
    """Return (site, pages, articles, of these duplicates) of the largest sites."""
    pages = read(structured, "pages", ["page_id", "site"])
    articles = read(structured, "articles", ["page_id", "canonical"])
    pages["site"] = pages["site"].fillna("—")
    joined = articles.merge(pages, on="page_id")
    n_pages = pages.groupby("site").size()
    n_articles = joined.groupby("site").size()
    n_duplicates = joined[~joined["canonical"]].groupby("site").size()
    rows = [
        (str(site), int(n), int(n_articles.get(site, 0)), int(n_duplicates.get(site, 0)))
        for site, n in n_pages.items()
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:TOP_ROWS]


def popular_clauses(structured: Path) -> list[tuple[str, int, int]]:
    """Return (text, articles, sites) of the clauses that stand in most articles."""
    groups = read(structured, "clause_groups", ["text", "n_articles", "n_sites"])
    groups = groups[groups["n_articles"] > 1]
    groups = groups.sort_values(["n_articles", "text"], ascending=[False, True]).head(TOP_ROWS)
    return [(str(g.text), int(g.n_articles), int(g.n_sites)) for g in groups.itertuples()]


def clusters(structured: Path) -> list[Cluster]:
    """Return the largest clusters with their members and differences."""
    top = read(structured, "clusters", ["cluster_id", "size", "min_ratio"])
    top = top.sort_values(["size", "cluster_id"], ascending=[False, True]).head(TOP_CLUSTERS)
    articles = read(
        structured,
        "articles",
        ["article_id", "page_id", "title", "cluster_id", "canonical", "relation", "ratio"],
    )
    articles = articles[articles["cluster_id"].isin(top["cluster_id"])]
    sites = read(structured, "pages", ["page_id", "site"]).set_index("page_id")["site"]
    shown = []
    texts = _differing_texts(structured, articles)
    for cluster in top.itertuples():
        mine = articles[articles["cluster_id"] == cluster.cluster_id]
        mine = mine.sort_values(["canonical", "ratio", "article_id"], ascending=[False, False, True])
        members = tuple(_member(row, sites) for row in mine.head(MEMBERS_SHOWN).itertuples())
        ids = {m.article_id for m in members}
        differences = tuple(d for d in texts if d.member_id in ids)
        shown.append(
            Cluster(cluster.cluster_id, int(cluster.size), float(cluster.min_ratio), members, differences)
        )
    return shown


def _member(row: object, sites: "pd.Series[str]") -> Member:
    ratio = row.ratio  # type: ignore[attr-defined]
    return Member(
        article_id=row.article_id,  # type: ignore[attr-defined]
        title=row.title,  # type: ignore[attr-defined]
        site=str(sites.get(row.page_id) or "—"),  # type: ignore[attr-defined]
        relation="canonical" if row.canonical else str(row.relation),  # type: ignore[attr-defined]
        ratio=None if pd.isna(ratio) else float(ratio),
    )


def _differing_texts(structured: Path, articles: pd.DataFrame) -> list[Difference]:
    alignments = read(structured, "alignments", list(TABLES["alignments"].names))
    kept = alignments[alignments["member_id"].isin(articles["article_id"])]
    wanted = pd.concat([kept["canonical_clause_id"], kept["member_clause_id"]]).dropna().unique()
    if not len(wanted):
        return []
    clauses = read(structured, "clauses", ["clause_id", "text"], list(wanted))
    text = dict(zip(clauses["clause_id"], clauses["text"], strict=True))
    return [
        Difference(
            op=row.op,
            member_id=str(row.member_id),
            before=text.get(row.canonical_clause_id, ""),
            after=text.get(row.member_clause_id, ""),
            ratio=None if pd.isna(row.ratio) else float(row.ratio),
        )
        for row in kept.itertuples()
    ]
