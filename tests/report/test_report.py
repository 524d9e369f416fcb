import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.report.report import render, write_report
from pipeline.run import ingest

SAMPLE = Path(__file__).parent.parent.parent / "raw" / "sample"
HOSTILE = "<script>alert(1)</script>制度2篇"


@pytest.fixture(scope="module")
def structured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    raw = folder / "raw"
    raw.mkdir()
    for page in SAMPLE.iterdir():
        (raw / page.name).write_bytes(page.read_bytes())
    body = (
        f"{HOSTILE}\n第1篇 甲<img src=x onerror=alert(2)>\n一、甲。\n二、乙。\n第2篇 乙\n一、丙。\n二、丁。\n"
    )
    (raw / "hostile.txt").write_text(body, "utf-8")
    ingest(raw, folder / "structured")
    return folder / "structured"


def test_the_report_counts_what_the_tables_hold(structured: Path) -> None:
    import pandas as pd

    html = render(structured)
    clauses = len(pd.read_parquet(structured / "clauses"))
    assert f"<b>{clauses:,}</b>clauses" in html
    assert "文书小筑" in html
    for cluster in pd.read_parquet(structured / "clusters")["cluster_id"]:
        assert cluster in html


def test_page_text_cannot_leave_its_place(structured: Path) -> None:
    html = render(structured)
    assert "<script" not in html
    assert "<img" not in html
    assert "default-src 'none'" in html


def test_the_file_needs_nothing_beside_it(structured: Path, tmp_path: Path) -> None:
    html = write_report(structured, tmp_path / "r.html").read_text("utf-8")
    assert "http://" not in html
    assert "https://" not in html
    assert "src=" not in html.replace("onerror", "")
    assert list(tmp_path.iterdir()) == [tmp_path / "r.html"]


def test_no_output_is_missing_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no manifest\.json"):
        render(tmp_path)
    command = [sys.executable, "-m", "pipeline", "report", str(tmp_path)]
    assert subprocess.run(command, capture_output=True).returncode == 5
