"""The state's files of sources, records and pages: whole, or none."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from pipeline.store import state
from pipeline.store.state import PAGES, FileState, RecordState, files_of, records_of

FILE = FileState("raw", "甲.html", 3, 4, 0)
RECORD = RecordState("raw", "甲.html", "甲.html", None, None, "0" * 32, None, "", "")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    files, records = files_of([FILE, FILE._replace(name="乙")]), records_of([RECORD])
    page = {"page_id": "0" * 32, "bare": ["甲"], "known": "{}", "segment": "", "n_articles": 1}
    pages = pa.Table.from_pylist([page], schema=PAGES)
    state.write_files(tmp_path, pa.concat_tables([files, files_of([])]))
    state.write_records(tmp_path, records)
    state.write_pages(tmp_path, pages)
    assert state.read_files(tmp_path) == files
    assert state.read_records(tmp_path) == records
    assert state.read_pages(tmp_path) == pages
    state.write_files(tmp_path, files_of([]))
    assert state.read_files(tmp_path) == files_of([])
    state.drop_derived(tmp_path)
    assert (state.read_pages(tmp_path), state.read_records(tmp_path)) == (None, records)


def test_another_version_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "STATE_VERSION", "0")
    state.write_files(tmp_path, files_of([FILE]))
    monkeypatch.undo()
    assert state.read_files(tmp_path) is None
    assert state.read_records(tmp_path) is None


@given(st.data())
@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_none_or_a_table(tmp_path: Path, data: st.DataObject) -> None:
    state.write_records(tmp_path, records_of([RECORD, RECORD._replace(url="x", captured_at=7)]))
    path = tmp_path / state.RECORDS_NAME
    whole = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=3)):
        whole[at] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    found = state.read_records(tmp_path)
    assert found is None or len(found.to_pylist()) == found.num_rows
