"""What can go wrong at the front: before its page is served, and while somebody sends a form without a script.

FrontError
 +-- CardRefused    the intake card is not one that a team signed
 +-- NotBuilt       the browser's part was not built into this installation
 +-- Trouble        a form cannot be done; a page says why, what was not lost, and what to do
 `-- RelayAway      the relay that the front speaks to did not answer as one
"""

from __future__ import annotations

from leeward.base.errors import LeewardError
from leeward.base.say import say


class FrontError(LeewardError):
    """The front cannot do what was asked of it."""

    code = "front"


class CardRefused(FrontError):
    """The intake card is malformed, or its signature is wrong."""

    code = "front.card"


class NotBuilt(FrontError):
    """The built files of the page are missing or damaged."""

    code = "front.not-built"


class Trouble(FrontError):
    """A form cannot be done. `key` names the sentence in plain_texts that says why, `values` what stands in it."""

    code = "front.trouble"

    def __init__(self, key: str, status: int = 422, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.status = status
        self.values = values


class RelayAway(FrontError):
    """The relay did not answer, or not as a relay does. What was asked of it may or may not have been done."""

    code = "front.relay-away"

    def __init__(self) -> None:
        super().__init__(
            say("The relay behind this page did not answer."),
            kept=say("What it keeps is not lost."),
            next_step=say("Look whether it runs, and whether its address is the right one."),
        )
