"""Readings of Traditional characters, and pinyin as pages write it."""

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

# Letters of pinyin as they stand in GBK, decomposed or typed: ɑ ɡ are GBK's own (A8BB, A8C0), v and u: stand
# for ü.
PINYIN = "a-zA-ZāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹĀÁǍÀĒÉĚÈĪÍǏÌŌÓǑÒŪÚǓÙǕǗǙǛÜɑɡ\u0300-\u0304\u0308\u030c:"
CLOSING = ")）]〕］】}>〉"  # brackets that end a leak
HANZI = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
_REMEMBERED = 4096  # leaked groups, 1 MB: all pages of a site leak the same few hundred
_TYPED = str.maketrans({"ɑ": "a", "ɡ": "g", "v": "ü", "ê": "e"})


class _Row(NamedTuple):
    """A Traditional character: its Simplified form, whether Traditional texts hold that too, readings."""

    plain: str
    in_both: bool
    readings: tuple[str, ...]
    is_variant: bool  # rare beside another character for the same: 鎭 for 鎮


@cache
def _rows() -> dict[str, _Row]:
    """Return Traditional character -> its row of the table."""
    rows = (files("pipeline") / "data" / "readings.tsv").read_text("utf-8").splitlines()[1:]
    table = {}
    for row in rows:
        char, plain, readings = row.split("\t")
        table[char[0]] = _Row(plain[0], plain.endswith("="), tuple(readings.split(",")), char.endswith("~"))
    return table


@cache
def simplified_forms() -> dict[str, str]:
    """Return Traditional character -> Simplified form, for the characters that t2s changes and GBK holds.

    >>> simplified_forms()["務"]
    '务'
    """
    return {char: row.plain for char, row in _rows().items()}


@cache
def simplified_only() -> frozenset[str]:
    """Return the Simplified forms that stand in no Traditional text.

    >>> "务" in simplified_only(), "后" in simplified_only()
    (True, False)
    """
    rows = _rows()
    return frozenset(row.plain for row in rows.values() if not row.in_both and row.plain not in rows)


@cache
def rare_variants() -> frozenset[str]:
    """Return the Traditional characters that are usually written otherwise.

    >>> "鎭" in rare_variants(), "鎮" in rare_variants()
    (True, False)
    """
    return frozenset(char for char, row in _rows().items() if row.is_variant)


@cache
def readings() -> dict[str, frozenset[str]]:
    """Return Traditional character -> its readings, with tone marks and without.

    >>> sorted(readings()["會"])
    ['hui', 'huì', 'kuai', 'kuo', 'kuài', 'kuò']
    """
    return {c: frozenset((*row.readings, *map(toneless, row.readings))) for c, row in _rows().items()}


@cache
def simplified_readings() -> dict[str, frozenset[str]]:
    """Return Simplified character -> the readings of all Traditional ones that it stands for.

    >>> "fā" in simplified_readings()["发"], "fà" in simplified_readings()["发"]
    (True, True)
    """
    found: dict[str, frozenset[str]] = {}
    for char, row in _rows().items():
        if not row.is_variant:
            found[row.plain] = found.get(row.plain, frozenset()) | readings()[char]
    return found


@cache
def leak_readings() -> dict[str, frozenset[str]]:
    """Return the readings of all characters that may leak, of either script."""
    return simplified_readings() | readings()


@cache
def usual_readings() -> dict[str, frozenset[str]]:
    """Return character -> its usual reading with tone and without; of a Simplified one those of all it is."""
    found: dict[str, frozenset[str]] = {}
    own = {c: frozenset((row.readings[0], toneless(row.readings[0]))) for c, row in _rows().items()}
    for char, row in _rows().items():
        if not row.is_variant:
            found[row.plain] = found.get(row.plain, frozenset()) | own[char]
    return found | own


@cache
def syllables() -> frozenset[str]:
    """Return all syllables without tone marks that are a reading of some Traditional character."""
    return frozenset(toneless(r) for row in _rows().values() for r in row.readings)


@lru_cache(maxsize=_REMEMBERED)
def toneless(pinyin: str) -> str:
    """Drop tone marks, keep ü.

    >>> toneless("lǜ"), toneless("dāng")
    ('lü', 'dang')
    """
    marks = unicodedata.normalize("NFD", pinyin)
    return unicodedata.normalize(
        "NFC", "".join(c for c in marks if c == "\u0308" or not unicodedata.combining(c))
    )


@lru_cache(maxsize=_REMEMBERED)
def normal_pinyin(leak: str) -> str:
    """Return a leaked group such as `（DĀNG ）` as plain pinyin.

    >>> normal_pinyin("（DĀNG ）"), normal_pinyin("(nv)"), normal_pinyin("(lu:)")
    ('dāng', 'nü', 'lü')
    """
    letters = leak.strip("([（〔［【{<〈 \u3000?\ufffd" + CLOSING).lower().replace("u:", "ü")
    return unicodedata.normalize("NFC", letters).translate(_TYPED)


def plain_reading(char: str, group: str) -> str:
    """Return the pinyin of a leaked group: as it stands where that is a reading of `char`, else made plain.

    >>> plain_reading("當", "(dāng)"), plain_reading("綠", "(LV)")
    ('dāng', 'lü')
    """
    inside = group[1:-1]
    return inside if inside in leak_readings().get(char, ()) else normal_pinyin(group)


_WINDOW = 150  # characters on either side that tell the script of a place
_RUN = 8  # characters in front of a place that may be damage themselves, which is of any script
_MAX_LOST = 5  # replacement characters in the window; more is a page in another encoding, not damage


def may_be_traditional(text: str, at: int) -> bool:
    """Tell whether the text around a position, the run in front of it apart, is not plainly Simplified.

    >>> may_be_traditional("維生素的種類與礦物質C", 10), may_be_traditional("维生素的种类与矿物质C", 10)
    (True, False)
    """
    near = text[max(0, at - _WINDOW) : max(0, at - _RUN)] + text[at : at + _WINDOW]
    hant, hans = simplified_forms(), simplified_only()
    n_hans = sum(c in hans for c in near)
    return near.count("\ufffd") <= _MAX_LOST and (not n_hans or sum(c in hant for c in near) > n_hans)
