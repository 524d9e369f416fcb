"""Kernel: UTF-8 bytes to comparison keys, one pass, with the pinyin of leaks left out.

The twin of `text.fold.key_units` after `frames.without_leaks`.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.compiled import kernel

OPEN, CLOSE, WIDE_OPEN, WIDE_CLOSE, BLANK = 0x28, 0x29, 0xFF08, 0xFF09, 0x20
LONGEST_PINYIN = 6  # zhuang, chuang, shuang
LINE_BREAK = 0x0A
BREAK_PRIME = 1_000_003


@kernel
def decode_at(data, i):  # type: ignore[no-untyped-def]
    """Return the code point at byte `i` and the bytes it takes."""
    b = np.int64(data[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return ((b & 31) << 6) | (np.int64(data[i + 1]) & 63), 2
    c, d = np.int64(data[i + 1]) & 63, np.int64(data[i + 2]) & 63
    if b < 0xF0:
        return ((b & 15) << 12) | (c << 6) | d, 3
    return ((b & 7) << 18) | (c << 12) | (d << 6) | (np.int64(data[i + 3]) & 63), 4


@kernel
def leak_end(data, i, end, pinyin):  # type: ignore[no-untyped-def]
    """Return the byte after a leak that opens at byte `i`, or `i` where none does.

    `pinyin` is 1 for a letter of pinyin, 2 for one with a tone mark.
    """
    code, width = decode_at(data, i)
    j, letters, toned = i + width, 0, False
    while j < end:
        code, width = decode_at(data, j)
        kind = pinyin[code] if code < 0x10000 else 0
        if kind == 0:
            break
        toned |= kind == 2
        letters += 1
        j += width
    if not toned or letters > LONGEST_PINYIN or j >= end:
        return i
    if code == BLANK and j + 1 < end:
        code, width = decode_at(data, j + 1)
        j += 1
    return j + width if code in (CLOSE, WIDE_CLOSE) else i


@kernel
def fold_text(data, span, table, pinyin, out):  # type: ignore[no-untyped-def]
    """Fold one text (`span` of `data`) to the front of `out`; return units written and the code of its layout."""
    i, end = span
    n, layout, broken, hanzi = 0, np.uint64(0), False, False
    while i < end:
        code, width = decode_at(data, i)
        if hanzi and (code == OPEN or code == WIDE_OPEN):
            after = leak_end(data, i, end, pinyin)
            if after > i:
                i, hanzi = after, False
                continue
        i += width
        hanzi = 0x4E00 <= code < 0xA000
        if code > 0xFFFF:
            unit = 0xD800 + ((code - 0x10000) >> 10) if 0x20000 <= code < 0x40000 else 0
        else:
            unit = np.int64(table[code])
        if unit:
            if broken and n:
                layout = layout * np.uint64(BREAK_PRIME) + np.uint64(n)
            broken = False
            out[n] = unit
            n += 1
            if code > 0xFFFF:
                out[n] = 0xDC00 + (code & 0x3FF)
                n += 1
        elif code == LINE_BREAK:
            broken = True
    return n, layout


@kernel
def key_hash(units):  # type: ignore[no-untyped-def]
    """Return a 64-bit hash of a key, four units a step."""
    h, i, n = np.uint64(len(units)), 0, len(units)
    while i < n:
        w = np.uint64(0)
        for k in range(i, min(i + 4, n)):
            w = (w << np.uint64(16)) | np.uint64(units[k])
        h = (h ^ (w * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(32)
        i += 4
    return h


@kernel
def fold_batch(data, offsets, tables, out, columns):  # type: ignore[no-untyped-def]
    """Fold the texts of a string array into `out`; return the units written.

    `tables` are the fold and the letters of pinyin; `columns` take each text's length, hash and layout code.
    """
    table, pinyin = tables
    lengths, hashes, layouts = columns
    at = 0
    for row in range(len(offsets) - 1):
        span = (np.int64(offsets[row]), np.int64(offsets[row + 1]))
        n, layouts[row] = fold_text(data, span, table, pinyin, out[at:])
        hashes[row] = key_hash(out[at : at + n])
        lengths[row] = n
        at += n
    return at


def pinyin_letters() -> NDArray[np.uint8]:
    """Return for each unit 1 where it is a letter of pinyin, 2 where it bears a tone mark, else 0."""
    kinds = np.zeros(0x10000, dtype=np.uint8)
    kinds[[ord(c) for c in "abcdefghijklmnopqrstuvwxyzüêɡ"]] = 1
    kinds[[ord(c) for c in "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"]] = 2
    return kinds
