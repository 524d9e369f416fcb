"""Kernel: exact Indel similarity by bit-parallel longest common subsequence.

Source: Hyyrö, Bit-parallel LCS-length computation revisited (2004), 64 characters a word; ends in common
are cut off first. The result is rapidfuzz's `Indel.normalized_similarity`, times 100.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.dedup.compiled import kernel


@kernel
def common_subsequence(pattern, text, rows, scratch):
    """Return the length of a longest common subsequence; `rows`, one a unit, is zeros and stays so."""
    words = (len(pattern) + 63) >> 6
    state, matches = scratch
    distinct = 0
    for i in range(len(pattern)):
        unit = pattern[i]
        if rows[unit] == 0:
            distinct += 1
            rows[unit] = distinct
            matches[distinct * words : (distinct + 1) * words] = 0
        matches[rows[unit] * words + (i >> 6)] |= np.uint64(1) << np.uint64(i & 63)
    state[:words] = np.uint64(0xFFFFFFFFFFFFFFFF)
    for j in range(len(text)):
        row = rows[text[j]]
        if row == 0:
            continue
        carry, at = np.uint64(0), row * words
        for k in range(words):
            v = state[k]
            u = v & matches[at + k]
            total = v + u
            over = np.uint64(total < v)
            total += carry
            over |= np.uint64(total < carry)
            carry = over
            state[k] = total | (v - u)
    for i in range(len(pattern)):
        rows[pattern[i]] = 0
    found = 0
    for i in range(len(pattern)):
        found += np.int64(((state[i >> 6] >> np.uint64(i & 63)) & np.uint64(1)) == 0)
    return found


@kernel
def ratio_of(left, right, rows):
    """Return the normalised Indel similarity of two keys, 0..100."""
    total = len(left) + len(right)
    if total == 0:
        return 100.0
    start, shorter = 0, min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[len(left) - 1 - end] == right[len(right) - 1 - end]:
        end += 1
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    if len(a) > len(b):
        a, b = b, a
    same = start + end
    if len(a):
        words = (len(a) + 63) >> 6
        scratch = (np.empty(words, np.uint64), np.empty((len(a) + 1) * words, np.uint64))
        same += common_subsequence(a, b, rows, scratch)
    return 100.0 * (1.0 - (total - 2 * same) / total)


@kernel
def has_surrogates(text):
    """Tell whether a text has characters of two units."""
    found = False
    for unit in text:
        found |= 0xD800 <= unit < 0xE000
    return found


@kernel
def ratios_of(units, spans, left, right):
    """Return the ratio of each pair of texts; -1 where one has surrogates, whose units are no characters."""
    begin, length = spans
    rows = np.zeros(0x10000, dtype=np.int64)
    found = np.empty(len(left), dtype=np.float64)
    for p in range(len(left)):
        a, b = left[p], right[p]
        one, other = units[begin[a] : begin[a] + length[a]], units[begin[b] : begin[b] + length[b]]
        found[p] = -1.0 if has_surrogates(one) or has_surrogates(other) else ratio_of(one, other, rows)
    return found
