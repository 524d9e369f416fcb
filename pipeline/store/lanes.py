"""BLAKE2b (RFC 7693) of eight messages side by side: a word of each in one register of the processor.

What LLVM makes of loops over eight words is ten times as slow, so its code is written here, as numba lets
one do: vectors of eight words, which LLVM cuts to what the processor has.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba and llvmlite type them)
from llvmlite import ir

from pipeline.compiled import written

LANES = 8  # messages at once: 512 bits
BLOCK_WORDS, STATE_WORDS = 16, 8
TAKEN, LAST = (
    8,
    9,
)  # behind the words of the state: bytes up to the block's end; all ones where it is the last
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
    "0123456789abcdef",
    "ea489fd61c02b753",
)
# Which words of the state a step mixes: columns, then diagonals; RFC 7693, 3.2.
MIXED = ("048c", "159d", "26ae", "37bf", "05af", "16bc", "278d", "349e")
TURNS = ((32, 24), (16, 63))  # bits by which the fourth and the second of these are turned right


WORDS = ir.VectorType(ir.IntType(64), LANES)  # one of each lane


def spread(word):
    """Return a word as a vector that has it in every lane."""
    return ir.Constant(WORDS, [word] * LANES)


def turned(builder, words, bits):
    """Return words turned right; LLVM knows a rotation by this."""
    return builder.or_(builder.lshr(words, spread(bits)), builder.shl(words, spread(64 - bits)))


def mix(builder, state, places, words):
    """Mix four words of the state with two of the block; RFC 7693, 3.1."""
    a, b, c, d = places
    for word, (first, second) in zip(words, TURNS, strict=True):
        state[a] = builder.add(builder.add(state[a], state[b]), word)
        state[d] = turned(builder, builder.xor(state[d], state[a]), first)
        state[c] = builder.add(state[c], state[d])
        state[b] = turned(builder, builder.xor(state[b], state[c]), second)


def vector_at(builder, start, place):
    """Return the address of a vector in an array of words."""
    vectors = builder.bitcast(start, WORDS.as_pointer())
    return builder.gep(vectors, [ir.Constant(ir.IntType(32), place)])


@written("void")
def compress(builder, given, block):
    """Take a block of each lane, (16, lanes) words, into its state, (10, lanes); RFC 7693, 3.2.

    Of a state the ninth word is how many bytes it has taken then, the tenth all ones with the last block.
    """
    words = [builder.load(vector_at(builder, block, k), align=8) for k in range(BLOCK_WORDS)]
    before = [builder.load(vector_at(builder, given, k), align=8) for k in range(LAST + 1)]
    state = [*before[:STATE_WORDS], *map(spread, IV)]
    state[12], state[14] = builder.xor(state[12], before[TAKEN]), builder.xor(state[14], before[LAST])
    for order in ORDERS:
        taken = [words[int(k, 16)] for k in order]
        for n, places in enumerate(MIXED):
            mix(builder, state, [int(k, 16) for k in places], taken[2 * n : 2 * n + 2])
    for k in range(STATE_WORDS):
        after = builder.xor(before[k], builder.xor(state[k], state[k + STATE_WORDS]))
        builder.store(after, vector_at(builder, given, k), align=8)


BYTES_AT_ONCE = 32  # half of what such a processor moves at once: most strings of rows are as short


def place_of(builder, start, place, kind):
    """Return the address of a place in an array of bytes, as one of something of another kind."""
    return builder.bitcast(builder.gep(start, [place]), kind.as_pointer())


@written("void")
def move(builder, target, to, source, begin):
    """Copy 32 bytes of an array of bytes to a place of another."""
    kind = ir.VectorType(ir.IntType(8), BYTES_AT_ONCE)
    bytes_there = builder.load(place_of(builder, source, begin, kind), align=1)
    builder.store(bytes_there, place_of(builder, target, to, kind), align=1)


@written("uint64")
def word_at(builder, data, place):
    """Return the word of eight bytes that begins at a place of an array of bytes."""
    return builder.load(place_of(builder, data, place, ir.IntType(64)), align=1)
