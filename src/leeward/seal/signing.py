"""Signatures: who wrote a segment, a grant, a card.

1. Two signatures, Ed25519 and ML-DSA-65, and both must verify.
2. What is signed begins with our name and the purpose: a signature for one purpose is worth nothing for another.
3. Verifying raises; there is no False to overlook.
"""

from __future__ import annotations

import base64
import enum
import hashlib

from leeward.base.ports import Chance
from leeward.seal._hazmat.signatures import SEED_SIZE, PrivatePair, PublicPair
from leeward.seal.errors import KeyMalformed
from leeward.seal.secret import Secret


class Purpose(enum.StrEnum):
    """What a signature is for."""

    SEGMENT = "segment"
    GRANT = "grant"
    LETTER = "letter"
    CARD = "card"
    DEVICE = "device"
    ESCROW = "escrow"
    EXPORT = "export"
    FORM = "form"


class VerifyKey:
    """Who a signature is of. Public; 1,984 bytes."""

    __slots__ = ("_fingerprint", "_pair", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = bytes(raw)
        self._pair = PublicPair(self._raw)
        self._fingerprint = ""

    @classmethod
    def from_bytes(cls, untrusted_bytes: bytes) -> VerifyKey:
        """Return the key of 32 + 1,952 bytes, or raise KeyMalformed."""
        return cls(untrusted_bytes)

    def to_bytes(self) -> bytes:
        """Return 32 bytes of Ed25519 and 1,952 of ML-DSA-65."""
        return self._raw

    def fingerprint(self) -> str:
        """Return what people compare by voice, which is also the device's id: 26 letters and digits."""
        if not self._fingerprint:
            digest = hashlib.sha256(self._raw).digest()[:16]
            self._fingerprint = base64.b32encode(digest).decode().rstrip("=").lower()
        return self._fingerprint

    def verify(self, purpose: str, untrusted_signature: bytes, message: bytes) -> None:
        """Raise SignatureWrong unless both signatures are of this key over this purpose and message."""
        self._pair.verify(untrusted_signature, _signed_part(purpose, message))  # 1 2 3

    def __repr__(self) -> str:
        return f"VerifyKey({self.fingerprint()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and self._raw == other._raw

    def __hash__(self) -> int:
        return hash(self._raw)


class SigningKey(Secret):
    """What signs for one device."""

    __slots__ = ("_pair", "_verify_key")

    def __init__(self, seeds: bytes) -> None:
        if len(seeds) != 2 * SEED_SIZE:
            raise KeyMalformed("signing key length")
        super().__init__(seeds)
        self._pair = PrivatePair(self._raw)
        self._verify_key = VerifyKey(self._pair.public)

    @classmethod
    def from_bytes(cls, seeds: bytes) -> SigningKey:
        """Return the key that `to_bytes` gave (64 bytes: both seeds)."""
        return cls(seeds)

    def to_bytes(self) -> bytes:
        """Return both seeds, 64 bytes, to be kept sealed."""
        return self._raw

    def verify_key(self) -> VerifyKey:
        """Return the public half."""
        return self._verify_key

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Return both signatures (3,373 bytes) over a purpose and message."""
        return self._pair.sign(_signed_part(purpose, message))


def make_signing_key(chance: Chance) -> SigningKey:
    """Draw a new signing key."""
    return SigningKey(chance.draw(2 * SEED_SIZE))


def _signed_part(purpose: str, message: bytes) -> bytes:
    return b"leeward-signed-1\n" + Purpose(purpose).value.encode() + b"\n" + message  # 2
