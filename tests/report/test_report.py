import re
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.report.report import render, write_report
from pipeline.run import ingest

SAMPLE = Path(__file__).parent.parent.parent / "raw" / "sample"
HOSTILE = "<script>alert(1)</script>制度2篇"
HOSTILE_NAME = "库房<img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def structured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    raw = folder / "raw"
    raw.mkdir()
    for page in SAMPLE.iterdir():
        (raw / page.name).write_bytes(page.read_bytes())
    clauses = (
        "一、值班人员应当按时巡查库房并登记。\n二、发现隐患应当立即上报负责人处理。\n三、钥匙交接要签字。\n"
    )
    for name, more in (("a", ""), ("b", "四、<b>每月</b>底汇总一次巡查记录。\n")):
        body = f"{HOSTILE}\n第1篇 {HOSTILE_NAME}\n{clauses}{more}第2篇 {name}\n一、丙。\n二、丁。\n"
        page = "".join(f"<p>{escape(line)}</p>" for line in body.splitlines())
        (raw / f"hostile-{name}.html").write_text(f"<html><body>{page}</body></html>", "utf-8")
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
    assert "库房&lt;img src=x onerror=alert(2)&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "default-src 'none'" in html


def test_the_file_needs_nothing_beside_it(structured: Path, tmp_path: Path) -> None:
    html = write_report(structured, tmp_path / "r.html").read_text("utf-8")
    assert "http://" not in html
    assert "https://" not in html
    assert not re.search(r"<[^>]*(src|href)=", html)
    assert list(tmp_path.iterdir()) == [tmp_path / "r.html"]


def test_no_output_is_missing_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no manifest\.json"):
        render(tmp_path)
    command = [sys.executable, "-m", "pipeline", "report", str(tmp_path)]
    assert subprocess.run(command, capture_output=True).returncode == 5
