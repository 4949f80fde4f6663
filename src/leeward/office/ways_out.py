"""What there is to give: ways out by day, countries and what their doors ask for, appointments. No person in them.

1. All of it lies with the beds: whoever gives beds gives these. A desk without that key sees and writes nothing.
2. A way out that was given to somebody is withdrawn, never deleted: those who hold its seats are shown on Today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import msgspec

from leeward.base.say import say
from leeward.domain.cases.text import clean_name
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import check_day
from leeward.domain.relocation.overbooked import Overbooked, overbooked, seats_taken, slots_taken
from leeward.domain.relocation.ways_out import (
    ConsulateDay,
    Destination,
    Seat,
    Slot,
    WayOut,
    consulate_day_id,
    destination_id,
    same_country,
)
from leeward.domain.relocation.words import MODE
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, put
from leeward.office.casework_base import NotForThisDesk, require, tonight
from leeward.office.duty import duty_of
from leeward.office.relocation import holds_beds
from leeward.office.session import Session

WEEKS_MOST = 52
_PEOPLE_MOST = 500
_DAYS_MOST = 3650


class WayLine(msgspec.Struct, frozen=True):
    """A way out with the seats that are taken."""

    way: WayOut
    taken: int

    @property
    def free(self) -> int:
        """Return how many seats can still be given."""
        return 0 if self.way.withdrawn_at else max(0, self.way.seats - self.taken)


class DayLine(msgspec.Struct, frozen=True):
    """A consulate's day with the appointments that are taken."""

    day: ConsulateDay
    taken: int

    @property
    def free(self) -> int:
        """Return how many appointments can still be given."""
        return max(0, self.day.slots - self.taken)


class Giving(msgspec.Struct, frozen=True):
    """Everything that there is to give, from tonight on."""

    ways: list[WayLine]
    countries: list[Destination]
    days: dict[str, list[DayLine]]  # by country, as it is written
    too_often: list[Overbooked]

    @property
    def free(self) -> int:
        """Return how many seats can still be given."""
        return sum(one.free for one in self.ways)


def add_ways(session: Session, way: WayOut, *, weeks: int = 1) -> list[str]:
    """Write a way out, and again for each of the weeks after it; return their ids."""
    _within(weeks, 1, WEEKS_MOST)
    _within(way.seats, 1, _PEOPLE_MOST)
    _within(way.escort_parties, 1, _PEOPLE_MOST)
    _within(way.escort_days, 1, 60)
    _within(way.escort_minutes, 0, 24 * 60)
    _not_negative(way.cost_cents)
    if way.leaves:
        _check_clock(way.leaves)
    made = msgspec.structs.replace(
        way,
        country=clean_name(way.country, needed=True),
        mode=known(MODE, way.mode),
        line=known(BUDGET_LINE, way.line),
        from_town=clean_name(way.from_town),
        to_town=clean_name(way.to_town),
    )
    each = [msgspec.structs.replace(made, id=session.make_id(), day=day) for day in _repeated(way.day, weeks)]
    session.commit(circle(session), *(write_new(one) for one in each))
    return [one.id for one in each]


def withdraw(session: Session, way_id: str, *, withdrawn: bool = True) -> None:
    """Say that a way out is not there any more, or is again (2)."""
    way = require(session, WayOut, way_id)
    session.commit(way.compartment, put("way_out", way_id, withdrawn_at=session.now() if withdrawn else 0))


def set_seats(session: Session, way_id: str, seats: int) -> None:
    """Say how many seats a way out has."""
    _within(seats, 0, _PEOPLE_MOST)
    way = require(session, WayOut, way_id)
    if seats != way.seats:
        session.commit(way.compartment, put("way_out", way_id, seats=seats))


def set_country(session: Session, country: str, **fields: object) -> str:
    """Write what a country's door asks for: only what differs from what is known. Return its id."""
    name = clean_name(country, needed=True)
    country_id = destination_id(name)
    for field in ("lead_days", "valid_days", "passport_days"):
        _within(int(str(fields.get(field, 0))), 0, _DAYS_MOST)
    _within(int(str(fields.get("escort_minutes", 0))), 0, 24 * 60)
    _not_negative(int(str(fields.get("fee_cents", 0))))
    if fields.get("as_of"):
        check_day(str(fields["as_of"]))
    there = session.get(Destination, country_id)
    now = there or Destination(id=country_id)
    new: dict[str, object] = {
        name_: clean_name(value) if isinstance(value, str) else value for name_, value in fields.items()
    }
    changed = {name_: value for name_, value in new.items() if value != getattr(now, name_)}
    if there is None:
        changed["country"] = name
    if changed:
        session.commit(circle(session), put("destination", country_id, **changed))
    return country_id


def close_country(session: Session, country_id: str, *, closed: bool = True) -> None:
    """Say that a country takes nobody in any more, or does again."""
    there = require(session, Destination, country_id)
    session.commit(
        there.compartment, put("destination", country_id, closed_at=session.now() if closed else 0)
    )


def set_appointments(session: Session, country: str, first: str, slots: int, *, weeks: int = 1) -> None:
    """Say how many people a consulate receives for us on a day, and on that weekday of the weeks after it."""
    _within(slots, 0, _PEOPLE_MOST)
    _within(weeks, 1, WEEKS_MOST)
    name = clean_name(country, needed=True)
    changes: list[Change] = []
    for day in _repeated(first, weeks):
        day_id = consulate_day_id(name, day)
        there = session.get(ConsulateDay, day_id)
        if there is None:
            changes += write_new(ConsulateDay(id=day_id, country=name, day=day, slots=slots))
        elif there.slots != slots:
            changes += put("consulate_day", day_id, slots=slots)
    if changes:
        session.commit(circle(session), changes)


def giving(session: Session) -> Giving:
    """Return what there is to give, from tonight on, soonest first."""
    night = tonight(session)
    seats, slots = session.find(Seat), session.find(Slot)
    ways, days = session.find(WayOut), session.find(ConsulateDay)
    taken, given = seats_taken(seats), slots_taken(slots)
    lines = [WayLine(one, taken.get(one.id, 0)) for one in ways if one.day >= night and _is_day(one.day)]
    countries = sorted(session.find(Destination), key=lambda one: (one.country.casefold(), one.id))
    by_country: dict[str, list[DayLine]] = {one.country: [] for one in countries if not one.closed_at}
    for day in sorted(days, key=lambda one: (one.day, one.id)):
        if day.day < night or not _is_day(day.day):
            continue
        name = next((one for one in by_country if same_country(one, day.country)), day.country)
        line = DayLine(day, given.get(consulate_day_id(day.country, day.day), 0))
        by_country.setdefault(name, []).append(line)
    return Giving(
        sorted(lines, key=lambda one: (one.way.day, one.way.leaves, one.way.id)),
        countries,
        {name: those for name, those in by_country.items() if those},
        overbooked(ways, seats, days, slots, from_day=night),
    )


def needs_now(session: Session) -> list[Need]:
    """Return seats and appointments that were given too often."""
    if not holds_beds(session):
        return []
    found = overbooked(
        session.find(WayOut),
        session.find(Seat),
        session.find(ConsulateDay),
        session.find(Slot),
        from_day=tonight(session),
    )
    return list(_needs(session, found)) if found else []


def _needs(session: Session, found: list[Overbooked]) -> Iterator[Need]:
    holder = duty_of(session).holder("coordinator")
    for one in found:
        values = {"country": one.country, "people": one.people, "room": one.room}
        what = (
            say("Seats to {country}: {room}, given to {people}", **values)
            if one.kind == "seat"
            else say("Appointments of {country}: {room}, given to {people}", **values)
        )
        yield Need(
            Urgency.LATE,
            say("Given too often"),
            what,
            say("Two desks may have given the last one while apart, or it was withdrawn afterwards."),
            one.since,
            say("Look"),
            f"/journeys/ways#{one.kind}-{one.record_id}",
            holder_id=holder,
        )


def circle(session: Session) -> str:
    """Return the circle of the beds; NotForThisDesk where this desk does not hold it (1)."""
    if not holds_beds(session):
        raise NotForThisDesk(
            say("Ways out and money are not open to this desk."),
            kept=say("Nothing was changed."),
            next_step=say("A coordinator can write them down."),
        )
    return session.compartment_of("beds")


def countries_known(session: Session) -> Mapping[str, str]:
    """Return every country that the team can send people to, by the id of its record."""
    names = {one.id: one.country for one in session.find(Destination) if not one.closed_at}
    for way in session.find(WayOut):
        if not way.withdrawn_at and way.day >= tonight(session):
            names.setdefault(destination_id(way.country), way.country)
    return dict(sorted(names.items(), key=lambda one: (one[1].casefold(), one[0])))


def _repeated(first: str, weeks: int) -> list[str]:
    day = check_day(first)
    if not dt.date(1970, 1, 1) < day < dt.date(9000, 1, 1):
        _within(day.year, 1970, 9000)
    return [(day + dt.timedelta(weeks=week)).isoformat() for week in range(weeks)]


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_clock(text: str) -> None:
    try:
        clock = dt.time.fromisoformat(text)
    except ValueError:
        clock = None
    if clock is None or clock.tzinfo is not None or clock.isoformat("minutes") != text:
        raise OutOfRange(
            say("“{text}” is not a time.", text=text[:20]),
            kept=say("Nothing was changed."),
            next_step=say("Write it as 21:40."),
        )


def _not_negative(cents: int) -> None:
    if not 0 <= cents <= 10**12:
        raise OutOfRange(
            say("A price cannot be below zero."),
            kept=say("Nothing was changed."),
            next_step=say("Write a sum of zero or more."),
        )


def _within(number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise OutOfRange(
            say("“{typed}” is not a number from {least} to {most}.", typed=number, least=least, most=most),
            kept=say("Nothing was changed."),
            next_step=say("Write a whole number between these two."),
        )
