"""The three ways a file key is wrapped: hybrid post-quantum, X25519 (for others' keys only), and passphrase.

Each `unwrap_` returns None when the stanza is well formed but for somebody else, and raises EnvelopeMalformed when
it breaks the format:

 1. Number of arguments, sizes of shares, salts and bodies are exact; a file key has 16 bytes, so a body has 32.
 2. An X25519 share that leads to an all-zero secret is refused: its author would know the key without a secret.
 3. A passphrase's work factor is decimal without leading zero and at most 20 (1 GiB of memory): a stranger's file
    must not be able to stop this machine.
"""

from __future__ import annotations

import hmac
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHAKE256, Hash
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from leeward.seal._hazmat.header import Stanza, from_base64, to_base64
from leeward.seal._hazmat.kdf import hkdf
from leeward.seal.errors import EnvelopeMalformed, KeyMalformed, NotEnoughMemory

HYBRID = "mlkem768x25519"
CLASSIC = "X25519"
CLASSIC_PUBLIC_SIZE = 32
SCRYPT = "scrypt"
FILE_KEY_SIZE = 16
HYBRID_PUBLIC_SIZE = 1216
WORK_FACTOR_MOST = 20

_WRAPPED_SIZE = FILE_KEY_SIZE + 16
_KEM_PUBLIC_SIZE = 1184
_SHARE_SIZE = 1120  # 1,088 of ML-KEM-768, 32 of X25519
_SALT_SIZE = 16
_ZERO_NONCE = bytes(12)
_HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
_CLASSIC_INFO = b"age-encryption.org/v1/X25519"
_SCRYPT_INFO = b"age-encryption.org/v1/scrypt"
_WORK_FACTOR = re.compile(r"[1-9][0-9]?")
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class HybridPrivate:
    """The secret half of a hybrid key, expanded from its 32-byte seed."""

    __slots__ = ("key", "public")

    def __init__(self, seed: bytes) -> None:
        hasher = Hash(SHAKE256(96))  # X-Wing: SHAKE256 gives both halves
        hasher.update(seed)
        expanded = hasher.finalize()
        kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.key = MLKEM768X25519PrivateKey(kem, curve)
        self.public = kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


class HybridPublic:
    """The public half of a hybrid key."""

    __slots__ = ("key",)

    def __init__(self, untrusted_bytes: bytes) -> None:
        try:
            kem = MLKEM768PublicKey.from_public_bytes(untrusted_bytes[:_KEM_PUBLIC_SIZE])
            curve = X25519PublicKey.from_public_bytes(untrusted_bytes[_KEM_PUBLIC_SIZE:])
        except ValueError:
            raise KeyMalformed("recipient") from None
        self.key = MLKEM768X25519PublicKey(kem, curve)


class ClassicPrivate:
    """The secret half of an X25519 key of another age tool."""

    __slots__ = ("key", "public")

    def __init__(self, raw: bytes) -> None:
        self.key = X25519PrivateKey.from_private_bytes(raw)
        self.public = self.key.public_key().public_bytes_raw()


class ClassicPublic:
    """The public half of an X25519 key."""

    __slots__ = ("key",)

    def __init__(self, untrusted_bytes: bytes) -> None:
        try:
            self.key = X25519PublicKey.from_public_bytes(untrusted_bytes)
            X25519PrivateKey.from_private_bytes(b"\x01" * 32).exchange(self.key)  # 2
        except ValueError:
            raise KeyMalformed("recipient") from None


def wrap_classic(public: ClassicPublic, file_key: bytes) -> Stanza:
    """Wrap a file key to an X25519 recipient, under a share drawn for this file alone."""
    drawn = X25519PrivateKey.generate()
    share = drawn.public_key().public_bytes_raw()
    key = hkdf(drawn.exchange(public.key), salt=share + public.key.public_bytes_raw(), info=_CLASSIC_INFO)
    body = ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)
    return Stanza((CLASSIC, to_base64(share).decode()), body)


def wrap_hybrid(public: HybridPublic, file_key: bytes) -> Stanza:
    """Wrap a file key to a hybrid recipient."""
    try:
        wrapped = _SUITE.encrypt(file_key, public.key, info=_HYBRID_INFO)
    except ValueError:
        raise KeyMalformed("recipient with a low-order point") from None  # 2
    share = to_base64(wrapped[:_SHARE_SIZE]).decode()
    return Stanza((HYBRID, share), wrapped[_SHARE_SIZE:])


def unwrap_hybrid(private: HybridPrivate, stanza: Stanza) -> bytes | None:
    """Return the file key, or None if the stanza is for another recipient."""
    if len(stanza.args) != 2 or len(stanza.body) != _WRAPPED_SIZE:  # 1
        raise EnvelopeMalformed("hybrid stanza")
    share = from_base64(stanza.args[1].encode())
    if len(share) != _SHARE_SIZE:  # 1
        raise EnvelopeMalformed("hybrid share")
    try:
        return _SUITE.decrypt(share + stanza.body, private.key, info=_HYBRID_INFO)
    except InvalidTag:
        _require_real_share(X25519PrivateKey.from_private_bytes(b"\x01" * 32), share[-32:])  # 2
        return None


def unwrap_classic(private: ClassicPrivate, stanza: Stanza) -> bytes | None:
    """Return the file key, or None if the stanza is for another recipient."""
    if len(stanza.args) != 2 or len(stanza.body) != _WRAPPED_SIZE:  # 1
        raise EnvelopeMalformed("X25519 stanza")
    share = from_base64(stanza.args[1].encode())
    if len(share) != 32:  # 1
        raise EnvelopeMalformed("X25519 share")
    secret = _require_real_share(private.key, share)  # 2
    key = hkdf(secret, salt=share + private.public, info=_CLASSIC_INFO)
    return _unwrap(key, stanza.body)


def wrap_scrypt(passphrase: bytes, work_factor: int, file_key: bytes) -> Stanza:
    """Wrap a file key under a passphrase, with 2^work_factor rounds of scrypt (r=8, p=1)."""
    salt = secrets.token_bytes(_SALT_SIZE)
    key = _scrypt(passphrase, salt, work_factor)
    body = ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)
    return Stanza((SCRYPT, to_base64(salt).decode(), str(work_factor)), body)


def unwrap_scrypt(passphrase: bytes, stanza: Stanza) -> bytes | None:
    """Return the file key, or None if the passphrase is wrong."""
    if len(stanza.args) != 3 or len(stanza.body) != _WRAPPED_SIZE:  # 1
        raise EnvelopeMalformed("scrypt stanza")
    salt = from_base64(stanza.args[1].encode())
    if len(salt) != _SALT_SIZE:  # 1
        raise EnvelopeMalformed("scrypt salt")
    if not _WORK_FACTOR.fullmatch(stanza.args[2]) or int(stanza.args[2]) > WORK_FACTOR_MOST:  # 3
        raise EnvelopeMalformed("scrypt work factor")
    return _unwrap(_scrypt(passphrase, salt, int(stanza.args[2])), stanza.body)


def _scrypt(passphrase: bytes, salt: bytes, work_factor: int) -> bytes:
    try:
        return Scrypt(salt=_SCRYPT_INFO + salt, length=32, n=1 << work_factor, r=8, p=1).derive(passphrase)
    except MemoryError:
        raise NotEnoughMemory(1 << max(work_factor - 10, 0)) from None


def _unwrap(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag:
        return None


def _require_real_share(private: X25519PrivateKey, share: bytes) -> bytes:
    """Return the shared secret; raise for the few points that give zero under every key."""
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        raise EnvelopeMalformed("low-order X25519 share") from None


def header_mac(file_key: bytes, covered: bytes) -> bytes:
    """Return the MAC of a header: HMAC-SHA256 under a key that HKDF makes of the file key."""
    key = hkdf(file_key, salt=None, info=b"header")
    return hmac.digest(key, covered, "sha256")
