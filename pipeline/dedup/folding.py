"""Kernel: UTF-8 bytes to comparison keys, one pass, with the pinyin of leaks left out.

The twin of `text.fold.key_units` after `frames.without_leaks`.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import kernel, part

OPEN, CLOSE, WIDE_OPEN, WIDE_CLOSE, BLANK = 0x28, 0x29, 0xFF08, 0xFF09, 0x20
LONGEST_PINYIN = 6  # zhuang, chuang, shuang
LINE_BREAK = 0x0A
BREAK_PRIME = 1_000_003


@part
def decode_at(data, i):
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


@part
def leak_end(data, i, end, pinyin):
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


@part
def skip_leak(data, span, width, pinyin):
    """Return the byte after a leak whose bracket, `width` bytes, ends before byte `i`; `i` for none."""
    start, i, end = span
    opened = i - width
    if opened < start + 3 or not 0xE4 <= data[opened - 3] <= 0xE9:
        return i
    before, _ = decode_at(data, opened - 3)
    if not 0x4E00 <= before < 0xA000:
        return i
    after = leak_end(data, np.int64(opened), np.int64(end), pinyin)
    return np.uint64(after) if after > opened else i


@part
def fold_text(data, span, tables, out, at):
    """Fold one text (`span` of `data`) to `out[at:]`; return where it ends and the code of its layout.

    Indices are unsigned: a signed one is tested for counting from the end, at twice the cost.
    """
    start, end = span
    table, pinyin = tables
    one, two, three, low = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(63)
    i, n, layout, broken = start, at, np.uint64(0), False
    while i < end:
        b = np.uint64(data[i])
        if b < 0x80:
            code, width = b, one
        elif np.uint64(0xE0) <= b < np.uint64(0xF0):
            code = ((b & np.uint64(15)) << np.uint64(12)) | ((np.uint64(data[i + one]) & low) << np.uint64(6))
            code |= np.uint64(data[i + two]) & low
            width = three
        else:
            far, wide = decode_at(data, i)
            code, width = np.uint64(far), np.uint64(wide)
        i += width
        rare = code > np.uint64(0xFFFF)
        unit = rare_lead(code) if rare else table[code]
        if unit:
            if broken and n > at:
                layout = layout * np.uint64(BREAK_PRIME) + (n - at)
            broken = False
            out[n] = unit
            n += one
            if rare:
                out[n] = np.uint16(np.uint64(0xDC00) + (code & np.uint64(0x3FF)))
                n += one
        elif code in (OPEN, WIDE_OPEN):
            i = skip_leak(data, (start, i, end), width, pinyin)
        elif code == LINE_BREAK:
            broken = True
    return n, layout


@part
def rare_lead(code):
    """Return the leading surrogate of a code point of planes 2 and 3, 0 for one of another plane."""
    if np.uint64(0x20000) <= code < np.uint64(0x40000):
        return np.uint16(np.uint64(0xD800) + ((code - np.uint64(0x10000)) >> np.uint64(10)))
    return np.uint16(0)


@part
def key_hash(units, start, end):
    """Return a 64-bit hash of a key, four units a step."""
    h, i, four = np.uint64(end - start), start, np.uint64(4)
    while i < end:
        w = np.uint64(0)
        for k in range(i, min(i + four, end)):
            w = (w << np.uint64(16)) | np.uint64(units[k])
        h = (h ^ (w * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(32)
        i += four
    return h


@kernel
def fold_batch(data, offsets, tables, out, first, columns):
    """Fold the texts of a string array into `out[first:]`; return where they end.

    `tables` are the fold and the letters of pinyin; `columns` take each text's length, hash and layout code.
    """
    lengths, hashes, layouts = columns
    at = np.uint64(first)
    for row in range(len(offsets) - 1):
        span = (np.uint64(offsets[row]), np.uint64(offsets[row + 1]))
        end, layouts[row] = fold_text(data, span, tables, out, at)
        hashes[row] = key_hash(out, at, end)
        lengths[row] = np.int64(end - at)
        at = end
    return np.int64(at)


@kernel
def copy_spans(source, starts, target, begins, counts):
    """Copy `counts` values each from `starts` of one array to `begins` of another."""
    for t in range(len(counts)):
        for i in range(counts[t]):
            target[np.uint64(begins[t] + i)] = source[np.uint64(starts[t] + i)]


@kernel
def mark_fresh(units, begin, length, fresh):
    """Mark keys that differ from the one before; those not marked yet are as long as that one."""
    for at in range(1, len(begin)):
        if fresh[at]:
            continue
        one, other = begin[at - 1], begin[at]
        for i in range(length[at]):
            if units[np.uint64(one + i)] != units[np.uint64(other + i)]:
                fresh[at] = True
                break


def pinyin_letters() -> NDArray[np.uint8]:
    """Return for each unit 1 where it is a letter of pinyin, 2 where it bears a tone mark, else 0."""
    kinds = np.zeros(0x10000, dtype=np.uint8)
    kinds[[ord(c) for c in "abcdefghijklmnopqrstuvwxyzüêɡ"]] = 1
    kinds[[ord(c) for c in "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"]] = 2
    return kinds
