"""Repaired to canonical text: OpenCC conversion that is exact, cheap and keeps offsets; a text's script.

The only module that knows OpenCC. Measurements: docs/accuracy.md, section Conversion.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import ne
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.records import HantOrigin, Script

if TYPE_CHECKING:
    import numpy as np
    import opencc
    from numpy.typing import NDArray

CONFIGS = (
    *("hk2s", "hk2sp", "hk2t", "jp2t", "s2hk", "s2hkp", "s2t", "s2tw", "s2twp"),
    *("t2hk", "t2jp", "t2s", "t2tw", "tw2s", "tw2sp", "tw2t"),
)  # of OpenCC 1.4, without those that need the jieba plugin
LENGTH_KEEPING = frozenset(c for c in CONFIGS if not c.endswith("p"))
# checked over every dictionary entry in tests/text/test_convert.py; those with p (phrases) change words

# Characters whose counterpart few fonts can show are converted too: a key must not depend on fonts, and
# OpenCC's own cases expect it (556 of 556 pass, without it 553). OpenCC's command line does the opposite
# unless told, so the option is always given.
TOFU_RISK = True

_CHECKED = "1.4.2"  # of another version every text goes to OpenCC until the tests of the tables have seen it
_SURROGATES = re.compile("([\ud800-\udfff]+)")  # cannot be encoded in UTF-8; "a\ud800b" matches, "a" does not
_BATCH_CHARS = 1 << 18  # joined text of one call: past 100,000 characters a larger batch is not faster


@cache
def _converter(config: str) -> "opencc.OpenCC":
    """Build one OpenCC converter, 0.4 ms (t2s) to 60 ms (s2twp); one a process, it does not pickle."""
    import opencc

    return opencc.OpenCC(config, include_tofu_risk_dictionaries=TOFU_RISK)


def convert(text: str, config: str = "t2s") -> str:
    """Convert `text` from one Chinese script or region to another.

    `config` is an OpenCC configuration (`CONFIGS`). For those in `LENGTH_KEEPING` the result has exactly as
    many code points as `text`. Lone surrogates and NUL come through unchanged. Raises UsageError for an
    unknown config. Linear: 5 to 25 million characters a second; with numpy loaded t2s 200 to 500, s2t 25.

    >>> convert("適當的促銷"), convert("规范", "s2tw")
    ('适当的促销', '規範')
    """
    if config not in CONFIGS:
        raise UsageError(f"unknown OpenCC config {config!r}; known: {', '.join(CONFIGS)}")
    if text.isascii():
        return text
    if config in ("t2s", "s2t") and "numpy" in sys.modules and has_tables():
        return _convert_by_table(text, config)
    return _convert_all(text, config)


@cache
def has_tables() -> bool:
    """Tell whether this is the OpenCC whose dictionaries the tables were checked against."""
    import opencc

    return str(opencc.__version__) == _CHECKED


def _convert_by_table(text: str, config: str) -> str:
    if config == "t2s":
        from pipeline.text.simplify import simplify

        return simplify(text, _t2s)
    from pipeline.text.traditional import traditionalize

    return traditionalize(text, _s2t)


def chars_that_t2s_keeps() -> "NDArray[np.int64]":
    """Return the code points below U+10000 that t2s changes in no text; none where that is in doubt."""
    import numpy as np

    from pipeline.text.simplify import tables

    return np.flatnonzero(tables(_t2s).classes == 0) if has_tables() else np.zeros(0, dtype=np.int64)


def _t2s(text: str) -> str:
    return _convert_all(text, "t2s")


def _s2t(text: str) -> str:
    return _convert_all(text, "s2t")


def _convert_all(text: str, config: str) -> str:
    """Convert every character of a text by OpenCC."""
    try:
        converted = _converter(config).convert(text)
    except UnicodeEncodeError:  # rare, so found by trying: a search beforehand would cost every text
        parts = _SURROGATES.split(text)
        return "".join(part if i % 2 else _convert_all(part, config) for i, part in enumerate(parts))
    if config in LENGTH_KEEPING and len(converted) != len(text):
        return "".join(_convert_keeping_length(line, config) for line in text.splitlines(keepends=True))
    return str(converted)


def _convert_keeping_length(line: str, config: str) -> str:
    """Convert one line whose conversion may change its length: character by character where it does."""
    convert_one = _converter(config).convert
    whole = str(convert_one(line))
    if len(whole) == len(line):
        return whole
    singles = (str(convert_one(char)) for char in line)
    return "".join(new if len(new) == 1 else old for new, old in zip(singles, line, strict=True))


def convert_lines(lines: Sequence[str], config: str = "t2s") -> list[str]:
    """Convert each of `lines` (clauses, titles; usually without line breaks): each once, in few calls.

    Returns as many strings, in order, each equal to `convert(line, config)`: no dictionary entry reaches
    over a line break. 1.5 to 1.9 times as fast as a call a clause, and more where clauses repeat.

    >>> convert_lines(["會議", "服務", "會議"])
    ['会议', '服务', '会议']
    """
    done: dict[str, str] = dict.fromkeys(lines, "")
    for batch in _batches(list(done)):
        converted = convert("\n".join(batch), config).split("\n")
        if len(converted) != len(batch):  # some line holds a line break of its own
            converted = [convert(line, config) for line in batch]
        done.update(zip(batch, converted, strict=True))
    return [done[line] for line in lines]


def _batches(lines: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if size >= _BATCH_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class ScriptEvidence:
    """What script a text was served in, and the counts behind the verdict.

    `hant_chars` change under t2s, `hans_chars` are in no Traditional text. `proper` and `careless` count
    words such as 規範 and 規范 that a careful writer and a character-by-character converter spell apart; they
    are counted where they decide.
    """

    script: Script
    hant_origin: HantOrigin
    hant_chars: int
    hans_chars: int
    proper: int
    careless: int
    leaks: int


# Careless words: up to .2 in texts that OpenCC converted with phrases, by character .36 and more.
_CARELESS_SHARE = 0.25
_MIXED_SHARE = 0.1  # of the telling characters; below it the minority is quotations and names


@cache
def _simplified_only() -> frozenset[str]:
    """Return the characters that stand in Simplified text only (务, not 后: the empress is 后 in both)."""
    rows = (files("pipeline") / "data" / "readings.tsv").read_text("utf-8").splitlines()[1:]
    plain = {row.split("\t")[1] for row in rows}
    changed = {row[0] for row in rows}
    return frozenset("".join(s for s in plain if not s.endswith("=") and s not in changed))


def _words(*spelled: str) -> re.Pattern[str]:
    """Return a pattern for words of two characters, spelled with classes: `後[來果]|規範`.

    Grouped by their first character, so that the search goes from one of these to the next: as a choice that
    begins with classes it would try each at every character, 300 ns.
    """
    seconds: dict[str, str] = {}
    for word in "|".join(spelled).split("|"):
        first, second = re.fullmatch(r"(\[.+\]|.)(\[.+\]|.)", word).groups()  # type: ignore[union-attr]
        for char in first.strip("[]"):
            seconds[char] = seconds.get(char, "") + second.strip("[]")
    return re.compile("|".join(f"{first}[{second}]" for first, second in seconds.items()))


# The same word as a careful Traditional writer spells it, and as a converter without a dictionary leaves it.
_PROPER = _words(
    "規範|範圍|模範|示範|防範|典範|範文|範本|[以之然最今事隨先前售]後|後[來果續期]|這裡|那裡|裡面|這裏|那裏|裏面"
    "|關係|聯繫|徵求|徵收|特徵|象徵|製[作造定]|複[雜查習製印核]|重複|遊戲|旅遊|導遊|其餘|業餘|頭髮|日曆|麵[包粉]"
    "|幹部|骨幹|能幹|才幹|乾淨|標準|準備|準時|註[冊銷明]|標誌|雜誌|輕鬆|放鬆|採[取用購]|並[且不]|穀物|傑出"
)
_CARELESS = _words(
    "規范|范圍|模范|示范|防范|典范|范文|范本|[以之然最今事隨先前售]后|后[來果續期]|這里|那里|里面"
    "|關系|聯系|征求|征收|特征|象征|制[作造]|復[雜習製制印]|重復|游戲|旅游|導游|其余|業余|頭發|日歷|面[包粉]"
    "|干部|骨干|能干|才干|干凈|標准|准備|准時|注[冊銷明]|標志|雜志|輕松|放松|采[取用購]|并[且不]|谷物|杰出|[批核]準|準[予許]|[合兼吞]並"
)


def detect_script(repaired: str, simplified: str, leaks: int = 0) -> ScriptEvidence:
    """Tell in which script a text was served, and whether its Traditional is the writer's own.

    `repaired` and `simplified` (its t2s) have the same number of code points; `leaks` counts the pinyin
    leaks repaired on the page. `hans` and `hant` where less than a tenth of the telling characters is of the
    other script, else `mixed`; a text without any is `hans`. `hant_origin` is `served` for `hant` unless a
    converter shows: by a leak, or by careless words (規范, 以后), more than a quarter of the telling ones.
    Linear, about 25 ns a character, 50 more without numpy.

    >>> detect_script("規範與範圍", "规范与范围").hant_origin
    'served'
    >>> detect_script("規范與范圍", "规范与范围").hant_origin
    'generated'
    >>> detect_script("规范", "规范").script
    'hans'
    """
    hant, hans = _count_telling(repaired, simplified)
    if hant <= _MIXED_SHARE * (hant + hans):
        return ScriptEvidence("hans", "generated", hant, hans, 0, 0, leaks)
    script: Script = "hant" if hans < _MIXED_SHARE * (hant + hans) else "mixed"
    if script == "mixed" or leaks:  # which decides: a converter shows
        return ScriptEvidence(script, "generated", hant, hans, 0, 0, leaks)
    proper, careless = len(_PROPER.findall(repaired)), len(_CARELESS.findall(repaired))
    served = careless <= _CARELESS_SHARE * (proper + careless)
    return ScriptEvidence(script, "served" if served else "generated", hant, hans, proper, careless, leaks)


def _count_telling(repaired: str, simplified: str) -> tuple[int, int]:
    """Return how many characters are Traditional, changed by t2s, and how many Simplified only."""
    if "numpy" in sys.modules:
        from pipeline.text.simplify import count_telling

        return count_telling(repaired, simplified, _simplified_only())
    return sum(map(ne, repaired, simplified)), sum(map(_simplified_only().__contains__, repaired))
