import json

import make_pages
from warcio.archiveiterator import ArchiveIterator

SITES = [make_pages.draw_site(1, i) for i in range(5)]


def test_a_page_depends_on_its_number_alone():
    whole = list(make_pages.corpus(1, range(40), SITES, 0))
    parts = [*make_pages.corpus(1, range(13), SITES, 0), *make_pages.corpus(1, range(13, 40), SITES, 0)]
    assert whole == parts


def test_truth_and_files_agree(tmp_path):
    files = make_pages.write_tree(tmp_path, make_pages.corpus(2, range(30), SITES, 20))
    truth = [json.loads(x) for x in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    assert len(truth) == files == sum(1 for p in (tmp_path / "raw").rglob("*") if p.is_file())
    for line in truth:
        body = (tmp_path / line["path"]).read_bytes()
        assert len(body) >= 20 * 1024
        assert line["url"].encode() in body.replace(b"\0", b"")


def test_a_warc_holds_the_same_bodies(tmp_path):
    assert make_pages.write_warc(tmp_path, make_pages.corpus(2, range(10), SITES, 0), 0) >= 10
    bodies = [body for _, body in make_pages.corpus(2, range(10), SITES, 0)]
    with (tmp_path / "raw" / "pages-0000000.warc.gz").open("rb") as file:
        assert [record.content_stream().read() for record in ArchiveIterator(file)] == bodies


def test_copies_stand_on_several_pages():
    labels: dict[str, set[str]] = {}
    continued = 0
    for truth, _ in make_pages.corpus(1, range(200), SITES, 0):
        continued += truth["continues"] is not None
        for a in truth["articles"]:
            labels.setdefault(a["label"], set()).add(truth["path"])
    assert sum(len(paths) > 1 for paths in labels.values()) >= 20
    assert continued >= 1


def test_a_pooled_article_is_the_same_wherever_it_is_drawn():
    assert make_pages.pooled(1, 3, 2) == make_pages.pooled(1, 3, 2)
    assert make_pages.pooled(1, 3, 2) != make_pages.pooled(1, 4, 2)
