"""What the planner is asked: parties, places, ways out, visas, escorts, money. docs/plan-format.md says what it means.

Days and nights are whole numbers from 0; money in cents; time in minutes; ids are opaque strings.
"""

from __future__ import annotations

import msgspec

FORMAT = "leeward-instance-1"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all shapes share: fields by name, and none that is not known."""


class Weights(Strict, frozen=True, kw_only=True):
    """How points are counted: `sheltered` in per cent, `tail_nights` in nights, the others in points a person."""

    sheltered: int = 30
    tail_nights: int = 56
    move: int = 100
    change: int = 100
    late: int = 200


class Traveller(Strict, frozen=True, kw_only=True):
    """One person of a party."""

    id: str
    risk: int
    passport: str = ""
    passport_until: int | None = None


class Held(Strict, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """A visa somebody has: good on days `first` to `last`, both included."""

    country: str
    first: int
    last: int


class Stay(Strict, frozen=True, kw_only=True):
    """Nights `first` to `last`, both included, in a place."""

    place: str
    first: int
    last: int


class Visa(Strict, frozen=True, kw_only=True):
    """An appointment at a country's consulate on a day."""

    country: str
    day: int


class Way(Strict, frozen=True, kw_only=True):
    """What a plan gives a party: where it stays, when and how it leaves."""

    stays: tuple[Stay, ...] = ()
    departure: str | None = None
    visa: Visa | None = None
    visa_escort: str | None = None
    escort: str | None = None


class Fixed(Strict, frozen=True, kw_only=True):
    """What a person decided by hand. None or empty: left to the planner."""

    departure: str | None = None
    not_departures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()
    stays: tuple[Stay, ...] | None = None
    visa: Visa | None = None
    visa_escort: str | None = None
    escort: str | None = None


class Party(Strict, frozen=True, kw_only=True):
    """Who stays and leaves together."""

    id: str
    people: tuple[Traveller, ...]
    from_day: int = 0
    ready_day: int = 0
    needs: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    escort: bool = False
    at: str | None = None
    visas: tuple[Held, ...] = ()
    promised: Way | None = None
    fixed: Fixed = Fixed()


class Place(Strict, frozen=True, kw_only=True):
    """Where people sleep: beds by night, and what a person and night costs on which line."""

    id: str
    beds: tuple[int, ...]
    state: str = "clean"  # clean, doubtful, exposed
    has: tuple[str, ...] = ()
    cents: int = 0
    line: str = ""


class Country(Strict, frozen=True, kw_only=True):
    """A destination: who needs a visa for it, and how many appointments there are on which day."""

    id: str
    visa_for: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    lead_days: int = 0
    valid_days: int = 0
    passport_days: int = 0
    cents: int = 0
    line: str = ""
    escort_minutes: int = 0


class Departure(Strict, frozen=True, kw_only=True):
    """One way out on one day."""

    id: str
    day: int
    country: str
    seats: int
    route: str = ""
    tags: tuple[str, ...] = ()
    cents: int = 0
    line: str = ""
    escort: bool = False
    escort_minutes: int = 0
    escort_days: int = 1
    escort_parties: int = 1


class Member(Strict, frozen=True, kw_only=True):
    """A colleague who may go with people: minutes on each day."""

    id: str
    minutes: tuple[int, ...]
    escorts: bool = True


class Line(Strict, frozen=True, kw_only=True):
    """A budget line and what is left on it, in cents."""

    id: str
    cents: int


class Instance(Strict, frozen=True, kw_only=True):
    """Everything at once. See docs/plan-format.md."""

    format: str = FORMAT
    first_day: str
    nights: int
    weights: Weights = Weights()
    wait_bound: int = 42
    parties: tuple[Party, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    places: tuple[Place, ...] = ()
    countries: tuple[Country, ...] = ()
    departures: tuple[Departure, ...] = ()
    members: tuple[Member, ...] = ()
    lines: tuple[Line, ...] = ()
