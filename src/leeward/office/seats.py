"""Seats of what is booked by hand: taken as a plan takes them, given back when the journey is broken off.

1. They lie with the beds, as ids and numbers: a desk without that key names no way out and takes nothing.
2. Looking and writing are one step, under the lock of the beds.
3. What is gone is refused, unless whoever books says that it is given all the same; then Today shows it.
4. What a case holds is free again only when none of its journeys needs it.
5. A seat is written before its journey, and given back after that is broken off: a computer that stops between the two
   leaves a seat too many, never one too few. `needs_now` shows what does not fit, whoever wrote it; a person mends it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

import msgspec

from leeward.base.say import Day, Message, say, say_count
from leeward.domain.cases.case import Case, Person
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.overbooked import seats_taken
from leeward.domain.relocation.papers import noon
from leeward.domain.relocation.ways_out import Seat, WayOut
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.model import Change, put
from leeward.office.casework_base import require, tonight
from leeward.office.duty import duty_of
from leeward.office.relocation import PLACING, holds_beds
from leeward.office.session import Session
from leeward.office.ways_out import WayLine, circle, giving

PEOPLE_MOST = 100
_TICKET_DAYS = 2  # before a departure, by which its ticket is bought
_NINE = "09:00"


def to_choose(session: Session) -> list[WayLine]:
    """Return the ways out that a journey can name, soonest first: none on a desk without the key of the beds (1)."""
    if not holds_beds(session):
        return []
    return [one for one in giving(session).ways if not one.way.withdrawn_at]


def way_of(session: Session, way_id: str) -> WayOut:
    """Return a way out of the list; NotForThisDesk on a desk without the key of the beds (1)."""
    circle(session)
    return require(session, WayOut, way_id)


def travellers(session: Session, case: Case) -> int:
    """Return how many go: the person, who of the family travels with them, and never fewer than the beds they need."""
    along = [
        one
        for one in session.find(Person, case_id=case.id)
        if one.travels and one.relation != "self" and not one.struck_at
    ]
    return max(1 + len(along), case.beds)


def held(session: Session, case_id: str) -> dict[str, int]:
    """Return how many seats a case holds, by way out."""
    return seats_taken(session.find(Seat, case_id=case_id))


class Holders(msgspec.Struct, frozen=True):
    """Who holds seats of one way out: those that this desk can read, with how many, and how many others."""

    cases: tuple[tuple[Case, int], ...]
    sealed: int  # cases that this desk cannot read


def holders(session: Session) -> dict[str, Holders]:
    """Return who holds seats, by way out."""
    cases = {one.id: one for one in session.find(Case)}
    found: dict[str, dict[str, int]] = {}
    for one in session.find(Seat):
        if not one.released_at and one.people > 0:
            there = found.setdefault(one.way_out_id, {})
            there[one.case_id] = max(one.people, there.get(one.case_id, 0))
    return {
        way: Holders(
            tuple(
                (cases[case], people)
                for case, people in sorted(of.items(), key=lambda each: (-each[1], each[0]))
                if case in cases
            ),
            sum(case not in cases for case in of),
        )
        for way, of in found.items()
    }


def take(session: Session, case_id: str, way_id: str, people: int, *, all_the_same: bool = False) -> None:
    """Hold so many seats of a way out for a case, no more and no fewer. RuleBroken if they are gone (3)."""
    if not 1 <= people <= PEOPLE_MOST:
        raise _no_number(people)
    beds = circle(session)  # 1
    way = require(session, WayOut, way_id)
    with PLACING:  # 2
        every = [one for one in session.find(Seat, way_out_id=way_id) if not one.released_at]
        own = [one for one in every if one.case_id == case_id]
        others = seats_taken(one for one in every if one.case_id != case_id).get(way_id, 0)
        free = max(0, (0 if way.withdrawn_at else way.seats) - others)
        if people > max(free, *(one.people for one in own), 0) and not all_the_same:
            raise gone(way, free)
        fitting = [one for one in own if one.people == people][:1]
        changes: list[Change] = [
            change
            for one in own
            if one not in fitting
            for change in put("seat", one.id, released_at=session.now())
        ]
        if not fitting:
            changes += write_new(
                Seat(id=session.make_id(), way_out_id=way_id, case_id=case_id, people=people)
            )
        if changes:
            session.commit(beds, changes)


def give_back(session: Session, case_id: str, way_ids: Collection[str]) -> None:
    """Free what a case holds of these ways out, where none of its journeys needs it any more (4)."""
    if not holds_beds(session):  # 1: whoever holds both keys sees it on Today
        return
    with PLACING:  # 2
        needed = {one.way_out_id for one in session.find(Journey, case_id=case_id) if one.keeps_seats}
        changes = [
            change
            for one in session.find(Seat, case_id=case_id)
            if one.way_out_id in way_ids and one.way_out_id not in needed and not one.released_at
            for change in put("seat", one.id, released_at=session.now())
        ]
        if changes:
            session.commit(session.compartment_of("beds"), changes)


def set_people(session: Session, journey_id: str, people: int, *, all_the_same: bool = False) -> None:
    """Say how many of them go on a journey by a way out."""
    journey = require(session, Journey, journey_id)
    if not journey.way_out_id or not journey.standing:
        raise _not_standing()
    take(session, journey.case_id, journey.way_out_id, people, all_the_same=all_the_same)


def leg_of(session: Session, way: WayOut, *, companion_id: str = "") -> Leg:
    """Return the one ride of a way out, as it stands in the list."""
    before = (dt.date.fromisoformat(way.day) - dt.timedelta(days=_TICKET_DAYS)).isoformat()
    return Leg(
        id="",
        mode=way.mode,
        from_town=way.from_town,
        to_town=way.to_town or way.country,
        departs=moment(way.day, way.leaves or _NINE),
        ticket_due=max(moment(before, "18:00"), session.now()),
        companion_id=companion_id,
        cost_cents=way.cost_cents,
        currency=way.currency,
    )


def moment(day: str, clock: str) -> int:
    """Return the milliseconds of a day and a time ("09:00") on this computer's wall."""
    local = dt.datetime.combine(dt.date.fromisoformat(day), dt.time.fromisoformat(clock))
    return int(local.astimezone().timestamp() * 1000)


def gone(way: WayOut, free: int) -> RuleBroken:
    """Return the refusal of seats that are not there any more."""
    return RuleBroken(
        say_count(
            "{n} seat to {country} is free on {day}, which is not enough.",
            "{n} seats to {country} are free on {day}, which is not enough.",
            free,
            country=way.country,
            day=Day(noon(way.day)),
        ),
        kept=say("Nothing was changed."),
        next_step=say("Choose another way out. If you know of a seat, tick that it is given all the same."),
    )


def needs_now(session: Session) -> list[Need]:
    """Return seats that no journey needs, and journeys that hold none, of cases that this desk can read (5)."""
    if not holds_beds(session):
        return []
    night = tonight(session)
    ways = {one.id: one for one in session.find(WayOut) if one.day >= night}
    cases = {one.id: one for one in session.find(Case)}
    taken = {
        (one.way_out_id, one.case_id): one
        for one in session.find(Seat)
        if not one.released_at and one.people > 0 and one.way_out_id in ways and one.case_id in cases
    }
    journeys = [one for one in session.find(Journey) if one.way_out_id in ways and one.case_id in cases]
    used = {(one.way_out_id, one.case_id) for one in journeys if one.keeps_seats}
    needed = {(one.way_out_id, one.case_id): one for one in journeys if one.standing}
    holder = duty_of(session).holder
    return [
        *(
            _need(
                ways[way],
                cases[case],
                taken[way, case].created_at,
                idle=True,
                holder_id=holder("coordinator"),
            )
            for way, case in sorted(taken.keys() - used)
        ),
        *(
            _need(
                ways[way],
                cases[case],
                needed[way, case].created_at,
                idle=False,
                holder_id=holder("coordinator"),
            )
            for way, case in sorted(needed.keys() - taken.keys())
        ),
    ]


def _need(way: WayOut, case: Case, since: int, *, idle: bool, holder_id: str) -> Need:
    values = {"who": case.called, "country": way.country, "day": Day(noon(way.day))}
    what: Message = (
        say("{who}: seats to {country} on {day} are held, and no journey needs them", **values)
        if idle
        else say("{who}: the journey to {country} on {day} holds no seat", **values)
    )
    why = (
        say("The journey was broken off, or has not arrived on this desk yet.")
        if idle
        else say(
            "It was planned where the list of ways out is not open, or its seats were given back elsewhere."
        )
    )
    return Need(
        Urgency.SOON,
        say("Seats do not fit"),
        what,
        why,
        since,
        say("Look"),
        f"/people/{case.id}?tab=journey#seats",
        holder_id=holder_id,
    )


def idle_of(session: Session, case_id: str) -> Iterator[tuple[WayOut, int]]:
    """Yield ways out of which a case holds seats that none of its journeys needs, from tonight on."""
    needed = {one.way_out_id for one in session.find(Journey, case_id=case_id) if one.keeps_seats}
    for way_id, people in held(session, case_id).items():
        way = session.get(WayOut, way_id)
        if way is not None and way_id not in needed and way.day >= tonight(session):
            yield way, people


def _no_number(people: int) -> OutOfRange:
    return OutOfRange(
        say("“{typed}” is not a number from {least} to {most}.", typed=people, least=1, most=PEOPLE_MOST),
        kept=say("Nothing was changed."),
        next_step=say("Write a whole number between these two."),
    )


def _not_standing() -> RuleBroken:
    return RuleBroken(
        say("This journey goes by no way out of the list, or is not planned any more."),
        kept=say("Nothing was changed."),
        next_step=say("Look at the journey again: a colleague may have been quicker."),
    )
