"""BLAKE2b (RFC 7693) of eight messages side by side: a word of each in one register of the processor.

What LLVM makes of loops over eight words is ten times as slow, so its code is written here, as numba lets
one do: vectors of eight words, which LLVM cuts to what the processor has.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba and llvmlite type them)
from llvmlite import ir
from numba import types
from numba.core import cgutils

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


def vectors(context, builder, kind, array):
    """Return the address of an array of words, as one of vectors of a word of each lane."""
    start = cgutils.create_struct_proxy(kind)(context, builder, array).data
    return builder.bitcast(start, ir.VectorType(ir.IntType(64), LANES).as_pointer())


def at(builder, start, place):
    """Return the address of a vector."""
    return builder.gep(start, [ir.Constant(ir.IntType(32), place)])


def spread(word):
    """Return a word as a vector that has it in every lane."""
    return ir.Constant(ir.VectorType(ir.IntType(64), LANES), [word] * LANES)


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


def write_rounds(context, builder, signature, arguments):
    """Write what takes a block into a state; RFC 7693, 3.2."""
    given, block = (
        vectors(context, builder, kind, array) for kind, array in zip(signature.args, arguments, strict=True)
    )
    words = [builder.load(at(builder, block, k), align=8) for k in range(BLOCK_WORDS)]
    before = [builder.load(at(builder, given, k), align=8) for k in range(LAST + 1)]
    state = [*before[:STATE_WORDS], *map(spread, IV)]
    state[12], state[14] = builder.xor(state[12], before[TAKEN]), builder.xor(state[14], before[LAST])
    for order in ORDERS:
        taken = [words[int(k, 16)] for k in order]
        for n, places in enumerate(MIXED):
            mix(builder, state, [int(k, 16) for k in places], taken[2 * n : 2 * n + 2])
    for k in range(STATE_WORDS):
        after = builder.xor(before[k], builder.xor(state[k], state[k + STATE_WORDS]))
        builder.store(after, at(builder, given, k), align=8)
    return context.get_dummy_value()


@written
def compress(typing, state, block):
    """Take a block of each lane, (16, lanes) words, into its state, (10, lanes).

    Of a state the ninth word is how many bytes it has taken then, the tenth all ones with the last block.
    """
    return types.void(state, block), write_rounds


BYTES_AT_ONCE = 32  # half of what such a processor moves at once: most strings of rows are as short


def place_in(context, builder, signature, arguments, n, kind):
    """Return the address of a place in an array, the argument behind it, as one of another kind."""
    start = cgutils.create_struct_proxy(signature.args[n])(context, builder, arguments[n]).data
    return builder.bitcast(builder.gep(start, [arguments[n + 1]]), kind.as_pointer())


def write_move(context, builder, signature, arguments):
    """Write what copies bytes."""
    kind = ir.VectorType(ir.IntType(8), BYTES_AT_ONCE)
    target, source = (place_in(context, builder, signature, arguments, n, kind) for n in (0, 2))
    builder.store(builder.load(source, align=1), target, align=1)
    return context.get_dummy_value()


@written
def move(typing, target, to, source, begin):
    """Copy 32 bytes of an array of bytes to a place of another."""
    return types.void(target, types.int64, source, types.int64), write_move


def write_word(context, builder, signature, arguments):
    """Write what reads a word."""
    return builder.load(place_in(context, builder, signature, arguments, 0, ir.IntType(64)), align=1)


@written
def word_at(typing, data, place):
    """Return the word of eight bytes that begins at a place of an array of bytes."""
    return types.uint64(data, types.int64), write_word
