"""The second half of opening a vault, in the hands of security keys. Bytes only; see docs/protocol.md 9.

1. A half is an identity that was drawn. A wrapped slot is the slot, sealed once more to the half.
2. The half is sealed to each security key on its own: to an identity made from the key's answer to the folder's salt.
3. To whom it is sealed is inside what is sealed, and nowhere else: whoever can write the file cannot add a key, nor
put anything in that a key's holder would take for ours.
4. During a change there are two halves, the new one first; either opens what it wrapped.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from leeward.seal._hazmat.kdf import hkdf
from leeward.seal.envelope import decrypt, encrypt
from leeward.seal.errors import EnvelopeMalformed, NoKeyFits, SealError
from leeward.seal.keys import SEED_SIZE, Identity, Recipient

ANSWER_SIZE = SALT_SIZE = 32
KEYS_MOST = 8
NAME_MOST = 60
FILE_MOST = 400_000
_INFO = b"leeward-security-key-1"
_STEP = 4096  # what is sealed has a multiple of this: names show no length
_WRAPPED = b"age-encryption.org/v1\n-> mlkem768x25519 "

_Salt = Annotated[bytes, msgspec.Meta(min_length=SALT_SIZE, max_length=SALT_SIZE)]
_Id = Annotated[bytes, msgspec.Meta(min_length=1, max_length=1024)]
_Seed = Annotated[bytes, msgspec.Meta(min_length=SEED_SIZE, max_length=SEED_SIZE)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MOST)]


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is readable of one enrolled key: what it must be asked for, and whether with its PIN."""

    id: _Id
    pin: bool
    sealed: Annotated[bytes, msgspec.Meta(max_length=40_000)]


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    salt: _Salt
    keys: Annotated[list[Credential], msgspec.Meta(min_length=1, max_length=KEYS_MOST)]


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed of one enrolled key."""

    id: _Id
    pin: bool
    name: _Name
    recipient: Annotated[str, msgspec.Meta(max_length=2500)]
    added_at: int


class Inside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every enrolled key opens: the halves, the newest first, and all keys."""

    halves: Annotated[list[_Seed], msgspec.Meta(min_length=1, max_length=2)]
    keys: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=KEYS_MOST)]

    def identities(self) -> list[Identity]:
        """Return the halves as keys."""
        return [Identity(half) for half in self.halves]


def identity_of(answer: bytes, salt: bytes) -> Identity:
    """Return the identity that a key's answer makes (2)."""
    if len(answer) != ANSWER_SIZE:
        raise ValueError("an answer has 32 bytes")
    return Identity(hkdf(answer, salt=salt, info=_INFO, size=SEED_SIZE))


def print_file(inside: Inside, salt: bytes) -> bytes:
    """Return the file's text: sealed anew for each of its keys."""
    text = msgspec.json.encode(inside)
    text = text.ljust(-(-len(text) // _STEP) * _STEP)
    keys = [
        Credential(key.id, key.pin, encrypt(text, Recipient.from_string(key.recipient)))
        for key in inside.keys
    ]
    return msgspec.json.encode(KeyFile(1, salt, keys))


def parse_file(untrusted_text: bytes) -> KeyFile:
    """Return what is readable without a key. EnvelopeMalformed."""
    if len(untrusted_text) > FILE_MOST:
        raise EnvelopeMalformed("key file too large")
    try:
        return msgspec.json.decode(untrusted_text, type=KeyFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EnvelopeMalformed("key file") from error


def open_file(file: KeyFile, answer: bytes) -> Inside:
    """Return what a key's answer opens. NoKeyFits if it is of none of these keys; EnvelopeMalformed."""
    identity = identity_of(answer, file.salt)
    for credential in file.keys:
        try:
            text = decrypt(credential.sealed, [identity])
        except NoKeyFits:
            continue
        try:
            return msgspec.json.decode(text, type=Inside)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise EnvelopeMalformed("inside of a key file") from error
    raise NoKeyFits


def is_wrapped(slot: bytes) -> bool:
    """Tell whether a slot needs a half before a passphrase."""
    return slot.startswith(_WRAPPED)


def wrap(slot: bytes, half: Identity) -> bytes:
    """Return a slot, sealed once more (1)."""
    return encrypt(slot, half.recipient())


def unwrap(wrapped: bytes, halves: list[Identity]) -> bytes:
    """Return the slot inside. SealError."""
    return decrypt(wrapped, halves)


def is_newest(wrapped: bytes, inside: Inside) -> bool:
    """Tell whether a slot is wrapped by the newest half."""
    try:
        decrypt(wrapped, inside.identities()[:1])
    except SealError:
        return False
    return True
