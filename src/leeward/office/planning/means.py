"""What there is to give, as the planner sees it: beds, appointments, seats, colleagues' hours, money.

What cases hold that are not planned for (closed to this desk, or gone already) is taken away first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterable

from leeward.domain.money import Grant, Hours, Payment, hours_id
from leeward.domain.relocation.beds import Stay, people_on
from leeward.domain.relocation.overbooked import seats_taken, slots_taken
from leeward.domain.relocation.places import Place, nights_left
from leeward.domain.relocation.ways_out import (
    ConsulateDay,
    Destination,
    Seat,
    Slot,
    WayOut,
    consulate_day_id,
    same_country,
)
from leeward.domain.travel import Away
from leeward.office.money import in_euro
from leeward.office.planning.calendar import Calendar
from leeward.office.planning.visas import Doors
from leeward.office.session import Session
from leeward.plan import instance as asks

NO_LIMIT = 10**13  # cents: a line that no grant names
_FOREVER = "9999-12-31"


def place_of(
    place: Place, calendar: Calendar, stays: Iterable[Stay], planned: Container[str], *, there: int = 0
) -> asks.Place:
    """Return a place with the beds that are free for those who are planned for: for `there` of them in any case."""
    others = [one for one in stays if one.place_id == place.id and one.case_id not in planned]
    return asks.Place(
        id=place.id,
        beds=tuple(
            max(there, place.capacity - people_on(place.id, night, others))
            if nights_left(place, night)
            else 0
            for night in calendar.days
        ),
        state=place.exposure,
        has=tuple(sorted(place.access_set)),
        cents=place.night_cents,
        line=place.line if place.night_cents else "",
    )


def country_of(
    session: Session, one: Destination, calendar: Calendar, doors: Doors, planned: Container[str]
) -> asks.Country:
    """Return a country with its free appointments by day. Doors must know every passport by now.

    `planned` are the cases whose appointments are part of the question: theirs count as free.
    """
    slots = [0] * calendar.nights
    for day in session.find(ConsulateDay):
        number = calendar.number(day.day)
        if number is not None and same_country(day.country, one.country):
            slots[number] += max(0, day.slots)
    others = [
        taken
        for taken in session.find(Slot)
        if taken.case_id not in planned and same_country(taken.country, one.country)
    ]
    for day_id, people in slots_taken(others).items():
        number = next(
            calendar.number(taken.day)
            for taken in others
            if consulate_day_id(taken.country, taken.day) == day_id
        )
        if number is not None:
            slots[number] -= people
    return asks.Country(
        id=one.id,
        visa_for=doors.visa_for(one.country),
        slots=tuple(max(0, number) for number in slots),
        lead_days=one.lead_days,
        valid_days=one.valid_days,
        passport_days=one.passport_days,
        cents=in_euro(session, one.fee_cents, one.currency),
        line=one.line if one.fee_cents else "",
        escort_minutes=one.escort_minutes,
    )


def departure_of(
    session: Session, way: WayOut, number: int, country: str, promised: Container[str], *, bound: int = 0
) -> asks.Departure:
    """Return a way out with the seats that are free for those who are planned for: for `bound` of them in any case.

    `promised` are the planned cases with a journey by it: what they hold is theirs to keep or to leave. What any other
    case holds, planned for or not, is taken.
    """
    others = [one for one in session.find(Seat, way_out_id=way.id) if one.case_id not in promised]
    taken = seats_taken(others).get(way.id, 0)
    return asks.Departure(
        id=way.id,
        day=number,
        country=country,
        seats=max(bound, way.seats - taken),
        tags=(way.mode,),
        cents=in_euro(session, way.cost_cents, way.currency),
        line=way.line if way.cost_cents else "",
        escort=way.escort,
        escort_minutes=way.escort_minutes,
        escort_days=max(1, way.escort_days),
        escort_parties=max(1, way.escort_parties),
    )


def minutes_of(session: Session, member_id: str, calendar: Calendar) -> asks.Member:
    """Return a colleague with the minutes of each day: none while they are away or free."""
    hours = session.get(Hours, hours_id(member_id)) or Hours(id="", member_id=member_id, escorts=False)
    away = [one for one in session.find(Away) if one.member_id == member_id and one.open]
    absent = {
        day
        for one in away
        for day in calendar.days
        if _day(one.since) <= day <= (_day(one.until) if one.until else _FOREVER)
    }
    free = absent | set(hours.free_days)
    week = (*hours.week, 0, 0, 0, 0, 0, 0, 0)
    return asks.Member(
        id=member_id,
        minutes=tuple(
            0 if day in free else max(0, min(1440, week[dt.date.fromisoformat(day).weekday()]))
            for day in calendar.days
        ),
        escorts=hours.escorts,
    )


def lines_left(session: Session, day: str) -> dict[str, int]:
    """Return what is left, in euro cents, on each line that a grant of this day names."""
    left: dict[str, int] = defaultdict(int)
    running = {
        one.id: one
        for one in session.find(Grant)
        if not one.closed_at and (not one.to_day or one.to_day >= day)
    }
    for grant in running.values():
        for line, cents in grant.lines.items():
            left[line] += in_euro(session, cents, grant.currency)
    for paid in session.find(Payment):
        if not paid.struck_at and paid.grant_id in running and paid.line in left:
            left[paid.line] -= in_euro(session, paid.amount_cents, paid.currency, paid.day)
    return {line: max(0, cents) for line, cents in left.items()}


def _day(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC).astimezone().date().isoformat()
