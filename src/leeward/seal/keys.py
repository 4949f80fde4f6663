"""Keys that open and seal: hybrid identities and recipients, and passphrases; X25519 for others' keys only.

An Identity opens; its Recipient seals. Their texts are those of the age format, so that the stock tool takes them:
`AGE-SECRET-KEY-PQ-1…` (77 characters) and `age1pq1…` (1,959).
"""

from __future__ import annotations

from functools import cached_property

from leeward.base.ports import Chance
from leeward.seal._hazmat import bech32
from leeward.seal._hazmat.stanzas import (
    CLASSIC_PUBLIC_SIZE,
    HYBRID_PUBLIC_SIZE,
    WORK_FACTOR_MOST,
    ClassicPrivate,
    ClassicPublic,
    HybridPrivate,
    HybridPublic,
)
from leeward.seal.errors import KeyMalformed
from leeward.seal.secret import Secret

SEED_SIZE = 32
DEFAULT_WORK_FACTOR = 18  # about a second, 256 MiB
_IDENTITY = "age-secret-key-pq-"
_CLASSIC_IDENTITY = "age-secret-key-"
_RECIPIENT = "age1pq"
_CLASSIC_RECIPIENT = "age"


class Recipient:
    """To whom something is sealed. Public."""

    def __init__(self, public: bytes) -> None:
        self._public = bytes(public)
        self.key = HybridPublic(self._public)

    @classmethod
    def from_string(cls, untrusted_text: str) -> Recipient:
        """Return the recipient that `age1pq1…` names, or raise KeyMalformed."""
        return cls(bech32.decode(_RECIPIENT, untrusted_text, HYBRID_PUBLIC_SIZE))

    def string(self) -> str:
        """Return `age1pq1…`, 1,959 characters."""
        return self._string

    @cached_property
    def _string(self) -> str:
        return bech32.encode(_RECIPIENT, self._public)

    def __repr__(self) -> str:
        return f"Recipient({self.string()[:24]}…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and self._public == other._public

    def __hash__(self) -> int:
        return hash(self._public)


class Identity(Secret):
    """What opens things sealed to its recipient."""

    __slots__ = ("_private", "_recipient")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise KeyMalformed("identity length")
        super().__init__(seed)
        self._private: HybridPrivate | None = None
        self._recipient: Recipient | None = None

    @classmethod
    def from_seed(cls, seed: bytes) -> Identity:
        """Return the identity of 32 bytes that already are as good as random."""
        return cls(seed)

    @classmethod
    def from_string(cls, untrusted_text: str) -> Identity:
        """Return the identity that `AGE-SECRET-KEY-PQ-1…` names, or raise KeyMalformed."""
        return cls(_decode_upper(_IDENTITY, untrusted_text))

    def string(self) -> str:
        """Return `AGE-SECRET-KEY-PQ-1…`, 77 characters. Whoever has it can open everything sealed to it."""
        return bech32.encode(_IDENTITY, self._raw).upper()

    def recipient(self) -> Recipient:
        """Return the public half."""
        if self._recipient is None:
            self._recipient = Recipient(self.hazmat_private().public)
        return self._recipient

    def hazmat_private(self) -> HybridPrivate:
        """Return the expanded key; for the envelope only."""
        if self._private is None:
            self._private = HybridPrivate(self._raw)
        return self._private


class ClassicIdentity(Secret):
    """An X25519 identity of another age tool (`AGE-SECRET-KEY-1…`), to open foreign files; none of ours is such."""

    __slots__ = ("_private",)

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self._private = ClassicPrivate(raw)

    @classmethod
    def from_string(cls, untrusted_text: str) -> ClassicIdentity:
        """Return the identity that `AGE-SECRET-KEY-1…` names, or raise KeyMalformed."""
        return cls(_decode_upper(_CLASSIC_IDENTITY, untrusted_text))

    def hazmat_private(self) -> ClassicPrivate:
        """Return the expanded key; for the envelope only."""
        return self._private


class ClassicRecipient:
    """A partner's X25519 key (`age1…`, 62 characters). Who keeps the file can open it once quantum computers can."""

    def __init__(self, public: bytes) -> None:
        self._public = bytes(public)
        self.key = ClassicPublic(self._public)

    @classmethod
    def from_string(cls, untrusted_text: str) -> ClassicRecipient:
        """Return the recipient that `age1…` names, or raise KeyMalformed."""
        return cls(bech32.decode(_CLASSIC_RECIPIENT, untrusted_text, CLASSIC_PUBLIC_SIZE))

    def string(self) -> str:
        """Return `age1…`, 62 characters."""
        return bech32.encode(_CLASSIC_RECIPIENT, self._public)


class Passphrase(Secret):
    """Words that a person chose. `work_factor` counts when sealing: 2^work_factor rounds of scrypt, 1 KiB each."""

    __slots__ = ("work_factor",)

    def __init__(self, text: str, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        if not text:
            raise KeyMalformed("empty passphrase")
        if not 1 <= work_factor <= WORK_FACTOR_MOST:
            raise ValueError("a work factor is from 1 to 20")
        try:
            super().__init__(text.encode())
        except UnicodeEncodeError:
            raise KeyMalformed("passphrase is not text") from None
        self.work_factor = work_factor

    def hazmat_bytes(self) -> bytes:
        """Return the passphrase's UTF-8; for the envelope only."""
        return self._raw


def parse_recipient(untrusted_text: str) -> Recipient | ClassicRecipient:
    """Return the recipient of either kind that a text names, or raise KeyMalformed."""
    if untrusted_text.startswith(_RECIPIENT + "1"):
        return Recipient.from_string(untrusted_text)
    return ClassicRecipient.from_string(untrusted_text)


def make_identity(chance: Chance) -> Identity:
    """Draw a new identity."""
    return Identity(chance.draw(SEED_SIZE))


def _decode_upper(prefix: str, untrusted_text: str) -> bytes:
    lower = untrusted_text.lower()
    if untrusted_text != lower.upper():
        raise KeyMalformed("case")
    return bech32.decode(prefix, lower, SEED_SIZE)
