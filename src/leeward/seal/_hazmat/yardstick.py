"""The bare cipher on chunks of 64 KiB: what no age codec on this library can outrun. For benchmarks only."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from leeward.seal._hazmat.payload import CHUNK, TAG


def run_bare_cipher(data: memoryview) -> None:
    """Seal every chunk of the data under a key that is thrown away, and drop the outcome."""
    encrypt_into = ChaCha20Poly1305(secrets.token_bytes(32)).encrypt_into
    target = memoryview(bytearray(CHUNK + TAG))
    for number, start in enumerate(range(0, len(data), CHUNK)):
        chunk = data[start : start + CHUNK]
        encrypt_into(number.to_bytes(12), chunk, None, target[: len(chunk) + TAG])
