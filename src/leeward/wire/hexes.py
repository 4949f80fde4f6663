"""Addresses and tokens as they travel: lower-case hex of a fixed length, and nothing else."""

from __future__ import annotations

import re

from leeward.wire.errors import BadRequest

BOX_BYTES = 16
ITEM_BYTES = 16
TOKEN_BYTES = 32
BLOB_BYTES = 32
HASH_BYTES = 32

_HEX = re.compile(r"[0-9a-f]*")


def parse_hex(untrusted_text: str, size: int) -> bytes:
    """Return the `size` bytes that these hex digits spell; BadRequest if they are not exactly that."""
    if len(untrusted_text) != 2 * size or not _HEX.fullmatch(untrusted_text):
        raise BadRequest
    return bytes.fromhex(untrusted_text)


def parse_bearer(untrusted_value: str | None) -> bytes:
    """Return the token of an `Authorization` header; BadRequest if there is none of the right form."""
    if untrusted_value is None or not untrusted_value.startswith("Bearer "):
        raise BadRequest
    return parse_hex(untrusted_value[7:], TOKEN_BYTES)


def print_bearer(token: bytes) -> str:
    """Return the value of an `Authorization` header for this token."""
    if len(token) != TOKEN_BYTES:
        raise RuntimeError("a token has 32 bytes")
    return "Bearer " + token.hex()
