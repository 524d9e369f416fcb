"""The memory of a crawl, alone and under SIGKILL."""

import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import ContractError
from pipeline.scrape.frontier import Address, Copy, Frontier, moved
from scrape.crawling import log, run, site_table, start
from scrape.site_server import Server, Site


def address(name: str, kind: str = "article", host: str = "a.com") -> Address:
    return Address(key=f"{host}/{name}", url=f"http://{host}/{name}", site="甲", host=host, kind=kind)


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    opened = Frontier(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def test_what_is_queued_comes_back_in_order_of_kind_then_of_finding(frontier: Frontier) -> None:
    kinds = ("list", "article", "continuation", "article", "sitemap")
    for number, kind in enumerate(kinds):
        assert frontier.add(address(str(number), kind), 1)
    assert [a.url[-1] for a in frontier.queued("甲")] == ["4", "2", "1", "3", "0"]
    first = frontier.following("甲", "a.com")
    assert first is not None
    frontier.settle(first, "done")
    assert [a.url[-1] for a in frontier.queued("甲")] == ["2", "1", "3", "0"]


def test_a_key_enters_once_a_round(frontier: Frontier) -> None:
    assert frontier.add(address("1"), 1)
    assert not frontier.add(address("1"), 1)
    frontier.settle(address("1"), "done")
    assert not frontier.add(address("1"), 1)
    assert frontier.add(address("1"), 2)
    assert frontier.counts("甲", 2) == {("article", "queued", ""): 1}


def test_a_round_stays_open_until_it_is_finished(frontier: Frontier) -> None:
    assert (frontier.open_round("甲"), frontier.open_round("甲")) == (1, 1)
    frontier.add(address("1"), 1)
    frontier.finish_round("甲")
    assert frontier.queued("甲") == ()
    assert frontier.open_round("甲") == 2
    assert frontier.open_round("乙") == 1


def test_a_transaction_is_kept_whole_or_not_at_all(frontier: Frontier) -> None:
    def break_off() -> None:
        with frontier.transaction():
            frontier.add(address("1"), 1)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert frontier.queued("甲") == ()


def test_copies_hosts_robots_and_lengths_are_remembered(frontier: Frontier, tmp_path: Path) -> None:
    copy = Copy("http://a.com/1", '"e"', "", "ab" * 32, "sha1:X", "2024-05-20T00:00:00Z", "f.warc.gz", 7)
    frontier.keep_copy(copy)
    frontier.keep_host("a.com", 12.5, 3)
    frontier.keep_robots("http://a.com", "甲", 1, (200, b"x"))
    frontier.mark_written({"f.warc.gz": 10})
    frontier.close()
    again = Frontier(tmp_path / "state.sqlite")
    assert again.copy_of("http://a.com/1") == copy
    assert again.copy_of("http://a.com/2") is None
    assert again.host("a.com") == (12.5, 3)
    assert again.robots_of("http://a.com", "甲", 1) == (200, b"x")
    assert again.robots_of("http://a.com", "甲", 2) is None
    assert again.written() == {"f.warc.gz": 10}
    again.close()


def test_a_redirect_keeps_where_an_address_was_found(frontier: Frontier) -> None:
    there = moved(
        moved(address("1"), "http://a.com/2", "a.com/2", "a.com"), "http://a.com/3", "a.com/3", "a.com"
    )
    assert (there.found, there.via, there.hops) == ("http://a.com/1", "http://a.com/2", 2)


def test_state_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ContractError, match="version 99"):
        Frontier(path)


def warc_targets(into: Path) -> Counter[str]:
    """The responses in the archive, by address; every file must be readable to its end."""
    found: Counter[str] = Counter()
    for path in sorted(into.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                if record.rec_type == "response":
                    found[record.rec_headers.get_header("WARC-Target-URI")] += 1
    return found


def killed_again_and_again(into: Path, server: Server, kills: int, chance: random.Random) -> int:
    """Kill the crawl at random moments until it has been killed `kills` times; return how many did hit it."""
    hits = 0
    for _ in range(kills):
        before = len(server.seen)
        process = start(into, rules={"站": site_table(server.url)})
        wanted = before + chance.randint(1, 40)
        deadline = time.monotonic() + 60
        while process.poll() is None and len(server.seen) < wanted and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.02)
        hits += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        warc_targets(into)  # readable as it is
    return hits


def check_killed_crawl(tmp_path: Path, articles: int, kills: int) -> None:
    with Server(Site(articles)) as server:
        hits = killed_again_and_again(tmp_path, server, kills, random.Random(8))
        last = run(tmp_path, rules={"站": site_table(server.url)})
        assert last.code == 0, last.stderr
        times = Counter(server.paths())
        wanted = server.site.article_paths() | server.site.list_paths()
    assert hits >= kills - 1
    assert wanted <= set(times)  # no page is lost
    assert sum(times[path] - 1 for path in wanted) <= hits  # only what was in flight is asked twice
    stored = warc_targets(tmp_path)
    assert {stored[f"{server.url}{path}"] for path in wanted} == {1}  # and kept once
    lines = Counter(line["final_url"] for line in log(tmp_path) if line["outcome"] == "stored")
    assert {lines[f"{server.url}{path}"] for path in wanted} == {1}


def test_a_killed_crawl_goes_on_where_it_was(tmp_path: Path) -> None:
    check_killed_crawl(tmp_path, articles=60, kills=2)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_twelve_kills_lose_no_page_and_ask_none_twice(tmp_path: Path) -> None:
    check_killed_crawl(tmp_path, articles=520, kills=12)


def test_an_interrupt_ends_in_order_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with Server(Site(60)) as server:
        process = start(tmp_path, rules={"站": site_table(server.url)})
        while len(server.seen) < 10 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 130, stderr
        done = len(server.seen)
        run(tmp_path, rules={"站": site_table(server.url)})
        times = Counter(server.paths())
        wanted = server.site.article_paths() | server.site.list_paths()
    assert done < len(wanted)
    assert {path: times[path] for path in wanted} == dict.fromkeys(wanted, 1)
