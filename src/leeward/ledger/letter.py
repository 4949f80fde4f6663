"""A letter: what one device tells another, sealed and signed, outside any compartment (protocol, section 6.1).

Nobody but the two can read it, whichever circles they hold; it comes to the receiver's own box, like a grant. Pure.

1. It parses under version 1 and prints back to the same bytes.
2. It is for this device and no other: a letter passed on by its receiver says nothing to a third.
3. Its sender is a device of the roster that was not removed.
4. The signature of purpose `letter` covers 1-3.
A letter may come twice, and late: whoever acts on one acts so that twice is once, and looks at its moment.
"""

from __future__ import annotations

import msgspec

from leeward.base.say import say
from leeward.ledger.errors import LetterError
from leeward.ledger.signed import Paper, Signed
from leeward.seal.errors import SealError
from leeward.seal.signing import Purpose, SigningKey, VerifyKey

VERSION = 1
BODY_MOST = 1024 * 1024
_PURPOSE_MOST = 32


class Letter(msgspec.Struct, array_like=True, frozen=True):
    """What the sender signs. `purpose` says which part of the program it is for; `at` is the sender's clock."""

    version: int
    id: str  # drawn by the sender: the same letter twice is one
    sender: str  # device id
    receiver: str  # device id
    purpose: str
    at: int  # milliseconds
    body: bytes


_paper = Paper(
    Letter,
    LetterError,
    unreadable=say("A letter between devices cannot be read."),
    spelled=say("A letter between devices is not written the one way it must be."),
)


def print_letter(letter: Letter, key: SigningKey) -> bytes:
    """Return the signed letter, ready to be sealed."""
    raw = _paper.raw(letter)
    return _paper.join(raw, key.sign(Purpose.LETTER, raw))


def sender_of(untrusted: bytes) -> str:
    """Return the device id that a letter claims as its sender, to look its key up. Believe nothing else yet."""
    return _parse(untrusted).head.sender


def read_letter(untrusted: bytes, *, receiver: str, sender_key: VerifyKey) -> Letter:
    """Return a letter that keeps the rules above; LetterError otherwise."""
    signed = _parse(untrusted)  # 1
    letter = signed.head
    if letter.receiver != receiver:  # 2
        raise LetterError(say("This letter was written to another device."))
    if letter.sender != sender_key.fingerprint():  # 3
        raise LetterError(say("This letter does not come from the device that it names."))
    try:
        sender_key.verify(Purpose.LETTER, signed.signature, signed.raw)  # 4
    except SealError as error:
        raise LetterError(say("This letter was not signed by the device that it names.")) from error
    return letter


def _parse(untrusted: bytes) -> Signed[Letter]:
    signed = _paper.read(untrusted)
    letter = signed.head
    names = 0 < len(letter.purpose) <= _PURPOSE_MOST and 0 < len(letter.id) <= 64
    if letter.version != VERSION or not names or len(letter.body) > BODY_MOST:
        raise LetterError(say("A letter between devices is of a version that this program does not know."))
    return signed
