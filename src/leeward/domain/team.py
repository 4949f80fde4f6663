"""Who is on the team, with which devices, in which roles, and who was given which key."""

from __future__ import annotations

from typing import Annotated, ClassVar

from leeward.domain.typed import Coded, Typed
from leeward.domain.vocabulary import Term, Vocabulary

ROLES = Vocabulary(
    "role",
    Term("operator", "Operator", "Оператор", "Answers the hotline, triages and vets."),
    Term(
        "coordinator", "Coordinator", "Координатор", "Looks after people: needs, places, journeys, check-ins."
    ),
    Term(
        "documenter", "Documenter", "Документалист", "Takes testimony and keeps the record and its evidence."
    ),
    Term("advocate", "Advocate", "Правозащитник", "Writes appeals and releases, and counts the silence."),
    Term("safety", "Safety lead", "Ответственный за безопасность", "Looks after keys, devices and drills."),
    Term("volunteer", "Volunteer", "Волонтёр", "Does single tasks; knows no more than each needs."),
    Term(
        "partner",
        "Partner reader",
        "Читатель-партнёр",
        "From another organisation; reads single cases that were granted.",
    ),
)

STARTING_CIRCLES: dict[str, tuple[str, ...]] = {
    "operator": ("team", "intake", "beds"),
    "coordinator": ("team", "intake", "beds", "record"),
    "documenter": ("team", "record"),
    "advocate": ("team", "record"),
    "safety": ("team",),
    "volunteer": ("team",),
    "partner": ("team",),
}
"""Which compartments' keys a role is handed on its first day. Only a start: holding a key is the permission.

Every device holds the team's: without the roster it could believe nobody's signature (docs/adr/0023).
"""

TEAM_KINDS = ("team", "intake", "beds", "record")


class Team(Typed, frozen=True, kw_only=True):
    """The team itself: one record, whose id is that of its compartment. `card` is the signed intake card (JSON)."""

    kind: ClassVar[str] = "team"
    name: str = ""
    languages: Annotated[tuple[str, ...], Coded("language")] = ()
    relay: str = ""  # address that new devices are told
    card: str = ""


class Member(Typed, frozen=True, kw_only=True):
    """A person on the team, under the name the team uses."""

    kind: ClassVar[str] = "member"
    name: str = ""
    role: Annotated[str, Coded("role")] = ""
    languages: Annotated[tuple[str, ...], Coded("language")] = ()
    on_duty_until: int = 0  # milliseconds; 0 is off duty


class Access(Typed, frozen=True, kw_only=True):
    """That a device was given a compartment's key: written in that compartment, so that all who hold it see it."""

    kind: ClassVar[str] = "access"
    device_id: str = ""
    member_id: str = ""
    at: int = 0  # milliseconds
    by: str = ""  # member id of the giver


class Rekey(Typed, frozen=True, kw_only=True):
    """That a compartment got a new key, and without which devices: written in that compartment."""

    kind: ClassVar[str] = "rekey"
    epoch: int = 0
    without: tuple[str, ...] = ()  # device ids
    at: int = 0  # milliseconds
    erased: tuple[
        str, ...
    ] = ()  # erasures: all of the part lies in this key's box again, without what they took


class Hotline(Typed, frozen=True, kw_only=True):
    """The box that the intake page writes to and only desks with the intake key can read."""

    kind: ClassVar[str] = "hotline"
    box: str = ""
    read: str = ""
    write: str = ""


class PageCard(Typed, frozen=True, kw_only=True):
    """A new card for the intake page with a box of its own: written in the intake's newest epoch (ADR 34).

    A draft until a second member has signed it, or until it is handed to the relay by hand. The box it replaced is
    read on.
    """

    kind: ClassVar[str] = "page_card"
    number: int = 0  # the place in the row, and 32 drawn bits; the highest that counts is the newest
    card: str = ""  # signed by the device that drafted it
    witnessed: str = ""  # the same with a second signature
    by_hand: bool = False
    box: str = ""
    read: str = ""
    write: str = ""
    counts_since: int = 0  # milliseconds
