"""What a crawl leaves is what ingest reads: the same rows as from the served files."""

from pathlib import Path

import pytest

import pipeline as fw
from pipeline.config import Config, override
from scrape.crawling import run, site_table
from scrape.site_server import Server, Site

# Set aside: where a page comes from; the ids of clusters follow from when it was captured (contract §4).
ORIGIN = {"sources", "source", "url", "url_key", "captured_at", "site"}
ALONE = override(Config(), "ingest", workers=1)
BY_CAPTURE = {"cluster_id", "canonical", "relation", "ratio", "family_id"}


def rows(out: Path, table: str) -> list[str]:
    frame = getattr(fw.open(str(out)), table)
    if table == "pages":  # that a page without articles is a further one is read from its address alone
        held = zip(frame["flags"], frame["n_articles"], strict=True)
        frame["flags"] = [list(flags) if articles else [] for flags, articles in held]
    kept = [name for name in frame.columns if name not in ORIGIN | BY_CAPTURE]
    return sorted(map(repr, frame[kept].astype(str).itertuples(index=False, name=None)))


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("articles", [24, pytest.param(520, marks=pytest.mark.long)])
def test_a_crawl_gives_the_rows_of_the_served_files(tmp_path: Path, articles: int) -> None:
    raw, files = tmp_path / "raw", tmp_path / "files"
    files.mkdir()
    site = Site(articles)
    with Server(site) as server:
        run(raw, rules={"站": site_table(server.url)})
        for path in site.article_paths() | site.list_paths():
            file = files / f".{path}{'index.html' if path.endswith('/') else ''}"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(site.answer(path, 0, server.url).body)
        first = fw.ingest(str(raw), str(tmp_path / "a"), config=ALONE)
        fw.ingest(str(files), str(tmp_path / "b"), config=ALONE)
        assert first.pages == len(site.article_paths() | site.list_paths())
        assert first.rejects == 0
        for table in ("pages", "articles", "clauses", "lines", "edits", "rejects"):
            assert rows(tmp_path / "a", table) == rows(tmp_path / "b", table), table

        run(raw, rules={"站": site_table(server.url)})
        assert not fw.ingest(str(raw), str(tmp_path / "a"), config=ALONE).changed  # revisits are no pages
