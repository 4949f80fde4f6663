"""How a case ends: what is still open, one press for each, and a second person who looks at it afterwards.

1. Closing settles nothing by itself: what is open is shown before and after, and each kind is settled with a press.
2. A sign of life that is missing is never called off: somebody says first what became of it.
3. Whoever closed a case does not check that. The check is a reminder, not a lock: what is closed asks for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeward.base.say import Day, Message, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import ALARMING, CheckIn, CheckInState
from leeward.domain.cases.text import clean_text
from leeward.domain.cases.work import Need, Task
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.places import Place
from leeward.domain.today import Need as Line
from leeward.domain.today import Urgency
from leeward.ledger.model import Change, put
from leeward.office import seats
from leeward.office.casework_base import require_case
from leeward.office.duty import duty_of
from leeward.office.relocation import beds_held, free_beds
from leeward.office.rhythms import end_rhythm, rhythm_of
from leeward.office.session import Session

_GOING = frozenset({"planned", "booked", "under-way"})


class StillOpen(msgspec.Struct, frozen=True):
    """Something that a closed case would leave behind, and the words on the button that settles it."""

    key: str  # for `settle`; "missing" has no press (2)
    what: Message
    press: Message


def still_open(session: Session, case_id: str) -> list[StillOpen]:
    """Return what is open in a case, beds first."""
    now = session.now()
    found: list[StillOpen] = []
    places = {place.id: place.code_name for place in session.find(Place)}
    held = sorted({places.get(stay.place_id, "?") for stay in beds_held(session, case_id)})
    found += [
        StillOpen("beds", say("A bed is held in {place}.", place=name), say("Free the bed")) for name in held
    ]
    checks = session.find(CheckIn, case_id=case_id)
    missing = sum(one.state(now) in ALARMING for one in checks)
    if missing:
        words = say_count(
            "{n} sign of life is missing. Say first what became of it.",
            "{n} signs of life are missing. Say first what became of them.",
            missing,
        )
        found.append(StillOpen("missing", words, say("Find out")))
    ahead = sum(_ahead(one, now) for one in checks)
    if ahead or any(rhythm_of(session, case_id, of) for of in ("stay", "leg")):
        words = say_count("{n} sign of life is agreed.", "{n} signs of life are agreed.", ahead)
        found.append(StillOpen("checks", words, say("Call them off")))
    journeys = sum(one.state in _GOING for one in session.find(Journey, case_id=case_id))
    if journeys:
        words = say_count("{n} journey is planned.", "{n} journeys are planned.", journeys)
        found.append(StillOpen("journeys", words, say("Break it off")))
    tasks = sum(one.open for one in session.find(Task, case_id=case_id))
    if tasks:
        words = say_count("{n} task is promised.", "{n} tasks are promised.", tasks)
        found.append(StillOpen("tasks", words, say("Not needed after all")))
    needs = sum(one.unmet for one in session.find(Need, case_id=case_id))
    if needs:
        words = say_count("{n} need is not met.", "{n} needs are not met.", needs)
        found.append(StillOpen("needs", words, say("Note that it could not be met")))
    return found


def settle(session: Session, case_id: str, key: str) -> None:
    """Settle all of one kind: free the beds, call off the signs of life, break off journeys, drop tasks and needs."""
    case = require_case(session, case_id)
    if key == "beds":
        free_beds(session, case_id)
    elif key == "checks":
        for of in ("stay", "leg"):
            end_rhythm(session, case_id, of)
    going = {
        one.way_out_id
        for one in session.find(Journey, case_id=case_id)
        if one.state in _GOING and one.way_out_id
    }
    changes = [change for one in _to_end(session, case_id, key) for change in one]
    if changes:
        session.commit(case.compartment, changes)
    if key == "journeys" and going:
        seats.give_back(session, case_id, going)


def _to_end(session: Session, case_id: str, key: str) -> Iterator[tuple[Change, ...]]:
    now = session.now()
    if key == "checks":
        ahead = (one for one in session.find(CheckIn, case_id=case_id) if _ahead(one, now))
        yield from (put("check_in", one.id, called_off_at=now) for one in ahead)
    elif key == "journeys":
        going = (one for one in session.find(Journey, case_id=case_id) if one.state in _GOING)
        yield from (put("journey", one.id, state="aborted") for one in going)
        rides = (one for one in session.find(Leg, case_id=case_id) if one.state in _GOING)
        yield from (put("leg", one.id, state="aborted") for one in rides)
    elif key == "tasks":
        there = (one for one in session.find(Task, case_id=case_id) if one.open)
        yield from (put("task", one.id, dropped_at=now) for one in there)
    elif key == "needs":
        unmet = (one for one in session.find(Need, case_id=case_id) if one.unmet)
        yield from (put("need", one.id, status="impossible") for one in unmet)


def _ahead(check: CheckIn, now: int) -> bool:
    return check.state(now) in {CheckInState.AHEAD, CheckInState.DUE}


def check_closing(session: Session, case_id: str, said: str = "") -> None:
    """Write down that a second member looked at a closed case. Rule 3."""
    case = require_case(session, case_id)
    if case.living or case.closed_by_id == session.member_id:
        raise RuleBroken(
            say("Whoever closed a case does not check it as well."),
            kept=say("Nothing was changed."),
            next_step=say("Ask a colleague who can read the case."),
        )
    fields = {
        "close_checked_by_id": session.member_id,
        "close_checked_at": session.now(),
        "close_checked_said": clean_text(said),
    }
    session.commit(case.compartment, put("case", case_id, **fields))


def needs_now(session: Session) -> Iterator[Line]:
    """Yield closed cases that wait for a second pair of eyes, for whoever did not close them."""
    duty = duty_of(session)
    for case in session.find(Case):
        if case.status != "closed" or not case.closed_by_id or case.close_checked_at:
            continue
        if case.closed_by_id == session.member_id:
            continue
        yield Line(
            Urgency.SECOND,
            say("Closed"),
            say("{who}: look at the closing", who=case.called),
            say(
                "Closed on {day}. A second person checks that nothing was left behind.",
                day=Day(case.closed_at),
            ),
            case.closed_at,
            say("Look at it"),
            f"/people/{case.id}#closing",
            holder_id=duty.holder("coordinator", case.deputy_id, case.coordinator_id),
        )
