"""Coming back from nothing: who together can, what was put by for it, and when it was tried."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from leeward.base.say import Message, say
from leeward.domain.typed import Typed

HOLDERS_MOST = 16
NEEDED_USUAL = 2


class RecoverySet(Typed, frozen=True, kw_only=True):
    """A proposal: any `needed` of these members together can bring back what the desks that agree hold."""

    kind: ClassVar[str] = "recovery_set"
    needed: int = 0
    members: tuple[str, ...] = ()
    at: int = 0  # milliseconds
    by: str = ""  # member id


class RecoveryAgreed(Typed, frozen=True, kw_only=True):
    """That a member agreed to a proposal, so that all see how far it is. Their own desk asks its own memory."""

    kind: ClassVar[str] = "recovery_agreed"
    recovery_set_id: str = ""
    by: str = ""
    at: int = 0


class Escrowed(Typed, frozen=True, kw_only=True):
    """That the keys of this compartment up to an epoch were shared out, and among whom (`circle`)."""

    kind: ClassVar[str] = "escrowed"
    epoch: int = 0
    circle: str = ""
    bundle: str = ""
    needed: int = 0
    boxes: tuple[str, ...] = ()  # of the keys that got a share
    at: int = 0

    def is_given_away(self, in_use: Collection[str]) -> bool:
        """Tell whether enough of these keys are out of use, and so perhaps in one hand, to open what was shared."""
        return 0 < self.needed <= sum(1 for box in self.boxes if box not in in_use)


class WordsShown(Typed, frozen=True, kw_only=True):
    """That a member took out the words of their recovery key, on the screen or on paper."""

    kind: ClassVar[str] = "recovery_words"
    by: str = ""
    at: int = 0
    how: str = ""  # "screen", "sheet", "sheets"


class Rehearsal(Typed, frozen=True, kw_only=True):
    """That coming back was tried, how long it took, and what came back."""

    kind: ClassVar[str] = "recovery_rehearsal"
    by: str = ""
    at: int = 0
    seconds: int = 0
    parts: int = 0  # that should have come back
    parts_back: int = 0
    records: int = 0  # that were compared
    different: int = 0
    paper: bool = False  # the words were typed from the paper


class CameBack(Typed, frozen=True, kw_only=True):
    """That a device was founded by coming back: who was there, and from what."""

    kind: ClassVar[str] = "came_back"
    at: int = 0
    device_id: str = ""
    present: tuple[str, ...] = ()  # member ids whose words were typed
    source: str = ""  # "relay", "export"


def why_not(needed: int, holders: Collection[str], members: int) -> Message | None:
    """Return why these people cannot be the ones; None if they can. `members` is how many the team has.

    No single person may open all that a team of several has.
    """
    if not holders:
        return say("Choose at least one person.")
    if len(holders) > HOLDERS_MOST:
        return say("At most {most} people can hold a share.", most=HOLDERS_MOST)
    if needed > len(holders) or needed < 1:
        return say("There must be at least as many people as are needed.")
    if needed == 1 and (members > 1 or len(holders) > 1):
        return say("In a team of several, no one person alone may open everything: choose two at least.")
    return None
