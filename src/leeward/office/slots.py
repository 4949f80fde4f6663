"""Appointments at consulates that visas written by hand hold. The rules of seats.py hold here.

1. An appointment counts only on a day that stands in the team's list, and not if they have it by themselves.
2. Each visa application holds its own; what a plan gave to all of the case is part of it, never on top of it.
3. Decided, given up, or put on another day: what was held is free at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from leeward.base.say import Day, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation.overbooked import slots_taken
from leeward.domain.relocation.papers import VisaApplication, noon
from leeward.domain.relocation.ways_out import ConsulateDay, Slot, consulate_day_id
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.model import Change, put
from leeward.office.casework_base import tonight
from leeward.office.countries import same
from leeward.office.duty import duty_of
from leeward.office.relocation import PLACING, holds_beds
from leeward.office.seats import PEOPLE_MOST
from leeward.office.session import Session


def day_of(visa: VisaApplication) -> str:
    """Return the ISO day of its appointment on this computer's wall, if it may hold one of the team's; else ""."""
    if not visa.going_on or visa.own or not visa.appointment:
        return ""
    return dt.datetime.fromtimestamp(visa.appointment / 1000, tz=dt.UTC).astimezone().date().isoformat()


def listed(session: Session, visa: VisaApplication) -> ConsulateDay | None:
    """Return the day of the team's list on which its appointment is, the roomiest if it stands there twice (1)."""
    day = day_of(visa)
    found = [
        one
        for one in session.find(ConsulateDay)
        if day and one.day == day and same(one.country, visa.country)
    ]
    return max(found, key=lambda one: (one.slots, one.id), default=None)


def held_by(session: Session, visa: VisaApplication) -> int:
    """Return how many appointments this visa application holds, what a plan gave its case that day included."""
    there = listed(session, visa)
    if there is None:
        return 0
    mine = [one for one in session.find(Slot, case_id=visa.case_id) if one.visa_id in {"", visa.id}]
    return slots_taken(mine).get(there.id, 0)


def hold(session: Session, visa: VisaApplication, people: int, *, all_the_same: bool = False) -> None:
    """Let a visa application, as it will be written, hold what it needs and nothing else. RuleBroken if it is gone."""
    if not holds_beds(session):  # seats.py, 1
        return
    if not 1 <= people <= PEOPLE_MOST:
        raise OutOfRange(
            say("“{typed}” is not a number from {least} to {most}.", typed=people, least=1, most=PEOPLE_MOST),
            kept=say("Nothing was changed."),
            next_step=say("Write a whole number between these two."),
        )
    with PLACING:  # seats.py, 2
        there = listed(session, visa)
        every = [one for one in session.find(Slot) if not one.released_at]
        dropped = _dropped(session, visa, there, people, every)
        kept = [one for one in every if one not in dropped]
        new = None
        if there is not None and not any(_is(one, visa, there) for one in kept):
            new = Slot(
                id=session.make_id(),
                country=there.country,
                day=there.day,
                case_id=visa.case_id,
                visa_id=visa.id,
                people=people,
            )
        if there is not None and new is not None and not all_the_same:
            before, after = (slots_taken(those).get(there.id, 0) for those in (every, [*kept, new]))
            if after > max(before, there.slots):
                raise _gone(there, max(0, there.slots - slots_taken(kept).get(there.id, 0)))
        changes: list[Change] = [
            change for one in dropped for change in put("slot", one.id, released_at=session.now())
        ]
        changes += write_new(new) if new is not None else ()
        if changes:
            session.commit(session.compartment_of("beds"), changes)


def _is(one: Slot, visa: VisaApplication, there: ConsulateDay) -> bool:
    return one.visa_id == visa.id and consulate_day_id(one.country, one.day) == there.id


def _dropped(
    session: Session, visa: VisaApplication, there: ConsulateDay | None, people: int, every: Iterable[Slot]
) -> list[Slot]:
    """Return what is given back: its own of other days or numbers; what a plan gave, if no other visa needs it (2)."""
    mine = [one for one in every if one.case_id == visa.case_id]
    own = [one for one in mine if one.visa_id == visa.id]
    fitting = [one for one in own if there is not None and _is(one, visa, there) and one.people == people]
    others = {
        (day_of(one), one.country.casefold())
        for one in session.find(VisaApplication, case_id=visa.case_id)
        if one.id != visa.id and day_of(one)
    }
    planned = [
        one
        for one in mine
        if not one.visa_id
        and same(one.country, visa.country)
        and not any(one.day == day and same(one.country, country) for day, country in others)
    ]
    return [*(one for one in own if one not in fitting[:1]), *planned]


def _gone(there: ConsulateDay, free: int) -> RuleBroken:
    return RuleBroken(
        say_count(
            "{n} appointment of {country} is free on {day}, which is not enough.",
            "{n} appointments of {country} are free on {day}, which is not enough.",
            free,
            country=there.country,
            day=Day(noon(there.day)),
        ),
        kept=say("Nothing was changed."),
        next_step=say(
            "Choose another day. If they have it by themselves, or you know of one more, tick that beside the day."
        ),
    )


def needs_now(session: Session) -> list[Need]:
    """Return appointments that are held for no visa application any more, of cases that this desk can read."""
    if not holds_beds(session):
        return []
    night = tonight(session)
    cases = {one.id: one for one in session.find(Case)}
    needed = [(one.case_id, day_of(one), one.country) for one in session.find(VisaApplication) if day_of(one)]
    found: dict[tuple[str, str], Slot] = {}
    for one in session.find(Slot):
        if one.released_at or one.day <= night or one.case_id not in cases:
            continue
        if not any(
            case == one.case_id and day == one.day and same(country, one.country)
            for case, day, country in needed
        ):
            found[one.case_id, consulate_day_id(one.country, one.day)] = one
    holder = duty_of(session).holder("coordinator")
    return [
        Need(
            Urgency.SOON,
            say("Seats do not fit"),
            say(
                "{who}: an appointment of {country} on {day} is held, and no visa needs it",
                who=cases[one.case_id].called,
                country=one.country,
                day=Day(noon(one.day)),
            ),
            say("The visa was decided, given up or put on another day, or has not arrived on this desk yet."),
            one.created_at,
            say("Look"),
            f"/people/{one.case_id}?tab=journey#seats",
            holder_id=holder,
        )
        for _key, one in sorted(found.items())
    ]


def idle_of(session: Session, case_id: str) -> list[Slot]:
    """Return appointments that a case holds and none of its visa applications needs, on days to come."""
    needed = [
        (day_of(one), one.country) for one in session.find(VisaApplication, case_id=case_id) if day_of(one)
    ]
    return [
        one
        for one in session.find(Slot, case_id=case_id)
        if not one.released_at
        and one.day > tonight(session)
        and not any(day == one.day and same(country, one.country) for day, country in needed)
    ]


def give_back_idle(session: Session, case_id: str) -> None:
    """Free the appointments of a case that none of its visa applications needs."""
    if not holds_beds(session):
        return
    with PLACING:
        changes = [
            change
            for one in idle_of(session, case_id)
            for change in put("slot", one.id, released_at=session.now())
        ]
        if changes:
            session.commit(session.compartment_of("beds"), changes)
