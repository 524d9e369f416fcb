"""The house rules that a machine can check, over the syntax trees of the package."""

import ast
from pathlib import Path

import pytest

import pipeline

ROOT = Path(pipeline.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
CORE = ("text", "page", "clauses", "dedup")
OUTSIDE_CORE = ("pipeline.store", "pipeline.scrape", "pipeline.engine", "pipeline.cli", "pipeline.run")
HOMES = {  # third-party package -> where it may be imported
    "bs4": ("page/",),
    "selectolax": ("page/",),
    "opencc": ("text/convert.py",),
    "numba": ("compiled.py", "clauses/"),
    "scrapy": ("scrape/",),
    "twisted": ("scrape/",),
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{a.name}" for a in node.names}
    return found


@pytest.fixture(params=FILES, ids=place)
def module(request: pytest.FixtureRequest) -> tuple[str, str, ast.Module]:
    source = request.param.read_text("utf-8")
    return place(request.param), source, ast.parse(source)


def test_imports_keep_to_their_rooms(module: tuple[str, str, ast.Module]) -> None:
    name, _, tree = module
    used = imports(tree)
    assert not {m for m in used if m.startswith("pipeline")} or name != "records.py"
    if name not in ("__main__.py",):
        assert not {m for m in used if m.startswith("pipeline.cli")} or name.startswith("cli/")
    if name.split("/")[0] in CORE:
        assert not {m for m in used if m.startswith(OUTSIDE_CORE)}
        assert not {m for m in used if m.split(".")[0] in ("socket", "logging", "urllib.request", "requests")}
    for package, homes in HOMES.items():
        if any(m.split(".")[0] == package for m in used):
            assert name.startswith(homes), f"{package} imported in {name}"


def test_the_core_opens_no_file(module: tuple[str, str, ast.Module]) -> None:
    name, _, tree = module
    if name.split("/")[0] not in CORE:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert not (isinstance(node.func, ast.Name) and node.func.id == "open"), f"{name}:{node.lineno}"


def test_files_and_functions_are_small(module: tuple[str, str, ast.Module]) -> None:
    name, source, tree = module
    assert name.rsplit("/", 1)[-1].removesuffix(".py") not in FORBIDDEN_NAMES
    assert source.count("\n") <= MAX_FILE_LINES, f"{name} is too long"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            doc = ast.get_docstring(node)
            body = lines - (doc.count("\n") + 1 if doc else 0)
            assert body <= MAX_FUNCTION_LINES, f"{name}:{node.lineno} {node.name} has {body} lines"


def test_public_functions_say_what_they_do(module: tuple[str, str, ast.Module]) -> None:
    name, _, tree = module
    assert ast.get_docstring(tree), f"{name} has no docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}:{node.lineno} {node.name} has no docstring"
