"""A proposal becomes promises: beds, a journey with its check-ins, an appointment, tasks. Line by line.

1. Nothing is written for a line that nobody accepted.
2. Every rule that holds by hand holds here (beds.check_stay), looked at with all accepted lines together: who moves
   out makes room for who moves in. A line that a rule refuses is left out whole, with the reason; the others go on.
3. Seats and appointments are taken in the `beds` circle, where every desk that plans sees them. A line for which none
   is left, with only the accepted lines and what others hold, is left out (room.py).
4. Nobody loses a bed by a plan: where it gives none for tonight, who sleeps in a place that is not exposed stays until
   it gives one, or they leave. (beds.py)
5. What is as it was promised already is not written again; what was promised and is no more is called off.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from leeward.base.say import Message, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.relocation.exposure_said import pack
from leeward.domain.relocation.journeys import Journey
from leeward.domain.relocation.papers import VisaApplication
from leeward.domain.relocation.ways_out import Plan, Seat, Slot, WayOut, same_country
from leeward.domain.typed import Change, write_new
from leeward.ledger.model import put
from leeward.office.planning.beds import beds_of
from leeward.office.planning.gather import Question
from leeward.office.planning.room import people_of, without_room
from leeward.office.relocation import PLACING
from leeward.office.relocation_journeys import break_off, write_journey
from leeward.office.seats import leg_of, moment
from leeward.office.session import Session
from leeward.plan.answer import PartyPlan
from leeward.plan.answer import Plan as Proposal
from leeward.plan.reading import digest

_NINE = "09:00"


class Refused(msgspec.Struct, frozen=True):
    """A line that could not be written, and why."""

    case_id: str
    why: Message


class Accepted(msgspec.Struct, frozen=True):
    """What became of a proposal."""

    written: tuple[str, ...]  # case ids
    refused: tuple[Refused, ...]


def accept(session: Session, question: Question, proposal: Proposal, case_ids: Collection[str]) -> Accepted:
    """Write the accepted lines; return what was written and what was not."""
    lines = [one for one in proposal.parties if one.id in case_ids and one.id in question.cases]
    circle = session.compartment_of("beds")
    with PLACING:
        refused: dict[str, Message] = {}
        while True:  # who is left out gives nothing back, which may leave out another
            kept = [one for one in lines if one.id not in refused]
            beds = beds_of(session, question, kept)
            kept = [one for one in kept if one.id not in beds.refused]
            new = beds.refused | without_room(session, question, kept)
            refused |= new
            if not new:
                break
        taken = [change for one in kept for change in _taken(session, question, one)]
        record = Plan(
            id=session.make_id(),
            instance=digest(question.instance),
            solver=proposal.solver,
            seed=proposal.seed,
            points=proposal.points,
            bound=proposal.bound,
            accepted=len(kept),
            left_out=len(proposal.parties) - len(kept),
        )
        session.commit(circle, beds.changes, taken, write_new(record))
    for one in kept:
        _write_case(session, question, question.cases[one.id], one)
    return Accepted(
        tuple(one.id for one in kept),
        tuple(Refused(case_id, why) for case_id, why in sorted(refused.items())),
    )


def _taken(session: Session, question: Question, line: PartyPlan) -> list[Change]:
    """Rules 3 and 5, for seats and appointments."""
    people = people_of(question, line.id)
    now = session.now()
    changes: list[Change] = []
    there = [one for one in session.find(Seat, case_id=line.id) if not one.released_at]
    for one in there:
        if one.way_out_id != line.departure:
            changes += put("seat", one.id, released_at=now)
    same_way = [one for one in there if one.way_out_id == line.departure]
    if line.departure is not None and max((one.people for one in same_way), default=0) < people:
        changes += write_new(
            Seat(id=session.make_id(), way_out_id=line.departure, case_id=line.id, people=people)
        )
    if line.visa is not None:
        country, day = question.destinations[line.visa.country].country, question.calendar.days[line.visa.day]
        held = [one for one in session.find(Slot, case_id=line.id) if not one.released_at]
        same = [one for one in held if one.day == day and same_country(one.country, country)]
        for slot in held:
            if slot not in same:
                changes += put("slot", slot.id, released_at=now)
        if not same:
            changes += write_new(
                Slot(id=session.make_id(), country=country, day=day, case_id=line.id, people=people)
            )
    return changes


def _write_case(session: Session, question: Question, case: Case, line: PartyPlan) -> None:
    """Write what belongs into the case's own circle: the journey, the visa, and who goes with them."""
    if line.visa is not None:
        _write_visa(session, question, case, line)
    way = question.ways.get(line.departure or "")
    planned = [one for one in session.find(Journey, case_id=case.id) if one.state in {"planned", "booked"}]
    for one in planned:
        if one.way_out_id and one.way_out_id != line.departure:  # 5
            break_off(session, one.id)
    if way is not None and all(one.way_out_id != way.id for one in planned):
        _write_journey(session, case, way, line)


def _write_journey(session: Session, case: Case, way: WayOut, line: PartyPlan) -> None:
    leg = leg_of(session, way, companion_id=line.escort or "")
    write_journey(session, case.id, way.country, [leg], way_out_id=way.id)


def _write_visa(session: Session, question: Question, case: Case, line: PartyPlan) -> None:
    assert line.visa is not None
    country = question.destinations[line.visa.country].country
    at = moment(question.calendar.days[line.visa.day], _NINE)
    open_ones = [
        one
        for one in session.find(VisaApplication, case_id=case.id)
        if same_country(one.country, country) and one.stage not in {"granted", "refused", "dropped"}
    ]
    if any(one.appointment == at for one in open_ones):
        return  # 5
    if open_ones:
        first = min(open_ones, key=lambda one: one.id)
        visa_id, changes = first.id, put("visa_application", first.id, appointment=at)
    else:
        new = VisaApplication(
            id=session.make_id(), case_id=case.id, country=country, stage="gathering", appointment=at
        )
        visa_id, changes = new.id, write_new(new)
    what = say("Make the appointment at the consulate of {country}", country=country)
    task = Task(
        id=session.make_id(),
        case_id=case.id,
        title=str(what),
        said=pack(what),
        owner_id=case.coordinator_id,
        second_id=line.visa_escort or "",
        due=max(session.now(), at - 7 * 86_400_000),
        about_id=visa_id,
    )
    session.commit(case.compartment, changes, write_new(task))
