"""Being away with nothing carried along: who, since when, and how they come back (ADR 35)."""

from __future__ import annotations

from typing import ClassVar

from leeward.domain.typed import Typed


class Away(Typed, frozen=True, kw_only=True):
    """That a member put a computer out of use and left. Decides nothing: the roster's papers do."""

    kind: ClassVar[str] = "away"
    member_id: str = ""
    device_id: str = ""  # that was put out of use
    back_id: str = ""  # the fingerprint that their words give
    forced_id: str = ""  # the one that the words give in the order that says: I am being forced
    since: int = 0  # milliseconds
    until: int = 0  # when they expect to be back; 0 not said
    told_id: str = ""  # the member whom they will call
    returned_at: int = 0
    returned_by: str = ""  # member id of who let them in
    closed_at: int = 0  # the team waits no longer

    @property
    def open(self) -> bool:
        """Tell whether they are still waited for."""
        return not self.returned_at and not self.closed_at


class NotGivenBack(Typed, frozen=True, kw_only=True):
    """That a part was not given back to a member's new device, on purpose: written in that part."""

    kind: ClassVar[str] = "not_given_back"
    device_id: str = ""
    at: int = 0
    by: str = ""  # member id
