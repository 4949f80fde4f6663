"""Errors of the sync.

SyncError
 +-- RelayUnreachable   nothing answered, or only "busy"; try again later
 +-- RelayNonsense      an answer outside the protocol: another server, a broken proxy, or a lie
 `-- RelayRefused       an answer of the protocol that says no; `word` says which
"""

from __future__ import annotations

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say


class SyncError(LeewardError):
    """The relay could not do what was asked."""

    code = "sync"


class RelayUnreachable(SyncError):
    """Nothing answered in time, however often it was asked."""

    code = "sync.unreachable"

    def __init__(self, why: str) -> None:
        super().__init__(
            say("The relay does not answer ({why}).", why=why),
            kept=say("Everything you wrote is saved here and will be sent when it answers again."),
            next_step=say(
                "Go on working. If this lasts, check the network, and Tor if the relay is an onion service."
            ),
        )


class RelayNonsense(SyncError):
    """Something answered, but not as a relay does."""

    code = "sync.nonsense"

    def __init__(self, what: str) -> None:
        super().__init__(
            say("What answers at the relay's address does not speak as a relay does ({what}).", what=what),
            kept=say("Nothing it said was taken in, and everything you wrote is saved here."),
            next_step=say("Check the relay's address. If it is right, tell whoever runs the relay."),
        )


_REFUSALS: dict[str, Message] = {
    "bad-request": say("The relay did not understand the request."),
    "no-such-box": say("The relay knows no such box, or the key to it is not the right one."),
    "no-such-blob": say("The relay does not have that piece of a file."),
    "no-such-page": say("What answers at the relay's address has no such page."),
    "box-taken": say("The relay already has a box at that address, with other keys."),
    "item-taken": say("The relay already has another item under that id."),
    "blob-taken": say("The relay already has another piece of a file under that id."),
    "length-needed": say("The relay wants to be told a length first."),
    "too-large": say("The relay takes nothing that large."),
    "no-room": say("The relay's disk is full."),
}


class RelayRefused(SyncError):
    """The relay said no. `word` is its error word, `status` its HTTP status."""

    code = "sync.refused"

    def __init__(self, status: int, word: str) -> None:
        self.status = status
        self.word = word
        super().__init__(
            _REFUSALS.get(word, say("The relay refused: {word}.", word=word)),
            kept=say("Everything you wrote is saved here."),
            next_step=say("Tell whoever runs the relay what this says: {word}.", word=word),
        )
