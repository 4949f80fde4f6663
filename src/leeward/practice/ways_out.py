"""Ways out of the practice operation: invented countries, their doors, seats by day, colleagues' hours, money.

Scarce on purpose: two countries need no visa and have few, dear seats; three need one, with two appointments a week.
So the order in which people are helped makes a difference, which is what the planner is for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from leeward.domain.cases.case import Case
from leeward.domain.money import Grant, Hours, hours_id
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import (
    ConsulateDay,
    Destination,
    VisaRules,
    WayOut,
    consulate_day_id,
    destination_id,
    visa_rules_id,
)
from leeward.practice.cast import CITY, GRANT, HOME, NO_VISA, STAFF
from leeward.practice.moment import DAY, Script
from leeward.practice.people import Made

_WEEKS = 10


@dataclass(frozen=True, slots=True)
class Door:
    """One invented country: what its consulate asks for, and the ride that leads there."""

    country: str
    lead_days: int
    fee: int  # euro
    weekday: int  # on which the ride leaves
    mode: str
    seats: int
    cost: int  # euro a person
    clock: str
    escort: bool = False


DOORS = (
    Door("Norland", 12, 60, 1, "plane", 4, 240, "21:40"),
    Door("Averland", 18, 35, 3, "train", 6, 90, "06:15"),
    Door("Silverin", 25, 80, 4, "bus", 8, 70, "23:30", escort=True),
    Door("Estmark", 0, 0, 2, "plane", 2, 610, "14:05"),
    Door("Marrow Islands", 0, 0, 5, "ferry", 3, 480, "08:00", escort=True),
)
_GRANT = {
    "departure": 1_450_000,
    "housing": 1_600_000,
    "food": 300_000,
    "medical": 600_000,
    "travel": 350_000,
    "documents": 500_000,
}


def write_ways_out(script: Script, people: list[Made], places: list[Place]) -> None:
    """Plan what there is to give, and who must not travel alone."""
    first = dt.datetime.fromtimestamp(script.now / 1000, dt.UTC).date()
    begun = script.now - 6 * DAY
    home = script.named(HOME)
    table = {script.named(door.country): "90" if door.country in NO_VISA else "required" for door in DOORS}
    rules = VisaRules(
        id=visa_rules_id(home),
        passport=home,
        table=table,
        source=script.say(("practice", "учебные данные")),
        as_of=first.isoformat(),
    )
    script.write(begun, "coordinator", "beds", rules)
    for door in DOORS:
        _door(script, door, begun, first)
    script.chance.make_id()  # drawn, so that what comes after stays as it was for a seed
    grant = Grant(
        id=GRANT,
        name=script.named("Spring"),
        donor=script.say(("a fund that asks no names", "фонд, который не спрашивает имён")),
        from_day=(first - dt.timedelta(days=40)).isoformat(),
        to_day=(first + dt.timedelta(days=140)).isoformat(),
        lines=_GRANT,
    )
    script.write(begun, "coordinator", "beds", grant)
    for staff in STAFF:
        helps = staff.role in {"coordinator", "volunteer"}
        member = script.members[staff.name]
        hours = Hours(id=hours_id(member), member_id=member, escorts=helps)
        script.write(begun, "operator", "team", hours)
    for place in places:
        script.write(begun, "operator", "team", Place(id=place.id, night_cents=900))
    for number, made in enumerate(people):
        if number % 9 == 4:  # cannot go alone: a minor, or not well
            script.write(begun, "coordinator", made.circle, Case(id=made.case_id, escort=True))


def _door(script: Script, door: Door, begun: int, first: dt.date) -> None:
    country = script.named(door.country)
    there = Destination(
        id=destination_id(country),
        country=country,
        lead_days=door.lead_days,
        valid_days=90,
        passport_days=30,
        fee_cents=door.fee * 100,
        escort_minutes=180,
        source=script.say(("practice", "учебные данные")),
        as_of=first.isoformat(),
    )
    script.write(begun, "coordinator", "beds", there)
    for week in range(_WEEKS):
        monday = first - dt.timedelta(days=first.weekday()) + dt.timedelta(weeks=week)
        day = monday + dt.timedelta(days=door.weekday)
        if day > first:
            _ride(script, door, begun, day.isoformat())
        if door.lead_days:
            at = (monday + dt.timedelta(days=2)).isoformat()
            slots = ConsulateDay(id=consulate_day_id(country, at), country=country, day=at, slots=2)
            script.write(begun, "coordinator", "beds", slots)


def _ride(script: Script, door: Door, begun: int, day: str) -> None:
    country = script.named(door.country)
    way = WayOut(
        id=script.chance.make_id(),
        country=country,
        mode=door.mode,
        from_town=script.named(CITY),
        to_town=country,
        day=day,
        leaves=door.clock,
        seats=door.seats,
        cost_cents=door.cost * 100,
        escort=door.escort,
        escort_minutes=480 if door.escort else 240,
        escort_days=2 if door.escort else 1,
        escort_parties=3,
    )
    script.write(begun, "coordinator", "beds", way)
