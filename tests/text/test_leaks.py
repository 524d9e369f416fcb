import random
from collections import Counter

from byte_damage import draw_damage
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.repair import count_leaks, fit_table, repair
from pipeline.text.repair.headed import split_leaks
from pipeline.text.repair.leaks import learn_leaks, strip_leaks
from pipeline.text.repair.readings import normal_pinyin, readings

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(SEEDS)
def test_counts_of_pages_sum_and_subtract(seed: int) -> None:
    pages = [draw_damage(seed + k, {"leak"}, n_lines=6)[1].text for k in range(4)]
    counts = [count_leaks(page) for page in pages]
    total = sum(counts, Counter())
    random.Random(seed).shuffle(counts)
    assert sum(counts, Counter()) == total
    total.subtract(counts[0])
    assert +total == sum(counts[1:], Counter())


def test_small_pages_of_a_site_give_its_table() -> None:
    pages = [
        "客戶服務(wù)職責(zé)，應(yīng)當到崗。",
        "數(shù)據(jù)管理，業(yè)務(wù)主管負責(zé)。",
        "業(yè)務(wù)數(shù)據(jù)應(yīng)當準確。",
        "財務(wù)責(zé)任，規(guī)章。",
        "規(guī)定如下：服務(wù)到位。",
    ]
    assert [repair(page).edits for page in pages] == [()] * 5
    table = fit_table(sum(map(count_leaks, pages), Counter()))
    assert table["務"] == "wù"
    assert repair(pages[0], table=table).text == "客戶服務職責，應當到崗。"


def test_clean_pages_outweigh_a_single_gloss() -> None:
    clean = count_leaks("業務數據應當準確，規定如下：財務責任。") + count_leaks("服務責任")
    assert fit_table(clean + count_leaks("服務(wù)")) == {}


def test_counts_left_at_zero_change_nothing() -> None:
    counts = count_leaks("業(yè)務(wù)")
    counts.subtract(count_leaks("業(yè)務(wù)"))
    assert fit_table(counts) == {}


def strip_one_by_one(text: str, learnt: dict[str, str]) -> str:
    """Strip leaks the slow and obvious way: the twin of strip_leaks."""
    out: list[str] = []
    parts = split_leaks(text).parts
    for i, part in enumerate(parts):
        head = parts[i - 1][-1] if i % 2 else ""
        leaked = i % 2 and head in learnt and normal_pinyin(part) in readings()[head]
        out.append("" if leaked else part)
    return "".join(out)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SEEDS, st.sets(st.sampled_from(["leak", "style", "invisible"]), min_size=1))
def test_stripping_agrees_with_its_slow_twin(seed: int, kinds: set[str]) -> None:
    text = draw_damage(seed, kinds, n_lines=12)[1].text + "附件(doc)銀(yín)"
    headed = split_leaks(text)
    learnt = learn_leaks(headed, {"銀": "yín", "務": "wù"})
    stripped, edits = strip_leaks(headed, learnt)
    assert stripped == strip_one_by_one(text, learnt)
    assert len(text) - len(stripped) == sum(e.end - e.start for e in edits)


def test_pages_converted_since_give_a_table_of_their_site() -> None:
    pages = [
        "客户服务(wù)职责(zé)，应(yīng)当到岗。",
        "数(shù)据管理，业(yè)务(wù)主管负责(zé)。",
        "业(yè)务(wù)数(shù)据应(yīng)当准确。",
        "财务(wù)责(zé)任，规(guī)章。",
        "规(guī)定如下：服务(wù)到位。",
    ]
    assert [repair(page).edits for page in pages] == [()] * 5
    table = fit_table(sum(map(count_leaks, pages), Counter()))
    assert table["务"] == "wù"
    assert repair(pages[0], table=table).text == "客户服务职责，应当到岗。"
