"""A grant hands the keys of one compartment to one device (protocol, section 6). Pure: bytes in, a Grant out.

1. It parses under version 1 and prints back to the same bytes.
2. It is for this device and no other: a grant passed on by its receiver opens nothing new.
3. Its giver is the key we were told to trust, or a device of the roster that was not removed.
4. The signature of purpose `grant` covers 1-3.
5. Of the circles that the whole team shares there is one each: a second one, of whatever age, is a trap.
"""

from __future__ import annotations

import msgspec

from leeward.base.say import say
from leeward.ledger.errors import GrantError
from leeward.ledger.signed import Paper, Signed
from leeward.seal.errors import SealError
from leeward.seal.signing import SigningKey, VerifyKey

VERSION = 1
SINGLE_KINDS = frozenset({"team", "intake", "beds", "record"})
PURPOSE = "grant"


class GrantHead(msgspec.Struct, array_like=True, frozen=True):
    """What the giver signs; `epochs` are (number, identity string), oldest first."""

    version: int
    giver: str
    receiver: str
    compartment: str
    kind: str
    box: str
    read: str
    write: str
    epochs: tuple[tuple[int, str], ...]
    at: int


_paper = Paper(
    GrantHead,
    GrantError,
    unreadable=say("A grant cannot be read."),
    spelled=say("A grant is not written the one way it must be."),
)


def print_grant(head: GrantHead, key: SigningKey) -> bytes:
    """Return the signed grant, ready to be sealed."""
    raw = _paper.raw(head)
    return _paper.join(raw, key.sign(PURPOSE, raw))


def giver_of(untrusted: bytes) -> str:
    """Return the device id that a grant claims as its giver, to look its key up. Believe nothing else yet."""
    return _parse(untrusted).head.giver


def read_grant(untrusted: bytes, *, receiver: str, giver_key: VerifyKey) -> GrantHead:
    """Return a grant that keeps the rules above; GrantError otherwise."""
    signed = _parse(untrusted)  # 1
    head = signed.head
    if head.receiver != receiver:  # 2
        raise GrantError(say("This grant was made for another device."))
    if head.giver != giver_key.fingerprint():  # 3
        raise GrantError(
            say("This grant does not come from the device it should come from."),
            kept=say("Nothing was changed."),
            next_step=say("Compare the fingerprints again by voice before you go on."),
        )
    try:
        giver_key.verify(PURPOSE, signed.signature, signed.raw)  # 4
    except SealError as error:
        raise GrantError(say("This grant was not signed by the device it names.")) from error
    return head


def _parse(untrusted: bytes) -> Signed[GrantHead]:
    signed = _paper.read(untrusted)
    head = signed.head
    if head.version != VERSION:
        raise GrantError(say("A grant is of a version that this program does not know."))
    numbers = [number for number, _ in head.epochs]
    if not numbers or numbers != sorted(set(numbers)) or numbers[0] < 1:
        raise GrantError(say("A grant holds no keys, or not in their order."))
    return signed
