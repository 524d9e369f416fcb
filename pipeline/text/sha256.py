"""SHA-256 (FIPS 180-4) of many messages, compiled: 32 of like length go through the rounds side by side.

`hashlib` needs .5 µs a message, most of it for its objects. One after the other, compiled, a block takes
.15 µs; side by side a vector register holds a word of 16 messages, and it takes .05.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel

Words = NDArray[np.uint32]
BLOCK_BYTES, BLOCK = 64, 16  # of a message that is taken in at once: bytes, words
ROUNDS, STATE = 64, 8
PADDING = 9  # bytes that a message grows by at least: a bit to end it, and its length
LANES = 32  # messages side by side; a row of words holds one of each
BACK_1, BACK_2, BACK_3, BACK_4, BACK_7, BACK_15, BACK_16 = (
    np.uint64(k * LANES) for k in (1, 2, 3, 4, 7, 15, 16)
)
# Of the words a to h of the state, b to d are what a was one to three rounds before, and f to h what e was:
# so all that a and e ever are is kept, in rows, and those of e stand behind those of a.
HALF = STATE // 2
E_ROWS = np.uint64((HALF + ROUNDS) * LANES)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _cube_root(number: int) -> int:
    root = 1 << -(-number.bit_length() // 3)
    while root**3 > number:
        root = (2 * root + number // root**2) // 3
    return root


# The first 32 bits of the fractions of the square and cube roots of the first primes (5.3.3, 4.2.2).
BEGUN = np.array([isqrt(p << 64) & 0xFFFFFFFF for p in _primes(STATE)], np.uint32)
CONSTANTS = np.array([_cube_root(p << 96) & 0xFFFFFFFF for p in _primes(ROUNDS)], np.uint32)
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def hash_messages(words: Words, blocks: NDArray[np.int64], digits: NDArray[np.uint8]) -> None:
    """Write the first hexadecimal digits of the hash of each message into its row of `digits`.

    words: the messages, each filled up to whole blocks as 5.1.1 says, one behind the other, in the machine's
    (little-endian) order. blocks: how many each has.
    """
    order = np.argsort(blocks, kind="stable")  # the shortest first: those side by side are of like length
    ends = np.cumsum(blocks)
    room = np.empty(ROUNDS * LANES, np.uint32), np.empty(2 * int(E_ROWS), np.uint32)
    hash_in_lanes((words, ends - blocks, blocks, order), (BEGUN, CONSTANTS, HEX), room, digits)


@inlined
def turned(word, bits):
    """Return a word turned right."""
    return np.uint32(np.uint32(word >> np.uint32(bits)) | np.uint32(word << np.uint32(32 - bits)))


@inlined
def swapped(word):
    """Return a word with its bytes in the other order."""
    outer = np.uint32(word << np.uint32(24)) | np.uint32(word >> np.uint32(24))
    low = np.uint32(np.uint32(word & np.uint32(0xFF00)) << np.uint32(8))
    return np.uint32(outer | low | np.uint32(np.uint32(word >> np.uint32(8)) & np.uint32(0xFF00)))


@inlined
def turn(schedule, state, t, lanes):
    """Do a round of all lanes, 6.2.2.

    Each sum is cut to 32 bits at once, and places are unsigned: only so are the lanes taken together.
    """
    row = np.uint64((t + HALF) * LANES)
    for k in range(lanes):
        at = row + np.uint64(k)
        e, f, g = state[at + E_ROWS - BACK_1], state[at + E_ROWS - BACK_2], state[at + E_ROWS - BACK_3]
        a, b, c = state[at - BACK_1], state[at - BACK_2], state[at - BACK_3]
        chosen = np.uint32(np.uint32(e & np.uint32(f ^ g)) ^ g)
        most = np.uint32(np.uint32(a & np.uint32(b | c)) | np.uint32(b & c))
        first = np.uint32(np.uint32(turned(e, 6) ^ turned(e, 11)) ^ turned(e, 25))
        known = np.uint32(state[at + E_ROWS - BACK_4] + schedule[np.uint64(t * LANES) + np.uint64(k)])
        first = np.uint32(np.uint32(first + chosen) + known)
        second = np.uint32(np.uint32(turned(a, 2) ^ turned(a, 13)) ^ turned(a, 22))
        state[at + E_ROWS] = np.uint32(state[at - BACK_4] + first)
        state[at] = np.uint32(first + np.uint32(second + most))


@inlined
def fill(schedule, constants, lanes):
    """Make the words of all rounds from the first 16, and add the constants."""
    for t in range(BLOCK, ROUNDS):
        row = np.uint64(t * LANES)
        for k in range(lanes):
            j = row + np.uint64(k)
            x, y = schedule[j - BACK_15], schedule[j - BACK_2]
            low = np.uint32(np.uint32(turned(x, 7) ^ turned(x, 18)) ^ np.uint32(x >> np.uint32(3)))
            high = np.uint32(np.uint32(turned(y, 17) ^ turned(y, 19)) ^ np.uint32(y >> np.uint32(10)))
            known = np.uint32(schedule[j - BACK_16] + schedule[j - BACK_7])
            schedule[j] = np.uint32(known + np.uint32(low + high))
    for t in range(ROUNDS):
        row, constant = np.uint64(t * LANES), constants[np.uint64(t)]
        for k in range(lanes):
            schedule[row + np.uint64(k)] = np.uint32(schedule[row + np.uint64(k)] + constant)


@inlined
def take_in(schedule, state, constants, lanes):
    """Take a block of each lane into the state; `schedule` begins with the blocks."""
    fill(schedule, constants, lanes)
    for t in range(ROUNDS):
        turn(schedule, state, t, lanes)
    for k in range(HALF * LANES):
        for half in (np.uint64(0), E_ROWS):
            at = half + np.uint64(k)
            state[at] = np.uint32(state[at] + state[at + np.uint64(ROUNDS * LANES)])


@inlined
def place_of(word, lane):
    """Return where a word of the state stands between two blocks: the last a is that of h, d is the first."""
    return np.uint64((HALF - 1 - word % HALF) * LANES + lane) + np.uint64(word // HALF) * E_ROWS


@inlined
def write_digits(state, lane, signs, digits):
    """Write as many hexadecimal digits of the hash of a lane as there is room for."""
    for k in range(len(digits)):
        shift = np.uint32(28 - 4 * (k % 8))
        digit = np.uint32(state[place_of(k // 8, lane)] >> shift) & np.uint32(15)
        digits[np.uint64(k)] = signs[np.uint64(digit)]


@kernel
def hash_in_lanes(messages, tables, room, digits):
    """Write the digits of all messages: `messages` are words, first block and number of blocks, the order."""
    (words, first, blocks, order), (begun, constants, signs), (schedule, state) = messages, tables, room
    for start in range(0, len(order), LANES):
        lanes = min(LANES, len(order) - start)
        for word in range(STATE):
            for lane in range(LANES):
                state[place_of(word, lane)] = begun[word]
        for block in range(blocks[order[start + lanes - 1]]):
            for lane in range(lanes):
                message = order[start + lane]
                at = np.uint64((first[message] + min(block, blocks[message] - 1)) * BLOCK)
                for t in range(BLOCK):
                    schedule[np.uint64(t * LANES + lane)] = swapped(words[at + np.uint64(t)])
            take_in(schedule, state, constants, lanes)
            for lane in range(lanes):
                message = order[start + lane]
                if block == blocks[message] - 1:
                    write_digits(state, lane, signs, digits[message])
