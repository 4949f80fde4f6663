"""Ed25519 and ML-DSA-65 side by side: a forger must break both."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from leeward.seal.errors import KeyMalformed, SignatureWrong

SEED_SIZE = 32  # of each of the two
PUBLIC_SIZES = (32, 1952)
SIGNATURE_SIZES = (64, 3309)
_CONTEXT = b"leeward-signed-1"


class PrivatePair:
    """Both secret keys."""

    __slots__ = ("_classic", "_quantum", "public")

    def __init__(self, seeds: bytes) -> None:
        self._classic = Ed25519PrivateKey.from_private_bytes(seeds[:SEED_SIZE])
        self._quantum = MLDSA65PrivateKey.from_seed_bytes(seeds[SEED_SIZE:])
        self.public = (
            self._classic.public_key().public_bytes_raw() + self._quantum.public_key().public_bytes_raw()
        )

    def sign(self, message: bytes) -> bytes:
        """Return both signatures, one after the other."""
        return self._classic.sign(message) + self._quantum.sign(message, _CONTEXT)


class PublicPair:
    """Both public keys."""

    __slots__ = ("_classic", "_quantum")

    def __init__(self, untrusted_bytes: bytes) -> None:
        if len(untrusted_bytes) != sum(PUBLIC_SIZES):
            raise KeyMalformed("verify key length")
        try:
            self._classic = Ed25519PublicKey.from_public_bytes(untrusted_bytes[: PUBLIC_SIZES[0]])
            self._quantum = MLDSA65PublicKey.from_public_bytes(untrusted_bytes[PUBLIC_SIZES[0] :])
        except ValueError:
            raise KeyMalformed("verify key") from None

    def verify(self, untrusted_signature: bytes, message: bytes) -> None:
        """Raise SignatureWrong unless both signatures verify."""
        if len(untrusted_signature) != sum(SIGNATURE_SIZES):
            raise SignatureWrong("length")
        classic, quantum = (
            untrusted_signature[: SIGNATURE_SIZES[0]],
            untrusted_signature[SIGNATURE_SIZES[0] :],
        )
        try:
            self._classic.verify(classic, message)
        except InvalidSignature:
            raise SignatureWrong("Ed25519") from None
        try:
            self._quantum.verify(quantum, message, _CONTEXT)
        except InvalidSignature:
            raise SignatureWrong("ML-DSA-65") from None
