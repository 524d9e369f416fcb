"""The scorers give the truth 1.0 and nothing 0; floors hold, rise and do not fall."""

import json
import subprocess
import sys
from pathlib import Path

import make_corpus
import make_gold
import pytest
import run
import scorers

GOLD = Path(__file__).parent.parent / "gold"
PERFECT = (sys.executable, str(Path(__file__).parent / "perfect.py"))
SILENT = (sys.executable, "-c", "pass")


@pytest.mark.parametrize("kind", ["clauses", "faulty"])
@pytest.mark.parametrize("form", ["lines", "flat", "flat_t"])
def test_clauses(kind, form):
    scores = scorers.score_clauses(GOLD / kind, form, (*PERFECT, "clauses"))
    assert set(scores.values()) == {1.0}
    assert ("flagged" in scores) == (kind == "faulty")
    silent = scorers.score_clauses(GOLD / kind, form, SILENT)
    assert silent["marker_f1"] == silent["exact_docs"] == 0


def test_pages():
    assert set(scorers.score_pages(GOLD / "pages", (*PERFECT, "parse")).values()) == {1.0}
    silent = scorers.score_pages(GOLD / "pages", SILENT)
    assert silent["clean"] == silent["heading"] == silent["tile"] == silent["clause_f1"] == 0


def test_damage():
    assert set(scorers.score_damage(GOLD / "damage", (*PERFECT, "repair")).values()) == {1.0}
    silent = scorers.score_damage(GOLD / "damage", SILENT)
    assert silent["exact"] == silent["untouched"] == silent["replay"] == silent["flagged"] == 0


def test_dedup(tmp_path):
    make_corpus.write_corpus(tmp_path, 400, 3)
    assert set(scorers.score_dedup(tmp_path, (*PERFECT, "dedup")).values()) == {1.0}


def test_the_gold_is_what_its_script_writes(tmp_path):
    script = Path(make_gold.__file__)
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, stdout=subprocess.DEVNULL)
    assert run.digest(tmp_path) == run.digest(GOLD)


def test_floors_rise_and_do_not_fall_unless_asked():
    old = {"f1": 0.9, "ari": 0.5}
    assert run.pinned(old, {"f1": 0.8, "ari": 0.61239}, lower=False) == {"f1": 0.9, "ari": 0.6123}
    assert run.pinned(old, {"f1": 0.8, "ari": 0.6}, lower=True) == {"f1": 0.8, "ari": 0.6}
    assert run.pinned({}, {"f1": 0.8, "ari": 1.0}, slack=0.1, lower=False) == {"f1": 0.7, "ari": 1.0}


def test_what_falls_short_is_named():
    assert run.short_of({"f1": 0.5, "ari": 1.0}, {"f1": 0.6, "ari": 1.0, "precision": 0.9}) == [
        "f1 0.5000 < 0.6",
        "precision 0.0000 < 0.9",
    ]


def test_a_digest_sees_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1", "utf-8")
    first = run.digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    second = run.digest(tmp_path)
    (tmp_path / "b").write_text("2", "utf-8")
    assert len({first, second, run.digest(tmp_path)}) == 3


def test_the_pinned_floors_are_floors():
    known = json.loads(run.FLOORS.read_text("utf-8"))
    for part in ("own", "shared"):
        for name, floors in known[part]["floors"].items():
            assert all(0 <= v <= 1 for v in floors.values()), name


def test_no_gold_is_said(tmp_path):
    done = subprocess.run(
        [sys.executable, run.__file__, "--gold", str(tmp_path / "none")], capture_output=True
    )
    assert done.returncode == run.NO_GOLD
