"""A small proof of work, asked by a relay when more comes than a team can read (protocol 4.5). Pure.

SHA-256("leeward-work-1" + salt + subject + nonce) begins with at least so many zero bits. It binds to one subject, so
work done for one request is worth nothing for another.
"""

from __future__ import annotations

import hashlib
import re

from leeward.wire.errors import BadRequest
from leeward.wire.hexes import parse_hex
from leeward.wire.turn import Turn

WORK_HEADER = "Leeward-Work"
SALT_BYTES = 16
NONCE_BYTES = 8
BITS_MOST = 32  # nobody is asked for more

_TITLE = b"leeward-work-1"
_BITS = re.compile(r"0|[1-9][0-9]?")


def count_bits(salt: bytes, subject: bytes, nonce: bytes) -> int:
    """Return how many zero bits this nonce reaches."""
    digest = hashlib.sha256(b"".join((_TITLE, salt, subject, nonce))).digest()
    return 256 - int.from_bytes(digest, "big").bit_length()


def solve(salt: bytes, subject: bytes, bits: int) -> bytes:
    """Return the first nonce that reaches at least so many zero bits: 2^bits tries or so, about a million a second."""
    begun = hashlib.sha256(b"".join((_TITLE, salt, subject)))
    below = 1 << (256 - bits)
    number = 0
    while True:
        nonce = number.to_bytes(NONCE_BYTES, "big")
        tried = begun.copy()
        tried.update(nonce)
        if int.from_bytes(tried.digest(), "big") < below:
            return nonce
        number += 1


def subject_of(turn: Turn) -> bytes | None:
    """Return what the work for a turn binds to; None of a turn that stores nothing, of which none is asked."""
    if turn.post is not None:
        return turn.post.item
    if turn.puts:
        return turn.puts[0].blob
    return turn.makes[0].box if turn.makes else None


def print_asked(salt: bytes, bits: int) -> str:
    """Return the header's value in a relay's answer."""
    return f"{salt.hex()} {bits}"


def parse_asked(untrusted_value: str) -> tuple[bytes, int]:
    """Return salt and bits of a relay's answer; BadRequest, also if it asks for more than BITS_MOST."""
    salt, _, bits = untrusted_value.partition(" ")
    if not _BITS.fullmatch(bits) or int(bits) > BITS_MOST:
        raise BadRequest
    return parse_hex(salt, SALT_BYTES), int(bits)


def print_done(salt: bytes, nonce: bytes) -> str:
    """Return the header's value in a request."""
    return f"{salt.hex()} {nonce.hex()}"


def parse_done(untrusted_value: str) -> tuple[bytes, bytes]:
    """Return salt and nonce of a request; BadRequest."""
    salt, _, nonce = untrusted_value.partition(" ")
    return parse_hex(salt, SALT_BYTES), parse_hex(nonce, NONCE_BYTES)
