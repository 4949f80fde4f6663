"""Safe places by code name, and, sealed apart from them, where they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from leeward.domain.typed import Coded, Note, Typed


class Place(Typed, frozen=True, kw_only=True):
    """A place where people sleep in safety. In the `team` compartment: code name and capacity, never the address."""

    kind: ClassVar[str] = "place"

    code_name: str = ""
    capacity: int = 0  # beds
    access_set: Annotated[tuple[str, ...], Coded("access")] = ()  # cases.words.ACCESS: what it has
    exposure: Annotated[str, Coded("exposure")] = "clean"
    exposed_since: int = 0  # since when it has been what `exposure` says
    exposure_reason: str = ""
    swept: str = ""  # the day of the last sweep
    rent_until: str = ""  # the last night that is paid
    night_cents: int = 0  # what a person and night costs, in EUR
    line: Annotated[str, Coded("budget-line")] = "housing"  # cases.words.BUDGET_LINE
    rules: str = ""  # what whoever sleeps there must know
    leaving: str = ""  # how everyone gets out, and where to
    keeper_id: str = ""  # the member who looks after it
    address_id: str = ""  # its place_address, in a compartment of its own
    address_compartment_id: str = ""
    knows_ids: tuple[str, ...] = ()  # members who were given the address
    retired_at: int = 0
    openings: tuple[
        Note, ...
    ] = ()  # {"reason"}: that the address was opened, for the whole team; the words are in its own circle
    remarks: tuple[Note, ...] = ()


class PlaceAddress(Typed, frozen=True, kw_only=True):
    """Where a place is. In a compartment of kind `address`; that it was opened is told to the team as well."""

    kind: ClassVar[str] = "place_address"

    place_id: str = ""
    address: str = ""
    how_to_enter: str = ""
    owner: str = ""
    rent: str = ""
    sealed: bytes = b""  # all of the above, if it takes two people to open it (office/openings_two)
    split_id: str = ""  # how its key was split


def nights_left(place: Place, night: str) -> bool:
    """Return whether the place can still be slept in on that night (ISO): the rent is paid and it is in use."""
    return not place.retired_at and (not place.rent_until or night <= place.rent_until)


def in_order(places: Iterable[Place]) -> list[Place]:
    """Return places in use by name, numbers as numbers: Harbour 2 before Harbour 10."""
    return sorted(
        (one for one in places if not one.retired_at), key=lambda one: (natural(one.code_name), one.id)
    )


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sorting key in which runs of digits count as numbers."""
    parts: list[str] = []
    for char in name.casefold():
        if parts and char.isdecimal() == parts[-1].isdecimal():
            parts[-1] += char
        else:
            parts.append(char)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
