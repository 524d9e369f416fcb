"""A site is added as a user adds one: a TOML file and a page to try it on (tests/sites)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SITES = Path(__file__).resolve().parent / "sites"


def parse(*options: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "pipeline", "parse", *options, str(SITES / "wenshu.html")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


def page_by(*options: str) -> dict[str, Any]:
    code, out, _ = parse(*options)
    assert code == 0
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize("where", [SITES / "wenshu.toml", SITES], ids=["file", "folder"])
def test_a_file_of_rules_reads_its_page(where: Path) -> None:
    answer = page_by("--sites", str(where))
    page = answer["page"]
    assert (page["site"], page["title"], page["breadcrumb"]) == (
        "文书小站",
        "门卫管理制度",
        ["文书小站", "制度"],
    )
    assert (page["updated"], page["views"], page["author"]) == ("2024-03-05", 88, "小雨")
    assert [a["text"] for a in answer["articles"]] == [
        "一、门卫人员二十四小时值班，不得擅自离岗。\n二、外来人员登记后方可进入。"
    ]
    assert ("advert", "小站会员日全场五折") in [(d["reason"], d["text"]) for d in answer["dropped"]]


def test_without_its_rules_the_generic_way_answers() -> None:
    answer = page_by()
    assert answer["page"]["title"] == "门卫管理制度"
    assert answer["articles"][0]["text"].startswith("一、门卫人员")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ('name = "甲"\nhots = []', 2, "unknown key 'hots'"),
        ("name = ", 2, "not valid TOML"),
        (None, 5, "cannot read"),
    ],
)
def test_a_broken_file_says_which_and_why(tmp_path: Path, text: str | None, code: int, message: str) -> None:
    file = tmp_path / "broken.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    found, _, told = parse("--sites", str(file))
    assert found == code
    assert "broken.toml" in told.replace("\n", "")
    assert message in told.replace("\n", " ")
