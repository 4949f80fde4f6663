"""Journeys, visas, papers, doctors: what has to happen between a hiding place and a life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from leeward.domain.cases.checkins import HOUR, CheckIn
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.cases.words import STAGES
from leeward.domain.relocation.beds import check_day
from leeward.domain.relocation.journeys import Journey, Leg, check_legs, in_order
from leeward.domain.relocation.papers import (
    AsylumClaim,
    MedicalAppointment,
    Medication,
    TravelDocument,
    VisaApplication,
)
from leeward.domain.relocation.rhythm import leg_check_in_id
from leeward.domain.relocation.words import HELD, LEG_STATE, MODE, PAPER, VISA_KIND, VISA_STAGE
from leeward.domain.typed import T, write_new
from leeward.domain.vocabulary import Vocabulary, known
from leeward.ledger.model import Change, put
from leeward.office import seats, slots
from leeward.office.casework_base import line, require, require_case
from leeward.office.casework_views import CaseLine, case_lines
from leeward.office.relocation import holds_beds
from leeward.office.rhythms import keep_up
from leeward.office.session import Session

_WORDS: dict[str, Vocabulary] = {"visa": VISA_KIND, "stage": VISA_STAGE, "paper": PAPER, "held": HELD}
_DAYS = frozenset(
    {
        "submitted",
        "papers_due",
        "decided",
        "valid_from",
        "valid_to",
        "appeal_by",
        "expires",
        "ready_on",
        "claimed",
    }
    | {"lasts_until"}
)


def book_journey(
    session: Session,
    case_id: str,
    destination: str,
    legs: Sequence[Leg],
    *,
    why: str = "",
    check_after: int = HOUR,
) -> str:
    """Plan a way out; return its id. Each leg gets a check-in, due `check_after` milliseconds after arrival.

    Ids of the legs are drawn here; legs are numbered in the order given.
    """
    return write_journey(session, case_id, destination, legs, why=why, check_after=check_after)


def book_by_way(
    session: Session,
    case_id: str,
    way_out_id: str,
    legs: Sequence[Leg] = (),
    *,
    people: int = 0,
    all_the_same: bool = False,
    why: str = "",
    check_after: int = HOUR,
) -> str:
    """Plan a journey by one of the team's ways out; return its id. RuleBroken if its seats are gone.

    It takes as many seats as people go (0: all of the case). The country is the list's, and so is the
    ride where none is given.
    """
    way = seats.way_of(session, way_out_id)
    people = people or seats.travellers(session, require_case(session, case_id))
    return write_journey(
        session,
        case_id,
        way.country,
        legs or [seats.leg_of(session, way)],
        why=why,
        check_after=check_after,
        way_out_id=way_out_id,
        before=lambda: seats.take(session, case_id, way_out_id, people, all_the_same=all_the_same),
    )


def write_journey(
    session: Session,
    case_id: str,
    destination: str,
    legs: Sequence[Leg],
    *,
    why: str = "",
    check_after: int = HOUR,
    way_out_id: str = "",
    before: Callable[[], None] = lambda: None,
) -> str:
    """Write a journey whose seats, if it has any, are taken already, or are by `before`, once all else is in order."""
    case = require_case(session, case_id)
    journey = Journey(
        id=session.make_id(),
        case_id=case_id,
        destination=clean_name(destination, needed=True),
        why=clean_text(why),
        way_out_id=way_out_id,
    )
    placed = _placed(session, journey, legs)
    before()
    check_ins = [_check_in_of(leg, case.coordinator_id, case.deputy_id, check_after) for leg in placed]
    documents = STAGES.index("documents") > case.step
    session.commit(
        case.compartment,
        write_new(journey),
        *(write_new(leg) for leg in placed),
        *(write_new(one) for one in check_ins if one.due),
        put("case", case_id, stage="documents", stage_since=session.now()) if documents else (),
    )
    keep_up(session, case_id)
    return journey.id


def _placed(session: Session, journey: Journey, legs: Sequence[Leg]) -> list[Leg]:
    placed = [
        msgspec.structs.replace(
            leg,
            id=session.make_id(),
            journey_id=journey.id,
            case_id=journey.case_id,
            number=number,
            mode=known(MODE, leg.mode),
            from_town=clean_name(leg.from_town),
            to_town=clean_name(leg.to_town, needed=True),
            handover=clean_name(leg.handover),
            ticket=clean_name(leg.ticket),
        )
        for number, leg in enumerate(legs, start=1)
    ]
    check_legs(placed)
    return placed


def _check_in_of(leg: Leg, who: str, second: str, after: int) -> CheckIn:
    return CheckIn(
        id=leg_check_in_id(leg.id, "arrival"),
        case_id=leg.case_id,
        journey_id=leg.journey_id,
        leg_id=leg.id,
        due=leg.arrives + after if leg.arrives else 0,
        who_id=leg.companion_id or who,
        second_id=second,
    )


def set_leg(session: Session, leg_id: str, state: str, *, ticket: str = "") -> None:
    """Say how a leg stands. The first under way sets the case on the way; the last arrived brings it there.

    A leg broken off breaks the journey off and frees its seats; any other state takes that back.
    """
    leg = require(session, Leg, leg_id)
    known(LEG_STATE, state)
    legs = in_order(session.find(Leg, journey_id=leg.journey_id))
    journey = session.get(Journey, leg.journey_id)
    fields = {"state": state, **({"ticket": clean_name(ticket)} if ticket else {})}
    changes: list[Change] = [*put("leg", leg_id, **fields)]
    if journey is not None and journey.state == "aborted" and state != "aborted":
        _take_again(session, journey)
        changes += put("journey", leg.journey_id, state="planned")
    if state == "under-way":
        changes += put("journey", leg.journey_id, state="under-way")
        changes += put("case", leg.case_id, stage="on-the-way", stage_since=session.now())
    if state == "arrived" and leg.id == legs[-1].id:
        changes += put("journey", leg.journey_id, state="arrived")
        changes += put("case", leg.case_id, stage="arrived", stage_since=session.now())
    if state == "aborted":
        changes += put("journey", leg.journey_id, state="aborted")
        changes += _calls_off(session, leg.journey_id)
    session.commit(leg.compartment, changes)
    if state == "aborted" and journey is not None and journey.way_out_id:
        seats.give_back(session, leg.case_id, {journey.way_out_id})
    keep_up(session, leg.case_id)


def break_off(session: Session, journey_id: str) -> None:
    """Break a journey off: its rides ahead and their signs of life are called off, its seats are free."""
    journey = require(session, Journey, journey_id)
    rides = [one for one in session.find(Leg, journey_id=journey_id) if one.state != "arrived"]
    session.commit(
        journey.compartment,
        put("journey", journey_id, state="aborted"),
        *(put("leg", one.id, state="aborted") for one in rides),
        _calls_off(session, journey_id),
    )
    if journey.way_out_id:
        seats.give_back(session, journey.case_id, {journey.way_out_id})
    keep_up(session, journey.case_id)


def go_on(session: Session, journey_id: str, *, all_the_same: bool = False) -> None:
    """Take back that a journey was broken off: its rides are planned again, its seats taken again if they are free."""
    journey = require(session, Journey, journey_id)
    if journey.state != "aborted":
        return
    _take_again(session, journey, all_the_same=all_the_same)
    off = [one for one in session.find(Leg, journey_id=journey_id) if one.state == "aborted"]
    session.commit(
        journey.compartment,
        put("journey", journey_id, state="planned"),
        *(put("leg", one.id, state="booked" if one.ticket else "planned") for one in off),
        *(
            put("check_in", one.id, called_off_at=0)
            for one in session.find(CheckIn, journey_id=journey_id)
            if one.called_off_at and not one.rhythm_id and one.due > session.now()
        ),
    )
    keep_up(session, journey.case_id)


def _take_again(session: Session, journey: Journey, *, all_the_same: bool = False) -> None:
    """Take the seats of a journey that goes on after all; a desk without the list of ways out takes none."""
    if not journey.way_out_id or not holds_beds(session):
        return
    case = require_case(session, journey.case_id)
    people = seats.held(session, case.id).get(journey.way_out_id, 0) or seats.travellers(session, case)
    seats.take(session, case.id, journey.way_out_id, people, all_the_same=all_the_same)


def _calls_off(session: Session, journey_id: str) -> list[Change]:
    """Return the changes that call off the signs of life that a journey still has ahead."""
    return [
        change
        for one in session.find(CheckIn, journey_id=journey_id)
        if one.due > session.now() and one.waiting(session.now())
        for change in put(
            "check_in",
            one.id,
            called_off_at=session.now(),
            **({"off_by_rhythm": True} if one.rhythm_id else {}),
        )
    ]


def move_leg(session: Session, leg_id: str, departs: int, arrives: int) -> None:
    """Put a leg on another time; its check-in moves with it."""
    leg = require(session, Leg, leg_id)
    legs = session.find(Leg, journey_id=leg.journey_id)
    moved = msgspec.structs.replace(leg, departs=departs, arrives=arrives)
    check_legs([moved if one.id == leg_id else one for one in legs])
    changes: list[Change] = [*put("leg", leg_id, departs=departs, arrives=arrives)]
    if arrives and leg.arrives:
        for one in session.find(CheckIn, leg_id=leg_id):
            if one.waiting(session.now()) and not one.rhythm_id:
                changes += put("check_in", one.id, due=one.due + arrives - leg.arrives)
    session.commit(leg.compartment, changes)
    keep_up(session, leg.case_id)


def add_record(session: Session, kind: type[T], case_id: str, **fields: object) -> str:
    """Write a visa application, paper, asylum claim, visit or medicine of a case; return its id."""
    case = require_case(session, case_id)
    new = msgspec.convert({**_clean(fields), "id": session.make_id(), "case_id": case_id}, kind)
    session.save_new(case.compartment, new)
    return new.id


def add_visa(
    session: Session, case_id: str, *, people: int = 0, all_the_same: bool = False, **fields: object
) -> str:
    """Write a visa application; return its id. Its appointment is taken from the team's list, if it stands there."""
    case = require_case(session, case_id)
    new = msgspec.convert({**_clean(fields), "id": session.make_id(), "case_id": case_id}, VisaApplication)
    slots.hold(session, new, people or seats.travellers(session, case), all_the_same=all_the_same)
    session.save_new(case.compartment, new)
    return new.id


def set_visa(
    session: Session, visa_id: str, *, people: int = 0, all_the_same: bool = False, **fields: object
) -> None:
    """Change a visa application, and what it holds of the team's appointments. RuleBroken if none is left.

    Only what an appointment is made of touches the list: when, whose, for how many (0: as it is), or an end.
    """
    there = require(session, VisaApplication, visa_id)
    new = {name: value for name, value in _clean(fields).items() if value != getattr(there, name)}
    then = msgspec.structs.replace(there, **new)
    held = slots.held_by(session, there)
    moved = (slots.day_of(there), there.going_on) != (slots.day_of(then), then.going_on)
    if moved or (people and people != held):
        wanted = people or held or seats.travellers(session, require_case(session, there.case_id))
        slots.hold(session, then, wanted, all_the_same=all_the_same)
    if new:
        session.commit(there.compartment, put("visa_application", visa_id, **new))


def set_record(session: Session, kind: type[T], record: str, **fields: object) -> None:
    """Change fields of one of these."""
    there = require(session, kind, record)
    new = {name: value for name, value in _clean(fields).items() if value != getattr(there, name)}
    if new:
        session.commit(there.compartment, put(kind.kind, record, **new))


def _clean(fields: dict[str, object]) -> dict[str, object]:
    cleaned: dict[str, object] = {}
    for name, value in fields.items():
        if name in _DAYS and value:
            check_day(str(value))
        if name in _WORDS:
            known(_WORDS[name], str(value))
        cleaned[name] = clean_name(value) if isinstance(value, str) else value
    return cleaned


def had_visit(session: Session, visit_id: str, outcome: str) -> None:
    """Say that a visit to the doctor took place, and what came of it."""
    visit = require(session, MedicalAppointment, visit_id)
    text = clean_text(outcome)
    session.commit(
        visit.compartment,
        put("medical_appointment", visit_id, done_at=session.now(), outcome=text),
        line(session, visit.case_id, "visit", text, about_id=visit_id) if text else (),
    )


class JourneyView(msgspec.Struct, frozen=True):
    """A journey with its legs in order and the check-ins of each leg."""

    journey: Journey
    legs: tuple[Leg, ...]
    check_ins: dict[str, list[CheckIn]]  # by leg id


class PapersView(msgspec.Struct, frozen=True):
    """What a journey of a case depends on."""

    visas: list[VisaApplication]
    papers: list[TravelDocument]
    claims: list[AsylumClaim]
    visits: list[MedicalAppointment]
    medicines: list[Medication]


def journeys_of(session: Session, case_id: str) -> list[JourneyView]:
    """Return the journeys of a case, newest first."""
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in session.find(Leg, case_id=case_id):
        legs[leg.journey_id].append(leg)
    checks: dict[str, list[CheckIn]] = defaultdict(list)
    for one in session.find(CheckIn, case_id=case_id):
        checks[one.leg_id].append(one)
    return [
        JourneyView(
            one,
            tuple(in_order(legs[one.id])),
            {leg.id: sorted(checks[leg.id], key=lambda check: check.due) for leg in legs[one.id]},
        )
        for one in sorted(session.find(Journey, case_id=case_id), key=lambda one: -one.created_at)
    ]


def papers_of(session: Session, case_id: str) -> PapersView:
    """Return visas, papers, claims, visits and medicines of a case."""
    return PapersView(
        visas=session.find(VisaApplication, case_id=case_id),
        papers=session.find(TravelDocument, case_id=case_id),
        claims=session.find(AsylumClaim, case_id=case_id),
        visits=session.find(MedicalAppointment, case_id=case_id),
        medicines=session.find(Medication, case_id=case_id),
    )


def by_stage(session: Session) -> dict[str, list[CaseLine]]:
    """Return everyone from first contact to arrival, in each stage by risk times days of waiting."""
    columns: dict[str, list[CaseLine]] = {stage: [] for stage in STAGES}
    for one in case_lines(session):
        columns.setdefault(one.case.stage, []).append(one)
    return {stage: sorted(those, key=lambda one: -one.risk_days) for stage, those in columns.items()}
