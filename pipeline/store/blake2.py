"""The digests of many rows, compiled: BLAKE2b (RFC 7693) of their strings, splitmix64 of their numbers.

For `digest.compiled_lanes`. `hashlib` needs .5 µs a row beside the hash, for the objects of its answer, and
as much for what must be joined before; here strings are looked at where they lie.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel, part

Ints = NDArray[np.int64]
Lanes = NDArray[np.uint64]
BLOCK = 128  # bytes that are taken in together
WORDS = 8  # of the state; bytes of one
MOST_DIGITS = 20  # of a length
# The state in the beginning, as of SHA-512: the fractions of the square roots of the first primes.
IV = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)
# In which order a round takes in the words of a block, RFC 7693, 2.7; the first two come again in the end.
ORDERS = (
    "0123456789abcdef",
    "ea489fd61c02b753",
    "b8c052fdae367194",
    "7931dcbe265a40f8",
    "905724afe1bc683d",
    "2c6a0b834d75fe19",
    "c51fed4a0763928b",
    "db7ec13950f4862a",
    "6fe9b308c2d714a5",
    "a2847615fb9e3cd0",
)
ORDER = np.array([[int(k, 16) for k in order] for order in (*ORDERS, *ORDERS[:2])], np.uint8)
ONE_LEVEL, DIGEST_BYTES = 0x01010000, 16  # parameters of the state; there is no key
# As in `digest`: what stands between strings; the increment of splitmix64 and its factors; a null.
SEPARATOR = 0x1F
GOLDEN, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
NULL = 0xD1B54A32D192ED03


def hash_strings(data: NDArray[np.uint8], ends: Ints, lanes: Lanes) -> None:
    """Write the halves of the digest of each row's strings into `lanes`, whose rows have two words.

    The strings of column c and row r are the bytes `ends[c, r]` to `ends[c, r + 1]` of `data`.
    """
    longest = int((ends[:, 1:] - ends[:, :-1]).sum(axis=0).max(initial=0)) + len(ends) * (MOST_DIGITS + 2)
    begun = np.array(IV, np.uint64)
    begun[0] ^= np.uint64(ONE_LEVEL ^ DIGEST_BYTES)
    words = np.empty((longest // BLOCK + 1) * (BLOCK // WORDS), np.uint64)
    hash_rows(data, ends, begun, ORDER, (words.view(np.uint8), words, np.empty(WORDS, np.uint64)), lanes)


@inlined
def turned(word, bits):
    """Return a word turned right."""
    return (word >> np.uint64(bits)) | (word << np.uint64(64 - bits))


@inlined
def take_in(a, b, c, d, x, y):
    """Return four words of the state after two words of the block; RFC 7693, 3.1."""
    a += b + x
    d = turned(d ^ a, 32)
    c += d
    b = turned(b ^ c, 24)
    a += b + y
    d = turned(d ^ a, 16)
    c += d
    return a, turned(b ^ c, 63), c, d


@part
def compress(state, words, order, taken, last):
    """Take a block of 16 words into a state; `taken` are the bytes up to its end, all where it is `last`."""
    a0, a1, a2, a3 = state[0], state[1], state[2], state[3]
    b0, b1, b2, b3 = state[4], state[5], state[6], state[7]
    c0, c1, c2, c3 = np.uint64(IV[0]), np.uint64(IV[1]), np.uint64(IV[2]), np.uint64(IV[3])
    d0, d1, d2, d3 = np.uint64(IV[4]), np.uint64(IV[5]), np.uint64(IV[6]), np.uint64(IV[7])
    d0 ^= np.uint64(taken)
    if last:
        d2 = ~d2
    for r in range(len(order)):
        o = order[r]
        a0, b0, c0, d0 = take_in(a0, b0, c0, d0, words[o[0]], words[o[1]])
        a1, b1, c1, d1 = take_in(a1, b1, c1, d1, words[o[2]], words[o[3]])
        a2, b2, c2, d2 = take_in(a2, b2, c2, d2, words[o[4]], words[o[5]])
        a3, b3, c3, d3 = take_in(a3, b3, c3, d3, words[o[6]], words[o[7]])
        a0, b1, c2, d3 = take_in(a0, b1, c2, d3, words[o[8]], words[o[9]])
        a1, b2, c3, d0 = take_in(a1, b2, c3, d0, words[o[10]], words[o[11]])
        a2, b3, c0, d1 = take_in(a2, b3, c0, d1, words[o[12]], words[o[13]])
        a3, b0, c1, d2 = take_in(a3, b0, c1, d2, words[o[14]], words[o[15]])
    state[0] ^= a0 ^ c0
    state[1] ^= a1 ^ c1
    state[2] ^= a2 ^ c2
    state[3] ^= a3 ^ c3
    state[4] ^= b0 ^ d0
    state[5] ^= b1 ^ d1
    state[6] ^= b2 ^ d2
    state[7] ^= b3 ^ d3


@part
def hash_message(message, words, length, order, state):
    """Take a message into a state; `words` are its bytes as words. Its last block is filled with zeros."""
    end = max(BLOCK, (length + BLOCK - 1) // BLOCK * BLOCK)
    for k in range(length, end):
        message[k] = 0
    for at in range(0, end, BLOCK):
        block = words[at // WORDS : (at + BLOCK) // WORDS]
        compress(state, block, order, min(at + BLOCK, length), at + BLOCK == end)


@inlined
def put_string(message, n, data, span):
    """Write a string behind `n` bytes of a message; return how many there are then."""
    to, begin = np.uint64(n), np.uint64(span[0])
    for k in range(np.uint64(span[1]) - begin):
        message[to + k] = data[begin + k]
    return n + span[1] - span[0]


@inlined
def put_number(message, n, number):
    """Write the digits of a number behind `n` bytes of a message; return how many there are then."""
    digits, rest = 1, number // 10
    while rest:
        digits, rest = digits + 1, rest // 10
    for k in range(n + digits - 1, n - 1, -1):
        message[k] = 48 + number % 10
        number //= 10
    return n + digits


@part
def put_row(message, data, ends, r):
    """Write the strings of a row, and the lengths of all but the last, with separators; return the bytes."""
    n, last = 0, len(ends) - 1
    for c in range(last + 1):
        n = put_string(message, n, data, (ends[c, r], ends[c, r + 1]))
        message[n] = SEPARATOR
        n += 1
    for c in range(last):
        n = put_number(message, n, ends[c, r + 1] - ends[c, r])
        message[n] = SEPARATOR
        n += 1
    return n - 1


@part
def stands_again(data, ends, r):
    """Tell whether a row has the strings of the one before."""
    for c in range(len(ends)):
        if ends[c, r + 1] - ends[c, r] != ends[c, r] - ends[c, r - 1]:
            return False
    for c in range(len(ends)):
        for k in range(ends[c, r + 1] - ends[c, r]):
            if data[ends[c, r] + k] != data[ends[c, r - 1] + k]:
                return False
    return True


@kernel
def hash_rows(data, ends, begun, order, room, lanes):
    """Write the two halves of the digest of each row's strings.

    The strings of column c and row r are the bytes `ends[c, r]` to `ends[c, r + 1]` of `data`. `begun` is the
    state in the beginning, `order` that of words; `room` are bytes for a row and a block, the same as words,
    and a state.
    """
    message, words, state = room
    for r in range(len(lanes)):
        if r > 0 and stands_again(data, ends, r):
            lanes[r, 0], lanes[r, 1] = lanes[r - 1, 0], lanes[r - 1, 1]
            continue
        for k in range(len(begun)):
            state[k] = begun[k]
        hash_message(message, words, put_row(message, data, ends, r), order, state)
        lanes[r, 0], lanes[r, 1] = state[0], state[1]


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
