import random

import damage
import dress
import prose
import pytest
from hypothesis import given
from hypothesis import strategies as st


def table(characters: str) -> damage.LeakTable:
    return damage.LeakTable(tuple((x, damage.READINGS[x]) for x in characters))


def test_every_leaking_character_changes_under_t2s():
    for x in damage.READINGS:
        assert dress.converter("t2s").convert(x) != x


def test_the_bytes_between_two_characters_leak():
    line = "作出適當的調配"
    shown, marks = damage.leak_bytes(line, table("數當"))
    assert shown == "作出適當(dāng)?shù)恼{配"
    assert marks == 1
    assert damage.shifts_undone(shown, table("數當")) == line


def test_order_of_the_replacement_decides():
    assert damage.leak_bytes("適當的調配", table("當數"))[0] == "適當(dāng)的調配"


@pytest.mark.parametrize("line", ["處理應當是適當的,並留有記錄。", "安排適當的3天集中培訓。"])
def test_a_loss_is_avoided_by_leak(line):
    shown, _ = damage.leak_bytes(line, table("數當"))
    assert damage.shifts_undone(shown, table("數當")) != line
    assert damage.leak(line, table("數當")) == damage.leak_aligned(line, table("數當"))


@given(st.integers(0, 10**6))
def test_leaks_can_always_be_undone(seed):
    r = random.Random(seed)
    line = prose.clause(r).translate(dress.careless_table())
    chosen = damage.draw_table(r)
    damaged = damage.leak(line, chosen)
    assert line in (damage.leak_stripped(damaged, chosen), damage.shifts_undone(damaged, chosen))


def test_a_stray_a1_falls_into_step():
    shown = damage.insert_a1("①夜間值守期間未簽字的；")
    assert shown is not None
    assert shown.startswith("、")
    assert shown.encode("gbk")[1:].decode("gbk") == "①夜間值守期間未簽字的；"


def test_a_lost_lead_byte_ends_on_a_letter():
    assert damage.lose_lead("。或許是這樣", 1) == ("。蛟S是這樣", True)


def test_marks_and_invisible_characters_can_be_taken_out_again():
    r = random.Random(3)
    line = "公司的財務部的印章"
    assert damage.stray_marks(line, r).replace("'", "") == line
    assert len(damage.invisible(line, r)) == len(line) + 1
