import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clauses.structure import structure
from pipeline.config import ClausesConfig
from pipeline.records import CLAUSE_FLAGS, CLAUSE_KINDS

from .documents import NESTS, damage, grow, write
from .oracles import cases, check_tree, rows
from .test_decide import texts

GOOD = [c for name in ("in_the_wild", "synthetic", "negative") for c in cases("structure", name)]


@pytest.mark.parametrize("case", GOOD, ids=lambda c: c["label"])
def test_cases(case: dict) -> None:
    found = structure(case["input"])
    assert rows(found) == case["expected"]
    check_tree(case["input"], found)


@pytest.mark.parametrize("case", cases("structure", "known_failures"), ids=lambda c: c["label"])
@pytest.mark.xfail(strict=True, reason="known failure")
def test_known_failures(case: dict) -> None:
    assert rows(structure(case["input"])) == case["expected"]


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_gives_a_tree_that_tiles_it(text: str) -> None:
    found = structure(text)
    check_tree(text, found)
    assert all(c.kind in CLAUSE_KINDS and set(c.flags) <= set(CLAUSE_FLAGS) for c in found)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_characters_at_all(text: str) -> None:
    check_tree(text, structure(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "一",
        "、",
        "第",
        "（",
        "1",
        "\x00\x01",
        "\ud800",
        "第" * 9,
        "（" * 9,
        "“" * 50,
        "《" * 50,
    ],
)
def test_bad_input(text: str) -> None:
    check_tree(text, structure(text))


def test_no_marker_is_one_paragraph() -> None:
    (only,) = structure("与上司保持密切沟通，发现问题及时解决。")
    assert (only.kind, only.marker, only.parent, only.level) == ("paragraph", None, None, 1)


def test_many_lines() -> None:
    text = "值班\n" * 20_000
    assert len(structure(text)) == 20_000


def test_markers_only() -> None:
    text = "一、（一）1.(1)①" * 3_000
    check_tree(text, structure(text))


@pytest.mark.parametrize("nest", NESTS, ids=lambda n: "".join(n))
def test_both_forms_give_the_true_tree(nest: tuple[str, ...]) -> None:
    for seed in range(40):
        tree = grow(random.Random(seed), nest)
        for joint in ("", "\n", "\n\n"):
            text, truth = write(tree, joint)
            found = structure(text)
            start = {c.clause_id: c.raw_start for c in found}
            got = [(c.raw_start, c.ordinal, start.get(c.parent or "")) for c in found]
            assert got == [(s, n, parent) for s, n, parent, _ in truth], (seed, joint, text)
            assert not any(set(c.flags) - {"tail"} for c in found)


@pytest.mark.parametrize("joint", ["", "\n"], ids=["one line", "lines"])
@pytest.mark.parametrize("fault", ["gap", "doubled", "misnumbered"])
def test_faults_are_survived_and_flagged(fault: str, joint: str) -> None:
    exact = flagged = total = 0
    for seed in range(120):
        rng = random.Random(f"{fault}/{seed}")
        tree = grow(rng, rng.choice(NESTS))
        wrong = damage(rng, tree, fault)
        if wrong is None:
            continue
        text, truth = write(tree, joint)
        found = structure(text)
        by_start = {c.raw_start: c for c in found}
        total += 1
        exact += [(c.raw_start, c.ordinal) for c in found if c.ordinal] == [(s, n) for s, n, _, _ in truth]
        at = next(s for s, _, _, node in truth if node == id(wrong))
        flagged += at in by_start and bool(set(by_start[at].flags) - {"tail"})
    assert exact >= 0.9 * total
    assert flagged >= 0.85 * total


def test_size_does_not_change_the_answer() -> None:
    text, _ = write(grow(random.Random(3), NESTS[1]), "\n")
    assert structure(text, ClausesConfig(compile_above=0)) == structure(
        text, ClausesConfig(compile_above=10**9)
    )
