"""What pages are to one another, and what sites are known for."""

import math
import re
from collections import Counter, defaultdict

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_link import slow_articles_left, slow_key, slow_link, slow_provenance
from small_corpora import digests, page, settings, told, write_pages

from pipeline.run import ingest, model
from pipeline.run.features import CORE_CHARS, EdgeLines
from pipeline.run.link import INDEX_NAME, LATER_NAME, PLAIN_NAME, _name_keys, link
from pipeline.run.model import KEPT_OF_PAGES, MIN_SHARE, fit_sites, knowledge_for, power_of_two_below
from pipeline.run.origin import provenance
from pipeline.run.pages import articles_left, find, with_cuts
from pipeline.store.state import KEPT, PAGES, RecordState, records_of
from pipeline.urls import first_page_of

Said = tuple[str, str | None, str | None, str, EdgeLines]


def state(page_id: str, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "page_id": page_id, "feature_key": "k", "key": "k", "reason": None, "detail": "", "excerpt": "",
        "site": "站", "url": None, "n_articles": 2, "left": "", "bare": [], "known": None, "segment": "",
        "finish_key": "", "lost": None,
    }  # fmt: skip
    return values | changes


def pages_of(states: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(sorted(states, key=lambda each: str(each["page_id"])), schema=PAGES)


def linked(states: list[dict[str, object]], records: list[RecordState]) -> dict[str, dict[str, object]]:
    pages = pages_of(states)
    links = link(pages, provenance(records_of(records)))
    return dict(zip(pages["page_id"].to_pylist(), links.to_pylist(), strict=True))


def said(page_id: str, *lines: str, site: str | None = "站") -> Said:
    kept, dropped = ([line[1:] for line in lines if line[0] == mark] for mark in "+-")
    return page_id, site, None, "", EdgeLines(kept, dropped, [], [])


def record(page_id: str, source: str, url: str | None = None, when: int | None = None) -> RecordState:
    return RecordState("raw", source, source, url, when, page_id, None, "", "")


def test_the_latest_capture_of_an_address_carries_the_articles() -> None:
    records = [
        record("a", "w@1", "http://x.example/1.html", 10),
        record("b", "w@2", "https://www.x.example/1.html", 20),
        record("c", "w@3", "http://x.example/2.html", 5),
    ]
    links = linked([state(i) for i in "abc"], records)
    assert {i: k["latest"] for i, k in links.items()} == {"a": False, "b": True, "c": True}


def test_a_body_seen_again_later_is_the_latest_again() -> None:
    url = "http://x.example/1.html"
    records = [record("a", "w@1", url, 10), record("b", "w@2", url, 20), record("a", "w@3", url, 30)]
    a, _ = provenance(records_of(records)).to_pylist()
    assert (a["first"], a["last"], a["sources"]) == (10, 30, ["w@1", "w@3"])
    links = linked([state(i) for i in "ab"], records)
    assert {i: k["latest"] for i, k in links.items()} == {"a": True, "b": False}


def test_pages_without_a_time_are_never_superseded() -> None:
    url = "http://x.example/1.html"
    records = [record("a", "1", url), record("b", "2", url)]
    assert all(k["latest"] for k in linked([state("a"), state("b")], records).values())


@pytest.mark.parametrize("order", ["abcd", "dcba", "bdac"])
def test_continuations_join_the_list_of_the_first_page_in_order(order: str) -> None:
    names = {"a": "z/7.html", "b": "z/7_2.html", "c": "z/7_10.html", "d": "z/8_2.html"}
    links = linked([state(i) for i in order], [record(i, names[i]) for i in order])
    assert {i: (k["first"], k["offset"]) for i, k in links.items()} == {
        "a": ("a", 0), "b": ("a", 2), "c": ("a", 4), "d": ("d", 0),
    }  # fmt: skip


NAMES = st.text("a0/._-~%;?#:I 例", min_size=1, max_size=9) | st.sampled_from(
    [
        "b/index.html",
        "Default.php",
        "a.b/c",
        "z/7_2.html",
        "index_2.html",
        "7_2.html;jsessionid=1",
        "7_2.HTML\n",
    ]
)


@given(st.lists(NAMES, max_size=4))
def test_the_key_of_a_name_is_that_of_its_address(names: list[str]) -> None:
    column = pa.array(names, pa.string())
    assert _name_keys(column).to_pylist() == list(map(slow_key, names))
    later = pc.match_substring_regex(column, LATER_NAME).to_pylist()
    assert all(seen or first_page_of(slow_key(n)) is None for seen, n in zip(later, names, strict=True))


def test_most_names_are_their_keys() -> None:
    plain = [name for name in ("000/00012.html", "a.b/c_d-e", "index/a.html") if re.search(PLAIN_NAME, name)]
    assert len(plain) == 3
    assert not any(re.search(PLAIN_NAME, name) for name in ("a/../b", "a b", "a//b", ""))
    assert all(re.search(INDEX_NAME, name) for name in ("a/index.html", "INDEX.htm"))


def test_a_page_of_another_site_is_no_continuation() -> None:
    records = [record("a", "7.html"), record("b", "7_2.html")]
    assert linked([state("a"), state("b", site="别站")], records)["b"]["first"] == "b"


SEEN = st.builds(
    record,
    st.sampled_from("abcd") | st.none(),
    st.sampled_from(["7.html", "7_2.html", "7_2.html.gz", "7_10.html", "7_10_2.html", "例_3.htm", "例.htm"]),
    st.none()
    | st.sampled_from(["", "http://x.example/7.html", "www.x.example/7.html", "x.example/l?page=2"]),
    st.none() | st.integers(1, 3),
)


@given(seen=st.lists(SEEN, max_size=8), data=st.data())
def test_places_are_those_of_the_slow_twin(seen: list[RecordState], data: st.DataObject) -> None:
    origin = provenance(records_of(seen))
    assert origin.to_pylist() == slow_provenance(seen)
    states = [
        state(
            each["page_id"],
            site=data.draw(st.sampled_from([None, "站", "站", "站"])),
            reason=data.draw(st.sampled_from([None, None, None, "empty"])),
            n_articles=data.draw(st.integers(0, 3)),
        )
        for each in origin.to_pylist()
    ]
    links = link(pages_of(states), origin)
    assert list(map(tuple, map(dict.values, links.to_pylist()))) == slow_link(states, origin.to_pylist())


def test_a_line_must_stand_on_enough_bodies_of_its_site() -> None:
    line = "本站文章均来自网友投稿"
    pages = [said(f"{n:02d}", f"+{line}", f"+第{n}行独有的内容") for n in range(20)]
    assert fit_sites(told(*pages[:19])) == {}
    found = fit_sites(told(*pages))
    assert found == {"站": {"leaks": {}, "boilerplate": [line]}}
    assert set(knowledge_for(found, told(*pages)(KEPT_OF_PAGES))) == {page_id for page_id, *_ in pages}
    others = told(said("x", f"-{line}"), said("y", f"+{line}", site=None))
    assert knowledge_for(found, others(KEPT_OF_PAGES)) == {}


def slow_lines(pages: list[Said]) -> dict[str, list[str]]:
    """The lines of sites, counted one by one."""
    counts: Counter[tuple[str | None, str]] = Counter()
    stands: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    bodies = Counter(site for _, site, *_ in pages)
    for page_id, site, _, _, lines in pages:
        counts.update((site, line) for line in (*lines.kept, *lines.dropped))
        edges = [(entry[:CORE_CHARS], entry[CORE_CHARS:]) for entry in lines.edges]
        for line in (*lines.kept, *lines.dropped):
            stands[site, line] |= {core for core, at in edges if at == line} or {page_id}
    found = defaultdict(list)
    for (site, line), n in sorted(counts.items(), key=str):
        least = max(model.MIN_BODIES, math.ceil(MIN_SHARE * power_of_two_below(bodies[site])))
        if site is not None and n >= least and len(stands[site, line]) >= max(model.MIN_BODIES, n / 2):
            found[site].append(line)
    return found


CORES = st.sampled_from(["a" * CORE_CHARS, "b" * CORE_CHARS, "c" * CORE_CHARS])
LINES = st.dictionaries(st.sampled_from("甲乙丙"), st.tuples(st.booleans(), st.lists(CORES, max_size=2)))


@given(pages=st.lists(st.tuples(st.none() | st.sampled_from("站网"), LINES), max_size=12))
def test_lines_are_those_of_the_slow_twin(
    pages: list[tuple[str | None, dict[str, tuple[bool, list[str]]]]],
) -> None:
    listed = []
    for n, (site, lines) in enumerate(pages):
        kept, dropped = (
            [line for line, (keeps, _) in lines.items() if keeps == how] for how in (True, False)
        )
        edges = [core + line for line, (_, cores) in lines.items() for core in cores]
        listed.append((f"p{n}", site, None, "", EdgeLines(kept, dropped, [], edges)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "MIN_BODIES", 2)
        found = fit_sites(told(*listed))
        assert {site: known["boilerplate"] for site, known in found.items()} == slow_lines(listed)


def test_an_article_of_nothing_but_boilerplate_is_not_counted() -> None:
    known = '{"boilerplate": ["甲", "乙"], "leaks": {}}'
    states = [
        state("a", n_articles=1, bare=["甲", "乙"], known=known),
        state("b", n_articles=1, bare=["甲", "丙"], known=known),
        state("c", n_articles=1, known=known),
        state("d", n_articles=1, bare=["甲"]),
    ]
    assert articles_left(pages_of(states)).tolist() == [0, 1, 1, 1] == list(map(slow_articles_left, states))


CUT = st.tuples(st.sampled_from("abc"), st.sampled_from(["k", "l"]), st.sampled_from(["k", "l"]))


@given(at_hand=st.sets(st.sampled_from("abc")), cuts=st.lists(st.lists(CUT, max_size=3), max_size=3))
def test_the_last_cut_of_a_page_counts_but_for_one_under_its_keys(
    at_hand: set[str], cuts: list[list[tuple[str, str, str]]]
) -> None:
    known = {i: state(i, segment="s", known="{}") for i in at_hand}
    tables = []
    for number, batch in enumerate(cuts):
        states = [state(i, feature_key=f, key=k, n_articles=number) for i, f, k in batch]
        tables.append(pa.Table.from_pylist(states, schema=KEPT))
        for each in states:
            old = known.get(each["page_id"])
            if old is None or (old["feature_key"], old["key"]) != (each["feature_key"], each["key"]):
                known[each["page_id"]] = each
    found = with_cuts(pages_of([state(i, segment="s", known="{}") for i in at_hand]), tables)
    assert found.to_pylist() == [known[i] for i in sorted(known)]


def test_pages_are_found_by_their_ids() -> None:
    ids = [f"{n:032x}" for n in (1, 5, 7, 9)]
    rows, there = find(pa.array([f"{n:032x}" for n in (9, 1, 6, 0, 10)]), pa.chunked_array([ids]))
    assert rows[there].tolist() == [3, 0]
    assert there.tolist() == [True, True, False, False, False]
    assert find(pa.array(ids), pa.chunked_array([[]], pa.string()))[1].tolist() == [False] * 4


def test_boilerplate_of_a_site_leaves_the_articles(tmp_path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_pages(raw, range(24))
    line = "温馨提示本组范文由站长精心挑选"
    for path in raw.rglob("*.html"):
        if path.read_bytes().startswith(b"<html><head><title>\xe5"):  # those in UTF-8
            text = path.read_text("utf-8")
            cut = text.index("<p>示例范文网版权所有")
            path.write_text(f"{text[:cut]}<p>{line}</p>{text[cut:]}", "utf-8")
    for n in range(30, 40):
        path = raw / f"{n}.html"
        text = page(n).decode()
        cut = text.index("<p>示例范文网版权所有")
        path.write_text(f"{text[:cut]}<p>{line}</p>{text[cut:]}", "utf-8")
    ingest(raw, out, config=settings())
    clauses = pd.read_parquet(out / "clauses")
    assert not clauses.text.str.contains(line).any()
    few = tmp_path / "few"
    ingest(raw / "30.html", few, config=settings())
    ingest(raw, few, config=settings())
    shown = {k: v for k, v in digests(few).items() if k not in ("pages",)}
    assert shown == {k: v for k, v in digests(out).items() if k not in ("pages",)}
