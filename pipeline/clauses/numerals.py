"""Numerals of markers, both ways: 一 … 九千九百九十九 (and 万), 廿 卅, 〇 ○ 零 两, 1 １, ① ⑴ ⒈ ㈠ ❶, Ⅳ.

Our own because the general libraries are slow and fail on 卅一, 百 and １２ (cn2an takes 24 µs a numeral).
"""

from functools import cache
from typing import Literal

NumeralSystem = Literal[
    "chinese", "arabic", "circled", "parenthesised", "full_stop", "ideograph", "black", "roman"
]

CN_DIGITS = "零一二三四五六七八九"
# With the variants of real text (○ U+25CB stands for 〇 on old pages).
CN_VALUES: dict[str, int] = {c: v for v, c in enumerate(CN_DIGITS)} | {"〇": 0, "○": 0, "两": 2, "兩": 2}
CN_UNITS: dict[str, int] = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "廿": 20, "卅": 30}

# First code point, first value, how many (Unicode code charts: Enclosed Alphanumerics, Enclosed CJK Letters,
# Dingbats, Number Forms).
ENCLOSED: dict[str, tuple[tuple[int, int, int], ...]] = {
    "circled": ((0x2460, 1, 20), (0x3251, 21, 15), (0x32B1, 36, 15), (0x2780, 1, 10)),
    "parenthesised": ((0x2474, 1, 20),),
    "full_stop": ((0x2488, 1, 20),),
    "ideograph": ((0x3220, 1, 10),),
    "circled_ideograph": ((0x3280, 1, 10),),
    "black": ((0x2776, 1, 10), (0x24EB, 11, 10), (0x278A, 1, 10)),
    "roman": ((0x2160, 1, 12), (0x2170, 1, 12)),
}


@cache
def enclosed_values() -> dict[str, tuple[str, int]]:
    """Return the family and the value of each one-character numeral.

    >>> enclosed_values()["⑫"], enclosed_values()["㈠"]
    (('circled', 12), ('ideograph', 1))
    """
    return {
        chr(first + k): (family, value + k)
        for family, ranges in ENCLOSED.items()
        for first, value, count in ranges
        for k in range(count)
    }


def _group(text: str) -> int | None:
    """Value of a Chinese numeral below 10,000, None where it is none."""
    if len(text) > 1 and all(c in CN_VALUES for c in text):  # digit by digit: 一二三, 二〇二四
        return int("".join(str(CN_VALUES[c]) for c in text))
    total, digit, last_unit = 0, -1, 10_000
    zero = False
    for c in text:
        if c in CN_VALUES:
            if digit > 0 or (digit == 0 and last_unit == 10_000):
                return None
            digit = CN_VALUES[c]
            zero = zero or digit == 0
            continue
        unit = CN_UNITS[c]
        if unit in (20, 30):
            if digit >= 0 or last_unit <= 10:
                return None
            total, last_unit, digit = total + unit, 10, -1
            continue
        if unit >= last_unit or (digit == 0 and total == 0):
            return None
        total, last_unit, digit = total + (digit if digit > 0 else 1) * unit, unit, -1
        zero = False
    if digit > 0 and last_unit in (100, 1000) and not zero:
        return None  # 一百一 is said for 110 and written for 101: no ordinal
    return total + max(digit, 0)


def _chinese(text: str) -> int | None:
    head, found, rest = text.replace("萬", "万").partition("万")
    if not found:
        return _group(text)
    high = _group(head) if head else None
    low = _group(rest.removeprefix("零") or rest) if rest else 0
    return None if high is None or low is None or high == 0 or "万" in rest else high * 10_000 + low


def parse_numeral(text: str) -> int | None:
    """Return the value of a numeral in any of the systems, None where `text` is no numeral.

    text: the numeral alone, up to 16 characters, no brackets or stops but those inside one character.
    Returns 0 … 99,999,999. Cost: linear, about a microsecond.

    >>> [parse_numeral(t) for t in ("一", "十四", "卅一", "一百零三", "二〇二四", "１２", "⑿", "㊿", "Ⅳ")]
    [1, 14, 31, 103, 2024, 12, 12, 50, 4]
    >>> parse_numeral("一百一") is None and parse_numeral("甲") is None and parse_numeral("") is None
    True
    """
    if not text or len(text) > 16:
        return None
    if text in enclosed_values():
        return enclosed_values()[text][1]
    if all("0" <= c <= "9" or "０" <= c <= "９" for c in text):
        return int(text) if len(text) <= 8 else None
    if all(c in CN_VALUES or c in CN_UNITS for c in text):
        return _chinese(text)
    return None


def _format_group(value: int) -> str:
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            out += ("零" if gap and out else "") + CN_DIGITS[digit] + name
        gap = digit == 0
    return out


def format_numeral(value: int, system: NumeralSystem = "chinese") -> str:
    """Return `value` written in a system; the other way of parse_numeral.

    value: 1 … 99,999,999 for chinese and arabic, else as far as Unicode goes (50 circled, 20 black …).
    Raises ValueError when the system cannot write the value.

    >>> [format_numeral(n) for n in (3, 10, 14, 20, 103, 110, 1010, 9999, 20003)]
    ['三', '十', '十四', '二十', '一百零三', '一百一十', '一千零一十', '九千九百九十九', '二万零三']
    >>> format_numeral(21, "circled"), format_numeral(7, "ideograph"), format_numeral(12, "arabic")
    ('㉑', '㈦', '12')
    """
    if value < 1 or value > 99_999_999:
        raise ValueError(f"no numeral for {value}: the range is 1 to 99,999,999")
    if system == "arabic":
        return str(value)
    if system != "chinese":
        for first, start, count in ENCLOSED[system]:
            if start <= value < start + count:
                return chr(first + value - start)
        raise ValueError(f"{system} numerals end before {value}")
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        joint = "零" if 0 < low < 1000 else ""
        return format_numeral(high) + "万" + joint + (_format_group(low) if low else "")
    text = _format_group(value)
    return text[1:] if 10 <= value < 20 else text
