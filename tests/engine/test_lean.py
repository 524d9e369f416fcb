"""Without pandas: what a worker leaves out is not missed, and comes when a DataFrame is asked for."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

LEAN = """
import sys
from pipeline.engine.lean import run_lean
run_lean()
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


UNGUARDED = """
import sys
import pipeline
from pipeline.config import Config, override
print("begun")
two = override(Config(), "ingest", workers=2)
print(pipeline.ingest(sys.argv[1], sys.argv[2], config=two).pages)
"""


@pytest.mark.parametrize("piped", [False, True])
def test_a_script_is_not_run_again_by_the_workers(tmp_path: Path, piped: bool) -> None:
    (tmp_path / "raw").mkdir()
    for n in range(30):  # more than are cut in the process itself
        text = f"值班制度{n}2篇\n值班制度1\n一、准时到岗。\n值班制度2\n一、做好第{n}号记录。"
        (tmp_path / "raw" / f"{n}.txt").write_text(text, "utf-8")
    (tmp_path / "script.py").write_text(UNGUARDED, "utf-8")
    script = "-" if piped else str(tmp_path / "script.py")
    command = [sys.executable, script, str(tmp_path / "raw"), str(tmp_path / "out")]
    here = Path(__file__).parents[2]
    done = subprocess.run(command, input=UNGUARDED, capture_output=True, text=True, cwd=here, timeout=120)
    assert (done.returncode, done.stdout) == (0, "begun\n30\n"), done.stderr[-2000:]


USED_AGAIN = """
import resource, sys
from pipeline.engine.lean import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
for megabytes in range(1, 31):
    b"x" * (megabytes << 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def _faults(how: str) -> int:
    command = [sys.executable, "-c", USED_AGAIN, how]
    return int(subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2]).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="this C library keeps what it likes")
def test_memory_given_back_is_used_again() -> None:
    page = 4096
    assert _faults("keep") < 2 * (30 << 20) // page < (sum(range(1, 31)) << 20) // page < _faults("leave")
