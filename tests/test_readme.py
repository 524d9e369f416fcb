"""Every command and every line of Python in the two READMEs runs on a folder like a fresh clone."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text("utf-8")
    return [body for kind, body in BLOCK.findall(text) if kind == language]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "raw" / "sample", folder / "raw" / "sample")
    subprocess.run([sys.executable, "-m", "pipeline", "ingest", "raw"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("name", READMES)
def test_every_command_runs(clone: Path, name: str) -> None:
    lines = [line for block in blocks(name, "sh") for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("fanwen")]
    assert len(commands) >= 5
    for line in commands:
        words = shlex.split(line, comments=True)[1:]
        words = [str(clone / "duplicates") if w.startswith("/tmp/") else w for w in words]
        done = subprocess.run([sys.executable, "-m", "pipeline", *words], cwd=clone, capture_output=True)
        assert done.returncode == 0, f"{line}: {done.stderr.decode()}"


@pytest.mark.parametrize("name", READMES)
def test_every_word_of_make_exists(name: str) -> None:
    words = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        line.split()[1]
        for block in blocks(name, "sh")
        for line in block.splitlines()
        if line.startswith("make ")
    }
    assert named >= {"ingest", "test"}
    assert named <= words


@pytest.mark.parametrize("name", READMES)
def test_the_python_runs(clone: Path, name: str) -> None:
    code = "\n".join(blocks(name, "python"))
    assert "assert" in code
    done = subprocess.run([sys.executable, "-c", code], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_twins_show_the_same_code() -> None:
    strip = re.compile(r"\s*#.*$", re.MULTILINE)
    english, chinese = (
        [strip.sub("", b) for kind in ("sh", "python") for b in blocks(name, kind)] for name in READMES
    )
    assert english == chinese


def test_every_link_leads_somewhere() -> None:
    for name in READMES:
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text("utf-8")):
            assert (ROOT / target).exists(), f"{name}: {target}"


OPERATIONS = "docs/operations.md"


def test_the_python_of_operations_runs(clone: Path) -> None:
    (code,) = blocks(OPERATIONS, "python")
    told = "def notify(*counts): print(counts)\n"
    for wanted in ("(6, 0)\n", ""):  # nothing is told where nothing has changed
        shutil.rmtree(clone / "structured") if wanted else None
        done = subprocess.run([sys.executable, "-c", told + code], cwd=clone, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, wanted), done.stderr


def test_the_image_of_operations_is_made_of_what_is_there() -> None:
    (text,) = blocks(OPERATIONS, "dockerfile")
    assert "USER fanwen" in text
    for path in re.findall(r"[\w/]+\.(?:py|lock)\b", text):
        assert (ROOT / path).is_file(), path
    assert not re.search(r"(?<!/)python scripts", text)  # needs what the lock has installed
