"""Ways out that the team has found, and what a country's door asks for. In the `beds` compartment: no person in them.

A way out is a chance on a day: so many seats by this mode to that country at this price. Whether somebody may take it
follows from their papers, the country's rules (visa_rules) and the free appointments at its consulate.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.typed import Coded, Note, Typed


class WayOut(Typed, frozen=True, kw_only=True):
    """Seats to a country on a day. Towns are coarse; nobody's name, booking or reason stands here."""

    kind: ClassVar[str] = "way_out"

    country: str = ""  # ISO 3166-1 alpha-2, such as "LT", where there is one
    mode: Annotated[str, Coded("mode")] = "plane"
    from_town: str = ""
    to_town: str = ""
    day: str = ""
    leaves: str = ""  # "21:40", on the wall of the town it leaves from
    seats: int = 0
    cost_cents: int = 0  # a person
    currency: str = "EUR"
    line: Annotated[str, Coded("budget-line")] = "departure"  # cases.words.BUDGET_LINE
    escort: bool = False  # everyone on it goes with a colleague
    escort_minutes: int = 0  # of the colleague, on each of `escort_days`
    escort_days: int = 1
    escort_parties: int = 1  # how many one colleague can look after
    withdrawn_at: int = 0
    remarks: tuple[Note, ...] = ()


class Destination(Typed, frozen=True, kw_only=True):
    """A country that takes people in: what its door asks for. Its id is derived, so two desks write to the same one."""

    kind: ClassVar[str] = "destination"

    country: str = ""
    lead_days: int = 0  # from the appointment to the visa in hand
    valid_days: int = 90  # that the visa is good for
    passport_days: int = 0  # that a passport must outlast the day of travel
    fee_cents: int = 0
    currency: str = "EUR"
    line: Annotated[str, Coded("budget-line")] = "departure"
    escort_minutes: int = 0  # of a colleague at the appointment
    source: str = ""  # where lead time and fee were found
    as_of: str = ""  # the day on which that was so
    closed_at: int = 0
    remarks: tuple[Note, ...] = ()


class ConsulateDay(Typed, frozen=True, kw_only=True):
    """How many people a consulate receives for us on a day. Derived id: one for each country and day."""

    kind: ClassVar[str] = "consulate_day"

    country: str = ""
    day: str = ""
    slots: int = 0


class VisaRules(Typed, frozen=True, kw_only=True):
    """What one passport opens, as a public table says: country to rule. One for each passport, by derived id."""

    kind: ClassVar[str] = "visa_rules"

    passport: str = ""
    table: dict[str, str] = msgspec.field(
        default_factory=dict
    )  # country to words.VISA_RULE, or to a number of days free of visa
    source: str = ""
    as_of: str = ""


class VisaRuleByHand(Typed, frozen=True, kw_only=True):
    """What the team knows better than the table, with a reason and a day. Derived id: passport and country."""

    kind: ClassVar[str] = "visa_rule_by_hand"

    passport: str = ""
    country: str = ""
    rule: str = ""  # as in a table; empty: taken back
    reason: str = ""
    day: str = ""


class Seat(Typed, frozen=True, kw_only=True):
    """Seats of a way out that are taken, and by which case: so that no desk gives them twice. No names."""

    kind: ClassVar[str] = "seat"

    way_out_id: str = ""
    case_id: str = ""
    people: int = 1
    released_at: int = 0


class Slot(Typed, frozen=True, kw_only=True):
    """Appointments of a consulate's day that are taken, and by which case. No names."""

    kind: ClassVar[str] = "slot"

    country: str = ""
    day: str = ""
    case_id: str = ""
    visa_id: str = ""  # of a visa application written by hand; empty: a plan gave it to all of the case
    people: int = 1
    released_at: int = 0


class Plan(Typed, frozen=True, kw_only=True):
    """That a proposed plan was accepted: what was asked and answered, so that it can be checked later. No names."""

    kind: ClassVar[str] = "plan"

    instance: str = ""  # SHA-256 of what was asked
    solver: str = ""
    seed: int = 0
    points: int = 0
    bound: int = 0
    accepted: int = 0  # lines
    left_out: int = 0


def same_country(one: str, other: str) -> bool:
    """Tell whether two words mean one country: case and spaces around do not matter."""
    return one.strip().casefold() == other.strip().casefold()


def destination_id(country: str) -> str:
    """Return the id of a country's record: the same on every desk."""
    return derive_id("destination", country.strip().casefold())


def consulate_day_id(country: str, day: str) -> str:
    """Return the id of a consulate's day: the same on every desk."""
    return derive_id("consulate-day", country.strip().casefold(), day)


def visa_rules_id(passport: str) -> str:
    """Return the id of what a passport opens: the same on every desk."""
    return derive_id("visa-rules", passport.strip().casefold())


def by_hand_id(passport: str, country: str) -> str:
    """Return the id of what the team knows better: the same on every desk."""
    return derive_id("visa-rule-by-hand", passport.strip().casefold(), country.strip().casefold())
