"""Errors of the sync.

SyncError (a wire.errors.WireError)
 +-- RelayUnreachable   nothing answered, or only "busy"; try again later
 +-- RelayNonsense      an answer outside the protocol: another server, a broken proxy, or a lie
 `-- RelayRefused       an answer of the protocol that says no; `word` says which
"""

from __future__ import annotations

from leeward.base.say import say
from leeward.wire.errors import Refused, WireError


class SyncError(WireError):
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


class RelayRefused(SyncError):
    """The relay said no. `word` is its error word, `status` its HTTP status."""

    code = "sync.refused"

    def __init__(self, refusal: Refused) -> None:
        self.status = refusal.status
        self.word = refusal.word
        super().__init__(
            refusal.told,
            kept=say("Everything you wrote is saved here."),
            next_step=say("Tell whoever runs the relay what this says: {word}.", word=refusal.word),
        )
