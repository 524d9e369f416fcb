"""Without pandas: what a worker leaves out is not missed, and comes when a DataFrame is asked for."""

import subprocess
import sys
from pathlib import Path

LEAN = """
import sys
from pipeline.engine.lean import leave_pandas_out
leave_pandas_out()
from pipeline.run import ingest
if __name__ == "__main__":
    summary = ingest(sys.argv[1], sys.argv[2])
    assert (summary.pages, "pandas" in sys.modules) == (2, False)
    import pipeline
    assert len(pipeline.open(sys.argv[2]).articles) == summary.articles
    assert "pandas" in sys.modules
"""


def test_an_ingest_imports_no_pandas_and_a_frame_does(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for n in range(2):
        text = f"值班制度{n}2篇\n值班制度1\n一、准时到岗。\n值班制度2\n一、做好第{n}号记录。"
        (tmp_path / "raw" / f"{n}.txt").write_text(text, "utf-8")
    command = [sys.executable, "-c", LEAN, str(tmp_path / "raw"), str(tmp_path / "out")]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
