"""Repair against a model of the damage that works on bytes; see byte_damage.py."""

import pytest
from byte_damage import NEAR, draw_damage, wrong_edits
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Repaired
from pipeline.text.offsets import replay
from pipeline.text.repair import repair

SEEDS = st.integers(0, 2**32 - 1)
# a lost lead byte may be restored, flagged or overlooked, a blank in a title may stay: exactness is not asked
EXACT_KINDS = ("leak", "style", "stray_mark", "invisible", "a1_insert")
ALL_KINDS = (*EXACT_KINDS, "blank", "lead_loss")


def check(seed: int, kinds: frozenset[str]) -> tuple[str, Repaired]:
    """Damage, repair, and check what must always hold."""
    clean, damaged = draw_damage(seed, kinds)
    result = repair(damaged.text)
    assert replay(damaged.text, result.edits) == result.text
    assert repair(result.text).edits == ()
    assert wrong_edits(damaged.text, result, clean) == []
    if not damaged.lost and kinds <= set(EXACT_KINDS):
        assert result.text == clean or result.unresolved
    return clean, result


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SEEDS, st.frozensets(st.sampled_from(EXACT_KINDS), min_size=1))
def test_damage_is_undone(seed: int, kinds: frozenset[str]) -> None:
    check(seed, kinds)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SEEDS, st.frozensets(st.sampled_from(ALL_KINDS), min_size=2))
def test_several_kinds_on_one_page_give_no_wrong_edit(seed: int, kinds: frozenset[str]) -> None:
    check(seed, kinds)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(SEEDS, st.frozensets(st.sampled_from(ALL_KINDS), min_size=1))
def test_ten_thousand_damaged_texts(seed: int, kinds: frozenset[str]) -> None:
    check(seed, kinds)


def test_lost_characters_are_flagged() -> None:
    places = flagged = 0
    for seed in range(40):
        _, damaged = draw_damage(seed, {"leak"})
        spans = [(u.start, u.end) for u in repair(damaged.text).unresolved]
        places += len(damaged.lost)
        flagged += sum(any(a - NEAR <= at < b + NEAR for a, b in spans) for at in damaged.lost)
    assert flagged >= 0.97 * places


@given(SEEDS, st.sampled_from(ALL_KINDS))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_a_rule_that_is_off_edits_nothing(seed: int, kind: str) -> None:
    from dataclasses import fields

    from pipeline.config import RepairConfig

    _, damaged = draw_damage(seed, {kind, "leak"}, n_lines=15)
    for rule in (field.name for field in fields(RepairConfig)):
        edits = repair(damaged.text, RepairConfig(**{rule: False})).edits
        assert rule not in {e.rule for e in edits}
