"""Small things of the store: JSON Lines, the lock, atomic files, digests, generations."""

import errno
import hashlib
import json
import multiprocessing
import os
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ContractError, TemporaryError
from pipeline.store import appending, checksum, copying, digest, generations, past_cache
from pipeline.store.appending import AT_ONCE, Appended
from pipeline.store.checksum import Checksum
from pipeline.store.copying import copy_beginning
from pipeline.store.digest import add_digests, compiled_lanes, plain_lanes, rows_digest
from pipeline.store.files import full_disk_is_temporary, write_atomically
from pipeline.store.jsonl import Joined
from pipeline.store.lock import locked
from pipeline.store.manifest import file_entry

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(
    st.fixed_dictionaries({"s": st.none() | TEXT, "n": st.none() | st.integers(-9, 9), "b": st.booleans()}),
    max_size=12,
)
SCHEMA = pa.schema([("s", pa.string()), ("n", pa.int32()), ("b", pa.bool_())])


def test_json_lines_are_joined_byte_for_byte(tmp_path: Path) -> None:
    old, new = Joined(tmp_path / "old"), Joined(tmp_path / "new")
    spans = [old.add([b"1\n", b"2\n"], 2), old.add([], 0), old.add([memoryview("三\n".encode())], 1)]
    assert spans == [[0, 4, 2], [4, 0, 0], [4, 4, 1]]
    assert old.close()["rows"] == 3
    assert new.copy(tmp_path / "old", (4, 4, 1)) == [0, 4, 1]
    assert new.copy(tmp_path / "old", (0, 4, 2)) == [4, 4, 2]
    entry = new.close()
    assert (tmp_path / "new").read_text("utf-8") == "三\n1\n2\n"
    assert entry == file_entry(tmp_path / "new", 3)


@given(
    pieces=st.lists(st.binary(max_size=200), min_size=1, max_size=6),
    kept=st.lists(st.integers(0, 5), max_size=6, unique=True),
    more=st.binary(max_size=200),
)
def test_checksums_are_gone_on_from(pieces: list[bytes], kept: list[int], more: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old"
        old, new = Joined(path), Joined(Path(folder) / "new")
        spans = [(old.add([piece], 1), old.state()) for piece in pieces]
        old.close()
        for n in (n for n in kept if n < len(pieces)):  # some from the beginning on, in order, or not
            (first, size, rows), state = spans[n]
            new.copy(path, (first, size, rows), state)
            assert new.state() == "" or Checksum(new.state()).hexdigest() == new._sum.hexdigest()
        if more:
            new.add([more], 1)
        entry = new.close()
        assert (Path(folder) / "new").read_bytes() == b"".join(
            pieces[n] for n in kept if n < len(pieces)
        ) + more
        assert entry == file_entry(Path(folder) / "new", entry["rows"])


@given(data=st.lists(st.binary(max_size=300), max_size=5))
def test_a_checksum_is_sha256(data: list[bytes]) -> None:
    whole, checksum = hashlib.sha256(), Checksum()
    for piece in data:
        whole.update(piece)
        checksum.update(memoryview(piece))
        checksum = Checksum(state) if (state := checksum.state()) else checksum
    assert checksum.hexdigest() == whole.hexdigest() == checksum.hexdigest()


def test_without_openssl_all_is_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Joined(tmp_path / "old")
    span, state = old.add([b"1\n"], 1), old.state()
    old.close()
    monkeypatch.setattr(checksum, "openssl", lambda: None)
    new = Joined(tmp_path / "new")
    assert new.copy(tmp_path / "old", (span[0], span[1], span[2]), state) == span
    assert new.add([b"2\n"], 1) == [2, 2, 1]
    assert new.state() == ""
    assert new.close() == file_entry(tmp_path / "new", 2)


@pytest.mark.parametrize("state", ["", Checksum().state()])
def test_a_span_that_is_not_there_is_seen(tmp_path: Path, state: str) -> None:
    (tmp_path / "old").write_bytes(b"1\n")
    file = Joined(tmp_path / "new")

    def copy() -> None:
        try:
            file.copy(tmp_path / "old", (0, 9, 2), state)
        finally:
            file.close()

    with pytest.raises(EOFError):
        copy()


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, (1 << 23) + 5, (1 << 24)])
@pytest.mark.parametrize("way", ["yes", "no", "not with these blocks"])
def test_the_beginning_of_a_file_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, way: str
) -> None:
    data = np.random.default_rng(size).bytes((1 << 24) + 7)
    (tmp_path / "old").write_bytes(data)
    (tmp_path / "new").write_bytes(b"")
    if way == "no":
        monkeypatch.setattr(past_cache, "PAST_CACHE", 0)
    if way == "not with these blocks":
        monkeypatch.setattr(copying, "BLOCK", 1)  # what the system refuses then
    copy_beginning(tmp_path / "old", tmp_path / "new", size)
    assert (tmp_path / "new").read_bytes() == data[:size]
    assert (tmp_path / "old").read_bytes() == data


@pytest.mark.parametrize("sizes", [[0], [1], [4096, 4097], [AT_ONCE + 5, AT_ONCE], [AT_ONCE - 1, 2, 9]])
@pytest.mark.parametrize("way", ["yes", "no", "not with its rest"])
@pytest.mark.parametrize("begun", [0, 1, 4096, 4100])
def test_a_file_grows_past_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int], way: str, begun: int
) -> None:
    if way == "no":
        monkeypatch.setattr(past_cache, "PAST_CACHE", 0)
    if way == "not with its rest":
        monkeypatch.setattr(appending, "BLOCK", 1)  # what the system refuses then
    data = np.random.default_rng(0).bytes(begun + sum(sizes))
    file = Appended(tmp_path / "new")
    (tmp_path / "new").write_bytes(data[:begun])
    file.go_on(begun)
    start = begun
    for size in sizes:
        file.write(memoryview(data)[start : start + size])
        start += size
    file.close()
    assert (tmp_path / "new").read_bytes() == data


@settings(deadline=None)  # where the kernels are imported, the first call loads or compiles them
@given(rows=ROWS, cut=st.integers(0, 12), seed=st.integers(0, 99))
def test_digests_know_no_order_and_add_up(rows: list[dict[str, object]], cut: int, seed: int) -> None:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    digest = rows_digest(table)
    order = np.random.default_rng(seed).permutation(len(rows))
    assert rows_digest(table.take(pa.array(order, pa.int64()))) == digest
    assert add_digests([rows_digest(table.slice(0, cut)), rows_digest(table.slice(cut))]) == digest
    encoded = table.set_column(0, "s", table.column("s").dictionary_encode())
    assert rows_digest(encoded) == digest


@given(rows=ROWS.filter(bool), value=TEXT)
def test_digests_change_with_any_value(rows: list[dict[str, object]], value: str) -> None:
    changed = [{**rows[0], "s": value}, *rows[1:]]
    same = changed == rows
    digests = [rows_digest(pa.Table.from_pylist(r, schema=SCHEMA)) for r in (rows, changed)]
    assert (digests[0] == digests[1]) == same


WIDE = pa.schema(
    [
        ("s", pa.string()),
        ("d", pa.dictionary(pa.int32(), pa.string())),
        ("l", pa.list_(pa.string())),
        ("t", pa.large_string()),
        ("n", pa.int64()),
        ("f", pa.float64()),
        ("day", pa.date32()),
        ("b", pa.bool_()),
    ]
)
LONG = st.builds(str.__mul__, TEXT, st.integers(0, 40))  # up to some blocks of the hash
WIDE_ROW = st.fixed_dictionaries(
    {
        "s": st.none() | TEXT,
        "d": st.none() | st.sampled_from(["甲", "乙", ""]),
        "l": st.none() | st.lists(TEXT, max_size=2),
        "t": st.none() | LONG,
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "f": st.none() | st.floats(allow_nan=False) | st.just(-0.0),
        "day": st.none() | st.dates(),
        "b": st.none() | st.booleans(),
    }
)


@settings(deadline=None)  # of a fresh machine: the first call compiles
@given(rows=st.lists(WIDE_ROW, max_size=6), again=st.integers(1, 3), start=st.integers(0, 3))
def test_compiled_digests_are_the_plain_ones(rows: list[dict[str, object]], again: int, start: int) -> None:
    """Rows come again, behind each other and not; a part of each column is taken."""
    listed = [row for row in rows for _ in range(again)] + rows
    (batch,) = pa.Table.from_pylist([*listed, *listed[:1]], schema=WIDE).combine_chunks().to_batches() or [
        pa.RecordBatch.from_pylist([], schema=WIDE)
    ]
    part = batch.slice(start)
    for names in (WIDE.names, ["s"], ["n", "f"], ["t", "b"]):
        lanes = [digest.digest_of(part.select(names), way) for way in (plain_lanes, compiled_lanes)]
        assert lanes[0] == lanes[1]


@pytest.mark.parametrize("length", [0, 1, 120, 127, 128, 129, 255, 256, 257, 1000, 99_999, 100_000])
def test_a_compiled_digest_is_blake2b(length: int) -> None:
    text = "文" * (length // 3) + "a" * (length % 3)
    (lanes,) = compiled_lanes([pa.array([text])], [], 1)
    assert lanes.tobytes() == hashlib.blake2b(text.encode(), digest_size=16).digest()


@settings(deadline=None)  # of a fresh machine: the first call compiles
@given(lengths=st.lists(st.integers(0, 700), min_size=1, max_size=40), columns=st.integers(1, 3))
def test_rows_of_any_lengths_are_hashed_side_by_side(lengths: list[int], columns: int) -> None:
    texts = [pa.array([chr(97 + c) * (n // (c + 1)) for n in lengths]) for c in range(columns)]
    found = [lanes(texts, [], len(lengths)).tolist() for lanes in (plain_lanes, compiled_lanes)]
    assert found[0] == found[1]


SLOT = pa.struct([("right", pa.string()), ("n", pa.int32()), ("left", pa.string())])
NESTED = [
    (pa.list_(pa.string()), st.lists(st.none() | TEXT, max_size=3)),
    (
        SLOT,
        st.fixed_dictionaries({"right": st.none() | TEXT, "n": st.none() | st.integers(-9, 9), "left": TEXT}),
    ),
    (pa.list_(SLOT), st.lists(st.none() | st.just({"right": '"', "n": 1, "left": "\x1f文"}), max_size=2)),
    (pa.list_(pa.list_(pa.bool_())), st.lists(st.none() | st.lists(st.booleans(), max_size=2), max_size=2)),
]


@given(data=st.data(), nested=st.sampled_from(NESTED), start=st.integers(0, 2))
def test_lists_and_structures_count_as_their_json(
    data: st.DataObject, nested: tuple[pa.DataType, st.SearchStrategy[object]], start: int
) -> None:
    kind, values = nested
    column = pa.array(data.draw(st.lists(st.none() | values, max_size=5)), kind)[start:]
    written = [json.dumps(value, ensure_ascii=True, sort_keys=True) for value in column.to_pylist()]
    as_strings = pa.table({"a": pa.array(written, pa.string())})
    assert rows_digest(pa.table({"a": column})) == rows_digest(as_strings)


def test_digests_stay_what_they_were() -> None:
    columns = {"s": ["甲", None, "a"], "n": [1, None, -2], "b": [True, None, False], "f": [-0.0, 1.5, None]}
    nested = {"l": [["x", None], [], None], "r": [{"i": -3}, None, {"i": None}]}
    assert rows_digest(pa.table(columns | nested)) == "c7f3182654c8925c2dcd340a45d12411"


@pytest.mark.parametrize(
    "kind", [pa.int16(), pa.uint8(), pa.uint32(), pa.date32(), pa.timestamp("us"), pa.bool_()]
)
def test_numbers_of_all_kinds_count_alike(kind: pa.DataType) -> None:
    whole = [1, None, 0, 1] if pa.types.is_boolean(kind) else [1, None, 200, 0, 7]
    numbers = pa.array(whole, pa.int64())
    wide = pa.int32() if pa.types.is_date32(kind) else pa.int64()
    as_kind = numbers.cast(wide).cast(kind)[1:]
    assert rows_digest(pa.table({"n": as_kind})) == rows_digest(pa.table({"n": numbers[1:]}))


def test_values_that_change_places_change_the_digest() -> None:
    left = pa.table({"a": ["x", "y"], "b": ["y", "x"], "n": [1, 2], "m": [2, 1]})
    for swapped in (["b", "a", "n", "m"], ["a", "b", "m", "n"]):
        assert rows_digest(left.select(swapped)) != rows_digest(left)
    assert rows_digest(pa.table({"a": ["xy"], "b": [""]})) != rows_digest(pa.table({"a": ["x"], "b": ["y"]}))


def _hold(folder: str, pipe: object) -> None:
    with locked(Path(folder)):
        pipe.send("held")  # type: ignore[attr-defined]
        pipe.recv()  # type: ignore[attr-defined]


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    here, there = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_hold, args=(str(tmp_path), there))
    child.start()
    assert here.recv() == "held"
    with pytest.raises(TemporaryError, match=f"process {child.pid}"), locked(tmp_path):
        pass
    child.kill()
    child.join()
    with locked(tmp_path):
        assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"
    here.close()
    there.close()
    child.close()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a").write_bytes(b"whole")
    with pytest.raises(TemporaryError, match="no space left"), full_disk_is_temporary(tmp_path):
        write_atomically(tmp_path / "a", fails)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), full_disk_is_temporary(tmp_path):
        raise PermissionError(errno.EACCES, "denied")


def make_generation(out: Path, number: int) -> None:
    folder, _ = generations.begin(out, number)
    (folder / "pages").mkdir()
    (folder / "pages" / "part").write_text(str(number))
    (folder / "manifest.json").write_text(str(number))
    generations.commit(out, number)


def test_a_commit_swaps_everything_and_keeps_one_generation_for_readers(tmp_path: Path) -> None:
    assert generations.recover(tmp_path) == 0
    for number in (1, 2, 3):
        make_generation(tmp_path, number)
        assert (
            (tmp_path / "pages" / "part").read_text()
            == (tmp_path / "manifest.json").read_text()
            == str(number)
        )
    assert sorted(p.name for p in (tmp_path / ".generations").iterdir()) == ["000002", "000003"]
    assert not (tmp_path / "clauses").is_symlink()


def test_what_a_dead_run_left_is_removed(tmp_path: Path) -> None:
    make_generation(tmp_path, 1)
    generations.begin(tmp_path, 2)
    (tmp_path / ".pages.99.tmp").symlink_to("x")
    assert generations.recover(tmp_path) == 1
    assert sorted(p.name for p in (tmp_path / ".generations").iterdir()) == ["000001"]
    assert sorted(p.name for p in (tmp_path / ".state").iterdir()) == ["000001"]
    assert not (tmp_path / ".pages.99.tmp").is_symlink()


def test_what_is_not_ours_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    with pytest.raises(ContractError, match="not a link of this program"):
        make_generation(tmp_path, 1)
