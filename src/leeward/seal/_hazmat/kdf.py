"""HKDF-SHA256 (RFC 5869)."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf(secret: bytes, *, salt: bytes | None, info: bytes, size: int = 32) -> bytes:
    """Return `size` bytes that only whoever has the secret can make; different `info`, unrelated bytes."""
    return HKDF(SHA256(), size, salt=salt, info=info).derive(secret)
