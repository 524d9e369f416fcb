"""The digests of many rows, compiled: BLAKE2b (RFC 7693) of their strings, splitmix64 of their numbers.

For `digest.compiled_lanes`. `hashlib` needs .5 µs a row beside the hash, for the objects of its answer, and
as much for what must be joined before; here strings are looked at where they lie, and rows are hashed eight
at a time (`lanes.py`), each in a lane that takes the next row when it is done with one.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel
from pipeline.store.lanes import (
    BLOCK_WORDS,
    BYTES_AT_ONCE,
    IV,
    LANES,
    LAST,
    STATE_WORDS,
    TAKEN,
    compress,
    move,
    word_at,
)

Ints = NDArray[np.int64]
Lanes = NDArray[np.uint64]
BLOCK, WORD_BYTES = 128, 8  # bytes that are taken in together; of a word
MOST_DIGITS = 20  # of a length
ONE_LEVEL, DIGEST_BYTES = 0x01010000, 16  # parameters of the state; there is no key
# As in `digest`: what stands between strings; the increment of splitmix64 and its factors; a null.
SEPARATOR = 0x1F
GOLDEN, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
NULL = 0xD1B54A32D192ED03
ALL_ONES = 0xFFFFFFFFFFFFFFFF
NONE = -1  # the row of a lane that has none
ROW, DONE, BYTES = range(3)  # of a lane: its row, how many bytes of it are taken, how many it has


def hash_strings(data: NDArray[np.uint8], spans: Ints, lanes: Lanes) -> None:
    """Write the halves of the digest of each row's strings into `lanes`, whose rows have two words.

    The string of column c and row r are the bytes `spans[0, c, r]` to `spans[1, c, r]` of `data`; behind the
    last there are `BYTES_AT_ONCE` zeros.
    """
    starts, stops = spans
    longest = int((stops - starts).sum(axis=0).max(initial=0)) + len(starts) * (MOST_DIGITS + 2)
    words = np.empty((LANES, longest // BLOCK + 2, BLOCK_WORDS), np.uint64)  # `move` writes beyond the end
    work = np.full((LANES, 3), NONE)
    state, block = np.empty((LAST + 1, LANES), np.uint64), np.empty((BLOCK_WORDS, LANES), np.uint64)
    begun, again = np.array(IV, np.uint64), np.zeros(len(lanes), np.bool_)
    begun[0] ^= np.uint64(ONE_LEVEL ^ DIGEST_BYTES)
    room = words.view(np.uint8).ravel(), words.ravel()
    hash_rows(data, (starts, stops), room, (work, begun, state, block, again), lanes)


@inlined
def put_string(message, n, data, start, stop):
    """Write a string behind `n` bytes of a message; return how many there are then."""
    for k in range(0, stop - start, BYTES_AT_ONCE):
        move(message, n + k, data, start + k)
    return n + stop - start


@inlined
def put_number(message, n, number):
    """Write the digits of a number behind `n` bytes of a message; return how many there are then."""
    digits, least = 1, 10
    while number >= least:
        digits, least = digits + 1, 10 * least
    for k in range(n + digits - 1, n - 1, -1):
        tens = number // 10
        message[k] = 48 + number - 10 * tens
        number = tens
    return n + digits


@inlined
def put_row(message, begin, data, spans, r):
    """Write the strings of a row, and the lengths of all but the last, with separators; return the bytes.

    They stand from byte `begin` of `message` on, with zeros up to the end of the block.
    """
    starts, stops = spans
    n, last = begin, len(starts) - 1
    for c in range(last + 1):
        n = put_string(message, n, data, starts[c, r], stops[c, r])
        message[n] = SEPARATOR
        n += 1
    for c in range(last):
        n = put_number(message, n, stops[c, r] - starts[c, r])
        message[n] = SEPARATOR
        n += 1
    size = n - 1 - begin
    for k in range(n - 1, begin + max(BLOCK, (size + BLOCK - 1) // BLOCK * BLOCK), BYTES_AT_ONCE):
        move(message, k, data, len(data) - BYTES_AT_ONCE)
    return size


@inlined
def same_bytes(data, one, other, size):
    """Tell whether two strings of one length are the same, a word at a time."""
    for k in range(0, size, WORD_BYTES):
        unlike = word_at(data, one + k) ^ word_at(data, other + k)
        if size - k < WORD_BYTES:
            unlike <<= np.uint64(8 * (WORD_BYTES - size + k))
        if unlike:
            return False
    return True


@inlined
def stands_again(data, spans, r):
    """Tell whether a row has the strings of the one before."""
    starts, stops = spans
    for c in range(len(starts)):
        start, other = starts[c, r], starts[c, r - 1]
        size = stops[c, r] - start
        if size != stops[c, r - 1] - other or not same_bytes(data, start, other, size):
            return False
    return True


@inlined
def offer(words, place, work, lane, state, block):
    """Offer the next block of a lane's message, which begins with word `place`."""
    done, size = work[lane, DONE], work[lane, BYTES]
    first = place + done // WORD_BYTES
    for k in range(BLOCK_WORDS):
        block[k, lane] = words[first + k]
    work[lane, DONE] = done + BLOCK
    last = done + BLOCK >= size
    state[TAKEN, lane] = size if last else done + BLOCK
    state[LAST, lane] = np.uint64(ALL_ONES) if last else np.uint64(0)


@inlined
def take_out(work, state, lanes):
    """Write down the digests of the rows that are done; their lanes have none then."""
    for lane in range(LANES):
        if work[lane, ROW] != NONE and work[lane, DONE] >= work[lane, BYTES]:
            lanes[work[lane, ROW], 0], lanes[work[lane, ROW], 1] = state[0, lane], state[1, lane]
            work[lane, ROW] = NONE


@inlined
def next_row(data, spans, again, row):
    """Return the next row from `row` on that does not stand again; those that do are marked."""
    while 0 < row < len(again) and stands_again(data, spans, row):
        again[row] = True
        row += 1
    return row


@inlined
def take_up(work, lane, message, states):
    """Let a lane begin with the message of a row, of so many bytes; `states` are all, and the first."""
    work[lane, ROW], work[lane, BYTES] = message
    work[lane, DONE] = 0
    state, begun = states
    for k in range(STATE_WORDS):
        state[k, lane] = begun[k]


@kernel
def hash_rows(data, spans, room, lanework, lanes):
    """Write the two halves of the digest of each row's strings.

    `spans` are where strings begin and end in `data`, (columns, rows); `room` bytes for a row and a block
    of each lane, the same as words; `lanework` what lanes work on, the state in the beginning, the lanes'
    states and blocks, and which rows stand again.
    """
    message, words = room
    work, begun, state, block, again = lanework
    size, row, busy = len(message) // LANES, 0, True
    while busy:
        busy = False
        for lane in range(LANES):
            if work[lane, ROW] == NONE:
                row = next_row(data, spans, again, row)
                if row < len(lanes):
                    long = put_row(message, lane * size, data, spans, row)
                    take_up(work, lane, (row, long), (state, begun))
                    row += 1
        for lane in range(LANES):
            if work[lane, ROW] != NONE:
                busy = True
                offer(words, lane * size // WORD_BYTES, work, lane, state, block)
        compress(state, block)
        take_out(work, state, lanes)
    for r in range(len(lanes)):
        if again[r]:
            lanes[r, 0], lanes[r, 1] = lanes[r - 1, 0], lanes[r - 1, 1]


@inlined
def mixed(word):
    """Return the next number of splitmix64."""
    word += np.uint64(GOLDEN)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(MIX_1)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(MIX_2)
    return word ^ (word >> np.uint64(31))


@kernel
def mix_numbers(numbers, absent, lanes):
    """Mix the numbers of each row, a column after the other, into its lanes; `absent` are nulls."""
    for r in range(len(lanes)):
        first, second = lanes[r, 0], lanes[r, 1]
        for c in range(len(numbers)):
            number = np.uint64(NULL) if absent[c, r] else mixed(numbers[c, r])
            first = mixed(first * np.uint64(GOLDEN) + number)
            second = mixed(second * np.uint64(GOLDEN) + number)
        lanes[r, 0], lanes[r, 1] = first, second
