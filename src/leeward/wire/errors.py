"""What a relay answers when it says no: one status and one ASCII word each (protocol 4).

WireError
 +-- ListingDamaged   the bytes of a listing are no listing
 `-- Refused          a relay's no
      +-- BadRequest    400 bad-request
      +-- WrongSum      400 wrong-sum
      +-- KnownOnly     403 known-only
      +-- NoSuchBox     404 no-such-box (or the token is wrong)
      +-- NoSuchBlob    404 no-such-blob (or the token is wrong)
      +-- NoSuchPage    404 no-such-page
      +-- BoxTaken      409 box-taken
      +-- ItemTaken     409 item-taken
      +-- BlobTaken     409 blob-taken
      +-- LengthNeeded  411 length-needed
      +-- TooLarge      413 too-large
      +-- WorkNeeded    429 work-needed (with salt and bits)
      +-- Busy          503 busy
      `-- NoRoom        507 no-room
"""

from __future__ import annotations

from typing import ClassVar

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say


class WireError(LeewardError):
    """Something on the network is not as the protocol says, or says no."""

    code = "wire"


class ListingDamaged(WireError):
    """The bytes of a listing do not parse."""

    code = "wire.listing-damaged"

    def __init__(self) -> None:
        super().__init__(
            say("The relay's answer is not a list of items."),
            kept=say("Nothing of it was taken in."),
            next_step=say("Check the relay's address, or tell whoever runs the relay."),
        )


class Refused(WireError):
    """A relay's no. `status` is the HTTP status, `word` the ASCII word that is the answer's body."""

    code = "wire.refused"
    status: ClassVar[int] = 500
    word: ClassVar[str] = ""
    told: ClassVar[Message] = say("The relay refused.")

    def __init__(self) -> None:
        super().__init__(self.told, kept=say("Nothing was stored, and nothing stored before was changed."))


class BadRequest(Refused):
    """The request has not the form of the protocol."""

    code = "wire.bad-request"
    status = 400
    word = "bad-request"
    told = say("The relay did not understand the request.")


class WrongSum(Refused):
    """The body is not what its sender said it was: something on the way changed it."""

    code = "wire.wrong-sum"
    status = 400
    word = "wrong-sum"
    told = say("What arrived at the relay is not what was sent.")


class KnownOnly(Refused):
    """The team takes messages only from those who have words already."""

    code = "wire.known-only"
    status = 403
    word = "known-only"
    told = say("The team takes messages only from those who have words already.")


class NoSuchBox(Refused):
    """No such box, or the token is wrong: nobody can tell which."""

    code = "wire.no-such-box"
    status = 404
    word = "no-such-box"
    told = say("The relay knows no such box, or the key to it is not the right one.")


class NoSuchBlob(Refused):
    """No such blob, or its erase token is wrong."""

    code = "wire.no-such-blob"
    status = 404
    word = "no-such-blob"
    told = say("The relay does not have that piece of a file.")


class NoSuchPage(Refused):
    """Nothing is served at that path."""

    code = "wire.no-such-page"
    status = 404
    word = "no-such-page"
    told = say("The relay has no such page.")


class BoxTaken(Refused):
    """The box exists with other tokens."""

    code = "wire.box-taken"
    status = 409
    word = "box-taken"
    told = say("The relay already has a box at that address, with other keys.")


class ItemTaken(Refused):
    """The item id is in use for other bytes."""

    code = "wire.item-taken"
    status = 409
    word = "item-taken"
    told = say("The relay already has another item under that id.")


class BlobTaken(Refused):
    """The blob's address is in use for other bytes or another erase token."""

    code = "wire.blob-taken"
    status = 409
    word = "blob-taken"
    told = say("The relay already has another piece of a file under that id.")


class LengthNeeded(Refused):
    """A body came without its length."""

    code = "wire.length-needed"
    status = 411
    word = "length-needed"
    told = say("The relay wants to be told a length first.")


class TooLarge(Refused):
    """The body is larger than the relay takes."""

    code = "wire.too-large"
    status = 413
    word = "too-large"
    told = say("The relay takes nothing that large.")


class WorkNeeded(Refused):
    """Too much comes at once: send it again with a proof of work (wire/work.py).

    `salt` (16 bytes) and `bits` travel in the header `Leeward-Work`.
    """

    code = "wire.work-needed"
    status = 429
    word = "work-needed"
    told = say("The relay asks for a little work first: too much comes at once.")

    def __init__(self, salt: bytes = bytes(16), bits: int = 0) -> None:
        super().__init__()
        self.salt = salt
        self.bits = bits


class Busy(Refused):
    """Try again later."""

    code = "wire.busy"
    status = 503
    word = "busy"
    told = say("The relay is busy.")
    retry_after: ClassVar[int] = 2  # seconds


class NoRoom(Refused):
    """The relay's disk is full."""

    code = "wire.no-room"
    status = 507
    word = "no-room"
    told = say("The relay's disk is full.")


REFUSALS: dict[str, type[Refused]] = {
    refusal.word: refusal
    for refusal in (
        BadRequest,
        WrongSum,
        KnownOnly,
        NoSuchBox,
        NoSuchBlob,
        NoSuchPage,
        BoxTaken,
        ItemTaken,
        BlobTaken,
        LengthNeeded,
        TooLarge,
        WorkNeeded,
        Busy,
        NoRoom,
    )
}


def print_refusal(refusal: Refused) -> bytes:
    """Return the body of the answer: the word and LF."""
    return refusal.word.encode("ascii") + b"\n"


def parse_refusal(status: int, untrusted_body: bytes) -> Refused | None:
    """Return the refusal that an answer's status and body name, or None if they name none."""
    for word, refusal in REFUSALS.items():
        if refusal.status == status and untrusted_body == word.encode("ascii") + b"\n":
            return refusal()
    return None
