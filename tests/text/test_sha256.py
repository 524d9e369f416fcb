"""The compiled SHA-256 against hashlib's."""

import hashlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.sha256 import BEGUN, BLOCK_BYTES, CONSTANTS, LANES, hash_messages


def padded(message: bytes) -> bytes:
    zeros = b"\0" * ((-len(message) - 9) % BLOCK_BYTES)
    return message + b"\x80" + zeros + (8 * len(message)).to_bytes(8, "big")


def hashed(messages: list[bytes], digits: int) -> list[str]:
    filled = [padded(message) for message in messages]
    blocks = np.array([len(each) // BLOCK_BYTES for each in filled], np.int64)
    found = np.empty((len(messages), digits), np.uint8)
    hash_messages(np.frombuffer(b"".join(filled), np.uint32), blocks, found)
    return [row.tobytes().decode() for row in found]


def test_constants_are_those_of_the_standard() -> None:
    assert [f"{word:08x}" for word in BEGUN[[0, -1]]] == ["6a09e667", "5be0cd19"]
    assert [f"{word:08x}" for word in CONSTANTS[[0, -1]]] == ["428a2f98", "c67178f2"]


def test_every_length_around_a_block() -> None:
    messages = [bytes(range(size % 256)) * (size // 256 + 1) for size in range(3 * BLOCK_BYTES + 2)]
    assert hashed(messages, 64) == [hashlib.sha256(m).hexdigest() for m in messages]


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.binary(max_size=200), max_size=2 * LANES + 3))
def test_any_messages(messages: list[bytes]) -> None:
    assert hashed(messages, 32) == [hashlib.sha256(m).hexdigest()[:32] for m in messages]


def test_long_among_short_ones() -> None:
    messages = [b"a" * 100_000, *[b"b"] * LANES, b"c" * 70]
    assert hashed(messages, 64) == [hashlib.sha256(m).hexdigest() for m in messages]
