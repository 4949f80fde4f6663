"""What lies in the box of a member's recovery key: shares of parts' keys, and anchors (protocol, section 8). Pure.

A share
1. parses under version 1 and prints back to the same bytes;
2. is for the member whose box it lies in: one passed on is worth nothing elsewhere;
3. is signed, with purpose `escrow`, by the device that gave it. Whether that device is to be believed, the reader asks.
An anchor is what a member's desk writes down for its own later self: which team it was, and whose word counted.
4. Only whoever has the recovery key can make one, or change one.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TypeAlias

import msgspec

from leeward.base.say import say
from leeward.ledger.errors import LedgerError
from leeward.ledger.signed import Paper
from leeward.seal.errors import SealError
from leeward.seal.shares import RecoveryKey
from leeward.seal.signing import Purpose, SigningKey, VerifyKey

VERSION = 1
PART, EXPORT = "part", "export"


class EscrowError(LedgerError):
    """Something in a recovery key's box is not what it should be."""

    code = "ledger.escrow"


class Share(msgspec.Struct, array_like=True, frozen=True):
    """One member's share of one bundle. `sealed` is an age file to the identity of the 32 bytes that are shared."""

    version: int
    giver: str  # device id
    holder: str  # member id
    at: int  # milliseconds, by the giver's clock
    what: str  # "part": the keys of one compartment; "export": those of an export
    bundle: str  # drawn; the same in every member's share of it
    needed: int
    ask: str  # fingerprint of the key by which somebody who holds these keys already shows it
    words: str
    sealed: bytes


class Anchor(msgspec.Struct, array_like=True, frozen=True):
    """Which team it was: its part's id, the SHA-256 of that part's first identity, and the devices that belonged."""

    version: int
    member: str
    team: str
    first: bytes
    devices: tuple[bytes, ...]  # verify keys
    at: int


class Part(msgspec.Struct, array_like=True, frozen=True):
    """The keys of one compartment, as in a grant."""

    compartment: str
    kind: str
    box: str
    read: str
    write: str
    made_at: int
    epochs: tuple[tuple[int, str], ...]


class Signed(msgspec.Struct, frozen=True):
    """A share that parsed, and what its signature is over; not to be believed before `verify`."""

    share: Share
    raw: bytes
    signature: bytes

    def verify(self, key: VerifyKey) -> bool:
        """Tell whether this device signed it (3)."""
        if key.fingerprint() != self.share.giver:
            return False
        try:
            key.verify(Purpose.ESCROW, self.signature, self.raw)
        except SealError:
            return False
        return True


Item: TypeAlias = Signed | Anchor

_UNREADABLE = say("Something kept for coming back cannot be read.")
_SPELLED = say("Something kept for coming back is not written the one way it must be.")
_share = Paper(Share, EscrowError, word="share", unreadable=_UNREADABLE, spelled=_SPELLED)
_anchor = Paper(Anchor, EscrowError, word="anchor", unreadable=_UNREADABLE, spelled=_SPELLED)
_BEGINS_A_SHARE = b"\x93\xa5share"  # a list of three, and the word
_encoder = msgspec.msgpack.Encoder()
_part = msgspec.msgpack.Decoder(Part)


def print_share(share: Share, key: SigningKey) -> bytes:
    """Return the signed share, ready to be sealed to its holder's key."""
    raw = _share.raw(share)
    return _share.join(raw, key.sign(Purpose.ESCROW, raw))


def print_anchor(anchor: Anchor, key: RecoveryKey) -> bytes:
    """Return the anchor with its proof, ready to be sealed to the same key."""
    raw = _anchor.raw(anchor)
    return _anchor.join(raw, key.prove(raw))


def read_item(untrusted: bytes, key: RecoveryKey) -> Item:
    """Return what was opened in a key's box. EscrowError."""
    if untrusted.startswith(_BEGINS_A_SHARE):
        share = _share.read(untrusted)
        _require_version(share.head.version)
        return Signed(share.head, share.raw, share.signature)
    anchor = _anchor.read(untrusted)
    _require_version(anchor.head.version)
    if not key.check(anchor.signature, anchor.raw):  # 4
        raise EscrowError(say("Something kept for coming back was not written by whoever has these words."))
    return anchor.head


def _require_version(version: int) -> None:
    if version != VERSION:  # 1
        raise EscrowError(_SPELLED)


def print_part(part: Part) -> bytes:
    """Return the keys of a compartment, ready to be sealed."""
    return _encoder.encode(part)


def read_part(untrusted: bytes) -> Part:
    """Return the keys of a compartment. EscrowError."""
    try:
        part = _part.decode(untrusted)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise EscrowError(say("Keys that were kept for coming back cannot be read.")) from error
    numbers = [number for number, _ in part.epochs]
    if not numbers or numbers != sorted(set(numbers)) or numbers[0] != 1:
        raise EscrowError(say("Keys that were kept for coming back are not complete."))
    return part


def first_hash(part: Part) -> bytes:
    """Return by which hash an anchor knows a part's first identity."""
    return hash_identity(part.epochs[0][1])


def hash_identity(text: str) -> bytes:
    """Return the SHA-256 of an identity string, which has 32 drawn bytes: the hash gives nothing away."""
    return hashlib.sha256(b"leeward-escrow-first-1\n" + text.encode("ascii", "replace")).digest()


def ask_key(newest_identity: str, bundle: str) -> SigningKey:
    """Return the key with which only a holder of a part's keys signs that they ask for a share of them."""
    seeds = [
        hmac.digest(
            newest_identity.encode("ascii"), b"leeward-escrow-ask-1 " + label + bundle.encode(), "sha256"
        )
        for label in (b"1 ", b"2 ")
    ]
    return SigningKey.from_bytes(b"".join(seeds))


def ask_message(asker: str, rehearsal: str, bundle: str) -> bytes:
    """Return what is signed with it: it is worth nothing to any other device than the one that asks."""
    return f"leeward-escrow-ask-1\n{asker}\n{rehearsal}\n{bundle}".encode()
